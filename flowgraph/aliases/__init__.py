"""Modules under other names: `tensorflow.nn` is `flowgraph.nn`, the same object and never a second copy.

One finder serves `flowgraph.compat.v1` (whose submodules are flowgraph's own), and `tensorflow` while flowgraph stands
in for it (`stand_in.py`).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # (that module takes longer to import than most of this package)

__all__ = ["Known", "add", "has", "remove", "target"]


class Known(Loader):
    """Loads a module under another name than its own: the module stays as it is.

    Args:
      module: its own name, by which it is imported when it is wanted; or the module, if no name leads to it.
    """

    def __init__(self, module: str | ModuleType) -> None:
        self._known = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        """The module itself, which Python then gives the new spec."""
        module = importlib.import_module(self._known) if isinstance(self._known, str) else self._known
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Its own spec again; there is nothing to run."""
        module.__spec__ = self._spec


class _Finder:
    """Asked before all others, so that no file is loaded twice."""

    @staticmethod
    def find_spec(fullname: str, *_where: object) -> ModuleSpec | None:
        """The spec of a module with another name, or None. The module is not loaded before it is wanted."""
        own = target(fullname)
        return None if own is None else ModuleSpec(fullname, Known(own), is_package=True)


def add(name: str, *packages: str) -> None:
    """Let `name` and all that is inside it be found in `packages`: in the first of them that has it.

    >>> add("fg", "flowgraph")
    >>> import fg.train
    >>> fg.train is tf.train
    True
    >>> remove("fg")
    """
    if not _ALIASES:
        sys.meta_path.insert(0, _Finder)
    _ALIASES[name] = packages


def remove(name: str) -> None:
    """Forget what `add` was told, and the modules that were imported under this name."""
    _ALIASES.pop(name)
    if not _ALIASES:
        sys.meta_path.remove(_Finder)
    for loaded in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
        del sys.modules[loaded]


def has(name: str) -> bool:
    """Whether `name` was added."""
    return name in _ALIASES


def target(name: str) -> str | None:
    """The name of a module's own that is meant by `name`, or None where that is its own.

    >>> target("flowgraph.compat.v1.nn"), target("flowgraph.nn")
    ('flowgraph.nn', None)
    """
    found = None
    while (other := _once(found or name)) is not None:
        found = other
    return found


def _once(name: str) -> str | None:
    for alias, packages in _ALIASES.items():
        if name == alias or name.startswith(f"{alias}."):
            rest = name[len(alias) :]
            return next((own + rest for own in packages[:-1] if _has(own, rest)), packages[-1] + rest)
    return None


def _has(package: str, rest: str) -> bool:
    """Whether a package of ours has a file for the module `package + rest`."""
    name = package
    for part in ("", *rest.split(".")[1:]):
        inside: Sequence[str] | None = None if not part else importlib.import_module(name).__path__
        name = f"{name}.{part}" if part else name
        if part and (not inside or PathFinder.find_spec(name, inside) is None):
            return False
    return True


_ALIASES: dict[str, tuple[str, ...]] = {}
"""Where the modules are, in order, of which the key is another name."""
