"""tensorflow.python.training.saver."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.train import (
    Saver, checkpoint_exists, export_meta_graph, generate_checkpoint_state_proto, get_checkpoint_mtimes,
    get_checkpoint_state, import_meta_graph, latest_checkpoint, remove_checkpoint,
    update_checkpoint_state,
)

__all__ = [
    "Saver", "checkpoint_exists", "export_meta_graph", "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes", "get_checkpoint_state", "import_meta_graph", "latest_checkpoint",
    "remove_checkpoint", "update_checkpoint_state",
]

_absent.watch(__name__)
