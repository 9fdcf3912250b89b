"""Division by a constant, as TF 1.15 computes it.

TF's graph optimizer turns `x / constant` into `x * (1 / constant)`, the reciprocal rounded first, so a third of the
quotients by 3 differ in the last bit from a true division. Numbers in books were printed by it, so Programs do the
same, before any pass and for every engine. TF leaves graphs of fewer than four ops alone, and a constant that is fed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from flowgraph.ir.constants import value_of
from flowgraph.ir.opdef import NO_GRADIENT, OpDef
from flowgraph.ir.tensor import Operation, Tensor

_SMALLEST_GRAPH = 4

LITERAL = OpDef(
    "_Literal() -> value: T",
    attrs={"value": None},
    infer=lambda *, value: value.shape,
    forward=lambda xp, *, value: value,
    gradient=NO_GRADIENT,
)
"""An array that a Program holds although no op of the graph does."""


def reciprocals(ops: Iterable[Operation], fed: Collection[Tensor]) -> dict[Operation, np.ndarray]:
    """For each division by a constant among `ops`, the reciprocal of the constant."""
    found: dict[Operation, np.ndarray] = {}
    for op in ops:
        if op.opdef.times_reciprocal is None or op.graph.version < _SMALLEST_GRAPH:
            continue
        divisor = _of_outside(op.inputs[1])
        value = None if _depends_on(divisor, fed) else value_of(divisor)
        if value is not None and value.dtype.kind not in "iub":
            with np.errstate(all="ignore"):
                found[op] = np.asarray(value.dtype.type(1) / value)
    return found


def _of_outside(tensor: Tensor) -> Tensor:
    """What comes into a loop through Enters as a constant, as it is outside."""
    while tensor.op.opdef.role == "enter" and tensor.op.attrs["is_constant"]:
        tensor = tensor.op.inputs[0]
    return tensor


def _depends_on(tensor: Tensor, fed: Collection[Tensor]) -> bool:
    """Whether something fed lies among what a (constant, hence small) subgraph is computed from."""
    if not fed:
        return False
    stack, seen = [tensor], {tensor}
    while stack:
        current = stack.pop()
        if current in fed:
            return True
        for source in current.op.inputs:
            if source not in seen:
                seen.add(source)
                stack.append(source)
    return False
