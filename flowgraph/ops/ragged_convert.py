"""Between ragged and other tensors: from and to ordinary ones, from and to sparse ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import FLOAT, INTS, case
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, ones, rank, shape, zeros
from flowgraph.ops.assertion import Assert
from flowgraph.ops.broadcasting import broadcast_to
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, logical_and, logical_not, not_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.masking import boolean_mask, sequence_mask
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.ragged_range import int_tensor
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import reduce_all, reduce_any, reduce_max, reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor, is_sparse
from flowgraph.shapes import Sizes, TensorShape

# -- from ordinary tensors ---------------------------------------------------------------------------------


def from_tensor(
    tensor: Any, lengths: Any, padding: Any, ragged_rank: Any, name: Any, row_splits_dtype: Any
) -> RaggedTensor:
    """See `RaggedTensor.from_tensor`."""
    dtype = as_dtype(row_splits_dtype)
    if lengths is not None and padding is not None:
        raise refusal("Specify lengths or padding, but not both")
    if not isinstance(ragged_rank, int):
        raise refusal(f"ragged_rank expected int, got {ragged_rank!r}", TypeError)
    if ragged_rank <= 0:
        raise refusal(f"ragged_rank must be greater than 0; got {ragged_rank}")
    with name_scope(name, "RaggedFromTensor", [tensor, lengths, padding]):
        tensor = to_tensor(tensor, None, "tensor")
        tensor.shape.with_rank_at_least(ragged_rank + 1)
        sizes = shape(tensor, out_type=dtype)
        columns = sizes[1]
        if ragged_rank > 1:
            return _several_ragged(tensor, lengths, padding, ragged_rank, sizes)
        if padding is not None:
            lengths = _lengths_without(padding, tensor, columns, dtype)
        if lengths is not None:
            return _of_lengths(tensor, lengths, columns, dtype)
        rows = sizes[0]
        count = rows * columns
        splits = range_of(rows + 1) * columns
        values = reshape(tensor, concat([[count], sizes[2:]], axis=0))
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def _several_ragged(tensor: Tensor, lengths: Any, padding: Any, ragged_rank: int, sizes: Tensor) -> RaggedTensor:
    """Several dimensions become ragged: the inner ones of a matrix of rows, the others all alike."""
    dtype = sizes.dtype
    flat_shape = concat([constant([-1], dtype), sizes[ragged_rank:]], axis=0)
    values = RaggedTensor.from_tensor(reshape(tensor, flat_shape), lengths, padding, row_splits_dtype=dtype)
    counts = cumprod(sizes)
    splits = [range_of(0, counts[axis - 1] + 1) * sizes[axis] for axis in range(1, ragged_rank)]
    return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def _lengths_without(padding: Any, tensor: Tensor, columns: Tensor, dtype: Any) -> Tensor:
    """The lengths of the rows without the padding at their ends."""
    padding = to_tensor(padding, tensor.dtype, "padding")
    padding.shape.assert_is_compatible_with(tensor.shape[2:])
    alike = equal(padding, tensor)
    axes = rank(tensor)
    inner = range_of(2, axes)
    is_padding = cond(axes > 2, lambda: reduce_all(alike, axis=inner), lambda: alike)
    is_padding.set_shape(TensorShape([None, None]))
    is_padding.set_shape(tensor.shape[:2])
    kept = cast(logical_not(is_padding), dtype)
    return reduce_max(kept * expand_dims(range_of(1, columns + 1), 0), axis=1)


def _of_lengths(tensor: Tensor, lengths: Any, columns: Tensor, dtype: Any) -> RaggedTensor:
    if isinstance(lengths, list | tuple) and lengths and not isinstance(lengths[0], int | float):
        tensor.shape.with_rank_at_least(len(lengths) + 1)
        marks = ones([reduce_sum(lengths[-1])], dtype=dt.bool)
        of_marks = RaggedTensor.from_nested_row_lengths(marks, lengths, validate=False)
        kept = boolean_mask(tensor, of_marks.to_tensor(default_value=False))
        return RaggedTensor.from_nested_row_lengths(kept, lengths, validate=False)
    lengths = int_tensor(lengths, "lengths", dtype)
    lengths.shape.assert_has_rank(1)
    lengths = maximum(minimum(lengths, columns), 0)
    limits = cumsum(lengths)
    splits = concat([zeros([1], dtype), limits], axis=0)
    values = boolean_mask(tensor, sequence_mask(lengths, maxlen=columns))
    return RaggedTensor.from_row_splits(values, splits, validate=False)


# -- to ordinary tensors -----------------------------------------------------------------------------------


def to_dense(ragged: RaggedTensor, default_value: Any, name: Any) -> Tensor:
    """See `RaggedTensor.to_tensor`."""
    with name_scope(name, "RaggedToTensor", [ragged, default_value]):
        dtype = ragged.row_splits.dtype
        if default_value is not None:
            default_value = to_tensor(default_value, ragged.dtype, "default_value")
        values = ragged.values
        if isinstance(values, RaggedTensor):
            values = values.to_tensor(default_value)
        if default_value is not None:
            default_value = _of_inner_shape(default_value, values)
        lengths = [ragged.row_splits[1:] - ragged.row_splits[:-1]]
        rows = shape(ragged.row_splits, out_type=dtype)[0] - 1
        columns = maximum(reduce_max(lengths), 0)
        sizes = shape(values, out_type=dtype)
        inner = sizes[1:]
        count = sizes[0]
        if default_value is None:
            default_value = zeros(inner, dtype=values.dtype)
        default_value.shape.assert_is_compatible_with(values.shape[1:])
        default_value.set_shape(values.shape[1:])
        starts = expand_dims(ragged.row_splits[:-1], 1)
        limits = expand_dims(ragged.row_splits[1:], 1)
        places = expand_dims(range_of(0, columns), 0)
        with_default = concat([values, stack([default_value])], axis=0)
        at = starts + places
        has_value = at < limits
        at_default = fill(stack([rows, columns]), count)
        return gather(with_default, where(has_value, at, at_default))


def _of_inner_shape(default: Tensor, values: Tensor) -> Tensor:
    """The default value with the shape of one of the values."""
    if values.shape.ndims is not None:
        default.shape.with_rank_at_most(values.shape.ndims - 1)
    if values.sizes is None or default.sizes is None or len(values.sizes) != len(default.sizes) + 1:
        default = broadcast_to(default, shape(values)[1:])
    default.shape.assert_is_compatible_with(values.shape[1:])
    return default


# -- from and to sparse tensors ----------------------------------------------------------------------------


def from_sparse(st_input: Any, name: Any, row_splits_dtype: Any) -> RaggedTensor:
    """See `RaggedTensor.from_sparse`."""
    dtype = as_dtype(row_splits_dtype)
    if not is_sparse(st_input):
        raise refusal(f"Expected SparseTensor, got {type(st_input).__name__}", TypeError)
    with name_scope(name, "RaggedFromSparse", [st_input]):
        sparse = convert_to_tensor_or_sparse_tensor(st_input, name="st_input")
        of_shape, of_indices = sparse.dense_shape.sizes, sparse.indices.sizes
        ranks = (None if of_shape is None else of_shape[0], None if of_indices is None else of_indices[1])
        if 2 not in ranks:
            raise refusal("rank(st_input) must be 2")
        with control_dependencies([_assert_at_the_front(sparse.indices)]):
            rowids = cast(sparse.indices[:, 0], dtype)
            rows = cast(sparse.dense_shape[0], dtype)
            return RaggedTensor.from_value_rowids(sparse.values, rowids, rows, validate=False)


def _assert_at_the_front(indices: Tensor) -> Any:
    """Every row has its entries at its front, without gaps."""
    outer, last = indices[:, :-1], indices[:, -1]
    is_new_row = reduce_any(not_equal(outer[1:], outer[:-1]), axis=1)
    fits = where(is_new_row, equal(last[1:], 0), equal(last[1:], last[:-1] + 1))
    all_fit = logical_and(reduce_all(equal(last[:1], 0)), reduce_all(fits))
    return Assert(all_fit, ["SparseTensor is not right-ragged", "SparseTensor.indices =", indices])


def _sparse_sizes(splits: Any, values: Any) -> list[Sizes]:
    for one in splits:
        if one.sizes is not None and len(one.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(one.sizes)}")
    if values.sizes is None:
        return [(None, None), (None,), (None,)]
    if not values.sizes:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    inner = values.sizes[1:]
    count: int | None = 1
    for size in values.sizes:
        count = None if count is None or size is None else count * size
    axes = len(splits) + len(inner) + 1
    return [(count, axes), (count,), (axes,)]


def _check_splits(splits: list[Any], count: int) -> None:
    for i, ends in enumerate(splits):
        if not ends.size:
            raise invalid("ragged splits may not be empty.")
        if ends[0] != 0:
            raise invalid("First value of ragged splits must be 0.")
        last = splits[i + 1].size - 1 if i + 1 < len(splits) else count
        if ends[-1] != last:
            raise invalid("Final value of ragged splits must match the length the corresponding ragged values.")
        if (ends[1:] < ends[:-1]).any():
            raise invalid("Ragged splits must be non-decreasing.")


def _to_sparse(_xp: Any, splits: list[Any], values: Any) -> tuple[Any, Any, Any]:
    if not values.ndim:
        raise invalid("params.rank must be nonzero")
    _check_splits(splits, values.shape[0])
    columns: list[Any] = [np.arange(splits[0].size - 1)]
    for ends in splits:
        lengths = ends[1:] - ends[:-1]
        places = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths)
        columns = [np.repeat(column, lengths) for column in columns] + [places]
    each, here = math.prod(values.shape[1:]), values.shape[0]
    inner = np.indices(values.shape[1:]).reshape(values.ndim - 1, each)
    columns = [np.repeat(column, each) for column in columns] + [np.tile(column, here) for column in inner]
    longest = [(ends[1:] - ends[:-1]).max(initial=0) for ends in splits]
    whole = [splits[0].size - 1, *longest, *values.shape[1:]]
    indices = np.stack(columns, axis=1).astype(np.int64)
    return indices, values.reshape(-1).copy(), np.array(whole, np.int64)


def _to_sparse_grad(op: Any, _indices: Any, values: Any, _shape: Any) -> list[Any]:
    flat = op.inputs[-1]
    sizes = shape(flat)
    return [None] * (len(op.inputs) - 1) + [reshape(values, sizes)]


RAGGED_TO_SPARSE = OpDef(
    "RaggedTensorToSparse(rt_nested_splits: RAGGED_RANK*Tsplits, rt_dense_values: T) -> "
    "(sparse_indices: int64, sparse_values: T, sparse_dense_shape: int64)",
    attrs={"T": TypeAttr(), "Tsplits": TypeAttr(INDEX, dt.int64)},
    infer=_sparse_sizes,
    forward=_to_sparse,
    gradient=_to_sparse_grad,
    cases=[
        case([INTS(0, 2, 3, dtype=dt.int64)], FLOAT(3)),
        case([INTS(0, 2, 2), INTS(0, 1, 3)], FLOAT(3, 2)),
        case([INTS(0)], FLOAT(0)),
    ],
)


def to_sparse(ragged: RaggedTensor, name: Any) -> SparseTensor:
    """See `RaggedTensor.to_sparse`."""
    with name_scope(name, "RaggedToSparse", [ragged]):
        parts = emit(RAGGED_TO_SPARSE, list(ragged.nested_row_splits), ragged.flat_values, name=name)
        return SparseTensor(*parts)
