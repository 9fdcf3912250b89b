"""tensorflow.python.training.rmsprop."""

from flowgraph import absent as _absent
from flowgraph.train import RMSPropOptimizer

__all__ = ["RMSPropOptimizer"]

_absent.watch(__name__)
