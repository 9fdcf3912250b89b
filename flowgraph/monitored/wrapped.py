"""The three layers between a session that trains and the plain session below: hooks, threads, recovery.

MonitoredSession ── Recoverable ── Coordinated ── Hooked ── tf.Session
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flowgraph import errors, protos
from flowgraph.config import RunOptions
from flowgraph.monitored.hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from flowgraph.platform import logs

PREEMPTION_ERRORS = (errors.AbortedError, errors.UnavailableError)
"""Errors after which a new session may succeed."""


class StepContext:
    """What a function given to `run_step_fn` gets: the plain session, and a `run` with hooks."""

    def __init__(self, session: Any, run_with_hooks_fn: Callable[..., Any]) -> None:
        self._session, self._run_with_hooks_fn = session, run_with_hooks_fn

    @property
    def session(self) -> Any:
        """The plain session, for runs that the hooks do not see."""
        return self._session

    def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
        """`run` as the session that trains does it."""
        return self._run_with_hooks_fn(*args, **kwargs)

    def request_stop(self) -> None:
        """End the training loop; inside `with` the session ends quietly.

        Raises:
          StopIteration: always; that is how it ends.
        """
        raise StopIteration("step_fn has requested the iterations to stop.")


class WrappedSession:
    """A layer around a session."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @property
    def graph(self) -> Any:
        """The graph that the session runs."""
        return self._session.graph

    @property
    def sess_str(self) -> str:
        """The address of the process that runs the graph."""
        return self._session.sess_str

    def should_stop(self) -> bool:
        """Whether the session should not be used any more: this layer says so, one below, or it is closed."""
        if self._session is None or self._wants_to_stop():
            return True
        return isinstance(self._session, WrappedSession) and self._session.should_stop()

    def _wants_to_stop(self) -> bool:
        """What this layer says."""
        return False

    def close(self) -> None:
        """Close the session; that a server is gone by then is no error."""
        if self._session is None:
            return
        try:
            self._session.close()
        except PREEMPTION_ERRORS as error:
            logs.warning(
                "An error occurred when attempting to close the session. This may be due to a preemption in a "
                "connected worker or parameter server. Error: %s",
                error,
            )
        finally:
            self._session = None

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run`."""
        return self._session.run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata)

    def run_step_fn(self, step_fn: Callable[[StepContext], Any], raw_session: Any) -> Any:
        """Call a function with this layer's `run`."""
        return step_fn(StepContext(raw_session, self.run))


class RecoverableSession(WrappedSession):
    """Makes a new session, and runs again, when a run fails by an error of `PREEMPTION_ERRORS`.

    Args:
      create: makes a session.
      raw_session: gives the plain session of the last one made.
    """

    def __init__(self, create: Callable[[], WrappedSession], raw_session: Callable[[], Any]) -> None:
        self._create, self._raw_session = create, raw_session
        super().__init__(self._created())

    def _created(self) -> WrappedSession:
        while True:
            try:
                return self._create()
            except PREEMPTION_ERRORS as error:
                logs.info(
                    f"{_LOST.format('while a session was being created')}A new session will be created. %s", error
                )

    def _wants_to_stop(self) -> bool:
        try:
            return self._session._wants_to_stop()
        except PREEMPTION_ERRORS as error:
            self._give_up("while considering whether the session is complete", error)
            self._session = self._created()
            return False
        except Exception:  # noqa: BLE001  # it is `run` that raises it
            return True

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`run`, as often as it takes."""
        return self._retried(lambda session: session.run(fetches, feed_dict, options, run_metadata))

    def run_step_fn(self, step_fn: Callable[[StepContext], Any], raw_session: Any) -> Any:  # noqa: ARG002
        """Call a function, as often as it takes, with the `run` of the session of the time."""
        return self._retried(lambda session: session.run_step_fn(step_fn, self._raw_session()))

    def _retried(self, attempt: Callable[[Any], Any]) -> Any:
        while True:
            try:
                if self._session is None:
                    self._session = self._created()
                return attempt(self._session)
            except PREEMPTION_ERRORS as error:
                self._give_up("", error)

    def _give_up(self, when: str, error: errors.OpError) -> None:
        logs.info(
            f"{_LOST.format(when)}The current session will be closed and a new session will be created. %s", error
        )
        self.close()


_LOST = "An error was raised {}. This may be due to a preemption in a connected worker or parameter server. "


class CoordinatedSession(WrappedSession):
    """Stops when a coordinator says so, raises what its threads report, and joins them at the end.

    Args:
      session: a session.
      coord: the coordinator of its threads.
      stop_grace_period_secs: how long threads may take to end.
    """

    def __init__(self, session: Any, coord: Any, stop_grace_period_secs: float = 120) -> None:
        super().__init__(session)
        self._coord, self._stop_grace_period_secs = coord, stop_grace_period_secs

    def _wants_to_stop(self) -> bool:
        self._coord.raise_requested_exception()
        return self._coord.should_stop()

    def close(self) -> None:
        """Stop the threads and close the session."""
        self._coord.request_stop()
        try:
            self._coord.join(stop_grace_period_secs=self._stop_grace_period_secs, ignore_live_threads=True)
        finally:
            with contextlib.suppress(Exception):  # what `join` raises says more
                super().close()

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`run`; where a thread has lost its server, the error of the thread is raised: it is the cause."""
        try:
            return super().run(fetches, feed_dict, options, run_metadata)
        except PREEMPTION_ERRORS:
            raise
        except Exception:
            try:
                self._coord.raise_requested_exception()
            except PREEMPTION_ERRORS:
                raise
            except Exception:  # noqa: BLE001, S110  # the first error comes first
                pass
            raise


class HookedSession(WrappedSession):
    """Lets hooks add to each run, and tells them what came of it.

    Args:
      session: a session.
      hooks: the hooks, in the order in which they are asked.
    """

    def __init__(self, session: Any, hooks: Sequence[SessionRunHook]) -> None:
        super().__init__(session)
        self._hooks = hooks
        self._stopping = False

    def _wants_to_stop(self) -> bool:
        return self._stopping

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`run`, with the fetches, feeds and options of the hooks.

        Raises:
          RuntimeError: a hook wanted to stop before, or the same tensor is fed twice.
        """
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self._session)
        asked = [hook.before_run(context) for hook in self._hooks]
        feeds = self._feeds(asked, feed_dict)
        special = [request.options for request in asked if request is not None and request.options]
        is_plain = options is None and not special  # a plain run is a quick run
        options = options or RunOptions()
        for more in special:
            merge_options(options, more)
        wanted = {i: args.fetches for i, args in enumerate(asked) if args is not None and args.fetches is not None}
        own = fetches if type(fetches) is list else [fetches]  # a flat list is found again sooner
        metadata = protos.message("RunMetadata")() if run_metadata is None else run_metadata
        told = (None, run_metadata) if is_plain else (options, metadata)
        values = super().run([*own, *wanted.values()], feeds, *told)
        results = dict(zip(wanted, values[len(own) :], strict=True))
        for i, hook in enumerate(self._hooks):
            hook.after_run(context, SessionRunValues(results.get(i), options, metadata))
        self._stopping = self._stopping or context.stop_requested
        return values[: len(own)] if own is fetches else values[0]

    def _feeds(self, asked: Sequence[SessionRunArgs | None], given: Any) -> Any:
        """What hooks and caller feed together."""
        feeds: dict[Any, Any] = {}
        for request in asked:
            if request is not None and request.feed_dict:
                _refuse_common(feeds, request.feed_dict, "Same tensor is fed by two hooks.")
                feeds.update(request.feed_dict)
        if not feeds or not given:
            return feeds or given
        _refuse_common(given, feeds, "Same tensor is fed by a SessionRunHook and user.")
        return {**feeds, **given}


def _refuse_common(feeds: Mapping[Any, Any], others: Mapping[Any, Any], message: str) -> None:
    common = set(feeds) & set(others)
    if common:
        raise RuntimeError(f"{message} Conflict(s): {list(common)}")


def merge_options(options: RunOptions, more: RunOptions) -> None:
    """Let one RunOptions have all that another asks for: the larger numbers, and what either wants."""
    for field in ("trace_level", "timeout_in_ms", "inter_op_thread_pool"):
        setattr(options, field, max(getattr(options, field), getattr(more, field)))
    for field in ("output_partition_graphs", "report_tensor_allocations_upon_oom"):
        setattr(options, field, getattr(options, field) or getattr(more, field))
    options.debug_options.debug_tensor_watch_opts.extend(more.debug_options.debug_tensor_watch_opts)
    options.debug_options.reset_disk_byte_usage |= more.debug_options.reset_disk_byte_usage
