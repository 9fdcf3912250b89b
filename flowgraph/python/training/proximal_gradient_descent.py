"""tensorflow.python.training.proximal_gradient_descent."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import ProximalGradientDescentOptimizer

__all__ = ["ProximalGradientDescentOptimizer"]

_absent.watch(__name__)
