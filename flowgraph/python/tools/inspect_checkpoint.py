"""tensorflow.python.tools.inspect_checkpoint: what a checkpoint holds, in print."""

from flowgraph import absent as _absent
from flowgraph.saving.inspect import print_tensors_in_checkpoint_file

__all__ = ["print_tensors_in_checkpoint_file"]

_absent.watch(__name__)
