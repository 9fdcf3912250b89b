"""The gradients of the reductions: bringing the gradient of the few back to the many."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.scope import colocate_with, device
from flowgraph.ir.tensor import Tensor


def reduced_shape(input_shape: Any, axes: Any) -> Tensor:
    """The shape of a reduction's output, reduced axes kept with size 1, worked out in the graph.

    Args:
      input_shape: the shape of what is reduced: a 1-D tensor or a sequence.
      axes: the reduced axes: a tensor of one or more, negative ones counted from the end.
    """
    from flowgraph.ops.array import fill, shape, size
    from flowgraph.ops.cast import cast
    from flowgraph.ops.partition import dynamic_stitch
    from flowgraph.ops.range import range as range_op

    input_shape = cast(input_shape, dt.int32)
    axes = cast(axes, dt.int32)
    rank = size(input_shape)
    axes = (axes + rank) % rank
    axes_shape = shape(axes)
    return dynamic_stitch([range_op(rank), axes], [input_shape, fill(axes_shape, 1)])


def _repeats(full: Any, reduced: Any) -> Tensor:
    """How often each axis of `reduced` repeats in `full`; 0 entries of 0 count as 0 times."""
    from flowgraph.ops.math import maximum

    return full // maximum(reduced, 1)


def sum_grad(op: Any, dy: Tensor) -> list[Any]:
    """Every entry of the input gets the gradient of the sum it went into."""
    from flowgraph.ops.array import reshape, shape
    from flowgraph.ops.constant import constant
    from flowgraph.ops.shaping import tile
    from flowgraph.ops.static_value import constant_value

    x, axes = op.inputs
    known = None if x.sizes is None else constant_value(axes)
    if known is not None:
        rank = len(x.sizes)
        if np.array_equal(known, np.arange(rank)):
            dy = reshape(dy, [1] * rank)
            return [tile(dy, shape(x) if None in x.sizes else constant(x.sizes, dt.int32)), None]
        if None not in x.sizes:
            known_shapes = _known_shapes(x, tuple(known.reshape(-1)))
            return [tile(reshape(dy, known_shapes[0]), known_shapes[1]), None]
    full = shape(x)
    with colocate_with(full):
        kept = reduced_shape(full, axes)
        repeats = _repeats(full, kept)
    return [tile(reshape(dy, kept), repeats), None]


def _known_shapes(x: Tensor, axes: tuple[Any, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The reduced shape and the repeats of a known shape.

    TF adds the ops that work them out once for each shape and axes of a graph, takes their values and leaves
    the ops behind unused; so do we, for the names that everything after them gets.
    """
    cache = x.graph.memory.setdefault("reduced_shapes", {})
    found = cache.get((x.sizes, axes))
    if found is None:
        assert x.sizes is not None
        reduced_shape(x.sizes, axes)
        reduced = {int(axis) % len(x.sizes) for axis in axes}
        kept = tuple(1 if axis in reduced else size for axis, size in enumerate(x.sizes))
        _repeats(x.sizes, kept)
        repeats = tuple(size if axis in reduced else min(size, 1) for axis, size in enumerate(x.sizes))  # type: ignore[type-var]
        found = cache[x.sizes, axes] = kept, repeats
    return found


def mean_grad(op: Any, dy: Tensor) -> list[Any]:
    """As for the sum, divided by how many entries went into each mean."""
    from flowgraph.ops.array import shape
    from flowgraph.ops.cast import cast
    from flowgraph.ops.constant import constant
    from flowgraph.ops.division import truediv
    from flowgraph.ops.reduction import reduce_prod

    x, y = op.inputs[0], op.outputs[0]
    grad = sum_grad(op, dy)[0]
    if x.sizes is not None and y.sizes is not None and None not in x.sizes and None not in y.sizes:
        count = constant(prod(x.sizes) // max(prod(y.sizes), 1), dtype=grad.dtype)
    else:
        x_shape, y_shape = shape(x), shape(y)
        count = _repeats(reduce_prod(x_shape), reduce_prod(y_shape))
    return [truediv(grad, cast(count, grad.dtype)), None]


def extreme_grad(op: Any, dy: Tensor) -> list[Any]:
    """Of Max and Min: the gradient is shared equally among the entries that are the extreme."""
    from flowgraph.ops.array import reshape, shape
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import equal
    from flowgraph.ops.division import divide
    from flowgraph.ops.reduction import reduce_sum

    x, axes = op.inputs
    kept = reduced_shape(shape(x), axes)
    y = reshape(op.outputs[0], kept)
    dy = reshape(dy, kept)
    chosen = cast(equal(y, x), dy.dtype)
    count = reshape(reduce_sum(chosen, axes), kept)
    return [divide(chosen, count) * dy, None]


def prod_grad(op: Any, dy: Tensor) -> list[Any]:
    """Each entry's gradient is the product of all others, cumulated from both sides: a zero does no harm.

    The reduced axes are moved to the front and made one, `left[i]` and `right[i]` are the products before and
    behind entry i, and everything is moved back.
    """
    from flowgraph.ops.array import rank as rank_of
    from flowgraph.ops.array import reshape, shape
    from flowgraph.ops.cast import cast
    from flowgraph.ops.complex import conj
    from flowgraph.ops.cumulative import cumprod
    from flowgraph.ops.gather import gather
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.reduction import reduce_prod
    from flowgraph.ops.sets import setdiff1d
    from flowgraph.ops.shaping import invert_permutation, tile, transpose

    x, axes = op.inputs
    full = shape(x)
    flat_axes = reshape(axes, [-1])
    kept = reduced_shape(full, axes)
    repeats = _repeats(full, kept)
    dy = tile(reshape(dy, kept), repeats)
    with device("/cpu:0"):
        rank = rank_of(x)
        flat_axes = (flat_axes + rank) % rank
        reduced = cast(flat_axes, dt.int32)
        others, _ = setdiff1d(range_op(0, rank), reduced)
        order = concat([reduced, others], 0)
        reduced_count = reduce_prod(gather(full, reduced))
        others_count = reduce_prod(gather(full, others))
    moved = transpose(x, order)
    moved_shape = shape(moved)
    table = reshape(moved, (reduced_count, others_count))
    left = cumprod(table, axis=0, exclusive=True)
    right = cumprod(table, axis=0, exclusive=True, reverse=True)
    y = reshape(conj(left) * conj(right), moved_shape)
    out = dy * transpose(y, invert_permutation(order))
    return [reshape(out, full), None]
