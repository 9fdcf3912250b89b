"""Strings joined by segment: unsorted_segment_join."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import of_entries
from flowgraph.ops.attributes import text
from flowgraph.ops.segment import unsorted_sizes
from flowgraph.shapes import Sizes

_WORDS = VALUE([[b"a", b"b"], [b"c", b"d"]], dt.string)


def _sizes(words: Any, ids: Any, count: Any, **_separator: str) -> Sizes:
    return unsorted_sizes(words, ids, count)


def _join(_xp: Any, words: Any, ids: Any, count: Any, *, separator: str) -> Any:
    words, ids = np.asarray(words, object), np.asarray(ids)
    if np.ndim(count):
        raise invalid("Number of segments should be a scalar")
    if words.shape[: ids.ndim] != ids.shape:
        axis = next((i for i, (a, b) in enumerate(zip(words.shape, ids.shape, strict=False)) if a != b), words.ndim)
        size = ids.shape[axis]
        raise invalid(f"Segment dimension is {size} while input dimension is {size} in rank {axis}")
    if count < 0:
        raise invalid(f"Number of segments must not be negative, got {int(count)}")
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        raise invalid("segment_ids are not allowed to exceed num_segments or to have negative values.")
    inner = words.shape[ids.ndim :]
    rows = words.reshape(ids.size, -1) if words.size else np.empty((ids.size, 0), object)
    parts: list[list[list[bytes]]] = [[[] for _ in range(rows.shape[1])] for _ in range(int(count))]
    for number, row in zip(ids.reshape(-1).tolist(), rows.tolist(), strict=True):
        for column, word in zip(parts[number], row, strict=True):
            column.append(word)
    joined = [separator.encode().join(column) for segment in parts for column in segment]
    return of_entries(joined, (int(count), *inner))


UNSORTED_SEGMENT_JOIN = OpDef(
    "UnsortedSegmentJoin(inputs: string, segment_ids: Tindices, num_segments: Tnumsegments) -> output: string",
    attrs={"separator": "", "Tindices": TypeAttr(INDEX), "Tnumsegments": TypeAttr(INDEX, dt.int32)},
    infer=_sizes,
    forward=_join,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_WORDS, INTS(1, 1), INT(3), separator="-"),
        case(_WORDS, INT([[1, 0], [1, 1]], dt.int64), INT(2)),
    ],
)


def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: str = "", name: str | None = None
) -> Tensor:
    """The strings of each segment joined.

    Args:
      inputs: the strings.
      segment_ids: the segment of each row (or, with more axes, of each entry).
      num_segments: how many segments there are.
      separator: what stands between the strings.
      name: the op's name.

    Raises:
      ValueError: the shapes do not fit, or `num_segments` is negative.
      InvalidArgumentError: (when run) an id lies outside.

    >>> run(unsorted_segment_join(["this", "that", "is"], [0, 1, 0], 2, separator=" "))
    array([b'this is', b'that'], dtype=object)
    """
    separator = text("separator", separator)
    return emit(UNSORTED_SEGMENT_JOIN, inputs, segment_ids, num_segments, separator=separator, name=name)
