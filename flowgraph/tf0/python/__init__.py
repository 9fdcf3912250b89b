"""The inside of TensorFlow before 1.0, as far as it was another."""

import importlib

from flowgraph import python as _new
from flowgraph.tf0.python import ops

__all__ = ["ops"]


def __getattr__(name: str) -> object:
    """What has not changed; modules are found before they are imported."""
    try:
        return importlib.import_module(f"flowgraph.python.{name}")
    except ImportError:
        return getattr(_new, name)
