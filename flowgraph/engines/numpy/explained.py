"""What the numpy engine makes of a Program, for people to read."""

from __future__ import annotations

from collections.abc import Sequence

from flowgraph.engines.explain import Explanation, Reader, count_steps, fed, visible
from flowgraph.engines.numpy.kernels import UPDATES
from flowgraph.engines.numpy.memory import Plan
from flowgraph.ir.opdef import Effect
from flowgraph.ir.program import Program, Step
from flowgraph.passes.arena import lower_bound
from flowgraph.passes.facts import CellOf


def explained(
    program: Program, plan: Plan, cell_of: CellOf, stages: Sequence[tuple[str, Program]], skipped: Sequence[str]
) -> Explanation:
    """Of an optimized Program and the plan of its buffers.

    Args:
      program: as it is bound.
      plan: where its buffers lie.
      cell_of: finds the variables.
      stages: the Program after each pass; the first as it was built.
      skipped: the passes that were left out.
    """
    reader, buffers = Reader(program, cell_of), plan.lives.buffers
    notes = [reader.note(step, _where(step, plan, reader), depth) for step, depth in visible(program)]
    return Explanation(
        "NUMPY",
        fed(program),
        tuple([("as built" if name == "facts" else name, count_steps(after)) for name, after in stages]),
        tuple(skipped),
        tuple(notes),
        plan.size,
        sum(buffer.size for buffer in buffers) + sum(buffers[plan.lives.home[n]].size for n in plan.lives.over),
        lower_bound(buffers),
        "one arena, " + plan.layout.strategy if plan.layout is not None else "none shares memory",
        reader.outside(plan.lives),
        reader.variable_bytes,
    )


def _where(step: Step, plan: Plan, reader: Reader) -> str:
    if step.opdef.effect is Effect.WRITE:
        in_place = ", in place" if step.opdef in UPDATES else ""
        return f"variable {reader.variables_of(step)}{in_place}"
    if not step.outputs:
        return ""
    places = [_place(number, plan) for number in step.outputs]
    return ", ".join(dict.fromkeys(places))


def _place(number: int, plan: Plan) -> str:
    if number in plan.fresh:
        return "the caller's array"
    index = plan.lives.home.get(number)
    if index is None:
        return "outside"
    at = "" if plan.layout is None else f" at {plan.layout.offsets[index]:,}"
    return f"buffer{at}{', over its operand' if number in plan.lives.over else ''}"
