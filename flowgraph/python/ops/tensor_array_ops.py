"""tensorflow.python.ops.tensor_array_ops: recurrent cells of people's own take `TensorArray` from it."""

from flowgraph.ops.tensor_array import TensorArray

__all__ = ["TensorArray"]
