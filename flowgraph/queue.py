"""`tf.queue`: queues that live in a session and hand tensors from one run to another."""

__all__: list[str] = []
