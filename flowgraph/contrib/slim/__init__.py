"""`tf.contrib.slim`: layers with shared arguments, losses, and training in one call."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
