"""Ragged constants, constant values and placeholders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.constant import constant
from flowgraph.ops.constant import placeholder as placeholder_of
from flowgraph.ops.ragged_tensor import RaggedTensor, is_ragged
from flowgraph.ops.ragged_value import RaggedTensorValue
from flowgraph.shapes import TensorShape

Make = Callable[[Any, Any], Any]
Inner = Callable[..., Any]


def ragged_constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Sequence[int] | None = None,
    name: str | None = None,
    row_splits_dtype: Any = dt.int64,
) -> Any:
    """A constant RaggedTensor of nested lists (an ordinary constant if nothing in them can be ragged).

    Args:
      pylist: nested lists, tuples or arrays, all scalars at one depth.
      dtype: the dtype of the entries.
      ragged_rank: how many dimensions are ragged; by default all but the first and those in `inner_shape`.
      inner_shape: the shape of the innermost, uniform dimensions.
      name: the scope of the new ops.
      row_splits_dtype: int32 or int64.

    Raises:
      ValueError: the scalars lie at different depths, or elsewhere than the arguments say.
      TypeError: it is a ragged tensor already.

    >>> run(ragged_constant([[1, 2], [], [3]])).to_list()
    [[1, 2], [], [3]]
    """

    def rows(values: Any, splits: Any) -> RaggedTensor:
        ends = constant(splits, dtype=row_splits_dtype)
        return RaggedTensor.from_row_splits(values, ends, validate=False)

    with name_scope(name, "RaggedConstant"):
        return _nested(rows, constant, pylist, dtype, ragged_rank, inner_shape)


def ragged_constant_value(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Sequence[int] | None = None,
    row_splits_dtype: Any = "int64",
) -> Any:
    """The same as a RaggedTensorValue, made at once and of no graph; see `tf.ragged.constant`.

    >>> ragged_constant_value([[1.5, 2.0], [], [3.0]])
    tf.RaggedTensorValue(values=array([1.5, 2. , 3. ]), row_splits=array([0, 2, 2, 3]))
    """
    if isinstance(dtype, DType):
        dtype = dtype.as_numpy_dtype
    of_splits = as_dtype(row_splits_dtype).as_numpy_dtype

    def rows(values: Any, splits: Any) -> RaggedTensorValue:
        return RaggedTensorValue(values, np.array(splits, of_splits))

    def inner(pylist: Any, dtype: Any, shape: Any, **_name: Any) -> Any:
        array = np.array(pylist, dtype)
        return array if shape is None else np.reshape(array, shape)

    return _nested(rows, inner, pylist, dtype, ragged_rank, inner_shape)


def ragged_placeholder(dtype: Any, ragged_rank: int, value_shape: Any = None, name: str | None = None) -> Any:
    """A RaggedTensor that is given at every run: feed it a RaggedTensorValue.

    Args:
      dtype: the dtype of the entries.
      ragged_rank: how many dimensions are ragged; 0: an ordinary placeholder.
      value_shape: the shape of the innermost, uniform dimensions.
      name: the scope of the placeholders.

    >>> x = ragged_placeholder(tf.float32, 1, value_shape=[])
    >>> run(x * 2.0, {x: tf.ragged.constant_value([[1.0], [], [2.0, 3.0]], np.float32)}).to_list()
    [[2.0], [], [4.0, 6.0]]
    """
    if ragged_rank == 0:
        return placeholder_of(dtype, value_shape, name)
    with name_scope(name, "RaggedPlaceholder", []):
        result: Any = placeholder_of(dtype, TensorShape([None]).concatenate(value_shape), "flat_values")
        for i in reversed(range(ragged_rank)):
            splits: Tensor = placeholder_of(dt.int64, [None], f"row_splits_{i}")
            result = RaggedTensor(result, splits, internal=True)
        return result


def _is_list(item: Any) -> bool:
    return isinstance(item, list | tuple) or np.ndim(item) != 0


def _nested(make: Make, inner: Inner, pylist: Any, dtype: Any, ragged_rank: Any, inner_shape: Any) -> Any:
    """What `make` builds of the rows of nested lists and `inner` of their scalars."""
    if is_ragged(pylist):
        raise refusal("pylist may not be a RaggedTensor or RaggedTensorValue.", TypeError)
    if not _is_list(pylist):
        if ragged_rank:
            raise refusal(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}")
        if inner_shape:
            raise refusal(f"Invalid pylist={pylist!r}: incompatible with dim(inner_shape)={len(inner_shape)}")
        return inner(pylist, dtype, ())
    if ragged_rank is not None and ragged_rank < 0:
        raise refusal(f"Invalid ragged_rank={ragged_rank!r}: must be nonnegative")
    scalar_depth, max_depth = _depths(pylist)
    _check_depths(pylist, scalar_depth, max_depth, ragged_rank, inner_shape)
    uniform = 0 if inner_shape is None else len(inner_shape)
    if ragged_rank == 0 or (ragged_rank is None and (max_depth < 2 or (uniform and max_depth - uniform < 2))):
        return inner(pylist, dtype, inner_shape)
    if inner_shape is None:
        inner_shape = () if ragged_rank is None else _uniform_shape(pylist, ragged_rank)
    if ragged_rank is None:
        depth = max_depth if scalar_depth is None else scalar_depth - len(inner_shape)
        ragged_rank = max(1, depth - 1)
    values, nested = pylist, []
    for _ in range(ragged_rank):
        nested.append(np.cumsum([0, *map(len, values)]).tolist())
        values = [item for row in values for item in row]
    result = inner(values, dtype=dtype, shape=(len(values), *inner_shape), name="values")
    for splits in reversed(nested):
        result = make(result, splits)
    return result


def _check_depths(pylist: Any, scalar_depth: Any, max_depth: int, ragged_rank: Any, inner_shape: Any) -> None:
    if scalar_depth is not None and max_depth > scalar_depth:
        raise refusal(f"Invalid pylist={pylist!r}: empty list nesting is greater than scalar value nesting")
    if inner_shape is not None and ragged_rank is not None:
        expected = ragged_rank + len(inner_shape) + 1
        if (expected < max_depth) if scalar_depth is None else (expected != scalar_depth):
            raise refusal(
                f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank} and "
                f"dim(inner_shape)={len(inner_shape)}"
            )


def _depths(pylist: Any) -> tuple[int | None, int]:
    """At which depth the scalars lie (None: there are none), and how deep the lists go."""
    if not _is_list(pylist):
        return 0, 0
    scalar_depth, max_depth = None, 1
    for child in pylist:
        of_child, deepest = _depths(child)
        if of_child is not None:
            if scalar_depth is not None and scalar_depth != of_child + 1:
                raise refusal("all scalar values must have the same nesting depth")
            scalar_depth = of_child + 1
        max_depth = max(max_depth, deepest + 1)
    return scalar_depth, max_depth


def _uniform_shape(pylist: Any, ragged_rank: int) -> tuple[int, ...]:
    """The shape of what lies below the ragged dimensions: all must be alike."""
    values = pylist
    for depth in range(ragged_rank):
        if not all(map(_is_list, values)):
            raise refusal(
                f"pylist has scalar values depth {depth + 1}, but ragged_rank={ragged_rank} requires scalar value "
                f"depth greater than {ragged_rank}"
            )
        values = [item for row in values for item in row]
    shape: list[int] = []
    item = values
    while _is_list(item):
        shape.append(len(item))
        if not len(item):
            break
        item = item[0]
    _check_uniform(values, shape)
    return tuple(shape[1:])


def _check_uniform(item: Any, shape: Sequence[int]) -> None:
    if _is_list(item) != bool(shape) or (shape and shape[0] != len(item)):
        raise refusal("inner values have inconsistent shape")
    if shape:
        for child in item:
            _check_uniform(child, shape[1:])
