"""tensorflow.python.data.ops.iterator_ops."""

from flowgraph import absent as _absent
from flowgraph.data import Iterator

__all__ = ["Iterator"]

_absent.watch(__name__)
