"""Bundles: the files of a checkpoint of version 2, `prefix.index` and `prefix.data-00000-of-00001`.

The index is a table. Under the empty key it has a BundleHeaderProto, under the name of each tensor a BundleEntryProto:
dtype, shape, and where in which data file its bytes lie. Of a tensor that was saved in pieces the entry lists the
pieces; each has an entry of its own, under a key made of name and piece.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.dtypes import DType, as_dtype
from flowgraph.errors import DataLossError, InvalidArgumentError, NotFoundError
from flowgraph.formats import commit
from flowgraph.formats.checksums import crc32c, mask
from flowgraph.formats.numbers import ordered_number, ordered_signed, ordered_string, read_varint, varint
from flowgraph.formats.table import read_table
from flowgraph.formats.whole import beside, write_parts
from flowgraph.protos.tensors import of_sizes

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Piece:
    """A piece of a larger tensor: where it begins and how long it is along each axis; -1 is all of an axis."""

    starts: Sizes
    lengths: Sizes

    def fitted(self, sizes: Sizes) -> Piece:
        """The same with lengths in numbers."""
        lengths = tuple(size if length < 0 else length for length, size in zip(self.lengths, sizes, strict=True))
        return Piece(self.starts, lengths)

    def index(self) -> tuple[slice, ...]:
        """As an index of arrays; lengths must be numbers."""
        return tuple(slice(start, start + length) for start, length in zip(self.starts, self.lengths, strict=True))


@dataclass(frozen=True)
class Item:
    """What is to be saved: a tensor under a name, or a piece of a tensor of the shape `full`."""

    name: str
    dtype: DType
    array: np.ndarray
    full: Sizes | None = None
    piece: Piece | None = None


def data_file(prefix: str, shard: int, count: int) -> str:
    """The name of a data file.

    >>> data_file("model", 0, 1)
    'model.data-00000-of-00001'
    """
    return f"{prefix}.data-{shard:05d}-of-{count:05d}"


def key_of_piece(name: str, piece: Piece) -> bytes:
    """The key under which a piece's entry stands."""
    numbers = [ordered_signed(n) for pair in zip(piece.starts, piece.lengths, strict=True) for n in pair]
    head = ordered_number(0) + ordered_string(name.encode()) + ordered_number(len(piece.starts))
    return head + b"".join(numbers)


# -- writing -----------------------------------------------------------------------------------------------


def write_bundle(prefix: str, items: Iterable[Item]) -> None:
    """Save tensors as a bundle of one data file; an older bundle of this prefix stays whole until the new one is.

    Raises:
      InvalidArgumentError: two tensors have one name.
    """
    _make_folder(prefix)
    entries: dict[bytes, Any] = {}
    temporary = beside(data_file(prefix, 0, 1))
    try:
        write_parts(temporary, laid_out(items, entries))
        commit.put(prefix, [temporary], entries)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def merge_bundles(prefixes: Sequence[str], destination: str) -> None:
    """Make one bundle of several, whose data files become its own.

    Raises:
      InvalidArgumentError: two of them have a tensor, or a piece of one, in common.
      NotFoundError, DataLossError: one of them is not there, or damaged.
    """
    bundles = [Bundle(prefix) for prefix in prefixes]
    entries: dict[bytes, Any] = {}
    files: list[str] = []
    for bundle in bundles:
        for key, data in bundle.raw():
            entry = parsed("BundleEntryProto", data, bundle.prefix)
            if key in entries and entry.slices and entries[key].slices:
                entries[key].slices.extend(entry.slices)
                continue
            if key in entries:
                raise InvalidArgumentError(
                    None,
                    None,
                    f"Duplicate tensor keyed by {key.decode(errors='replace')} encountered, when merging prefix: "
                    f"{bundle.prefix}",
                )
            entry.shard_id += len(files)
            entries[key] = entry
        files += [data_file(bundle.prefix, shard, bundle.count) for shard in range(bundle.count)]
    _make_folder(destination)
    commit.put(destination, files, entries)
    for prefix in prefixes:
        if prefix != destination:
            os.unlink(f"{prefix}.index")


def _make_folder(prefix: str) -> None:
    folder = os.path.dirname(prefix)
    try:
        if folder:
            os.makedirs(folder, exist_ok=True)
    except OSError:
        raise NotFoundError(None, None, f"{folder}; No such file or directory") from None


def laid_out(items: Iterable[Item], entries: dict[bytes, Any], offset: int = 0) -> Iterator[Any]:
    """The bytes of the data file from an offset on, part by part; meanwhile the entries are made."""
    for item in items:
        key = item.name.encode()
        if item.piece is not None:
            full = entries.setdefault(key, protos.BundleEntryProto(dtype=item.dtype.enum, shape=of_sizes(item.full)))
            full.slices.append(piece_proto(item.piece))
            key = key_of_piece(item.name, item.piece)
        if key in entries:
            raise InvalidArgumentError(None, None, f"Adding duplicate key: {item.name}")
        parts, crc = _string_parts(item.array) if item.dtype is dt.string else _number_parts(item.array)
        size = sum(memoryview(part).nbytes for part in parts)
        shape = of_sizes(np.shape(item.array))
        entries[key] = protos.BundleEntryProto(
            dtype=item.dtype.enum, shape=shape, offset=offset, size=size, crc32c=mask(crc)
        )
        offset += size
        yield from parts


def _number_parts(array: Any) -> tuple[list[Any], int]:
    octets = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return [octets], crc32c(octets)


def _string_parts(array: np.ndarray) -> tuple[list[Any], int]:
    """Lengths, their checksum, and the strings; each length counts for the checksum in four or eight bytes."""
    texts = np.asarray(array, object).ravel().tolist()
    lengths = b"".join(struct.pack("<I" if len(text) < 1 << 32 else "<Q", len(text)) for text in texts)
    crc = crc32c(lengths)
    check = struct.pack("<I", mask(crc))
    joined = b"".join(texts)
    return [b"".join(varint(len(text)) for text in texts), check, joined], crc32c(joined, crc32c(check, crc))


def piece_proto(piece: Piece) -> Any:
    """A piece as a TensorSliceProto."""
    proto = protos.message("TensorSliceProto")()
    for start, length in zip(piece.starts, piece.lengths, strict=True):
        extent = proto.extent.add()
        extent.start = start
        if length >= 0:
            extent.length = length
    return proto


# -- reading -----------------------------------------------------------------------------------------------


class Bundle:
    """The tensors of a checkpoint.

    Args:
      prefix: the path of the checkpoint, without `.index`.

    Raises:
      NotFoundError: there is no such checkpoint.
      DataLossError: its index is damaged.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        try:
            with open(f"{prefix}.index", "rb") as file:
                data = file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFoundError(None, None, f"{prefix}.index; No such file or directory") from None
        self._entries: dict[bytes, bytes] = {}
        for key, value in read_table(data):
            self._entries.setdefault(key, value)
        header = parsed("BundleHeaderProto", self._entries.pop(b"", None), "the header")
        if header.endianness != 0:
            raise InvalidArgumentError(None, None, f"{prefix}: written on a machine of the other byte order")
        if header.version.min_consumer > 1:
            raise InvalidArgumentError(None, None, f"{prefix}: written in a later version of the format")
        self.count = header.num_shards

    def names(self) -> list[str]:
        """The names of the tensors, sorted."""
        return sorted(key.decode() for key in self._entries if key[:1] != b"\0")

    def raw(self) -> Iterator[tuple[bytes, bytes]]:
        """The keys and the bytes of all entries."""
        yield from self._entries.items()

    def __contains__(self, name: str) -> bool:
        return name.encode() in self._entries

    def entry(self, name: str) -> Any:
        """The BundleEntryProto of a tensor.

        Raises:
          NotFoundError: the checkpoint has no such tensor.
        """
        data = self._entries.get(name.encode())
        if data is None:
            raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
        return parsed("BundleEntryProto", data, name)

    def dtype(self, name: str) -> DType:
        """The dtype of a tensor."""
        return _dtype_of(self.entry(name), name)

    def sizes(self, name: str) -> Sizes:
        """The shape of a tensor."""
        return _sizes_of(self.entry(name), name)

    def read(self, name: str, piece: Piece | None = None) -> np.ndarray:
        """A tensor, or a piece of it, wherever in the checkpoint it lies.

        Raises:
          NotFoundError: the checkpoint has no such tensor, or does not have all of the piece.
          DataLossError: what is there is damaged.
        """
        entry = self.entry(name)
        if not entry.slices:
            found = self._stored(entry, name)
            return found if piece is None else found[piece.fitted(found.shape).index()]
        sizes = _sizes_of(entry, name)
        wanted = (piece or Piece((0,) * len(sizes), sizes)).fitted(sizes)
        stored = [piece_of(proto) for proto in entry.slices]
        return assembled(name, _dtype_of(entry, name), sizes, wanted, stored, lambda part: self._piece(name, part))

    def _piece(self, name: str, piece: Piece) -> np.ndarray:
        data = self._entries.get(key_of_piece(name, piece))
        return self._stored(parsed("BundleEntryProto", data, name), name)

    def _stored(self, entry: Any, name: str) -> np.ndarray:
        """The tensor of one entry: its bytes, looked at before they are believed."""
        dtype, sizes = _dtype_of(entry, name), _sizes_of(entry, name)
        if not 0 <= entry.shard_id < max(self.count, 1) or entry.offset < 0 or entry.size < 0:
            raise damaged(name)
        path = data_file(self.prefix, entry.shard_id, self.count)
        try:
            with open(path, "rb") as file:
                if entry.offset + entry.size > os.fstat(file.fileno()).st_size:
                    raise DataLossError(None, None, f"{path}: too short for the tensor {name}")
                if dtype is not dt.string and entry.size != prod(sizes) * dtype.np.itemsize:
                    raise damaged(name)
                file.seek(entry.offset)
                if dtype is dt.string:
                    return _strings(file.read(entry.size), sizes, entry.crc32c, name)
                octets = np.fromfile(file, np.uint8, entry.size)
        except FileNotFoundError:
            raise NotFoundError(None, None, f"{path}; No such file or directory") from None
        crc = mask(crc32c(octets))
        if crc != entry.crc32c:
            raise DataLossError(
                None, None, f"Checksum does not match: stored {entry.crc32c} vs. calculated on the restored bytes {crc}"
            )
        return octets.view(dtype.np).reshape(sizes)


def _strings(data: bytes, sizes: Sizes, expected: int, name: str) -> np.ndarray:
    count = prod(sizes)
    lengths, at = [], 0
    if count > len(data):  # (each has a byte of its length at least)
        raise damaged(name)
    for _ in range(count):
        length, at = read_varint(data, at)
        lengths.append(length)
    crc = crc32c(b"".join(struct.pack("<I" if n < 1 << 32 else "<Q", n) for n in lengths))
    check = struct.pack("<I", mask(crc))
    if data[at : at + 4] != check or at + 4 + sum(lengths) != len(data):
        raise DataLossError(None, None, f"The length checksum does not match: the strings of {name} are damaged")
    if mask(crc32c(data[at + 4 :], crc32c(check, crc))) != expected:
        raise DataLossError(None, None, f"Checksum does not match: the strings of {name} are damaged")
    found = np.empty(count, object)
    ends = np.cumsum([at + 4, *lengths]).tolist()
    found[:] = [data[start:end] for start, end in pairwise(ends)]
    return found.reshape(sizes)


def assembled(
    name: str, dtype: DType, sizes: Sizes, wanted: Piece, stored: Iterable[Piece], read: Callable[[Piece], np.ndarray]
) -> np.ndarray:
    """A piece of a tensor, from the pieces that were saved.

    Raises:
      InvalidArgumentError: the piece does not lie inside the tensor.
      NotFoundError: not all of it was saved.
      DataLossError: what was saved is damaged.
    """
    if len(wanted.starts) != len(sizes) or any(
        s < 0 or s + n > size for s, n, size in zip(wanted.starts, wanted.lengths, sizes, strict=True)
    ):
        raise InvalidArgumentError(None, None, f"{name}: the piece does not lie inside the shape {list(sizes)}")
    parts, covered = [], 0
    for piece in stored:
        if len(piece.starts) != len(sizes):
            raise damaged(name)
        place = _overlap(piece.fitted(sizes), wanted)
        if place is not None:
            array = read(piece)
            if array.shape != piece.fitted(sizes).lengths:
                raise damaged(name)
            if place[1] == Piece((0,) * len(sizes), wanted.lengths):
                return array[place[0].index()]
            parts.append((place, array))
            covered += prod(place[0].lengths)
    if covered < prod(wanted.lengths):
        raise NotFoundError(None, None, f"{name}: the checkpoint does not have all of it")
    found = np.empty(wanted.lengths, dtype.np)
    for (there, here), array in parts:
        found[here.index()] = array[there.index()]
    return found


def _overlap(stored: Piece, wanted: Piece) -> tuple[Piece, Piece] | None:
    """What two pieces have in common, as a piece of the first and of the second; None: nothing."""
    starts, ends = [], []
    for a, m, b, n in zip(stored.starts, stored.lengths, wanted.starts, wanted.lengths, strict=True):
        starts.append(max(a, b))
        ends.append(min(a + m, b + n))
        if starts[-1] >= ends[-1]:
            return None
    lengths = tuple(end - start for start, end in zip(starts, ends, strict=True))
    first, second = (
        Piece(tuple(s - t for s, t in zip(starts, piece.starts, strict=True)), lengths) for piece in (stored, wanted)
    )
    return first, second


def piece_of(proto: Any) -> Piece:
    """The piece that a TensorSliceProto stands for."""
    extents = proto.extent
    lengths = tuple(extent.length if extent.HasField("length") else -1 for extent in extents)
    return Piece(tuple(extent.start for extent in extents), lengths)


def parsed(message: str, data: bytes | None, what: str) -> Any:
    """A message from bytes; DataLossError if there are none, or they are no such message."""
    from google.protobuf.message import DecodeError

    if data is None:
        raise damaged(what)
    try:
        return protos.message(message).FromString(data)
    except DecodeError:
        raise damaged(what) from None


def _dtype_of(entry: Any, name: str) -> DType:
    try:
        dtype = as_dtype(entry.dtype)
    except TypeError:
        raise damaged(name) from None
    if dtype in (dt.resource, dt.variant) or dtype.is_ref:
        raise InvalidArgumentError(None, None, f"{name}: checkpoints of {dtype.name} cannot be read")
    return dtype


def _sizes_of(entry: Any, name: str) -> Sizes:
    sizes = tuple(dim.size for dim in entry.shape.dim)
    if min(sizes, default=0) < 0 or entry.shape.unknown_rank or len(sizes) > 254:
        raise damaged(name)
    return sizes


def damaged(what: str) -> DataLossError:
    """What is told of a file that cannot be as it was written."""
    return DataLossError(None, None, f"the checkpoint is damaged: {what}")
