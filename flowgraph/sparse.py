"""`tf.sparse`: tensors of which only some entries are kept."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.accumulators import SparseConditionalAccumulator
from flowgraph.ops.sparse_add import sparse_add as add, sparse_maximum as maximum, sparse_minimum as minimum
from flowgraph.ops.sparse_arrange import (
    sparse_expand_dims as expand_dims, sparse_reorder as reorder, sparse_reshape as reshape,
    sparse_transpose as transpose,
)
from flowgraph.ops.sparse_cross import sparse_cross as cross, sparse_cross_hashed as cross_hashed
from flowgraph.ops.sparse_dense import sparse_tensor_to_dense as to_dense
from flowgraph.ops.sparse_math import sparse_softmax as softmax
from flowgraph.ops.sparse_matmul import (
    sparse_tensor_dense_matmul as matmul, sparse_tensor_dense_matmul as sparse_dense_matmul,
)
from flowgraph.ops.sparse_parts import (
    sparse_eye as eye, sparse_from_dense as from_dense, sparse_merge as merge, sparse_reset_shape as reset_shape,
    sparse_retain as retain, sparse_to_indicator as to_indicator,
)
from flowgraph.ops.sparse_reduce import (
    sparse_reduce_max as reduce_max, sparse_reduce_max_sparse as reduce_max_sparse, sparse_reduce_sum as reduce_sum,
    sparse_reduce_sum_sparse as reduce_sum_sparse,
)
from flowgraph.ops.sparse_rows import sparse_fill_empty_rows as fill_empty_rows, sparse_mask as mask
from flowgraph.ops.sparse_segment import (
    sparse_segment_mean as segment_mean, sparse_segment_sqrt_n as segment_sqrt_n, sparse_segment_sum as segment_sum,
)
from flowgraph.ops.sparse_slices import sparse_concat as concat, sparse_slice as slice, sparse_split as split
from flowgraph.ops.sparse_tensor import SparseTensor, sparse_placeholder as placeholder

__all__ = [
    "SparseConditionalAccumulator", "SparseTensor", "add", "concat", "cross", "cross_hashed", "expand_dims", "eye",
    "fill_empty_rows", "from_dense",
    "mask", "matmul", "maximum", "merge", "minimum", "placeholder", "reduce_max", "reduce_max_sparse", "reduce_sum",
    "reduce_sum_sparse", "reorder", "reset_shape", "reshape", "retain", "segment_mean", "segment_sqrt_n",
    "segment_sum", "slice", "softmax", "sparse_dense_matmul", "split", "to_dense", "to_indicator", "transpose",
]

_absent.watch(__name__)
