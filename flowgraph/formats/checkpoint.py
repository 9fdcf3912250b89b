"""Checkpoints of either version, and what the names in them are."""

from __future__ import annotations

import os

from flowgraph.errors import NotFoundError
from flowgraph.formats.bundle import Bundle, Piece
from flowgraph.formats.old_checkpoint import OldCheckpoint, files_of


def open_checkpoint(prefix: str) -> Bundle | OldCheckpoint:
    """The checkpoint with this path, whichever version it is of.

    Raises:
      NotFoundError: there is none.
      DataLossError: it is damaged.
    """
    if os.path.isfile(f"{prefix}.index"):
        return Bundle(prefix)
    if files_of(prefix):
        return OldCheckpoint(prefix)
    raise NotFoundError(
        None,
        None,
        f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {prefix}",
    )


def parse_slice(text: str) -> tuple[tuple[int, ...], Piece] | None:
    """The shape of a whole and a piece of it, as checkpoints' ops write them; None for the empty text, the whole.

    Raises:
      ValueError: it is no such text.

    >>> parse_slice("4 2 0,2:-")
    ((4, 2), Piece(starts=(0, 0), lengths=(2, -1)))
    """
    if not text:
        return None
    *numbers, last = text.split()
    sizes = tuple(int(number) for number in numbers)
    extents = [(0, -1) if part == "-" else tuple(map(int, part.split(","))) for part in last.split(":")]
    if len(extents) != len(sizes) or any(len(extent) != 2 for extent in extents):
        raise ValueError(f"no slice: {text!r}")
    return sizes, Piece(tuple(start for start, _ in extents), tuple(length for _, length in extents))
