"""Threads of our own for big work, and one thread for each call of BLAS.

A BLAS with threads of its own waits for all of them at the end of every call, spinning. Beside another busy process
such a wait lasts until the scheduler comes round, thousands of times in a training step: LeNet-5's step took sixteen
times longer than with one thread. So BLAS is called with one thread, and big work is cut into tasks here. The
caller works on them too and takes what nobody else has begun, so that it never waits for a thread that does not
get to run.

    tasks    0   1   2   3   4   5   6   7
    caller   ●──────────────────────►●──►●      the first, then from the end
    helper       ●──►●──►●──►●──►●              from the beginning

How work is cut depends on sizes alone, never on the machine: results are the same, bit for bit, whoever did which
part, and however many there were to do it. How many threads share in it is what the session was asked for
(`intra_op_parallelism_threads`), or else what the machine grants (`cores.py`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from functools import partial
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

from flowgraph.kernels.cores import cores

PARTS = 4
"""Into how many tasks work is cut whose size says nothing else: the same on every machine, for where each task adds up
a part of a sum, the number of tasks decides how it is rounded."""

# -- BLAS --------------------------------------------------------------------------------------------------------


class _Blas:
    """The thread count of numpy's BLAS, set to one while anybody is inside `blas_alone`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: set[object] = set()
        self._libraries: list[tuple[Callable[[], int], Callable[[int], Any]]] | None = None
        self._usual: list[int] = []

    def enter(self, who: object) -> None:
        with self._lock:
            is_first = not self._inside
            if is_first:
                self._usual = [get() for get, _ in self._found()]
            self._inside.add(who)
            if is_first:
                self._set([1] * len(self._usual))

    def leave(self, who: object) -> None:
        """Harmless for one who is not inside: Ctrl-C may come before that, and a fork leaves everybody outside."""
        with self._lock:
            if who in self._inside:
                if len(self._inside) == 1:
                    self._set(self._usual)
                self._inside.discard(who)

    def _found(self) -> list[tuple[Callable[[], int], Callable[[int], Any]]]:
        if self._libraries is None:
            from threadpoolctl import ThreadpoolController

            found = ThreadpoolController().select(user_api="blas").lib_controllers
            self._libraries = [_get_and_set(library) for library in found]
        return self._libraries

    def _set(self, counts: list[int]) -> None:
        for (_, set_), usual, count in zip(self._libraries or (), self._usual, counts, strict=True):
            if usual != 1:
                set_(count)

    def after_fork(self) -> None:
        """In the child, which has no other threads: none of those who are inside will ever leave."""
        self._lock = threading.Lock()
        if self._inside:
            self._set(self._usual)
            self._inside.clear()


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
    who = object()
    try:
        _blas.enter(who)
        yield
    finally:
        _blas.leave(who)


# -- helpers -----------------------------------------------------------------------------------------------------


class _Helpers:
    """Threads that wait for work. They are daemons: a script that joins all its threads must not wait for them."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0

    def ask(self, helps: Sequence[Callable[[], None]]) -> None:
        """Have each of them called by a thread of its own, as soon as one is free."""
        if self._threads < len(helps):
            self._start(len(helps))
        for help_ in helps[: self._threads]:
            self._work.put(help_)

    def _start(self, count: int) -> None:
        with self._lock, suppress(RuntimeError):  # the interpreter ends, or there are too many: who asks does it all
            while self._threads < count:
                name = f"flowgraph_{self._threads}"
                threading.Thread(target=_help, args=(self._work,), name=name, daemon=True).start()
                self._threads += 1


def _help(work: SimpleQueue[Callable[[], None]]) -> None:
    while True:
        work.get()()


_helpers = _Helpers()


def _after_fork() -> None:
    """A child has none of its parent's threads, and must not wait for a lock that one of them held."""
    global _helpers  # noqa: PLW0603
    _helpers = _Helpers()
    _blas.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

# -- how many threads --------------------------------------------------------------------------------------------

_most: ContextVar[int] = ContextVar("most threads", default=0)  # 0: as many as are of use


def threads() -> int:
    """How many threads may work for who asks, this one included."""
    return _most.get() or cores()


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Inside the block work is done by at most so many threads; the results are the same.

    >>> with at_most(1):
    ...     threads()
    1
    """
    outer = _most.get()
    try:
        _most.set(count)
        yield
    finally:
        _most.set(outer)


def with_at_most(count: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """`function(*arguments)`, whose work is done by at most so many threads.

    Unlike with a block, not even Ctrl-C at the worst moment leaves the limit behind.

    >>> with_at_most(1, in_parallel, [lambda: print(1), lambda: print(2)])
    1
    2
    """
    context = copy_context()
    context.run(_most.set, count)
    return context.run(function, *arguments)


# -- work --------------------------------------------------------------------------------------------------------


class _Job:
    """Tasks to share out; `claims` says who has begun which.

    A claim is one call into C. So it stands even if Ctrl-C comes right behind it, and can be asked for again.
    """

    def __init__(self, tasks: Sequence[Callable[[], None]]) -> None:
        self.tasks = tasks
        self.caller = object()  # (not the job itself: a cycle would keep the tasks' arrays until the collector comes)
        self.claims: dict[int, object] = {}
        self.done: dict[int, bool] = {}  # what helpers have ended
        self.errors: dict[int, BaseException] = {}
        self.news = threading.Lock()  # open when a helper has ended something
        self.news.acquire()

    def work(self) -> None:
        """What the caller does: the first task, and from the end on all that nobody has begun."""
        for number in (0, *range(len(self.tasks) - 1, 0, -1)):
            if self.claims.setdefault(number, self.caller) is self.caller:
                self.tasks[number]()

    def help(self) -> None:
        """What a helper does: from the beginning on all that nobody has begun."""
        me = object()
        for number, task in enumerate(self.tasks):
            if self.claims.setdefault(number, me) is me:
                try:
                    task()
                except BaseException as error:  # noqa: BLE001  # it is raised again where the tasks came from
                    self.errors[number] = error
                finally:
                    self.done[number] = True
                    with suppress(RuntimeError):  # it is open
                        self.news.release()

    def end(self) -> None:
        """Wait until no task runs any more; those that nobody has begun, nobody will."""
        numbers, caller = range(len(self.tasks)), self.caller
        begun = [number for number in numbers if self.claims.setdefault(number, caller) is not caller]
        interrupted: KeyboardInterrupt | None = None
        while any(number not in self.done for number in begun):
            try:
                self.news.acquire()
            except KeyboardInterrupt as error:
                interrupted = error
        if interrupted is not None:
            raise interrupted


def in_parallel(tasks: Sequence[Callable[[], None]]) -> None:
    """Run all tasks, some of them on other threads, and return when all are done.

    The first error that a task raised is raised again. After Ctrl-C, too, no task runs any more when this returns: the
    next run writes into the same buffers. A task that calls this in its turn runs all of its own itself.
    """
    most = min(threads(), len(tasks))
    if most <= 1:
        for task in tasks:
            task()
        return
    job = _Job(tasks)
    inside = copy_context()  # each task sees the caller's context, numpy's error state among it
    inside.run(_most.set, 1)
    try:
        _helpers.ask([partial(inside.copy().run, job.help) for _ in range(most - 1)])
        inside.run(job.work)
    finally:
        job.end()
    for _, error in sorted(job.errors.items()):
        raise error


def ranges(size: int, parts: int = PARTS) -> list[slice]:
    """Up to `parts` slices of nearly equal length that together cover `range(size)`."""
    parts = max(1, min(parts, size))
    bounds = [size * i // parts for i in range(parts + 1)]
    return [slice(low, high) for low, high in pairwise(bounds)]
