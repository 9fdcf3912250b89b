"""Stacks and TensorArrays in compiled bodies: what need not be pushed, and what need not be copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flowgraph.ir.known import Known
from flowgraph.ir.program import Program, Step
from flowgraph.ops.stack import STACK_POP, STACK_PUSH, Stack
from flowgraph.ops.tensor_array_ops import TENSOR_ARRAY_WRITE, write_own


def spared_stacks(program: Program, known: Mapping[int, Known]) -> frozenset[int]:
    """The stacks whose values are all known before the run: neither pushing nor popping need happen.

    They are those that carry shapes from a loop to its gradient.
    """
    values: dict[int, list[int]] = {}
    popped = set()
    for step in program.walk():
        if step.opdef is STACK_PUSH:
            values.setdefault(step.inputs[0], []).append(step.inputs[1])
        elif step.opdef is STACK_POP:
            values.setdefault(step.inputs[0], []).append(step.outputs[0])
            popped.add(step.inputs[0])
    seen_outside = {*program.feeds, *program.fetches}
    return frozenset(
        stack
        for stack in popped
        if stack not in seen_outside and all(known[number].value is not None for number in values[stack])
    )


def expression(step: Step, names: Sequence[str], fresh: set[str], constant: Callable[[object], str]) -> str | None:
    """Python's expression for a push, pop or write, if it is shorter than the op's forward; else None.

    Args:
      step: the step.
      names: the names of its inputs.
      fresh: the names of arrays that nothing will write into: they need no copy.
      constant: gives a value a name.
    """
    if step.opdef is STACK_POP:
        return f"{constant(Stack.take)}({names[0]})"
    if step.opdef is STACK_PUSH and names[1] in fresh:
        return f"{constant(Stack.add)}({', '.join(names)})"
    if step.opdef is TENSOR_ARRAY_WRITE and names[2] in fresh:
        return f"{constant(write_own)}({', '.join(names)})"
    return None
