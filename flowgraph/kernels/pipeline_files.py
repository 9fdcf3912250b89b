"""Pipelines of what stands in files: lines of text, records, pieces of one length."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np

from flowgraph.errors import DataLossError
from flowgraph.formats.records import read_records
from flowgraph.kernels.pipeline import Chain, Elements, Run, boxed, complaint
from flowgraph.platform.folders import told_as_tf

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


def _unpacked(name: str, compression: str) -> IO[bytes]:
    """A file to read from, unpacked.

    Raises:
      DataLossError: it does not unpack.
    """
    file = _opened(name)
    if not compression:
        return file
    with file:
        packed = file.read()
    try:
        return io.BytesIO(gzip.decompress(packed) if compression == "GZIP" else zlib.decompress(packed))
    except (OSError, EOFError, zlib.error):
        raise DataLossError(None, None, f"{name} does not unpack as {compression}") from None


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
        with _unpacked(name, self.compression) as file:
            for line in file:
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
        with _unpacked(name, self.compression) as file:
            data = file.read()
        body = len(data) - self.header - self.footer
        if body % self.size:
            if self.compression:
                raise DataLossError(None, None, f"Excess bytes at the end of {name}")
            raise complaint(
                f"Excess bytes of {body % self.size} bytes in input file {name}, which is not a multiple of the record "
                f"length {self.size} bytes. (Header size: {self.header}, footer size: {self.footer}.)"
            )
        return (data[at : at + self.size] for at in range(self.header, self.header + body, self.size))
