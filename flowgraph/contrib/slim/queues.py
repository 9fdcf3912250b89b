"""`tf.contrib.slim.queues`: queue runners that run as long as a block of code does."""

from flowgraph import absent as _absent
from flowgraph.datasets.slim.running import NestedQueueRunnerError, QueueRunners

__all__ = ["NestedQueueRunnerError", "QueueRunners"]

_absent.watch(__name__)
