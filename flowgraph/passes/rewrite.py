"""What passes are made of: a Program with other steps, and what may be asked of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from flowgraph.ir.program import NEVER, Program, Step
from flowgraph.ir.tensor import Operation
from flowgraph.ops.identity import IDENTITY

Change = Callable[[tuple[Step, ...]], Sequence[Step]]
"""Takes the steps of a block, whose own bodies are done already, and gives those that are to stand there."""


def with_steps(program: Program, change: Change) -> Program:
    """A Program with `change` applied to the steps of each block, bodies first; itself where nothing changes."""
    steps = tuple(change(_with_bodies(program.steps, change)))
    return program if same_items(steps, program.steps) else replace(program, steps=steps)


def _with_bodies(steps: tuple[Step, ...], change: Change) -> tuple[Step, ...]:
    if not any(step.bodies for step in steps):
        return steps
    changed = []
    for step in steps:
        bodies = tuple([with_steps(body, change) for body in step.bodies])
        changed.append(step if same_items(bodies, step.bodies) else with_bodies(step, bodies))
    return tuple(changed)


def with_bodies(step: Step, bodies: tuple[Program, ...]) -> Step:
    """An If or While with other bodies."""
    return Step(step.op, step.opdef, step.inputs, step.outputs, step.attrs, bodies)


def with_inputs(step: Step, inputs: Sequence[int]) -> Step:
    """A step on other values."""
    return Step(step.op, step.opdef, inputs, step.outputs, step.attrs, step.bodies)


def same_items(after: Sequence[object], before: Sequence[object]) -> bool:
    """Whether two sequences hold the very same objects."""
    return len(after) == len(before) and all(a is b for a, b in zip(after, before, strict=True))


def used_values(program: Program) -> set[int]:
    """The values that some step or fetch of a block uses; what a body captures counts as used by its step."""
    used = {number for number in program.fetches if number != NEVER}
    for step in program.steps:
        used.update(step.inputs)
    return used


def waits(step: Step) -> bool:
    """Whether a step's op was told to wait for others: who computes something anew on purpose says so in this way.

    Not counted is what TF adds by itself: an Identity of `tf.tuple` waits for its own input and for those beside it, an
    op in a branch or loop for what steers that.
    """
    op = step.op
    if not op.control or step.opdef is not op.opdef:
        return False
    control = [source for source in op.control if not _steers(source)]
    return bool(control) and not (op.opdef is IDENTITY and all(op.inputs[0].op in source.control for source in control))


def _steers(op: Operation) -> bool:
    if op.opdef is IDENTITY:
        op = op.inputs[0].op
    return op.opdef.role in ("switch", "merge")
