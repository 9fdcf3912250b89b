"""`tf.contrib.util`: arrays and tensors as protocol buffers, and other helpers."""

from flowgraph import absent as _absent
from flowgraph.ops.static_value import get_static_value as constant_value
from flowgraph.protos.tensors import make_ndarray, make_tensor_proto
from flowgraph.protos.used_ops import ops_used_by_graph_def, stripped_op_list_for_graph

__all__ = [
    "constant_value", "make_ndarray", "make_tensor_proto", "ops_used_by_graph_def", "stripped_op_list_for_graph",
]  # fmt: skip

_absent.watch(__name__)
