"""Summaries that are written by the run that computes them: `tf.contrib.summary`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import Graph
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import (
    GraphKeys,
    add_to_collection,
    control_dependencies,
    device,
    get_collection,
    get_default_graph,
    get_default_session,
    name_scope,
)
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops import summary_writers as ops
from flowgraph.ops.compare import equal, logical_and
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant, placeholder
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.identity import identity
from flowgraph.ops.summary import named
from flowgraph.platform import logs
from flowgraph.training.global_step import get_or_create_global_step

_WRITERS = "_SUMMARY_WRITER_V2"
"""The collection of the ops that make files."""


class _Current(threading.local):
    """What holds in this thread: where summaries go, and whether they do."""

    writer: Any = None
    recording: Any = None


_current = _Current()

# -- writers ---------------------------------------------------------------------------------------------------


class SummaryWriter:
    """A writer of events whose ops write them; `create_file_writer` makes one.

    `with writer.as_default():` all functions of tf.contrib.summary write to it.
    """

    def __init__(self, shared_name: str, open_file: Callable[[Tensor], Operation]) -> None:
        self._resource = emit(ops.SUMMARY_WRITER, shared_name=shared_name)
        self._open_file = open_file
        add_to_collection(_WRITERS, open_file(self._resource))

    def set_as_default(self) -> None:
        """Write to it from now on, in this thread."""
        _current.writer = self

    @contextmanager
    def as_default(self) -> Iterator[SummaryWriter]:
        """Write to it inside the block."""
        before = _current.writer
        try:
            _current.writer = self
            yield self
            self.flush()
        finally:
            _current.writer = before

    def init(self) -> Any:
        """The op that makes its file."""
        return self._open_file(self._resource)

    def flush(self) -> Any:
        """An op that puts all events into the file."""
        return flush(self)

    def close(self) -> Any:
        """An op that ends the file."""
        with control_dependencies([self.flush()]), device("cpu:0"):
            return emit(ops.CLOSE_SUMMARY_WRITER, self._resource)


class _Nowhere(SummaryWriter):
    """A writer that writes nothing."""

    def __init__(self) -> None:
        pass

    def set_as_default(self) -> None:
        pass

    @contextmanager
    def as_default(self) -> Iterator[Any]:
        yield None

    def init(self) -> None:
        pass

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: Any = None, name: str | None = None
) -> SummaryWriter:
    """A writer of an event file; its file is made when `initialize` or `summary_writer_initializer_op` is run.

    Args:
      logdir: the folder of the file; None for a writer that writes nothing.
      max_queue: how many events at most wait before they are in the file; by default 10.
      flush_millis: how many milliseconds at most an event waits for the next one to bring it there; by default 120000.
      filename_suffix: how the file's name ends; by default '.v2'.
      name: writers of one name are one in a session; by default 'logdir:' and the folder.

    >>> import os, tempfile
    >>> from flowgraph.contrib import summary
    >>> folder = tempfile.mkdtemp()
    >>> writer = summary.create_file_writer(folder)
    >>> with writer.as_default(), summary.always_record_summaries():
    ...     _ = summary.scalar("loss", 0.5, step=3)
    ...     with tf.Session() as sess:
    ...         summary.initialize()
    ...         _ = sess.run(summary.all_summary_ops())
    ...         sess.run(writer.flush())
    >>> [(e.step, e.summary.value[0].simple_value) for e in tf.train.summary_iterator(
    ...     os.path.join(folder, os.listdir(folder)[0])) if e.summary.value]
    [(3, 0.5)]
    """
    if logdir is None:
        return _Nowhere()
    folder = str(logdir)
    with device("cpu:0"):
        most = constant(10) if max_queue is None else max_queue
        wait = constant(120000) if flush_millis is None else flush_millis
        suffix = constant(".v2") if filename_suffix is None else filename_suffix
        return SummaryWriter(
            f"logdir:{folder}" if name is None else name,
            lambda writer: emit(ops.CREATE_SUMMARY_FILE_WRITER, writer, folder, most, wait, suffix),
        )


def create_summary_file_writer(*args: Any, **kwargs: Any) -> SummaryWriter:
    """`create_file_writer`, as it was called before."""
    logs.warning("Deprecation Warning: create_summary_file_writer was renamed to create_file_writer")
    return create_file_writer(*args, **kwargs)


def create_db_writer(
    db_uri: Any, experiment_name: Any = None, run_name: Any = None, user_name: Any = None, name: str | None = None
) -> SummaryWriter:
    """A writer into a database, which flowgraph does not have: always an error.

    Raises:
      NotImplementedError: use `create_file_writer`.
    """
    del experiment_name, run_name, user_name, name
    line = f"tf.contrib.summary.create_db_writer({db_uri!r}): flowgraph writes no databases."
    raise refusal(line, NotImplementedError, "Use tf.contrib.summary.create_file_writer.")


def summary_writer_initializer_op() -> list[Any]:
    """The ops that make the files of all writers of the default graph."""
    return get_collection(_WRITERS)


def initialize(graph: Any = None, session: Any = None) -> None:
    """Make the files of all writers.

    Args:
      graph: a Graph or GraphDef to write into the current writer's file.
      session: the session to do it in; by default the current one.

    Raises:
      RuntimeError: there is no current writer.
      ValueError: there is no session.
    """
    if _current.writer is None:
        raise refusal("No default tf.contrib.summary.SummaryWriter found", RuntimeError)
    if session is None:
        session = get_default_session()
    if session is None:
        raise refusal("session must be passed if no default session exists")
    session.run(summary_writer_initializer_op())
    if graph is not None:
        definition = graph.as_graph_def(add_shapes=True) if isinstance(graph, Graph) else graph
        data = placeholder(dt.string)
        session.run(write_graph(data, 0), feed_dict={data: definition.SerializeToString()})


# -- whether summaries are written -----------------------------------------------------------------------------


@contextmanager
def _recording(condition: Any) -> Iterator[None]:
    before = _current.recording
    try:
        _current.recording = condition
        yield
    finally:
        _current.recording = before


def always_record_summaries() -> AbstractContextManager[None]:
    """Inside the block, summaries are written."""
    return _recording(True)


def never_record_summaries() -> AbstractContextManager[None]:
    """Inside the block, no summaries are written."""
    return _recording(False)


def record_summaries_every_n_global_steps(n: Any, global_step: Any = None) -> AbstractContextManager[None]:
    """Inside the block, summaries are written in each `n`-th step.

    Args:
      n: a number, or an int64 scalar.
      global_step: the step; by default the graph's own.
    """
    step = get_or_create_global_step() if global_step is None else global_step
    with device("cpu:0"):
        return _recording(equal(step % n, 0))


def should_record_summaries() -> Tensor:
    """Whether summaries are written here, as a scalar."""
    return logical_and(True, bool(_current.recording) if not _is_tensor(_current.recording) else _current.recording)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


# -- summaries -------------------------------------------------------------------------------------------------


def _written(name: str, tensor: Any, write: Callable[[str, str], Any], family: str | None) -> Any:
    """An op that writes a summary and says so; one that does nothing where there is no writer.

    Args:
      name: the summary's name.
      tensor: what is in it.
      write: makes the op that writes, of a tag and a scope.
      family: what TensorBoard groups it with.
    """
    around = get_default_graph().get_name_scope()

    def record() -> Tensor:
        with (
            name_scope(f"{around}/" if around else ""),
            named(name, family, [tensor]) as (tag, scope),
            control_dependencies([write(tag, scope)]),
        ):
            return constant(True)

    if _current.writer is None:
        return no_op()
    with device("cpu:0"):
        condition = should_record_summaries()
        if _is_tensor(_current.recording):
            told = cond(condition, record, lambda: constant(False), name="")
        else:
            told = record() if _current.recording else constant(False)
        add_to_collection(GraphKeys._SUMMARY_COLLECTION, told)
    return told


def _step(step: Any) -> Any:
    if step is None:
        return get_or_create_global_step()
    return step if isinstance(step, Tensor) else convert_to_tensor(step, dt.int64)


def generic(name: str, tensor: Any, metadata: Any = None, family: str | None = None, step: Any = None) -> Any:
    """Write a tensor as it is, for plugins of TensorBoard.

    Args:
      name: the summary's name.
      tensor: any tensor.
      metadata: a SummaryMetadata, or one as a string.
      family: what TensorBoard groups it with.
      step: the step; by default the graph's own.

    Returns:
      What is to be run: it is among `all_summary_ops`.
    """

    def write(tag: str, scope: str) -> Any:
        told = "" if metadata is None else metadata
        if hasattr(told, "SerializeToString"):
            told = told.SerializeToString()
        told = constant(told) if isinstance(told, str | bytes) else told
        at = _step(step)
        return emit(ops.WRITE_SUMMARY, _current.writer._resource, at, identity(tensor), tag, told, name=scope)

    return _written(name, tensor, write, family)


def scalar(name: str, tensor: Any, family: str | None = None, step: Any = None) -> Any:
    """Write one real number. Arguments and result as for `generic`."""

    def write(tag: str, scope: str) -> Any:
        at = _step(step)
        return emit(ops.WRITE_SCALAR_SUMMARY, _current.writer._resource, at, tag, identity(tensor), name=scope)

    return _written(name, tensor, write, family)


def histogram(name: str, tensor: Any, family: str | None = None, step: Any = None) -> Any:
    """Write how the numbers in a tensor are spread. Arguments and result as for `generic`."""

    def write(tag: str, scope: str) -> Any:
        at = _step(step)
        return emit(ops.WRITE_HISTOGRAM_SUMMARY, _current.writer._resource, at, tag, identity(tensor), name=scope)

    return _written(name, tensor, write, family)


def image(
    name: str, tensor: Any, bad_color: Any = None, max_images: int = 3, family: str | None = None, step: Any = None
) -> Any:
    """Write pictures: [batch, rows, columns, 1, 3 or 4].

    Args:
      name: the summary's name.
      tensor: the pictures, of uint8, float32 or float16.
      bad_color: the colour of what is not finite; by default red.
      max_images: how many of the batch are written at most.
      family: what TensorBoard groups it with.
      step: the step; by default the graph's own.

    Returns:
      What is to be run: it is among `all_summary_ops`.
    """

    def write(tag: str, scope: str) -> Any:
        colour = constant([255, 0, 0, 255], dt.uint8) if bad_color is None else bad_color
        writer, at, shown = _current.writer._resource, _step(step), identity(tensor)
        return emit(ops.WRITE_IMAGE_SUMMARY, writer, at, tag, shown, colour, max_images=max_images, name=scope)

    return _written(name, tensor, write, family)


def audio(
    name: str, tensor: Any, sample_rate: Any, max_outputs: int, family: str | None = None, step: Any = None
) -> Any:
    """Write sounds: [batch, samples] or [batch, samples, channels], between -1 and 1.

    Args:
      name: the summary's name.
      tensor: the sounds.
      sample_rate: samples in a second.
      max_outputs: how many of the batch are written at most.
      family: what TensorBoard groups it with.
      step: the step; by default the graph's own.

    Returns:
      What is to be run: it is among `all_summary_ops`.
    """

    def write(tag: str, scope: str) -> Any:
        writer, at, heard = _current.writer._resource, _step(step), identity(tensor)
        return emit(ops.WRITE_AUDIO_SUMMARY, writer, at, tag, heard, sample_rate, max_outputs=max_outputs, name=scope)

    return _written(name, tensor, write, family)


def write_graph(param: Any, step: Any = None, name: str | None = None) -> Any:
    """Write a graph; `initialize(graph=...)` is simpler.

    Args:
      param: a string tensor: a GraphDef.
      step: the step; by default the graph's own.
      name: the op's name.

    Raises:
      TypeError: it is no tensor.
    """
    if not isinstance(param, Tensor):
        kind = type(param)
        line = f"graph() needs a tf.Tensor (e.g. tf.placeholder) in graph mode, but was: {kind}"
        raise refusal(line, TypeError)
    if _current.writer is None:
        return no_op()
    with device("cpu:0"):
        data = identity(param)
        return emit(ops.WRITE_GRAPH_SUMMARY, _current.writer._resource, _step(step), data, name=name)


def import_event(tensor: Any, name: str | None = None) -> Any:
    """Write an event of another file: a string tensor with a `tf.Event`."""
    if _current.writer is None:
        raise refusal("tf.contrib.summary.import_event: there is no default writer", AttributeError)
    return emit(ops.IMPORT_EVENT, _current.writer._resource, tensor, name=name)


def flush(writer: Any = None, name: str | None = None) -> Any:
    """An op that puts all events of a writer into its file.

    Args:
      writer: the writer; by default the current one.
      name: the op's name.
    """
    writer = _current.writer if writer is None else writer
    if writer is None:
        return no_op()
    with device("cpu:0"):
        return emit(ops.FLUSH_SUMMARY_WRITER, getattr(writer, "_resource", writer), name=name)


def eval_dir(model_dir: str, name: str | None = None) -> str:
    """The folder for the summaries of an evaluation.

    >>> eval_dir("model", "test")
    'model/eval_test'
    """
    return os.path.join(model_dir, f"eval_{name}" if name else "eval")
