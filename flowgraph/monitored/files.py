"""The files that training sessions write and read: checkpoints, graphs and event files.

flowgraph does not write these yet. Everything in this room that needs one asks here, and is refused in the same words.
"""

from __future__ import annotations

from typing import Any, NoReturn

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import GraphKeys, get_collection


def not_yet(what: str, mend: str) -> NotImplementedError:
    """The error of whatever needs a file."""
    line = f"{what} is not there yet: flowgraph does not write checkpoints and event files yet."
    return NotImplementedError(errors.explain(line, mend=mend, where=user_site()))


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


def summary_writer(directory: str) -> NoReturn:
    """A writer of event files; raises NotImplementedError."""
    raise not_yet(
        f"tf.summary.FileWriter({directory!r})", "Leave out directories and summary writers; tf.logging tells the loss."
    )


def scalar_summary(tag: str, value: float) -> Any:
    """A summary of one number, a `tf.Summary`."""
    from flowgraph import protos

    return protos.message("Summary")(value=[{"tag": tag, "simple_value": value}])


def session_log(status: str, path: str | None = None) -> Any:
    """A note in an event file that training starts, stops or has written a checkpoint, a `tf.SessionLog`."""
    from flowgraph import protos

    return protos.message("SessionLog")(status=status, checkpoint_path=path)


def checkpoint_state(directory: str) -> NoReturn:
    """Which checkpoints a directory holds; raises NotImplementedError."""
    raise not_yet(f"tf.train.get_checkpoint_state({directory!r})", "Leave out checkpoint_dir.")


def write_description(session: Any, saver: Any, writer: Any, directory: str) -> NoReturn:  # noqa: ARG001
    """Write the graph as `graph.pbtxt`, and graph and meta graph to the events; raises NotImplementedError."""
    raise not_yet("tf.train.write_graph", "Leave out the directory.")


def refuse_checkpoints(directory: Any, saver: Any) -> None:
    """Refuse to keep checkpoints where there is no saver that could.

    Raises:
      NotImplementedError: there is a directory and no saver.
    """
    if directory and saver is None:
        raise not_yet("tf.train.Saver", f"Leave out the directory ({directory!r}): everything else works without it.")
