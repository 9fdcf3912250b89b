"""tensorflow.python.training.ftrl."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import FtrlOptimizer

__all__ = ["FtrlOptimizer"]

_absent.watch(__name__)
