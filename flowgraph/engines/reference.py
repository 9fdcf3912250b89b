"""The reference engine: one step after another, values freed when nothing needs them any more.

It is the meaning of every op: short, plain, and what the other engines are compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.engines import apart
from flowgraph.engines.base import collect, demand_variables, explain_failure, world
from flowgraph.engines.explain import Explanation, walked
from flowgraph.engines.store import Store
from flowgraph.ir.program import DEAD, NEVER, WHILE, Program, Step
from flowgraph.passes.facts import analyse
from flowgraph.passes.liveness import last_uses
from flowgraph.sizes import to_text


class ReferenceEngine:
    """The engine to compare others with: every op's own forward, step by step."""

    name = "REFERENCE"

    def compile(self, program: Program, store: Store) -> ReferenceExecutable:
        """Prepare a Program; there is little to prepare."""
        return ReferenceExecutable(program, store)


class ReferenceExecutable:
    """Walks a Program."""

    def __init__(self, program: Program, store: Store) -> None:
        self.program, self.store = program, store
        self._locks, self._changes = program.touches_state, program.changes_state
        self._waits_before = apart.waits_before(program)

    @cached_property
    def dead_after(self) -> dict[int, list[tuple[int, ...]]]:
        """For the Program and each body inside it (by id), the values that nothing needs after each step."""
        return {id(body): last_uses(body) for body in _bodies(self.program)}

    @np.errstate(all="ignore")  # (by half the time that `with` takes)
    def run(self, feeds: Sequence[Any]) -> list[Any]:
        """See `Executable.run`."""
        if not self._locks:
            return self._run(feeds)
        return self.store.in_turn(self._changes, self._run_with_variables, feeds)

    def _run_with_variables(self, feeds: Sequence[Any]) -> list[Any]:
        demand_variables(self.program, self.store)
        return self._run(feeds)

    def _run(self, feeds: Sequence[Any]) -> list[Any]:
        if self._waits_before is not None:
            return collect(self.program, self._walk_apart(self._waits_before, feeds))
        return collect(self.program, self._walk(self.program, feeds))

    def _walk_apart(self, masks: Sequence[int], feeds: Sequence[Any]) -> dict[int, Any]:
        """The same where several steps may have to wait for other runs, or for each other."""
        program, store = self.program, self.store

        def call(step: Step, inputs: list[Any]) -> Any:
            return self.run_bodies(step, inputs) if step.bodies else self._call(step, inputs, program)

        def begin(step: Step, inputs: list[Any]) -> Any:
            function = step.opdef.begin
            return self._result(step, inputs, program, function)

        def finish(waiting: apart.Waiting) -> Any:
            step = waiting.step
            result = self._result(step, waiting.inputs, program, lambda *_, **__: store.waits.outcome(waiting.attempt))
            return self._outputs(step, result)

        return apart.walk(program, masks, feeds, call, begin, finish, store.waits)

    def _walk(self, program: Program, feeds: Sequence[Any]) -> dict[int, Any]:
        values: dict[int, Any] = dict(zip(program.feeds, feeds, strict=True))
        for step, dead in zip(program.steps, self.dead_after[id(program)], strict=True):
            inputs = [values[i] for i in step.inputs]
            outputs = self.run_bodies(step, inputs) if step.bodies else self._call(step, inputs, program)
            values.update(zip(step.outputs, outputs, strict=True))
            for number in dead:
                del values[number]
        return values

    def explain(self, feed_shapes: Sequence[tuple[int, ...]]) -> Explanation:
        """What runs for feeds of these shapes, and what it takes.

        Raises:
          ValueError: a shape rule says that the run must fail.
        """
        facts = analyse(self.program, feed_shapes, self.store.cell)
        return walked(replace(self.program, facts=facts), self.store.cell, "REFERENCE", ())

    def run_bodies(self, step: Step, inputs: list[Any]) -> list[Any]:
        """Run an If or a While."""
        return self._run_loop(step, inputs) if step.opdef is WHILE else self._run_branch(step, inputs)

    def _run_loop(self, step: Step, inputs: list[Any]) -> list[Any]:
        """Run the body as long as the condition holds."""
        condition, body = step.bodies
        count = len(step.outputs)
        variables, captured = inputs[:count], inputs[count:]
        while True:
            values = self._walk(condition, [*variables, *captured])
            self.check_scalar(step, values[condition.fetches[0]])
            if not values[condition.fetches[0]]:
                return variables
            shared = [values[number] for number in condition.fetches[1:]]
            values = self._walk(body, [*variables, *captured, *shared])
            variables = [values[number] for number in body.fetches]

    def _run_branch(self, step: Step, inputs: list[Any]) -> list[Any]:
        """Run the branch that is taken; outputs that it does not make are dead."""
        self.check_scalar(step, inputs[0])
        taken = step.bodies[0] if inputs[0] else step.bodies[1]
        values = self._walk(taken, inputs[1:])
        return [DEAD if i == NEVER else values[i] for i in taken.fetches]

    def check_scalar(self, step: Step, predicate: Any) -> None:
        """Refuse a predicate with axes."""
        if np.ndim(predicate):
            line = f"The second input must be a scalar, but it has shape {to_text(np.shape(predicate))}"
            error = errors.InvalidArgumentError(None, None, line)
            raise explain_failure(error, step, [predicate], self.program, self.program.feeds)

    def _call(self, step: Step, inputs: list[Any], program: Program) -> Sequence[Any]:
        return self._outputs(step, self._result(step, inputs, program, step.opdef.forward))

    @staticmethod
    def _outputs(step: Step, result: Any) -> Sequence[Any]:
        if step.opdef.gives_one:
            return (result,)
        return result if step.outputs else ()

    def _result(self, step: Step, inputs: list[Any], program: Program, function: Any) -> Any:
        """What a function of a step gives; its errors are TF's."""
        opdef = step.opdef
        try:
            return function(world(step, self.store), *opdef.structure(inputs, step.attrs), **step.attrs)
        except Exception as error:  # noqa: BLE001  # an op may raise anything
            failure = explain_failure(error, step, inputs, program, self.program.feeds)
        raise failure from failure.__cause__


def _bodies(program: Program) -> list[Program]:
    return [program, *(body for step in program.walk() for body in step.bodies)]
