"""Ops that call functions of the graph's library; such ops come with imported GraphDefs.

A node may also have a function's name for its op type: `op_of` makes the definition of such a type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.dtypes import as_dtype
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Operation
from flowgraph.shapes import Sizes


def _unknown(*_inputs: Any, Tout: Sequence[Any], **_attrs: Any) -> list[Sizes]:
    return [None] * len(Tout)


def _as_said(*_inputs: Any, Tout: Sequence[Any], output_shapes: Sequence[Sizes], **_attrs: Any) -> list[Sizes]:
    return list(output_shapes) if len(output_shapes) == len(Tout) else [None] * len(Tout)


def _same(values: Sequence[Any], *, output_shapes: Sequence[Sizes], **_attrs: Any) -> list[Sizes]:
    return list(output_shapes) if len(output_shapes) == len(values) else [None] * len(values)


def _is_true(value: Any) -> bool:
    """A condition, as TF's If and While take it: a number other than zero, a text or tensor that is not empty."""
    if np.ndim(value):
        return bool(np.size(value))
    return bool(value.item() if isinstance(value, np.ndarray) else value)


# -- calls ---------------------------------------------------------------------------------------------------


def _gradient(op: Operation, *dys: Any) -> list[Any]:
    """One op for all of them, which differentiates the function when it runs."""
    from flowgraph.ops.array import zeros_like

    given = [zeros_like(y) if dy is None else dy for y, dy in zip(op.outputs, dys, strict=True)]
    types = [x.dtype.base_dtype for x in op.inputs]
    found = emit(SYMBOLIC_GRADIENT, [*op.inputs, *given], Tout=types, f=op.attrs.get("f", op.type))
    return list(found)


_CALL = {"Tin": REQUIRED, "Tout": REQUIRED, "f": REQUIRED, "config": "", "config_proto": "", "executor_type": ""}


def _call(ctx: Any, values: Sequence[Any], *, f: str, **_attrs: Any) -> tuple[Any, ...]:
    return tuple(ctx.call(f, values))


PARTITIONED_CALL = OpDef(
    "PartitionedCall(args: Tin[]) -> output: Tout[]",
    attrs=_CALL,
    infer=_unknown,
    forward=_call,
    gradient=_gradient,
    effect=Effect.RANDOM,
)
STATEFUL_PARTITIONED_CALL = OpDef(
    "StatefulPartitionedCall(args: Tin[]) -> output: Tout[]",
    attrs=_CALL,
    infer=_unknown,
    forward=_call,
    gradient=_gradient,
    effect=Effect.WORLD,
)
SYMBOLIC_GRADIENT = OpDef(
    "SymbolicGradient(input: Tin[]) -> output: Tout[]",
    attrs={"Tin": REQUIRED, "Tout": REQUIRED, "f": REQUIRED},
    infer=lambda values, *, Tout, f: [values[i].sizes for i in range(len(Tout))],
    forward=lambda ctx, values, *, f, **_attrs: tuple(ctx.differentiate(f, values)),
    gradient=MISSING_GRADIENT,
    effect=Effect.RANDOM,
)


def op_of(signature: Any) -> OpDef:
    """The op type of nodes that have a function's name for their type.

    Args:
      signature: the function's, an OpDef message whose arguments all have dtypes.
    """
    name = signature.name
    inputs = ", ".join(f"arg{i}: {_dtype_of(arg)}" for i, arg in enumerate(signature.input_arg))
    outputs = ", ".join(f"out{i}: {_dtype_of(arg)}" for i, arg in enumerate(signature.output_arg))
    count = len(signature.output_arg)

    def forward(ctx: Any, *values: Any) -> Any:
        results = ctx.call(name, values)
        return results[0] if count == 1 else tuple(results)

    return OpDef(
        f"Call({inputs}) -> ({outputs})",
        infer=lambda *_inputs: None if count == 1 else [None] * count,
        forward=forward,
        gradient=_gradient,
        effect=Effect.WORLD if signature.is_stateful else Effect.RANDOM,
        called=name,
    )


def _dtype_of(arg: Any) -> str:
    return f"{'&' * arg.is_ref}{as_dtype(arg.type).base_dtype.name}"


# -- branches and loops --------------------------------------------------------------------------------------


def _if(ctx: Any, cond: Any, values: Sequence[Any], *, then_branch: str, else_branch: str, **_attrs: Any) -> Any:
    return tuple(ctx.call(then_branch if _is_true(cond) else else_branch, values))


def _case(ctx: Any, index: Any, values: Sequence[Any], *, branches: Sequence[str], **_attrs: Any) -> Any:
    at = int(index)
    return tuple(ctx.call(branches[at if 0 <= at < len(branches) else -1], values))


def _while(ctx: Any, values: Sequence[Any], *, cond: str, body: str, **_attrs: Any) -> tuple[Any, ...]:
    state = list(values)
    while True:
        found = ctx.call(cond, state)
        if len(found) != 1:
            raise invalid(f"Expected a single scalar return value from WhileOp cond, got {len(found)} tensors.")
        if not _is_true(found[0]):
            return tuple(state)
        state = ctx.call(body, state)
        if len(state) != len(values):
            raise invalid(f"Expected {len(values)} outputs from WhileOp body, got {len(state)}")


_BRANCHES = {
    "Tcond": TypeAttr(), "Tin": REQUIRED, "Tout": REQUIRED, "then_branch": REQUIRED, "else_branch": REQUIRED,
    "output_shapes": (),
}  # fmt: skip
_LOOP = {"T": REQUIRED, "cond": REQUIRED, "body": REQUIRED, "output_shapes": (), "parallel_iterations": 10}


def _branching(signature: str, effect: Effect) -> OpDef:
    return OpDef(
        signature, attrs=_BRANCHES, infer=_as_said, forward=_if, gradient=MISSING_GRADIENT, effect=effect
    )  # fmt: skip


def _looping(signature: str, effect: Effect) -> OpDef:
    return OpDef(
        signature, attrs=_LOOP, infer=_same, forward=_while, gradient=MISSING_GRADIENT, effect=effect
    )  # fmt: skip


IF = _branching("If(cond: Tcond, input: Tin[]) -> output: Tout[]", Effect.WORLD)
STATELESS_IF = _branching("StatelessIf(cond: Tcond, input: Tin[]) -> output: Tout[]", Effect.RANDOM)
WHILE = _looping("While(input: T[]) -> output: T[]", Effect.WORLD)
STATELESS_WHILE = _looping("StatelessWhile(input: T[]) -> output: T[]", Effect.RANDOM)
CASE = OpDef(
    "Case(branch_index: int32, input: Tin[]) -> output: Tout[]",
    attrs={"Tin": REQUIRED, "Tout": REQUIRED, "branches": REQUIRED, "output_shapes": ()},
    infer=_as_said,
    forward=_case,
    gradient=MISSING_GRADIENT,
    effect=Effect.WORLD,
)
LAZY = frozenset({"If", "StatelessIf", "While", "StatelessWhile", "Case"})
"""Ops that may leave a function uncalled: through them alone a function may call itself and come to an end."""
