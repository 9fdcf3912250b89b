"""Trigonometric functions and their inverses."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.cases import COMPLEX, FLOAT, HALF, POSITIVE, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import FLOATS, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import broadcast_shape, incompatible, same
from flowgraph.ops.complex import conj
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import ANALYTIC, NUMERIC, SMOOTH_UNARY, without_integers
from flowgraph.ops.math import add, subtract
from flowgraph.ops.unary import reciprocal, sqrt, square

_ATTRS = {"T": TypeAttr(ANALYTIC)}
_NUMERIC_ATTRS = {"T": TypeAttr(NUMERIC)}
_INSIDE_ONE = (
    case(FLOAT(2, 3, low=-0.9, high=0.9)),
    case(FLOAT(low=-0.9, high=0.9)),
    case(FLOAT(0, 3)),
    case(HALF(2, 2, low=-0.9, high=0.9), gradient=False),
    case(COMPLEX(3), gradient=False),
)
_TAN_CASES = (
    case(FLOAT(2, 3, low=-1.2, high=1.2)),
    case(FLOAT(0, 3)),
    case(HALF(2, low=-1, high=1), gradient=False),
)


def _sin_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * cos(conj(op.inputs[0]))]


def _cos_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        x = conj(op.inputs[0])
        return [-dy * sin(x)]


def _tan_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        secant = reciprocal(cos(conj(op.inputs[0])))
        return [square(secant) * dy]


def _one_minus_square(op: Any, dy: Tensor) -> Tensor:
    squared = square(conj(op.inputs[0]))
    return subtract(constant(1, dtype=dy.dtype), squared)


def _asin_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * reciprocal(sqrt(_one_minus_square(op, dy)))]


def _acos_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        slope = reciprocal(sqrt(_one_minus_square(op, dy)))
        return [-dy * slope]


def _atan_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        squared = square(conj(op.inputs[0]))
        return [dy * reciprocal(add(constant(1, dtype=dy.dtype), squared))]


SIN = OpDef(
    "Sin(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.sin(x),
    gradient=_sin_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

COS = OpDef(
    "Cos(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.cos(x),
    gradient=_cos_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)


TAN = OpDef(
    "Tan(x: T) -> y: T",
    attrs=_NUMERIC_ATTRS,
    infer=same,
    forward=without_integers("Tan", lambda xp, x: xp.tan(x)),
    gradient=_tan_grad,
    elementwise=True,
    cases=_TAN_CASES,
)


ASIN = OpDef(
    "Asin(x: T) -> y: T",
    attrs=_NUMERIC_ATTRS,
    infer=same,
    forward=without_integers("Asin", lambda xp, x: xp.arcsin(x)),
    gradient=_asin_grad,
    elementwise=True,
    cases=_INSIDE_ONE,
)


ACOS = OpDef(
    "Acos(x: T) -> y: T",
    attrs=_NUMERIC_ATTRS,
    infer=same,
    forward=without_integers("Acos", lambda xp, x: xp.arccos(x)),
    gradient=_acos_grad,
    elementwise=True,
    cases=_INSIDE_ONE,
)


ATAN = OpDef(
    "Atan(x: T) -> y: T",
    attrs=_NUMERIC_ATTRS,
    infer=same,
    forward=without_integers("Atan", lambda xp, x: xp.arctan(x)),
    gradient=_atan_grad,
    elementwise=True,
    cases=_INSIDE_ONE,
)


def _atan2_grad(op: Any, dz: Tensor) -> list[Any]:
    y, x = op.inputs
    with control_dependencies([dz]):
        scaled = dz / (square(x) + square(y))
        return [x * scaled, -y * scaled]


ATAN2 = OpDef(
    "Atan2(y: T, x: T) -> z: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=broadcast_shape,
    forward=lambda xp, y, x: xp.arctan2(y, x),
    gradient=_atan2_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(FLOAT(2, 3), POSITIVE(2, 3)),
        case(FLOAT(), POSITIVE()),
        case(FLOAT(2, 3), POSITIVE(3), gradient=False),  # TF's gradient does not sum over what was stretched
        case(VALUE([1.0, -1.0, 0.0]), VALUE([-1.0, -1.0, -1.0]), gradient=False),
        case(HALF(2), HALF(2), gradient=False),
    ],
)


def sin(x: Any, name: str | None = None) -> Tensor:
    """The sine of angles in radians, entry by entry.

    >>> run(sin([0.0, 1.0]))
    array([0.      , 0.841471], dtype=float32)
    """
    return emit(SIN, x, name=name)


def cos(x: Any, name: str | None = None) -> Tensor:
    """The cosine of angles in radians, entry by entry.

    >>> run(cos([0.0, 1.0]))
    array([1.      , 0.540302], dtype=float32)
    """
    return emit(COS, x, name=name)


def tan(x: Any, name: str | None = None) -> Tensor:
    """The tangent of angles in radians, entry by entry.

    >>> run(tan([0.0, 1.0]))
    array([0.      , 1.557408], dtype=float32)
    """
    return emit(TAN, x, name=name)


def asin(x: Any, name: str | None = None) -> Tensor:
    """The angle in [-pi/2, pi/2] whose sine is x, entry by entry; nan beyond 1.

    >>> run(asin([0.0, 1.0]))
    array([0.      , 1.570796], dtype=float32)
    """
    return emit(ASIN, x, name=name)


def acos(x: Any, name: str | None = None) -> Tensor:
    """The angle in [0, pi] whose cosine is x, entry by entry; nan beyond 1.

    >>> run(acos([0.0, 1.0]))
    array([1.570796, 0.      ], dtype=float32)
    """
    return emit(ACOS, x, name=name)


def atan(x: Any, name: str | None = None) -> Tensor:
    """The angle in (-pi/2, pi/2) whose tangent is x, entry by entry.

    >>> run(atan([0.0, 1.0]))
    array([0.      , 0.785398], dtype=float32)
    """
    return emit(ATAN, x, name=name)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle in [-pi, pi] of the point (x, y), entry by entry.

    Args:
      y, x: floating tensors of one dtype, whose shapes broadcast. TF's gradient wants them to have one shape.

    >>> run(atan2([1.0, 0.0], [-1.0, -1.0]))
    array([2.356194, 3.141593], dtype=float32)
    """
    return emit(ATAN2, y, x, name=name)
