"""tensorflow.python.training.adagrad."""

from flowgraph import absent as _absent
from flowgraph.train import AdagradOptimizer

__all__ = ["AdagradOptimizer"]

_absent.watch(__name__)
