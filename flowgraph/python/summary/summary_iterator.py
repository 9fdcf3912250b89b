"""tensorflow.python.summary.summary_iterator."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import summary_iterator

__all__ = ["summary_iterator"]

_absent.watch(__name__)
