"""`tf.lookup.experimental`: a table that runs may change."""

from flowgraph.ops.mutable_tables import DenseHashTable

__all__ = ["DenseHashTable"]
