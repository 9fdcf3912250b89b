"""Special functions: the error function, log gamma and its derivatives, Hurwitz's zeta."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import FLOATS, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import special
from flowgraph.ops.broadcast import broadcast_shape, incompatible, same
from flowgraph.ops.complex import conj
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import DOUBLE_WIDTH
from flowgraph.ops.sparse_tensor import SparseTensor, of_values
from flowgraph.ops.unary import exp, square
from flowgraph.ops.unbroadcast import DynamicUnbroadcast

_ERF_CASES = (
    case(FLOAT(2, 3)),
    case(FLOAT()),
    case(DOUBLE(4, low=-6, high=6)),
    case(FLOAT(0, 3)),
    case(HALF(2, 2), gradient=False),
)
_GAMMA_CASES = (
    case(FLOAT(2, 3, low=0.2, high=4)),
    case(FLOAT(low=0.2)),
    case(VALUE([-0.5, -1.3, -2.6])),
    case(DOUBLE(4, low=2, high=20)),
    case(VALUE([0.0, -1.0, np.inf]), gradient=False),
    case(FLOAT(0, 3)),
    case(HALF(2, 2, low=0.5), gradient=False),
)


# -- the error function ------------------------------------------------------------------------------------


def _bell(dy: Tensor, x: Tensor, height: Tensor) -> list[Any]:
    """The gradient dy * height * exp(-x^2)."""
    with control_dependencies([dy]):
        x = conj(x)
        return [dy * height * exp(-square(x))]


def _erf_grad(op: Any, dy: Tensor) -> list[Any]:
    return _bell(dy, op.inputs[0], constant(2 / np.sqrt(np.pi), dtype=dy.dtype))


def _erfc_grad(op: Any, dy: Tensor) -> list[Any]:
    return _bell(dy, op.inputs[0], constant(-2 / np.sqrt(np.pi), dtype=dy.dtype))


ERF = OpDef(
    "Erf(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _, x: special.erf(x),
    gradient=_erf_grad,
    elementwise=True,
    cases=_ERF_CASES,
)

ERFC = OpDef(
    "Erfc(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _, x: special.erfc(x),
    gradient=_erfc_grad,
    elementwise=True,
    cases=_ERF_CASES,
)


def erf(x: Any, name: str | None = None) -> Tensor:
    """The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, entry by entry.

    >>> run(erf([0.0, 1.0]))
    array([0.      , 0.842701], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(erf, x, "Erf", name)
    return emit(ERF, x, name=name)


def erfc(x: Any, name: str | None = None) -> Tensor:
    """1 - erf(x), also where that is tiny.

    >>> run(erfc([0.0, 2.0]))
    array([1.      , 0.004678], dtype=float32)
    """
    return emit(ERFC, x, name=name)


# -- log gamma and its derivatives -------------------------------------------------------------------------


def _lgamma_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * digamma(conj(op.inputs[0]))]


def _digamma_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        x = conj(op.inputs[0])
        return [dy * polygamma(constant(1, dtype=x.dtype), x)]


def _polygamma_grad(op: Any, dy: Tensor) -> list[Any]:
    back = DynamicUnbroadcast(*op.inputs)
    with control_dependencies([dy]):
        n, x = conj(op.inputs[0]), conj(op.inputs[1])
        of_x = polygamma(n + 1, x)
        return [None, back.y(of_x * dy)]


def _zeta_grad(op: Any, dy: Tensor) -> list[Any]:
    back = DynamicUnbroadcast(*op.inputs)
    with control_dependencies([dy]):
        x, q = conj(op.inputs[0]), conj(op.inputs[1])
        of_q = -x * zeta(x + 1, q)
        return [None, back.y(of_q * dy)]


LGAMMA = OpDef(
    "Lgamma(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _, x: special.lgamma(x),
    gradient=_lgamma_grad,
    elementwise=True,
    cases=_GAMMA_CASES,
)

DIGAMMA = OpDef(
    "Digamma(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _, x: special.digamma(x),
    gradient=_digamma_grad,
    elementwise=True,
    cases=_GAMMA_CASES,
)

POLYGAMMA = OpDef(
    "Polygamma(a: T, x: T) -> z: T",
    attrs={"T": TypeAttr(DOUBLE_WIDTH)},
    infer=broadcast_shape,
    forward=lambda _, n, x: special.polygamma(n, x),
    gradient=_polygamma_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(VALUE([[0.0], [1.0], [2.0]], smooth=False), FLOAT(3, low=0.3, high=4)),
        case(VALUE(1.0, dt.float64, smooth=False), DOUBLE(3, low=2, high=9)),
        case(VALUE(1.0, smooth=False), VALUE([-0.5, -3.25])),
        case(VALUE(1.5, smooth=False), FLOAT(2, low=1), gradient=False),
    ],
)

ZETA = OpDef(
    "Zeta(x: T, q: T) -> z: T",
    attrs={"T": TypeAttr(DOUBLE_WIDTH)},
    infer=broadcast_shape,
    forward=lambda _, x, q: special.zeta(x, q),
    gradient=_zeta_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(VALUE([[1.5], [2.0], [4.0]], smooth=False), FLOAT(3, low=0.3, high=4)),
        case(VALUE(3.0, dt.float64, smooth=False), DOUBLE(3, low=2, high=9)),
        case(VALUE([1.0, 0.5, 3.0], smooth=False), VALUE([2.0, 2.0, -1.0]), gradient=False),
    ],
)


def lgamma(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of |gamma(x)|, entry by entry: of a whole x > 0, log((x - 1)!).

    >>> run(lgamma([1.0, 5.0]))
    array([0.      , 3.178054], dtype=float32)
    """
    return emit(LGAMMA, x, name=name)


def digamma(x: Any, name: str | None = None) -> Tensor:
    """The derivative of `lgamma`, entry by entry.

    >>> run(digamma([1.0, 5.0]))
    array([-0.577216,  1.506118], dtype=float32)
    """
    return emit(DIGAMMA, x, name=name)


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The a-th derivative of `digamma`, entry by entry; nan unless a is 0, 1, 2 ...

    >>> run(polygamma(1.0, [1.0, 5.0]))
    array([1.644934, 0.221323], dtype=float32)
    """
    return emit(POLYGAMMA, a, x, name=name)


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    """Hurwitz's zeta function, the sum of (q + k)^-x over k = 0, 1, 2 ..., entry by entry, for x > 1.

    >>> run(zeta(2.0, [1.0, 2.0]))
    array([1.644934, 0.644934], dtype=float32)
    """
    return emit(ZETA, x, q, name=name)
