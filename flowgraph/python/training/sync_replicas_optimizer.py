"""tensorflow.python.training.sync_replicas_optimizer."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import SyncReplicasOptimizer

__all__ = ["SyncReplicasOptimizer"]

_absent.watch(__name__)
