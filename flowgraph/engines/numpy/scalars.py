"""Scalars in compiled bodies: numbers without axes are computed by Python's operators on numpy's scalars.

An operator on two numpy scalars computes what the ufunc computes on 0-d arrays (integers wrap around, floats round as
their type does), in a tenth of the time. Complex products are left to the ufunc, which may round its four products and
two sums otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph.ir.known import Known
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.ops import cast, compare, division, math, unary

_EXPRESSIONS: dict[OpDef, tuple[str, str]] = {
    math.ADD: ("{} + {}", "iufc"),
    math.ADD_V2: ("{} + {}", "iufc"),
    math.SUB: ("{} - {}", "iufc"),
    math.MUL: ("{} * {}", "iuf"),
    division.REAL_DIV: ("{} / {}", "f"),
    unary.NEG: ("-{}", "f"),
    unary.SQUARE: ("{0} * {0}", "f"),
    compare.LESS: ("{} < {}", "iuf"),
    compare.LESS_EQUAL: ("{} <= {}", "iuf"),
    compare.GREATER: ("{} > {}", "iuf"),
    compare.GREATER_EQUAL: ("{} >= {}", "iuf"),
    compare.EQUAL: ("{} == {}", "iuf"),
    compare.NOT_EQUAL: ("{} != {}", "iuf"),
    compare.LOGICAL_AND: ("{} & {}", "b"),
    compare.LOGICAL_OR: ("{} | {}", "b"),
    compare.LOGICAL_NOT: ("~{}", "b"),
}
"""The expression, and the kinds of numbers (numpy's letters) for which it is what the op's forward computes."""


def scalar_expression(
    step: Step, facts: Sequence[Known], names: Sequence[str], constant: Callable[[Any], str]
) -> str | None:
    """Python's expression for a step on scalars; None where there is none.

    Args:
      step: the step.
      facts: what is known of its inputs and its output.
      names: the names of its inputs.
      constant: gives a value a name.
    """
    if any(fact.sizes != () or fact.dtype is None for fact in facts):
        return None
    kinds = {fact.dtype.np.kind for fact in facts[:-1] if fact.dtype is not None}
    if step.opdef is cast.CAST:
        target = step.attrs["DstT"].np
        exact = kinds <= set("iuf") and target.kind == "f" and target.itemsize >= 4 and not step.attrs["Truncate"]
        return f"{constant(target.type)}({names[0]})" if exact else None
    found = _EXPRESSIONS.get(step.opdef)
    if found is None or not kinds <= set(found[1]):
        return None
    return found[0].format(*names)
