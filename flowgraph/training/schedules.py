"""Learning-rate schedules: subgraphs that turn a step into a rate."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.math import multiply, pow
from flowgraph.ops.unary import floor


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * decay_rate ** (global_step / decay_steps).

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: after how many steps the rate has become `decay_rate` times what it was.
      decay_rate: that factor.
      staircase: whether the exponent is rounded down, so that the rate falls in steps.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.exponential_decay(0.1, step, 100, 0.5, staircase=True)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 3) for n in (0, 99, 100, 250)])
    [0.1, 0.1, 0.05, 0.025]
    """
    with get_default_graph().name_scope(name or "ExponentialDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        steps = cast(decay_steps, rate.dtype)
        factor = cast(decay_rate, rate.dtype)
        exponent = cast(global_step, rate.dtype) / steps
        if staircase:
            exponent = floor(exponent)
        return multiply(rate, pow(factor, exponent), name=scope)
