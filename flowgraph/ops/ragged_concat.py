"""Joining ragged tensors along an axis that they have, or along a new one; choosing between them."""

from __future__ import annotations

from typing import Any

from flowgraph.dtypes import DType
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import gather as dense
from flowgraph.ops import joining, select
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.ragged_array import expand_dims, map_flat_values
from flowgraph.ops.ragged_gather import gather
from flowgraph.ops.ragged_parts import (
    lengths_to_splits,
    rows_of,
    same_splits,
    splits_dtype_of,
    to_tensor_or_ragged,
)
from flowgraph.ops.ragged_tensor import RaggedTensor, positive_axis
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims as dense_expand_dims
from flowgraph.ops.shaping import transpose
from flowgraph.shapes import TensorShape


def concat(values: Any, axis: Any, name: Any = None) -> Any:
    """`tf.concat` of ragged tensors, and of ordinary ones with them."""
    values = values if isinstance(values, list | tuple) else [values]
    with name_scope(name, "RaggedConcat", values):
        return _joined(list(values), axis, stacked=False)


def ragged_stack(values: Any, axis: Any = 0, name: str | None = None) -> Any:
    """Tensors of different sizes side by side along a new axis, as a ragged tensor.

    Args:
      values: the tensors, ragged or not, all of one rank.
      axis: where the new axis stands in the result.
      name: the scope of the new ops.

    Raises:
      ValueError: there are none, their ranks differ, or there is no such axis.

    >>> run(ragged_stack([tf.ragged.constant([[1, 2], [3]]), tf.ragged.constant([[4]])])).to_list()
    [[[1, 2], [3]], [[4]]]
    """
    values = values if isinstance(values, list | tuple) else [values]
    with name_scope(name, "RaggedConcat", values):
        return _joined(list(values), axis, stacked=True)


def _joined(inputs: list[Any], axis: Any, stacked: bool) -> Any:
    if not inputs:
        raise refusal("rt_inputs may not be empty.")
    inputs = [to_tensor_or_ragged(one, name="rt_input") for one in inputs]
    dtype = splits_dtype_of(inputs)
    if len(inputs) == 1:
        return expand_dims(inputs[0], axis=axis) if stacked else inputs[0]
    ndims = None
    for one in inputs:
        if ndims is None:
            ndims = one.shape.ndims
        else:
            one.shape.assert_has_rank(ndims)
    out_ndims = ndims + 1 if stacked and ndims is not None else ndims
    axis = positive_axis(axis, out_ndims)
    if (
        not any(isinstance(one, RaggedTensor) for one in inputs)
        and ndims is not None
        and (axis == (out_ndims or 0) - 1 or axis == ndims - 1)
    ):
        return joining.stack(inputs, axis) if stacked else joining.concat(inputs, axis)
    ragged = [
        one if isinstance(one, RaggedTensor) else RaggedTensor.from_tensor(one, ragged_rank=1, row_splits_dtype=dtype)
        for one in inputs
    ]
    ragged_rank = max(one.ragged_rank for one in ragged)
    ragged = [_of_ragged_rank(one, ragged_rank, dtype) for one in ragged]
    if axis == 0:
        return _one_below_the_other(ragged, stacked)
    if axis == 1:
        return _side_by_side(ragged, stacked)
    values = [one.values for one in ragged]
    nested = [[one.row_splits] for one in ragged]
    with control_dependencies(same_splits(nested)):
        return RaggedTensor.from_row_splits(_joined(values, axis - 1, stacked), nested[0][0], validate=False)


def _of_ragged_rank(value: Any, ragged_rank: int, dtype: DType) -> Any:
    """The same with more ragged dimensions."""
    if ragged_rank > 0:
        if not isinstance(value, RaggedTensor):
            value = RaggedTensor.from_tensor(value, row_splits_dtype=dtype)
        if value.ragged_rank < ragged_rank:
            value = value.with_values(_of_ragged_rank(value.values, ragged_rank - 1, dtype))
    return value


def _one_below_the_other(ragged: list[RaggedTensor], stacked: bool) -> Any:
    values = joining.concat([one.flat_values for one in ragged], axis=0)
    columns = zip(*[one.nested_row_splits for one in ragged], strict=True)
    nested = [_joined_splits(column) for column in columns]
    if stacked:
        nested.insert(0, lengths_to_splits(joining.stack([one.nrows() for one in ragged])))
    return RaggedTensor.from_nested_row_splits(values, nested, validate=False)


def _joined_splits(splits: Any) -> Tensor:
    pieces = [splits[0]]
    offset = splits[0][-1]
    for ends in splits[1:]:
        pieces.append(ends[1:] + offset)
        offset += ends[-1]
    return joining.concat(pieces, axis=0)


def _side_by_side(ragged: list[RaggedTensor], stacked: bool) -> RaggedTensor:
    count = len(ragged)
    rows = ragged[0].nrows()
    words = "Input tensors have incompatible shapes."
    with control_dependencies([assert_equal(one.nrows(), rows, message=words) for one in ragged[1:]]):
        below = _one_below_the_other(ragged, stacked=False)
        order = transpose(reshape(range_of(rows * count), [count, -1]))
        permuted = gather(below, reshape(order, [-1]))
        if stacked:
            splits, values = range_of(0, rows * count + 1, count), permuted
        else:
            splits, values = permuted.row_splits[::count], permuted.values
        for one in ragged:
            splits.set_shape(TensorShape([None if one.shape[0].value is None else one.shape[0].value + 1]))
        return RaggedTensor.from_row_splits(values, splits, validate=False)


# -- where -------------------------------------------------------------------------------------------------


def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Any:
    """`tf.where` of ragged tensors."""
    if (x is None) != (y is None):
        raise refusal("x and y must be either both None or both non-None")
    with name_scope("RaggedWhere", name, [condition, x, y]):
        condition = to_tensor_or_ragged(condition, name="condition")
        if x is None:
            return _coordinates(condition)
        x = to_tensor_or_ragged(x, name="x")
        y = to_tensor_or_ragged(y, name="y")
        splits_dtype_of([condition, x, y])
        return _chosen(condition, x, y)


def _chosen(condition: Any, x: Any, y: Any) -> Any:
    are_ragged = [isinstance(one, RaggedTensor) for one in (condition, x, y)]
    if all(are_ragged):
        return map_flat_values(select.where, condition, x, y)
    if not any(are_ragged):
        return select.where(condition, x, y)
    if are_ragged[0]:
        raise refusal("Input shapes do not match.")
    condition.shape.assert_has_rank(1)
    both = concat([x, y], axis=0)
    x_rows = rows_of(x, both.row_splits.dtype)
    y_rows = rows_of(y, both.row_splits.dtype)
    indices = select.where(condition, range_of(x_rows), x_rows + range_of(y_rows))
    return gather(both, indices)


def _coordinates(condition: Any) -> Tensor:
    """The indices of what is true."""
    if not isinstance(condition, RaggedTensor):
        return select.where(condition)
    inner = _coordinates(condition.values)
    condition = condition.with_row_splits_dtype(inner.dtype)
    first = inner[:, 0]
    rows = dense.gather(condition.value_rowids(), first)
    starts = dense.gather(condition.row_splits, rows)
    columns = first - starts
    return joining.concat([dense_expand_dims(rows, 1), dense_expand_dims(columns, 1), inner[:, 1:]], axis=1)
