"""Queue runners that run as long as a block of code does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, get_collection
from flowgraph.queues.coordinator import Coordinator

_running = threading.Lock()


class NestedQueueRunnerError(Exception):
    """A `QueueRunners` block stands inside another."""


@contextmanager
def QueueRunners(session: Any) -> Iterator[None]:
    """Run the graph's queue runners while the block of code runs.

    Args:
      session: the session to run them in.

    Raises:
      NestedQueueRunnerError: there is such a block around this one.

    >>> number = tf.train.range_input_producer(3, shuffle=False).dequeue()
    >>> with tf.Session() as sess, QueueRunners(sess):
    ...     print(sess.run(number), sess.run(number))
    0 1
    """
    if not _running.acquire(blocking=False):
        raise refusal("QueueRunners cannot be nested", NestedQueueRunnerError)
    try:
        coordinator = Coordinator()
        threads: list[threading.Thread] = []
        for runner in get_collection(GraphKeys.QUEUE_RUNNERS):
            threads.extend(runner.create_threads(session, coord=coordinator, daemon=True, start=True))
        try:
            yield
        finally:
            coordinator.request_stop()
            try:
                coordinator.join(threads, stop_grace_period_secs=120)
            except RuntimeError:
                session.close()
    finally:
        _running.release()
