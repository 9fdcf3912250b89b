"""Pipelines of what stands in files: lines of text, records, pieces of one length."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from flowgraph.errors import DataLossError
from flowgraph.formats.records import LARGEST_UNPACKED, read_records, unpacked
from flowgraph.kernels.pipeline import Chain, Elements, Run, boxed, complaint
from flowgraph.platform.folders import told_as_tf

_BUFFER = 1 << 17
_COMPRESSIONS = ("", "ZLIB", "GZIP")


def check_compression(kind: str, names: Sequence[str] = _COMPRESSIONS) -> str:
    """A kind of compression, if there is one of that name.

    Raises:
      InvalidArgumentError: there is none.
    """
    if kind not in names:
        raise complaint("Unsupported compression_type.")
    return kind


def _opened(name: str) -> IO[bytes]:
    with told_as_tf(name):
        return open(name, "rb")  # closed when the iterator goes


def open_unpacked(name: str, compression: str) -> IO[bytes]:
    """A file to read from, unpacked as one reads."""
    file = _opened(name)
    return io.BufferedReader(_Unpacking(file, name, compression), _BUFFER) if compression else file


class _Unpacking(io.RawIOBase):
    """Reads what a file unpacks to; no more of it is in memory than was asked for.

    Raises:
      DataLossError: it does not unpack.
    """

    def __init__(self, file: IO[bytes], name: str, compression: str) -> None:
        super().__init__()
        self._file, self._name, self._compression = file, name, compression
        self._reader = unpacked(file, compression, may_go_on=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._reader.read(len(buffer))
        except (OSError, EOFError, zlib.error):
            line = f"{self._name} does not unpack as {self._compression}"
            raise DataLossError(None, None, line) from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _reading(names: Sequence[str], read: Callable[[str], Iterator[bytes]]) -> Elements:
    """The strings of several files."""
    left = iter(names)

    def following() -> Elements | None:
        name = next(left, None)
        return None if name is None else map(_alone, read(name))

    return Chain(following)


def _alone(data: bytes) -> tuple[np.ndarray]:
    return (boxed(data),)


@dataclass(frozen=True)
class Lines:
    """The lines of files, without their ends."""

    names: Sequence[str]
    compression: str

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return _reading(self.names, self._lines)

    def _lines(self, name: str) -> Iterator[bytes]:
        with open_unpacked(name, self.compression) as file:
            while line := file.readline(LARGEST_UNPACKED + 1 if self.compression else -1):
                if self.compression and len(line) > LARGEST_UNPACKED:
                    text = f"{name} has a line of more than {LARGEST_UNPACKED} bytes, which is not believed"
                    raise DataLossError(None, None, text)
                # a return before the end is no part of the line, and neither are others
                yield line.rstrip(b"\n").replace(b"\r", b"")


@dataclass(frozen=True)
class Records:
    """The records of TFRecord files."""

    names: Sequence[str]
    compression: str

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return _reading(self.names, self._records)

    def _records(self, name: str) -> Iterator[bytes]:
        with _opened(name) as file:
            yield from read_records(file, self.compression)


@dataclass(frozen=True)
class Pieces:
    """Pieces of one length of files, between a header and a footer."""

    names: Sequence[str]
    header: int
    size: int
    footer: int
    compression: str

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return _reading(self.names, self._pieces)

    def _pieces(self, name: str) -> Iterator[bytes]:
        if self.compression:
            yield from self._unpacked_pieces(name)
            return
        with _opened(name) as file:
            data = file.read()
        body = len(data) - self.header - self.footer
        if body % self.size:
            raise complaint(
                f"Excess bytes of {body % self.size} bytes in input file {name}, which is not a multiple of the record "
                f"length {self.size} bytes. (Header size: {self.header}, footer size: {self.footer}.)"
            )
        yield from (data[at : at + self.size] for at in range(self.header, self.header + body, self.size))

    def _unpacked_pieces(self, name: str) -> Iterator[bytes]:
        """The pieces of a compressed file, whose length nobody knows before its end."""
        with open_unpacked(name, self.compression) as file:
            file.read(self.header)
            held = file.read(self.footer)
            while len(more := file.read(self.size)) == self.size:
                held += more
                yield held[: self.size]
                held = held[self.size :]
            if more:
                raise DataLossError(None, None, f"Excess bytes at the end of {name}")
