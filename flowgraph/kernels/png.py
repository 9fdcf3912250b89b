"""PNG: pictures of 1 to 4 channels of 8 or 16 bits.

The filters of rows are undone by Pillow. It is given a file of our own that has nothing but the pixels: what a file
may hold besides (profiles, text) is never looked at. A file with 16 bits, which Pillow reads in part only, becomes two
files, of the high and of the low bytes: PNG's filters work on each byte of a pixel by itself.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from flowgraph.kernels.pillow import LARGEST, Damaged, loaded, opened

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGBA: 4}
_KIND_OF = {1: _GRAY, 2: _GRAY_ALPHA, 3: _RGB, 4: _RGBA}
_DEPTHS = {
    _GRAY: (1, 2, 4, 8, 16), _RGB: (8, 16), _PALETTE: (1, 2, 4, 8), _GRAY_ALPHA: (8, 16), _RGBA: (8, 16),
}  # fmt: skip
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of an interlaced file: the first column and row of each pass, and the steps from there."""
_PIECE = 8192
"""So many bytes of packed pixels at most go into one part of a file."""
_MOST_INFLATED = 1040
"""So many bytes at most come out of a byte of zlib's."""


class BadHeader(Damaged):
    """Not even the size of the picture can be found out."""


@dataclass
class Header:
    """What a file says of its picture."""

    width: int
    height: int
    depth: int
    kind: int
    interlaced: bool

    def passes(self) -> Iterator[tuple[int, int]]:
        """The rows, and the bytes in each, of every part in which the pixels come."""
        for left, top, across, down in _PASSES if self.interlaced else ((0, 0, 1, 1),):
            columns, rows = -(-(self.width - left) // across), -(-(self.height - top) // down)
            if columns > 0 and rows > 0:
                yield rows, -(-columns * _CHANNELS[self.kind] * self.depth // 8)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a file up to its end: names and contents; those that are damaged and not needed are left out."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body, at = data[at + 8 : at + 8 + size], at + 12 + size
        if at > len(data):
            raise Damaged("the file is cut off")
        is_whole = zlib.crc32(name + body) == struct.unpack_from(">I", data, at - 4)[0]
        if name == b"IEND":
            return
        if is_whole:
            yield name, body
        elif not name[0] & 32:  # a small first letter: it can be done without
            raise Damaged(f"{name!r} is damaged")
    raise Damaged("the file is cut off")


def _header(data: bytes) -> Header:
    if len(data) < 33 or data[12:16] != b"IHDR" or zlib.crc32(data[12:29]) != int.from_bytes(data[29:33], "big"):
        raise BadHeader("no header")
    width, height, depth, kind, packing, filters, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    if depth not in _DEPTHS.get(kind, ()) or packing or filters or interlaced > 1:
        raise BadHeader("a header of no known kind")
    if not 0 < width <= 1_000_000 or not 0 < height <= 1_000_000:  # libpng's limits
        raise BadHeader("a size that cannot be")
    if width * height >= LARGEST:
        raise Damaged(f"PNG size too large for int: {width} by {height}")
    return Header(width, height, depth, kind, bool(interlaced))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _file(header: Header, packed: bytes) -> bytes:
    fields = (header.width, header.height, header.depth, header.kind, 0, 0, int(header.interlaced))
    pieces = [_chunk(b"IDAT", packed[at : at + _PIECE]) for at in range(0, len(packed), _PIECE)]
    return b"".join([SIGNATURE, _chunk(b"IHDR", struct.pack(">IIBBBBB", *fields)), *pieces, _chunk(b"IEND", b"")])


def _of_bytes(header: Header, packed: bytes) -> np.ndarray:
    """The pixels of a file of at most 8 bits: [rows, columns, channels], grays of fewer bits over the whole range."""
    image = loaded(opened(_file(header, packed), "PNG"))
    pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
    return pixels.reshape(header.height, header.width, _CHANNELS[header.kind])


def _high_and_low(header: Header, packed: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The high and the low bytes of 16-bit pixels."""
    sizes = list(header.passes())
    total = sum(rows * (count + 1) for rows, count in sizes)
    try:
        raw = zlib.decompressobj().decompress(packed, total)
    except zlib.error as error:
        raise Damaged(str(error)) from None
    if len(raw) < total:
        raise Damaged("too few bytes")
    halves: list[list[bytes]] = [[], []]
    at = 0
    for rows, count in sizes:
        lines = np.frombuffer(raw, np.uint8, rows * (count + 1), at).reshape(rows, count + 1)
        at += lines.size
        for i, half in enumerate(halves):
            half.append(np.concatenate([lines[:, :1], lines[:, 1 + i :: 2]], axis=1).tobytes())
    bytewise = Header(header.width, header.height, 8, header.kind, header.interlaced)
    high, low = (_of_bytes(bytewise, zlib.compress(b"".join(half), 1)) for half in halves)
    return high, low


def decode(data: bytes, channels: int = 0, wide: bool = False) -> np.ndarray:
    """The pixels of a PNG file: [rows, columns, channels].

    Args:
      data: the file.
      channels: how many channels to make of those that it has; 0: just those.
      wide: whether to give uint16 instead of uint8.

    Raises:
      BadHeader: it does not begin as it should.
      Damaged: something after that is wrong.
    """
    header = _header(data)
    parts: dict[bytes, list[bytes]] = {}
    for name, body in _chunks(data):
        parts.setdefault(name, []).append(body)
    packed = b"".join(parts.get(b"IDAT", []))
    if sum(rows * (count + 1) for rows, count in header.passes()) > _MOST_INFLATED * (len(packed) + 1):
        raise Damaged("so few bytes cannot hold so many pixels")
    if header.depth == 16:
        high, low = _high_and_low(header, packed)
        pixels = high.astype(np.uint16) << 8 | low
    elif header.kind == _PALETTE:
        pixels = _coloured(header, packed, parts, wants_alpha=channels in (0, 4))
    else:
        pixels = _of_bytes(header, packed)
    pixels = _with_channels(pixels, channels or pixels.shape[2], header, b"".join(parts.get(b"tRNS", [])))
    if header.depth == 16:
        return pixels if wide else (pixels >> 8).astype(np.uint8)
    return pixels.astype(np.uint16) * 257 if wide else pixels


def _coloured(header: Header, packed: bytes, parts: dict[bytes, list[bytes]], wants_alpha: bool) -> np.ndarray:
    """The colours of a palette, with their alphas if it has some and they are wanted."""
    grays = _of_bytes(Header(header.width, header.height, header.depth, _GRAY, header.interlaced), packed)[..., 0]
    places = grays.astype(np.int64) * (2**header.depth - 1) // 255
    if b"PLTE" not in parts:
        raise Damaged("no palette")
    colours = np.zeros((256, 4), np.uint8)
    listed = np.frombuffer(parts[b"PLTE"][0][:768], np.uint8)
    colours[: len(listed) // 3, :3] = listed[: len(listed) // 3 * 3].reshape(-1, 3)
    colours[:, 3] = 255
    alphas = np.frombuffer(b"".join(parts.get(b"tRNS", [])[:1])[:256], np.uint8)
    colours[: len(alphas), 3] = alphas
    return colours[places][..., : 4 if wants_alpha and len(alphas) else 3]


def _with_channels(pixels: np.ndarray, channels: int, header: Header, clear: bytes) -> np.ndarray:
    """Pixels with another number of channels: gray in three or weighed into one, alpha dropped or made."""
    has = pixels.shape[2]
    if has == channels:
        return np.ascontiguousarray(pixels)
    colours, alpha = (pixels[..., :-1], pixels[..., -1:]) if has in (2, 4) else (pixels, None)
    if channels in (2, 4) and alpha is None:
        alpha = _alpha(pixels, header, clear)
    if channels >= 3 and colours.shape[2] == 1:
        colours = np.repeat(colours, 3, axis=2)
    elif channels < 3 and colours.shape[2] == 3:
        colours = _gray(colours)
    return np.ascontiguousarray(colours) if channels in (1, 3) else np.concatenate([colours, alpha], axis=2)


def _alpha(pixels: np.ndarray, header: Header, clear: bytes) -> np.ndarray:
    """The alpha of pixels without one: none where they have the colour that the file says is clear, else full.

    Full is the largest number of the file's own depth where no colour is clear, as TF tells libpng.
    """
    if header.kind == _PALETTE or len(clear) != 2 * pixels.shape[2]:
        return np.full((*pixels.shape[:2], 1), 2**header.depth - 1, pixels.dtype)
    key = np.frombuffer(clear, ">u2").astype(np.int64)
    if header.depth < 8:
        key = key * 255 // (2**header.depth - 1)
    full = np.iinfo(pixels.dtype).max
    return np.where((pixels == key).all(axis=2, keepdims=True), 0, full).astype(pixels.dtype)


def _gray(colours: np.ndarray) -> np.ndarray:
    """Colours weighed as libpng does it."""
    red, green, blue = np.moveaxis(colours.astype(np.int64), 2, 0)
    total = 9797 * red + 19234 * green + 3737 * blue
    rounding = 16384 if colours.dtype == np.uint16 else 0
    weighed = (total + rounding) >> 15
    return np.where((red == green) & (red == blue), red, weighed).astype(colours.dtype)[..., None]


# -- writing -----------------------------------------------------------------------------------------------


def encode(pixels: np.ndarray, level: int = -1) -> bytes:
    """A PNG file of pixels [rows, columns, 1 to 4 channels] of uint8 or uint16.

    Each row has the filter that leaves the least behind, as libpng chooses it.

    Args:
      pixels: the picture.
      level: zlib's: 0 to 9, -1 for the usual one.
    """
    height, width, channels = pixels.shape
    depth = pixels.dtype.itemsize * 8
    lines = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder(">"))).view(np.uint8).reshape(height, -1)
    raw = _filtered(lines, channels * depth // 8).tobytes()
    packer = zlib.compressobj(level, zlib.DEFLATED, _window(len(raw)), 8, zlib.Z_FILTERED)
    packed = _says_its_window(packer.compress(raw) + packer.flush(), len(raw))
    return _file(Header(width, height, depth, _KIND_OF[channels], False), packed)


def _window(size: int) -> int:
    """How far back zlib may look, as a power of two, as libpng chooses it for a small picture."""
    bits = 15
    while size <= 1 << 14 and size + 262 <= 1 << (bits - 1):
        bits -= 1
    return bits


def _says_its_window(packed: bytes, size: int) -> bytes:
    """The same data, with a header that asks those who unpack it for no more room than they need."""
    method, level = packed[0], packed[1] & 0xE0
    while size <= 1 << 14 and method >> 4 and size <= 1 << ((method >> 4) + 7):
        method -= 16
    return bytes([method, level + 31 - (method * 256 + level) % 31]) + packed[2:]


def _filtered(lines: np.ndarray, step: int) -> np.ndarray:
    """Rows after PNG's filters, the filter's number before each."""
    x = lines.astype(np.int16)
    above = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
    left, corner = (np.concatenate([np.zeros_like(a[:, :step]), a[:, :-step]], axis=1) for a in (x, above))
    candidates = [x, x - left, x - above, x - (left + above >> 1), x - _paeth(left, above, corner)]
    rests = np.stack([one.astype(np.uint8) for one in candidates])
    sums = np.minimum(rests, 256 - rests.astype(np.int16)).sum(axis=2, dtype=np.int64)
    without = ([] if x.shape[1] > step else [1, 3, 4]) + ([] if len(x) > 1 else [2, 3, 4])
    sums[without] = np.iinfo(np.int64).max  # one column has nothing to its left, one row nothing above it
    best = sums.argmin(axis=0)
    chosen = rests[best, np.arange(len(x))]
    return np.concatenate([best.astype(np.uint8)[:, None], chosen], axis=1)


def _paeth(left: np.ndarray, above: np.ndarray, corner: np.ndarray) -> Any:
    """Of three neighbours the one nearest to `left + above - corner`."""
    to_left, to_above, to_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    is_left = (to_left <= to_above) & (to_left <= to_corner)
    return np.where(is_left, left, np.where(to_above <= to_corner, above, corner))
