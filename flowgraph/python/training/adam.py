"""tensorflow.python.training.adam."""

from flowgraph import absent as _absent
from flowgraph.train import AdamOptimizer

__all__ = ["AdamOptimizer"]

_absent.watch(__name__)
