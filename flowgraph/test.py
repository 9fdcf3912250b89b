"""`tf.test`: what tests of graphs need."""

from flowgraph import absent as _absent
from flowgraph.autodiff.checker import compute_gradient, compute_gradient_error

__all__ = ["compute_gradient", "compute_gradient_error"]

_absent.watch(__name__)
