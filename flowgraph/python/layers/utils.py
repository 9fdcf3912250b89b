"""tensorflow.python.layers.utils."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.contrib.framework import smart_cond

__all__ = ["smart_cond"]

_absent.watch(__name__)
