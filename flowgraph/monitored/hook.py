"""What a hook is, and what it is told before and after each run of a session that trains."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph.config import RunOptions


class SessionRunArgs(NamedTuple):
    """What to add to a run: `SessionRunHook.before_run` returns one, or None.

    Args:
      fetches: what to fetch besides what the caller asks for: a tensor, operation, or a structure of these.
      feed_dict: what to feed besides.
      options: a `tf.RunOptions`; of numbers given by several hooks the largest counts.

    >>> tf.train.SessionRunArgs("loss:0")
    SessionRunArgs(fetches='loss:0', feed_dict=None, options=None)
    """

    fetches: Any
    feed_dict: Any = None
    options: RunOptions | None = None


class SessionRunValues(NamedTuple):
    """What a run gave: the values of the hook's own fetches, in their structure, and the run's options and metadata."""

    results: Any
    options: RunOptions
    run_metadata: Any


class SessionRunContext:
    """One call of `run`: what the caller asked for, and whether a hook wants it to be the last.

    Args:
      original_args: a SessionRunArgs: what the caller gave to `run`.
      session: the session below, that hooks may run things in.
    """

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self) -> SessionRunArgs:
        """What the caller gave to `run`."""
        return self._original_args

    @property
    def session(self) -> Any:
        """The session below the hooks."""
        return self._session

    @property
    def stop_requested(self) -> bool:
        """Whether training is to end after this run."""
        return self._stop_requested

    def request_stop(self) -> None:
        """End training after this run: `should_stop` of the session becomes true."""
        self._stop_requested = True


class SessionRunHook:
    """What happens around the runs of a session that trains; a subclass says it in as many of these as it needs.

    >>> class Announce(tf.train.SessionRunHook):
    ...     def after_run(self, run_context, run_values):
    ...         print("ran", run_context.original_args.fetches.name)
    >>> x = tf.constant(3.0, name="x")
    >>> with tf.train.MonitoredSession(hooks=[Announce()]) as sess:
    ...     _ = sess.run(x)
    ran x:0
    """

    def begin(self) -> None:
        """Called once, before there is a session: the last chance to add to the graph."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Called when a session is there and its variables have values, also after a session was lost.

        Args:
          session: the new session.
          coord: the coordinator of its threads.
        """

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:  # noqa: ARG002
        """Called before each run; returns what the hook adds to it."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after each run that did not fail; `run_values.results` are the values of what the hook added."""

    def end(self, session: Any) -> None:
        """Called at the end of training, unless it ended by an error; `session` is still open."""
