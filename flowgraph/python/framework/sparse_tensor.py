"""tensorflow.python.framework.sparse_tensor."""

from flowgraph import SparseTensor, SparseTensorValue, convert_to_tensor_or_sparse_tensor
from flowgraph import absent as _absent

__all__ = ["SparseTensor", "SparseTensorValue", "convert_to_tensor_or_sparse_tensor"]

_absent.watch(__name__)
