"""Elements of a dataset kept in files: a bundle in which component `c` of element `n` has the name f"{n:>7}_{c}".

While they are being written there is a lock file, `name_0.lockfile`, and the data file has another name. Both go when
the writer is given up before the end.
"""

from __future__ import annotations

import contextlib
import gc
import os
import time
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.errors import AlreadyExistsError, InternalError, NotFoundError, UnimplementedError
from flowgraph.formats import commit
from flowgraph.formats.bundle import Bundle, Item, data_file, laid_out
from flowgraph.formats.whole import beside

_C_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


def is_kept(prefix: str) -> bool:
    """Whether there are whole files of this name."""
    return os.path.exists(f"{prefix}.index")


def _name(row: int, at: int, count: int) -> str:
    return f"{row:>7}_{at:>{len(str(max(count - 1, 0)))}}"


class Writer:
    """Writes elements, one by one.

    Args:
      prefix: the name of the files.
      types: the dtypes of the components.

    Raises:
      AlreadyExistsError: somebody else is writing files of this name, or has written them meanwhile.
      NotFoundError: the folder is not there.
      UnimplementedError: a component is none that goes into files.
    """

    def __init__(self, prefix: str, types: Sequence[DType]) -> None:
        self._prefix, self._types = prefix, types
        for dtype in types:
            if dtype in (dt.variant, dt.resource):
                line = "Sparse tensors, datasets and optionals are cached in memory only: give `cache` no file name."
                raise UnimplementedError(None, None, line)
        self._lock = f"{prefix}_0.lockfile"
        self._path = beside(data_file(f"{prefix}_0", 0, 1))
        self._entries: dict[bytes, Any] = {}
        self._offset = self._row = 0
        if is_kept(prefix):
            data = data_file(prefix, 0, 1)
            line = f"Existing cache files found: \n{prefix}.index\n{data}\nTo continue delete the above files."
            raise AlreadyExistsError(None, None, line)
        self._take_lock()
        self._file = open(self._path, "wb")  # noqa: SIM115 (closed by `finish`, or given up)
        self._given_up = weakref.finalize(self, _give_up, self._file, [self._path, self._lock])

    def _take_lock(self) -> None:
        if os.path.exists(self._lock):
            gc.collect()  # an iterator that was given up may not have gone yet
        try:
            with open(self._lock, "x") as file:
                file.write(f"Created at: {int(time.time())}")
        except FileExistsError:
            with open(self._lock, "rb") as file:
                told = file.read(200).decode(errors="replace")
            line = (
                "There appears to be a concurrent caching iterator running - cache lockfile already exists "
                f"('{self._lock}'). If you are sure no other running TF computations are using this cache prefix, "
                f"delete the lockfile and re-initialize the iterator. Lockfile contents: {told}"
            )
            raise AlreadyExistsError(None, None, line) from None
        except OSError as error:
            raise NotFoundError(None, None, f"{self._lock}; {os.strerror(error.errno or 0)}") from None

    def add(self, element: Sequence[Any]) -> None:
        """Write an element."""
        for at, (part, dtype) in enumerate(zip(element, self._types, strict=True)):
            item = Item(_name(self._row, at, len(self._types)), dtype, np.asarray(part, dtype.np))
            for octets in laid_out([item], self._entries, self._offset):
                self._file.write(octets)
                self._offset += memoryview(octets).nbytes
        self._row += 1

    def finish(self) -> None:
        """From now on the files are whole."""
        self._file.close()
        commit.put(self._prefix, [self._path], self._entries)
        self._given_up()


def _give_up(file: Any, paths: Sequence[str]) -> None:
    file.close()
    for path in paths:
        with contextlib.suppress(OSError):
            os.unlink(path)


class Reader:
    """Reads elements, one by one.

    Args:
      prefix: the name of the files.
      types: the dtypes of the components.

    Raises:
      DataLossError: the files are damaged.
    """

    def __init__(self, prefix: str, types: Sequence[DType]) -> None:
        self._bundle, self._types, self._row = Bundle(prefix), types, 0

    def __iter__(self) -> Reader:
        return self

    def __next__(self) -> tuple[Any, ...]:
        count = len(self._types)
        if _name(self._row, 0, count) not in self._bundle:
            raise StopIteration
        found = tuple(self._part(_name(self._row, at, count), at) for at in range(count))
        self._row += 1
        return found

    def _part(self, name: str, at: int) -> np.ndarray:
        dtype, wanted = self._bundle.dtype(name), self._types[at]
        if dtype is not wanted:
            names = [_C_NAMES.get(one.name, one.name) for one in (dtype, wanted)]
            line = f"Output {at} of type {names[0]} does not match declared output type {names[1]}"
            raise InternalError(None, None, f"{line} for node IteratorGetNext")
        return self._bundle.read(name)
