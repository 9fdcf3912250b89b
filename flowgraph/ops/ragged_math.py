"""Sums, means, products and extremes over ragged dimensions, and over rows that belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.opdef import INDEX
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import reduction, segment
from flowgraph.ops import string_join as strings
from flowgraph.ops.array import ones_like, shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum
from flowgraph.ops.ragged_array import map_flat_values, rank
from flowgraph.ops.ragged_parts import splits_dtype_of, to_tensor_or_ragged
from flowgraph.ops.ragged_range import ragged_range, row_splits_to_segment_ids
from flowgraph.ops.ragged_tensor import RaggedTensor, is_ragged, positive_axis
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import one_of
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.string_segment import unsorted_segment_join
from flowgraph.ops.unary import sqrt

Op = Callable[..., Any]

# -- rows that belong together -----------------------------------------------------------------------------


def _segments(
    op: Op, data: Any, segment_ids: Any, num_segments: Any, separator: str | None = None, name: Any = None
) -> Any:
    """Row `i` of the result joins, column by column, the rows of `data` whose segment id is `i`."""
    if not (is_ragged(data) or is_ragged(segment_ids)):
        joining = () if separator is None else (separator,)
        return op(data, segment_ids, num_segments, *joining, name)
    with name_scope(name, "RaggedSegment", [data, segment_ids, num_segments]):
        data = to_tensor_or_ragged(data, name="data")
        ids = to_tensor_or_ragged(segment_ids, name="segment_ids")
        splits_dtype_of([data, ids])
        if ids.dtype not in INDEX:
            raise refusal("segment_ids must have dtype int32 or int64.")
        if isinstance(ids, RaggedTensor):
            words = "segment_ids.shape must be a prefix of data.shape"
            if not isinstance(data, RaggedTensor):
                raise refusal(f"{words}, but segment_ids is ragged and data is not.")
            with control_dependencies([assert_equal(ids.row_splits, data.row_splits, message=words)]):
                return _segments(op, data.values, ids.values, num_segments, separator)
        lengths = data.row_splits[1:] - data.row_splits[:-1]
        longest = maximum(segment.unsorted_segment_max(lengths, ids, num_segments), 0)
        splits = concat([zeros([1], longest.dtype), cumsum(longest)], axis=0)
        starts = gather(splits, ids)
        limits = starts + lengths
        at = ragged_range(starts, limits).values
        values = _segments(op, data.values, at, splits[-1], separator)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_sum` of ragged tensors."""
    return _segments(segment.unsorted_segment_sum, data, segment_ids, num_segments, name=name or "RaggedSegmentSum")


def segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_prod` of ragged tensors."""
    return _segments(segment.unsorted_segment_prod, data, segment_ids, num_segments, name=name or "RaggedSegmentProd")


def segment_min(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_min` of ragged tensors."""
    return _segments(segment.unsorted_segment_min, data, segment_ids, num_segments, name=name or "RaggedSegmentMin")


def segment_max(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_max` of ragged tensors."""
    return _segments(segment.unsorted_segment_max, data, segment_ids, num_segments, name=name or "RaggedSegmentMax")


def segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_mean` of ragged tensors."""
    with name_scope(name, "RaggedSegmentMean", [data, segment_ids, num_segments]):
        total, count = _total_and_count(data, segment_ids, num_segments)
        if isinstance(total, RaggedTensor):
            return total.with_flat_values(total.flat_values / count.flat_values)
        return total / count


def segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: Any = None) -> Any:
    """`tf.math.unsorted_segment_sqrt_n` of ragged tensors."""
    with name_scope(name, "RaggedSegmentSqrtN", [data, segment_ids, num_segments]):
        total, count = _total_and_count(data, segment_ids, num_segments)
        if isinstance(total, RaggedTensor):
            return total.with_flat_values(total.flat_values / sqrt(count.flat_values))
        return total / sqrt(count)


def _total_and_count(data: Any, segment_ids: Any, num_segments: Any) -> tuple[Any, Any]:
    total = segment_sum(data, segment_ids, num_segments)
    return total, segment_sum(_ones(data), segment_ids, num_segments)


def _ones(ragged: RaggedTensor) -> RaggedTensor:
    flat = ones_like(ragged.flat_values)
    return RaggedTensor.from_nested_row_splits(flat, ragged.nested_row_splits, validate=False)


# -- along axes --------------------------------------------------------------------------------------------


def _reduced(
    op: Op, segment_op: Op, ragged: Any, axis: Any, keepdims: Any, separator: str | None = None, name: Any = None
) -> Any:
    if not is_ragged(ragged):
        joining = {} if separator is None else {"separator": separator}
        return op(ragged, axis, name=name, **joining)
    if keepdims:
        raise refusal("keepdims=True is not supported for RaggedTensors.")
    if isinstance(axis, Tensor):
        axis = constant_value(axis)
        if axis is None:
            raise refusal("axis must be known at graph construction time.")
        axis = axis.tolist() if isinstance(axis, np.ndarray) else axis
    if axis is None:
        return op(ragged.flat_values, None, name=name)
    with name_scope(name, "RaggedReduce", [ragged, axis]):
        if isinstance(axis, tuple | list):
            if not axis:
                return ragged
            if len(axis) > 1:
                axes = sorted(positive_axis(one, ragged.shape.ndims) for one in axis)
                inner = _reduced(op, segment_op, ragged, axes[-1], keepdims, separator)
                return _reduced(op, segment_op, inner, axes[:-1], keepdims, separator)
            axis = axis[0]
        ragged = to_tensor_or_ragged(ragged, name="rt_input")
        axis = positive_axis(axis, ragged.shape.ndims)
        if axis > 1:
            inner = _reduced(op, segment_op, ragged.values, axis - 1, keepdims, separator)
            return ragged.with_values(inner)
        if axis == 1:
            count = shape(ragged.row_splits)[0] - 1
            ids = row_splits_to_segment_ids(ragged.row_splits)
        else:
            lengths = ragged.row_splits[1:] - ragged.row_splits[:-1]
            count = maximum(reduction.reduce_max(lengths), 0)
            ids = ragged_range(lengths).values
        return _segments(segment_op, ragged.values, ids, count, separator)


def _reduction(op: Op, segment_op: Op, what: str) -> Op:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: Any = None) -> Any:
        return _reduced(op, segment_op, input_tensor, axis, keepdims, name=name or what)

    return reduce


_sum = _reduction(reduction.reduce_sum, segment.unsorted_segment_sum, "RaggedReduceSum")
_prod = _reduction(reduction.reduce_prod, segment.unsorted_segment_prod, "RaggedReduceProd")
_min = _reduction(reduction.reduce_min, segment.unsorted_segment_min, "RaggedReduceMin")
_max = _reduction(reduction.reduce_max, segment.unsorted_segment_max, "RaggedReduceMax")


def _mean(input_tensor: Any, axis: Any, keepdims: Any, name: Any) -> Any:
    with name_scope(name, "RaggedReduceMean", [input_tensor, axis]):
        total = _sum(input_tensor, axis, keepdims)
        count = _sum(_ones(input_tensor), axis, keepdims)
        if not isinstance(total, RaggedTensor):
            return total / count
        flat = total.flat_values / count.flat_values
        return RaggedTensor.from_nested_row_splits(flat, total.nested_row_splits, validate=False)


def _of_bools(op: Op, what: str) -> Op:
    def reduce(input_tensor: Any, axis: Any, keepdims: Any, name: Any) -> Any:
        with name_scope(name, what, [input_tensor, axis]):
            numbers = map_flat_values(cast, input_tensor, dt.int32)
            return map_flat_values(cast, op(numbers, axis, keepdims), dt.bool)

    return reduce


def _public(reduce: Op) -> Op:
    """With the arguments of TF1's reductions, old names among them."""

    def public(
        input_tensor: Any,
        axis: Any = None,
        keepdims: Any = None,
        name: Any = None,
        reduction_indices: Any = None,
        keep_dims: Any = None,
    ) -> Any:
        axis = one_of("axis", axis, "reduction_indices", reduction_indices)
        keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
        if axis is None:
            range_of(0, rank(input_tensor))  # TF counts the axes before it sees that they are ragged
        return reduce(input_tensor, axis, keepdims, name)

    return public


reduce_sum = _public(_sum)
reduce_prod = _public(_prod)
reduce_min = _public(_min)
reduce_max = _public(_max)
reduce_mean = _public(_mean)
reduce_all = _public(_of_bools(_prod, "RaggedReduceAll"))
reduce_any = _public(_of_bools(_sum, "RaggedReduceAny"))


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: Any = None,
    separator: str = "",
    name: Any = None,
    reduction_indices: Any = None,
    keepdims: Any = None,
) -> Any:
    """`tf.strings.reduce_join` of ragged tensors."""
    axis = one_of("axis", axis, "reduction_indices", reduction_indices)
    keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
    name = name or "RaggedSegmentJoin"
    return _reduced(strings.reduce_join, unsorted_segment_join, inputs, axis, keepdims, separator, name)
