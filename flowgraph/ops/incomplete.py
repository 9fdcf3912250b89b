"""Incomplete gamma and beta functions, the logarithm of the beta function, and modified Bessel functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, POSITIVE, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import FLOATS, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import incomplete
from flowgraph.ops.array import ones, reshape, shape, zeros, zeros_like
from flowgraph.ops.broadcast import broadcast_gradient_args, broadcast_shape, incompatible, same
from flowgraph.ops.elementwise import DOUBLE_WIDTH
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.sparse_tensor import SparseTensor, of_values
from flowgraph.ops.special import lgamma
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import exp, log, reciprocal, sign
from flowgraph.ops.unbroadcast import DynamicUnbroadcast
from flowgraph.sizes import Sizes, merge, to_text

_DOUBLE_ATTRS = {"T": TypeAttr(DOUBLE_WIDTH)}

# -- incomplete gamma ----------------------------------------------------------------------------------------


def _igamma_grad(op: Any, dy: Tensor) -> list[Any]:
    a, x = op.inputs
    back = DynamicUnbroadcast(a, x)
    with control_dependencies([dy]):
        by_a = emit(IGAMMA_GRAD_A, a, x)
        by_x = exp(-x + (a - 1) * log(x) - lgamma(a))
        return [back.x(by_a * dy), back.y(by_x * dy)]


def _igammac_grad(op: Any, dy: Tensor) -> list[Any]:
    of_a, of_x = _igamma_grad(op, dy)
    return [-of_a, -of_x]


# (TF knows no derivative of IgammaGradA, so no second one of these)
_GAMMA_CASES = (
    case(POSITIVE(2, 3), POSITIVE(2, 3), second=False),
    case(POSITIVE(3, low=1, high=9), POSITIVE(2, 1, low=4, high=12), second=False),
    case(POSITIVE(), POSITIVE(2, 2), second=False),
    case(POSITIVE(0, 3), POSITIVE(1, 3), second=False),
    case(VALUE([0.0, -1.0, 2.0, 3.0, np.nan]), VALUE([0.0, 1.0, -1.0, np.inf, 1.0]), gradient=False),
)


def _of_two(signature: str, kernel: Any, gradient: Any) -> OpDef:
    return OpDef(
        signature,
        attrs=_DOUBLE_ATTRS,
        infer=broadcast_shape,
        forward=lambda _xp, a, x: kernel(a, x),
        gradient=gradient,
        elementwise=True,
        failure=incompatible,
        cases=_GAMMA_CASES,
    )


IGAMMA = _of_two("Igamma(a: T, x: T) -> z: T", incomplete.igamma, _igamma_grad)
IGAMMAC = _of_two("Igammac(a: T, x: T) -> z: T", incomplete.igammac, _igammac_grad)
IGAMMA_GRAD_A = _of_two("IgammaGradA(a: T, x: T) -> z: T", incomplete.igamma_grad_a, MISSING_GRADIENT)


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The lower incomplete gamma function P(a, x), entry by entry: the share of the gamma distribution below x.

    Args:
      a, x: float32 or float64 tensors whose shapes broadcast; nan where a <= 0 or x < 0.
      name: the op's name.

    >>> run(igamma(1.0, [0.0, 1.0]))
    array([0.      , 0.632121], dtype=float32)
    """
    return emit(IGAMMA, a, x, name=name)


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The upper incomplete gamma function Q(a, x) = 1 - P(a, x), entry by entry.

    Args: see `igamma`.

    >>> run(igammac(1.0, [0.0, 1.0]))
    array([1.      , 0.367879], dtype=float32)
    """
    return emit(IGAMMAC, a, x, name=name)


# -- beta ----------------------------------------------------------------------------------------------------


def _betainc_sizes(*inputs: Any) -> Sizes:
    """Scalars stretch; all others have one shape."""
    known: Sizes = ()
    if any(x.sizes is None for x in inputs) and not any(x.sizes for x in inputs):
        known = None
    for x in inputs:
        if x.sizes:
            known = merge(known or None, x.sizes)
    return known


def _betainc_failure(a: Any, b: Any, x: Any) -> str | None:
    if a.ndim and b.ndim and a.shape != b.shape:
        return f"Shapes of a and b are inconsistent: {to_text(a.shape)} vs. {to_text(b.shape)}"
    if a.ndim and x.ndim and a.shape != x.shape:
        return f"Shapes of a and x are inconsistent: {to_text(a.shape)} vs. {to_text(x.shape)}"
    if b.ndim and x.ndim and b.shape != x.shape:
        return f"Shapes of b and x are inconsistent: {to_text(b.shape)} vs. {to_text(x.shape)}"
    return None


def _betainc(_xp: Any, a: Any, b: Any, x: Any) -> Any:
    if _betainc_failure(a, b, x):
        raise ValueError("shapes that do not fit")
    return incomplete.betainc(a, b, x)


def _betainc_grad(op: Any, dy: Tensor) -> list[Any]:
    """By x alone: TF has no derivative by a or b."""
    a, b, x = op.inputs
    a_shape, x_shape = shape(a), shape(x)
    _, x_axes = broadcast_gradient_args(a_shape, x_shape)
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    by_x = exp((b - 1) * log(1 - x) + (a - 1) * log(x) - log_beta)
    return [None, None, reshape(reduce_sum(by_x * dy, x_axes), x_shape)]


_PARAMETERS = VALUE([0.5, 1.0, 3.0], smooth=False), VALUE([2.0, 0.7, 1.5], smooth=False)

BETAINC = OpDef(
    "Betainc(a: T, b: T, x: T) -> z: T",
    attrs=_DOUBLE_ATTRS,
    infer=_betainc_sizes,
    forward=_betainc,
    failure=_betainc_failure,
    gradient=_betainc_grad,
    elementwise=True,
    cases=[
        case(*_PARAMETERS, FLOAT(3, low=0.1, high=0.9)),
        case(*_PARAMETERS, FLOAT(low=0.1, high=0.9)),
        case(VALUE(2.0, smooth=False), VALUE(3.0, smooth=False), FLOAT(2, 2, low=0.1, high=0.9)),
        case(VALUE([0.0, 1.0, 2.0]), VALUE(1.0), VALUE([0.5, 1.5, 1.0]), gradient=False),
        case(FLOAT(0), FLOAT(0), FLOAT(0), gradient=False),
    ],
)


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function, entry by entry: the share of the beta distribution below x.

    Args:
      a, b, x: float32 or float64 tensors of one shape; scalars among them stretch. nan unless a, b > 0 and
        0 <= x <= 1.
      name: the op's name.

    >>> run(betainc(2.0, 3.0, [0.0, 0.5, 1.0]))
    array([0.    , 0.6875, 1.    ], dtype=float32)
    """
    return emit(BETAINC, a, b, x, name=name)


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the beta function of the vectors along the last axis: sum(lgamma(x)) - lgamma(sum(x)).

    Args:
      x: a tensor of floats.
      name: the name of the scope of its ops.

    >>> run(lbeta([[1.0, 1.0], [1.0, 2.0]]))
    array([ 0.      , -0.693147], dtype=float32)
    """
    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        above = reduce_sum(lgamma(x), axis=[-1])
        below = lgamma(reduce_sum(x, axis=[-1]))
        return above - below


# -- Bessel --------------------------------------------------------------------------------------------------


def _i0e_grad(op: Any, dy: Tensor) -> list[Any]:
    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([dy]):
        return [dy * (bessel_i1e(x) - sign(x) * y)]


def _i1e_grad(op: Any, dy: Tensor) -> list[Any]:
    x, y = op.inputs[0], op.outputs[0]
    with control_dependencies([dy]):
        # at 0, where the slope is a half, the formula divides by x
        step = np.finfo(x.dtype.np).eps
        nothing = zeros_like(x)
        is_not_tiny = abs_op(x) > step
        safe_x = where(is_not_tiny, x, step + nothing)
        slope = bessel_i0e(safe_x) - y * (sign(safe_x) + reciprocal(safe_x))
        slope = where(is_not_tiny, slope, 0.5 + nothing)
        return [dy * slope]


_BESSEL_CASES = (
    case(POSITIVE(2, 3)),
    case(FLOAT(low=-9, high=-0.5)),
    case(DOUBLE(4, low=5, high=30)),
    case(FLOAT(0, 3)),
    case(VALUE([0.0, np.inf, np.nan]), gradient=False),
    case(HALF(2, 2), gradient=False),
)

BESSEL_I0E = OpDef(
    "BesselI0e(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _xp, x: incomplete.bessel_i0e(x),
    gradient=_i0e_grad,
    elementwise=True,
    cases=_BESSEL_CASES,
)

BESSEL_I1E = OpDef(
    "BesselI1e(x: T) -> y: T",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda _xp, x: incomplete.bessel_i1e(x),
    gradient=_i1e_grad,
    elementwise=True,
    cases=_BESSEL_CASES,
)


def bessel_i0e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) times the modified Bessel function of order 0, entry by entry.

    >>> run(bessel_i0e([0.0, 1.0]))
    array([1.     , 0.46576], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(bessel_i0e, x, "BesselI0e", name)
    return emit(BESSEL_I0E, x, name=name)


def bessel_i1e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) times the modified Bessel function of order 1, entry by entry.

    >>> run(bessel_i1e([0.0, 1.0]))
    array([0.     , 0.20791], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(bessel_i1e, x, "BesselI1e", name)
    return emit(BESSEL_I1E, x, name=name)


def bessel_i0(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 0, entry by entry; `bessel_i0e` stays small for large x.

    >>> run(bessel_i0(tf.constant([0.0, 1.0])))
    array([1.      , 1.266066], dtype=float32)
    """
    with name_scope(name, "bessel_i0", [x]):
        return exp(abs_op(x)) * bessel_i0e(x)


def bessel_i1(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 1, entry by entry; `bessel_i1e` stays small for large x.

    >>> run(bessel_i1(tf.constant([0.0, 1.0])))
    array([0.      , 0.565159], dtype=float32)
    """
    with name_scope(name, "bessel_i1", [x]):
        return exp(abs_op(x)) * bessel_i1e(x)


# -- the next number -----------------------------------------------------------------------------------------


def _nextafter_grad(op: Any, dy: Tensor) -> list[Any]:
    x1, x2 = op.inputs
    back = DynamicUnbroadcast(x1, x2)
    with control_dependencies([dy]):
        by_x1 = ones(back.x_shape, dtype=x1.dtype)
        by_x2 = zeros(back.y_shape, dtype=x2.dtype)
        return [back.x(by_x1 * dy), back.y(by_x2 * dy)]


NEXT_AFTER = OpDef(
    "NextAfter(x1: T, x2: T) -> output: T",
    attrs={"T": TypeAttr((dt.float64, dt.float32), dt.float32)},
    infer=broadcast_shape,
    forward=lambda xp, x1, x2: xp.nextafter(x1, x2),
    gradient=_nextafter_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(FLOAT(2, 3), FLOAT(2, 3), second=False),
        case(FLOAT(2, 1), FLOAT(3), second=False),
        case(VALUE([0.0, 1.0, np.nan, np.inf]), VALUE([-1.0, 1.0, 0.0, 0.0]), gradient=False),
    ],
)


def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    """The number next to x1 on the way to x2, entry by entry; x2 itself where the two are equal.

    Args:
      x1, x2: float32 or float64 tensors whose shapes broadcast.
      name: the op's name.

    >>> run(nextafter(np.float32(1), 2.0)) - 1 == 2.0**-23
    True
    """
    return emit(NEXT_AFTER, x1, x2, name=name)
