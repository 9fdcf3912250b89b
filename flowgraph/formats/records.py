"""Files of records, TFRecord files: each record with its length and two checksums; event files are of this kind too.

length: uint64 | checksum of these eight bytes | the record | its checksum         and so on, record by record
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from flowgraph.errors import DataLossError
from flowgraph.formats.checksums import crc32c, mask

_HEADER = 12
_BLOCK = 1 << 17
_CHUNK = 1 << 20
_LENGTHS_KEPT = 4096
_PACKED = 1 << 14  # few, for what is left of them is copied at each read
LARGEST_UNPACKED = 1 << 28
"""So many bytes at most become of one record or line in a compressed file, which may be a thousand times smaller."""


_COMPRESSIONS = {0: "", 1: "ZLIB", 2: "GZIP"}


def compression_name(kind: Any) -> str:
    """'GZIP', 'ZLIB' or '', of one of these, of its number or None.

    Raises:
      ValueError: there is no such compression.
    """
    if not kind:
        return ""
    if isinstance(kind, int) and kind in _COMPRESSIONS:
        return _COMPRESSIONS[kind]
    if kind in _COMPRESSIONS.values():
        return str(kind)
    raise ValueError(f'Not a valid compression_type: "{kind}"')


def framed(record: bytes) -> bytes:
    """A record as it stands in a file.

    >>> len(framed(b"abc"))
    19
    """
    length = struct.pack("<Q", len(record))
    return b"".join([length, struct.pack("<I", mask(crc32c(length))), record, struct.pack("<I", mask(crc32c(record)))])


def read_records(file: IO[bytes], compression: str = "") -> Iterator[bytes]:
    """The records of a file.

    Args:
      file: the file, opened for bytes.
      compression: '', 'GZIP' or 'ZLIB'.

    Raises:
      DataLossError: the file is damaged. (An end inside the first twelve bytes of a record is the file's end, as in
        TF: somebody may still be writing there.)
    """
    reader = unpacked(file, compression)
    read = getattr(reader, "read1", reader.read)  # what there is now, for somebody may write into a pipe
    lengths: dict[bytes, int] = {}  # of the headers seen: many records have one of few lengths
    data, place = b"", 0  # bytes that were read, and where the next record begins among them
    at = 0  # where it begins in the file
    while True:
        if len(data) < place + _HEADER:
            data, place = _going_on(read, data, place, _HEADER, at), 0
            if len(data) < _HEADER:
                return
        start = place + _HEADER
        header = data[place:start]
        length = lengths.get(header)
        if length is None:
            length = _length(header, at)
            if compression and length > LARGEST_UNPACKED:
                line = f"corrupted record at {at}: {length} bytes, more than a compressed file is believed"
                raise DataLossError(None, None, line)
            if len(lengths) < _LENGTHS_KEPT:
                lengths[header] = length
        end = start + length
        if len(data) < end + 4:
            data, start, end = _going_on(read, data, start, length + 4, at), 0, length
            if len(data) < length + 4:
                raise DataLossError(None, None, f"truncated record at {at}")
        record = data[start:end]
        if mask(crc32c(record)) != int.from_bytes(data[end : end + 4], "little"):
            raise DataLossError(None, None, f"corrupted record at {at + _HEADER}")
        yield record
        place = end + 4
        at += _HEADER + length + 4


def _length(header: bytes, at: int) -> int:
    """How long a record is, by the bytes in front of it."""
    length, check = struct.unpack("<QI", header)
    if mask(crc32c(header[:8])) != check:
        raise DataLossError(None, None, f"corrupted record at {at}")
    return int(length)


def _going_on(read: Callable[[int], bytes], data: bytes, place: int, size: int, at: int) -> bytes:
    """The bytes from one place on: `size` of them or more, or fewer at the end; never more memory than is needed."""
    parts = [data[place:]]
    left = size - len(parts[0])
    try:
        while left > 0:
            part = read(_BLOCK if left < _BLOCK else min(left, _CHUNK))
            if not part:
                break
            parts.append(part)
            left -= len(part)
    except (OSError, EOFError, zlib.error):
        raise DataLossError(None, None, f"corrupted record at {at}") from None
    return b"".join(parts)


def unpacked(file: IO[bytes], compression: str, may_go_on: bool = True) -> Any:
    """What reads a file, unpacked if it is compressed ('GZIP' or 'ZLIB').

    Args:
      file: the file.
      compression: how it is compressed.
      may_go_on: whether a file of zlib's may end before its end: somebody still writes it. Otherwise `read` raises
        EOFError there.
    """
    if compression == "GZIP":
        return gzip.GzipFile(fileobj=file)
    return _Inflated(file, may_go_on) if compression == "ZLIB" else file


class _Inflated:
    """Reads what a file of zlib's format unpacks to."""

    def __init__(self, file: IO[bytes], may_go_on: bool) -> None:
        self._may_go_on = may_go_on
        self._file, self._zlib, self._rest = file, zlib.decompressobj(), b""

    def read(self, size: int) -> bytes:
        found = self._zlib.decompress(self._rest, size)
        while not found and not self._zlib.eof:
            more = self._zlib.unconsumed_tail or self._file.read(_PACKED)
            if not more:
                break
            found = self._zlib.decompress(more, size)
        self._rest = self._zlib.unconsumed_tail
        if not found and size and not self._zlib.eof and not self._may_go_on:
            raise EOFError
        return found


class RecordFile:
    """A file of records that is being written.

    Args:
      path: its path.
      compression: '', 'GZIP' or 'ZLIB'.
      **settings: of zlib.compressobj: `level`, `method`, `wbits`, `memLevel`, `strategy`.

    Raises:
      OSError: it cannot be made.
    """

    def __init__(self, path: str, compression: str = "", **settings: int) -> None:
        self._file: Any = open(path, "wb")  # noqa: SIM115 (closed by `close`)
        self._zlib: Any = None
        if compression:
            chosen: dict[str, Any] = {"wbits": 31 if compression == "GZIP" else 15, **settings}
            self._zlib = zlib.compressobj(**chosen)

    def write(self, record: bytes) -> None:
        """Add a record."""
        data = framed(record)
        self._file.write(data if self._zlib is None else self._zlib.compress(data))

    def flush(self) -> None:
        """Put into the file what has not gone there yet."""
        if self._zlib is not None:
            self._file.write(self._zlib.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self) -> None:
        """End the file."""
        if self._file.closed:
            return
        if self._zlib is not None:
            self._file.write(self._zlib.flush())
        self._file.close()

    @property
    def closed(self) -> bool:
        """Whether the file has been ended."""
        return bool(self._file.closed)
