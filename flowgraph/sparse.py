"""`tf.sparse`: tensors of which only some entries are kept."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ops.sparse_dense import sparse_tensor_to_dense as to_dense
from flowgraph.ops.sparse_tensor import SparseTensor, sparse_placeholder as placeholder

__all__ = ["SparseTensor", "placeholder", "to_dense"]
