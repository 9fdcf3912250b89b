"""Rows of ragged tensors by their indices: gather, gather_nd, batch_gather."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import batch_gather as dense_batch_gather
from flowgraph.ops import gather as dense
from flowgraph.ops.array import ones, rank, shape
from flowgraph.ops.batch_gather import repeat
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.joining import concat
from flowgraph.ops.ragged_parts import splits_dtype_of, to_tensor_or_ragged
from flowgraph.ops.ragged_range import ragged_range
from flowgraph.ops.ragged_tensor import RaggedTensor, is_ragged
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims
from flowgraph.shapes import Sizes

# -- the op ------------------------------------------------------------------------------------------------


def _gather_sizes(splits: Any, values: Any, indices: Any, *, OUTPUT_RAGGED_RANK: int) -> list[Sizes]:
    for one in splits:
        if one.sizes is not None and len(one.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(one.sizes)}")
    if values.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    axes = OUTPUT_RAGGED_RANK - len(splits) + 1
    if indices.sizes is not None and len(indices.sizes) != axes:
        raise ValueError(f"Shape must be rank {axes} but is rank {len(indices.sizes)}")
    inner = None if values.sizes is None else (None, *values.sizes[1:])
    return [*[(None,)] * OUTPUT_RAGGED_RANK, inner]


def _check(splits: list[Any], values: Any, indices: Any) -> None:
    if not values.ndim:
        raise invalid("params.rank must be nonzero")
    rows = splits[0].size - 1
    flat = indices.reshape(-1)
    wrong = np.flatnonzero((flat < 0) | (flat >= rows))
    if wrong.size:
        raise invalid(f"indices[{wrong[0]}] = {flat[wrong[0]]} is not in [0, {rows})")
    for ends, nexts in zip(splits, [*splits[1:], None], strict=True):
        if (ends[1:] < ends[:-1]).any():
            raise invalid("Ragged splits must be sorted")
        last = values.shape[0] if nexts is None else nexts.size - 1
        if ends.size and ends[-1] > last:
            raise invalid("Ragged splits must not point past values")


def _gather(_xp: Any, splits: list[Any], values: Any, indices: Any, **_rank: int) -> tuple[Any, ...]:
    _check(splits, values, indices)
    dtype = splits[0].dtype
    nested: list[Any] = []
    rows = 1
    for size in indices.shape[:-1]:
        rows *= size
        nested.append(np.arange(rows + 1) * indices.shape[len(nested) + 1])
    at = indices.reshape(-1).astype(np.int64)
    for ends in splits:
        starts, lengths = ends[at], ends[at + 1] - ends[at]
        limits = np.concatenate([[0], np.cumsum(lengths)])
        nested.append(limits)
        at = np.arange(limits[-1]) + np.repeat(starts - limits[:-1], lengths)
    if not indices.ndim:
        nested = nested[1:]
    return (*[ends.astype(dtype) for ends in nested], values[at])


def _gather_grad(op: Any, *grads: Any) -> list[Any]:
    *splits, values, indices = op.inputs
    combined = splits[0]
    for ends in splits[1:]:
        combined = dense.gather(ends, combined)
    flat = reshape(indices, [-1])
    starts = dense.gather(combined, flat)
    limits = dense.gather(combined[1:], flat)
    at = ragged_range(starts, limits).values
    slices = IndexedSlices(values=grads[-1], indices=at, dense_shape=shape(values))
    return [*[None] * len(splits), slices, None]


RAGGED_GATHER = OpDef(
    "RaggedGather(params_nested_splits: PARAMS_RAGGED_RANK*Tsplits, params_dense_values: Tvalues, indices: Tindices) "
    "-> (output_nested_splits: OUTPUT_RAGGED_RANK*Tsplits, output_dense_values: Tvalues)",
    attrs={
        "Tvalues": TypeAttr(), "Tindices": TypeAttr(INDEX), "Tsplits": TypeAttr(INDEX, dt.int64),
        "OUTPUT_RAGGED_RANK": REQUIRED,
    },
    infer=_gather_sizes,
    forward=_gather,
    gradient=_gather_grad,
    data_shape=True,
    cases=[
        case([INTS(0, 2, 3, dtype=dt.int64)], FLOAT(3), INTS(1, 0, 0), OUTPUT_RAGGED_RANK=1),
        case([INTS(0, 1, 3), INTS(0, 2, 2, 3)], FLOAT(3, 2), INTS(1, 0), OUTPUT_RAGGED_RANK=2),
        case([INTS(0, 2, 3, dtype=dt.int64)], FLOAT(3), INT([[1, 0], [0, 0]]), OUTPUT_RAGGED_RANK=2),
        case([INTS(0, 2, 3, dtype=dt.int64)], FLOAT(3), INT(1), OUTPUT_RAGGED_RANK=0),
    ],
)  # fmt: skip

# -- functions ---------------------------------------------------------------------------------------------


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,  # noqa: ARG001  # indices are always validated
    name: Any = None,
    axis: Any = 0,
    batch_dims: Any = 0,
) -> Any:
    """`tf.gather` of ragged tensors: rows of `params`, in the rows of `indices`."""
    if not isinstance(axis, int) or axis != 0:
        raise refusal("axis != 0 is not supported for ragged gather yet.")
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise refusal("batch_dims != 0 is not supported for ragged gather yet.")
    with name_scope(name, "RaggedGather", [params, indices]):
        params = to_tensor_or_ragged(params, name="params")
        indices = to_tensor_or_ragged(indices, name="indices")
        splits_dtype_of([params, indices])
        if isinstance(indices, RaggedTensor):
            return indices.with_values(gather(params, indices.values))
        if not isinstance(params, RaggedTensor):
            return dense.gather(params, indices)
        if indices.sizes is None:
            raise refusal("indices.shape.ndims must be known statically")
        splits = list(params.nested_row_splits)
        ragged_rank = len(indices.sizes) + len(splits) - 1
        *found, values = emit(RAGGED_GATHER, splits, params.flat_values, indices, OUTPUT_RAGGED_RANK=ragged_rank)
        return RaggedTensor.from_nested_row_splits(values, found, validate=False)


def gather_nd(params: Any, indices: Any, name: Any = None, batch_dims: Any = 0) -> Any:
    """`tf.gather_nd` of ragged tensors."""
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise refusal("batch_dims != 0 is not supported for ragged gather yet.")
    if not (is_ragged(params) or is_ragged(indices)):
        return dense.gather_nd(params, indices, name)
    with name_scope(name, "RaggedGatherNd", [params, indices]):
        params = to_tensor_or_ragged(params, name="params")
        indices = to_tensor_or_ragged(indices, name="indices")
        splits_dtype_of([params, indices])
        ndims = indices.shape.ndims
        if ndims is None:
            raise refusal("indices.rank be statically known.")
        if ndims == 0:
            raise refusal("indices.rank must be at least 1.")
        if isinstance(indices, RaggedTensor) and ndims == indices.ragged_rank + 1:
            raise refusal("The innermost dimension of indices may not be ragged")
        index_size = indices.shape[-1].value
        if index_size is None:
            raise refusal("indices.shape[-1] must be statically known.")
        if ndims > 2:
            return _gather_nd_nested(params, indices, ndims)
        if index_size == 0:
            return _whole_several_times(params, indices, ndims)
        if index_size == 1:
            return gather(params, reshape(indices, [-1]))
        return _gather_tuples(params, indices, index_size)


def _gather_nd_nested(params: Any, indices: Any, ndims: int) -> Any:
    is_dense = not isinstance(indices, RaggedTensor)
    if is_dense:
        dtype = params.row_splits.dtype
        indices = RaggedTensor.from_tensor(indices, ragged_rank=ndims - 2, row_splits_dtype=dtype)
    result = indices.with_flat_values(gather_nd(params, indices.flat_values))
    if is_dense and isinstance(result, RaggedTensor) and result.ragged_rank == ndims - 2:
        return result.to_tensor()
    return result


def _whole_several_times(params: Any, indices: Tensor, ndims: int) -> Any:
    from flowgraph.ops.ragged_array import expand_dims as ragged_expand_dims
    from flowgraph.ops.ragged_array import tile as ragged_tile

    axes = params.ragged_rank + rank(params.flat_values)
    for _ in range(ndims - 1):
        params = ragged_expand_dims(params, axis=0)
    multiples = concat([shape(indices)[:-1], ones([axes], dt.int32)], axis=0)
    return ragged_tile(params, multiples)


def _gather_tuples(params: Any, indices: Tensor, index_size: int) -> Any:
    indices = cast(indices, params.row_splits.dtype)
    at = dense.gather(params.row_splits, indices[..., 0])
    at += indices[..., 1]
    params = params.values
    for dim in range(2, index_size):
        if not isinstance(params, RaggedTensor):
            at = concat([expand_dims(at, axis=1), indices[..., dim:]], axis=1)
            return dense.gather_nd(params, at)
        at = dense.gather(params.row_starts(), at)
        at += indices[..., dim]
        params = params.values
    return gather(params, at)


def batch_gather(params: Any, indices: Any, name: Any = None) -> Any:
    """`tf.batch_gather` of ragged tensors: from each row of `params` the entries at its row of `indices`."""
    if not (is_ragged(params) or is_ragged(indices)):
        return dense_batch_gather.batch_gather(params, indices, name)
    with name_scope(name, "RaggedBatchGather", [params, indices]):
        params = to_tensor_or_ragged(params, name="params")
        indices = to_tensor_or_ragged(indices, name="indices")
        splits_dtype_of([params, indices])
        ndims = indices.shape.ndims
        if ndims is None:
            raise refusal("batch_gather does not allow indices with unknown shape.")
        if ndims == 0:
            raise refusal("indices.rank must be at least 1.")
        if isinstance(indices, RaggedTensor):
            return _batch_gather_ragged(params, indices, ndims)
        if ndims == 1:
            return gather(params, indices)
        if ndims != 2:
            raise refusal(_NO_MATCH)
        starts = expand_dims(params.row_starts(), 1)
        return gather(params.values, cast(indices, starts.dtype) + starts)


_NO_MATCH = "batch shape from indices does not match params shape"


def _batch_gather_ragged(params: Any, indices: RaggedTensor, ndims: int) -> Any:
    if ndims > 2:
        if not isinstance(params, RaggedTensor):
            raise refusal(_NO_MATCH)
        with control_dependencies([assert_equal(params.row_splits, indices.row_splits)]):
            found = batch_gather(params.values, indices.values)
            return RaggedTensor.from_row_splits(found, indices.row_splits, validate=False)
    if not isinstance(params, RaggedTensor):
        if params.sizes is not None and len(params.sizes) < 2:
            raise refusal(_NO_MATCH)
        params = RaggedTensor.from_tensor(params, ragged_rank=1, row_splits_dtype=indices.row_splits.dtype)
    counts = indices.row_lengths()
    starts = repeat(params.row_starts(), counts, axis=0)
    at = cast(indices.values, starts.dtype) + starts
    return RaggedTensor.from_row_splits(gather(params.values, at), indices.row_splits, validate=False)
