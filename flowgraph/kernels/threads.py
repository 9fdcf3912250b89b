"""Threads of our own for big products, and one thread for each call of BLAS.

A BLAS with threads of its own waits for all of them at the end of every call, spinning. Beside another busy process
such a wait lasts until the scheduler comes round, thousands of times in a training step: LeNet-5's step took sixteen
times longer than with one thread. So BLAS is called with one thread, and big work is cut into tasks here. The
caller works on them too and takes what nobody else has begun, so that it never waits for a thread that does not
get to run.

How work is cut depends on sizes alone: results are the same whoever did which part.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import pairwise
from typing import Any

PARTS = max(1, min(os.cpu_count() or 1, 8))
"""Into how many tasks big work is cut."""


class _Blas:
    """The thread count of numpy's BLAS, set to one while anybody is inside `alone`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._libraries: list[Any] | None = None
        self._usual: list[int] = []

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            if self._libraries is None:
                from threadpoolctl import ThreadpoolController

                self._libraries = ThreadpoolController().select(user_api="blas").lib_controllers
            self._usual = [library.get_num_threads() for library in self._libraries]
            for library, usual in zip(self._libraries, self._usual):
                if usual != 1:
                    library.set_num_threads(1)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for library, usual in zip(self._libraries or (), self._usual):
                    if usual != 1:
                        library.set_num_threads(usual)


_blas = _Blas()


@contextmanager
def blas_alone() -> Iterator[None]:
    """Inside the block calls of BLAS use one thread; afterwards as many as before."""
    _blas.enter()
    try:
        yield
    finally:
        _blas.leave()


_pools: dict[int, ThreadPoolExecutor] = {}  # by process: a fork has none of its parent's threads


def _executor() -> ThreadPoolExecutor:
    pool = _pools.get(os.getpid())
    if pool is None:
        pool = _pools.setdefault(os.getpid(), ThreadPoolExecutor(max(1, PARTS - 1), thread_name_prefix="flowgraph"))
    return pool


def in_parallel(tasks: Sequence[Callable[[], None]]) -> None:
    """Run all tasks, some of them on other threads, and return when all are done.

    The first error that a task raised is raised again.
    """
    if len(tasks) == 1 or PARTS == 1:
        for task in tasks:
            task()
        return
    executor = _executor()
    # each task sees the caller's context, numpy's error state among it
    waiting: list[tuple[Callable[[], None], Future[None]]] = [
        (task, executor.submit(copy_context().run, task)) for task in tasks[1:]
    ]
    begun: list[Future[None]] = []
    try:
        tasks[0]()
        for task, future in reversed(waiting):
            if future.cancel():
                task()  # nobody had begun it
            else:
                begun.append(future)
    finally:
        for _, future in waiting:
            future.cancel()
        errors = [future.exception() for future in begun]
    for error in errors:
        if error is not None:
            raise error


def ranges(size: int, parts: int = PARTS) -> list[slice]:
    """Up to `parts` slices of nearly equal length that together cover `range(size)`."""
    parts = max(1, min(parts, size))
    bounds = [size * i // parts for i in range(parts + 1)]
    return [slice(low, high) for low, high in pairwise(bounds)]
