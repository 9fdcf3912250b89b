"""tensorflow.python.ops.logging_ops."""

from flowgraph import Print, timestamp
from flowgraph import absent as _absent

__all__ = ["Print", "timestamp"]

_absent.watch(__name__)
