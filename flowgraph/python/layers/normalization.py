"""tensorflow.python.layers.normalization."""

from flowgraph import absent as _absent
from flowgraph.layers import BatchNormalization, batch_normalization

__all__ = ["BatchNormalization", "batch_normalization"]

_absent.watch(__name__)
