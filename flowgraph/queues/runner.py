"""QueueRunner: threads that fill a queue, one for each op that puts something in."""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Sequence
from typing import Any

from flowgraph import errors
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection, get_default_graph, get_default_session
from flowgraph.ir.tensor import Operation
from flowgraph.platform import logs
from flowgraph.queues.coordinator import Coordinator
from flowgraph.session import BaseSession

__all__ = ["QueueRunner", "add_queue_runner", "start_queue_runners"]


class QueueRunner:
    """A queue, and the ops that fill it, each of which gets a thread that runs it again and again.

    When an op comes to the end of what it takes its elements from, its thread ends; the last one closes the queue.
    Another error stops the coordinator, and with it all threads.

    Args:
      queue: the queue.
      enqueue_ops: the ops; one may be there several times.
      close_op: what closes the queue; by default its `close()`.
      cancel_op: what closes it and cancels those who wait to put something in; by default such a `close`.
      queue_closed_exception_types: a tuple of the errors that mean the end; by default OutOfRangeError alone.
      queue_runner_def: a QueueRunnerDef to take all this from instead.
      import_scope: with it: the scope in which its names stand.

    Raises:
      ValueError: there is no queue or no op, or a QueueRunnerDef beside them.
      TypeError: `queue_closed_exception_types` is no tuple of errors.

    >>> queue = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    >>> counter = tf.Variable(0)
    >>> runner = tf.train.QueueRunner(queue, [queue.enqueue(counter.assign_add(1))])
    >>> taken = queue.dequeue_many(3)
    >>> with tf.Session() as sess:
    ...     sess.run(counter.initializer)
    ...     coord = tf.train.Coordinator()
    ...     threads = runner.create_threads(sess, coord, start=True)
    ...     print(sess.run(taken))
    ...     coord.request_stop()
    ...     coord.join(threads)
    [1 2 3]
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Sequence[Any] | None = None,
        close_op: Operation | None = None,
        cancel_op: Operation | None = None,
        queue_closed_exception_types: tuple[type[errors.OpError], ...] | None = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if queue_runner_def is not None:
            if queue or enqueue_ops:
                raise refusal("queue_runner_def and queue are mutually exclusive.")
            self._read(queue_runner_def, import_scope)
        else:
            if not queue or not enqueue_ops:
                raise refusal("Must provide queue and enqueue_ops.")
            self._closed_types = _checked(queue_closed_exception_types)
            self._queue, self._enqueue_ops = queue, enqueue_ops
            self._close_op = queue.close() if close_op is None else close_op
            self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self._lock = threading.Lock()
        self._running: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()  # threads of each session
        self._exceptions_raised: list[Exception] = []

    def _read(self, proto: Any, scope: str | None) -> None:
        def element(name: str) -> Any:
            return get_default_graph().as_graph_element(_within(name, scope))

        self._queue = element(proto.queue_name)
        self._enqueue_ops = [element(name) for name in proto.enqueue_op_name]
        self._close_op, self._cancel_op = element(proto.close_op_name), element(proto.cancel_op_name)
        codes = proto.queue_closed_exception_types
        self._closed_types = tuple(errors.exception_type_from_error_code(code) for code in codes) or _ENDS

    @property
    def queue(self) -> Any:
        """The queue."""
        return self._queue

    @property
    def enqueue_ops(self) -> Sequence[Any]:
        """The ops that fill it."""
        return self._enqueue_ops

    @property
    def close_op(self) -> Any:
        """The op that closes it."""
        return self._close_op

    @property
    def cancel_op(self) -> Any:
        """The op that closes it and cancels those who wait to put something in."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type[errors.OpError], ...]:
        """The errors that mean that there is nothing more to put in."""
        return self._closed_types

    @property
    def exceptions_raised(self) -> list[Exception]:
        """What threads without a coordinator raised; with one, it is told."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The name of the queue."""
        return self._queue.name

    def create_threads(
        self, sess: BaseSession, coord: Coordinator | None = None, daemon: bool = False, start: bool = False
    ) -> list[threading.Thread]:
        """One thread for each op, and with a coordinator one more, which closes the queue when it stops.

        Args:
          sess: the session that the threads run.
          coord: the coordinator; its `join()` waits for the threads.
          daemon: whether the program may end while they run.
          start: whether to start them.

        Returns:
          The threads; none where those of an earlier call run still.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        name = f"QueueRunnerThread-{self.name}"
        threads = [
            threading.Thread(target=self._fill, args=(sess, op, coord), name=f"{name}-{op.name}")
            for op in self._enqueue_ops
        ]
        if coord is not None:
            watch = threading.Thread(target=self._close_on_stop, args=(sess, coord), name=f"{name}-close_on_stop")
            threads.append(watch)
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def _fill(self, sess: Any, op: Any, coord: Coordinator | None) -> None:
        """What a thread does: run the op until there is nothing more, the coordinator stops, or it fails."""
        try:
            put = sess.make_callable(op)
            while coord is None or not coord.should_stop():
                try:
                    put()
                except self._closed_types:
                    self._leave(sess, closes=True)
                    return
        except Exception as error:
            self._leave(sess)
            if coord is None:
                logs.error("Exception in QueueRunner: %s", error)
                self._exceptions_raised.append(error)
                raise
            coord.request_stop(error)
        else:
            self._leave(sess)

    def _leave(self, sess: Any, closes: bool = False) -> None:
        """A thread ends; the last one closes the queue if it ends because there is nothing more."""
        with self._lock:
            self._running[sess] -= 1
            if closes and self._running[sess] == 0:
                _run_anyway(sess, self._close_op)

    def _close_on_stop(self, sess: Any, coord: Coordinator) -> None:
        coord.wait_for_stop()
        _run_anyway(sess, self._cancel_op)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The names of all this as a QueueRunnerDef, or None where the queue lies outside `export_scope`."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        from flowgraph.protos import message

        return message("QueueRunnerDef")(
            queue_name=_without(self.name, export_scope),
            enqueue_op_name=[_without(op.name, export_scope) for op in self._enqueue_ops],
            close_op_name=_without(self._close_op.name, export_scope),
            cancel_op_name=_without(self._cancel_op.name, export_scope),
            queue_closed_exception_types=[errors.error_code_from_exception_type(kind) for kind in self._closed_types],
        )

    @staticmethod
    def from_proto(queue_runner_def: Any, import_scope: str | None = None) -> QueueRunner:
        """A QueueRunner from its QueueRunnerDef; its ops are those of the default graph."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


_ENDS = (errors.OutOfRangeError,)


def _checked(types: Any) -> tuple[type[errors.OpError], ...]:
    """The errors that mean the end."""
    if types is None:
        return _ENDS
    if not isinstance(types, tuple) or not types or not all(issubclass(kind, errors.OpError) for kind in types):
        line = f"queue_closed_exception_types, when provided, must be a tuple of tf.error types, but saw: {types}"
        raise refusal(line, TypeError)
    return types


def _run_anyway(sess: Any, op: Any) -> None:
    """Close a queue, which someone else may have done, together with the session or without."""
    try:
        sess.run(op)
    except Exception as error:  # noqa: BLE001  # whatever it is, there is nothing more to close
        logs.debug("Ignored exception: %s", error)


def _within(name: str, scope: str | None) -> str:
    return f"{scope}/{name}" if scope else name


def _without(name: str, scope: str | None) -> str:
    return re.sub(f"^{re.escape(scope.rstrip('/'))}/", "", name) if scope else name


def add_queue_runner(qr: QueueRunner, collection: Any = GraphKeys.QUEUE_RUNNERS) -> None:
    """Add a QueueRunner to a collection of the graph, for `start_queue_runners` to find."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess: BaseSession | None = None,
    coord: Coordinator | None = None,
    daemon: bool = True,
    start: bool = True,
    collection: Any = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Start the threads of all QueueRunners of the default graph.

    Args:
      sess: the session that they run; by default the default session.
      coord: the coordinator that stops them.
      daemon: whether the program may end while they run.
      start: whether to start them, or to return them only.
      collection: where the QueueRunners are.

    Returns:
      The threads.

    Raises:
      ValueError: there is no session.
      TypeError: `sess` is no session.

    >>> queue = tf.train.range_input_producer(3, num_epochs=1, shuffle=False)
    >>> number = queue.dequeue()
    >>> with tf.Session() as sess:
    ...     sess.run(tf.local_variables_initializer())
    ...     coord = tf.train.Coordinator()
    ...     threads = tf.train.start_queue_runners(coord=coord)
    ...     try:
    ...         while not coord.should_stop():
    ...             print(sess.run(number))
    ...     except tf.errors.OutOfRangeError:
    ...         print("done")
    ...     finally:
    ...         coord.request_stop()
    ...     coord.join(threads)
    0
    1
    2
    done
    """
    if sess is None:
        sess = get_default_session()
        if sess is None:
            line = (
                "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass "
                "an explicit session to tf.start_queue_runners(sess=sess)"
            )
            raise refusal(line)
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
            return []  # they have started theirs
        raise refusal(f"sess must be a `tf.Session` object. Given class: {type(sess)}", TypeError)
    runners = get_collection(collection)
    if not runners:
        logs.warning(
            "`tf.train.start_queue_runners()` was called when no queue runners were defined. You can safely remove "
            "the call to this deprecated function."
        )
    with sess.graph.as_default():
        return [
            thread
            for runner in get_collection(collection)
            for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)
        ]
