"""tensorflow.python.util: scripts take `nest` and `compat` from it."""

from flowgraph import absent as _absent
from flowgraph import compat
from flowgraph.contrib.framework import nest

__all__ = ["compat", "nest"]

_absent.watch(__name__)
