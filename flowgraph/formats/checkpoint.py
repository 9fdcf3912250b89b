"""Checkpoints of either version, and what the names in them are."""

from __future__ import annotations

import os

from flowgraph.errors import InvalidArgumentError, NotFoundError
from flowgraph.formats.bundle import Bundle, Piece
from flowgraph.formats.old_checkpoint import OldCheckpoint, files_of


def open_checkpoint(prefix: str) -> Bundle | OldCheckpoint:
    """The checkpoint with this path, whichever version it is of.

    Raises:
      InvalidArgumentError: there is not even its folder.
      NotFoundError: there is none.
      DataLossError: it is damaged.
    """
    folder = os.path.dirname(prefix)
    if folder and not os.path.isdir(folder):
        line = f"Unsuccessful TensorSliceReader constructor: Failed to get matching files on {prefix}: "
        is_file = os.path.exists(folder)
        reason = "Failed precondition: {}; Not a directory" if is_file else "Not found: {}; No such file or directory"
        raise InvalidArgumentError(None, None, line + reason.format(folder))
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
    *numbers, last = text.split(" ")
    if not numbers:
        raise ValueError(f"Need least two elements in shape_and_slice specification: {text}")
    try:
        sizes = tuple(int(number) for number in numbers)
    except ValueError:
        raise ValueError(f"Non numerical dimension in shape_and_slice: {text}") from None
    extents = [_extent(part, last) for part in last.split(":")]
    if len(extents) != len(sizes):
        raise ValueError(f"Mismatching ranks: shape = [{','.join(numbers)}], slice = {last}")
    for axis, (size, (start, length)) in enumerate(zip(sizes, extents, strict=True)):
        if start + length > size:
            shape = ",".join(numbers)
            raise ValueError(f"Extent in dimension {axis} out of bounds: shape = [{shape}], slice = {last}")
    return sizes, Piece(tuple(start for start, _ in extents), tuple(length for _, length in extents))


def _extent(text: str, whole: str) -> tuple[int, int]:
    """Start and length along one axis."""
    if text == "-":
        return 0, -1
    parts = text.split(",")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise ValueError(f"Expected a pair of numbers or '-' but got '{text}': string = {whole}")
    return int(parts[0]), int(parts[1])
