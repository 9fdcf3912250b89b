"""`tf.lookup`: tables from keys to values."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.lookup import experimental
from flowgraph.ops.table_initializers import KeyValueTensorInitializer, TextFileIndex, TextFileInitializer
from flowgraph.ops.tables import StaticHashTable
from flowgraph.ops.vocabularies import StaticVocabularyTable

__all__ = [
    "KeyValueTensorInitializer", "StaticHashTable", "StaticVocabularyTable", "TextFileIndex", "TextFileInitializer",
    "experimental",
]

_absent.watch(__name__)
