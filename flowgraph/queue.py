"""`tf.queue`: queues that live in a session and hand tensors from one run to another."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
