"""What a script is told that asks for a name which is not there.

TensorFlow 1.15 has more names than flowgraph. A public module says

    absent.watch(__name__)

and from then on a name that it lacks raises an error which tells whether TensorFlow has it, and what comes nearest
here: an AttributeError, or an ImportError where the name was to be imported, so `hasattr` and `try ... except` in
scripts work as ever. The message is composed when somebody reads it; asking costs nothing.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from flowgraph.aliases import Known

__all__ = ["AbsentAttributeError", "AbsentImportError", "watch"]


class AbsentAttributeError(AttributeError):
    """A module of flowgraph does not have this attribute.

    >>> from flowgraph.absent.story import tell
    >>> print(tell("mul"))
    TensorFlow 1.0 renamed tf.mul: use tf.multiply.
    """

    def __init__(self, module: str, name: str) -> None:
        # with its name set and its object not, Python adds no guess of its own below ours
        super().__init__(f"module {module!r} has no attribute {name!r}", name=name)
        self.asked = module, name

    def __str__(self) -> str:
        return f"{self.args[0]}\n\n  {_story(*self.asked)}"


class AbsentImportError(ModuleNotFoundError):
    """A module of flowgraph does not have what was to be imported from it.

    `name` is not set: `from package import name` would swallow an error that carries it, and tell less.
    """

    def __init__(self, module: str, name: str) -> None:
        super().__init__(f"cannot import name {name!r} from {module!r}")
        self.asked = module, name

    def __str__(self) -> str:
        return f"{self.args[0]}\n\n  {_story(*self.asked)}"


def watch(module: str, name: str | None = None) -> None:
    """Let `module` answer for the names that it lacks; what a `__getattr__` of its own finds goes first.

    `name` is what users call the module, under `tf.`, where that is not its own name.

    For `from module import name` Python makes an ImportError of its own out of an AttributeError, unless the module is
    a package and might have a submodule of that name: so every watched module has a `__path__`, if an empty one.
    """
    watched = sys.modules[module].__dict__
    own = watched.get("__getattr__")

    def look_up(name: str) -> object:
        if own is not None and name in watched.get("__all__", ()):
            return own(name)
        if name.startswith("_"):  # Python's own questions
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        raise AbsentAttributeError(module, name)

    watched["__getattr__"] = look_up
    watched.setdefault("__path__", [])
    _WATCHED[module] = module.partition(".")[2] if name is None else name


class _LastFinder:
    """Asked after all others for what is to be imported from a watched module: it has no file of its own."""

    @staticmethod
    def find_spec(fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004
        """The spec of a module that is a name of another one, as `import flowgraph.app.flags` wants it, or an error."""
        module, _, name = fullname.rpartition(".")
        if module not in _WATCHED or name.startswith("_") or _is_file(module, fullname):
            return None
        found = getattr(sys.modules[module], name, None)
        if not isinstance(found, ModuleType):
            raise AbsentImportError(module, name)
        return ModuleSpec(fullname, Known(found))


def _is_file(module: str, fullname: str) -> bool:
    """Whether the watched module has a file of this name, for which somebody, like pytest, looks in another place."""
    return PathFinder.find_spec(fullname, sys.modules[module].__path__) is not None


def _story(module: str, name: str) -> str:
    from flowgraph.absent.story import tell

    return tell(f"{_WATCHED[module]}.{name}".lstrip(".")).replace("\n", "\n  ")


_WATCHED: dict[str, str] = {}
"""What users call the modules that tell."""

sys.meta_path.append(_LastFinder)
