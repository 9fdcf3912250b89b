"""The numpy engine: a flat list of prebound calls into preallocated buffers.

For each set of feed shapes the Program is bound once: what is known of its values (`abstract.py`) drops the shape
arithmetic, views are taken in advance, and steps with a kernel (`numpy_kernels.py`) write into buffers that are
shared by values whose lives do not overlap. A run is then

    for function, arguments in calls: function(*arguments)

A bound frame belongs to one run at a time; runs borrow frames from a pool, so any number of threads may run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from operator import length_hint, setitem
from typing import Any

import numpy as np

from flowgraph.dtypes import resource
from flowgraph.engines import chunks
from flowgraph.engines.abstract import Known, analyse
from flowgraph.engines.base import explain_failure, own, world
from flowgraph.engines.bodies import BodyFunction
from flowgraph.engines.insides import is_written
from flowgraph.engines.numpy_kernels import KERNELS, Call, Operand
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.engines.stacks import spared_stacks
from flowgraph.engines.store import Store
from flowgraph.ir.opdef import Effect
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.program import DEAD, NEVER, READ, Program, Step

_SHAPES_KEPT = 16


class NumpyEngine:
    """The default engine: numpy's functions, bound to buffers once for each set of feed shapes."""

    name = "NUMPY"

    def compile(self, program: Program, store: Store) -> NumpyExecutable:
        """Prepare a Program; the binding itself waits for the first feeds of each shape."""
        return NumpyExecutable(program, store)


class NumpyExecutable(ReferenceExecutable):
    """Keeps frames for the feed shapes seen last, and lends one to each run; where there can be none, it walks."""

    def __init__(self, program: Program, store: Store) -> None:
        super().__init__(program, store)
        # a variable that takes another shape gets another buffer in the midst of the run
        self._moves = any(step.opdef.moves is not None and step.opdef.moves(step.op) for step in program.walk())
        # a function may be given handles, which have no shapes
        self._moves |= any(program.tensors[i].dtype is resource for i in program.feeds if i in program.tensors)
        self._frames: OrderedDict[Any, list[Frame]] = OrderedDict()

    def _run(self, feeds: Sequence[Any]) -> list[Any]:
        if self._moves or self._waits_before is not None:
            return super()._run(feeds)
        key = (self.store.version, *[feed.shape for feed in feeds])
        pool = self._frames.get(key)
        if pool is None:
            pool = self._frames[key] = []
            while len(self._frames) > _SHAPES_KEPT:
                self._frames.popitem(last=False)
        try:
            frame = pool.pop()
        except IndexError:
            frame = None
        if frame is None:  # (not in the block above: its exception would stand in the traceback of a failed op)
            frame = self._bound(feeds)
        if frame is None:
            return super()._run(feeds)
        try:
            return frame.run(feeds)
        finally:
            frame.forget()
            pool.append(frame)

    def _bound(self, feeds: Sequence[Any]) -> Frame | None:
        """A new frame; None where a shape rule foresees an error, which a walk meets at its place and reports."""
        with collector_paused(), suppress(ValueError):
            return Frame(self, analyse(self.program, [feed.shape for feed in feeds], self.store))
        return None


class Frame:
    """One binding of a Program: its buffers, its calls, and the values of the current run that are not in buffers."""

    def __init__(self, executable: NumpyExecutable, known: dict[int, Known]) -> None:
        self._owner = executable
        self._known = known
        self._static: dict[int, Any] = {}  # arrays that are the same at every run
        self._slots: list[Any] = []  # values that are not
        self._slot_of: dict[int, int] = {}
        self._calls: list[Call] = []
        self._steps: list[Step] = []
        self._free: dict[int, list[np.ndarray]] = {}
        self._roots: dict[int, tuple[np.ndarray, ...]] = {}  # value -> the buffers that it is, or may be a view of
        self._uses: dict[int, int] = {}  # id of such a buffer -> how many live values lie in it
        program = executable.program
        self._fetched = set(program.fetches)
        # what is left to a walk pushes and pops all
        written = all(is_written(step) for step in program.steps if step.bodies)
        self._spared = spared_stacks(program, known) if written else frozenset()
        for number in program.feeds:
            self._slot(number)
        for step, dead in zip(program.steps, executable.dead_after[id(program)], strict=True):
            self._bind(step)
            for number in dead:
                self._release(number)
                self._let_go(step, number)
        self._blank = list(self._slots)
        self._outputs = self._bind_outputs()

    # -- running ---------------------------------------------------------------------------------------------

    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """Make all calls, given arrays of the shapes that the frame was bound for; the fetches are the caller's own."""
        slots = self._slots
        slots[: len(feeds)] = feeds
        calls = iter(self._calls)
        try:
            for function, arguments in calls:
                function(*arguments)
        except Exception as error:  # noqa: BLE001  # an op may raise anything
            step = self._steps[len(self._calls) - length_hint(calls) - 1]
            values = [self._value(number) for number in step.inputs]
            program = self._owner.program
            failure = explain_failure(error, step, values, program, program.feeds)
            raise failure from failure.__cause__
        return [slots[at] if fresh else own(slots[at] if at is not None else array, tensor, self._owner.program)
                for at, array, fresh, tensor in self._outputs]  # fmt: skip

    def forget(self) -> None:
        """Let go of the values of the last run."""
        self._slots[:] = self._blank

    def _value(self, number: int) -> Any:
        at = self._slot_of.get(number)
        return self._static.get(number) if at is None else self._slots[at]

    # -- binding ---------------------------------------------------------------------------------------------

    def _slot(self, number: int) -> int:
        at = self._slot_of[number] = len(self._slots)
        self._slots.append(None)
        return at

    def _operand(self, number: int) -> Operand:
        at = self._slot_of.get(number)
        if at is not None:
            return Operand(self._known.get(number), None, at)
        return Operand(self._known.get(number), self._static[number], None)

    def _bind(self, step: Step) -> None:
        opdef = step.opdef
        facts = [self._known[number] for number in step.outputs]
        if opdef.effect is Effect.NONE and facts and all(fact.value is not None for fact in facts):
            for number, fact in zip(step.outputs, facts, strict=True):
                self._static[number] = np.asarray(fact.value)
            return
        if opdef.effect is Effect.STATE:
            self._static[step.outputs[0]] = opdef.forward(world(step, self._owner.store), **step.attrs)
            return
        if opdef is READ and self._bind_read(step):
            return
        if step.bodies:
            self._bind_bodies(step)
            return
        operands = [self._operand(number) for number in step.inputs]
        if opdef.alias and opdef.effect is Effect.NONE and self._bind_view(step, operands):
            return
        if not self._bind_kernel(step, operands) and not self._bind_pieces(step, operands):
            self._bind_forward(step, operands)

    def _bind_read(self, step: Step) -> bool:
        """A variable's buffer stays the same array as long as the store's version does."""
        cell = self._static.get(step.inputs[0])
        if cell is None or cell.array is None:
            return False
        self._static[step.outputs[0]] = cell.array
        return True

    def _bind_view(self, step: Step, operands: list[Operand]) -> bool:
        """An op whose output is its input in another shape needs no call when the input is always the same array."""
        source = operands[0]
        if source.array is None or any(operand.array is None for operand in operands):
            return False
        arrays = [operand.array for operand in operands]
        view = step.opdef.forward(np, *step.opdef.structure(arrays, step.attrs), **step.attrs)
        if not isinstance(view, np.ndarray) or (view.size and not np.shares_memory(view, source.array)):
            return False
        self._static[step.outputs[0]] = view
        self._hold(step.outputs[0], self._roots.get(step.inputs[0], ()))
        return True

    def _bind_kernel(self, step: Step, operands: list[Operand]) -> bool:
        """A call that writes into a buffer, where there is a kernel and the shape is known."""
        kernel = KERNELS.get(step.opdef)
        number = step.outputs[0] if step.outputs else None
        if kernel is None or number is None or number in self._fetched or not self._known[number].is_full:
            return False
        fact = self._known[number]
        if fact.dtype is None or fact.dtype.np.kind not in "biufc":
            return False
        buffer = self._buffer(fact.sizes, fact.dtype.np)  # type: ignore[arg-type]
        call = kernel(step, operands, buffer, self._slots)
        if call is None:
            self._give_back(buffer)
            return False
        self._static[number] = buffer
        self._hold(number, (buffer,))
        self._add(step, *call)
        return True

    def _bind_pieces(self, step: Step, operands: list[Operand]) -> bool:
        """A large op that takes long is done in pieces."""
        compute = chunks.in_pieces(step, self._known[step.outputs[0]]) if step.outputs else None
        if compute is None:
            return False
        slots, out = self._slots, self._slot(step.outputs[0])

        def call() -> None:
            slots[out] = compute([o.array if o.slot is None else slots[o.slot] for o in operands])

        self._add(step, call, ())
        return True

    def _bind_forward(self, step: Step, operands: list[Operand]) -> None:
        """Any op: call its own forward and keep what it returns."""
        opdef, slots = step.opdef, self._slots
        first = world(step, self._owner.store)
        attrs, forward, single = step.attrs, opdef.forward, opdef.gives_one
        outs = [self._slot(number) for number in step.outputs]
        if opdef.alias:
            self._hold(step.outputs[0], self._roots.get(step.inputs[0], ()))
        if single and not opdef.lists and len(operands) in (1, 2):
            self._add(step, *_quick(partial(forward, **attrs) if attrs else forward, first, operands, outs[0], slots))
            return
        places = [(operand.slot, operand.array) for operand in operands]

        def call() -> None:
            values = [array if at is None else slots[at] for at, array in places]
            result = forward(first, *(opdef.structure(values, attrs) if opdef.lists else values), **attrs)
            if single:
                slots[outs[0]] = result
            else:
                for at, value in zip(outs, result, strict=False):
                    slots[at] = value

        self._add(step, call, ())

    def _bind_bodies(self, step: Step) -> None:
        """Branches and loops are compiled to one function."""
        function = BodyFunction(self._owner, self._known, self._static, step, self._spared)
        run, slots = function.run, self._slots
        places = [self._slot_of[number] for number in function.inputs]
        outs = [self._slot(number) for number in step.outputs]
        captured = tuple(buffer for number in step.inputs for buffer in self._roots.get(number, ()))
        for number in step.outputs:  # a branch may hand out what it was given
            self._hold(number, captured)

        def call() -> None:
            for at, value in zip(outs, run([slots[at] for at in places]), strict=True):
                slots[at] = value

        self._add(step, call, ())

    def _add(self, step: Step, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._calls.append((function, arguments))
        self._steps.append(step)

    def _bind_outputs(self) -> list[Any]:
        """For each fetch: its slot or array, whether it is the caller's already, and its tensor for messages."""
        program = self._owner.program
        fresh = {
            number
            for step in program.steps
            if not step.opdef.alias and not step.bodies and step.opdef.effect in (Effect.NONE, Effect.RANDOM)
            for number in step.outputs
        }
        bound = []
        for number in program.fetches:
            tensor = program.tensors.get(number)
            at = self._slot_of.get(number)
            is_own = at is not None and number in fresh and program.fetches.count(number) == 1
            array = DEAD if number == NEVER else self._static.get(number)
            bound.append((at, array, is_own and self._is_array(number), tensor))
        return bound

    def _is_array(self, number: int) -> bool:
        """Whether a value is an array with axes for sure: 0-d arrays are handed out as numpy scalars."""
        sizes = self._known[number].sizes
        return sizes is not None and len(sizes) > 0

    # -- buffers ---------------------------------------------------------------------------------------------

    def _buffer(self, sizes: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
        """An array in memory that nothing lives in any more, or in new memory."""
        need = max(1, int(np.prod(sizes, dtype=np.int64)) * dtype.itemsize)
        waiting = self._free.get(need)
        raw = waiting.pop() if waiting else np.empty(need, np.uint8)
        return np.ndarray(sizes, dtype, raw)

    def _hold(self, number: int, buffers: tuple[np.ndarray, ...]) -> None:
        if buffers:
            self._roots[number] = buffers
            for buffer in buffers:
                self._uses[id(buffer)] = self._uses.get(id(buffer), 0) + 1

    def _release(self, number: int) -> None:
        """A value is dead: its buffer is free once no view of it lives."""
        for buffer in self._roots.pop(number, ()):
            self._uses[id(buffer)] -= 1
            if self._uses[id(buffer)] == 0:
                self._give_back(buffer)

    def _let_go(self, step: Step, number: int) -> None:
        """A large value that lies in no buffer is forgotten after its last use, not at the end of the run."""
        at = self._slot_of.get(number)
        if at is not None and not self._known[number].is_small:
            self._add(step, setitem, (self._slots, at, None))

    def _give_back(self, buffer: np.ndarray) -> None:
        raw = buffer.base
        assert isinstance(raw, np.ndarray)
        self._free.setdefault(raw.size, []).append(raw)


def _quick(forward: Callable[..., Any], first: Any, operands: list[Operand], out: int, slots: list[Any]) -> Call:
    """A shorter call for one or two operands, none of them in lists."""
    if len(operands) == 1:
        (a,) = operands
        if a.slot is None:
            array = a.array

            def constant_one() -> None:
                slots[out] = forward(first, array)

            return constant_one, ()
        at = a.slot

        def one() -> None:
            slots[out] = forward(first, slots[at])

        return one, ()
    a, b = operands
    if a.slot is not None and b.slot is not None:
        left, right = a.slot, b.slot

        def two() -> None:
            slots[out] = forward(first, slots[left], slots[right])

        return two, ()

    def mixed() -> None:
        x = a.array if a.slot is None else slots[a.slot]
        y = b.array if b.slot is None else slots[b.slot]
        slots[out] = forward(first, x, y)

    return mixed, ()
