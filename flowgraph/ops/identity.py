"""Ops that hand their input on: identity, and the two that stop gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.cases import BOOL, COMPLEX, FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, REQUIRED, Effect, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same

ANY_CASES = (
    case(FLOAT(2, 3)),
    case(FLOAT()),
    case(FLOAT(0, 2)),
    case(HALF(2), gradient=False),
    case(BOOL(2)),
)


IDENTITY = OpDef(
    "Identity(input: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=lambda xp, x: x,
    gradient=lambda op, dy: [dy],
    alias=True,
    cases=[*ANY_CASES, case(COMPLEX(2))],
)

REF_IDENTITY = OpDef(
    "RefIdentity(input: &T) -> output: &T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=lambda xp, x: x,
    gradient=lambda op, dy: [dy],
    alias=True,
)

STOP_GRADIENT = OpDef(
    "StopGradient(input: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=lambda xp, x: x,
    gradient=NO_GRADIENT,
    alias=True,
    cases=ANY_CASES,
)


def _refuse_gradient(op: Any, _dy: Tensor) -> Any:
    raise LookupError(f"Gradient explicitly disabled. Reason: {op.attrs['message'].encode()!r}")


PREVENT_GRADIENT = OpDef(
    "PreventGradient(input: T) -> output: T",
    attrs={"T": TypeAttr(), "message": ""},
    infer=same,
    forward=lambda xp, x, *, message: x,
    gradient=_refuse_gradient,
    alias=True,
    cases=[case(FLOAT(2), message="why", gradient=False)],
)

GUARANTEE_CONST = OpDef(
    "GuaranteeConst(input: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=same,
    forward=lambda ctx, x: x,
    gradient=MISSING_GRADIENT,
    effect=Effect.WORLD,
    alias=True,
)

IDENTITY_N = OpDef(
    "IdentityN(input: T[]) -> output: T[]",
    attrs={"T": REQUIRED},
    infer=lambda tensors: [t.sizes for t in tensors],
    forward=lambda xp, tensors: tuple(xp.array(t) for t in tensors),
    gradient=lambda op, *dys: list(dys),
    cases=[case([FLOAT(2), FLOAT(2, 3)]), case([FLOAT(2), RANDOM_INT(3)])],
)


def identity(input: Any, name: str | None = None) -> Tensor:
    """A tensor with the same value as `input`, under a name of its own.

    >>> run(identity([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """
    return emit(IDENTITY, input, name=name)


def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """The same value, but gradients treat it as a constant.

    >>> x = tf.constant(3.0)
    >>> run(stop_gradient(x))
    3.0
    """
    return emit(STOP_GRADIENT, input, name=name)


def prevent_gradient(input: Any, message: str = "", name: str | None = None) -> Tensor:
    """The same value; asking for a gradient through it raises LookupError with `message`."""
    return emit(PREVENT_GRADIENT, input, message=message, name=name)


def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """The same value, of which the caller says that it never changes; flowgraph makes no use of that, nor must it.

    >>> run(guarantee_const([1.0, 2.0]))
    array([1., 2.], dtype=float32)
    """
    return emit(GUARANTEE_CONST, input, name=name)


def identity_n(input: Sequence[Any], name: str | None = None) -> list[Tensor]:
    """The same values, of any dtypes, all from one op: where one custom gradient serves several tensors.

    >>> a, b = identity_n([tf.constant(1.0), tf.constant([2, 3])])
    >>> run(b)
    array([2, 3], dtype=int32)
    """
    return emit(IDENTITY_N, input, name=name)
