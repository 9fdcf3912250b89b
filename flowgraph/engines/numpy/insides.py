"""What lies inside an If or While: whether all of it becomes Python, and which values outlive an iteration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flowgraph.dtypes import variant
from flowgraph.engines.numpy.kernels import UPDATES
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import IF, WHILE, Program, Step

DEEPEST = 12  # blocks in blocks: Python allows 20
_LONGEST = 20_000  # steps: Python's compiler takes longer than a run for more
_KEEPERS = (Effect.STATE, Effect.ARRAY, Effect.WORLD)


def keeps(step: Step) -> bool:
    """Whether a step may hold on to an array that it is given: in a pipeline, a queue, a table, a TensorArray."""
    opdef = step.opdef
    if opdef.effect in _KEEPERS or opdef.begin is not None:
        return True
    if opdef.effect is Effect.WRITE:
        return opdef not in UPDATES
    return any(arg.dtype is variant for arg in opdef.outputs)


def kept_beyond(program: Program) -> set[int]:
    """The values that a step may hold on to, and those of which they may be views; bodies are looked into."""
    kept: set[int] = set()
    for step in reversed(program.steps):
        if step.bodies:
            if any(keeps(inner) for inner in inside(step)):
                kept.update(step.inputs)
        elif keeps(step):
            kept.update(step.inputs)
        elif step.opdef.alias and not kept.isdisjoint(step.outputs):
            kept.add(step.inputs[0])
    return kept


def is_written(step: Step) -> bool:
    """Whether all of an If or While becomes Python, none of it is left to the reference engine."""
    return not is_long(step) and _nesting(step) <= DEEPEST


def is_long(step: Step) -> bool:
    """Whether an If or While is too long to become Python."""
    return sum(1 for _ in inside(step)) > _LONGEST


def _nesting(step: Step) -> int:
    """How many blocks lie in each other."""
    deepest, level = 0, [step]
    while level:
        deepest += 1
        level = [inner for outer in level for body in outer.bodies for inner in body.steps if inner.bodies]
    return deepest


def inside(step: Step) -> Iterator[Step]:
    """All steps in its bodies."""
    for body in step.bodies:
        yield from body.walk()


def kept_values(step: Step) -> Counter[int]:
    """The values inside a step that may be used after the iteration in which they are made, and in how many ways."""
    maker = {number: (inner, at) for inner in (step, *inside(step)) for at, number in enumerate(inner.outputs)}
    stack: list[int] = []
    for inner in (step, *inside(step)):
        if inner.opdef is WHILE:
            stack += inner.bodies[1].fetches
        elif keeps(inner):
            stack += inner.inputs
    kept: Counter[int] = Counter()
    while stack:
        number = stack.pop()
        kept[number] += 1
        if kept[number] > 1 or number not in maker:
            continue
        inner, at = maker[number]
        if inner.opdef is IF:
            stack += [body.fetches[at] for body in inner.bodies]
        elif inner.opdef is WHILE:
            stack.append(inner.inputs[at])
        elif inner.opdef.alias:
            stack += inner.inputs
    return kept
