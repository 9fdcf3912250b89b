"""Gathering within each entry of a batch, built of ops that know no batches; grids; repeated entries."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor, to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, rank, reshape, shape, size, zeros
from flowgraph.ops.broadcasting import broadcast_to
from flowgraph.ops.cast import CAST
from flowgraph.ops.gather import GATHER_ND, gather
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.masking import all_axes, boolean_mask, sequence_mask
from flowgraph.ops.math import maximum
from flowgraph.ops.range import range_op
from flowgraph.ops.reduction import MAX, PROD
from flowgraph.ops.shaping import expand_dims, tile, transpose
from flowgraph.shapes import TensorShape


def _product(sizes: Tensor) -> Tensor:
    return emit(PROD, sizes, [0], keep_dims=False)


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """`result[b, i] = params[b, indices[b, i]]`: the last axis of `indices` picks, those before it are the
    batch.

    Args:
      params: a tensor.
      indices: integers of known rank.
      name: the scope of the ops.

    Raises:
      ValueError: the rank of `indices` is not known.

    >>> run(batch_gather([[1, 2, 3], [4, 5, 6]], [[2], [0]]))
    array([[3],
           [4]], dtype=int32)
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices.sizes is None:
            raise refusal("batch_gather does not allow indices with unknown shape.")
        batch_dims = len(indices.sizes) - 1
        if batch_dims < 0:
            raise refusal(f"batch_dims = {batch_dims} must be less than rank(indices) = 0")
        if params.sizes is not None and batch_dims >= len(params.sizes):
            raise refusal(f"batch_dims = {batch_dims} must be less than rank(params) = {len(params.sizes)}")
        return _batch_gather(params, indices, batch_dims)


def _batch_gather(params: Tensor, indices: Tensor, batch_dims: int) -> Tensor:
    """Number the rows of the whole batch through, gather them, and put the batch back in shape."""
    indices_shape, params_shape = shape(indices), shape(params)
    dtype = indices.dtype.base_dtype
    assert indices.sizes is not None
    axes = len(indices.sizes)
    rows: Any = indices
    stride: Any = ones((), dtype=dtype)
    sizes = emit(CAST, params_shape, DstT=dtype)
    for axis in range(batch_dims, 0, -1):
        length = sizes[axis - 1]
        stride *= sizes[axis]
        start, step = zeros((), dtype=dtype), ones((), dtype=dtype)
        offsets: Any = range_op(start, length, step)
        offsets *= stride
        rows += reshape(offsets, stack([1] * (axis - 1) + [length] + [1] * (axes - axis), axis=0))
    flat_rows = reshape(rows, [-1])
    tail = params_shape[batch_dims + 1 :]
    count = _product(params_shape[: batch_dims + 1])
    table = reshape(params, concat([[count], tail], axis=0))
    result = reshape(gather(table, flat_rows), concat([indices_shape, tail], axis=0))
    batch = indices.shape[:batch_dims].merge_with(params.shape[:batch_dims])
    result.set_shape(batch.concatenate(indices.shape[batch_dims:]).concatenate(params.shape[batch_dims + 1 :]))
    return result


def batch_gather_nd(params: Any, indices: Any, batch_dims: Any, name: str | None = None) -> Tensor:
    """`gather_nd` within each entry of a batch; see there.

    Args:
      params: the tensor to pick from.
      indices: vectors of indices.
      batch_dims: how many first axes are the batch, at least one.
      name: the scope of the ops.

    Raises:
      ValueError: `indices` or `params` have no more axes than that.
    """
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if not isinstance(batch_dims, int):
            raise refusal(f"batch_dims must be an int; got {batch_dims!r}", TypeError)
        if batch_dims < 0:
            raise refusal("tf.gather_nd does not allow negative batch_dims.")
        for label, tensor in (("indices", indices), ("params", params)):
            if tensor.sizes is not None and batch_dims >= len(tensor.sizes):
                raise refusal(f"batch_dims = {batch_dims} must be less than rank({label}) = {len(tensor.sizes)}")
        params_shape, indices_shape = shape(params), shape(indices)
        batch_shape = params_shape[:batch_dims]
        count = _product(batch_shape)
        inner_axes = rank(indices) - batch_dims - 1
        inner_shape = indices_shape[batch_dims:-1]
        grid = _batch_grid(batch_shape, indices.dtype)
        grid_shape = shape(grid)
        spread_shape = [grid_shape[:1], ones(inner_axes, dtype=dt.int32), grid_shape[1:]]
        grid = reshape(grid, concat(spread_shape, axis=0))
        grid = tile(grid, concat(((1,), inner_shape, (1,)), axis=0))
        flat_shape = concat(([count], indices_shape[batch_dims:]), axis=0)
        # the vectors, with the place in the batch before each
        whole = concat((grid, reshape(indices, flat_shape)), axis=-1)
        found = emit(GATHER_ND, params, whole)
        found_shape = shape(found)
        return reshape(found, concat((batch_shape, found_shape[1:]), axis=0))


def _batch_grid(batch_shape: Tensor, dtype: Any) -> Tensor:
    """A row for each entry of the batch: its place along every batch axis."""
    places = [emit(CAST, range_op(0, length, 1), DstT=dtype.base_dtype) for length in unstack(batch_shape, axis=0)]
    grids = meshgrid(*places, indexing="ij")
    return transpose(stack([reshape(grid, (-1,)) for grid in grids], axis=0))


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """For vectors of coordinates the coordinates of every point of the grid that they span.

    Args:
      *args: vectors of one dtype.
      **kwargs: `indexing`: "xy" (the first vector runs along the second axis, as in a picture) or "ij";
      `name`: the
        scope of the ops.

    Raises:
      ValueError: another indexing.
      TypeError: another argument.

    >>> x, y = meshgrid([1, 2, 3], [4, 5])
    >>> run(y)
    array([[4, 4, 4],
           [5, 5, 5]], dtype=int32)
    """
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        raise refusal(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function", TypeError)
    if indexing not in ("xy", "ij"):
        raise refusal("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        axes = len(args)
        single = (1,) * axes
        output = [reshape(stack(x), (*single[:i], -1, *single[i + 1 :])) for i, x in enumerate(args)]
        sizes = [size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and axes > 1:
            output[0] = reshape(output[0], (1, -1, *single[2:]))
            output[1] = reshape(output[1], (-1, 1, *single[2:]))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        whole = ones(sizes, dtype)
        return [x * whole for x in output]


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Each entry along an axis several times in a row: numpy's `repeat`.

    Args:
      input: a tensor.
      repeats: how often, for all entries or for each.
      axis: the axis; None: of the flattened tensor.
      name: the scope of the ops.

    Raises:
      TypeError: the axis is no integer, or `repeats` are none.
      ValueError: there is no such axis, or another number of `repeats` than entries.

    >>> run(repeat([1, 2, 3], [2, 0, 1]))
    array([1, 1, 3], dtype=int32)
    """
    if axis is None:
        input, axis = reshape(input, [-1]), 0
    if not isinstance(axis, int):
        raise refusal(f"axis must be an int; got {type(axis).__name__}", TypeError)
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert_to_tensor(input, name="data")
        repeats = to_tensor(repeats, None, "repeats", dt.int32)
        if not repeats.dtype.is_integer:
            raise refusal(f"repeats must be an integer tensor; dtype={repeats.dtype}", TypeError)
        repeats = emit(CAST, repeats, DstT=dt.int32)
        repeats.shape.with_rank_at_most(1)
        return _repeat(_at_least_a_vector(data), repeats, axis)


def _at_least_a_vector(data: Tensor) -> Tensor:
    if data.sizes is not None:
        return data if data.sizes else stack([data])
    sizes, axes = shape(data), rank(data)
    return reshape(data, concat([[1], sizes], axis=0)[-axes:])


def _repeat(data: Tensor, repeats: Any, axis: int) -> Tensor:
    sizes = shape(data)
    axis = _from_the_front(axis, data)
    if repeats.sizes is not None and len(repeats.sizes) == 1 and data.sizes is not None:
        TensorShape([data.sizes[axis]]).assert_is_compatible_with(repeats.shape)
    if repeats.sizes == ():
        tiled = _tile_one(expand_dims(data, axis + 1), axis + 1, repeats)
        return reshape(tiled, concat([sizes[:axis], [-1], sizes[axis + 1 :]], axis=0))
    if repeats.sizes is None or len(repeats.sizes) != axis + 1:
        repeats_shape, repeats_axes = shape(repeats), rank(repeats)
        repeats = broadcast_to(repeats, concat([sizes[: axis + 1 - repeats_axes], repeats_shape], axis=0))
        repeats.set_shape([None] * (axis + 1))
    most = maximum(0, emit(MAX, repeats, all_axes(repeats), keep_dims=False))
    mask = sequence_mask(repeats, most)
    result = boolean_mask(_tile_one(expand_dims(data, axis + 1), axis + 1, most), mask)
    if axis:
        result = reshape(result, concat([sizes[:axis], [-1], sizes[axis + 1 :]], axis=0))
    if data.sizes is not None:
        length = 0 if repeats.sizes[0] == 0 else None
        result.set_shape([*data.sizes[:axis], length, *data.sizes[axis + 1 :]])
    return result


def _from_the_front(axis: int, data: Tensor) -> int:
    if data.sizes is None:
        if axis < 0:
            raise refusal("axis may only be negative if ndims is statically known.")
        return axis
    axes = len(data.sizes)
    if not -axes <= axis < axes:
        raise refusal(f"axis={axis} out of bounds: expected {-axes}<=axis<{axes}")
    return axis % axes


def _tile_one(data: Tensor, axis: int, multiple: Any) -> Tensor:
    if data.sizes is not None:
        multiples: Any = [1] * len(data.sizes)
        multiples[axis] = multiple
    else:
        single = ones(rank(data), dt.int32)
        multiples = concat([single[:axis], [multiple], single[axis + 1 :]], axis=0)
    return tile(data, multiples)
