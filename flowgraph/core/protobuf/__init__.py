"""Protocol buffers of `tensorflow.core.protobuf`: meta graphs, savers, configurations."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.protos import modules as _modules

__all__ = [
    "cluster_pb2", "config_pb2", "control_flow_pb2", "debug_pb2", "meta_graph_pb2", "queue_runner_pb2",
    "rewriter_config_pb2", "saved_model_pb2", "saved_object_graph_pb2", "saver_pb2", "struct_pb2",
    "tensor_bundle_pb2", "tensorflow_server_pb2", "trackable_object_graph_pb2", "verifier_config_pb2",
]


def __getattr__(name: str) -> object:
    """A module of messages, made when it is first asked for."""
    return _modules.module_of(__name__, name)

_absent.watch(__name__)
