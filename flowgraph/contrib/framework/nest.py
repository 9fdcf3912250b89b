"""`tf.contrib.framework.nest`: all that TensorFlow's own code does with structures; `tf.nest` is a part of it."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.nest import (
    assert_same_structure, flatten, flatten_up_to, get_traverse_shallow_structure, is_nested, map_structure,
    map_structure_up_to, pack_sequence_as,
)
from flowgraph.nest_paths import (
    assert_shallow_structure, flatten_dict_items, flatten_with_joined_string_paths, flatten_with_tuple_paths,
    is_sequence, map_structure_with_paths, map_structure_with_tuple_paths, yield_flat_paths,
)

__all__ = [
    "assert_same_structure", "assert_shallow_structure", "flatten", "flatten_dict_items",
    "flatten_up_to", "flatten_with_joined_string_paths", "flatten_with_tuple_paths", "get_traverse_shallow_structure",
    "is_nested", "is_sequence", "map_structure", "map_structure_up_to", "map_structure_with_paths",
    "map_structure_with_tuple_paths", "pack_sequence_as", "yield_flat_paths",
]

_absent.watch(__name__)
