"""Scripts and notebooks as pieces of Python: a script is one piece, each code cell of a notebook another."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

__all__ = ["Piece", "Unreadable", "parses", "read", "say"]


class Unreadable(Exception):
    """A script that cannot be run at all; the message is one line for the user."""


def say(text: str) -> None:
    """One line for the user, beside what the script prints."""
    sys.stderr.write(f"flowgraph: {text}\n")


@dataclass(frozen=True)
class Piece:
    """What is compiled at once."""

    name: str  # what tracebacks call it
    text: str  # as it runs
    shown: str  # as its author wrote it: what tracebacks and messages show
    skipped: tuple[str, ...] = ()  # IPython's commands, which were left out

    def with_text(self, text: str) -> Piece:
        """The same piece, to run as `text`; where lines have moved, that is what will be shown as well."""
        same = text.count("\n") == self.text.count("\n")
        return replace(self, text=text, shown=self.shown if same else text)


def read(path: str) -> list[Piece]:
    """The pieces of a script (.py or any other name) or notebook (.ipynb), in order.

    Raises:
      Unreadable: there is no such file, or it is no text, or no notebook.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Unreadable(f"can't open {path!r}: {error.strerror}") from None
    try:
        if path.endswith(".ipynb"):
            return [_cell(path, *cell) for cell in _code_cells(json.loads(data))]
        return [_script(path, data)]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise Unreadable(f"{path!r} is not a notebook: {type(error).__name__}: {error}") from None


def _script(path: str, data: bytes) -> Piece:
    """A script in the encoding that it names; what does not fit, as in comments of long ago, is replaced."""
    try:
        text = importlib.util.decode_source(data)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        text = data.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        say(f"{path!r} is not all text in its encoding: what cannot be read is replaced")
    return Piece(path, text, text)


def parses(text: str) -> bool:
    """Whether this is Python 3.

    Raises:
      Unreadable: nobody can say, so deeply is it nested.

    >>> parses("print(1)"), parses("print 1")
    (True, False)
    """
    try:
        ast.parse(text)
    except (RecursionError, MemoryError):
        raise Unreadable(_TOO_DEEP) from None
    except (SyntaxError, ValueError) as error:
        if str(error).startswith("too many"):  # parentheses, or levels of indentation
            raise Unreadable(f"{_TOO_DEEP}: {error}") from None
        return False
    return True


_TOO_DEEP = "it is nested more deeply than Python can read"


def _code_cells(notebook: Any) -> Iterator[tuple[int, str]]:
    """Number and text of the cells; before version 4 of the format they were in worksheets."""
    cells = notebook.get("cells") or [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, 1):
        text = cell["source"] if "source" in cell else cell["input"]
        yield number, text if isinstance(text, str) else "".join(text)


_RUNS_ITS_CELL = re.compile(r"\s*%%(time|timeit|capture|prun)\b.*")
_RUNS_ITS_LINE = re.compile(r"(\s*)%(?:time|timeit|prun)\s+(?!-)(\S.*)")
_COMMAND = re.compile(r"(\s*)(%{1,2}[A-Za-z].*|!\s*\S.*|\?\S.*|[\w.]+\?{1,2}\s*|[\w, ]+=\s*[!%]\S.*)")


def _cell(path: str, number: int, text: str) -> Piece:
    name = f"{path}, cell {number}"
    if parses(text):
        return Piece(name, text, text)
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%") and not _RUNS_ITS_CELL.fullmatch(lines[first]):
        return Piece(name, "\n" * text.count("\n"), text, (lines[first].strip(),))
    skipped: list[str] = []
    while (wrong := _wrong_line(lines)) is not None and _skip(lines, wrong, skipped):
        pass
    if wrong is not None:  # perhaps Python 2: what looks like a command is one
        for i in range(len(lines)):
            _skip(lines, i, skipped)
    return Piece(name, "\n".join(lines), text, tuple(skipped))


def _wrong_line(lines: list[str]) -> int | None:
    """Where Python 3 stumbles, or None. A line of a longer text may look like a command and not be one."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        return min(error.lineno or 1, len(lines)) - 1
    return None


def _skip(lines: list[str], i: int, skipped: list[str]) -> bool:
    """Make Python of line `i` if it is a command of IPython; whether it was."""
    if timed := _RUNS_ITS_LINE.fullmatch(lines[i]):
        lines[i] = "".join(timed.groups())
    elif command := _COMMAND.fullmatch(lines[i]):
        lines[i] = f"{command[1]}pass" if command[1] else f"# {lines[i]}"
        skipped.append(command[2].strip())
    else:
        return False
    return True
