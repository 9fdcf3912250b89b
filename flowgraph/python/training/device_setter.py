"""tensorflow.python.training.device_setter."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import replica_device_setter

__all__ = ["replica_device_setter"]

_absent.watch(__name__)
