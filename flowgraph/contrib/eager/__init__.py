"""`tf.contrib.eager`: what of it graphs can use."""

from flowgraph import absent as _absent
from flowgraph.tracking.checkpoint import Checkpoint

__all__ = ["Checkpoint"]

_absent.watch(__name__)
