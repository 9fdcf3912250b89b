"""tensorflow.python.pywrap_tensorflow: scripts take the reader of checkpoints from it."""

from flowgraph import absent as _absent
from flowgraph.saving.reader import CheckpointReader, NewCheckpointReader

__all__ = ["CheckpointReader", "NewCheckpointReader"]

_absent.watch(__name__)
