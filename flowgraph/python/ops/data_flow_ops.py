"""tensorflow.python.ops.data_flow_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    ConditionalAccumulator, ConditionalAccumulatorBase, FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase,
    RandomShuffleQueue, SparseConditionalAccumulator, dynamic_partition, dynamic_stitch,
)

__all__ = [
    "ConditionalAccumulator", "ConditionalAccumulatorBase", "FIFOQueue", "PaddingFIFOQueue", "PriorityQueue",
    "QueueBase", "RandomShuffleQueue", "SparseConditionalAccumulator", "dynamic_partition", "dynamic_stitch",
]

_absent.watch(__name__)
