"""tensorflow.python.framework.tensor_util."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph import is_tensor, make_tensor_proto
from flowgraph.contrib.util import constant_value

__all__ = ["constant_value", "is_tensor", "make_tensor_proto"]

_absent.watch(__name__)
