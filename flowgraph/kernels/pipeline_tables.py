"""Pipelines of rows: of files of comma-separated values, and of what a database answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from flowgraph.errors import DataLossError, OpError, UnknownError
from flowgraph.formats.records import LARGEST_UNPACKED
from flowgraph.kernels.pipeline import Chain, Element, Elements, Run, boxed, complaint
from flowgraph.kernels.pipeline_files import open_unpacked

# -- comma-separated values ----------------------------------------------------------------------------------

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class CsvRows:
    """The rows of files, each field read as its column asks for.

    Args:
      names, compression: the files.
      header: whether the first line of each is left out.
      delimiter, quotes: what stands between fields, and whether fields may be quoted.
      selected: which columns; all if there are none.
      read: `read(column, field)` gives a field's value, or raises.
      count: how many columns there are to be.
    """

    names: Sequence[str]
    compression: str
    header: bool
    delimiter: bytes
    quotes: bool
    selected: Sequence[int]
    read: Callable[[int, bytes], Any]
    count: int

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        left = iter(self.names)

        def following() -> Elements | None:
            name = next(left, None)
            return None if name is None else _CsvFile(self, name)

        return Chain(following)

    def row(self, fields: list[bytes], trouble: str | None) -> Element:
        """The values of a row.

        Raises:
          InvalidArgumentError: it is not as it should be.
        """
        if self.selected:
            fields = [fields[at] for at in self.selected if at < len(fields)]
        values = []
        for column, field in enumerate(fields[: self.count]):
            if trouble is not None:
                raise complaint(trouble)
            values.append(self.read(column, field))
        if trouble is not None:
            raise complaint(trouble)
        if len(fields) != self.count:
            found = "more" if len(fields) > self.count else len(fields)
            raise complaint(f"Expect {self.count} fields but have {found} in record")
        return tuple(values)


class _CsvFile:
    def __init__(self, spec: CsvRows, name: str) -> None:
        self._spec, self._name = spec, name
        self._data: bytes | None = None
        self._at = 0

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._data is None:
            with open_unpacked(self._name, self._spec.compression) as file:
                self._data = file.read(LARGEST_UNPACKED + 1 if self._spec.compression else -1)
            if self._spec.compression and len(self._data) > LARGEST_UNPACKED:
                line = f"{self._name} unpacks to more than {LARGEST_UNPACKED} bytes, which is not believed"
                raise DataLossError(None, None, line)
            if self._spec.header:
                self._skip_header(self._data)
        if self._at >= len(self._data):
            raise StopIteration
        fields, trouble, self._at = _record(self._data, self._at, self._spec.delimiter, self._spec.quotes)
        return self._spec.row(fields, trouble)

    def _skip_header(self, data: bytes) -> None:
        if not data:
            raise complaint("Can't read header of file")
        end = _LINE_END.search(data)
        self._at = end.end() if end else len(data)


def _record(data: bytes, at: int, delimiter: bytes, quotes: bool) -> tuple[list[bytes], str | None, int]:
    """The fields of a record, what is wrong with it, and where the next one begins."""
    stop = re.compile(b"[\r\n" + re.escape(delimiter) + b"]")
    fields: list[bytes] = []
    trouble: str | None = None
    while True:
        if quotes and data[at : at + 1] == b'"':
            field, wrong, at = _quoted(data, at + 1, delimiter)
        else:
            found = stop.search(data, at)
            end = found.start() if found else len(data)
            field, at = data[at:end], end
            wrong = "Unquoted fields cannot have quotes inside" if quotes and b'"' in field else None
        trouble = trouble or wrong
        fields.append(field)
        if data[at : at + 1] != delimiter:
            break
        at += 1
    ended = _LINE_END.match(data, at)
    return fields, trouble, ended.end() if ended else len(data)


def _quoted(data: bytes, at: int, delimiter: bytes) -> tuple[bytes, str | None, int]:
    """A quoted field without its quotes, what is wrong with it, and where it ends."""
    field, wrong = bytearray(), None
    while True:
        quote = data.find(b'"', at)
        if quote < 0:
            return bytes(field), "Reached end of file without closing quoted field in record", len(data)
        field += data[at:quote]
        behind = data[quote + 1 : quote + 2]
        if behind in (b"", b"\r", b"\n", delimiter):
            return bytes(field), wrong, quote + 1
        if behind == b'"':
            field += behind
        else:
            wrong = wrong or "Quote inside a string has to be escaped by another quote"
        at = quote + (2 if behind == b'"' else 1)


# -- databases -----------------------------------------------------------------------------------------------

_LEADING = re.compile(rb"\s*([+-]?\d+)")
_LEADING_FLOAT = re.compile(rb"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@dataclass(frozen=True)
class SqlRows:
    """What a SQLite database answers to a query, row by row.

    Args:
      path: the database's file.
      query: the query.
      kinds: numpy's dtype of each column; object for strings.
    """

    path: str
    query: str
    kinds: Sequence[Any]

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return _SqlAnswer(self)


class _SqlAnswer:
    def __init__(self, spec: SqlRows) -> None:
        self._spec = spec
        self._rows: Iterator[Sequence[Any]] | None = None

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        import sqlite3

        if self._rows is None:
            self._rows = self._ask()
        try:
            row = next(self._rows)
        except sqlite3.Error as error:
            raise UnknownError(None, None, f"Step() failed: [{_code(error)}] {error}: {self._spec.query}") from None
        return tuple(_column(value, kind) for value, kind in zip(row, self._spec.kinds, strict=True))

    def _ask(self) -> Iterator[Sequence[Any]]:
        import sqlite3

        spec = self._spec
        try:
            connection = sqlite3.connect(spec.path, check_same_thread=False)
            connection.text_factory = bytes
            cursor = connection.execute(spec.query)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise _failed(spec, error) from None
        columns = len(cursor.description or ())
        if columns != len(spec.kinds):
            raise complaint(
                f"The number of columns in query ({columns}) must match the number of elements in output_types "
                f"({len(spec.kinds)})."
            )
        return iter(cursor)


def _code(error: BaseException) -> int:
    # (sqlite_errorcode is new in Python 3.11; an error in a query is number 1)
    return getattr(error, "sqlite_errorcode", 1) or 1


def _failed(spec: SqlRows, error: BaseException) -> OpError:
    return UnknownError(None, None, f"Prepare() failed: [{_code(error)}] {error}: {spec.query}")


def _column(value: Any, kind: Any) -> np.ndarray:
    """A value as SQLite itself converts it: what is not a number is 0."""
    if np.dtype(kind).hasobject:
        return boxed(b"" if value is None else value if isinstance(value, bytes) else str(value).encode())
    if kind == np.float64:
        return np.asarray(_number(value, _LEADING_FLOAT, float), np.float64)
    number = int(_number(value, _LEADING, int))
    if kind != np.int64:
        number = (number + (1 << 31)) % (1 << 32) - (1 << 31)  # (TF takes 32 bits of it, then as many as fit)
    if kind == np.bool_:
        return np.asarray(number != 0)
    return np.asarray(number, np.int64).astype(kind)


def _number(value: Any, pattern: re.Pattern[bytes], kind: Any) -> Any:
    if not isinstance(value, bytes):
        return 0 if value is None else value
    found = pattern.match(value)
    return kind(found[1]) if found else 0
