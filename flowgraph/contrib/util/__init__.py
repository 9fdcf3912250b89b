"""`tf.contrib.util`: arrays and tensors as protocol buffers, and other helpers."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
