"""tensorflow.python.training.optimizer."""

from flowgraph import absent as _absent
from flowgraph.train import Optimizer

__all__ = ["Optimizer"]

_absent.watch(__name__)
