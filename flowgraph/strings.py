"""`tf.strings`: ops on strings."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ops.string_join import reduce_join, string_join as join
from flowgraph.ops.string_numbers import as_string, string_to_number as to_number

__all__ = ["as_string", "join", "reduce_join", "to_number"]
