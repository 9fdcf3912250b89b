"""tensorflow.python.training.checkpoint_utils."""
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import checkpoints_iterator, list_variables, load_checkpoint, load_variable

__all__ = ["checkpoints_iterator", "list_variables", "load_checkpoint", "load_variable"]

_absent.watch(__name__)
