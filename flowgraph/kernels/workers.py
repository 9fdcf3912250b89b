"""Threads for work that somebody asks for later: a pool that nobody has to close."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any

__all__ = ["Pool"]


class Pool:
    """So many threads, which end when the pool is given up.

    They are daemons, unlike those of concurrent.futures: a script that joins all its threads must not wait for them.

    Args:
      threads: how many.
      name: what they are called.
    """

    def __init__(self, threads: int, name: str) -> None:
        self._work: _Work = SimpleQueue()
        for number in range(threads):
            threading.Thread(target=_serve, args=(self._work,), name=f"{name}_{number}", daemon=True).start()
        weakref.finalize(self, _dismiss, self._work, threads).atexit = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have `function(*arguments)` called by one of the threads, in the caller's context.

        >>> Pool(1, "adds").submit(sum, [1, 2]).result()
        3
        """
        future: Future[Any] = Future()
        self._work.put((future, copy_context().run, (function, *arguments)))
        return future


_Work = SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None]


def _serve(work: _Work) -> None:
    while (task := work.get()) is not None:
        _do(*task)
        del task  # what it gave belongs to those who asked


def _do(future: Future[Any], function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        outcome = function(*arguments)
    except BaseException as error:  # noqa: BLE001  # it is raised where the outcome is asked for
        future.set_exception(error)
    else:
        future.set_result(outcome)


def _dismiss(work: _Work, threads: int) -> None:
    for _ in range(threads):
        work.put(None)
