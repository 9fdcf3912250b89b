"""`tf.contrib.slim.prefetch_queue`: batches in a queue before they are asked for."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.reading import prefetch_queue

__all__ = ["prefetch_queue"]

_absent.watch(__name__)
