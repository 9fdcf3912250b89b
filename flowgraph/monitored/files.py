"""The files that training sessions write and read: checkpoints, graphs and event files."""

from __future__ import annotations

from typing import Any

from flowgraph import protos
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection
from flowgraph.saving.meta_graph import export_meta_graph, write_graph
from flowgraph.saving.saver import Saver
from flowgraph.saving.states import get_checkpoint_state
from flowgraph.summaries.writer import FileWriter, FileWriterCache
from flowgraph.variables.lists import global_variables


def default_saver() -> Any:
    """The saver in the collection SAVERS, None if there is none.

    Raises:
      RuntimeError: there are more than one.
    """
    savers = get_collection(GraphKeys.SAVERS)
    if len(savers) > 1:
        raise RuntimeError(
            f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which one to use by passing it to "
            "the constructor."
        )
    return savers[0] if savers else None


def summary_writer(directory: str) -> FileWriter:
    """The writer of event files of a directory."""
    return FileWriterCache.get(directory)


def scalar_summary(tag: str, value: float) -> Any:
    """A summary of one number, a `tf.Summary`."""
    return protos.message("Summary")(value=[{"tag": tag, "simple_value": value}])


def session_log(status: str, path: str | None = None) -> Any:
    """A note in an event file that training starts, stops or has written a checkpoint, a `tf.SessionLog`."""
    return protos.message("SessionLog")(status=status, checkpoint_path=path)


def checkpoint_state(directory: str) -> Any:
    """Which checkpoints a directory holds, a CheckpointState; None if it has none."""
    return get_checkpoint_state(directory)


def write_description(session: Any, saver: Any, writer: FileWriter, directory: str) -> None:
    """Write the graph as `graph.pbtxt`, and graph and meta graph to the events."""
    definition = session.graph.as_graph_def(add_shapes=True)
    write_graph(definition, directory, "graph.pbtxt")
    saver_def = saver.saver_def if saver is not None else None
    writer.add_graph(session.graph)
    writer.add_meta_graph(export_meta_graph(graph_def=definition, saver_def=saver_def, graph=session.graph))


def saver_of_variables() -> Saver | None:
    """A new Saver of all variables, in the collection SAVERS; None if there are no variables."""
    if not global_variables():
        return None
    saver = Saver()
    add_to_collection(GraphKeys.SAVERS, saver)
    return saver
