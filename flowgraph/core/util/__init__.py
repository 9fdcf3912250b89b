"""Protocol buffers of `tensorflow.core.util`: events and old checkpoints."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.protos import modules as _modules

__all__ = [
    "event_pb2", "saved_tensor_slice_pb2",
]


def __getattr__(name: str) -> object:
    """A module of messages, made when it is first asked for."""
    return _modules.module_of(__name__, name)

_absent.watch(__name__)
