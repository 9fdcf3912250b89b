"""`tf.contrib.tensorboard`: what TensorBoard's plugins are told."""

from flowgraph import absent as _absent
from flowgraph.contrib.tensorboard import plugins

__all__ = ["plugins"]

_absent.watch(__name__)
