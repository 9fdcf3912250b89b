"""What can go wrong while a graph runs, and how a message tells it.

The exception types, their codes and their constructor arguments are TensorFlow 1.x's. What differs is the
text: the first line is TF's own, because that is what people search for, and the lines after it (composed
by `explain`) name the tensors involved, what to do, and the line of the user's program that the error is
about.
"""

from __future__ import annotations

import linecache
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from flowgraph import absent as _absent

__all__ = [
    "ABORTED", "ALREADY_EXISTS", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED", "FAILED_PRECONDITION", "INTERNAL",
    "INVALID_ARGUMENT", "NOT_FOUND", "OK", "OUT_OF_RANGE", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED", "UNAVAILABLE", "UNIMPLEMENTED", "UNKNOWN", "AbortedError", "AlreadyExistsError",
    "CancelledError", "DataLossError", "DeadlineExceededError", "FailedPreconditionError", "InternalError",
    "InvalidArgumentError", "NotFoundError", "OpError", "OutOfRangeError", "PermissionDeniedError",
    "ResourceExhaustedError", "UnauthenticatedError", "UnavailableError", "UnimplementedError", "UnknownError",
    "error_code_from_exception_type", "exception_type_from_error_code",
]  # fmt: skip

Where = tuple[str, int]
"""A place in the user's program: (file name, line number from 1)."""

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class InaccessibleTensorError(ValueError):
    """A tensor was used outside the graph or function it belongs to."""


class OperatorNotAllowedInGraphError(TypeError):
    """A Python operation (`if`, `for`, `in` ...) was applied to a tensor that has no value yet."""


class OpError(Exception):
    """An operation failed while the graph was running.

    `op` is the `Operation` that failed and `node_def` its `NodeDef`; either is None where it is not known.
    `message` is what `str(error)` gives and may span several lines. `error_code` is one of the module's
    constants.

    >>> error = InvalidArgumentError(None, None, "Incompatible shapes: [2] vs. [3]")
    >>> str(error), error.error_code == INVALID_ARGUMENT
    ('Incompatible shapes: [2] vs. [3]', True)
    """

    _code: int | None = None

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int | None = None) -> None:
        super().__init__()
        if error_code is None:
            error_code = self._code
        if error_code is None:
            raise TypeError(f"{type(self).__name__}() needs an error_code")
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    @property
    def node_def(self) -> Any:
        """The `NodeDef` of the operation that failed, or None."""
        return self._node_def

    @property
    def op(self) -> Any:
        """The operation that failed, or None."""
        return self._op

    @property
    def message(self) -> str:
        """What is to be said about it."""
        return self._message

    @property
    def error_code(self) -> int:
        """The constant of this module that stands for the class."""
        return self._error_code

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        args = (self.node_def, self.op, self.message)
        return type(self), (args if self.error_code == self._code else (*args, self.error_code))


class CancelledError(OpError):
    """The operation was called off, for example because its queue was closed or the session ended."""

    _code = CANCELLED


class UnknownError(OpError):
    """Something failed and nothing more is known about it."""

    _code = UNKNOWN

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int = UNKNOWN) -> None:
        super().__init__(node_def, op, message, error_code)


class InvalidArgumentError(OpError):
    """An operation received an argument it cannot work with, whatever the state of the system."""

    _code = INVALID_ARGUMENT


class DeadlineExceededError(OpError):
    """A time limit passed before the operation finished."""

    _code = DEADLINE_EXCEEDED


class NotFoundError(OpError):
    """Something that was asked for, such as a file or a key of a checkpoint, does not exist."""

    _code = NOT_FOUND


class AlreadyExistsError(OpError):
    """Something that was to be created exists already."""

    _code = ALREADY_EXISTS


class PermissionDeniedError(OpError):
    """The program may not do this, for example read a file that it has no right to."""

    _code = PERMISSION_DENIED


class UnauthenticatedError(OpError):
    """The caller did not prove who it is."""

    _code = UNAUTHENTICATED


class ResourceExhaustedError(OpError):
    """Memory, disk space or another resource ran out."""

    _code = RESOURCE_EXHAUSTED


class FailedPreconditionError(OpError):
    """The system is not in the state that the operation needs: typically a variable without a value."""

    _code = FAILED_PRECONDITION


class AbortedError(OpError):
    """The operation was broken off by another one, typically a queue that was closed meanwhile."""

    _code = ABORTED


class OutOfRangeError(OpError):
    """There is nothing more to read: the end of a data set, a file or a closed queue."""

    _code = OUT_OF_RANGE


class UnimplementedError(OpError):
    """The operation exists but not for these types, devices or arguments."""

    _code = UNIMPLEMENTED


class InternalError(OpError):
    """An invariant of the library is broken: a bug in the library, not in the program using it."""

    _code = INTERNAL


class UnavailableError(OpError):
    """A service is out of reach for the moment; trying again may help."""

    _code = UNAVAILABLE


class DataLossError(OpError):
    """Data is damaged, for example a truncated record file."""

    _code = DATA_LOSS


_TYPE_OF_CODE: dict[int, type[OpError]] = {cls._code: cls for cls in OpError.__subclasses__() if cls._code is not None}
_CODE_OF_TYPE: dict[type[OpError], int] = {cls: code for code, cls in _TYPE_OF_CODE.items()}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The exception type for an error code; KeyError for OK and for numbers that are no code.

    >>> exception_type_from_error_code(OUT_OF_RANGE).__name__
    'OutOfRangeError'
    """
    return _TYPE_OF_CODE[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> Any:
    """The error code of an exception type. As in TF, another type gives a warning and an `UnknownError`."""
    try:
        return _CODE_OF_TYPE[cls]
    except KeyError:
        warnings.warn("Unknown class exception", stacklevel=2)
        return UnknownError(None, None, "Unknown class exception")


def explain(
    first_line: str,
    *,
    where: Where | None = None,
    details: Iterable[str | Sequence[str]] = (),
    mend: str | None = None,
) -> str:
    """Compose a message: TF's first line, then what TF leaves out.

    `details` are lines; one given as a sequence of strings is a row of a table, and neighbouring rows are
    aligned. `mend` says what to do. `where` is the line of the user's program that this is about; it comes
    last, with its source text if that can be found (notebook cells included).

    >>> print(explain(
    ...     "You must feed a value for placeholder tensor 'x' with dtype float and shape [?,3]",
    ...     details=["No value for", ("  x:0", "float32 (?, 3)"), ("  label:0", "int32 (?,)")],
    ...     mend="sess.run(..., feed_dict={x: ..., label: ...})",
    ...     where=("train.py", 31),
    ... ))
    You must feed a value for placeholder tensor 'x' with dtype float and shape [?,3]
    <BLANKLINE>
      No value for
        x:0      float32 (?, 3)
        label:0  int32 (?,)
    <BLANKLINE>
      Fix: sess.run(..., feed_dict={x: ..., label: ...})
    <BLANKLINE>
      At train.py:31
    """
    parts = [first_line]
    lines = _align(list(details))
    if lines:
        parts.append("\n".join(_indent(line, "  ") for line in lines))
    if mend:
        parts.append(_indent("Fix: " + _wrapped(mend).replace("\n", "\n     "), "  "))
    if where is not None:
        source = source_line(where)
        parts.append(f"  At {place(where)}" + (f"\n    {source}" if source else ""))
    return "\n\n".join(parts)


def place(where: Where) -> str:
    """`file:line` for a reader: relative to the working directory if inside it; in notebooks `In [3]:line`.

    >>> place(("train.py", 31))
    'train.py:31'
    """
    filename, line = where
    cell = _notebook_cell(filename)
    if cell:
        return f"{cell}:{line}"
    if os.path.isabs(filename):
        here = os.getcwd().rstrip(os.sep) + os.sep
        filename = filename.removeprefix(here)
    return f"{filename}:{line}"


def made_at(where: Where | None) -> str:
    """`made at file:line: source`, as much of it as is known.

    >>> made_at(("train.py", 31))
    'made at train.py:31'
    """
    if where is None:
        return "made at an unknown place"
    return f"made at {place(where)}: {source_line(where)}".removesuffix(": ")


def source_line(where: Where) -> str:
    """The text of a line, stripped; '' when it cannot be found."""
    filename, line = where
    return linecache.getline(filename, line).strip()


def _notebook_cell(filename: str) -> str:
    """'In [3]' when `filename` is a notebook cell that the running IPython knows, else ''."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    numbers = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return f"In [{numbers[filename]}]" if filename in numbers else ""


def _align(rows: list[str | Sequence[str]]) -> list[str]:
    """Turn details into lines: neighbouring rows share their columns' widths, plain lines stay as given."""
    lines: list[str] = []
    table: list[Sequence[str]] = []

    def flush() -> None:
        count = max((len(row) for row in table), default=0)
        widths = [max(len(row[i]) for row in table if i < len(row)) for i in range(count)]
        lines.extend("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)
        table.clear()

    for row in rows:
        if isinstance(row, str):
            flush()
            lines.append(row)
        else:
            table.append(row)
    flush()
    return lines


def _wrapped(text: str) -> str:
    """Lines of a readable length; words are never broken."""
    from textwrap import wrap  # errors are rare: not a thing to import beforehand

    lines = [wrap(line, 96, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")]
    return "\n".join(part for line in lines for part in line or [""])


def _indent(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


_absent.watch(__name__)
