"""Activation functions: relu and its relatives, each with the op type of its gradient."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, HALF, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.choose import choose
from flowgraph.ops.broadcast import same
from flowgraph.sizes import Sizes, merge

FLOAT_TYPES = (dt.float16, dt.bfloat16, dt.float32, dt.float64)
"""The floating types, in the order in which TF's messages list them for these ops."""

REAL_TYPES = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16,
    dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip
"""TF's `realnumbertype`, in the order in which its messages list it."""

_FLOATS = {"T": TypeAttr(FLOAT_TYPES)}
_REALS = {"T": TypeAttr(REAL_TYPES)}

# a self-normalizing network keeps mean 0 and variance 1 with exactly these two
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALE_ALPHA = 1.7580993408473768599402175208123

_CASES = (
    case(FLOAT(2, 3, gap=0.05)),
    case(FLOAT(gap=0.05)),
    case(FLOAT(0, 2)),
    case(FLOAT(4, low=-20, high=20, gap=0.1)),
    case(HALF(3), gradient=False),
)
_GRAD_CASES = (
    case(FLOAT(2, 3), FLOAT(2, 3, gap=0.05)),
    case(FLOAT(0, 2), FLOAT(0, 2)),
    case(HALF(3), HALF(3), gradient=False),
)


def _same_as_both(x: Any, y: Any, **_: Any) -> Sizes:
    return merge(x.sizes, y.sizes)


def _zeros_of(x: Tensor) -> Tensor:
    from flowgraph.ops.array import shape, zeros

    return zeros(shape=shape(x), dtype=x.dtype)


# -- relu ------------------------------------------------------------------------------------------------

RELU = OpDef(
    "Relu(features: T) -> activations: T",
    attrs={"T": TypeAttr((*REAL_TYPES, dt.qint8))},
    infer=same,
    forward=lambda xp, x: xp.maximum(x.dtype.type(0), x),  # in this order -0 stays -0, as in TF
    gradient=lambda op, dy: [relu_grad(dy, op.outputs[0])],
    elementwise=True,
    cases=[*_CASES, case(RANDOM_INT(3), gradient=False)],
)

RELU_GRAD = OpDef(
    "ReluGrad(gradients: T, features: T) -> backprops: T",
    attrs=_REALS,
    infer=_same_as_both,
    forward=lambda xp, dy, x: xp.multiply(dy, x > 0, dtype=dy.dtype),
    gradient=lambda op, d: [relu_grad(d, op.inputs[1]), _zeros_of(op.inputs[1])],
    elementwise=True,
    cases=_GRAD_CASES,
)


def relu(features: Any, name: str | None = None) -> Tensor:
    """The larger of x and 0, entry by entry.

    Args:
      features: a tensor of a real number type.
      name: the op's name.

    >>> run(relu([-1.0, 2.0]))
    array([0., 2.], dtype=float32)
    """
    return emit(RELU, features, name=name)


def relu_grad(gradients: Any, features: Any, name: str | None = None) -> Tensor:
    """The gradient of `relu`: `gradients` where `features` are above zero."""
    return emit(RELU_GRAD, gradients, features, name=name)


RELU6 = OpDef(
    "Relu6(features: T) -> activations: T",
    attrs=_REALS,
    infer=same,
    forward=lambda xp, x: xp.minimum(xp.maximum(x.dtype.type(0), x), x.dtype.type(6)),
    gradient=lambda op, dy: [relu6_grad(dy, op.outputs[0])],
    elementwise=True,
    cases=[*_CASES, case(RANDOM_INT(9, high=9), gradient=False)],
)

RELU6_GRAD = OpDef(
    "Relu6Grad(gradients: T, features: T) -> backprops: T",
    attrs=_REALS,
    infer=_same_as_both,
    forward=lambda xp, dy, x: xp.multiply(dy, (x > 0) & (x < 6), dtype=dy.dtype),
    gradient=lambda op, d: [relu6_grad(d, op.inputs[1]), _zeros_of(op.inputs[1])],
    elementwise=True,
    cases=[*_GRAD_CASES, case(FLOAT(6), FLOAT(6, low=0, high=12, gap=0.5))],
)


def relu6(features: Any, name: str | None = None) -> Tensor:
    """`relu` that goes no higher than 6.

    >>> run(relu6([-1.0, 2.0, 8.0]))
    array([0., 2., 6.], dtype=float32)
    """
    with name_scope(name, "Relu6", [features]) as scope:
        return emit(RELU6, convert_to_tensor(features, name="features"), name=scope)


def relu6_grad(gradients: Any, features: Any, name: str | None = None) -> Tensor:
    """The gradient of `relu6`: `gradients` where `features` are between 0 and 6."""
    return emit(RELU6_GRAD, gradients, features, name=name)


# -- leaky relu ------------------------------------------------------------------------------------------


def _float32(alpha: float, x: Any) -> Any:
    """A float attr, which TF stores as float32, in the dtype of `x`."""
    return x.dtype.type(np.float32(alpha))


LEAKY_RELU = OpDef(
    "LeakyRelu(features: T) -> activations: T",
    attrs={"alpha": 0.2, "T": TypeAttr(FLOAT_TYPES, dt.float32)},
    infer=same,
    forward=lambda xp, x, *, alpha: xp.maximum(x, x * _float32(alpha, x)),
    gradient=lambda op, dy: [leaky_relu_grad(dy, op.inputs[0], op.attrs["alpha"])],
    elementwise=True,
    cases=[*_CASES, case(FLOAT(3, gap=0.05), alpha=0.5)],
)

LEAKY_RELU_GRAD = OpDef(
    "LeakyReluGrad(gradients: T, features: T) -> backprops: T",
    attrs={"alpha": 0.2, "T": TypeAttr(FLOAT_TYPES, dt.float32)},
    infer=_same_as_both,
    forward=lambda xp, dy, x, *, alpha: xp.where(x > 0, dy, dy * _float32(alpha, x)),
    gradient=lambda op, d: [leaky_relu_grad(d, op.inputs[1], op.attrs["alpha"]), _zeros_of(op.inputs[1])],
    elementwise=True,
    cases=[*_GRAD_CASES, case(FLOAT(3), FLOAT(3, gap=0.05), alpha=0.5)],
)


def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """`relu` with a slope of `alpha` below zero.

    Args:
      features: a tensor of floats; integers become float32.
      alpha: a number.
      name: the op's name.

    Raises:
      TypeError: `alpha` is not a number.

    >>> run(leaky_relu([-1.0, 2.0], alpha=0.1))
    array([-0.1,  2. ], dtype=float32)
    """
    from flowgraph.ops.cast import cast

    with name_scope(name, "LeakyRelu", [features, alpha]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = cast(features, dt.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        if not isinstance(alpha, numbers.Real):
            raise TypeError(f"Expected float for argument 'alpha' not {alpha!r}.")
        return emit(LEAKY_RELU, features, alpha=float(alpha), name=scope)


def leaky_relu_grad(gradients: Any, features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """The gradient of `leaky_relu`: `gradients`, times `alpha` where `features` are not above zero."""
    return emit(LEAKY_RELU_GRAD, gradients, features, alpha=alpha, name=name)


# -- elu and selu ----------------------------------------------------------------------------------------


def _grad_of_output_grad(gradient: Any) -> Any:
    """Of EluGrad and SeluGrad, which below zero multiply the gradient with the output and a constant."""

    def rule(op: Any, d: Tensor) -> list[Any]:
        from flowgraph.ops.array import zeros_like
        from flowgraph.ops.select import where

        dy, y = op.inputs
        back = gradient(d, y)
        return [back, where(y < (0 if gradient is elu_grad else 0.0), d * dy, zeros_like(y))]

    return rule


def elu(features: Any, name: str | None = None) -> Tensor:
    """What x is above zero, and exp(x) - 1 below.

    >>> run(elu([-1.0, 2.0]))
    array([-0.632121,  2.      ], dtype=float32)
    """
    return emit(ELU, features, name=name)


def elu_grad(gradients: Any, outputs: Any, name: str | None = None) -> Tensor:
    """The gradient of `elu`, from its `outputs`."""
    return emit(ELU_GRAD, gradients, outputs, name=name)


ELU = OpDef(
    "Elu(features: T) -> activations: T",
    attrs=_FLOATS,
    infer=same,
    forward=lambda xp, x: choose(x < 0, xp.exp(x) - x.dtype.type(1), x),
    gradient=lambda op, dy: [elu_grad(dy, op.outputs[0])],
    elementwise=True,
    cases=_CASES,
)

ELU_GRAD = OpDef(
    "EluGrad(gradients: T, outputs: T) -> backprops: T",
    attrs=_FLOATS,
    infer=_same_as_both,
    forward=lambda xp, dy, y: choose(y < 0, (y + y.dtype.type(1)) * dy, dy),
    gradient=_grad_of_output_grad(elu_grad),
    elementwise=True,
    cases=_GRAD_CASES,
)


def selu(features: Any, name: str | None = None) -> Tensor:
    """The scaled `elu` of self-normalizing networks.

    >>> run(selu([-1.0, 2.0]))
    array([-1.111331,  2.101402], dtype=float32)
    """
    return emit(SELU, features, name=name)


def selu_grad(gradients: Any, outputs: Any, name: str | None = None) -> Tensor:
    """The gradient of `selu`, from its `outputs`."""
    return emit(SELU_GRAD, gradients, outputs, name=name)


def _selu(xp: Any, x: Any) -> Any:
    scale, scale_alpha = x.dtype.type(_SELU_SCALE), x.dtype.type(_SELU_SCALE_ALPHA)
    return choose(x < 0, scale_alpha * (xp.exp(x) - x.dtype.type(1)), scale * x)


def _selu_grad(_xp: Any, dy: Any, y: Any) -> Any:
    scale, scale_alpha = y.dtype.type(_SELU_SCALE), y.dtype.type(_SELU_SCALE_ALPHA)
    return choose(y < 0, dy * (y + scale_alpha), dy * scale)


SELU = OpDef(
    "Selu(features: T) -> activations: T",
    attrs=_FLOATS,
    infer=same,
    forward=_selu,
    gradient=lambda op, dy: [selu_grad(dy, op.outputs[0])],
    elementwise=True,
    cases=_CASES,
)

SELU_GRAD = OpDef(
    "SeluGrad(gradients: T, outputs: T) -> backprops: T",
    attrs=_FLOATS,
    infer=_same_as_both,
    forward=_selu_grad,
    gradient=_grad_of_output_grad(selu_grad),
    elementwise=True,
    cases=_GRAD_CASES,
)

# -- softplus and softsign -------------------------------------------------------------------------------


def _softplus(xp: Any, x: Any) -> Any:
    # far from zero, 1 + exp(x) is exp(x), or 1, to the last bit
    edge = x.dtype.type(-(np.log(_epsilon(x.dtype)) + 2))
    power = xp.exp(x)
    return xp.where(x > edge, x, xp.where(x < -edge, power, xp.log1p(power)))


def _epsilon(dtype: Any) -> float:
    return 2.0**-7 if dtype.name == "bfloat16" else float(np.finfo(dtype).eps)


def _softplus_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.hyperbolic import sigmoid

    return [dy * sigmoid(op.inputs[0])]


def _softplus_grad_grad(op: Any, d: Tensor) -> list[Any]:
    from flowgraph.ops.unary import exp

    dy, x = op.inputs
    with control_dependencies([d]):
        to_dy = softplus_grad(d, x)
        to_x = d * dy / (exp(-x) + 2.0 + exp(x))
    return [to_dy, to_x]


SOFTPLUS = OpDef(
    "Softplus(features: T) -> activations: T",
    attrs=_FLOATS,
    infer=same,
    forward=_softplus,
    gradient=_softplus_grad,
    elementwise=True,
    cases=_CASES,
)

SOFTPLUS_GRAD = OpDef(
    "SoftplusGrad(gradients: T, features: T) -> backprops: T",
    attrs=_FLOATS,
    infer=_same_as_both,
    forward=lambda xp, dy, x: dy / (xp.exp(-x) + x.dtype.type(1)),
    gradient=_softplus_grad_grad,
    elementwise=True,
    cases=_GRAD_CASES,
)


def softplus(features: Any, name: str | None = None) -> Tensor:
    """log(1 + exp(x)): a smooth `relu`.

    >>> run(softplus([0.0, 20.0]))
    array([ 0.693147, 20.      ], dtype=float32)
    """
    return emit(SOFTPLUS, features, name=name)


def softplus_grad(gradients: Any, features: Any, name: str | None = None) -> Tensor:
    """The gradient of `softplus`: `gradients` times the sigmoid of `features`."""
    return emit(SOFTPLUS_GRAD, gradients, features, name=name)


SOFTSIGN = OpDef(
    "Softsign(features: T) -> activations: T",
    attrs=_FLOATS,
    infer=same,
    forward=lambda xp, x: x / (abs(x) + x.dtype.type(1)),
    gradient=lambda op, dy: [softsign_grad(dy, op.inputs[0])],
    elementwise=True,
    cases=[
        case(FLOAT(2, 3, gap=0.05), second=False),
        case(FLOAT(0, 2), second=False),
        case(HALF(3), gradient=False),
    ],
)

SOFTSIGN_GRAD = OpDef(
    "SoftsignGrad(gradients: T, features: T) -> backprops: T",
    attrs=_FLOATS,
    infer=_same_as_both,
    forward=lambda xp, dy, x: dy / xp.square(abs(x) + x.dtype.type(1)),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    cases=[case(FLOAT(2, 3), FLOAT(2, 3), gradient=False), case(HALF(3), HALF(3), gradient=False)],
)


def softsign(features: Any, name: str | None = None) -> Tensor:
    """Squash each entry of x into (-1, 1): x / (1 + |x|).

    >>> run(softsign([-1.0, 3.0]))
    array([-0.5 ,  0.75], dtype=float32)
    """
    return emit(SOFTSIGN, features, name=name)


def softsign_grad(gradients: Any, features: Any, name: str | None = None) -> Tensor:
    """The gradient of `softsign`."""
    return emit(SOFTSIGN_GRAD, gradients, features, name=name)


def crelu(features: Any, name: str | None = None, axis: Any = -1) -> Tensor:
    """`relu` of x beside `relu` of -x, joined along `axis`, which becomes twice as long.

    >>> run(crelu([[-1.0, 2.0]]))
    array([[0., 2., 1., 0.]], dtype=float32)
    """
    from flowgraph.ops.joining import concat

    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return relu(concat([features, -features], axis, name=scope))
