"""The session's store: all state of a session. Values never live on the graph, so two sessions over one never meet."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.tensor import Operation


class Cell:
    """One variable: a buffer that is updated in place, or nothing yet.

    Attributes:
      array: the value, None before the variable is initialized.
      op: the op that holds the variable, for messages.
    """

    __slots__ = ("array", "lock", "op", "store")

    def __init__(self, op: Operation, store: Store) -> None:
        self.op, self.store = op, store
        self.array: np.ndarray | None = None
        self.lock = threading.Lock()

    def read(self) -> np.ndarray:
        """The buffer itself: whoever keeps it sees later writes.

        Raises:
          FailedPreconditionError: there is no value yet.
        """
        if self.array is None:
            raise uninitialized([self.op])
        return self.array

    def write(self, value: np.ndarray) -> np.ndarray:
        """Give the variable a value, in its buffer if that has the right shape."""
        if self.array is not None and self.array.shape == value.shape:
            np.copyto(self.array, value)
        else:
            self.array = np.array(value)
            self.store.version += 1
        return self.array


class Store:
    """Everything that a session remembers between runs.

    Attributes:
      version: changes whenever a variable gets another buffer, so that engines may keep hold of buffers.
    """

    def __init__(self) -> None:
        self.version = 0
        self._cells: dict[str, Cell] = {}
        self._drawn: dict[Operation, tuple[int, int, int]] = {}  # seed, seed2, Philox blocks used so far
        self._counts: Counter[Operation] = Counter()
        self._lock = threading.Lock()
        self._turns = _Turns()

    def cell(self, op: Operation) -> Cell:
        """The variable that `op` holds: by its shared name, or its own."""
        key = f"{op.attrs.get('container', '')}/{op.attrs.get('shared_name', '') or op.name}"
        with self._lock:
            found = self._cells.get(key)
            if found is None:
                found = self._cells[key] = Cell(op, self)
            return found

    def draw(self, op: Operation, seed: int, seed2: int, blocks: int) -> tuple[int, int, int]:
        """Reserve `blocks` of a random op's stream; returns its seeds and how many were used before.

        An op without seeds gets random ones, once for each session.
        """
        with self._lock:
            at = self._drawn.get(op)
            if at is None:
                if seed == 0 and seed2 == 0:
                    seed, seed2 = (int.from_bytes(os.urandom(8), "little", signed=True) for _ in range(2))
                at = (seed, seed2, 0)
            self._drawn[op] = (at[0], at[1], at[2] + blocks)
            return at

    def count(self, op: Operation) -> int:
        """How many times this was asked for an op, this time included."""
        with self._lock:
            self._counts[op] += 1
            return self._counts[op]

    def turn(self, changes: bool) -> Any:
        """Hold the variables for a run: runs that only read share them, one that changes them has them alone."""
        return self._turns.writing() if changes else self._turns.reading()


class _Turns:
    """A readers-writer lock that a thread may take again while it holds it (a Python op may run the session)."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._readers = 0
        self._writer: int | None = None
        self._mine = threading.local()

    @contextmanager
    def reading(self) -> Iterator[None]:
        me = threading.get_ident()
        depth = getattr(self._mine, "depth", 0)
        if self._writer == me or depth:
            yield
            return
        with self._free:
            while self._writer is not None:
                self._free.wait()
            self._readers += 1
        self._mine.depth = 1
        try:
            yield
        finally:
            self._mine.depth = 0
            with self._free:
                self._readers -= 1
                self._free.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._writer == me:
            yield
            return
        held = getattr(self._mine, "depth", 0)  # a reader that wants to write counts itself out
        with self._free:
            while self._writer is not None or self._readers > held:
                self._free.wait()
            self._writer = me
        try:
            yield
        finally:
            with self._free:
                self._writer = None
                self._free.notify_all()


class Context:
    """What an op with an effect gets instead of an array namespace: its own op, and the session's store."""

    __slots__ = ("op", "store", "xp")

    def __init__(self, store: Store, op: Operation) -> None:
        self.store, self.op, self.xp = store, op, np

    def cell(self) -> Cell:
        """The variable that this op holds."""
        return self.store.cell(self.op)

    def draw(self, seed: int, seed2: int, blocks: int) -> tuple[int, int, int]:
        """See `Store.draw`."""
        return self.store.draw(self.op, seed, seed2, blocks)

    def count(self) -> int:
        """How many times this op has run in this session, if it counts each of its runs by this."""
        return self.store.count(self.op)


def uninitialized(ops: list[Operation]) -> errors.FailedPreconditionError:
    """The error for variables without a value: all of them at once, and where each was made."""
    details = [f"{op.name} was made at {errors.place(op.site) if op.site else 'an unknown place'}" for op in ops]
    return errors.FailedPreconditionError(
        None,
        ops[0],
        errors.explain(
            f"Attempting to use uninitialized value {ops[0].name}",
            details=details,
            mend="Run the initializer first: sess.run(tf.global_variables_initializer()).",
            where=ops[0].site,
        ),
    )
