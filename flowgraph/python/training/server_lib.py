"""tensorflow.python.training.server_lib."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import ClusterSpec, Server

__all__ = ["ClusterSpec", "Server"]

_absent.watch(__name__)
