"""The gradients of gather and gather_nd: slices for the rows that were picked, or their sum."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.emit import emit
from flowgraph.ir.scope import colocate_with
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, shape, size, zeros
from flowgraph.ops.reshape import reshape, reshape_gradient


def _shape_near(params: Tensor) -> Tensor:
    """The shape of the params, worked out where they are: they may be large."""
    from flowgraph.ops.cast import cast

    with colocate_with(params):
        return cast(shape(params, out_type=dt.int64), dt.int32)


def gather_grad(op: Any, dy: Any) -> list[Any]:
    """Of Gather, and of GatherV2 along the first axis: the rows of `dy`, each for the row it was picked
    from.
    """
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.joining import concat
    from flowgraph.ops.shaping import expand_dims

    params, indices = op.inputs[:2]
    params_shape = _shape_near(params)
    count = expand_dims(size(indices), 0)
    values_shape = concat([count, params_shape[1:]], 0)
    values = reshape_gradient(dy, values_shape)
    slices = IndexedSlices(values, reshape(indices, count), params_shape)
    return [slices] + [None] * (len(op.inputs) - 1)


def gather_v2_grad(op: Any, dy: Any) -> list[Any]:
    """Of GatherV2.

    Along another axis than the first, that axis is moved to the front (behind the batch axes), rows are
    added up
    there, and it is moved back.
    """
    from flowgraph.ops.gather import gather
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.shaping import expand_dims, transpose
    from flowgraph.ops.static_value import constant_value

    params, indices, axis = op.inputs
    known = constant_value(axis)
    if known is not None and known == 0:
        return gather_grad(op, dy)
    params_shape = _shape_near(params)
    expand_dims(size(indices), 0)  # TF makes them here, and once more where it needs them
    batch_dims = op.attrs["batch_dims"]
    if batch_dims < 0:
        batch_dims += len(indices.sizes)
    outer, inner = params_shape[:axis], params_shape[axis:][1:]
    values_shape = concat([outer, [-1], inner], 0)
    axes, axis_at = size(values_shape), size(outer)
    batch = range_op(batch_dims)
    between = range_op(batch_dims, axis_at)
    behind = range_op(axis_at + 1, axes)
    values = reshape_gradient(dy, values_shape)
    order = concat([batch, [axis_at], between, behind], 0)
    moved = transpose(values, order)
    rows = params_shape[axis]
    if known is not None and params.sizes is not None:
        known = known % len(params.sizes)
    if batch_dims and known != batch_dims:
        # TF 1.15 forgets that the shape is transposed too: its gradient is wrong; later versions have this op
        params_shape = gather(params_shape, order)
    dx = _sum_of_rows(params_shape, moved, indices, batch_dims, rows)
    return [transpose(dx, concat([batch, between + 1, [batch_dims], behind], 0)), None, None]


def _sum_of_rows(params_shape: Tensor, values: Tensor, indices: Tensor, batch_dims: int, rows: Tensor) -> Tensor:
    """The gradient of the params with the picked axis behind the batch axes."""
    from flowgraph.ops.joining import concat
    from flowgraph.ops.reduction import PROD
    from flowgraph.ops.segment import unsorted_segment_sum
    from flowgraph.ops.shaping import expand_dims

    count = expand_dims(size(indices), 0)
    if not batch_dims:
        return unsorted_segment_sum(values, reshape(indices, count), rows)
    values_shape = shape(values)
    outer = values_shape[:batch_dims]
    inner = values_shape[batch_dims:][1:]
    batches = emit(PROD, outer, [0], keep_dims=False)
    flat_shape = concat([[-1], inner], 0)
    rows = rows * batches
    indices = _with_batch_offsets(params_shape, indices, batch_dims)
    values = reshape_gradient(values, flat_shape)
    total = unsorted_segment_sum(values, reshape(indices, count), rows)
    return reshape(total, concat([outer, flat_shape], 0))


def _with_batch_offsets(params_shape: Tensor, indices: Any, batch_dims: int) -> Tensor:
    """The numbers of the rows when the batch axes are made one with the picked axis."""
    from flowgraph.ops.cast import cast
    from flowgraph.ops.joining import stack
    from flowgraph.ops.range import range as range_op

    axes = len(indices.sizes)
    dtype = indices.dtype.base_dtype
    sizes = cast(params_shape, dtype)
    stride: Any = ones((), dtype=dtype)
    for axis in range(batch_dims, 0, -1):
        length = sizes[axis - 1]
        stride *= sizes[axis]
        start, step = zeros((), dtype=dtype), ones((), dtype=dtype)
        offsets = range_op(start, length, step)
        offsets *= stride
        shape_of_axis = stack([1] * (axis - 1) + [length] + [1] * (axes - axis), axis=0)
        indices += reshape(offsets, shape_of_axis)
    return indices


def gather_nd_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of GatherNd: scattered back; for plain rows IndexedSlices."""
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.scattering import scatter_nd
    from flowgraph.ops.shaping import squeeze

    params, indices = op.inputs
    params_shape = shape(params, out_type=indices.dtype)
    if indices.sizes is not None and len(indices.sizes) == 2 and indices.sizes[-1] == 1:
        return [IndexedSlices(dy, squeeze(indices, axis=-1), params_shape), None]
    return [scatter_nd(indices, dy, params_shape), None]
