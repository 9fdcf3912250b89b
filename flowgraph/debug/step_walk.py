"""A Program walked so that whoever walks it decides when the next op runs.

The walk is the reference engine's, as a generator: it gives each op that is about to run, and is sent what that op
gave. The ops themselves run outside the generator. So one that fails, or that Ctrl-C strikes, is still about to run
afterwards, and all that ran before it can be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from flowgraph.engines.apart import Waiting
from flowgraph.engines.base import collect
from flowgraph.engines.reference import ReferenceExecutable
from flowgraph.ir.program import DEAD, NEVER, WHILE, Program, Step

Path = tuple[str, ...]
"""The loops and branches around a step, the outermost first: ("while, round 2: body", "cond: then")."""
Noted = Callable[[Program, Step | None, Sequence[int], Sequence[Any]], None]


class Turn:
    """A step whose turn it is.

    Attributes:
      step, inputs: what it is, and the values that it takes.
      program: the Program that it stands in, perhaps a body.
      path: the loops and branches around it.
      begins: whether to give the attempt that the step begins, instead of what it gives in the end.
    """

    __slots__ = ("begins", "inputs", "path", "program", "step")

    def __init__(self, step: Step, inputs: list[Any], program: Program, path: Path, begins: bool = False) -> None:
        self.step, self.inputs, self.program, self.path, self.begins = step, inputs, program, path, begins


Walk = Generator[Turn, Any, list[Any]]
_Values = Generator[Turn, Any, dict[int, Any]]
_Outputs = Generator[Turn, Any, list[Any]]


class SteppedExecutable(ReferenceExecutable):
    """A Program to be walked by somebody who looks on."""

    def walk(self, feeds: Sequence[Any], noted: Noted) -> Walk:
        """The walk; it returns the fetches.

        Args:
          feeds: a value for each feed of the Program.
          noted: called with what has a value now: (Program, the step that made it or None, value numbers, values).
        """
        if self._waits_before is not None:
            values = yield from self._steps_apart(self._waits_before, feeds, noted)
        else:
            values = yield from self._steps(self.program, feeds, (), noted)
        return collect(self.program, values)

    def perform(self, turn: Turn) -> Any:
        """Run the step whose turn it is; returns what to send to the walk."""
        function = turn.step.opdef.begin if turn.begins else turn.step.opdef.forward
        result = self._result(turn.step, turn.inputs, turn.program, function)
        return result if turn.begins else self._outputs(turn.step, result)

    def _steps(self, program: Program, feeds: Sequence[Any], path: Path, noted: Noted) -> _Values:
        values: dict[int, Any] = dict(zip(program.feeds, feeds, strict=True))
        noted(program, None, program.feeds, feeds)
        for step, dead in zip(program.steps, self.dead_after[id(program)], strict=True):
            inputs = [values[number] for number in step.inputs]
            outputs = yield from self._outputs_of(step, inputs, program, path, noted)
            values.update(zip(step.outputs, outputs, strict=True))
            for number in dead:
                del values[number]
        return values

    def _outputs_of(self, step: Step, inputs: list[Any], program: Program, path: Path, noted: Noted) -> _Outputs:
        if not step.bodies:
            outputs = yield Turn(step, inputs, program, path)
        elif step.opdef is WHILE:
            outputs = yield from self._loop(step, inputs, path, noted)
        else:
            outputs = yield from self._branch(step, inputs, path, noted)
        noted(program, step, step.outputs, outputs)
        return list(outputs)

    def _loop(self, step: Step, inputs: list[Any], path: Path, noted: Noted) -> _Outputs:
        condition, body = step.bodies
        count = len(step.outputs)
        variables, captured = inputs[:count], inputs[count:]
        name, number = _frame(condition, step), 0
        while True:
            number += 1
            inside = f"{name}, round {number}"
            values = yield from self._steps(condition, [*variables, *captured], (*path, f"{inside}: condition"), noted)
            self.check_scalar(step, values[condition.fetches[0]])
            if not values[condition.fetches[0]]:
                return variables
            shared = [values[fetch] for fetch in condition.fetches[1:]]
            given = [*variables, *captured, *shared]
            values = yield from self._steps(body, given, (*path, f"{inside}: body"), noted)
            variables = [values[fetch] for fetch in body.fetches]

    def _branch(self, step: Step, inputs: list[Any], path: Path, noted: Noted) -> _Outputs:
        self.check_scalar(step, inputs[0])
        taken = step.bodies[0] if inputs[0] else step.bodies[1]
        inside = f"{_scope(step.op.name)}: {'then' if inputs[0] else 'else'}"
        values = yield from self._steps(taken, inputs[1:], (*path, inside), noted)
        return [DEAD if fetch == NEVER else values[fetch] for fetch in taken.fetches]

    def _steps_apart(self, masks: Sequence[int], feeds: Sequence[Any], noted: Noted) -> _Values:
        """The same where several steps may have to wait, for other runs or for each other; see `apart.walk`."""
        program, waits = self.program, self.store.waits
        values: dict[int, Any] = dict(zip(program.feeds, feeds, strict=True))
        noted(program, None, program.feeds, feeds)
        pending: dict[int, Waiting] = {}  # by the bit of the step
        todo = list(range(len(program.steps)))
        try:
            while todo or pending:
                held = []
                for place in todo:
                    step = program.steps[place]
                    if masks[place] & sum(pending):
                        held.append(place)
                        continue
                    inputs = [values[number] for number in step.inputs]
                    if step.opdef.begin is None:
                        outputs = yield from self._outputs_of(step, inputs, program, (), noted)
                        values.update(zip(step.outputs, outputs, strict=True))
                        continue
                    waiting = Waiting(step, inputs, (yield Turn(step, inputs, program, (), begins=True)))
                    if waiting.attempt.done:
                        self._end(waiting, values, noted)
                    else:
                        pending[1 << place] = waiting
                todo = held
                if pending:
                    first = waits.first_of([waiting.attempt for waiting in pending.values()])
                    bit = next(bit for bit, waiting in pending.items() if waiting.attempt is first)
                    self._end(pending.pop(bit), values, noted)
        finally:
            for waiting in pending.values():
                waiting.attempt.cancel()
        return values

    def _end(self, waiting: Waiting, values: dict[int, Any], noted: Noted) -> None:
        """Take what a step has waited for."""
        step, waits = waiting.step, self.store.waits
        result = self._result(step, waiting.inputs, self.program, lambda *_, **__: waits.outcome(waiting.attempt))
        outputs = self._outputs(step, result)
        values.update(zip(step.outputs, outputs, strict=True))
        noted(self.program, step, step.outputs, outputs)


def _scope(name: str) -> str:
    return name.rpartition("/")[0] or name


def _frame(condition: Program, step: Step) -> str:
    """The name of a loop: that of its frame."""
    variable = condition.tensors.get(condition.feeds[0]) if condition.feeds else None
    enter = variable.op.inputs[0].op if variable is not None and variable.op.inputs else step.op
    return _scope(enter.attrs.get("frame_name") or step.op.name)
