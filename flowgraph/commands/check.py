"""`flowgraph check`: what a script needs, and what of it flowgraph lacks."""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from flowgraph.absent.story import tell
from flowgraph.commands import python2
from flowgraph.commands.source import Unreadable, parses, read
from flowgraph.commands.uses import Data, Uses, find_uses

__all__ = ["check", "lacks"]


def check(paths: Sequence[str], tf0: bool = False, as_json: bool = False) -> int:
    """Print what the scripts use.

    Returns:
      The exit code: 0 where flowgraph has it all, 1 where something is lacking, 2 where a script cannot be read.
    """
    reports = [_report_or_error(path, tf0) for path in paths]
    if as_json:
        sys.stdout.write(json.dumps(reports, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_as_text(report) for report in reports))
    if any("error" in report for report in reports):
        return 2
    return int(any(report["missing"] for report in reports))


def lacks(name: str, tf0: bool = False) -> bool:
    """Whether flowgraph lacks this name under `tf.`; what is inside a class or function is not looked at.

    >>> lacks("nn.relu"), lacks("nn.rleu"), lacks("mul"), lacks("mul", tf0=True)
    (False, True, True, False)
    """
    packages = ["flowgraph.tf0"] * tf0 + ["flowgraph"]
    return not any(_is_in(package, name) for package in packages)


def _is_in(package: str, name: str) -> bool:
    item: Any = importlib.import_module(package)
    for part in name.split("."):
        if not isinstance(item, ModuleType):
            return True
        try:
            item = getattr(item, part)
        except AttributeError:
            try:
                item = importlib.import_module(f"{item.__name__}.{part}")
            except ImportError:
                return False
        except ImportError:  # it needs a package that is not installed
            return True
    return True


def _report_or_error(path: str, tf0: bool) -> dict[str, Any]:
    try:
        return _report(path, tf0)
    except Unreadable as problem:
        return {"script": path, "error": str(problem)}
    except RecursionError:
        return {"script": path, "error": "it is nested too deeply to be looked through"}


def _report(path: str, tf0: bool) -> dict[str, Any]:
    uses, python = _uses_of(path)
    missing = [name for name in uses.names if lacks(name, tf0)]
    return {
        "script": path,
        "python": python,
        "symbols": dict(sorted(uses.names.items())),
        "missing": [_advice(name, uses.names[name]) for name in sorted(missing)],
        "data": [_wanted(data, os.path.dirname(path)) for data in uses.data],
        "notes": [note for name, note in _NOTES.items() if name in uses.names],
    }


_NOTES = {
    "train.ClusterSpec": "it describes a cluster: flowgraph runs it if the script itself makes all the servers; "
    "tasks in other processes cannot be reached",
}
"""What is to be said of names that flowgraph has."""


def _uses_of(path: str) -> tuple[Uses, int]:
    """What a script uses, and the version of Python that it is written in."""
    pieces, python = read(path), 3
    if not all(parses(piece.text) for piece in pieces):
        pieces = [piece.with_text(python2.convert(piece.text, piece.name)[0]) for piece in pieces]
        python = 2
    text = "".join(f"{piece.text}\n" for piece in pieces)
    try:
        return find_uses(ast.parse(text)), python
    except SyntaxError as error:
        raise Unreadable(f"{path!r} is not Python: {error}") from None


def _advice(name: str, lines: list[int]) -> dict[str, Any]:
    text = tell(name)
    if not lacks(name, tf0=True):
        text += "\nOr run it with --tf0."
    return {"name": f"tf.{name}", "lines": lines, "advice": text}


def _wanted(data: Data, folder: str) -> dict[str, Any]:
    """A file that is wanted; whether it is there, beside the script or in the current folder, if that can be told."""
    there = None
    if data.path is not None and "://" not in data.path:
        there = any(os.path.exists(os.path.join(place, data.path)) for place in (folder, ""))
    return {"line": data.line, "call": data.call, "path": data.path, "expression": data.expression, "there": there}


def _as_text(report: dict[str, Any]) -> str:
    if "error" in report:
        return f"{report['error']}\n"
    used, lacking = len(report["symbols"]), len(report["missing"])
    lines = [f"{report['script']}: {used} of TensorFlow's names, {lacking or 'none'} of them lacking"]
    if report["python"] == 2:
        lines.append("  It is written in Python 2: run it with --py2.")
    for item in report["missing"]:
        lines.append(f"  {item['name']} ({_numbers(item['lines'])})")
        lines += [f"    {line}" for line in item["advice"].splitlines()]
    lines += [f"  {note}" for note in report["notes"]]
    for item in report["data"]:
        lines.append(f"  reads {_place(item)} (line {item['line']}, {item['call']})")
    return "\n".join(lines) + "\n"


def _numbers(lines: list[int]) -> str:
    different = sorted(set(lines))
    more = ", ..." if len(different) > 5 else ""
    return ("line " if len(different) == 1 else "lines ") + ", ".join(map(str, different[:5])) + more


def _place(item: dict[str, Any]) -> str:
    if item["path"] is None:
        return f"what {item['expression']} says"
    return f"{item['path']!r}" + {None: "", True: ", which is there", False: ", which is not there"}[item["there"]]
