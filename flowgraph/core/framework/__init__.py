"""Protocol buffers of `tensorflow.core.framework`: graphs, tensors, summaries."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.protos import modules as _modules

__all__ = [
    "allocation_description_pb2", "attr_value_pb2", "cost_graph_pb2", "function_pb2", "graph_pb2",
    "node_def_pb2", "op_def_pb2", "resource_handle_pb2", "step_stats_pb2", "summary_pb2",
    "tensor_description_pb2", "tensor_pb2", "tensor_shape_pb2", "tensor_slice_pb2", "types_pb2",
    "variable_pb2", "versions_pb2",
]


def __getattr__(name: str) -> object:
    """A module of messages, made when it is first asked for."""
    return _modules.module_of(__name__, name)

_absent.watch(__name__)
