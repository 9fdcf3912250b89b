"""tensorflow.python.training.coordinator."""

from flowgraph import absent as _absent
from flowgraph.train import Coordinator, LooperThread

__all__ = ["Coordinator", "LooperThread"]

_absent.watch(__name__)
