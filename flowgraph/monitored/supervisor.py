"""Supervisor: TF's older way to a session that trains, with services in threads beside it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.graph import Graph
from flowgraph.ir.scope import GraphKeys, add_to_collection, get_collection, get_default_graph
from flowgraph.monitored import files
from flowgraph.monitored.manager import SessionManager
from flowgraph.monitored.services import service_threads
from flowgraph.ops.control_flow import group
from flowgraph.ops.summary import merge_all
from flowgraph.ops.tables import tables_initializer
from flowgraph.platform import logs
from flowgraph.queues.coordinator import Coordinator, LooperThread
from flowgraph.session import Session
from flowgraph.training.global_step import global_step as global_step_value
from flowgraph.variables.lists import (
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
)

_DEFAULT = 0
"""TF's mark of an argument that was not given; None means: do without."""


def _given(name: str, doc: str) -> Any:
    """A member that can be read, as TF has it."""
    return property(lambda self: getattr(self, f"_{name}"), doc=doc)


class Supervisor:
    """Takes care of a training program: initialization, sessions, threads, and services that write files.

    `tf.train.MonitoredTrainingSession` is TF's newer way.

    Args:
      graph: the graph to train; by default the default graph. It is finalized.
      ready_op, ready_for_local_init_op, init_op, local_init_op: the ops around the model; by default those in the
        graph's collections, or new ones; None: do without.
      is_chief: whether this is the worker who initializes the model.
      init_feed_dict, init_fn: what to feed to `init_op`, and a function of the session that is called after it.
      logdir: where checkpoints and events are written; None: nowhere.
      summary_op, saver, summary_writer, checkpoint_basename: what is written there.
      global_step: counts the steps; by default the graph's global step.
      save_summaries_secs, save_model_secs: how often to write.
      recovery_wait_secs: how long to wait between two looks for the chief.
      stop_grace_secs: how long threads may take to end.
      session_manager: makes the sessions.
      local_init_run_options: a `tf.RunOptions` for `local_init_op`.

    >>> w = tf.Variable(1.0)
    >>> grow = w.assign(w * 2.0)
    >>> sv = tf.train.Supervisor()
    >>> with sv.managed_session() as sess:
    ...     while not sv.should_stop():
    ...         if sess.run(grow) > 10.0:
    ...             sv.request_stop()
    ...     print(sess.run(w))
    16.0
    """

    USE_DEFAULT = _DEFAULT

    is_chief = _given("is_chief", "Whether this is the worker who initializes the model.")
    session_manager = _given("session_manager", "What makes the sessions.")
    coord = _given("coord", "The coordinator of all threads.")
    init_op = _given("init_op", "Gives the global variables their values.")
    init_feed_dict = _given("init_feed_dict", "What to feed to `init_op`.")
    ready_op = _given("ready_op", "The names of what is not initialized yet.")
    ready_for_local_init_op = _given("ready_for_local_init_op", "The names of what `local_init_op` waits for.")
    summary_writer = _given("summary_writer", "What writes events; None for none.")
    summary_op = _given("summary_op", "The summaries, merged.")
    save_summaries_secs = _given("save_summaries_secs", "How often summaries are written.")
    global_step = _given("global_step", "What counts the steps.")
    saver = _given("saver", "What writes checkpoints.")
    save_model_secs = _given("save_model_secs", "How often checkpoints are written.")
    save_path = _given("save_path", "How the names of checkpoints begin.")

    def __init__(
        self,
        graph: Graph | None = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Any = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: SessionManager | None = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], None] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        self._graph = get_default_graph() if graph is None else graph
        with self._graph.as_default():
            self._ready_op = _given_or(ready_op, GraphKeys.READY_OP, report_uninitialized_variables)
            self._ready_for_local_init_op = _given_or(ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP)
            self._init_op = _given_or(init_op, GraphKeys.INIT_OP, global_variables_initializer)
            local = _given_or(local_init_op, GraphKeys.LOCAL_INIT_OP, _local_init_op)
            self._saver = _given_or(saver, GraphKeys.SAVERS, files.saver_of_variables)
            self._summary_op = _given_or(summary_op, GraphKeys.SUMMARY_OP, merge_all)
            self._global_step = _given_or(global_step, GraphKeys.GLOBAL_STEP, _step_by_name)
        self._init_feed_dict, self._init_fn = init_feed_dict, init_fn
        self._is_chief, self._coord = is_chief, Coordinator()
        self._stop_grace_secs = stop_grace_secs
        self._logdir = logdir if is_chief else None
        self._save_summaries_secs = save_summaries_secs if is_chief else None
        self._save_model_secs = save_model_secs if is_chief else None
        self._save_path = os.path.join(self._logdir, checkpoint_basename) if self._logdir else None
        self._summary_writer = self._writer(summary_writer)
        self._described = False
        self._session_manager = session_manager or SessionManager(
            local_init_op=local,
            ready_op=self.ready_op,
            ready_for_local_init_op=self.ready_for_local_init_op,
            graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._verify_setup()
        self._graph.finalize()

    # -- sessions ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Session]:
        """A `with` block with a session in which the model is ready; its end stops the threads and closes the session.

        An exception inside, or in a thread, is raised when the block ends; OutOfRangeError, the end of the input, is
        none.
        """
        session = None
        try:
            session = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
            yield session
        except Exception as error:  # noqa: BLE001  # `stop` raises it
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if session is not None:
                    with contextlib.suppress(Exception):
                        session.close()

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Session:
        """A session in which the model is ready: the chief makes it so, others wait for it.

        Args:
          master: '' for this process, or the target of a `tf.train.Server`.
          config: a `tf.ConfigProto`.
          wait_for_checkpoint, max_wait_secs: whether to wait for a checkpoint, and how long to wait at all.
          start_standard_services: whether to start the services and the queue runners.
        """
        self.coord.clear_stop()
        if self.summary_writer:
            self.summary_writer.reopen()
        if self.is_chief:
            session = self.session_manager.prepare_session(
                master,
                init_op=self.init_op,
                saver=self.saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self.init_feed_dict,
                init_fn=self._init_fn,
            )
            self._describe(session)
            if start_standard_services:
                logs.info("Starting standard services.")
                self.start_standard_services(session)
        else:
            session = self.session_manager.wait_for_session(master, config=config, max_wait_secs=max_wait_secs)
        if start_standard_services:
            logs.info("Starting queue runners.")
            self.start_queue_runners(session)
        return session

    # -- services ----------------------------------------------------------------------------------------------

    def start_standard_services(self, sess: Session) -> list[Thread] | None:
        """Start the threads that write summaries, steps per second and checkpoints; without a logdir there are none.

        Raises:
          RuntimeError: this is not the chief.
        """
        if not self.is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief supervisors can write events."
            )
        if not self._logdir:
            logs.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        return service_threads(self, sess)

    def start_queue_runners(self, sess: Session, queue_runners: Sequence[Any] | None = None) -> list[Thread]:
        """Start the threads that fill queues; by default those of all runners in the graph's collection."""
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        threads: list[Thread] = []
        for runner in queue_runners:
            threads += runner.create_threads(sess, coord=self.coord, daemon=True, start=True)
        return threads

    def loop(
        self,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> LooperThread:
        """Start a thread that calls a function every so many seconds, or again and again if that is None."""
        looper = LooperThread(self.coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def summary_computed(self, sess: Session, summary: Any, global_step: int | None = None) -> None:
        """Write a summary.

        Raises:
          RuntimeError: there is no summary writer.
        """
        if not self.summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self.global_step is not None:
            global_step = global_step_value(sess, self.global_step)
        self.summary_writer.add_summary(summary, global_step)

    # -- stopping ----------------------------------------------------------------------------------------------

    def stop(
        self,
        threads: Sequence[Thread] | None = None,
        close_summary_writer: bool = True,
        ignore_live_threads: bool = False,
    ) -> None:
        """Stop all threads and wait for them; raises what they reported.

        Args:
          threads: more threads to wait for.
          close_summary_writer: whether to close the event file.
          ignore_live_threads: whether threads that do not end in time are no error.
        """
        self.coord.request_stop()
        try:
            self.coord.join(
                threads, stop_grace_period_secs=self._stop_grace_secs, ignore_live_threads=ignore_live_threads
            )
        finally:
            if close_summary_writer and self.summary_writer:
                self.summary_writer.add_session_log(files.session_log("STOP"))
                self.summary_writer.close()
                self._described = False

    def request_stop(self, ex: Any = None) -> None:
        """Ask all threads to stop; see `tf.train.Coordinator.request_stop`."""
        self.coord.request_stop(ex=ex)

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self.coord.should_stop()

    def stop_on_exception(self) -> Any:
        """A `with` block whose exceptions become requests to stop."""
        return self.coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        """Wait until a stop is requested."""
        self.coord.wait_for_stop()

    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed

    # -- details -----------------------------------------------------------------------------------------------

    def _writer(self, given: Any) -> Any:
        if not self.is_chief:
            return None
        if given is not Supervisor.USE_DEFAULT:
            return given
        return files.summary_writer(self._logdir) if self._logdir else None

    def _describe(self, session: Session) -> None:
        """Write the graph, once."""
        if (self._logdir or self.summary_writer) and not self._described:
            files.write_description(session, self.saver, self.summary_writer, self._logdir or "")
            self._described = True

    def _verify_setup(self) -> None:
        if self.is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(f"When using replicas, all Variables must have their device set: {op}")


def _given_or(given: Any, key: str, make: Callable[[], Any] = lambda: None) -> Any:
    """What was given; by default the first in a collection, or what `make` makes, which goes there."""
    if given is not Supervisor.USE_DEFAULT:
        return given
    found = get_collection(key)
    if len(found) > 1:
        logs.info("Found %d %s operations. Returning the first one.", len(found), key)
    if found:
        return found[0]
    made = make()
    if made is not None:
        add_to_collection(key, made)
    return made


def _local_init_op() -> Any:
    return group(local_variables_initializer(), tables_initializer())


def _step_by_name() -> Any:
    """The tensor `global_step:0`, if it is one of integers."""
    try:
        step = get_default_graph().get_tensor_by_name("global_step:0")
    except KeyError:
        return None
    if step.dtype.base_dtype in (dt.int32, dt.int64):
        return step
    logs.warning("Found 'global_step' is not an int type: %s", step.dtype)
    return None


def basic_train_loop(
    supervisor: Supervisor,
    train_step_fn: Callable[..., Any],
    args: Sequence[Any] | None = None,
    kwargs: dict[str, Any] | None = None,
    master: str = "",
) -> None:
    """Call `train_step_fn(session, *args, **kwargs)` until the supervisor wants to stop; AbortedError begins anew.

    >>> w = tf.Variable(1.0)
    >>> grow = w.assign(w * 2.0)
    >>> sv = tf.train.Supervisor()
    >>> def step(sess):
    ...     if sess.run(grow) > 10.0:
    ...         print("enough")
    ...         sv.request_stop()
    >>> tf.train.basic_train_loop(sv, step)
    enough
    """
    while True:
        try:
            with supervisor.managed_session(master) as session:
                while not supervisor.should_stop():
                    train_step_fn(session, *(args or ()), **(kwargs or {}))
        except errors.AbortedError:
            continue
        return
