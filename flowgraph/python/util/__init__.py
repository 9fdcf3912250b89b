"""tensorflow.python.util: scripts take `nest` and `compat` from it."""

from flowgraph import compat, nest

__all__ = ["compat", "nest"]
