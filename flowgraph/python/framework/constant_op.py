"""tensorflow.python.framework.constant_op."""

from flowgraph import absent as _absent
from flowgraph import constant

__all__ = ["constant"]

_absent.watch(__name__)
