"""Steps that nothing needs."""

from __future__ import annotations

from dataclasses import replace

from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import IF, NEVER, READ, WHILE, Program, Step
from flowgraph.ir.tensor import Operation
from flowgraph.passes.rewrite import same_items, used_values
from flowgraph.passes.sweep import captured


def prune(program: Program) -> Program:
    """Leave out the pure steps whose results nothing uses any more.

        x ─┬─ Shape ── (folded) ─┐                  [2 3] ─┐
           └─ tanh ──────────── Reshape   ==>  x ── tanh ── Reshape

    Steps that draw random numbers stay: the next run goes on where they left their generator. So do those that the
    caller asked for by name, for the sake of what they may refuse.
    """
    return _pruned(program, program)


def _pruned(block: Program, program: Program) -> Program:
    used = {number for number in block.fetches if number != NEVER}
    steps: list[Step] = []
    changed = False
    for step in reversed(block.steps):
        if _is_idle(step, used, program):
            changed = True
            continue
        if step.bodies:
            bodies = [_pruned(body, program) for body in step.bodies]
            trimmed = captured(step, step.inputs, bodies)
            if trimmed.inputs != step.inputs or not same_items(bodies, step.bodies):
                step, changed = trimmed, True
        used.update(step.inputs)
        steps.append(step)
    return replace(block, steps=tuple(reversed(steps))) if changed else block


def _is_idle(step: Step, used: set[int], program: Program) -> bool:
    """Whether a step may go: it changes nothing, and nothing uses what it makes."""
    if not used.isdisjoint(step.outputs) or step.op in program.kept or not step.outputs:
        return False
    if step.opdef is WHILE:
        return False  # a loop may never end, and then says so
    if step.opdef is IF:
        return all(_changes_nothing(inner) for body in step.bodies for inner in body.walk())
    return _changes_nothing(step)


def _changes_nothing(step: Step) -> bool:
    return step.opdef is READ or (step.opdef.effect is Effect.NONE and step.opdef is not WHILE)


def asked_for(program: Program) -> frozenset[Operation]:
    """The ops of a Program as it was built that are there although nothing uses what they make."""
    found: set[Operation] = set()
    blocks = [program]
    while blocks:
        block = blocks.pop()
        used = used_values(block)
        found.update(step.op for step in block.steps if used.isdisjoint(step.outputs))
        blocks += [body for step in block.steps for body in step.bodies]
    return frozenset(found)
