"""Ragged tensors in other forms: masked, tiled, with more or fewer axes, partitioned; and functions of their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import array, gather, masking, ragged_gather, shaping
from flowgraph.ops.array import shape
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_less
from flowgraph.ops.compare import equal
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.cumulative import cumprod
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.ragged_parts import (
    MISMATCHED,
    lengths_to_splits,
    repeat_ranges,
    same_splits,
    splits_dtype_of,
    to_tensor_or_ragged,
)
from flowgraph.ops.ragged_range import int_tensor, row_splits_to_segment_ids
from flowgraph.ops.ragged_tensor import RaggedTensor, is_ragged, positive_axis
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.reshape import reshape
from flowgraph.ops.sorting import argsort
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.statistics import count_nonzero


def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function of the innermost values of ragged tensors, which all have the same rows; the result has them, too.

    Args:
      op: the function; its result has as many values as its arguments.
      *args: its arguments: ragged tensors, also inside lists, tuples and dicts, are replaced by their flat values.
      **kwargs: its keyword arguments, likewise.

    Raises:
      ValueError: the ragged ranks differ.

    >>> run(map_flat_values(tf.one_hot, tf.ragged.constant([[1], [], [0, 1]]), depth=2)).to_list()
    [[[0.0, 1.0]], [], [[1.0, 0.0], [0.0, 1.0]]]
    """
    nested: list[Any] = []
    inner_args = _flattened(args, nested)
    inner_kwargs = _flattened(kwargs, nested)
    if not nested:
        return op(*args, **kwargs)
    if len({splits[0].dtype for splits in nested}) > 1:
        raise refusal(MISMATCHED)
    with control_dependencies(same_splits(nested)):
        return RaggedTensor.from_nested_row_splits(op(*inner_args, **inner_kwargs), nested[0], validate=False)


def _flattened(value: Any, nested: list[Any]) -> Any:
    """The value with flat values in place of ragged tensors, whose splits are noted in `nested`."""
    if is_ragged(value):
        ragged = to_tensor_or_ragged(value)
        nested.append(ragged.nested_row_splits)
        return ragged.flat_values
    if isinstance(value, list):
        return [_flattened(item, nested) for item in value]
    if isinstance(value, tuple):
        return tuple(_flattened(item, nested) for item in value)
    if isinstance(value, dict):
        return {key: _flattened(item, nested) for key, item in value.items()}
    return value


# -- masks -------------------------------------------------------------------------------------------------


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """What stands where `mask` is true, without giving up the rows: the result is ragged if the mask is no vector.

    Args:
      data: a tensor, ragged or not.
      mask: the mask, ragged or not: its shape is the front of that of `data`.
      name: the scope of the new ops.

    Raises:
      ValueError: the mask is a scalar, or its rank unknown.

    >>> run(boolean_mask([[1, 2, 3], [4, 5, 6]], [[True, False, True], [False, False, True]])).to_list()
    [[1, 3], [6]]
    """
    with name_scope(name, "RaggedMask", [data, mask]):
        data = to_tensor_or_ragged(data, name="data")
        mask = to_tensor_or_ragged(mask, dt.bool, name="mask")
        dtype = splits_dtype_of([data, mask])
        ndims = mask.shape.ndims
        if ndims is None:
            raise refusal("mask.shape.ndims must be known statically.")
        if ndims == 0:
            raise refusal("mask cannot be scalar.")
        if isinstance(mask, RaggedTensor):
            return _ragged_mask(data, mask, dtype)
        if not isinstance(data, RaggedTensor):
            return _dense_mask(data, mask, dtype)
        if len(mask.sizes) == 1:
            return _mask_of_rows(data, mask)
        ragged_rank = min(data.ragged_rank, len(mask.sizes or ()) - 1)
        mask = RaggedTensor.from_tensor(mask, ragged_rank=ragged_rank, row_splits_dtype=data.row_splits.dtype)
        return boolean_mask(data, mask)


def _ragged_mask(data: Any, mask: Any, dtype: Any) -> Any:
    from flowgraph.ops.ragged_math import reduce_sum

    if not isinstance(data, RaggedTensor):
        data = RaggedTensor.from_tensor(data, ragged_rank=mask.ragged_rank, row_splits_dtype=mask.row_splits.dtype)
    nested = [mask.nested_row_splits, data.nested_row_splits[: mask.ragged_rank]]
    with control_dependencies(same_splits(nested)):
        splits = []
        while isinstance(mask, RaggedTensor):
            if (mask.shape.ndims or 0) > 2:
                splits.append(mask.row_splits)
            else:
                kept = map_flat_values(cast, mask, dtype=dtype)
                splits.append(lengths_to_splits(reduce_sum(kept, axis=1)))
            mask, data = mask.values, data.values
        return RaggedTensor.from_nested_row_splits(boolean_mask(data, mask), splits, validate=False)


def _mask_of_rows(data: RaggedTensor, mask: Tensor) -> RaggedTensor:
    lengths = data.row_lengths()
    splits = lengths_to_splits(masking.boolean_mask(lengths, mask))
    of_values = gather.gather(mask, row_splits_to_segment_ids(data.row_splits))
    return RaggedTensor.from_row_splits(boolean_mask(data.values, of_values), splits, validate=False)


def _dense_mask(data: Tensor, mask: Tensor, dtype: Any) -> Any:
    values: Any = masking.boolean_mask(data, mask)
    ndims = mask.shape.ndims or 0
    if ndims >= 2:
        lengths = reshape(count_nonzero(mask, axis=-1, dtype=dtype), [-1])
        values = RaggedTensor.from_row_lengths(values, lengths, validate=False)
    if ndims > 2:
        sizes = shape(mask, out_type=dtype)
        counts = cumprod(sizes) + 1
        for axis in reversed(range(ndims - 2)):
            size = sizes[axis + 1]
            splits = range_of(counts[axis]) * size
            values = RaggedTensor.from_row_splits(values, splits, validate=False)
    return values


# -- tile --------------------------------------------------------------------------------------------------


def tile(input: Any, multiples: Any, name: Any = None) -> Any:
    """`tf.tile` of ragged tensors."""
    with name_scope(name, "RaggedTile", [input, multiples]):
        input = to_tensor_or_ragged(input, name="input")
        if not isinstance(input, RaggedTensor):
            return shaping.tile(input, multiples, name)
        multiples = int_tensor(multiples, "multiples", input.row_splits.dtype)
        multiples.shape.assert_has_rank(1)
        known = constant_value(multiples)
        values = _tiled_values(input, multiples, known)
        return RaggedTensor.from_nested_row_splits(values, _tiled_splits(input, multiples, known), validate=False)


def _tiled_values(ragged: RaggedTensor, multiples: Tensor, known: Any) -> Tensor:
    nested = ragged.nested_row_splits
    at = range_of(nested[-1][-1])
    previous = None
    for axis in range(ragged.ragged_rank, 0, -1):
        splits = nested[axis - 1]
        if previous is not None:
            splits = gather.gather(previous * multiples[axis + 1], splits)
        if known is None or known[axis] != 1:
            at = repeat_ranges(at, splits, multiples[axis])
        previous = splits
    values = gather.gather(ragged.flat_values, at)
    return shaping.tile(values, concat([multiples[:1], multiples[ragged.ragged_rank + 1 :]], axis=0))


def _tiled_splits(ragged: RaggedTensor, multiples: Tensor, known: Any) -> list[Tensor]:
    nested, axes = ragged.nested_row_splits, ragged.ragged_rank
    # projected[a][b]: where the rows of axis a begin, counted in the rows of axis b
    projected = [{axis: nested[axis]} for axis in range(axes)]
    for source in range(axes):
        for target in range(source + 1, axes - 1):
            projected[source][target] = gather.gather(nested[target], projected[source][target - 1])
    result = []
    for axis in range(axes):
        lengths = nested[axis][1:] - nested[axis][:-1]
        tiled = lengths * multiples[axis + 1]
        repeats: Any = 1
        for outer in range(axis - 1, -1, -1):
            if known is None or known[outer + 1] != 1:
                splits = projected[outer][axis - 1] * repeats
                tiled = repeat_ranges(tiled, splits, multiples[outer + 1])
            repeats *= multiples[outer + 1]
        result.append(lengths_to_splits(shaping.tile(tiled, multiples[:1])))
    return result


# -- axes --------------------------------------------------------------------------------------------------


def expand_dims(input: Any, axis: Any = None, name: Any = None, dim: Any = None) -> Any:
    """`tf.expand_dims` of ragged tensors."""
    axis = axis if dim is None else dim
    with name_scope(name, "RaggedExpandDims", [input]):
        input = to_tensor_or_ragged(input, name="input")
        if not isinstance(input, RaggedTensor):
            return shaping.expand_dims(input, axis)
        ndims = input.shape.ndims
        axis = positive_axis(axis, None if ndims is None else ndims + 1)
        if axis == 0:
            values, splits = input, stack([0, input.nrows()])
        elif axis == 1:
            values, splits = input, range_of(input.nrows() + 1)
        else:
            values, splits = expand_dims(input.values, axis - 1), input.row_splits
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def size(input: Any, name: Any = None, out_type: Any = dt.int32) -> Tensor:
    """`tf.size` of ragged tensors: how many entries there are."""
    return array.size(input.flat_values if is_ragged(input) else input, out_type=out_type, name=name)


def rank(input: Any, name: Any = None) -> Any:
    """`tf.rank` of ragged tensors."""
    with name_scope(name, "RaggedRank", [input]) as scope:
        if not is_ragged(input):
            return array.rank(input, scope)
        return input.ragged_rank + array.rank(input.flat_values)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: Any = None,
) -> Any:
    """`tf.one_hot` of ragged indices."""
    with name_scope(name, "RaggedOneHot", [indices]):
        indices = to_tensor_or_ragged(indices, name="indices")
        if axis is not None:
            axis = positive_axis(axis, indices.shape.ndims)
            if axis < indices.ragged_rank:
                raise refusal("axis may not be less than indices.ragged_rank.")
        return indices.with_flat_values(
            masking.one_hot(indices.flat_values, depth, on_value, off_value, axis, dtype, name)
        )


def squeeze(input: Any, axis: Any = None, name: Any = None, squeeze_dims: Any = None) -> Any:
    """`tf.squeeze` of ragged tensors: the axes must be named."""
    if squeeze_dims is not None:
        if axis is not None:
            raise refusal("Cannot specify both 'axis' and 'squeeze_dims'")
        axis = squeeze_dims
    with name_scope(name, "RaggedSqueeze", [input]):
        input = to_tensor_or_ragged(input)
        if isinstance(input, Tensor):
            return shaping.squeeze(input, axis, name)
        if axis is None:
            raise refusal("Ragged.squeeze must have an axis argument.")
        if isinstance(axis, int):
            axis = [axis]
        elif not isinstance(axis, list | tuple) or not all(isinstance(one, int) for one in axis):
            raise refusal("Axis must be a list or tuple of integers.", TypeError)
        axes = [positive_axis(one, input.shape.ndims) for one in axis]
        dense_axes = [one - input.ragged_rank for one in axes if one > input.ragged_rank]
        ragged_axes = [one for one in axes if one <= input.ragged_rank]
        values = with_dependencies(_assert_single(input, ragged_axes), input.flat_values)
        if dense_axes:
            values = shaping.squeeze(values, dense_axes)
        splits = [ends for i, ends in enumerate(input.nested_row_splits, 1) if i not in ragged_axes]
        if splits and 0 in ragged_axes:
            splits.pop(0)
        result = RaggedTensor.from_nested_row_splits(values, splits)
        if set(range(input.ragged_rank + 1)) <= set(ragged_axes):
            result = shaping.squeeze(result, [0], name)
        return result


def _assert_single(ragged: RaggedTensor, axes: list[int]) -> list[Any]:
    """Assertions that these axes, outer or ragged, have nothing but rows of length 1."""
    one = constant(1, dtype=ragged.row_splits.dtype)
    checks = [
        Assert(reduce_all(equal(lengths, one)), [f"the given axis (axis = {i}) is not squeezable!"])
        for i, lengths in enumerate(ragged.nested_row_lengths(), 1)
        if i in axes
    ]
    if 0 in axes:
        two = constant(2, dtype=dt.int32)
        checks.append(Assert(equal(array.size(ragged.row_splits), two), [_NOT_SQUEEZABLE]))
    return checks


_NOT_SQUEEZABLE = "the given axis (axis = 0) is not squeezable!"


# -- partitions --------------------------------------------------------------------------------------------


def stack_dynamic_partitions(data: Any, partitions: Any, num_partitions: Any, name: str | None = None) -> Any:
    """What belongs to each partition as one row: a ragged `tf.dynamic_partition`.

    Args:
      data: a tensor, ragged or not.
      partitions: the partition of each entry; its shape is the front of that of `data`.
      num_partitions: how many partitions there are.
      name: the scope of the new ops.

    Raises:
      ValueError: the rank of `partitions` is unknown.

    >>> run(stack_dynamic_partitions([1, 2, 3, 4], [3, 1, 3, 0], 4)).to_list()
    [[4], [2], [], [1, 3]]
    """
    with name_scope(name, "SegmentStack", [data, partitions, num_partitions]):
        data = to_tensor_or_ragged(data, name="data")
        dtype = data.row_splits.dtype if isinstance(data, RaggedTensor) else None
        partitions = to_tensor_or_ragged(partitions, name="partitions", preferred_dtype=dtype)
        count = to_tensor(num_partitions, None, "num_partitions", partitions.dtype)
        if dtype is not None:
            partitions = _cast(partitions, dtype)
        count = cast(count, partitions.dtype)
        ndims = partitions.shape.ndims
        if ndims is None:
            raise refusal("partitions must have known rank.")
        count.shape.assert_has_rank(0)
        partitions.shape.assert_is_compatible_with(data.shape[:ndims])
        if ndims == 0:
            values, rows = stack([data]), stack([partitions])
            return RaggedTensor.from_value_rowids(values, rows, nrows=count, validate=False)
        if ndims == 1:
            return _stacked(data, partitions, count)
        if not isinstance(data, RaggedTensor):
            data = RaggedTensor.from_tensor(data, row_splits_dtype=partitions.dtype, ragged_rank=1)
        if not isinstance(partitions, RaggedTensor):
            partitions = RaggedTensor.from_tensor(
                partitions, row_splits_dtype=partitions.dtype, ragged_rank=max(data.ragged_rank, ndims - 1)
            )
        words = "data and partitions have incompatible ragged shapes"
        with control_dependencies([assert_equal(data.row_splits, partitions.row_splits, message=words)]):
            return stack_dynamic_partitions(data.values, partitions.values, count)


def _cast(value: Any, dtype: Any) -> Any:
    if not isinstance(value, RaggedTensor):
        return cast(value, dtype)
    value.graph.claim(None, "Cast")  # TF tries to cast the ragged tensor itself first, which takes the name
    return value.with_flat_values(cast(value.flat_values, dtype))


def _stacked(data: Any, partitions: Tensor, count: Tensor) -> RaggedTensor:
    order = argsort(partitions, stable=True)
    rows = gather.gather(partitions, order)
    values = ragged_gather.gather(data, order) if isinstance(data, RaggedTensor) else gather.gather(data, order)
    words = "partitions must be less than num_partitions"
    with control_dependencies([assert_less(rows[-1:], count, message=words)]):
        return RaggedTensor.from_value_rowids(values, rows, nrows=count, validate=False)


def dynamic_partition(data: Any, partitions: Any, num_partitions: Any, name: Any = None) -> list[Any]:
    """`tf.dynamic_partition` of ragged tensors."""
    if not isinstance(num_partitions, int) or num_partitions < 0:
        raise refusal("num_partitions must be a non-negative integer", TypeError)
    result = stack_dynamic_partitions(data, partitions, num_partitions, name)
    return [result[i] for i in range(num_partitions)]
