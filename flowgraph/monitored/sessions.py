"""Sessions that train: they initialize, call hooks, look after threads, and end quietly when the input ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from flowgraph import errors
from flowgraph.ir.scope import GraphKeys, get_collection, get_default_graph
from flowgraph.monitored import wrapped
from flowgraph.monitored.creators import ChiefSessionCreator, SessionCreator, WorkerSessionCreator
from flowgraph.monitored.hook import SessionRunHook
from flowgraph.monitored.saving import CheckpointSaverHook, StepCounterHook, SummarySaverHook
from flowgraph.monitored.scaffold import Scaffold
from flowgraph.monitored.wrapped import CoordinatedSession, HookedSession, RecoverableSession, WrappedSession
from flowgraph.queues.coordinator import Coordinator


class _Unset:
    """The default of arguments of which one may be left to the other."""

    def __repr__(self) -> str:
        return "..."


USE_DEFAULT = _Unset()


class _Coordinated:
    """Makes the layers around a plain session, as often as one is needed."""

    def __init__(self, creator: SessionCreator, hooks: Sequence[SessionRunHook], grace_secs: float) -> None:
        self._creator, self._hooks, self._grace_secs = creator, hooks, grace_secs
        self.coord: Coordinator | None = None
        self.session: Any = None

    def create_session(self) -> WrappedSession:
        """A new session, with a coordinator and the threads that fill the queues."""
        self.session = self._creator.create_session()
        self.coord = Coordinator(clean_stop_exception_types=[])
        for runner in get_collection(GraphKeys.QUEUE_RUNNERS):
            runner.create_threads(self.session, coord=self.coord, daemon=True, start=True)
        for hook in self._hooks:
            hook.after_create_session(self.session, self.coord)
        return CoordinatedSession(HookedSession(self.session, self._hooks), self.coord, self._grace_secs)


class _MonitoredSession:
    """What the two have in common."""

    StepContext = wrapped.StepContext

    def __init__(
        self,
        session_creator: SessionCreator | None,
        hooks: Sequence[SessionRunHook] | None,
        should_recover: bool,
        stop_grace_period_secs: float = 120,
    ) -> None:
        self._was_finalized = get_default_graph().finalized
        self._hooks = hooks or []
        for hook in self._hooks:
            hook.begin()
        self._made = _Coordinated(session_creator or ChiefSessionCreator(), self._hooks, stop_grace_period_secs)
        self._session: WrappedSession | None = (
            RecoverableSession(self._made.create_session, self._tf_sess)
            if should_recover
            else self._made.create_session()
        )

    @property
    def graph(self) -> Any:
        """The graph that is run; None once the session is closed."""
        session = self._tf_sess()
        return None if session is None else session.graph

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run`, with all that the hooks do before and after.

        Raises:
          RuntimeError: the session is closed, or a hook asked to stop before.
        """
        return self._open().run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata)

    def run_step_fn(self, step_fn: Callable[..., Any]) -> Any:
        """Call a function that makes one step of several runs, some of them with hooks.

        Args:
          step_fn: a function of one argument, `step_context`, whose `run_with_hooks` is this session's `run`, whose
            `session` is the plain one below, and whose `request_stop()` ends training.

        Returns:
          What the function returns.

        Raises:
          ValueError: it has other arguments.

        >>> w = tf.Variable(1.0)
        >>> grow = w.assign(w * 2.0)
        >>> def step(step_context):
        ...     while step_context.session.run(w) < 10.0:
        ...         step_context.run_with_hooks(grow)
        ...     return step_context.session.run(w)
        >>> with tf.train.MonitoredSession() as sess:
        ...     sess.run_step_fn(step)
        np.float32(16.0)
        """
        arguments = tuple(inspect.signature(step_fn).parameters)
        if arguments not in (("step_context",), ("self", "step_context")):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and `step_context` arguments if "
                f"it's an instance method. Got {arguments} instead."
            )
        return self._open().run_step_fn(step_fn, self._tf_sess())

    def should_stop(self) -> bool:
        """Whether training should end: a hook or a thread wants it, or the session is closed."""
        return self._session is None or self._session.should_stop()

    def close(self) -> None:
        """End training: the hooks' `end`, the threads, the session.

        Raises:
          RuntimeError: it is closed already.
        """
        self._close()

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        """The end of the input is no error."""
        failed = kind not in (None, errors.OutOfRangeError, StopIteration)
        self._close(failed)
        return not failed

    def _close(self, failed: bool = False) -> None:
        try:
            if not failed:
                for hook in self._hooks:
                    hook.end(self._made.session)
        finally:
            try:
                if self._session is None:
                    raise RuntimeError("Session is already closed.")
                self._session.close()
            finally:
                self._session = self._made.session = self._made.coord = None
                if not self._was_finalized:
                    get_default_graph()._unsafe_unfinalize()

    def _open(self) -> WrappedSession:
        if self._session is None:
            raise RuntimeError("Session is already closed.")
        return self._session

    def _is_closed(self) -> bool:
        return self._made.session is None

    def _tf_sess(self) -> Any:
        return self._made.session


class MonitoredSession(_MonitoredSession):
    """A session that initializes the model, calls hooks around each run and comes back after a lost connection.

    Leaving its `with` block ends training: hooks get their last word, threads are joined. OutOfRangeError, the end of
    the input, leaves the block quietly.

    Args:
      session_creator: makes the session below; by default `tf.train.ChiefSessionCreator()`.
      hooks: a list of `tf.train.SessionRunHook`.
      stop_grace_period_secs: how long threads may take to end.

    >>> w = tf.Variable(5.0)
    >>> train = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, tf.train.get_or_create_global_step())
    >>> with tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(last_step=3)]) as sess:
    ...     while not sess.should_stop():
    ...         _, now = sess.run([train, w])
    >>> now
    np.float32(2.56)
    """

    def __init__(
        self,
        session_creator: SessionCreator | None = None,
        hooks: Sequence[SessionRunHook] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A MonitoredSession for a program of one process: it does not recover, and shows the session below.

    Args:
      hooks, scaffold, master, config, checkpoint_dir, stop_grace_period_secs, checkpoint_filename_with_path: as for
        `tf.train.MonitoredSession` and `tf.train.ChiefSessionCreator`.

    >>> w = tf.Variable(5.0)
    >>> with tf.train.SingularMonitoredSession() as sess:
    ...     type(sess.raw_session()).__name__
    'Session'
    """

    def __init__(
        self,
        hooks: Sequence[SessionRunHook] | None = None,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, False, stop_grace_period_secs)

    def raw_session(self) -> Any:
        """The session below, without hooks."""
        return self._tf_sess()


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: str | None = None,
    scaffold: Scaffold | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
    chief_only_hooks: Sequence[SessionRunHook] | None = None,
    save_checkpoint_secs: Any = USE_DEFAULT,
    save_summaries_steps: Any = USE_DEFAULT,
    save_summaries_secs: Any = USE_DEFAULT,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = USE_DEFAULT,
    summary_dir: str | None = None,
) -> MonitoredSession:
    """A MonitoredSession with the hooks that training usually has.

    Args:
      master: '' for this process, or the target of a `tf.train.Server`.
      is_chief: whether this is the worker who initializes the model; others wait for it.
      checkpoint_dir: where checkpoints are kept: the newest one there is restored, and new ones are written.
      scaffold: the ops around the model.
      hooks, chief_only_hooks: hooks of every worker, and of the chief alone; the latter come first.
      save_checkpoint_secs, save_checkpoint_steps: how often to write checkpoints; by default every 600 seconds.
      save_summaries_steps, save_summaries_secs: how often to write summaries; by default every 100 steps.
      config: a `tf.ConfigProto`.
      stop_grace_period_secs: how long threads may take to end.
      log_step_count_steps: every how many steps to log steps per second, where there is a directory.
      max_wait_secs: how long a worker waits for the chief.
      summary_dir: where events are kept, if not in `checkpoint_dir`.

    >>> step = tf.train.get_or_create_global_step()
    >>> with tf.train.MonitoredTrainingSession() as sess:
    ...     sess.run(step)
    np.int64(0)
    """
    scaffold = scaffold or Scaffold()
    if not is_chief:
        worker = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
        return MonitoredSession(worker, hooks or [], stop_grace_period_secs)
    save_summaries_steps, save_summaries_secs = _either(save_summaries_steps, save_summaries_secs, (100, None))
    save_checkpoint_steps, save_checkpoint_secs = _either(save_checkpoint_steps, save_checkpoint_secs, (None, 600))
    all_hooks = list(chief_only_hooks or [])
    chief = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir and log_step_count_steps and log_step_count_steps > 0:
        all_hooks.append(StepCounterHook(output_dir=summary_dir, every_n_steps=log_step_count_steps))
    if summary_dir and (_positive(save_summaries_steps) or _positive(save_summaries_secs)):
        all_hooks.append(
            SummarySaverHook(
                scaffold=scaffold,
                save_steps=save_summaries_steps,
                save_secs=save_summaries_secs,
                output_dir=summary_dir,
            )
        )
    if checkpoint_dir and (_positive(save_checkpoint_secs) or _positive(save_checkpoint_steps)):
        all_hooks.append(
            CheckpointSaverHook(
                checkpoint_dir, save_steps=save_checkpoint_steps, save_secs=save_checkpoint_secs, scaffold=scaffold
            )
        )
    return MonitoredSession(chief, [*all_hooks, *(hooks or [])], stop_grace_period_secs)


def _either(steps: Any, secs: Any, both: tuple[Any, Any]) -> tuple[Any, Any]:
    """Steps and seconds between two times: where one is given, the other one does not count."""
    if steps is USE_DEFAULT and secs is USE_DEFAULT:
        return both
    return (None if steps is USE_DEFAULT else steps), (None if secs is USE_DEFAULT else secs)


def _positive(number: float | None) -> bool:
    return bool(number) and number > 0  # type: ignore[operator]
