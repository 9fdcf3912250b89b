"""tensorflow.python.util: scripts take `nest` and `compat` from it."""

from flowgraph import absent as _absent
from flowgraph import compat
from flowgraph.contrib.framework import nest
from flowgraph.python.util import deprecation, tf_contextlib, tf_decorator, tf_inspect

__all__ = ["compat", "deprecation", "nest", "tf_contextlib", "tf_decorator", "tf_inspect"]

_absent.watch(__name__)
