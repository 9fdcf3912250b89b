"""Running a script or notebook as Python would, with flowgraph in the place of TensorFlow."""

from __future__ import annotations
import __future__

import importlib
import linecache
import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType, TracebackType
from typing import Any

from flowgraph.aliases import stand_in
from flowgraph.commands import bygone, hints, python2
from flowgraph.commands.source import Piece, Unreadable, parses, read, say

__all__ = ["run"]

_FUTURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


def run(path: str, arguments: list[str], py2: bool = False, tf0: bool = False, hide_tensorflow: bool = False) -> None:
    """Run a script or notebook as `__main__`, with `arguments` in `sys.argv`.

    What it raises goes through; a traceback that nobody catches begins in the script. A notebook runs in its own
    folder, as it does in Jupyter, a script in the folder that is current.

    Raises:
      Unreadable: there is no such file, it is no Python, or a real TensorFlow would be hidden without being asked to.
    """
    pieces = read(path)
    skipped = [command for piece in pieces for command in piece.skipped]
    if skipped:
        say(f"skipped what is IPython's: {_some(skipped)}")
    folder = os.path.dirname(os.path.realpath(path))
    if py2:
        pieces = [_converted(piece) for piece in pieces]
        _tell(python2_changes)
    _take_the_place_of_tensorflow(path, tf0, hide_tensorflow)
    bygone.bring_back()
    main = _main_module(path, arguments, folder)
    sys.meta_path.insert(sys.meta_path.index(PathFinder), _Neighbours(folder, py2))
    vars(main).update(python2.FORGOTTEN if py2 else {})
    if path.endswith(".ipynb"):
        os.chdir(folder)
        vars(main).setdefault("display", print)
    sys.excepthook = _Hook(main, path, py2, tf0)
    flags = 0
    for piece in pieces:
        flags = _execute(piece, vars(main), flags, py2)


def _take_the_place_of_tensorflow(path: str, tf0: bool, hide: bool) -> None:
    real = stand_in.real_tensorflow()
    if real is not None and not hide:
        raise Unreadable(
            f"a real TensorFlow is installed ({real}). Give --hide-tensorflow to run {path!r} with flowgraph all the "
            "same; `python` alone runs it with TensorFlow."
        )
    if real is not None:
        say(f"the TensorFlow that is installed ({real}) is hidden from this run")
    stand_in.install(force=hide, tf0=tf0)


def _main_module(path: str, arguments: list[str], folder: str) -> ModuleType:
    """A new `__main__`, and `sys` as a script finds it."""
    _KEPT.append(sys.modules["__main__"])
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__file__ = os.path.abspath(path)
    vars(main)["__builtins__"] = sys.modules["builtins"]
    sys.argv = [path, *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = folder
    return main


def _execute(piece: Piece, names: dict[str, Any], flags: int, py2: bool) -> int:
    """Run a piece; what it takes from `__future__` holds for those after it, too."""
    lines = piece.shown.splitlines(keepends=True)
    # without a time of change it stays, whatever lies on the disk
    linecache.cache[piece.name] = (len(piece.shown), None, lines, piece.name)
    make = python2.compiled if py2 else bygone.compiled
    code = make(piece.text, piece.name, flags)
    exec(code, names)  # noqa: S102  # running it is what the user asked for
    return flags | (code.co_flags & _FUTURES)


def _converted(piece: Piece, in_package: bool = False) -> Piece:
    text, changes = python2.convert(piece.text, piece.name, in_package)
    python2_changes.update(changes)
    return piece.with_text(text)


class _Neighbours:
    """Finds modules that are as old as a script: those in its folder, and in folders that it or PYTHONPATH adds.

    In Python 2 are those in its folder, and of the others those that are no Python 3.
    """

    def __init__(self, folder: str, py2: bool) -> None:
        self._folder, self._py2 = os.path.join(folder, ""), py2
        added = {os.path.realpath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
        here = [os.path.join(path, "") for path in map(os.path.realpath, sys.path) if path not in added]
        self._modern = (os.path.join(_PACKAGE, ""), *here)

    def find_spec(self, fullname: str, path: Any = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """The spec of an old module, or None."""
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or not isinstance(spec.loader, SourceFileLoader) or "site-packages" in str(spec.origin):
            return None
        origin = os.path.realpath(str(spec.origin))
        near = origin.startswith(self._folder)
        if not near and origin.startswith(self._modern):
            return None
        kind = _Python2Loader if self._py2 and (near or not _is_python3(origin)) else _OldLoader
        spec.loader = kind(spec.loader.name, spec.loader.path)
        return spec


def _is_python3(path: str) -> bool:
    [piece] = read(path)
    return parses(piece.text)


class _OldLoader(SourceFileLoader):
    """Loads a module of those days. No file of compiled code is kept, which Python would take for its own."""

    def get_code(self, fullname: str) -> Any:  # noqa: ARG002
        """Its code."""
        [piece] = read(str(self.path))
        return bygone.compiled(piece.text, piece.name)


class _Python2Loader(SourceFileLoader):
    """Loads a module written in Python 2."""

    def get_code(self, fullname: str) -> Any:
        """Its code, converted; not kept in a file, either."""
        [piece] = read(str(self.path))
        new = _converted(piece, in_package="." in fullname or self.is_package(fullname))
        return python2.compiled(new.text, piece.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run it with the builtins of Python 2."""
        vars(module).update(python2.FORGOTTEN)
        super().exec_module(module)


class _Hook:
    """Shows an uncaught exception from the script's first line on, and what may help."""

    def __init__(self, main: ModuleType, path: str, py2: bool, tf0: bool) -> None:
        self._names, self._path, self._py2, self._tf0 = vars(main), path, py2, tf0

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        inside = trace
        while inside is not None and inside.tb_frame.f_globals is not self._names:
            inside = inside.tb_next
        if inside is not None or isinstance(error, SyntaxError):  # one of the script's own says itself where it is
            trace = inside
        shown = traceback.TracebackException(kind, error, trace)
        _without_ours(shown)
        sys.stderr.write("".join(shown.format()))
        if (hint := hints.hint(error, self._path, self._py2, self._tf0)) is not None:
            say(hint)


def _without_ours(shown: traceback.TracebackException | None) -> None:
    """Leave out the lines of those who are in between: they are neither the script's nor where something is wrong."""
    while shown is not None:
        own = [frame for frame in shown.stack if not frame.filename.startswith(_BETWEEN)]
        shown.stack[:] = own
        _without_ours(shown.__cause__)
        shown = shown.__context__


def _tell(changes: Counter[str]) -> None:
    listed = ", ".join(f"{what} ({count})" for what, count in changes.most_common())
    say(f"converted from Python 2: {listed or 'nothing to change'}; / of whole numbers rounds down")


def _some(items: Iterable[str], most: int = 4) -> str:
    """Some of the items, each once."""
    different = list(dict.fromkeys(items))
    more = f" and {len(different) - most} more" if len(different) > most else ""
    return ", ".join(different[:most]) + more


python2_changes: Counter[str] = Counter()
"""What has been converted so far."""

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_BETWEEN = (*(os.path.join(_PACKAGE, room, "") for room in ("absent", "aliases", "commands")), importlib.__file__)

_KEPT: list[ModuleType] = []
"""The command's own `__main__`, whose names would be cleared if nothing held it."""
