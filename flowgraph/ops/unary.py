"""Elementwise functions of one tensor: signs, powers and roots, exponentials and logarithms, rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import COMPLEX, FLOAT, HALF, INT, POSITIVE, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import FLOATS, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.broadcast import same
from flowgraph.ops.complex import complex_abs, conj
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import ANALYTIC, NUMERIC, SMOOTH_UNARY, without_integers
from flowgraph.ops.math import multiply
from flowgraph.ops.sparse_tensor import SparseTensor, of_values
from flowgraph.ops.unary_grad import reciprocal_grad, rsqrt_grad, sqrt_grad

_KINKED = (
    case(FLOAT(2, 3, gap=0.1)),
    case(FLOAT(gap=0.1)),
    case(FLOAT(0, 3)),
    case(HALF(2, 2), gradient=False),
)
_POSITIVE_CASES = (
    case(POSITIVE(2, 3)),
    case(POSITIVE()),
    case(FLOAT(0, 3)),
    case(HALF(2, 2, low=0.25), gradient=False),
    case(COMPLEX(3), gradient=False),
)
_INTEGER_CASES = (case(RANDOM_INT(2, 3), gradient=False), case(RANDOM_INT(3, dtype=dt.int64), gradient=False))


# -- signs -------------------------------------------------------------------------------------------------

NEG = OpDef(
    "Neg(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=lambda xp, x: xp.negative(x),
    gradient=lambda op, dy: [-dy],
    elementwise=True,
    cases=[*SMOOTH_UNARY, *_INTEGER_CASES],
)

ABS = OpDef(
    "Abs(x: T) -> y: T",
    attrs={"T": TypeAttr((*FLOATS, dt.int8, dt.int16, dt.int32, dt.int64))},
    infer=same,
    forward=lambda xp, x: xp.abs(x),
    gradient=lambda op, dy: [dy * sign(op.inputs[0])],
    elementwise=True,
    cases=[*_KINKED, *_INTEGER_CASES],
)


def _sign(xp: Any, x: Any) -> Any:
    # unlike numpy's, TF's sign of what is no number is 0
    return xp.sign(x) if x.dtype.kind == "c" else (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)


SIGN = OpDef(
    "Sign(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=_sign,
    gradient=lambda op, dy: [zeros(shape(op.inputs[0]), op.inputs[0].dtype)],
    elementwise=True,
    cases=[
        *_KINKED,
        *_INTEGER_CASES,
        case(VALUE([np.nan, 0.0]), gradient=False),
        case(COMPLEX(3), gradient=False),
    ],
)


def negative(x: Any, name: str | None = None) -> Tensor:
    """-x, entry by entry.

    >>> run(negative([1, -2]))
    array([-1,  2], dtype=int32)
    """
    if isinstance(x, SparseTensor):
        return of_values(negative, x, "Neg", name)
    return emit(NEG, x, name=name)


def abs(x: Any, name: str | None = None) -> Tensor:
    """The absolute value, entry by entry; of complex numbers a real tensor.

    >>> run(abs([-1.5, 2.0]))
    array([1.5, 2. ], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(abs, x, "Abs", name)
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return complex_abs(x, name=scope) if x.dtype.is_complex else emit(ABS, x, name=scope)


def sign(x: Any, name: str | None = None) -> Tensor:
    """-1, 0 or 1, as each entry is negative, zero or positive; of complex numbers x / |x|.

    >>> run(sign([-1.5, 0.0, 2.0]))
    array([-1.,  0.,  1.], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(sign, x, "Sign", name)
    return emit(SIGN, x, name=name)


# -- powers and roots --------------------------------------------------------------------------------------


def _square_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        x = conj(op.inputs[0])
        two = constant(2.0, dtype=x.dtype)
        return [multiply(dy, multiply(x, two))]


SQUARE = OpDef(
    "Square(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=lambda xp, x: xp.square(x),
    gradient=_square_grad,
    elementwise=True,
    cases=[*SMOOTH_UNARY, *_INTEGER_CASES],
)

SQRT = OpDef(
    "Sqrt(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.sqrt(x),
    gradient=lambda op, dy: [sqrt_grad(op.outputs[0], dy)],
    elementwise=True,
    cases=_POSITIVE_CASES,
)

RSQRT = OpDef(
    "Rsqrt(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.reciprocal(xp.sqrt(x)),
    gradient=lambda op, dy: [rsqrt_grad(op.outputs[0], dy)],
    elementwise=True,
    cases=_POSITIVE_CASES,
)


RECIPROCAL = OpDef(
    "Reciprocal(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=without_integers("Reciprocal", lambda xp, x: xp.reciprocal(x)),
    gradient=lambda op, dy: [reciprocal_grad(op.outputs[0], dy)],
    elementwise=True,
    cases=_POSITIVE_CASES,
)

INV = OpDef(
    "Inv(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=without_integers("Inv", lambda xp, x: xp.reciprocal(x)),
    gradient=lambda op, dy: [reciprocal_grad(op.outputs[0], dy)],
    elementwise=True,
    cases=_POSITIVE_CASES,
)


def square(x: Any, name: str | None = None) -> Tensor:
    """The square x * x, entry by entry.

    >>> run(square([1.0, -3.0]))
    array([1., 9.], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(square, x, "Square", name)
    return emit(SQUARE, x, name=name)


def sqrt(x: Any, name: str | None = None) -> Tensor:
    """The square root, entry by entry; nan below 0.

    >>> run(sqrt([4.0, 9.0]))
    array([2., 3.], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(sqrt, x, "Sqrt", name)
    return emit(SQRT, x, name=name)


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """1 / sqrt(x), entry by entry.

    >>> run(rsqrt([4.0, 16.0]))
    array([0.5 , 0.25], dtype=float32)
    """
    return emit(RSQRT, x, name=name)


def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """1 / x, entry by entry.

    >>> run(reciprocal([4.0, -2.0]))
    array([ 0.25, -0.5 ], dtype=float32)
    """
    return emit(RECIPROCAL, x, name=name)


# -- exponentials and logarithms ---------------------------------------------------------------------------


def _exp_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * conj(op.outputs[0])]


def _expm1_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * exp(conj(op.inputs[0]))]


def _log_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * reciprocal(conj(op.inputs[0]))]


def _log1p_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * reciprocal(1 + conj(op.inputs[0]))]


EXP = OpDef(
    "Exp(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.exp(x),
    gradient=_exp_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

EXPM1 = OpDef(
    "Expm1(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.expm1(x),
    gradient=_expm1_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

LOG = OpDef(
    "Log(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.log(x),
    gradient=_log_grad,
    elementwise=True,
    cases=_POSITIVE_CASES,
)

LOG1P = OpDef(
    "Log1p(x: T) -> y: T",
    attrs={"T": TypeAttr(ANALYTIC)},
    infer=same,
    forward=lambda xp, x: xp.log1p(x),
    gradient=_log1p_grad,
    elementwise=True,
    cases=_POSITIVE_CASES,
)


def exp(x: Any, name: str | None = None) -> Tensor:
    """The exponential function, e to the power of x, entry by entry.

    >>> run(exp([0.0, 1.0]))
    array([1.      , 2.718282], dtype=float32)
    """
    return emit(EXP, x, name=name)


def expm1(x: Any, name: str | None = None) -> Tensor:
    """exp(x) - 1, exact for small x too.

    >>> run(expm1([1e-4, 1.0]))
    array([0.0001  , 1.718282], dtype=float32)
    """
    return emit(EXPM1, x, name=name)


def log(x: Any, name: str | None = None) -> Tensor:
    """The natural logarithm, entry by entry: -inf at 0, nan below.

    >>> run(log([1.0, 2.0]))
    array([0.      , 0.693147], dtype=float32)
    """
    return emit(LOG, x, name=name)


def log1p(x: Any, name: str | None = None) -> Tensor:
    """log(1 + x), exact for small x too.

    >>> run(log1p([1e-4, 1.0]))
    array([0.0001  , 0.693147], dtype=float32)
    """
    return emit(LOG1P, x, name=name)


# -- rounding ----------------------------------------------------------------------------------------------

_ROUNDING_CASES = (
    case(FLOAT(2, 3, gap=0.1)),
    case(VALUE([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]), gradient=False),
    case(FLOAT(0, 3)),
    case(HALF(2, 2), gradient=False),
)


def _round(xp: Any, x: Any) -> Any:
    if x.dtype.kind == "i":
        return x.copy()
    # TF's Round, unlike its Rint, makes 0 of -0.5; adding 0 turns -0 into 0
    return xp.where(x == 0, x, xp.rint(x) + 0)


FLOOR = OpDef(
    "Floor(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.floor(x),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=_ROUNDING_CASES,
)

CEIL = OpDef(
    "Ceil(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.ceil(x),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=_ROUNDING_CASES,
)

RINT = OpDef(
    "Rint(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.rint(x),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=_ROUNDING_CASES,
)

ROUND = OpDef(
    "Round(x: T) -> y: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=same,
    forward=_round,
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=[*_ROUNDING_CASES, case(INT([1, -2]))],
)


def floor(x: Any, name: str | None = None) -> Tensor:
    """The largest integer not above each entry.

    >>> run(floor([1.7, -1.2]))
    array([ 1., -2.], dtype=float32)
    """
    return emit(FLOOR, x, name=name)


def ceil(x: Any, name: str | None = None) -> Tensor:
    """The smallest integer not below each entry.

    >>> run(ceil([1.2, -1.7]))
    array([ 2., -1.], dtype=float32)
    """
    return emit(CEIL, x, name=name)


def rint(x: Any, name: str | None = None) -> Tensor:
    """The integer nearest to each entry, the even one of two.

    >>> run(rint([0.4, 1.5, 2.5]))
    array([0., 2., 2.], dtype=float32)
    """
    return emit(RINT, x, name=name)


def round(x: Any, name: str | None = None) -> Tensor:
    """The integer nearest to each entry, the even one of two; integers are returned as they are.

    >>> run(round([0.4, 1.5, 2.5]))
    array([0., 2., 2.], dtype=float32)
    """
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else emit(ROUND, x, name=name)
