"""If and While in the numpy engine: each becomes one Python function, written when a frame is bound.

A loop runs its body often, so nothing is looked up in it: values are local variables, constants and functions are
global ones, and scalars are computed by Python's operators on numpy's scalars, which take a tenth of a ufunc's time:

    v7 = v3                              i' = While(i, x; while: i < 10, do: i + 1, x * y)
    v8 = v5
    while True:
        v9 = v7 < c0
        if not v9: break
        v10 = v7 + c1
        f2(v8, c3, c4)                   (an array: multiplied into the buffer c4)
        v7, v8 = v10, c4

Each step has a line of its own: the line at which a run fails tells the step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

import numpy as np

from flowgraph.engines.base import explain_failure, world
from flowgraph.engines.numpy.fused import FusedCall, scratch_size
from flowgraph.engines.numpy.insides import DEEPEST, is_long, kept_values
from flowgraph.engines.numpy.kernels import FORWARDS, KERNELS
from flowgraph.engines.numpy.kernels.calls import Operand
from flowgraph.engines.numpy.scalars import scalar_expression
from flowgraph.engines.numpy.stacks import expression
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.ir.known import Known
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import DEAD, NEVER, READ, VIEW, WHILE, Program, Step
from flowgraph.ops import identity
from flowgraph.ops.reduction import SUM
from flowgraph.ops.reshape import RESHAPE
from flowgraph.ops.stack import STACK_POP, STACK_PUSH
from flowgraph.passes.fold import is_constant
from flowgraph.passes.fuse import FUSED
from flowgraph.passes.liveness import last_uses

_STACKS = (STACK_PUSH, STACK_POP)
_SAME = (identity.IDENTITY, identity.REF_IDENTITY, identity.STOP_GRADIENT, identity.PREVENT_GRADIENT, VIEW)


class BodyFunction:
    """An If or While step as a function of those of its inputs that are not always the same array.

    Attributes:
      inputs: the numbers of the values that it takes.
    """

    def __init__(
        self,
        owner: ReferenceExecutable,
        known: Mapping[int, Known],
        arrays: Mapping[int, Any],
        step: Step,
        spared: frozenset[int],
    ) -> None:
        self._owner = owner
        self.inputs = tuple(dict.fromkeys(number for number in step.inputs if number not in arrays))
        writer = _Writer(owner, known, dict(arrays), self.inputs, spared)
        writer.put(step)
        outputs = ", ".join(writer.name(number) for number in step.outputs)
        writer.line(f"return ({outputs}{',' if step.outputs else ''})")
        self._steps, self._names = writer.steps, writer.names
        source = "\n".join([f"def run({', '.join(writer.names[n] for n in self.inputs)}):", *writer.lines])
        exec(compile(source, f"<{step.op.name}>", "exec"), writer.scope)  # noqa: S102  # nothing in it is the user's
        self._scope = writer.scope
        self._run = writer.scope.pop("run")  # it holds the scope: lest they hold each other
        self._code: CodeType = self._run.__code__

    def run(self, values: Sequence[Any]) -> Sequence[Any]:
        """The outputs of the step."""
        try:
            outputs: Sequence[Any] = self._run(*values)
        except Exception as error:  # noqa: BLE001  # an op may raise anything
            failure = self._explained(error)
        else:
            return outputs
        raise failure from failure.__cause__

    def _explained(self, error: Exception) -> Exception:
        place = error.__traceback__
        while place is not None and place.tb_frame.f_code is not self._code:
            place = place.tb_next
        step = self._steps.get(place.tb_lineno) if place is not None else None
        if place is None or step is None:
            return error
        there = {**self._scope, **place.tb_frame.f_locals}
        values = [there.get(self._names.get(number, "")) for number in step.inputs]
        program = self._owner.program
        return explain_failure(error, step, values, program, program.feeds)


class _Writer:
    """Writes the function.

    Attributes:
      lines: its lines; the first is line 2 of the source.
      steps: which step stands in which line.
      names: the name of each value.
      scope: the values of the names that are global.
    """

    def __init__(
        self,
        owner: ReferenceExecutable,
        known: Mapping[int, Known],
        arrays: dict[int, Any],
        inputs: Sequence[int],
        spared: frozenset[int],
    ) -> None:
        self._owner, self._known, self._arrays, self._spared = owner, known, arrays, spared
        self.lines: list[str] = []
        self.steps: dict[int, Step] = {}
        self.names = {number: f"v{number}" for number in inputs}
        self.scope: dict[str, Any] = {"np": np, "DEAD": DEAD}
        self._slots: list[Any] = []
        self._depth = 1
        self._kept: Counter[int] = Counter()
        self._turns: dict[int, str] = {}  # large values of loop variables -> what tells odd iterations from even ones
        self._live: dict[str, int] = {}  # how many values that something still needs have a name
        self._fresh: set[str] = set()  # names of arrays that nothing will write into
        self._in_buffers: set[int] = set()  # values that lie in buffers of their own, of steps in this function

    # -- lines and names -------------------------------------------------------------------------------------

    def line(self, text: str, step: Step | None = None) -> None:
        """Write a line; `step`: what it computes."""
        self.lines.append("    " * self._depth + text)
        if step is not None:
            self.steps[len(self.lines) + 1] = step

    def constant(self, value: Any) -> str:
        """A name for what is the same at every run."""
        name = f"c{len(self.scope)}"
        self.scope[name] = value
        return name

    def name(self, number: int) -> str:
        """The name of a value."""
        if number == NEVER:
            return "DEAD"
        found = self.names.get(number)
        if found is None:
            array, value = self._arrays[number], self._known[number].value
            is_number = isinstance(array, np.ndarray) and array.ndim == 0 and array.dtype.kind in "biufc"
            # a buffer is no constant: its entry changes, and what is known to come may not be in it yet
            found = self.constant(np.asarray(value, array.dtype)[()] if is_number and value is not None else array)
            self.names[number] = found
        return found

    def _make(self, number: int) -> str:
        name = self.names[number] = f"v{number}"
        return name

    # -- steps -----------------------------------------------------------------------------------------------

    def put(self, step: Step) -> None:
        """Write an If or While."""
        if is_long(step):
            self._walked(step)
            return
        self._kept = kept_values(step)
        self._put_bodies(step)

    def _put_bodies(self, step: Step) -> None:
        if self._depth > DEEPEST:
            self._walked(step)
        elif step.opdef is WHILE:
            self._put_loop(step)
        else:
            self._put_branches(step)

    def _walked(self, step: Step) -> None:
        """Leave a step to the reference engine."""
        inputs = ", ".join(self.name(number) for number in step.inputs)
        outputs = "".join(f"{self._make(number)}, " for number in step.outputs)
        self.line(f"{outputs + '= ' if outputs else ''}{self.constant(self._owner.run_bodies)}"
                  f"({self.constant(step)}, [{inputs}])", step)  # fmt: skip

    def _put_loop(self, step: Step) -> None:
        condition, body = step.bodies
        variables = condition.feeds[: len(step.outputs)]
        for number, initial in zip(variables, step.inputs, strict=False):
            source = self.name(initial)
            self.line(f"{self._make(number)} = {source}{'[()]' if self._is_scalar(number) else ''}")
        turn = f"odd{self._depth}"
        self._turns.update(dict.fromkeys(self._values_in_turn(step), turn))
        if turn in self._turns.values():
            self.line(f"{turn} = False")
        self.line("while True:")
        self._depth += 1
        self._put_steps(condition, {condition.fetches[0]})
        self._check_scalar(step, condition.fetches[0])
        self.line(f"if not {self.name(condition.fetches[0])}: break")
        self._put_steps(body, set())
        pairs = [(self.names[n], self.name(f)) for n, f in zip(variables, body.fetches, strict=True)]
        pairs = [pair for pair in pairs if pair[0] != pair[1]]
        if pairs:
            self.line(", ".join(a for a, _ in pairs) + " = " + ", ".join(b for _, b in pairs))
        if turn in self._turns.values():
            self.line(f"{turn} = not {turn}")
        self._depth -= 1
        for number, variable in zip(step.outputs, variables, strict=True):
            self.names[number] = self.names[variable]

    def _values_in_turn(self, step: Step) -> list[int]:
        """Large next values of a loop's variables that nothing uses after the next iteration: two buffers suffice."""
        _, body = step.bodies
        made = {number for inner in body.steps if not inner.bodies for number in inner.outputs}
        rows = zip(body.feeds, body.fetches, step.outputs, strict=False)
        return [
            following
            for variable, following, final in rows
            if following in made
            and self._kept[following] == 1
            and not (self._kept[variable] or self._kept[final] or self._known[following].is_small)
        ]

    def _put_branches(self, step: Step) -> None:
        predicate = step.inputs[0]
        self._check_scalar(step, predicate)
        for word, body in zip((f"if {self.name(predicate)}:", "else:"), step.bodies, strict=True):
            self.line(word)
            self._depth += 1
            self._put_steps(body, set())
            for number, result in zip(step.outputs, body.fetches, strict=True):
                self.line(f"v{number} = {self.name(result)}")
            self.line("pass")
            self._depth -= 1
        for number in step.outputs:
            self._make(number)

    def _check_scalar(self, step: Step, number: int) -> None:
        if self._known[number].sizes != ():
            self.line(f"{self.constant(self._owner.check_scalar)}({self.constant(step)}, {self.name(number)})")

    def _put_steps(self, program: Program, needed: set[int]) -> None:
        """Write the steps of a body; large values that it makes are let go after their last use."""
        made: set[int] = set()
        for step, dead in zip(program.steps, last_uses(program), strict=True):
            if step.bodies:
                self._put_bodies(step)
            else:
                self._put(step)
            made.update(step.outputs)
            for number in step.outputs:
                self._live[self.names.get(number, "")] = self._live.get(self.names.get(number, ""), 0) + 1
            self._let_go([number for number in dead if number in made and number not in needed])

    def _let_go(self, numbers: Sequence[int]) -> None:
        gone = []
        for number in numbers:
            name = self.names.get(number, "")
            self._live[name] = self._live.get(name, 1) - 1
            if name == f"v{number}" and self._live[name] == 0 and not self._known[number].is_small:
                gone.append(name)
        if gone:
            self.line("del " + ", ".join(gone))

    def _is_scalar(self, number: int) -> bool:
        fact = self._known[number]
        return fact.sizes == () and fact.dtype is not None and fact.dtype.np.kind in "biufc"

    def _put(self, step: Step) -> None:
        opdef = step.opdef
        facts = [self._known[number] for number in step.outputs]
        if is_constant(step):
            self._arrays.update((number, np.asarray(self._known[number].value)) for number in step.outputs)
        elif opdef.effect is Effect.STATE and opdef.role is None and not step.inputs and self._is_variable(step):
            self._arrays[step.outputs[0]] = opdef.forward(world(step, self._owner.store), **step.attrs)
        elif opdef in _SAME or self._changes_nothing(step):
            self._rename(step)
        elif opdef in _STACKS and step.inputs[0] in self._spared:
            self._arrays[step.outputs[0]] = np.asarray(facts[0].value)
        elif opdef is FUSED:
            self._put_fused(step)
        elif not (self._put_read(step) or self._put_scalar(step) or self._put_array(step) or self._put_kernel(step)):
            self._put_forward(step)

    @staticmethod
    def _is_variable(step: Step) -> bool:
        return step.op.outputs[0].dtype.is_ref

    def _changes_nothing(self, step: Step) -> bool:
        """Whether a reshape keeps the shape, or a sum has no axes: as gradients have them for what might broadcast."""
        if step.opdef not in (RESHAPE, SUM) or self._kept[step.outputs[0]]:
            return False
        source, axes = (self._known[number] for number in step.inputs)
        if step.opdef is SUM:
            # (not of a variable, which may change while the sum must not)
            return axes.value is not None and not axes.value.size and step.inputs[0] in self._in_buffers
        return source.is_full and source.sizes == self._known[step.outputs[0]].sizes

    def _rename(self, step: Step) -> None:
        source, number = step.inputs[0], step.outputs[0]
        if source in self._in_buffers:
            self._in_buffers.add(number)
        if source in self._arrays:
            self._arrays[number] = self._arrays[source]
        else:
            self.names[number] = self.names[source]

    def _put_read(self, step: Step) -> bool:
        """A variable's buffer stays the same array as long as the store's version does."""
        cell = self._arrays.get(step.inputs[0]) if step.opdef is READ else None
        if cell is None or cell.array is None:
            return False
        self._arrays[step.outputs[0]] = cell.array
        return True

    def _put_scalar(self, step: Step) -> bool:
        facts = [self._known[number] for number in (*step.inputs, *step.outputs)]
        text = scalar_expression(step, facts, [self.name(number) for number in step.inputs], self.constant)
        if text is None:
            return False
        self.line(f"{self._make(step.outputs[0])} = {text}", step)
        return True

    def _put_array(self, step: Step) -> bool:
        """A push, a pop, or a TensorArray's write."""
        text = expression(step, [self.name(number) for number in step.inputs], self._fresh, self.constant)
        if text is None:
            return False
        self.line(f"{self._make(step.outputs[0])} = {text}", step)
        return True

    def _put_kernel(self, step: Step) -> bool:
        """A call that writes into a buffer, if the value is not used beyond the iteration."""
        kernel = KERNELS.get(step.opdef)
        number = step.outputs[0] if step.outputs else NEVER
        fact = self._known.get(number)
        turn = self._turns.get(number)
        if kernel is None or fact is None or not fact.is_full or fact.dtype is None or not step.opdef.gives_one:
            return False
        if self._kept[number] and turn is None:
            return False
        if fact.dtype.np.kind not in "biufc" or not fact.sizes:
            return False
        operands, assignments = [], []
        for source in step.inputs:
            if source in self._arrays:
                operands.append(Operand(self._known[source], self._arrays[source], None))
            else:
                assignments.append(f"slots[{len(self._slots)}] = {self.name(source)}; ")
                operands.append(Operand(self._known[source], None, len(self._slots)))
                self._slots.append(None)
        self.scope["slots"] = self._slots
        buffers, texts = [], []
        for _ in range(1 if turn is None else 2):
            buffer = np.empty(fact.sizes, fact.dtype.np)  # type: ignore[type-var]  # no None is left
            call = kernel(step, operands, buffer, self._slots)
            if call is None:
                return False
            buffers.append(buffer)
            texts.append(f"{self.constant(call[0])}({', '.join(self.constant(argument) for argument in call[1])})")
        if turn is None:
            self.line("".join(assignments) + texts[0], step)
            self._arrays[number] = buffers[0]
            self._in_buffers.add(number)
        else:
            self.line(f"{''.join(assignments)}{texts[0]} if {turn} else {texts[1]}", step)
            first, second = (self.constant(buffer) for buffer in buffers)
            self.line(f"{self._make(number)} = {first} if {turn} else {second}")
        return True

    def _put_fused(self, step: Step) -> None:
        """Steps that go through their arrays together."""
        fused = FusedCall(step, self._known, np.empty(scratch_size(step, self._known), np.uint8))
        held = [None if self._kept[n] else np.empty(*made) for n, made in zip(step.outputs, fused.outputs)]
        inputs = ", ".join(self.name(number) for number in step.inputs)
        fresh = [self._make(n) for n, buffer in zip(step.outputs, held, strict=True) if buffer is None]
        self._fresh.update(fresh)
        self.line(f"{''.join(f'{name}, ' for name in fresh)}{'= ' if fresh else ''}{self.constant(fused.into(held))}"
                  f"({inputs})", step)  # fmt: skip
        for number, buffer in zip(step.outputs, held, strict=True):
            if buffer is not None:
                self._arrays[number] = buffer
                self._in_buffers.add(number)

    def _put_forward(self, step: Step) -> None:
        """Any op: call its own forward."""
        opdef = step.opdef
        given = opdef.structure([self.name(number) for number in step.inputs], step.attrs)
        texts = [f"[{', '.join(item)}]" if isinstance(item, list) else item for item in given]
        first = "np" if opdef.effect is Effect.NONE else self.constant(world(step, self._owner.store))
        attrs = f", **{self.constant(step.attrs)}" if step.attrs else ""
        call = f"{self.constant(FORWARDS.get(opdef, opdef.forward))}({', '.join([first, *texts])}{attrs})"
        outputs = [self._make(number) for number in step.outputs]
        if opdef.effect is Effect.NONE and not opdef.alias:
            self._fresh.update(outputs)
        if opdef.gives_one:
            self.line(f"{outputs[0]} = {call}", step)
        elif outputs:
            self.line(f"{', '.join(outputs)}, = {call}", step)
        else:
            self.line(call, step)
