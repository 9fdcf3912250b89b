"""tensorflow.python.ops.lookup_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import initialize_all_tables, tables_initializer
from flowgraph.lookup import KeyValueTensorInitializer, TextFileIndex, TextFileInitializer
from flowgraph.lookup.experimental import DenseHashTable

__all__ = [
    "DenseHashTable", "KeyValueTensorInitializer", "TextFileIndex", "TextFileInitializer",
    "initialize_all_tables", "tables_initializer",
]

_absent.watch(__name__)
