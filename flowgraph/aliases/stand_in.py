"""flowgraph under the name of `tensorflow`, for scripts that are to stay as they are."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from types import ModuleType

from flowgraph import aliases

__all__ = ["install", "installed", "real_tensorflow", "uninstall"]

NAME = "tensorflow"
_BOARD = "tensorboard"


def install(force: bool = False, tf0: bool = False) -> None:
    """From now on `import tensorflow as tf` means flowgraph, and so do imports from inside it.

    `tensorflow.contrib.rnn`, `tensorflow.python.framework.ops`, `tensorflow.examples.tutorials.mnist` and the like are
    flowgraph's own modules, the same objects; what flowgraph lacks raises an ImportError that says so. Where
    TensorBoard is not installed, `tensorboard.plugins.projector` is tf.contrib's.

    Args:
      force: also where a real TensorFlow is installed, which is then hidden from this process until `uninstall()`.
      tf0: let `tensorflow` have the names and the orders of arguments of before TensorFlow 1.0, too (flowgraph.tf0).

    Raises:
      ImportError: a real TensorFlow is installed, and `force` is False.

    >>> install(force=True)
    >>> import tensorflow
    >>> tensorflow is tf
    True
    >>> uninstall()
    """
    real = real_tensorflow()
    if real is not None and not force:
        raise ImportError(
            f"A real TensorFlow is installed ({real}), and flowgraph hides it only when asked to: "
            "flowgraph.compat.install(force=True)."
        )
    if installed():
        uninstall()
    _HIDDEN.update({name: module for name, module in sys.modules.items() if _is_tensorflows(name)})
    for name in _HIDDEN:
        del sys.modules[name]
    aliases.add(NAME, *(["flowgraph.tf0"] if tf0 else []), "flowgraph")
    if PathFinder.find_spec(_BOARD) is None:  # of which scripts want `tensorboard.plugins.projector`
        aliases.add(_BOARD, "flowgraph.contrib.tensorboard")
    importlib.import_module(NAME)


def uninstall() -> None:
    """`tensorflow` is again what it was before `install()`; what was imported meanwhile stays flowgraph's."""
    if installed():
        aliases.remove(NAME)
        if aliases.has(_BOARD):
            aliases.remove(_BOARD)
        sys.modules.update(_HIDDEN)
        _HIDDEN.clear()


def installed() -> bool:
    """Whether `tensorflow` means flowgraph."""
    return aliases.has(NAME)


def real_tensorflow() -> str | None:
    """The file of a real TensorFlow that Python would import, or None. It is not loaded."""
    spec = PathFinder.find_spec(NAME)
    return spec.origin if spec is not None and spec.loader is not None else None


def _is_tensorflows(name: str) -> bool:
    return name == NAME or name.startswith(f"{NAME}.")


_HIDDEN: dict[str, ModuleType] = {}
"""The modules of a real TensorFlow that was loaded before `install()`."""
