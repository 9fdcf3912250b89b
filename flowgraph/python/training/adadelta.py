"""tensorflow.python.training.adadelta."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import AdadeltaOptimizer

__all__ = ["AdadeltaOptimizer"]

_absent.watch(__name__)
