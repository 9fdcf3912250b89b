"""Saves the objects below a root, and restores them: what `tf.train.Checkpoint` and its kin are made of."""

from __future__ import annotations

import os
from typing import Any

from flowgraph import dtypes, errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import control_dependencies, device, get_default_session
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import identity
from flowgraph.ops.constant import constant
from flowgraph.saving.reader import CheckpointReader
from flowgraph.trackable import next_uid
from flowgraph.tracking.object_graph import OBJECT_GRAPH_KEY, ObjectGraph, parsed
from flowgraph.tracking.ops import save_op
from flowgraph.tracking.positions import Restore
from flowgraph.tracking.saveables import NotRestored
from flowgraph.tracking.status import CheckpointLoadStatus, InitializationOnlyStatus, NameBasedSaverStatus


class TrackableSaver:
    """Saves and restores the objects of a graph; the ops are made once, and again only where the graph changes.

    Args:
      graph: the objects.
    """

    def __init__(self, graph: ObjectGraph) -> None:
        self._graph = graph
        self._save_feeds: tuple[Tensor, Tensor] | None = None
        self._restore_feed: Tensor | None = None
        self._saved_graph: Any = None
        self._save: Tensor | None = None
        self._restores: dict[str, Operation | Tensor] = {}

    def save(self, file_prefix: str, session: Any = None) -> str:
        """Write a checkpoint; gives its path.

        Args:
          file_prefix: the path, without ending.
          session: where the values are; by default the default session.
        """
        path = os.fspath(file_prefix)
        if self._save_feeds is None:
            with device("/cpu:0"):
                self._save_feeds = constant("", dtype=dtypes.string), constant("", dtype=dtypes.string)
        graph_tensor, path_tensor = self._save_feeds
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        gathered = self._graph.gather()
        feeds: dict[Tensor, Any] = {
            path_tensor: path,
            graph_tensor: gathered.proto.SerializeToString(),
            **gathered.feeds,
        }
        if self._save is None or self._saved_graph != gathered.proto:
            saved = save_op(path_tensor, [*gathered.saveables, NotRestored(graph_tensor, OBJECT_GRAPH_KEY)])
            with device("/cpu:0"), control_dependencies([saved]):
                self._save = identity(path_tensor)
            self._saved_graph = gathered.proto
        return os.fsdecode(session_or_default(session).run(self._save, feeds))

    def restore(self, save_path: Any) -> Any:
        """Begin to restore a checkpoint; gives a status, whose `run_restore_ops` gives variables their values.

        Args:
          save_path: the checkpoint; None: there is none, the status initializes.

        Raises:
          NotFoundError: there is no such checkpoint.
          DataLossError: it is damaged.
        """
        if save_path is None:
            return InitializationOnlyStatus(self._graph, next_uid())
        path = os.fspath(save_path)
        graph = graph_in(CheckpointReader(path), path)
        if graph is None:
            return NameBasedSaverStatus(self._graph, path)
        if self._restore_feed is None:
            with device("/cpu:0"):
                self._restore_feed = constant("model")
        checkpoint = Restore(graph, path, self._restore_feed, self._restores, self._graph)
        checkpoint.at(0).restore(self._graph.root)
        return CheckpointLoadStatus(checkpoint, {self._restore_feed: path})


def graph_in(reader: CheckpointReader, path: str) -> Any:
    """The TrackableObjectGraph of a checkpoint; None if it has none, for it was saved by names."""
    if not reader.has_tensor(OBJECT_GRAPH_KEY):
        return None
    data: Any = reader.get_tensor(OBJECT_GRAPH_KEY)
    if not isinstance(data, bytes):
        data = data.item() if getattr(data, "size", 0) == 1 else None
    if not isinstance(data, bytes):
        raise errors.DataLossError(None, None, f"{path}: its object graph is no string")
    return parsed(data, path, lambda line: errors.DataLossError(None, None, line))


def object_metadata(save_path: Any) -> Any:
    """The TrackableObjectGraph of a checkpoint: which objects it has, and what leads to them.

    Raises:
      ValueError: the checkpoint was saved by names.
    """
    path = os.fspath(save_path)
    found = graph_in(CheckpointReader(path), path)
    if found is None:
        raise ValueError(
            f'The specified checkpoint "{path}" does not appear to be object-based (it is missing the key '
            f'"{OBJECT_GRAPH_KEY}"). Likely it was created with a name-based saver and does not contain an object '
            "dependency graph."
        )
    return found


def list_objects(root_trackable: Any) -> list[Any]:
    """All objects that belong to an object, directly or through others, itself first."""
    return ObjectGraph(root_trackable).objects()


def session_or_default(session: Any) -> Any:
    """The session given, or the default one.

    Raises:
      ValueError: there is none.
    """
    found = session if session is not None else get_default_session()
    if found is None:
        raise ValueError(
            errors.explain(
                "Cannot save or restore objects: no session was given, and there is no default session.",
                mend="Call it inside `with sess.as_default():`, or pass `session=`.",
                where=user_site(),
            )
        )
    return found
