"""tensorflow.python.ops.tensor_array_ops: recurrent cells of people's own take `TensorArray` from it."""

from flowgraph import absent as _absent
from flowgraph.ops.tensor_array import TensorArray

__all__ = ["TensorArray"]

_absent.watch(__name__)
