"""tensorflow.python.ops.sparse_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    deserialize_many_sparse, serialize_many_sparse, serialize_sparse, sparse_add, sparse_concat,
    sparse_fill_empty_rows, sparse_maximum, sparse_merge, sparse_minimum, sparse_reduce_max,
    sparse_reduce_max_sparse, sparse_reduce_sum, sparse_reduce_sum_sparse, sparse_reorder, sparse_reset_shape,
    sparse_reshape, sparse_retain, sparse_slice, sparse_softmax, sparse_split, sparse_tensor_dense_matmul,
    sparse_tensor_to_dense, sparse_to_dense, sparse_to_indicator, sparse_transpose,
)
from flowgraph.sparse import from_dense

__all__ = [
    "deserialize_many_sparse", "from_dense", "serialize_many_sparse", "serialize_sparse", "sparse_add",
    "sparse_concat", "sparse_fill_empty_rows", "sparse_maximum", "sparse_merge", "sparse_minimum",
    "sparse_reduce_max", "sparse_reduce_max_sparse", "sparse_reduce_sum", "sparse_reduce_sum_sparse",
    "sparse_reorder", "sparse_reset_shape", "sparse_reshape", "sparse_retain", "sparse_slice", "sparse_softmax",
    "sparse_split", "sparse_tensor_dense_matmul", "sparse_tensor_to_dense", "sparse_to_dense",
    "sparse_to_indicator", "sparse_transpose",
]

_absent.watch(__name__)
