"""TF's op types for the gradients of roots, reciprocals, tanh and sigmoid, which the output alone decides."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.cases import COMPLEX, DOUBLE, FLOAT, HALF, POSITIVE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same
from flowgraph.ops.complex import conj
from flowgraph.ops.elementwise import ANALYTIC

_ATTRS = {"T": TypeAttr(ANALYTIC)}
_CASES = (
    case(POSITIVE(2, 3), FLOAT(2, 3)),
    case(POSITIVE(), FLOAT()),
    case(FLOAT(0, 3), FLOAT(0, 3)),
    case(HALF(2, low=0.5), HALF(2), gradient=False),
    case(COMPLEX(3), COMPLEX(3), gradient=False),
)


def _none_for_none(xp: Any, dy: Any, slope: Any) -> Any:
    """The slope, but 0 where no gradient came in: a root in the branch not taken of `tf.where` gives 0 and not NaN."""
    return xp.where(dy == 0, xp.zeros_like(slope), slope)


def _sqrt_grad(xp: Any, y: Any, dy: Any) -> Any:
    return _none_for_none(xp, dy, xp.divide(xp.multiply(dy, 0.5), xp.conj(y)))


def _sqrt_grad_grad(op: Any, dz: Tensor) -> list[Any]:
    y, z = op.inputs[0], op.outputs[0]
    with control_dependencies([dz]):
        quotient = dz / y
        return [-conj(quotient) * z, 0.5 * quotient]


SQRT_GRAD = OpDef(
    "SqrtGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_sqrt_grad,
    gradient=_sqrt_grad_grad,
    elementwise=True,
    cases=_CASES,
)


def sqrt_grad(y: Any, dy: Any, name: str | None = None) -> Tensor:
    """The gradient of y = sqrt(x): dy / (2 y)."""
    return emit(SQRT_GRAD, y, dy, name=name)


def _rsqrt_grad(xp: Any, y: Any, dy: Any) -> Any:
    y = xp.conj(y)
    return _none_for_none(xp, dy, xp.multiply(xp.multiply(xp.multiply(dy, y), -0.5), xp.square(y)))


def _rsqrt_grad_grad(op: Any, dz: Tensor) -> list[Any]:
    from flowgraph.ops.unary import square

    y, dy = op.inputs
    with control_dependencies([dz]):
        y = conj(y)
        of_y = -1.5 * conj(dz) * dy * square(y)
        return [of_y, rsqrt_grad(y, dz)]


RSQRT_GRAD = OpDef(
    "RsqrtGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_rsqrt_grad,
    gradient=_rsqrt_grad_grad,
    elementwise=True,
    cases=_CASES,
)


def rsqrt_grad(y: Any, dy: Any, name: str | None = None) -> Tensor:
    """The gradient of y = 1 / sqrt(x): -dy / 2 * y^3."""
    return emit(RSQRT_GRAD, y, dy, name=name)


def _reciprocal_grad(xp: Any, y: Any, dy: Any) -> Any:
    return _none_for_none(xp, dy, xp.multiply(xp.negative(xp.square(xp.conj(y))), dy))


def _reciprocal_grad_grad(op: Any, dz: Tensor) -> list[Any]:
    dy = op.inputs[1]
    with control_dependencies([dz]):
        y = conj(op.inputs[0])
        return [conj(dz) * -2.0 * dy * y, reciprocal_grad(y, dz)]


RECIPROCAL_GRAD = OpDef(
    "ReciprocalGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_reciprocal_grad,
    gradient=_reciprocal_grad_grad,
    elementwise=True,
    cases=_CASES,
)

INV_GRAD = OpDef(
    "InvGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_reciprocal_grad,
    gradient=_reciprocal_grad_grad,
    elementwise=True,
    cases=_CASES,
)


def reciprocal_grad(y: Any, dy: Any, name: str | None = None) -> Tensor:
    """The gradient of y = 1 / x: -dy * y^2."""
    return emit(RECIPROCAL_GRAD, y, dy, name=name)


def _tanh_grad(xp: Any, y: Any, dy: Any) -> Any:
    return xp.multiply(dy, xp.subtract(1, xp.square(y)))


def _tanh_grad_grad(op: Any, dz: Tensor) -> list[Any]:
    with control_dependencies([dz]):
        y, dy = conj(op.inputs[0]), conj(op.inputs[1])
        return [dz * -2.0 * dy * y, tanh_grad(y, dz)]


TANH_GRAD = OpDef(
    "TanhGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_tanh_grad,
    gradient=_tanh_grad_grad,
    elementwise=True,
    cases=[*_CASES, case(DOUBLE(3), DOUBLE(3))],
)


def tanh_grad(y: Any, dy: Any, name: str | None = None) -> Tensor:
    """The gradient of y = tanh(x): dy * (1 - y^2)."""
    return emit(TANH_GRAD, y, dy, name=name)


def _sigmoid_grad(xp: Any, y: Any, dy: Any) -> Any:
    return xp.multiply(xp.multiply(xp.subtract(1, y), y), dy)


def _sigmoid_grad_grad(op: Any, dz: Tensor) -> list[Any]:
    with control_dependencies([dz]):
        y, dy = conj(op.inputs[0]), conj(op.inputs[1])
        product = dz * dy
        return [product - 2.0 * product * y, sigmoid_grad(y, dz)]


SIGMOID_GRAD = OpDef(
    "SigmoidGrad(y: T, dy: T) -> z: T",
    attrs=_ATTRS,
    infer=same,
    forward=_sigmoid_grad,
    gradient=_sigmoid_grad_grad,
    elementwise=True,
    cases=[*_CASES, case(DOUBLE(3), DOUBLE(3))],
)


def sigmoid_grad(y: Any, dy: Any, name: str | None = None) -> Tensor:
    """The gradient of y = sigmoid(x): dy * y * (1 - y)."""
    return emit(SIGMOID_GRAD, y, dy, name=name)
