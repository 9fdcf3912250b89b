"""Checks of values: ops that fail where a comparison does not hold, or at once if that is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal, greater, greater_equal, less, less_equal, not_equal
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.static_value import constant_value


def _refuse_now(holds: Any, data: Sequence[Any]) -> None:
    """Raise what a run would raise, where the values are known already."""
    if not np.all(holds):
        known = [item if not isinstance(item, Tensor) else constant_value(item) for item in data]
        text = "\n".join(str(item if value is None else value) for item, value in zip(data, known))
        raise errors.InvalidArgumentError(None, None, errors.explain(text, where=user_site()))


def _compare(
    sign: str,
    default_name: str,
    function: Callable[..., Tensor],
    numpy_function: Callable[..., Any],
    x: Any,
    y: Any,
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str | None,
) -> Operation:
    """An Assert that a comparison holds for all entries."""
    with name_scope(name, default_name, [x, y, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [f"Condition x {sign} y did not hold element-wise:"]
            data += [f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        if message is not None:
            data = [message, *data]
        condition = reduce_all(function(x, y))
        x_known, y_known = constant_value(x), constant_value(y)
        if x_known is not None and y_known is not None:
            _refuse_now(numpy_function(x_known, y_known), data)
        return Assert(condition, data, summarize=summarize)


def assert_equal(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x == y for all entries. Have the ops that rely on it wait for it.

    Args:
      x, y: tensors of one dtype, whose shapes broadcast.
      data: tensors and texts to show when it fails; by default x and y.
      summarize: how many entries to show of each.
      message: a text to show before them.
      name: the name of the scope of its ops.

    Raises:
      InvalidArgumentError: when run, or at once where both values are known while building.

    >>> x = tf.placeholder(tf.int32, [None])
    >>> with tf.control_dependencies([assert_equal(tf.shape(x), [2])]):
    ...     y = tf.identity(x)
    >>> run(y, {x: [1, 2]})
    array([1, 2], dtype=int32)
    """
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return no_op()
    return _compare("==", "assert_equal", equal, np.equal, x, y, data, summarize, message, name)


def assert_none_equal(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x != y for all entries; see `assert_equal`."""
    return _compare("!=", "assert_none_equal", not_equal, np.not_equal, x, y, data, summarize, message, name)


def assert_less(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x < y for all entries; see `assert_equal`."""
    return _compare("<", "assert_less", less, np.less, x, y, data, summarize, message, name)


def assert_less_equal(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x <= y for all entries; see `assert_equal`."""
    function = less_equal, np.less_equal
    return _compare("<=", "assert_less_equal", *function, x, y, data, summarize, message, name)


def assert_greater(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x > y for all entries; see `assert_equal`."""
    return _compare(">", "assert_greater", greater, np.greater, x, y, data, summarize, message, name)


def assert_greater_equal(
    x: Any,
    y: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x >= y for all entries; see `assert_equal`."""
    function = greater_equal, np.greater_equal
    return _compare(">=", "assert_greater_equal", *function, x, y, data, summarize, message, name)


def assert_positive(
    x: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x > 0 for all entries; see `assert_equal`."""
    with name_scope(name, "assert_positive", [x, data]):
        x, zero, data = _beside_zero(x, "> 0", data, message)
        return assert_less(zero, x, data=data, summarize=summarize)


def assert_negative(
    x: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x < 0 for all entries; see `assert_equal`."""
    with name_scope(name, "assert_negative", [x, data]):
        x, zero, data = _beside_zero(x, "< 0", data, message)
        return assert_less(x, zero, data=data, summarize=summarize)


def assert_non_negative(
    x: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x >= 0 for all entries; see `assert_equal`."""
    with name_scope(name, "assert_non_negative", [x, data]):
        x, zero, data = _beside_zero(x, ">= 0", data, message)
        return assert_less_equal(zero, x, data=data, summarize=summarize)


def assert_non_positive(
    x: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless x <= 0 for all entries; see `assert_equal`."""
    with name_scope(name, "assert_non_positive", [x, data]):
        given = data
        x, zero, data = _beside_zero(x, "<= 0", data, message)
        if given is None:
            data = [data[0], data[1] + data[2], data[3]]  # TF forgot a comma
        return assert_less_equal(x, zero, data=data, summarize=summarize)


def _beside_zero(x: Any, condition: str, data: Any, message: str | None) -> tuple[Tensor, Tensor, Any]:
    """The tensor, a zero of its dtype, and what to show when the comparison of the two fails."""
    x = convert_to_tensor(x, name="x")
    if data is None:
        data = [message or "", f"Condition x {condition} did not hold element-wise:", f"x ({x.name}) = ", x]
    return x, convert_to_tensor(0, dtype=x.dtype), data
