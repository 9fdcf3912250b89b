"""Hyperbolic functions, their inverses, and the sigmoid."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.cases import COMPLEX, FLOAT, HALF, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same
from flowgraph.ops.complex import conj
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import ANALYTIC, SMOOTH_UNARY
from flowgraph.ops.math import subtract
from flowgraph.ops.sparse_tensor import SparseTensor, of_values
from flowgraph.ops.unary import negative, reciprocal, square
from flowgraph.ops.unary_grad import sigmoid_grad, tanh_grad

_ATTRS = {"T": TypeAttr(ANALYTIC)}
_SATURATED = (*SMOOTH_UNARY, case(VALUE([-100.0, -20.0, 0.0, 20.0, 100.0]), gradient=False))


def _sinh_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * cosh(conj(op.inputs[0]))]


def _cosh_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy * sinh(conj(op.inputs[0]))]


def _tanh_gradient(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [tanh_grad(conj(op.outputs[0]), dy)]


def _asinh_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy / cosh(conj(op.outputs[0]))]


def _acosh_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [dy / sinh(conj(op.outputs[0]))]


def _atanh_grad(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        squared = square(conj(op.inputs[0]))
        one = constant(1, dtype=dy.dtype)
        return [dy * reciprocal(subtract(one, squared))]


def _sigmoid_gradient(op: Any, dy: Tensor) -> list[Any]:
    with control_dependencies([dy]):
        return [sigmoid_grad(conj(op.outputs[0]), dy)]


SINH = OpDef(
    "Sinh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.sinh(x),
    gradient=_sinh_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

COSH = OpDef(
    "Cosh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.cosh(x),
    gradient=_cosh_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

TANH = OpDef(
    "Tanh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.tanh(x),
    gradient=_tanh_gradient,
    elementwise=True,
    cases=_SATURATED,
)

ASINH = OpDef(
    "Asinh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.arcsinh(x),
    gradient=_asinh_grad,
    elementwise=True,
    cases=SMOOTH_UNARY,
)

ACOSH = OpDef(
    "Acosh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.arccosh(x),
    gradient=_acosh_grad,
    elementwise=True,
    cases=[
        case(FLOAT(2, 3, low=1.2, high=3.0)),
        case(FLOAT(0, 3)),
        case(HALF(2, low=1.5, high=3.0), gradient=False),
        case(COMPLEX(3), gradient=False),
    ],
)

ATANH = OpDef(
    "Atanh(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.arctanh(x),
    gradient=_atanh_grad,
    elementwise=True,
    cases=[
        case(FLOAT(2, 3, low=-0.8, high=0.8)),
        case(FLOAT(0, 3)),
        case(HALF(2, low=-0.5, high=0.5), gradient=False),
        case(COMPLEX(3), gradient=False),
    ],
)

SIGMOID = OpDef(
    "Sigmoid(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.reciprocal(1 + xp.exp(-x)),
    gradient=_sigmoid_gradient,
    elementwise=True,
    cases=_SATURATED,
)


def sinh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic sine, entry by entry.

    >>> run(sinh([0.0, 1.0]))
    array([0.      , 1.175201], dtype=float32)
    """
    return emit(SINH, x, name=name)


def cosh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic cosine, entry by entry.

    >>> run(cosh([0.0, 1.0]))
    array([1.      , 1.543081], dtype=float32)
    """
    return emit(COSH, x, name=name)


def tanh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic tangent, entry by entry: squashes numbers into (-1, 1).

    >>> run(tanh([0.0, 1.0]))
    array([0.      , 0.761594], dtype=float32)
    """
    if isinstance(x, SparseTensor):
        return of_values(tanh, x, "Tanh", name)
    return emit(TANH, x, name=name)


def asinh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of `sinh`, entry by entry.

    >>> run(asinh([0.0, 1.0]))
    array([0.      , 0.881374], dtype=float32)
    """
    return emit(ASINH, x, name=name)


def acosh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of `cosh`, entry by entry; nan below 1.

    >>> run(acosh([1.0, 2.0]))
    array([0.      , 1.316958], dtype=float32)
    """
    return emit(ACOSH, x, name=name)


def atanh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of `tanh`, entry by entry; nan beyond 1.

    >>> run(atanh([0.0, 0.5]))
    array([0.      , 0.549306], dtype=float32)
    """
    return emit(ATANH, x, name=name)


def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """1 / (1 + exp(-x)), entry by entry: squashes numbers into (0, 1).

    >>> run(sigmoid([0.0, 2.0]))
    array([0.5     , 0.880797], dtype=float32)
    """
    with name_scope(name, "Sigmoid", [x]) as scope:
        return emit(SIGMOID, convert_to_tensor(x, name="x"), name=scope)


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(sigmoid(x)), entry by entry, also where the sigmoid is tiny.

    >>> run(log_sigmoid([0.0, -100.0]))
    array([  -0.693147, -100.      ], dtype=float32)
    """
    from flowgraph.ops.activation import softplus

    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return negative(softplus(-x), name=scope)
