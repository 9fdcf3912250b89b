"""`tf.lookup.experimental`: a table that runs may change."""

from flowgraph import absent as _absent
from flowgraph.ops.mutable_tables import DenseHashTable

__all__ = ["DenseHashTable"]

_absent.watch(__name__)
