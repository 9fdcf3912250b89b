"""Learning rates that fall along a cosine: smoothly, slowly at both ends."""

from __future__ import annotations

import math
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.math import minimum, multiply, pow
from flowgraph.ops.random import random_normal
from flowgraph.ops.trigonometry import cos
from flowgraph.ops.unary import floor, log, sqrt


def _wave(fraction: Tensor) -> Tensor:
    """Twice the height of a cosine that falls from 1 to 0 while `fraction` goes from 0 to 1."""
    return 1.0 + cos(constant(math.pi) * fraction)


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> Tensor:
    """From `learning_rate` at step 0 along a cosine down to alpha * learning_rate at step `decay_steps`.

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: when the end is reached.
      alpha: which part of the rate is left then.
      name: the scope of the ops.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.cosine_decay(0.1, step, 100)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 3) for n in (0, 25, 50, 100)])
    [0.1, 0.085, 0.05, 0.0]
    """
    with get_default_graph().name_scope(name or "CosineDecay"):
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        steps = cast(decay_steps, rate.dtype)
        passed = minimum(cast(global_step, rate.dtype), steps) / steps
        height = 0.5 * _wave(passed)
        return multiply(rate, (1 - alpha) * height + alpha)


def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: Any = 2.0,
    m_mul: Any = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """Cosine decay that starts anew whenever it has reached its end, each time longer and lower.

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      first_decay_steps: the steps of the first period.
      t_mul: how many times longer each period is than the one before.
      m_mul: how many times higher each period starts.
      alpha: which part of the rate is left at the end of a period.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.cosine_decay_restarts(0.1, step, 10, m_mul=0.5)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 3) for n in (0, 5, 10, 20)])
    [0.1, 0.05, 0.05, 0.025]
    """
    with get_default_graph().name_scope(name or "SGDRDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        first_steps = cast(first_decay_steps, rate.dtype)
        left = cast(alpha, rate.dtype)
        longer = cast(t_mul, rate.dtype)
        higher = cast(m_mul, rate.dtype)
        passed = cast(global_step, rate.dtype) / first_steps
        restarts, fraction = cond(
            equal(longer, 1.0), lambda: _equal_periods(passed), lambda: _growing_periods(passed, longer)
        )
        start = higher**restarts
        height = 0.5 * start * _wave(fraction)
        return multiply(rate, (1 - left) * height + left, name=scope)


def _equal_periods(passed: Tensor) -> tuple[Tensor, Tensor]:
    """The number of the period, and how much of it has passed; `passed` counts first periods."""
    number = floor(passed)
    return number, passed - number


def _growing_periods(passed: Tensor, longer: Tensor) -> tuple[Tensor, Tensor]:
    """The same with periods each `longer` times as long as the one before: the sum of a geometric series."""
    number = floor(log(1.0 - passed * (1.0 - longer)) / log(longer))
    before = (1.0 - longer**number) / (1.0 - longer)
    return number, (passed - before) / longer**number


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """learning_rate * ((alpha + linear) * cosine + beta): a line that falls to zero, times a wave.

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: when the end is reached.
      num_periods: of the cosine until then.
      alpha: what is added to the line.
      beta: what is added to the product.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.linear_cosine_decay(0.1, step, 100)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 4) for n in (0, 50, 100)])
    [0.1001, 0.0251, 0.0001]
    """
    with get_default_graph().name_scope(name or "LinearCosineDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        steps, periods, plus, end = (cast(n, rate.dtype) for n in (decay_steps, num_periods, alpha, beta))
        step = minimum(cast(global_step, rate.dtype), steps)
        linear = (steps - step) / steps
        height = _waves(step, steps, periods)
        return multiply(rate, (plus + linear) * height + end, name=scope)


def _waves(step: Tensor, steps: Tensor, periods: Tensor) -> Tensor:
    """The height of a cosine, between 1 and 0, that has some periods in all."""
    passed = step / steps
    return 0.5 * _wave(2.0 * periods * passed)


def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """`linear_cosine_decay` with normal noise on the line, of variance initial_variance / (1 + step) ** variance_decay.

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: when the end is reached.
      initial_variance: of the noise at step 0.
      variance_decay: how fast the noise becomes less.
      num_periods: of the cosine until the end.
      alpha: what is added to the line.
      beta: what is added to the product.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> rate = tf.train.noisy_linear_cosine_decay(0.1, 100, 100)
    >>> with tf.Session() as sess:
    ...     print(round(float(sess.run(rate)), 4))
    0.0001
    """
    with get_default_graph().name_scope(name or "NoisyLinearCosineDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        numbers = (decay_steps, initial_variance, variance_decay, num_periods, alpha, beta)
        steps, variance, fading, periods, plus, end = (cast(number, rate.dtype) for number in numbers)
        step = minimum(cast(global_step, rate.dtype), steps)
        linear = (steps - step) / steps
        spread = sqrt(variance / pow(1.0 + step, fading))
        noisy = linear + random_normal(linear.shape, stddev=spread)
        height = _waves(step, steps, periods)
        return multiply(rate, (plus + noisy) * height + end, name=scope)
