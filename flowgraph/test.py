"""`tf.test`: what tests of graphs need."""

from flowgraph.autodiff.checker import compute_gradient, compute_gradient_error

__all__ = ["compute_gradient", "compute_gradient_error"]
