"""Lookup tables: keys and the value of each; and the files that fill them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from flowgraph.kernels.strings import entries, of_entries

WHOLE_LINE, LINE_NUMBER = -2, -1


class TableError(Exception):
    """What is wrong with a table, or what is done to it: TF's name of the error, and its words."""

    def __init__(self, kind: str, line: str) -> None:
        super().__init__(line)
        self.kind, self.line = kind, line


class Table:
    """Keys and their values.

    Attributes:
      fixed: whether it is filled once, and must be before it is used.
      value_shape: the shape of each value.
      key_type, value_type: numpy's dtypes of keys and values.
      forbidden: keys that must not be used, and what they are called.
    """

    def __init__(self, key_type: Any, value_type: Any, *, fixed: bool, value_shape: tuple[int, ...] = ()) -> None:
        self.fixed, self.value_shape = fixed, value_shape
        self.key_type, self.value_type = np.dtype(key_type), np.dtype(value_type)
        self._values: dict[Any, Any] = {}
        self._is_filled = not fixed
        self.forbidden: dict[Any, str] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def find(self, keys: Any, default: Any) -> np.ndarray:
        """The values of keys, and the default where there is none."""
        if not self._is_filled:
            raise TableError("FailedPrecondition", "Table not initialized.")
        found = [self._values.get(key, default) for key in self._allowed(keys)]
        return self._array(found, self.value_type, (*np.shape(keys), *self.value_shape))

    def insert(self, keys: Any, values: Any) -> None:
        """Add keys, or give them other values."""
        with self._lock:
            self._values.update(zip(self._allowed(keys), self._rows(values), strict=True))

    def remove(self, keys: Any) -> None:
        """Take keys out."""
        with self._lock:
            for key in self._allowed(keys):
                self._values.pop(key, None)

    def fill(self, pairs: Callable[[], Iterator[tuple[Any, Any]]]) -> None:
        """Fill a fixed table, which happens once: what comes later is not looked at."""
        with self._lock:
            if self._is_filled:
                return
            found: dict[Any, Any] = {}
            for key, value in pairs():
                if found.setdefault(key, value) != value:
                    shown = [item.decode() if isinstance(item, bytes) else item for item in (key, found[key], value)]
                    line = "HashTable has different value for same key. Key {} has {} and trying to add value {}"
                    raise TableError("FailedPrecondition", line.format(*shown))
            self._values, self._is_filled = found, True

    def replace(self, keys: Any, values: Any) -> None:
        """Forget everything and take these keys and values."""
        with self._lock:
            self._values = dict(zip(entries(keys), self._rows(values), strict=True))

    def export(self) -> tuple[np.ndarray, np.ndarray]:
        """All keys, and their values."""
        if not self._is_filled:
            raise TableError("Aborted", "HashTable is not initialized.")
        with self._lock:
            keys, values = list(self._values), list(self._values.values())
        shape = (len(keys), *self.value_shape)
        return self._array(keys, self.key_type, (len(keys),)), self._array(values, self.value_type, shape)

    def _allowed(self, keys: Any) -> list[Any]:
        found = entries(keys)
        for key in found:
            if key in self.forbidden:
                name = self.forbidden[key]
                raise TableError("InvalidArgument", f"Using the {name} as a table key is not allowed")
        return found

    def _rows(self, values: Any) -> list[Any]:
        """The values one by one: entries, or arrays where a value has axes."""
        if not self.value_shape:
            return entries(values)
        return list(np.array(values, self.value_type).reshape(-1, *self.value_shape))

    def _array(self, rows: list[Any], kind: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray:
        if kind.kind == "O" and not (self.value_shape and len(shape) > 1):
            return of_entries(rows, shape)
        return np.array(rows, kind).reshape(shape)


# -- files -------------------------------------------------------------------------------------------------


def read_pairs(
    filename: str,
    key: tuple[int, str, Callable[[bytes], Any]],
    value: tuple[int, str, Callable[[bytes], Any]],
    delimiter: bytes,
    vocab_size: int,
) -> Iterator[tuple[Any, Any]]:
    """The keys and values in the lines of a file.

    Args:
      filename: the file.
      key, value: the column (or WHOLE_LINE, LINE_NUMBER), the name of the type, and what reads a field (None: cannot).
      delimiter: what stands between columns.
      vocab_size: how many lines to take; -1: all.
    """
    widest = max(key[0], value[0])
    with open(filename, "rb") as file:
        content = file.read()
    if not content:
        raise TableError("OutOfRange", "Read less bytes than requested")
    at, number = 0, 0
    while at < len(content) and number != vocab_size:
        line, at = _line(content, at)
        if not line:
            raise TableError("InvalidArgument", f"Invalid content in {filename}: empty line found at position {at}.")
        fields = line.split(delimiter) if widest >= 0 else []
        if len(fields) <= widest:
            where = f"{filename} line {number} ({line.decode(errors='replace')})"
            counts = f"expected {widest} got {len(fields)}"
            raise TableError("InvalidArgument", f"Invalid number of columns in {where} : {counts}")
        yield _field(key, line, fields, number), _field(value, line, fields, number)
        number += 1
    if vocab_size > number:
        line_text = f"Invalid vocab_size in {filename}: expected {vocab_size} but got {number}"
        raise TableError("InvalidArgument", line_text)


def _line(content: bytes, at: int) -> tuple[bytes, int]:
    end = content.find(b"\n", at)
    if end < 0:
        return content[at:].replace(b"\r", b""), len(content)
    return content[at:end].replace(b"\r", b""), end + 1


def _field(which: tuple[int, str, Callable[[bytes], Any]], line: bytes, fields: list[bytes], number: int) -> Any:
    column, kind, read = which
    if column == LINE_NUMBER:
        return number
    text = line if column == WHOLE_LINE else fields[column]
    found = read(text)
    if found is None:
        shown = text.decode(errors="replace")
        raise TableError("InvalidArgument", f"Field {shown} in line {number} is not a valid {kind}.")
    return found
