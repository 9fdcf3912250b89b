"""`tf.contrib.losses`: losses as scripts knew them before `tf.losses`."""

from flowgraph import absent as _absent

__all__: list[str] = []

_absent.watch(__name__)
