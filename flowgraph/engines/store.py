"""The session's store: all state of a session. Values never live on the graph, so two sessions over one never meet."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from flowgraph.engines.kept import KeptValues
from flowgraph.engines.missing import no_resource, uninitialized
from flowgraph.engines.waiting import Waits
from flowgraph.ir.device import parse
from flowgraph.ir.tensor import Operation
from flowgraph.kernels.attempts import Attempt
from flowgraph.kernels.iterators import Held


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
            raise uninitialized([self.op], self.store.holds_values, self.store.has_resources)
        return self.array

    def write(self, value: np.ndarray) -> np.ndarray:
        """Give the variable a value, in its buffer if that has the right shape."""
        if self.array is not None and self.array.shape == value.shape:
            np.copyto(self.array, value)
        else:
            # in this order: Ctrl-C between the two must not leave an engine with the old buffer under this version
            self.store.version += 1
            self.array = np.array(value)
            self.store.has_resources |= self.op.opdef.role == "handle"
        return self.array

    def clear(self) -> None:
        """Forget the value."""
        self.store.version += 1
        self.array = None

    def missing(self) -> str:
        """TF's words for a resource variable that has no value."""
        return no_resource(self.op, self.store.has_resources)


def _key(op: Operation) -> str:
    """Where the store keeps what an op holds: under its shared name, or its own, for each task of a cluster."""
    job, _, task, _ = parse(op.device)
    place = f"/job:{job}/task:{task or 0}" if job else ""
    return f"{place}{op.attrs.get('container', '')}/{op.attrs.get('shared_name', '') or op.name}"


class Store:
    """Everything that a session remembers between runs.

    Attributes:
      version: changes whenever a variable gets another buffer, so that engines may keep hold of buffers.
      has_resources: whether any resource variable ever had a value.
      engine: what compiles the functions that ops call.
      rewrites_divisions: as in `build_program`, for those functions.
      values: what `tf.get_session_handle` left here.
      waits: what runs wait for.
    """

    def __init__(self) -> None:
        self.version = 0
        self.has_resources = False
        self._cells: dict[str, Cell] = {}
        self._drawn: dict[Operation, tuple[int, int, int]] = {}  # seed, seed2, Philox blocks used so far
        self._counts: Counter[Operation] = Counter()
        self._kept: dict[Operation, Any] = {}
        self._shared: dict[str, Any] = {}
        self._compiled: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self.engine: Any = None
        self.rewrites_divisions = True
        self.values = KeptValues()
        self._lock = threading.Lock()
        self._turns = Turns()
        self.waits = Waits(self._turns.set_aside)

    def cell(self, op: Operation) -> Cell:
        """The variable that `op` holds: by its shared name, or its own."""
        key = _key(op)
        with self._lock:
            found = self._cells.get(key)
            if found is None:
                found = self._cells[key] = Cell(op, self)
            return found

    @property
    def holds_values(self) -> bool:
        """Whether any variable has a value."""
        with self._lock:
            return any(cell.array is not None for cell in self._cells.values())

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

    def compiled(self, function: Any, make: Callable[[], Any]) -> Any:
        """What a function was compiled to, compiled when first asked for."""
        found = self._compiled.get(function)
        if found is None:
            found = make()
            with self._lock:
                found = self._compiled.setdefault(function, found)
        return found

    def keep(self, op: Operation, make: Callable[[], Any]) -> Any:
        """What an op remembers from run to run, made when it first asks."""
        with self._lock:
            if op not in self._kept:
                self._kept[op] = make()
            return self._kept[op]

    def shared(self, op: Operation, make: Callable[[], Any]) -> Any:
        """What all ops of one shared name hold, or an op alone by its own name; made when first asked for."""
        key = _key(op)
        with self._lock:
            if key not in self._shared:
                self._shared[key] = make()
            return self._shared[key]

    def close_iterators(self) -> None:
        """Let go of what iterators hold: the files of one that is read by half are free from here on."""
        with self._lock:
            held = [one for one in self._shared.values() if isinstance(one, Held)]
        for iterator in held:
            iterator.close()

    def count(self, op: Operation) -> int:
        """How many times this was asked for an op, this time included."""
        with self._lock:
            self._counts[op] += 1
            return self._counts[op]

    def sizes(self) -> list[str]:
        """Each variable and how many bytes it takes, the largest first."""
        held = sorted(((array.nbytes, op.name) for op, array in self.held()), reverse=True)
        return [f"{name}: {size} bytes" for size, name in held]

    def held(self) -> list[tuple[Operation, np.ndarray]]:
        """The variables that have a value and their buffers, to look at."""
        with self._lock:
            return [(cell.op, cell.array) for cell in self._cells.values() if cell.array is not None]

    def value_of(self, op: Operation) -> np.ndarray | None:
        """The buffer of the variable that `op` holds, None where it has no value: to look at."""
        with self._lock:
            found = self._cells.get(_key(op))
        return None if found is None else found.array

    def in_turn(self, changes: bool, call: Callable[[Any], Any], argument: Any) -> Any:
        """`call(argument)` while the variables are held: readers share them, one that changes them has them alone."""
        return self._turns.changing(call, argument) if changes else self._turns.reading(call, argument)


class Turns:
    """A readers-writer lock that a thread may take again while it holds it (a Python op may run the session).

    Ctrl-C may strike between any two calls here, and must never leave something held that nobody lets go of: a
    notebook goes on with the same session. Python promises nothing of the kind for its own context managers; it does
    for `with` over a plain lock, and for a `finally` that begins with a call into C. So these two are all there is:
    whoever changes keeps the gate, whoever reads goes through it and is noted until its end.
    """

    def __init__(self) -> None:
        self._gate = threading.RLock()
        self._readers: dict[int, bool] = {}  # thread: whether it reads now, or waits for a turn to change something

    def reading(self, call: Callable[[Any], Any], argument: Any) -> Any:
        """`call(argument)`, while nobody changes anything."""
        readers, me = self._readers, threading.get_ident()
        if me in readers:  # the gate may be kept by one who waits for this very thread
            return call(argument)
        try:
            with self._gate:
                readers[me] = True
            return call(argument)
        finally:
            readers.pop(me, None)

    def changing(self, call: Callable[[Any], Any], argument: Any) -> Any:
        """`call(argument)`, while nobody else reads or changes anything."""
        readers, me = self._readers, threading.get_ident()
        reads = me in readers
        if reads:  # two readers that both want to change something must not wait for each other
            readers[me] = False
        with self._gate:
            try:
                self._wait_for_readers(me)
                return call(argument)
            finally:
                if reads:
                    readers[me] = True

    def set_aside(self, wait: Callable[[], Any]) -> Any:
        """`wait()` while this thread holds nothing of what it holds now: others change what it waits for."""
        readers, me = self._readers, threading.get_ident()
        reads = readers.pop(me, None)
        times = self._let_go()
        try:
            return wait()
        finally:
            self._take_back(times, reads)

    def _let_go(self) -> int:
        """Open the gate as often as this thread has closed it; returns how often that was."""
        times = 0
        with suppress(RuntimeError):  # a lock that this thread does not hold
            while True:
                self._gate.release()
                times += 1
        return times

    def _take_back(self, times: int, reads: bool | None) -> None:
        readers, me = self._readers, threading.get_ident()
        if times == 0 and reads is None:
            return
        interrupted: KeyboardInterrupt | None = None
        taken = 0
        while taken < max(times, 1):  # whoever called will open the gate as often as it had closed it
            try:
                self._gate.acquire()
                taken += 1
                if times:
                    self._wait_for_readers(me)
            except KeyboardInterrupt as error:
                interrupted = error
        if reads is not None:
            readers[me] = reads
        if times == 0:
            self._gate.release()
        if interrupted is not None:
            raise interrupted

    def _wait_for_readers(self, me: int) -> None:
        """Those who read are few and soon done, and nobody follows them through the gate."""
        nap = 0.0
        while any(reads and thread != me for thread, reads in list(self._readers.items())):
            time.sleep(nap)
            nap = min(2 * nap + 1e-5, 1e-3)


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

    def keep(self, make: Callable[[], Any]) -> Any:
        """See `Store.keep`."""
        return self.store.keep(self.op, make)

    def shared(self, make: Callable[[], Any]) -> Any:
        """See `Store.shared`."""
        return self.store.shared(self.op, make)

    def wait_for(self, attempt: Attempt) -> Any:
        """What an attempt brings, once it does; meanwhile other runs go on."""
        return self.store.waits.outcome(attempt)

    def count(self) -> int:
        """How many times this op has run in this session, if it counts each of its runs by this."""
        return self.store.count(self.op)

    def bound(self, function: str, captured: Sequence[Any]) -> Any:
        """A function of the graph, by its name, with the values that it captured; for `calls`."""
        from flowgraph.engines.calls import Bound
        from flowgraph.ir.function import function_of

        return Bound(function_of(self.op.graph, function), captured)

    def calls(self) -> Any:
        """What the functions of one iterator are called in."""
        from flowgraph.engines.calls import Calls

        return Calls(self.store)

    def call(self, function: str, values: Sequence[Any]) -> list[Any]:
        """What a function of the graph gives for some values, within this run."""
        from flowgraph.engines.calls import called
        from flowgraph.ir.function import function_of

        return called(self.store, function_of(self.op.graph, function), values)

    def differentiate(self, function: str, values: Sequence[Any]) -> list[Any]:
        """The gradients of a function by its arguments; `values` are these and the gradients of what it returns."""
        from flowgraph.engines.calls import called, gradient_of

        return called(self.store, gradient_of(self.op.graph, function), values)
