"""Runs that wait for other runs: for an element of a queue, or room in one.

A run waits for attempts (`kernels/attempts.py`). While it does, it holds nothing that others need. It waits until
the attempt is done, until the run's time is over, until the session is closed, or until Ctrl-C.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flowgraph import errors
from flowgraph.ir.refusal import error_of
from flowgraph.kernels.attempts import Attempt, Trouble

_limit = threading.local()  # of the run on this thread: when it ends, by the monotonic clock; whose it is


@contextmanager
def ends_after(seconds: float) -> Iterator[None]:
    """A block in which the runs on this thread have no more time than this."""
    outer = limit()  # a Python op may run a session
    _limit.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.end = outer


def limit() -> float | None:
    """When the run on this thread ends, by the monotonic clock; None if it may take its time."""
    return getattr(_limit, "end", None)


@contextmanager
def run_of(session: Any) -> Iterator[None]:
    """A block in which the runs on this thread are of this session, which shares its store with others."""
    outer = getattr(_limit, "session", None)
    _limit.session = session
    try:
        yield
    finally:
        _limit.session = outer


class Waits:
    """What the runs of one session wait for, or those of all sessions that share a store.

    Args:
      set_aside: calls a function while the thread holds none of the session's locks.
    """

    def __init__(self, set_aside: Callable[[Callable[[], Any]], Any]) -> None:
        self._set_aside = set_aside
        self._lock = threading.Lock()
        self._awaited: dict[Attempt, Any] = {}  # and the session whose run waits, where several share the store
        self._closed = False

    def outcome(self, attempt: Attempt) -> Any:
        """What an attempt brings, once it does.

        Raises:
          OpError: it failed, the session was closed, or the run's time was over.
        """
        self.first_of([attempt])
        try:
            return attempt.outcome()
        except Trouble as trouble:
            raise error_of(trouble) from None

    def first_of(self, attempts: Sequence[Attempt]) -> Attempt:
        """Wait until one of several attempts is done, and return it.

        Raises:
          DeadlineExceededError: the run's time was over before; the attempts are cancelled.
        """
        done = _done_of(attempts)
        if done is not None:
            return done
        try:
            self._note(attempts)
            while (done := _done_of(attempts)) is None:
                ready = threading.Event()  # new each time: an attempt of several parts sets it after each of them
                for attempt in attempts:
                    attempt.watch(ready)
                self._set_aside(lambda: _wait(ready))  # noqa: B023 (called at once)
            return done
        except BaseException:
            for attempt in attempts:
                attempt.cancel()
            raise
        finally:
            with self._lock:
                for attempt in attempts:
                    self._awaited.pop(attempt, None)

    def _note(self, attempts: Sequence[Attempt]) -> None:
        with self._lock:
            self._awaited.update(dict.fromkeys(attempts, getattr(_limit, "session", None)))
            closed = self._closed
        if closed:
            for attempt in attempts:
                attempt.cancel()

    def close(self) -> None:
        """Cancel all attempts that are waited for, now and later: the session is closed."""
        with self._lock:
            self._closed = True
            awaited = list(self._awaited)
        for attempt in awaited:
            attempt.cancel()

    def close_one(self, session: Any) -> None:
        """Cancel what runs of one session wait for; others share the store."""
        with self._lock:
            awaited = [attempt for attempt, owner in self._awaited.items() if owner is session]
        for attempt in awaited:
            attempt.cancel()


def _done_of(attempts: Sequence[Attempt]) -> Attempt | None:
    return next((attempt for attempt in attempts if attempt.done), None)


def _wait(ready: threading.Event) -> None:
    end = limit()
    if not ready.wait(None if end is None else max(end - time.monotonic(), 0.0)):
        raise errors.DeadlineExceededError(None, None, "Timed out waiting for notification")
