"""The coordinator: threads that stop together, and whose errors reach the one who waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.platform import logs

__all__ = ["Coordinator", "LooperThread"]

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

_GLANCE = 0.05  # seconds between two looks at threads that may end without a stop


class Coordinator:
    """Lets a set of threads stop together.

    Each thread asks `should_stop()` now and then; any of them may `request_stop()`. `join()` waits for them all, and
    raises the error that the first of them reported.

    Args:
      clean_stop_exception_types: exceptions that mean a stop and no error; OutOfRangeError, the end of a queue, if
        none are given.

    >>> import threading
    >>> coord, counted = tf.train.Coordinator(), []
    >>> def count():
    ...     while not coord.should_stop():
    ...         counted.append(len(counted))
    ...         if len(counted) == 3:
    ...             coord.request_stop()
    >>> thread = threading.Thread(target=count)
    >>> thread.start()
    >>> coord.join([thread])
    >>> counted
    [0, 1, 2]
    """

    def __init__(self, clean_stop_exception_types: Iterable[type[BaseException]] | None = None) -> None:
        clean = (errors.OutOfRangeError,) if clean_stop_exception_types is None else clean_stop_exception_types
        self._clean_stop_exception_types: tuple[type[BaseException], ...] = tuple(clean)
        self._lock = threading.Lock()
        self._stop_event = threading.Event()
        self._reported: BaseException | None = None
        self._joined = False
        self._registered: set[threading.Thread] = set()

    def request_stop(self, ex: BaseException | ExcInfo | None = None) -> None:
        """Ask all threads to stop: `should_stop()` is True from now on.

        Args:
          ex: an exception, or what `sys.exc_info()` gives. That of the first call is what `join()` will raise. After
            `join()` nobody would hear of it: then it is raised here.

        Raises:
          TypeError: `ex` is neither.
        """
        error = _exception_in(ex)
        if isinstance(error, self._clean_stop_exception_types):
            error = None
        with self._lock:
            if self._joined and error is not None:
                raise error
            if error is not None and self._reported is None and not self._stop_event.is_set():
                _log_report(error, with_traceback=isinstance(ex, tuple))
                self._reported = error
            self._stop_event.set()

    def clear_stop(self) -> None:
        """Start anew: `should_stop()` is False again, and a reported error is forgotten."""
        with self._lock:
            self._joined = False
            self._reported = None
            self._stop_event.clear()

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self._stop_event.is_set()

    @contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """A `with` block whose exceptions, of any kind, become requests to stop; they do not leave the block.

        >>> coord = tf.train.Coordinator()
        >>> with coord.stop_on_exception():
        ...     raise ValueError("a bad record")
        >>> coord.should_stop()
        True
        """
        try:
            yield
        except BaseException as error:  # noqa: BLE001  # the one who joins raises it
            self.request_stop((type(error), error, error.__traceback__))

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Wait until a stop is requested, or for `timeout` seconds; returns whether it was."""
        return self._stop_event.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Let `join()` wait for this thread, too."""
        with self._lock:
            self._registered.add(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Wait until all threads have ended.

        Args:
          threads: those to wait for, besides the registered ones.
          stop_grace_period_secs: how long they may go on once a stop was requested.
          ignore_live_threads: whether it is no error when some go on longer.

        Raises:
          RuntimeError: some threads are still alive after that time.
          Exception: what was given to `request_stop()`.
        """
        with self._lock:
            waited_for = list(self._registered.union(threads or ()))
        while any(thread.is_alive() for thread in waited_for) and not self.wait_for_stop(_GLANCE):
            pass
        deadline = time.monotonic() + stop_grace_period_secs
        for thread in waited_for:
            if thread.is_alive():
                thread.join(max(deadline - time.monotonic(), 0.0))
        alive = [thread.name for thread in waited_for if thread.is_alive()]
        with self._lock:
            self._joined = True
            self._registered.clear()
            if self._reported is not None:
                raise self._reported
        if alive:
            message = "Coordinator stopped with threads still running: " + " ".join(alive)
            if not ignore_live_threads:
                raise RuntimeError(message)
            logs.info("%s", message)

    @property
    def joined(self) -> bool:
        """Whether `join()` has come to its end."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raise the exception that was given to `request_stop()`, if there is one."""
        with self._lock:
            if self._reported is not None:
                raise self._reported


def _exception_in(ex: Any) -> BaseException | None:
    """The exception itself, which in Python 3 knows its traceback."""
    if ex is None or isinstance(ex, BaseException):
        return ex
    if isinstance(ex, tuple) and len(ex) == 3 and isinstance(ex[1], BaseException):
        return ex[1]
    line = f"ex must be a tuple or sys.exc_info must return the current exception: {ex!r}"
    raise TypeError(errors.explain(line, mend="coord.request_stop(error), or no argument.", where=user_site()))


def _log_report(error: BaseException, with_traceback: bool) -> None:
    if with_traceback:
        logs.info("Error reported to Coordinator: %s", error, exc_info=(type(error), error, error.__traceback__))
    else:
        logs.info("Error reported to Coordinator: %s, %s", type(error), error)


class LooperThread(threading.Thread):
    """A thread that does something again and again until its coordinator stops.

    What it does is `target`, or the method `run_loop` of a subclass. An exception in it stops the coordinator.

    Args:
      coord: the Coordinator; `coord.join()` waits for this thread, too.
      timer_interval_secs: the time from one call to the next, or None for calls without a pause.
      target: what to call.
      args, kwargs: its arguments.

    Raises:
      ValueError: `coord` is no Coordinator, or there are arguments and no target.

    >>> coord, calls = tf.train.Coordinator(), []
    >>> def call(number):
    ...     calls.append(number)
    ...     if len(calls) == 3:
    ...         coord.request_stop()
    >>> looper = tf.train.LooperThread.loop(coord, 0.001, call, args=(7,))
    >>> coord.join()
    >>> calls
    [7, 7, 7]
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(errors.explain(f"'coord' argument must be a Coordinator: {coord}", where=user_site()))
        if target is None and (args or kwargs):
            line = "'args' and 'kwargs' argument require that you also pass 'target'"
            raise ValueError(errors.explain(line, where=user_site()))
        super().__init__(daemon=True)
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._call = target
        self._call_args = tuple(args or ())
        self._call_kwargs = dict(kwargs or {})
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """Start a thread that calls `target` every `timer_interval_secs` seconds, and return it."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        """What the thread does from its start to its end."""
        with self._coord.stop_on_exception():
            self.start_loop()
            for _ in self._turns():
                self.run_loop()
            self.stop_loop()

    def _turns(self) -> Iterator[None]:
        """One item for each call that is due, until the coordinator stops."""
        if self._timer_interval_secs is None:
            while not self._coord.should_stop():
                yield
            return
        due = time.time()
        while not self._coord.wait_for_stop(due - time.time()):
            due += self._timer_interval_secs
            yield

    def start_loop(self) -> None:
        """Called when the thread starts."""

    def stop_loop(self) -> None:
        """Called when the thread stops."""

    def run_loop(self) -> None:
        """Called at each interval; calls `target`, if there is one."""
        if self._call is not None:
            self._call(*self._call_args, **self._call_kwargs)
