"""`tf.queue`: queues that live in a session and hand tensors from one run to another."""

from flowgraph import absent as _absent
from flowgraph.ops.queues import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue

__all__ = ["FIFOQueue", "PaddingFIFOQueue", "PriorityQueue", "QueueBase", "RandomShuffleQueue"]

_absent.watch(__name__)
