"""tensorflow.python.ops.manip_ops."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import roll

__all__ = ["roll"]

_absent.watch(__name__)
