"""Checks of ranks, shapes and dtypes: at once where they are known while building, or when run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import rank as rank_op
from flowgraph.ops.array import reshape, shape, size
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal, greater_equal, less, less_equal, logical_or
from flowgraph.ops.control_flow import no_op, with_dependencies
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.static_value import constant_value

_NUMERIC = frozenset({
    dt.float16, dt.float32, dt.float64, dt.int8, dt.int16, dt.int32, dt.int64, dt.uint8, dt.uint16, dt.uint32,
    dt.uint64, dt.qint8, dt.qint32, dt.quint8, dt.complex64,
})  # fmt: skip
"""What TF counts as numeric; complex128, bfloat16, qint16 and quint16 it forgot."""


# -- ranks ---------------------------------------------------------------------------------------------------


def assert_rank(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless `x` has this rank; nothing is left to do where both are known while building.

    Args:
      x: a tensor.
      rank: an int32 number.
      data: tensors and texts to show when it fails.
      summarize: how many entries to show of each.
      message: a text to show before them.
      name: the name of the scope of its ops.

    Raises:
      ValueError: it is known already that the rank is another.

    >>> assert_rank(tf.placeholder(tf.float32, [2, None]), 2).type
    'NoOp'
    """
    return _assert_rank(x, rank, "assert_rank", "", _is_equal, equal, data, summarize, message, name)


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless `x` has this rank or a higher one.

    Args: see `assert_rank`.

    >>> assert_rank_at_least(tf.placeholder(tf.float32, [2, None]), 1).type
    'NoOp'
    """
    return _assert_rank(
        x, rank, "assert_rank_at_least", " at least", _is_at_least, greater_equal, data, summarize, message, name
    )


def _is_equal(actual: int, wanted: int) -> bool:
    return actual == wanted


def _is_at_least(actual: int, wanted: int) -> bool:
    return actual >= wanted


def _assert_rank(
    x: Any,
    rank: Any,
    default_name: str,
    words: str,
    holds: Callable[[int, int], bool],
    function: Callable[..., Tensor],
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str | None,
) -> Operation:
    with name_scope(name, default_name, (x, rank, *(data or []))):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have rank{words}", rank, "Received shape: ", shape(x)]
        assert_type(rank, dt.int32)
        known = _known_number(rank)
        if known is not None and x.sizes is not None:
            if not holds(len(x.sizes), known):
                line = f"{message}.  Tensor {x.name} must have rank{words} {known}.  Received rank {len(x.sizes)}, "
                raise refusal(line + f"shape {x.shape}")
            return no_op(name="static_checks_determined_all_ok")
        condition = function(rank_op(x), rank)
        if known is None:
            condition = with_dependencies([_assert_number(rank)], condition)
        return Assert(condition, data, summarize=summarize)


def _known_number(rank: Tensor) -> int | None:
    known = constant_value(rank)
    if known is None:
        return None
    if known.ndim:
        raise refusal("Rank must be a scalar.")
    return int(known)


def _assert_number(rank: Tensor) -> Operation:
    return assert_rank(rank, 0, data=["Rank must be a scalar. Received rank: ", rank])


def assert_rank_in(
    x: Any,
    ranks: Iterable[Any],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless `x` has one of these ranks.

    Args: see `assert_rank`; `ranks` are several int32 numbers.

    >>> assert_rank_in(tf.placeholder(tf.float32, [2, None]), [1, 2]).type
    'NoOp'
    """
    ranks = tuple(ranks)
    with name_scope(name, "assert_rank_in", (x, *ranks, *(data or []))):
        x = convert_to_tensor(x, name="x")
        ranks = tuple(convert_to_tensor(rank, name="rank") for rank in ranks)
        message = message or ""
        if data is None:
            data = [message, f"Tensor {x.name} must have rank in", *ranks, "Received shape: ", shape(x)]
        for rank in ranks:
            assert_type(rank, dt.int32)
        known = [constant_value(rank) for rank in ranks]
        if all(value is not None for value in known):
            accepted = [_known_number(rank) for rank in ranks]
            if x.sizes is not None:
                if len(x.sizes) not in accepted:
                    wanted = repr(tuple(known))  # arrays: so TF shows them
                    line = f"{message}.  Tensor {x.name} must have rank in {wanted}.  Received rank {len(x.sizes)}, "
                    raise refusal(line + f"shape {x.shape}")
                return no_op(name="static_checks_determined_all_ok")
        condition = _is_one_of(rank_op(x), ranks)
        for rank, value in zip(ranks, known):
            if value is None:
                condition = with_dependencies([_assert_number(rank)], condition)
        return Assert(condition, data, summarize=summarize)


def _is_one_of(actual: Tensor, ranks: Sequence[Tensor]) -> Tensor:
    if not ranks:
        return convert_to_tensor(False)
    found = equal(ranks[0], actual)
    for rank in ranks[1:]:
        found = logical_or(found, equal(rank, actual))
    return found


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """The tensor, which has to be known to have rank 0.

    Raises:
      ValueError: it is not.

    >>> run(assert_scalar(3))
    3
    """
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.sizes != ():
            line = f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: {tensor.shape}."
            raise refusal(line)
        return tensor


# -- dtypes --------------------------------------------------------------------------------------------------


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> Operation:
    """Check while building that a tensor has a dtype; the op that comes back does nothing.

    Raises:
      TypeError: it has another.

    >>> assert_type(tf.constant(1.0), tf.float32).type
    'NoOp'
    """
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise refusal(f"{message or ''}  {tensor.name} must be of type {tf_type}", TypeError)
        return no_op("statically_determined_correct_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation:
    """Check while building that a tensor holds integers; the op that comes back does nothing.

    Raises:
      TypeError: it holds something else.

    >>> assert_integer(tf.constant(1)).type
    'NoOp'
    """
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            line = f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} of dtype {x.dtype}'
            raise refusal(line, TypeError)
        return no_op("statically_determined_was_integer")


def assert_same_float_dtype(tensors: Sequence[Any] | None = None, dtype: Any = None) -> dt.DType:
    """The one floating dtype of all these tensors.

    Args:
      tensors: tensors; None among them is passed over.
      dtype: the dtype that they should have.

    Returns:
      That dtype; float32 when nothing says which.

    Raises:
      ValueError: they have several dtypes, or one that is not floating.

    >>> assert_same_float_dtype([tf.constant(1.0)])
    tf.float32
    """
    first = None
    for item in tensors or ():
        if item is None:
            continue
        found = item.dtype.base_dtype
        if not dtype:
            dtype, first = found, item
        elif dtype != found:
            beside = f" as {_name_of(first)}" if first is not None else ""
            line = f"{_name_of(item)}, type={found}, must be of the same type ({dtype}){beside}."
            raise refusal(line)
    if not dtype:
        return dt.float32
    if not dtype.is_floating:
        raise refusal(f"Expected floating point type, got {dtype}.")
    return dtype


def _name_of(item: Any) -> str:
    return item.name if hasattr(item, "name") else str(item)


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether this is a tensor of a number type.

    >>> is_numeric_tensor(tf.constant(1)), is_numeric_tensor(tf.constant("a")), is_numeric_tensor(1)
    (True, False, False)
    """
    return isinstance(tensor, Tensor) and tensor.dtype in _NUMERIC


def assert_proper_iterable(values: Any) -> None:
    """Check that this can be iterated over and is none of what is iterable by accident: tensor, array, string.

    Raises:
      TypeError: it is not, or is one of these.

    >>> assert_proper_iterable([1, 2])
    >>> assert_proper_iterable("ab")
    Traceback (most recent call last):
    TypeError: Expected argument "values" to be a "proper" iterable.  Found: <class 'str'>
    ...
    """
    if isinstance(values, Tensor | np.ndarray | bytes | str):
        line = f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        raise refusal(line, TypeError)
    if not hasattr(values, "__iter__"):
        raise refusal(f'Expected argument "values" to be iterable.  Found: {type(values)}', TypeError)


# -- values --------------------------------------------------------------------------------------------------


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails unless |x - y| < atol + rtol * |y| for all entries.

    Args:
      x, y: tensors of one floating dtype, whose shapes broadcast.
      rtol, atol: by default ten times the distance of 1 to the next number of that dtype.
      data: tensors and texts to show when it fails; by default x and y.
      summarize: how many entries to show of each.
      message: a text to show before them.
      name: the name of the scope of its ops.

    >>> with tf.control_dependencies([assert_near(1.0, 1.0000001)]):
    ...     y = tf.constant("near")
    >>> run(y)
    b'near'
    """
    from flowgraph.ops.unary import abs as abs_op

    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        step = 10 * x.dtype.np.type(np.spacing(x.dtype.np.type(1)))
        rtol = convert_to_tensor(step if rtol is None else rtol, name="rtol", dtype=x.dtype)
        atol = convert_to_tensor(step if atol is None else atol, name="atol", dtype=x.dtype)
        if data is None:
            tolerance = f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}"
            data = [message or "", tolerance, f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        allowed = atol + rtol * abs_op(y)
        condition = reduce_all(less(abs_op(x - y), allowed))
        return Assert(condition, data, summarize=summarize)


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no entry is below the one before it, in the order in which they lie.

    Args:
      x: a tensor of a number type.
      name: the name of the scope of its ops.

    >>> run([is_non_decreasing([1, 1, 2]), is_non_decreasing([2, 1])])
    [True, False]
    """
    with name_scope(name, "is_non_decreasing", [x]):
        return _zero_compares(less_equal, x)


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether each entry is above the one before it, in the order in which they lie.

    Args: see `is_non_decreasing`.

    >>> run([is_strictly_increasing([1, 1, 2]), is_strictly_increasing([1, 2])])
    [False, True]
    """
    with name_scope(name, "is_strictly_increasing", [x]):
        return _zero_compares(less, x)


def _zero_compares(function: Callable[..., Tensor], x: Any) -> Tensor:
    from flowgraph.ops.cond import cond
    from flowgraph.ops.slicing import strided_slice

    x = reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise refusal(f"Expected x to be numeric, instead found: {x}", TypeError)
    is_short = less(size(x), 2)

    def nothing() -> Tensor:
        return convert_to_tensor([], dtype=x.dtype)

    steps = shape(x) - 1

    def differences() -> Tensor:
        return strided_slice(x, [1], [1] + steps) - strided_slice(x, [0], steps)

    found = cond(is_short, nothing, differences)
    zero = convert_to_tensor(0, dtype=found.dtype)
    return reduce_all(function(zero, found))
