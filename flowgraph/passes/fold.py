"""Steps whose results are known before the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.program import Program, Step
from flowgraph.passes.rewrite import with_steps

FOLDED = OpDef(
    "_Folded() -> values: T[]",
    attrs={"values": ()},
    infer=lambda *, values: [value.shape for value in values],
    forward=lambda xp, *, values: values,
    gradient=NO_GRADIENT,
)
"""What an op gives, worked out before the run."""


def fold(program: Program) -> Program:
    """Put constants in place of pure steps whose results the facts tell: a TF graph's arithmetic on shapes, above all.

    x ── Shape ── Prod ─┐                 (6) ─┐
                        ├─ Range    ==>        ├ [0 1 2 3 4 5]
    0, 1 ───────────────┘
    """
    facts = program.facts

    def known(step: Step) -> list[Any] | None:
        for number in step.outputs:
            if number not in facts or facts[number].value is None:
                return None
        if step.opdef.effect is not Effect.NONE or step.bodies or not step.outputs or is_constant(step):
            return None
        return [np.asarray(facts[number].value) for number in step.outputs]

    def change(steps: tuple[Step, ...]) -> Sequence[Step]:
        return [_folded(step, values) if (values := known(step)) is not None else step for step in steps]

    return with_steps(program, change)


def _folded(step: Step, values: list[Any]) -> Step:
    return Step(step.op, FOLDED, (), step.outputs, {"values": values})


def is_constant(step: Step) -> bool:
    """Whether a step gives the same at every run and computes nothing."""
    return not step.inputs and (step.opdef is FOLDED or "value" in step.attrs)
