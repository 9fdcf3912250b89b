"""Learning-rate schedules: subgraphs that turn a step into a rate. `cosine_schedules.py` has those with cosines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.case import case
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.division import divide
from flowgraph.ops.math import add, minimum, multiply, pow
from flowgraph.ops.unary import ceil, exp, floor, negative


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


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * exp(-decay_rate * global_step / decay_steps).

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: how many steps lower the exponent by `decay_rate`.
      decay_rate: a number or a scalar tensor of floats.
      staircase: whether global_step / decay_steps is rounded down, so that the rate falls in steps.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.natural_exp_decay(0.1, step, 10, 0.5)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 4) for n in (0, 10, 20)])
    [0.1, 0.0607, 0.0368]
    """
    factor = exp(negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, factor, staircase, name)


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate / (1 + decay_rate * global_step / decay_steps).

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: how many steps make the denominator grow by `decay_rate`.
      decay_rate: a number or a scalar tensor.
      staircase: whether global_step / decay_steps is rounded down, so that the rate falls in steps.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.inverse_time_decay(0.1, step, 10, 1.0)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 3) for n in (0, 10, 30)])
    [0.1, 0.05, 0.025]
    """
    with get_default_graph().name_scope(name or "InverseTimeDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        steps = cast(decay_steps, rate.dtype)
        slope = cast(decay_rate, rate.dtype)
        passed = cast(global_step, rate.dtype) / steps
        if staircase:
            passed = floor(passed)
        one = cast(constant(1), rate.dtype)
        return divide(rate, add(one, multiply(slope, passed)), name=scope)


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """From `learning_rate` down to `end_learning_rate`: the way left is (1 - global_step / decay_steps) ** power.

    Args:
      learning_rate: the rate at step 0, a number or a scalar tensor of floats.
      global_step: the step, a number, tensor or variable.
      decay_steps: when the end is reached.
      end_learning_rate: the rate from then on.
      power: 1: a straight line; larger ones fall faster at first.
      cycle: whether the rate starts anew at the end, each time with the steps of all cycles so far.
      name: the name of the result.

    Returns:
      A scalar of the dtype of `learning_rate`.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.polynomial_decay(0.1, step, 100, end_learning_rate=0.0)
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 3) for n in (0, 50, 100, 200)])
    [0.1, 0.05, 0.0, 0.0]
    """
    with get_default_graph().name_scope(name or "PolynomialDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        end = cast(end_learning_rate, rate.dtype)
        exponent = cast(power, rate.dtype)
        step = cast(global_step, rate.dtype)
        steps = cast(decay_steps, rate.dtype)
        if cycle:
            cycles = cond(equal(step, 0), lambda: 1.0, lambda: ceil(step / decay_steps))
            steps = multiply(steps, cycles)
        else:
            step = minimum(step, decay_steps)
        passed = divide(step, steps)
        return add(multiply(rate - end, pow(1 - passed, exponent)), end, name=scope)


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> Tensor:
    """values[0] up to boundaries[0], values[1] up to boundaries[1], and so on; beyond all of them values[-1].

    Args:
      x: the step, a scalar: a number, tensor or variable.
      boundaries: growing numbers or tensors of the dtype of `x`.
      values: one more number or tensor than there are boundaries, all of one dtype.
      name: the scope of the ops.

    Returns:
      A scalar of the dtype of `values`.

    Raises:
      ValueError: dtypes do not match, or the numbers of boundaries and values do not.
      TypeError: `boundaries` or `values` is no sequence.

    >>> step = tf.placeholder(tf.int32, [])
    >>> rate = tf.train.piecewise_constant(step, [100, 200], [1.0, 0.5, 0.1])
    >>> with tf.Session() as sess:
    ...     print([round(float(sess.run(rate, {step: n})), 1) for n in (0, 100, 101, 201)])
    [1.0, 1.0, 0.5, 0.1]
    """
    limits, rates = _tensors(boundaries), _tensors(values)
    step = convert_to_tensor(x)
    for i, limit in enumerate(limits):
        if limit.dtype.base_dtype == step.dtype.base_dtype:
            continue
        if (limit.dtype.base_dtype, step.dtype.base_dtype) != (dt.int32, dt.int64):
            raise ValueError(
                f"Boundaries ({limit.dtype.base_dtype}) must have the same dtype as x ({step.dtype.base_dtype})."
            )
        limits[i] = cast(limit, dt.int64)
    for rate in rates[1:]:
        if rate.dtype.base_dtype != rates[0].dtype.base_dtype:
            raise ValueError(
                "Values must have elements all with the same dtype "
                f"({rates[0].dtype.base_dtype} vs {rate.dtype.base_dtype})."
            )
    if len(limits) != len(rates) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    with get_default_graph().name_scope(name or "PiecewiseConstant"):
        return _piece(convert_to_tensor(x), limits, rates)


piecewise_constant_decay = piecewise_constant


def _piece(step: Tensor, limits: list[Tensor], rates: list[Tensor]) -> Tensor:
    """The rate whose limits the step lies between."""

    def gives(rate: Tensor) -> Callable[[], Tensor]:
        return lambda: rate

    pieces = [(step <= limits[0], gives(rates[0])), (step > limits[-1], gives(rates[-1]))]
    for low, high, rate in zip(limits, limits[1:], rates[1:], strict=False):
        pieces.append(((step > low) & (step <= high), gives(rate)))
    return case(pieces, gives(rates[0]), exclusive=True)


def _tensors(values: Any) -> list[Tensor]:
    if not isinstance(values, Sequence):
        raise TypeError("values must be a sequence.")
    return [convert_to_tensor(value) for value in values]
