"""Binds a Program to buffers: what each step becomes, and where each value lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from operator import setitem
from typing import Any

import numpy as np

from flowgraph.engines.base import world
from flowgraph.engines.numpy import chunks
from flowgraph.engines.numpy.bodies import BodyFunction
from flowgraph.engines.numpy.frame import Frame, Output
from flowgraph.engines.numpy.fused import FusedCall
from flowgraph.engines.numpy.insides import is_written
from flowgraph.engines.numpy.kernels import FORWARDS, KERNELS, UPDATES
from flowgraph.engines.numpy.kernels.calls import Call, Operand
from flowgraph.engines.numpy.memory import Plan
from flowgraph.engines.numpy.stacks import spared_stacks
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import DEAD, NEVER, READ, Step
from flowgraph.passes.fold import is_constant
from flowgraph.passes.fuse import FUSED


def bind(walker: ReferenceExecutable, plan: Plan) -> tuple[Frame, Plan]:
    """A frame for a Program with facts, which `walker` could walk, and the plan for the next one.

    That is the same plan, unless kernels turned out not to apply for which it had set memory aside.
    """
    binder = _Binder(walker, plan)
    frame = binder.frame()
    better = plan.without(binder.declined)
    return (frame, plan) if better is plan else (_Binder(walker, better).frame(), better)


class _Binder:
    """One binding in the making.

    Attributes:
      declined: the places of steps whose kernels do not apply.
    """

    def __init__(self, walker: ReferenceExecutable, plan: Plan) -> None:
        self.declined: list[int] = []
        self._memory = plan.memory()
        self._owner = walker
        self._program = walker.program
        self._known = walker.program.facts
        self._static: dict[int, Any] = {}  # arrays that are the same at every run
        self._slots: list[Any] = []  # values that are not
        self._slot_of: dict[int, int] = {}
        self._calls: list[Call] = []
        self._steps: list[Step] = []
        # what is left to a walk pushes and pops all
        written = all(is_written(step) for step in self._program.steps if step.bodies)
        self._spared = spared_stacks(self._program, self._known) if written else frozenset()

    def frame(self) -> Frame:
        """The frame."""
        program = self._program
        for number in program.feeds:
            self._slot(number)
        for place, (step, dead) in enumerate(zip(program.steps, self._owner.dead_after[id(program)], strict=True)):
            self._bind(step, place)
            for number in dead:
                self._let_go(step, number)
        outputs = self._bind_outputs()
        return Frame(program, self._calls, self._steps, self._slots, self._slot_of, self._static, outputs)

    # -- steps -----------------------------------------------------------------------------------------------

    def _slot(self, number: int) -> int:
        at = self._slot_of[number] = len(self._slots)
        self._slots.append(None)
        return at

    def _operand(self, number: int) -> Operand:
        at = self._slot_of.get(number)
        if at is not None:
            return Operand(self._known.get(number), None, at)
        return Operand(self._known.get(number), self._static[number], None)

    def _bind(self, step: Step, place: int) -> None:
        opdef = step.opdef
        if is_constant(step):
            self._static.update((number, np.asarray(self._known[number].value)) for number in step.outputs)
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
        if self._bind_update(step, operands) or self._bind_fused(step, place, operands):
            return
        if not self._bind_kernel(step, place, operands) and not self._bind_pieces(step, operands):
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
        source, *others = operands
        if source.array is None or any(operand.known is None or operand.known.value is None for operand in others):
            return False  # (a shape that lies in a buffer is not there yet)
        arrays = [source.array, *[operand.known.value for operand in others]]
        view = step.opdef.forward(np, *step.opdef.structure(arrays, step.attrs), **step.attrs)
        if not isinstance(view, np.ndarray) or (view.size and not np.shares_memory(view, source.array)):
            return False
        self._static[step.outputs[0]] = view
        return True

    def _bind_kernel(self, step: Step, place: int, operands: list[Operand]) -> bool:
        """A call that writes into buffers, where the plan has some for the step."""
        if not step.outputs or step.outputs[0] not in self._memory:
            return False
        memory = self._memory
        outs = [memory.array(n, self._known[n]) if n in memory else self._slot(n) for n in step.outputs]
        kernel, slots, single = KERNELS[step.opdef], self._slots, step.opdef.gives_one

        def ask(outs: Sequence[Any]) -> Call | None:
            return kernel(step, operands, outs[0] if single else tuple(outs), slots)

        call = ask(outs)
        if call is None:
            self.declined.append(place)
            return False
        fresh = [at for at, number in enumerate(step.outputs) if number in memory.fresh]
        buffers = {n: out for n, out in zip(step.outputs, outs, strict=True) if n in memory and n not in memory.fresh}
        self._static.update(buffers)
        self._add(step, *(self._anew(step, outs, fresh, ask) if fresh else call))
        return True

    def _anew(self, step: Step, outs: list[Any], fresh: list[int], ask: Callable[[Sequence[Any]], Call | None]) -> Call:
        """A call that asks the kernel at each run, with new arrays for what is to be the caller's own."""
        slots, lasting = self._slots, list(outs)
        made = []
        for at in fresh:
            made.append((at, self._slot(step.outputs[at]), partial(np.empty, outs[at].shape, outs[at].dtype)))
            lasting[at] = None

        def call() -> None:
            given = list(lasting)
            for at, slot, make in made:
                given[at] = slots[slot] = make()
            asked = ask(given)
            assert asked is not None  # it gave one before, for arrays of these shapes
            function, arguments = asked
            function(*arguments)

        return call, ()

    def _bind_update(self, step: Step, operands: list[Operand]) -> bool:
        """A call that changes variables in their buffers, where these are known."""
        update = UPDATES.get(step.opdef)
        call = None if update is None else update(step, operands, self._slots)
        if call is None:
            return False
        self._static.update((number, operands[0].array) for number in step.outputs)  # the variable itself
        self._add(step, *call)
        return True

    def _bind_fused(self, step: Step, place: int, operands: list[Operand]) -> bool:
        """Steps that go through their arrays together."""
        if step.opdef is not FUSED:
            return False
        slots, memory = self._slots, self._memory
        held = [memory.array(n, self._known[n]) if n in memory else None for n in step.outputs]
        self._static.update((n, array) for n, array in zip(step.outputs, held, strict=True) if array is not None)
        outs = [self._slot(n) for n, array in zip(step.outputs, held, strict=True) if array is None]
        compute = FusedCall(step, self._known, memory.scratch(place)).into(held)
        places = [(operand.slot, operand.array) for operand in operands]

        def call() -> None:
            made = compute(*[array if at is None else slots[at] for at, array in places])
            for at, value in zip(outs, made, strict=True):
                slots[at] = value

        self._add(step, call, ())
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
        attrs, forward, single = step.attrs, FORWARDS.get(opdef, opdef.forward), opdef.gives_one
        outs = [self._slot(number) for number in step.outputs]
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

        def call() -> None:
            for at, value in zip(outs, run([slots[at] for at in places]), strict=True):
                slots[at] = value

        self._add(step, call, ())

    def _add(self, step: Step, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._calls.append((function, arguments))
        self._steps.append(step)

    def _bind_outputs(self) -> list[Output]:
        """For each fetch: its slot or array, whether it is the caller's already, and its tensor for messages."""
        program = self._program
        times = Counter(program.fetches)
        fresh = {
            number
            for step in program.steps
            for number in step.outputs
            if times.get(number) == 1 and not step.opdef.alias and not step.bodies
            if step.opdef.effect in (Effect.NONE, Effect.RANDOM)
        }
        bound: list[Output] = []
        for number in program.fetches:
            tensor = program.tensors.get(number)
            at = self._slot_of.get(number)
            is_own = at is not None and number in fresh
            array = DEAD if number == NEVER else self._static.get(number)
            bound.append((at, array, is_own and self._is_array(number), tensor))
        return bound

    def _is_array(self, number: int) -> bool:
        """Whether a value is an array with axes for sure: 0-d arrays are handed out as numpy scalars."""
        sizes = self._known[number].sizes
        return sizes is not None and len(sizes) > 0

    def _let_go(self, step: Step, number: int) -> None:
        """A large value that lies in no buffer is forgotten after its last use, not at the end of the run."""
        at = self._slot_of.get(number)
        if at is not None and not self._known[number].is_small:
            self._add(step, setitem, (self._slots, at, None))


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
