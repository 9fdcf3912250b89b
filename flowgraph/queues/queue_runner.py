"""`tf.train.queue_runner`: the threads that fill queues."""

from flowgraph import absent as _absent
from flowgraph.queues.runner import QueueRunner, add_queue_runner, start_queue_runners

__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]

_absent.watch(__name__, "train.queue_runner")
