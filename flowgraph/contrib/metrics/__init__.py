"""`tf.contrib.metrics`: metrics as scripts knew them before `tf.metrics`."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
