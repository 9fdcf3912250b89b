"""`tf.ragged`: tensors whose rows need not have the same length."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.ragged_array import boolean_mask, map_flat_values, stack_dynamic_partitions
from flowgraph.ops.ragged_concat import ragged_stack as stack
from flowgraph.ops.ragged_constant import (
    ragged_constant as constant, ragged_constant_value as constant_value, ragged_placeholder as placeholder,
)
from flowgraph.ops.ragged_range import ragged_range as range, row_splits_to_segment_ids, segment_ids_to_row_splits
from flowgraph.ops.ragged_value import RaggedTensorValue

__all__ = [
    "RaggedTensorValue", "boolean_mask", "constant", "constant_value", "map_flat_values", "placeholder", "range",
    "row_splits_to_segment_ids", "segment_ids_to_row_splits", "stack", "stack_dynamic_partitions",
]

_absent.watch(__name__)
