"""tensorflow.python.training.queue_runner."""

from flowgraph import absent as _absent
from flowgraph.train import QueueRunner, add_queue_runner, start_queue_runners

__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]

_absent.watch(__name__)
