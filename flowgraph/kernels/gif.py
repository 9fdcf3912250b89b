"""GIF as TF reads it: every frame a whole picture; transparency and how frames are disposed of are not looked at.

Pillow unpacks the pixels of one frame at a time, out of a file of our own with nothing else in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from flowgraph.kernels.pillow import LARGEST, Damaged, loaded, opened

_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B
_UNREADABLE = "failed to slurp gif file: Failed to read from given file"
_MOST_UNPACKED = 1 << 12
"""So many pixels at most come out of a code of at least nine bits, and few come out of the first ones."""


@dataclass
class Frame:
    """One frame: its place, and its colours and pixels as they stand in the file."""

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    colours: bytes | None
    packed: bytes

    def pixels(self) -> np.ndarray:
        """The numbers of the colours: [rows, columns]."""
        if not self.width or not self.height or self.width * self.height > _MOST_UNPACKED * len(self.packed):
            raise Damaged("failed to slurp gif file: Unknown error")
        grays = bytes(value for i in range(256) for value in (i, i, i))
        size = struct.pack("<HH", self.width, self.height)
        place = b",\0\0\0\0" + size + (b"\x40" if self.interlaced else b"\0")
        file = b"GIF87a" + size + b"\xf7\0\0" + grays + place + self.packed + b";"
        try:
            return np.asarray(loaded(opened(file, "GIF")))
        except Damaged:
            raise Damaged(_UNREADABLE) from None


def _blocks(data: bytes, at: int) -> int:
    """Where a run of blocks, each with its size before it, ends."""
    while data[at]:
        at += data[at] + 1
    return at + 1


def _table(data: bytes, at: int, flags: int) -> tuple[bytes | None, int]:
    """A table of colours, if there is one, and where it ends."""
    if not flags & 0x80:
        return None, at
    end = at + 3 * 2 ** ((flags & 7) + 1)
    if end > len(data):
        raise IndexError(end)
    return data[at:end], end


def _frames(data: bytes) -> Iterator[Frame]:
    shared, at = _table(data, 13, data[10])
    while data[at] != _END:
        kind, at = data[at], at + 1
        if kind == _EXTENSION:
            at = _blocks(data, at + 1)
        elif kind == _FRAME:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at)
            own, start = _table(data, at + 9, flags)
            at = _blocks(data, start + 1)
            yield Frame(left, top, width, height, bool(flags & 0x40), own or shared, data[start:at])
        else:
            raise Damaged("failed to slurp gif file: Wrong record type detected")


def decode(data: bytes) -> np.ndarray:
    """The frames of a GIF file: [frames, rows, columns, 3] of uint8.

    A frame that covers a part of the picture has the frame before it around it.

    Raises:
      Damaged: it is no whole file; the text is TF's.
    """
    try:
        width, height = struct.unpack_from("<HH", data, 6)
        frames = list(_frames(data))
    except (IndexError, struct.error):
        raise Damaged(_UNREADABLE) from None
    if not frames:
        raise Damaged("failed to slurp gif file: No Image Descriptor detected")
    first = frames[0]
    numbers = first.pixels()  # and so the picture is no larger than its data can be
    if first.left or first.top or first.width < width or first.height < height:
        raise Damaged("the first frame does not fill the canvas")
    if len(frames) * width * height * 3 >= LARGEST:
        raise Damaged(f"{len(frames)} frames of {height} by {width} are too many")
    film = np.zeros((len(frames), height, width, 3), np.uint8)
    for i, frame in enumerate(frames):
        if i:
            film[i] = film[i - 1]
            numbers = frame.pixels()
        _paint(film[i], frame, numbers, i)
    return film


def _paint(picture: np.ndarray, frame: Frame, numbers: np.ndarray, which: int) -> None:
    if frame.colours is None:
        raise Damaged(f"missing color map for frame {which}")
    colours = np.frombuffer(frame.colours, np.uint8).reshape(-1, 3)
    place = picture[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width]
    shown = numbers[: place.shape[0], : place.shape[1]]
    beyond = shown[shown >= len(colours)]
    if beyond.size:
        raise Damaged(f"found color index {beyond.flat[0]} outside of color map range {len(colours)}")
    place[...] = colours[shown]
