"""`tf.contrib.checkpoint`: checkpoints of objects, not names: lists, dicts, Python state, and looking inside."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from typing import Any

from flowgraph import absent as _absent
from flowgraph import protos as _protos
from flowgraph.trackable import Trackable as CheckpointableBase
from flowgraph.tracking.containers import AutoTrackable as Checkpointable
from flowgraph.tracking.containers import List, NoDependency
from flowgraph.tracking.containers import Mapping_ as Mapping
from flowgraph.tracking.drawing import dot_graph_from_checkpoint
from flowgraph.tracking.manager import CheckpointManager
from flowgraph.tracking.python_state import NumpyState, PythonState as PythonStateWrapper, UniqueNameTracker
from flowgraph.tracking.saver import list_objects, object_metadata
from flowgraph.tracking.split import split_dependency

__all__ = [
    "CheckpointManager", "Checkpointable", "CheckpointableBase", "List", "Mapping", "NoDependency", "NumpyState",
    "PythonStateWrapper", "UniqueNameTracker", "dot_graph_from_checkpoint", "list_objects", "object_metadata",
    "split_dependency",
]


def __getattr__(name: str) -> Any:
    if name == "CheckpointableObjectGraph":
        return _protos.message("TrackableObjectGraph")
    raise AttributeError(f"module 'flowgraph.contrib.checkpoint' has no attribute {name!r}")


_absent.watch(__name__)
