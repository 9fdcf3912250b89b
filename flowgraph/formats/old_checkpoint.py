"""Checkpoints of version 1: each file a table, with what it holds under the empty key and its tensors as messages.

A checkpoint may consist of several such files, `model-00000-of-00002` and so on; its path is then
`model-?????-of-00002`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

import numpy as np

from flowgraph import protos
from flowgraph.dtypes import DType, as_dtype
from flowgraph.errors import DataLossError, NotFoundError
from flowgraph.formats.bundle import Item, Piece, Sizes, assembled, damaged, key_of_piece, parsed, piece_of, piece_proto
from flowgraph.formats.table import read_table, write_table
from flowgraph.formats.whole import write_whole
from flowgraph.protos.tensors import make_ndarray, of_array, of_sizes


class OldCheckpoint:
    """The tensors of a checkpoint of version 1.

    Args:
      path: a file's path, or a pattern that several match.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: a file is damaged.
    """

    def __init__(self, path: str) -> None:
        self.prefix = path
        self._tensors: dict[str, Any] = {}
        self._data: dict[bytes, bytes] = {}
        files = files_of(path)
        if not files:
            raise NotFoundError(None, None, f"{path}: No such file or directory")
        for name in files:
            self._add(_table_of(name), name)

    def _add(self, table: dict[bytes, bytes], name: str) -> None:
        meta = parsed("SavedTensorSlices", table.pop(b"", None), name).meta
        for tensor in meta.tensor:
            if tensor.name in self._tensors:
                self._tensors[tensor.name].slice.extend(tensor.slice)
            else:
                self._tensors[tensor.name] = tensor
        self._data.update(table)

    def names(self) -> list[str]:
        """The names of the tensors, sorted."""
        return sorted(self._tensors)

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def _entry(self, name: str) -> Any:
        if name not in self._tensors:
            raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
        return self._tensors[name]

    def dtype(self, name: str) -> DType:
        """The dtype of a tensor."""
        try:
            return as_dtype(self._entry(name).type)
        except TypeError:
            raise damaged(name) from None

    def sizes(self, name: str) -> Sizes:
        """The shape of a tensor."""
        shape = self._entry(name).shape
        sizes = tuple(dim.size for dim in shape.dim)
        if shape.unknown_rank or min(sizes, default=0) < 0:
            raise damaged(name)
        return sizes

    def read(self, name: str, piece: Piece | None = None) -> np.ndarray:
        """A tensor, or a piece of it.

        Raises:
          NotFoundError: the checkpoint has no such tensor, or does not have all of the piece.
          DataLossError: what is there is damaged.
        """
        sizes, dtype = self.sizes(name), self.dtype(name)
        stored = [piece_of(proto) for proto in self._entry(name).slice]
        wanted = (piece or Piece((0,) * len(sizes), sizes)).fitted(sizes)
        return assembled(name, dtype, sizes, wanted, stored, lambda part: self._stored(name, dtype, part, sizes))

    def _stored(self, name: str, dtype: DType, piece: Piece, sizes: Sizes) -> np.ndarray:
        saved = parsed("SavedTensorSlices", self._data.get(key_of_piece(name, piece)), name).data
        shape = piece.fitted(sizes).lengths
        proto = saved.data
        proto.dtype = dtype.enum
        proto.tensor_shape.CopyFrom(of_sizes([]))
        entries = sum(len(items) for field, items in proto.ListFields() if field.name.endswith("_val"))
        count = prod(shape) * (2 if dtype.is_complex else 1)
        if entries != count or proto.tensor_content:
            raise damaged(name)
        proto.tensor_shape.CopyFrom(of_sizes(shape))
        try:
            return make_ndarray(proto)
        except (TypeError, ValueError):
            raise damaged(name) from None


def _table_of(name: str) -> dict[bytes, bytes]:
    """What a file holds, which may be none of checkpoints' files at all."""
    try:
        with open(name, "rb") as file:
            return dict(read_table(file.read()))
    except IsADirectoryError:
        reason = f"Failed precondition: {name}; Is a directory"
    except DataLossError as error:
        if "sstable" not in error.message:
            raise
        reason = f"Data loss: {error.message}"
    shown = name if os.path.dirname(name) else os.path.join(os.curdir, name)
    advice = "perhaps your file is in a different file format and you need to use a different restore operator?"
    raise DataLossError(None, None, f"Unable to open table file {shown}: {reason}: {advice}")


def files_of(path: str) -> list[str]:
    """The files of a checkpoint of version 1; [] if there is none. A folder is taken for one, as in TensorFlow."""
    if os.path.basename(path) and os.path.exists(path):
        return [path]
    return (
        sorted(glob.glob(path))
        if "?" in path or "*" in path
        else sorted(glob.glob(f"{glob.escape(path)}-?????-of-?????"))
    )


def write_old(path: str, items: Iterable[Item]) -> None:
    """Save tensors as a checkpoint of version 1, one file, without compression.

    Raises:
      DataLossError: a tensor is of a dtype for which the format has no field.
    """
    meta = protos.message("SavedTensorSliceMeta")(versions=protos.VersionDef(producer=1))
    entries: dict[bytes, Any] = {}
    known: dict[str, Any] = {}
    for item in items:
        sizes = item.full if item.full is not None else np.shape(item.array)
        piece = item.piece or Piece((0,) * len(sizes), (-1,) * len(sizes))
        if item.name not in known:
            known[item.name] = meta.tensor.add(name=item.name, shape=of_sizes(sizes), type=item.dtype.enum)
        known[item.name].slice.append(piece_proto(piece))
        data = of_array(item.array, item.dtype, size_of_lists=item.array.size)
        bare = protos.message("TensorProto")()
        for field, values in data.ListFields():
            if field.name.endswith("_val"):
                getattr(bare, field.name).extend(values)
        saved = protos.message("SavedSlice")(name=item.name, slice=piece_proto(piece), data=bare)
        entries[key_of_piece(item.name, piece)] = protos.SavedTensorSlices(data=saved)
    entries[b""] = protos.SavedTensorSlices(meta=meta)
    write_whole(path, _table(entries))


def _table(entries: Mapping[bytes, Any]) -> bytes:
    return write_table((key, entries[key].SerializeToString(deterministic=True)) for key in sorted(entries))
