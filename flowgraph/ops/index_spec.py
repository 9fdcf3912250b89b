"""What the bounds and masks of a StridedSlice mean: which sizes come out, and which numpy index they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flowgraph.shapes import Size, to_text


class Masks(NamedTuple):
    """Bit i of each says something about entry i of the bounds; see `strided_slice`."""

    begin_mask: int = 0
    end_mask: int = 0
    ellipsis_mask: int = 0
    new_axis_mask: int = 0
    shrink_axis_mask: int = 0


def index_of(begin: Sequence[int], end: Sequence[int], strides: Sequence[int], masks: Masks) -> tuple[Any, ...]:
    """The index under which numpy finds the same entries.

    >>> index_of([0, 1], [0, 5], [1, 2], Masks(ellipsis_mask=1, end_mask=2))
    (Ellipsis, slice(1, None, 2))
    """
    found: list[Any] = []
    for i, step in enumerate(strides):
        bit = 1 << i
        if masks.ellipsis_mask & bit:
            found.append(Ellipsis)
        elif masks.new_axis_mask & bit:
            found.append(None)
        elif masks.shrink_axis_mask & bit:
            if step <= 0:
                raise ValueError("only stride 1 allowed on non-range indexing.")
            found.append(begin[i])
        else:
            first = None if masks.begin_mask & bit else begin[i]
            found.append(slice(first, None if masks.end_mask & bit else end[i], step))
    return tuple(found)


def sizes_of_slice(
    sizes: Sequence[Size],
    begin: Sequence[int] | None,
    end: Sequence[int] | None,
    strides: Sequence[int],
    masks: Masks,
) -> tuple[Size, ...]:
    """The sizes of a slice of a tensor of these sizes.

    Args:
      sizes: those of the tensor; None where unknown.
      begin, end: the bounds; None: not known while building.
      strides: the steps.
      masks: see `strided_slice`.

    Raises:
      ValueError: TF's complaint of the spec.

    >>> sizes_of_slice((4, None, 6), [1, 0], [3, 1], [1, 1], Masks(shrink_axis_mask=2))
    (2, 6)
    >>> sizes_of_slice((4,), None, None, [1], Masks())
    (None,)
    """
    if masks.ellipsis_mask & (masks.ellipsis_mask - 1):
        raise ValueError("Multiple ellipses in slice spec not allowed")
    found: list[Size] = []
    axis = 0
    steps = list(strides)
    if not masks.ellipsis_mask:
        masks = masks._replace(ellipsis_mask=1 << len(steps))
        steps.append(1)
    # new axes behind the ellipsis use up none of the tensor's own
    seen = next(i for i in range(len(steps)) if masks.ellipsis_mask >> i & 1)
    added = sum(masks.new_axis_mask >> i & 1 for i in range(seen, len(steps)))
    for i, step in enumerate(steps):
        bit = 1 << i
        if masks.ellipsis_mask & bit:
            last = min(len(sizes) - (len(steps) - i) + 1 + added, len(sizes))
            found += sizes[axis:last]
            axis = max(axis, last)
        elif masks.new_axis_mask & bit:
            found.append(1)
        elif axis == len(sizes):
            raise ValueError(f"Index out of range using input dim {axis}; input has only {len(sizes)} dims")
        else:
            bounds = None if begin is None or end is None else (begin[i], end[i])
            size = _size_of_entry(sizes[axis], axis, bounds, step, masks, bit)
            if not masks.shrink_axis_mask & bit:
                found.append(size)
            axis += 1
    return tuple(found)


def _size_of_entry(size: Size, axis: int, bounds: tuple[int, int] | None, step: int, masks: Masks, bit: int) -> Size:
    """How many entries one bound takes from an axis."""
    if step == 0:
        raise ValueError(f"strides[{axis}] must be non-zero")
    if size is None:
        return None
    if masks.shrink_axis_mask & bit:
        if step < 0:
            raise ValueError("only stride 1 allowed on non-range indexing.")
        if bounds is not None:
            at = bounds[0] + size if bounds[0] < 0 else bounds[0]
            if not 0 <= at < size:
                raise ValueError(f"slice index {at} of dimension {axis} out of bounds.")
        return 1
    whole = masks.begin_mask & bit and masks.end_mask & bit
    if bounds is None and not whole:
        return None
    first, last = bounds or (None, None)
    taken = slice(None if masks.begin_mask & bit else first, None if masks.end_mask & bit else last, step)
    return len(range(*taken.indices(size)))


def uneven(begin: Any, end: Any, strides: Any) -> str | None:
    """TF's words for bounds of which there are not as many as strides."""
    if begin.ndim == end.ndim == strides.ndim == 1 and len(begin) == len(end) == len(strides):
        return None
    return (
        "Expected begin, end, and strides to be 1D equal size tensors, but got shapes "
        f"{to_text(begin.shape)}, {to_text(end.shape)}, and {to_text(strides.shape)} instead."
    )
