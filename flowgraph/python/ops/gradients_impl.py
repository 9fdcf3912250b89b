"""tensorflow.python.ops.gradients_impl."""

from flowgraph import UnconnectedGradients, gradients, hessians
from flowgraph import absent as _absent

__all__ = ["UnconnectedGradients", "gradients", "hessians"]

_absent.watch(__name__)
