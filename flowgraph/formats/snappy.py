"""Snappy, decompressed: TensorFlow's first checkpoints are tables with such blocks. Nothing here writes them.

Source: Google's description of the format, https://github.com/google/snappy/blob/main/format_description.txt.
"""

from __future__ import annotations

from flowgraph.errors import DataLossError
from flowgraph.formats.numbers import read_varint


def decompress(data: bytes) -> bytes:
    """What was compressed: literal bytes, and copies of what came before.

    Raises:
      DataLossError: the data are no such thing.

    >>> decompress(b"\\x05\\x04ab\\x0a\\x02\\x00")
    b'ababa'
    """
    length, at = read_varint(data, 0)
    found = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size, at = _literal_size(data, tag >> 2, at)
            if at + size > len(data):
                raise _damaged()
            found += data[at : at + size]
            at += size
        else:
            size, offset, at = _copy(data, tag, at)
            if not 0 < offset <= len(found):
                raise _damaged()
            start = len(found) - offset
            while size:  # (a copy may reach into what it writes itself)
                part = found[start : start + size]
                found += part
                size -= len(part)
                start += len(part)
        if len(found) > length:
            raise _damaged()
    if len(found) != length:
        raise _damaged()
    return bytes(found)


def _literal_size(data: bytes, code: int, at: int) -> tuple[int, int]:
    if code < 60:
        return code + 1, at
    octets = data[at : at + code - 59]
    return int.from_bytes(octets, "little") + 1, at + len(octets)


def _copy(data: bytes, tag: int, at: int) -> tuple[int, int, int]:
    """Size and distance of a copy, and the place behind it."""
    if tag & 3 == 1:
        if at >= len(data):
            raise _damaged()
        return (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at], at + 1
    octets = data[at : at + (2 if tag & 3 == 2 else 4)]
    return (tag >> 2) + 1, int.from_bytes(octets, "little"), at + len(octets)


def _damaged() -> DataLossError:
    return DataLossError(None, None, "a compressed block is damaged")
