"""`tf.contrib.lookup`: tables from keys to values, as scripts knew them before `tf.lookup`."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.mutable_tables import DenseHashTable as MutableDenseHashTable, MutableHashTable
from flowgraph.ops.table_initializers import (
    KeyValueTensorInitializer, TableInitializerBase, TextFileIdTableInitializer, TextFileIndex, TextFileInitializer,
    TextFileStringTableInitializer,
)
from flowgraph.ops.tables import HashTable, InitializableLookupTableBase, LookupInterface
from flowgraph.ops.vocabularies import (
    FastHashSpec, HasherSpec, IdTableWithHashBuckets, StrongHashSpec, index_table_from_file, index_table_from_tensor,
    index_to_string, index_to_string_table_from_file, index_to_string_table_from_tensor, string_to_index,
    string_to_index_table_from_file, string_to_index_table_from_tensor,
)

__all__ = [
    "FastHashSpec", "HashTable", "HasherSpec", "IdTableWithHashBuckets", "InitializableLookupTableBase",
    "KeyValueTensorInitializer", "LookupInterface", "MutableDenseHashTable", "MutableHashTable", "StrongHashSpec",
    "TableInitializerBase", "TextFileIdTableInitializer", "TextFileIndex", "TextFileInitializer",
    "TextFileStringTableInitializer", "index_table_from_file", "index_table_from_tensor", "index_to_string",
    "index_to_string_table_from_file", "index_to_string_table_from_tensor", "string_to_index",
    "string_to_index_table_from_file", "string_to_index_table_from_tensor",
]

_absent.watch(__name__)
