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
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

PARTS = max(1, min(os.cpu_count() or 1, 8))
"""Into how many tasks big work is cut."""


class _Blas:
    """The thread count of numpy's BLAS, set to one while anybody is inside `alone`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._libraries: list[tuple[Callable[[], int], Callable[[int], Any]]] | None = None
        self._usual: list[int] = []

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            if self._libraries is None:
                from threadpoolctl import ThreadpoolController

                found = ThreadpoolController().select(user_api="blas").lib_controllers
                self._libraries = [_get_and_set(library) for library in found]
            self._usual = [get() for get, _ in self._libraries]
            for (_, set_), usual in zip(self._libraries, self._usual):
                if usual != 1:
                    set_(1)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for (_, set_), usual in zip(self._libraries or (), self._usual):
                    if usual != 1:
                        set_(usual)


def _get_and_set(library: Any) -> tuple[Callable[[], int], Callable[[int], Any]]:
    """What gets and sets a library's thread count: for OpenBLAS its own functions.

    Those of threadpoolctl look them up each time, and on any thread but the first newer ones do nothing.
    """
    try:
        if library.internal_api == "openblas" and library.threading_layer == "pthreads":
            get, set_ = library._get_symbol("openblas_get_num_threads"), library._get_symbol("openblas_set_num_threads")
            if get is not None and set_ is not None:
                return get, set_
    except AttributeError:
        pass  # an older threadpoolctl
    return library.get_num_threads, library.set_num_threads


_blas = _Blas()


@contextmanager
def blas_alone() -> Iterator[None]:
    """Inside the block calls of BLAS use one thread; afterwards as many as before."""
    _blas.enter()
    try:
        yield
    finally:
        _blas.leave()


class _Job:
    """Tasks to share out; `claims` says which thread has begun which.

    A claim is one call into C. So it stands even if Ctrl-C comes right behind it, and can be asked for again.
    """

    def __init__(self, tasks: Sequence[Callable[[], None]]) -> None:
        self.tasks = tasks
        self.claims: dict[int, int] = {}
        self.done = [threading.Event() for _ in tasks]
        self.errors: dict[int, BaseException] = {}

    def is_mine(self, number: int) -> bool:
        """Claim a task: whether it is this thread's and no other's."""
        me = threading.get_ident()
        return self.claims.setdefault(number, me) == me

    def help(self, number: int) -> None:
        """What a helper does with a task: run it unless somebody else has begun it."""
        if self.is_mine(number):
            try:
                self.tasks[number]()
            except BaseException as error:  # noqa: BLE001  # it is raised again where the tasks came from
                self.errors[number] = error
            finally:
                self.done[number].set()


_queues: dict[int, SimpleQueue[Callable[[], None]]] = {}  # by process: a fork has none of its parent's threads


def _helpers() -> SimpleQueue[Callable[[], None]]:
    """Where helpers wait for work. They are daemons: a script that joins all its threads must not wait for them."""
    queue = _queues.get(os.getpid())
    if queue is None:
        queue = _queues.setdefault(os.getpid(), SimpleQueue())
        for number in range(max(1, PARTS - 1)):
            threading.Thread(target=_help, args=(queue,), name=f"flowgraph_{number}", daemon=True).start()
    return queue


def _help(queue: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        queue.get()()


class _Limit(threading.local):
    threads: int = 0  # 0: as many as there are tasks


_limit = _Limit()


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Inside the block work of this thread is done by at most so many threads; the results are the same.

    >>> with at_most(1):
    ...     in_parallel([lambda: print(1), lambda: print(2)])
    1
    2
    """
    outer, _limit.threads = _limit.threads, threads
    try:
        yield
    finally:
        _limit.threads = outer


def _one_after_the_other(tasks: Sequence[Callable[[], None]]) -> None:
    for task in tasks:
        task()


def in_parallel(tasks: Sequence[Callable[[], None]]) -> None:
    """Run all tasks, some of them on other threads, and return when all are done.

    The first error that a task raised is raised again. After Ctrl-C, too, no task runs any more when this returns: the
    next run writes into the same buffers.
    """
    most = _limit.threads or len(tasks)
    if most == 1 or len(tasks) == 1 or PARTS == 1:
        _one_after_the_other(tasks)
        return
    if most < len(tasks):
        tasks = [partial(_one_after_the_other, tasks[first::most]) for first in range(most)]
    job, helpers = _Job(tasks), _helpers()
    try:
        for number in range(1, len(tasks)):
            # each task sees the caller's context, numpy's error state among it
            helpers.put(partial(copy_context().run, job.help, number))
        tasks[0]()
        for number in reversed(range(1, len(tasks))):
            if job.is_mine(number):  # nobody had begun it
                tasks[number]()
    finally:
        for number in range(1, len(tasks)):
            if not job.is_mine(number):
                job.done[number].wait()
    for _, error in sorted(job.errors.items()):
        raise error


def ranges(size: int, parts: int = PARTS) -> list[slice]:
    """Up to `parts` slices of nearly equal length that together cover `range(size)`."""
    parts = max(1, min(parts, size))
    bounds = [size * i // parts for i in range(parts + 1)]
    return [slice(low, high) for low, high in pairwise(bounds)]
