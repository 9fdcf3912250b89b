"""tensorflow.python.ops.gradient_checker."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.test import compute_gradient, compute_gradient_error

__all__ = ["compute_gradient", "compute_gradient_error"]

_absent.watch(__name__)
