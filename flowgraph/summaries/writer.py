"""Writers of event files (tf.summary.FileWriter), and the reader of what they wrote."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

from flowgraph import errors, protos
from flowgraph.formats.events import EventFile
from flowgraph.formats.records import read_records
from flowgraph.ir.graph import Graph, user_site
from flowgraph.platform import logs


class FileWriter:
    """Writes summaries and graphs into an event file, for TensorBoard.

    Args:
      logdir: the folder of the file.
      graph: a graph to write at once; what `add_graph` does.
      max_queue: how many events may wait before they are written; here events go to a buffer at once.
      flush_secs: how many seconds at most an event waits for the next one to bring it into the file.
      graph_def: a GraphDef instead of `graph`.
      filename_suffix: how the file's name ends.
      session: not used in flowgraph: events are no ops here.

    It may be used in a `with` statement, which closes it.

    >>> import os, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> with tf.summary.FileWriter(folder) as writer:
    ...     writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=0.5)]), global_step=3)
    >>> [(e.step, e.summary.value[0].simple_value) for e in tf.train.summary_iterator(
    ...     os.path.join(folder, os.listdir(folder)[0])) if e.summary.value]
    [(3, 0.5)]
    """

    def __init__(
        self,
        logdir: Any,
        graph: Graph | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        if session is not None:
            raise NotImplementedError(
                errors.explain(
                    "tf.summary.FileWriter(session=...) is not there: flowgraph writes events without ops.",
                    mend="Leave out `session`: what is written is the same.",
                    where=user_site(),
                )
            )
        if max_queue < 0:
            raise ValueError(f"max_queue must not be negative: {max_queue}")
        self._folder, self._flush_secs, self._suffix = os.fspath(logdir), flush_secs, filename_suffix or ""
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._run_tags: set[str] = set()
        self._warned = False
        self._file: EventFile | None = EventFile(self._folder, flush_secs, self._suffix)
        if graph is not None or graph_def is not None:
            self.add_graph(graph, graph_def=graph_def)
        if isinstance(graph, Graph):
            from flowgraph.saving.meta_graph import export_meta_graph

            self.add_meta_graph(export_meta_graph(graph=graph, graph_def=graph.as_graph_def(add_shapes=True)))

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def get_logdir(self) -> str:
        """The folder of the file."""
        return self._folder

    # -- what is written -------------------------------------------------------------------------------------

    def add_event(self, event: Any) -> None:
        """Write an Event message as it is."""
        with self._lock:
            if self._file is not None:
                self._file.add(event)
            elif not self._warned:
                self._warned = True
                logs.warning(
                    "Attempting to use a closed FileWriter. The operation will be a noop unless the FileWriter is "
                    "explicitly reopened."
                )

    def _add(self, global_step: Any = None, **fields: Any) -> None:
        event = protos.message("Event")(wall_time=time.time(), **fields)
        if global_step is not None:
            event.step = int(global_step)
        self.add_event(event)

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Write a summary.

        Args:
          summary: what running a summary op gave, or a `tf.Summary`.
          global_step: the number of the training step.
        """
        kind = protos.message("Summary")
        message = kind()
        if isinstance(summary, kind):
            message.CopyFrom(summary)
        else:
            message.ParseFromString(bytes(summary))
        for value in message.value:  # what a plugin says of a tag is written once
            if value.HasField("metadata"):
                if value.tag in self._known:
                    value.ClearField("metadata")
                self._known.add(value.tag)
        self._add(global_step, summary=message)

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Write a `tf.SessionLog`: that training starts, stops, or has written a checkpoint."""
        self._add(global_step, session_log=session_log)

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Write a graph.

        Args:
          graph: a Graph, or a GraphDef.
          global_step: the number of the training step.
          graph_def: a GraphDef, instead of `graph`.

        Raises:
          ValueError: both are given.
          TypeError: `graph` is neither.
        """
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        given = graph if graph_def is None else graph_def
        if isinstance(given, Graph):
            definition = given.as_graph_def(add_shapes=True)
        elif isinstance(given, protos.message("GraphDef")):
            logs.warning(
                "Passing a `GraphDef` to the SummaryWriter is deprecated. Pass a `Graph` object instead, such as "
                "`sess.graph`."
            )
            definition = given
        else:
            raise TypeError("The passed graph must be an instance of `Graph` or the deprecated `GraphDef`")
        self._add(global_step, graph_def=definition.SerializeToString())

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Write a MetaGraphDef.

        Raises:
          TypeError: it is none.
        """
        if not isinstance(meta_graph_def, protos.message("MetaGraphDef")):
            raise TypeError(f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}")
        self._add(global_step, meta_graph_def=meta_graph_def.SerializeToString())

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Write what a run reported of itself.

        Args:
          run_metadata: a `tf.RunMetadata`.
          tag: its name, which no other has.
          global_step: the number of the training step.

        Raises:
          ValueError: the tag is taken.
        """
        if tag in self._run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_tags.add(tag)
        tagged = protos.message("TaggedRunMetadata")(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(global_step, tagged_run_metadata=tagged)

    # -- the file --------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Put all events into the file."""
        with self._lock:
            if self._file is not None:
                self._file.flush()

    def close(self) -> None:
        """Put all events into the file and end it."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def reopen(self) -> None:
        """Go on, in a new file, after `close`."""
        with self._lock:
            if self._file is None:
                self._file = EventFile(self._folder, self._flush_secs, self._suffix)
                self._warned = False


class FileWriterCache:
    """One FileWriter for each folder."""

    _cache: ClassVar[dict[str, FileWriter]] = {}
    _lock = threading.RLock()

    @staticmethod
    def get(logdir: Any) -> FileWriter:
        """The writer of a folder; the first time it is made, with the current graph."""
        from flowgraph.ir.scope import get_default_graph

        folder = os.fspath(logdir)
        with FileWriterCache._lock:
            if folder not in FileWriterCache._cache:
                FileWriterCache._cache[folder] = FileWriter(folder, graph=get_default_graph())
            return FileWriterCache._cache[folder]

    @staticmethod
    def clear() -> None:
        """Close all writers and forget them."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._cache.values():
                writer.close()
            FileWriterCache._cache.clear()


def summary_iterator(path: Any) -> Iterator[Any]:
    """The events of an event file, one `tf.Event` after another.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: it is damaged.
    """
    from google.protobuf.message import DecodeError

    from flowgraph.platform.folders import told_as_tf

    with told_as_tf(path), open(os.fspath(path), "rb") as file:
        for record in read_records(file):
            try:
                event = protos.message("Event").FromString(record)
            except DecodeError:
                raise errors.DataLossError(None, None, f"a record of {os.fspath(path)} is no Event") from None
            yield event
