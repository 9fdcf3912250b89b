"""The gradient of concat: each input gets its piece of the gradient back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.cases import INT, INTS, case
from flowgraph.ir.context import output_context
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, rank, shape, shape_n
from flowgraph.ops.constant import CONST, constant
from flowgraph.sizes import to_text

_MANY = 16  # from more inputs on, one split is quicker than as many slices


def _offsets(xp: Any, axis: Any, shapes: list[Any]) -> Any:
    if _offsets_failure(axis, shapes):
        raise ValueError("shapes that cannot be joined")
    at = int(axis) % len(shapes[0])
    found, start = [], 0
    for sizes in shapes:
        offset = xp.zeros_like(sizes)
        offset[at] = start
        start += sizes[at]
        found.append(offset)
    return tuple(found)


def _offsets_failure(axis: Any, shapes: list[Any]) -> str | None:
    """TF's words for shapes that cannot be joined."""
    if axis.ndim:
        return f"Concat dim tensor should be a scalar integer, but got shape {to_text(axis.shape)}"
    for i, sizes in enumerate(shapes):
        if sizes.ndim != 1:
            return f"input {i} should be a vector, but got shape {to_text(sizes.shape)}"
    length = len(shapes[0])
    at = int(axis)
    if not -length <= at < length:
        return f"Concat dim is out of range: {at} vs. {length}"
    for i, sizes in enumerate(shapes):
        if len(sizes) != length:
            return f"input {i} should contain {length} elements, but got {len(sizes)}"
        others = [place for place in range(length) if place != at % length]
        if any(sizes[place] != shapes[0][place] for place in others):
            texts = [" ".join(map(str, vector.tolist())) for vector in (sizes, shapes[0])]
            return (
                f"All dimensions except {at % length} must match. Input {i} has shape [{texts[0]}] and doesn't match "
                f"input 0 with shape [{texts[1]}]."
            )
    return None


CONCAT_OFFSET = OpDef(
    "ConcatOffset(concat_dim: int32, shape: N*int32) -> offset: N*int32",
    infer=lambda axis, shapes: [sizes.sizes for sizes in shapes],
    forward=_offsets,
    failure=_offsets_failure,
    gradient=NO_GRADIENT,
    cases=[case(INT(1), [INTS(2, 3), INTS(2, 5)]), case(INT(-2), [INTS(2, 3), INTS(1, 3), INTS(4, 3)])],
)


def concat_offset(concat_dim: Any, shape: Sequence[Any], name: str | None = None) -> list[Tensor]:
    """Where each of several tensors of these shapes begins when they are joined along `concat_dim`.

    >>> run(concat_offset(1, [[2, 2], [2, 3]]))
    [array([0, 0], dtype=int32), array([0, 2], dtype=int32)]
    """
    return emit(CONCAT_OFFSET, concat_dim, shape, name=name)


def concat_grad(op: Any, dy: Any) -> list[Any]:
    """For each value its piece of `dy`, for the axis nothing."""
    from flowgraph.ops.indexed_slices import IndexedSlices

    *values, axis = op.inputs
    if isinstance(dy, Tensor):
        return [*_pieces(values, axis, dy), None]
    if not isinstance(dy, IndexedSlices):
        raise TypeError(f"Expected Tensor or IndexedSlices, got {type(dy)}")
    at = axis % rank(values[0])
    if _static_axis(axis, values[0]) > 0:
        return [*_columns_of_slices(values, at, dy), None]
    return [*_rows_of_slices(values, at, dy), None]


def _pieces(values: Sequence[Tensor], axis: Tensor, dy: Tensor) -> list[Tensor]:
    from flowgraph.ops.joining import stack
    from flowgraph.ops.shaping import squeeze
    from flowgraph.ops.slicing import slice
    from flowgraph.ops.splitting import split

    if axis.op.opdef is CONST and output_context(axis.op) is not output_context(dy.op):
        # a copy of its own, so that it need not be carried into a loop
        axis = constant(axis.constant(), axis.dtype)
    at = axis % rank(values[0])
    sizes = _shapes(values)
    if len(sizes) > _MANY:
        return split(dy, squeeze(slice(stack(sizes, axis=1), [at, 0], [1, -1])), at)
    offsets = concat_offset(at, sizes)
    return [slice(dy, begin, size) for begin, size in zip(offsets, sizes, strict=True)]


def _shapes(values: Sequence[Tensor]) -> list[Tensor]:
    """The values' shapes: a constant each, or, as soon as one is not known while building, one op for all."""
    found = []
    for value in values:
        sizes = shape(value)
        if sizes.op.opdef is not CONST:
            return shape_n(values)
        found.append(sizes)
    return found


def _static_axis(axis: Tensor, value: Tensor) -> int:
    known = axis.constant()
    if known is None:
        raise ValueError("Can only compute IndexedSlices gradient with statically-known concat_dim")
    if known >= 0:
        return int(known)
    count = rank(value).constant()
    if count is None:
        raise ValueError(
            "Can only compute IndexedSlices gradient with negative concat_dim when first value rank is "
            "statically-known."
        )
    return int(known % count)


def _columns_of_slices(values: Sequence[Tensor], axis: Tensor, dy: Any) -> list[Any]:
    """The values were joined side by side: each gets all rows of the slices, of each row its piece."""
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.joining import concat
    from flowgraph.ops.math import add
    from flowgraph.ops.shaping import expand_dims
    from flowgraph.ops.slicing import slice

    sizes = [shape(value) for value in values]
    rank_of_values = shape(sizes[0])
    # a one where the axis is
    mask = concat([fill(expand_dims(axis, 0), 0), [1], fill(rank_of_values - axis - 1, 0)], 0)
    begin = fill(rank_of_values, 0)
    found = []
    for size in sizes:
        piece = slice(dy.values, begin, concat([[-1], slice(size, [1], [-1])], 0))
        found.append(IndexedSlices(piece, dy.indices, size))
        begin = add(begin, size * mask)
    return found


def _rows_of_slices(values: Sequence[Tensor], axis: Tensor, dy: Any) -> list[Any]:
    """The values were joined one behind the other: each gets those slices that are rows of it."""
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import logical_and
    from flowgraph.ops.gather import gather
    from flowgraph.ops.indexed_slices import IndexedSlices
    from flowgraph.ops.select import where
    from flowgraph.ops.shaping import squeeze

    sizes = [shape(value) for value in values]
    start = constant(0, dtype=dy.indices.dtype)
    found = []
    for size in sizes:
        rows = cast(gather(size, axis), dy.indices.dtype)
        end = start + rows
        mine = squeeze(where(logical_and(dy.indices >= start, dy.indices < end)), axis=[1])
        indices = gather(dy.indices, mine) - start
        found.append(IndexedSlices(gather(dy.values, mine), indices, size))
        start = end
    return found
