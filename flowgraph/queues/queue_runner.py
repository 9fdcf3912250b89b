"""`tf.train.queue_runner`: the threads that fill queues."""

from flowgraph.queues.runner import QueueRunner, add_queue_runner, start_queue_runners

__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]
