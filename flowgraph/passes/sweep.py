"""One walk over all steps of a Program, first to last, into bodies where they stand.

A step is looked at when its inputs are as they will stay, and what it is replaced by counts for all steps after it. So
one walk does what is to be done, in time linear in the steps:

    a = f(x)          a = f(x)
    b = same(a)  ==>                    (b is called a from here on)
    c = g(b)          c = g(a)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flowgraph.ir.program import IF, NEVER, Program, Step
from flowgraph.passes.rewrite import same_items, used_values, with_bodies, with_inputs


class Sweep:
    """A walk over a Program; `visit` says what becomes of each step.

    Attributes:
      whole: the Program.
      names: for values that nothing uses any more, which ones stand for them.
    """

    def __init__(self, program: Program) -> None:
        self.whole = program
        self.names: dict[int, int] = {}

    def program(self) -> Program:
        """The Program after the walk; itself where nothing has changed."""
        return self.block(self.whole)

    def visit(self, step: Step) -> Step | None:
        """What stands in the place of a step, whose inputs and bodies are done already; None: nothing."""
        raise NotImplementedError

    def opened(self, step: Step) -> tuple[Sequence[Step], Sequence[int]] | None:  # noqa: ARG002
        """What stands in the place of an If or While whose way is known: steps, and which values are its outputs."""
        return None

    def enter(self, step: Step, body: Program) -> None:
        """Called before the steps of a body of an If or While."""

    def leave(self, step: Step) -> None:
        """Called after the last body of a step."""

    def rename(self, number: int, by: int) -> None:
        """From here on one value stands for another."""
        self.names[number] = by

    def block(self, block: Program) -> Program:
        """A block after the walk; what a body is fed is not looked at."""
        steps = self.steps(block.steps)
        names = self.names
        fetches = block.fetches
        if not names.keys().isdisjoint(fetches):
            fetches = tuple([names.get(number, number) for number in fetches])
        if fetches is block.fetches and same_items(steps, block.steps):
            return block
        return replace(block, steps=tuple(steps), fetches=fetches)

    def steps(self, steps: Sequence[Step]) -> list[Step]:
        """What becomes of steps that stand one after the other."""
        names, visit = self.names, self.visit
        gone = names.keys()
        done: list[Step] = []
        for step in steps:
            if step.bodies:
                opened = self.opened(step)
                if opened is not None:
                    inner, results = opened
                    done += self.steps(inner)
                    for number, result in zip(step.outputs, results):
                        self.rename(number, names.get(result, result))
                    continue
                step = self._with_bodies(step)
            elif not gone.isdisjoint(step.inputs):
                step = with_inputs(step, [names.get(number, number) for number in step.inputs])
            visited = visit(step)
            if visited is not None:
                done.append(visited)
        return done

    def _with_bodies(self, step: Step) -> Step:
        names = self.names
        inputs = tuple([names.get(number, number) for number in step.inputs])
        bodies = []
        for body in step.bodies:
            self.enter(step, body)
            bodies.append(self.block(body))
        self.leave(step)
        if inputs == step.inputs and same_items(bodies, step.bodies):
            return step
        return captured(step, inputs, bodies)


def captured(step: Step, inputs: Sequence[int], bodies: Sequence[Program]) -> Step:
    """An If or While with other bodies, which captures just what these use.

    Args:
      step: as it was.
      inputs: its inputs as they are called now; of those that are captured only the order matters.
      bodies: the new bodies, whose feeds do not matter (but for a loop's variables, which stay).
    """
    given = 1 if step.opdef is IF else len(step.outputs)
    wanted = [_from_outside(body) for body in bodies]
    if step.opdef is IF:
        outside = _in_order(inputs[given:], wanted[0] | wanted[1])
        bodies = [replace(body, feeds=outside) for body in bodies]
    else:
        condition, body = bodies
        variables = condition.feeds[:given]
        inside = {number for inner in condition.steps for number in inner.outputs}
        shared = _in_order(condition.fetches[1:], wanted[1] & inside)
        outside = _in_order(inputs[given:], (wanted[0] | wanted[1]).difference(variables, inside))
        feeds = (*variables, *outside)
        bodies = [
            replace(condition, feeds=feeds, fetches=(condition.fetches[0], *shared)),
            replace(body, feeds=(*feeds, *shared)),
        ]
    return with_bodies(with_inputs(step, (*inputs[:given], *outside)), tuple(bodies))


def _from_outside(block: Program) -> set[int]:
    """The values that a block uses and does not make."""
    made = {number for step in block.steps for number in step.outputs}
    return used_values(block) - made - {NEVER}


def _in_order(first: Sequence[int], numbers: set[int]) -> tuple[int, ...]:
    """Numbers in an order that does not depend on chance."""
    known = [number for number in dict.fromkeys(first) if number in numbers]
    return (*known, *sorted(numbers.difference(known)))
