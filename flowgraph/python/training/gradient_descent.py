"""tensorflow.python.training.gradient_descent."""

from flowgraph import absent as _absent
from flowgraph.train import GradientDescentOptimizer

__all__ = ["GradientDescentOptimizer"]

_absent.watch(__name__)
