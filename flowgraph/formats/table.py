"""Tables: sorted keys and values in checksummed blocks, the format of LevelDB that checkpoints' indices are in.

    block 0 | block 1 | ... | a block of metadata, empty | the index of blocks | footer

    a block:    entries | restarts: uint32 each | how many: uint32     then one byte, the compression, and a checksum
    an entry:   shared, own, size of value: varints | own part of the key | value

Keys share their beginning with the key before, but for one in sixteen, a restart. The index has a key that is no less
than all of a block, and where that block lies. The footer says where index and metadata are.

Source: https://github.com/google/leveldb/blob/main/doc/table_format.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from flowgraph.errors import DataLossError
from flowgraph.formats.checksums import crc32c, mask
from flowgraph.formats.numbers import read_varint, varint
from flowgraph.formats.snappy import decompress

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5
_RESTART = 16
_BLOCK = 256 * 1024
"""Bytes after which TensorFlow begins a new block."""


def write_table(items: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A table of keys, which come in order and differ, and their values.

    >>> dict(read_table(write_table([(b"a", b"1"), (b"ab", b"2")])))
    {b'a': b'1', b'ab': b'2'}
    """
    data, index = bytearray(), _Block(restart=1)
    block, last = _Block(_RESTART), b""
    for key, value in items:
        if block.size >= _BLOCK:
            index.add(_between(last, key), _append(data, block))
            block = _Block(_RESTART)
        block.add(key, value)
        last = key
    if block.size:
        index.add(_after(last), _append(data, block))
    footer = _append(data, _Block(_RESTART)) + _append(data, index)
    return bytes(data) + footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC)


class _Block:
    """A block that is being written."""

    def __init__(self, restart: int) -> None:
        self.data, self.restarts, self.count, self.last, self.restart = bytearray(), [0], 0, b"", restart

    @property
    def size(self) -> int:
        return len(self.data) and len(self.data) + 4 * len(self.restarts) + 4

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self.count and self.count % self.restart == 0:
            self.restarts.append(len(self.data))
        elif self.count:
            shared = _shared(self.last, key)
        self.data += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        self.last, self.count = key, self.count + 1

    def bytes(self) -> bytes:
        numbers = [*self.restarts, len(self.restarts)]
        return bytes(self.data) + struct.pack(f"<{len(numbers)}I", *numbers)


def _append(data: bytearray, block: _Block) -> bytes:
    """Put a block behind what is there; gives its handle: where it begins and how long it is."""
    content = block.bytes()
    handle = varint(len(data)) + varint(len(content))
    data += content + b"\0" + struct.pack("<I", mask(crc32c(content + b"\0")))
    return handle


def _shared(one: bytes, other: bytes) -> int:
    """How many bytes two keys have in common at their beginning."""
    for at, (a, b) in enumerate(zip(one, other)):
        if a != b:
            return at
    return min(len(one), len(other))


def _between(low: bytes, high: bytes) -> bytes:
    """A short key that is not below `low`, and below `high`."""
    at = _shared(low, high)
    if at < min(len(low), len(high)) and low[at] < 255 and low[at] + 1 < high[at]:
        return low[:at] + bytes([low[at] + 1])
    return low


def _after(key: bytes) -> bytes:
    """A short key that is not below `key`."""
    for at, octet in enumerate(key):
        if octet != 255:
            return key[:at] + bytes([octet + 1])
    return key


# -- reading -----------------------------------------------------------------------------------------------


def read_table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys and values of a table, in order.

    Raises:
      DataLossError: the data are no table, or a damaged one.
    """
    if len(data) < _FOOTER:
        raise DataLossError(None, None, "file is too short to be an sstable")
    footer = data[-_FOOTER:]
    if struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
        raise DataLossError(None, None, "not an sstable (bad magic number)")
    _, _, at = _handle(footer, 0)
    start, size, _ = _handle(footer, at)
    for _, handle in _entries(_read_block(data, start, size)):
        yield from _entries(_read_block(data, *_handle(handle, 0)[:2]))


def _handle(data: bytes, at: int) -> tuple[int, int, int]:
    start, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return start, size, at


def _read_block(data: bytes, start: int, size: int) -> bytes:
    end = start + size
    if end + _TRAILER > len(data) - _FOOTER:
        raise DataLossError(None, None, "truncated block read")
    content, kind = data[start:end], data[end]
    (expected,) = struct.unpack_from("<I", data, end + 1)
    if mask(crc32c(data[start : end + 1])) != expected:
        raise DataLossError(None, None, "block checksum mismatch")
    if kind == 1:
        return decompress(content)
    if kind:
        raise DataLossError(None, None, "bad block type")
    return content


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise DataLossError(None, None, "bad block contents")
    (restarts,) = struct.unpack("<I", block[-4:])
    end = len(block) - 4 * (restarts + 1)
    if end < 0:
        raise DataLossError(None, None, "bad block contents")
    key, at = b"", 0
    while at < end:
        shared, at = read_varint(block, at)
        own, at = read_varint(block, at)
        size, at = read_varint(block, at)
        if shared > len(key) or at + own + size > end:
            raise DataLossError(None, None, "bad entry in block")
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + size]
        at += own + size
