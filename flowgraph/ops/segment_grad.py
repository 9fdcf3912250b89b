"""The gradients of the segment ops: every row looks up what its segment got."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT as MISSING_GRADIENT
from flowgraph.ir.tensor import Tensor


def segment_sum_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of SegmentSum: each row gets its segment's gradient."""
    from flowgraph.ops.gather import gather

    return [gather(dy, op.inputs[1]), None]


def segment_mean_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of SegmentMean: the same, divided by the number of rows."""
    from flowgraph.ops.array import fill, rank, shape
    from flowgraph.ops.constant import constant
    from flowgraph.ops.division import divide
    from flowgraph.ops.gather import gather
    from flowgraph.ops.joining import concat
    from flowgraph.ops.segment import segment_sum
    from flowgraph.ops.shaping import expand_dims

    data, ids = op.inputs
    axes = rank(data)
    ones_shape = concat([shape(ids), fill(expand_dims(axes - 1, 0), 1)], 0)
    ones = fill(ones_shape, constant(1, dtype=dy.dtype))
    return [gather(divide(dy, segment_sum(ones, ids)), ids), None]


def segment_extreme_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of SegmentMax and SegmentMin: shared equally among the rows that are the extreme."""
    from flowgraph.ops.array import zeros_like
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import equal
    from flowgraph.ops.division import divide
    from flowgraph.ops.gather import gather
    from flowgraph.ops.segment import segment_sum
    from flowgraph.ops.select import where

    data, ids = op.inputs
    zeros = zeros_like(data, dtype=data.dtype)
    chosen = equal(data, gather(op.outputs[0], ids))
    count = segment_sum(cast(chosen, dy.dtype), ids)
    shares = gather(divide(dy, count), ids)
    return [where(chosen, shares, zeros), None]


def _looked_up(table: Tensor, ids: Tensor, clipped: Tensor | None = None, kept: Tensor | None = None) -> Any:
    """The rows of `table` for `ids`, zeros for negative ids; and the ids and mask that were used for it."""
    from flowgraph.ops.array import ones_like, zeros_like
    from flowgraph.ops.compare import greater_equal
    from flowgraph.ops.gather import gather
    from flowgraph.ops.math import maximum
    from flowgraph.ops.select import where
    from flowgraph.ops.shaping import expand_dims

    if clipped is None:
        clipped = maximum(ids, zeros_like(ids))
    rows = gather(table, clipped)
    if kept is None:
        kept = greater_equal(ids, 0)
        if rows.sizes is None or kept.sizes is None:
            line = "The ranks of data and segment_ids must be known before this gradient is built"
            raise TypeError(errors.explain(line, details=[f"{rows!r}", f"{kept!r}"], where=user_site()))
        for _ in range(len(rows.sizes) - len(kept.sizes)):
            kept = expand_dims(kept, -1)
        kept = kept & ones_like(rows, dtype=dt.bool)
    return where(kept, rows, zeros_like(rows)), clipped, kept


def unsorted_segment_sum_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of UnsortedSegmentSum: each row gets its segment's gradient, dropped rows get zeros."""
    return [_looked_up(dy, op.inputs[1])[0], None, None]


def unsorted_segment_extreme_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of UnsortedSegmentMax and ...Min: shared equally among the rows that are the extreme."""
    from flowgraph.ops.array import zeros_like
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import equal, logical_and
    from flowgraph.ops.division import divide
    from flowgraph.ops.segment import unsorted_segment_sum
    from flowgraph.ops.select import where

    data, ids, segments = op.inputs
    extremes, clipped, kept = _looked_up(op.outputs[0], ids)
    chosen = logical_and(equal(data, extremes), kept)
    count = unsorted_segment_sum(cast(chosen, dy.dtype), ids, segments)
    shares = _looked_up(divide(dy, count), ids, clipped, kept)[0]
    return [where(chosen, shares, zeros_like(shares)), None, None]


def unsorted_segment_prod_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of UnsortedSegmentProd: the product of the others.

    That is the product divided by the row itself; beside one zero in the segment, for that zero the product
    of the
    rest and for the others nothing; beside two zeros nothing at all.
    """
    from flowgraph.ops.array import ones_like, zeros_like
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import equal, greater
    from flowgraph.ops.gather import gather
    from flowgraph.ops.math import maximum
    from flowgraph.ops.segment import unsorted_segment_prod, unsorted_segment_sum
    from flowgraph.ops.select import where

    data, ids, segments = op.inputs
    is_zero = equal(data, 0)
    zeros = unsorted_segment_sum(cast(is_zero, dt.int32), ids, segments)
    many = greater(zeros, 1)
    dy = where(many, zeros_like(dy), dy)
    others = unsorted_segment_prod(where(is_zero, ones_like(data), data), ids, segments)
    clipped = maximum(ids, zeros_like(ids))
    products = gather(op.outputs[0], clipped)
    rest = gather(others, clipped)
    derivative = where(is_zero, rest, products / data)
    return [_looked_up(dy, ids, clipped)[0] * derivative, None, None]
