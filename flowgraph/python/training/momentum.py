"""tensorflow.python.training.momentum."""

from flowgraph import absent as _absent
from flowgraph.train import MomentumOptimizer

__all__ = ["MomentumOptimizer"]

_absent.watch(__name__)
