"""tensorflow.python.platform: files, flags and logs. Scripts take `gfile`, `flags` and `tf_logging` from it."""

from flowgraph import absent as _absent
from flowgraph import app, gfile, resource_loader
from flowgraph import logging as tf_logging

__all__ = ["app", "flags", "gfile", "resource_loader", "tf_logging"]  # `flags` comes by __getattr__


def __getattr__(name: str) -> object:
    """`flags` is imported when it is first used: it needs the package absl-py."""
    if name == "flags":
        return app.flags
    raise AttributeError(f"module 'flowgraph.python.platform' has no attribute '{name}'")


_absent.watch(__name__)
