"""tensorflow.python.layers.base."""

from flowgraph import absent as _absent
from flowgraph.layers import InputSpec, Layer

__all__ = ["InputSpec", "Layer"]

_absent.watch(__name__)
