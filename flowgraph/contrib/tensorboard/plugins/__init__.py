"""`tf.contrib.tensorboard.plugins`."""

from flowgraph import absent as _absent
from flowgraph.contrib.tensorboard.plugins import projector

__all__ = ["projector"]

_absent.watch(__name__)
