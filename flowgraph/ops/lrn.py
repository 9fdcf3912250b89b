"""Local response normalization: each entry divided by what its neighbours among the channels amount to."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import FLOAT, HALF, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import lrn as kernel
from flowgraph.ops.attributes import whole
from flowgraph.ops.conv import four_axes

_ATTRS = {
    "depth_radius": 5, "bias": 1.0, "alpha": 1.0, "beta": 0.5,
    "T": TypeAttr((dt.float16, dt.bfloat16, dt.float32), dt.float32),
}  # fmt: skip


def _lrn(_xp: Any, x: Any, **attrs: Any) -> Any:
    if x.ndim != 4:
        raise InvalidArgumentError(None, None, "in must be 4-dimensional")
    return kernel.lrn(x, **attrs)


def _lrn_grad(_xp: Any, dy: Any, x: Any, y: Any, **attrs: Any) -> Any:
    for name, array in (("input_grads", dy), ("input_image", x), ("out_image", y)):
        if array.ndim != 4:
            raise InvalidArgumentError(None, None, f"{name} must be 4-dimensional")
    return kernel.lrn_grad(dy, x, y, **attrs)


LRN = OpDef(
    "LRN(input: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda x, **_: four_axes(x),
    forward=_lrn,
    gradient=lambda op, dy: [emit(LRN_GRAD, dy, op.inputs[0], op.outputs[0], **op.attrs)],
    cases=[
        case(FLOAT(2, 2, 3, 4), second=False),
        case(FLOAT(1, 2, 2, 5), depth_radius=1, bias=2.0, alpha=0.5, beta=0.75, second=False),
        case(FLOAT(1, 1, 2, 3), depth_radius=0, second=False),
        case(FLOAT(0, 2, 2, 3), second=False),
        case(HALF(1, 2, 2, 3), gradient=False),
    ],
)

LRN_GRAD: OpDef = OpDef(
    "LRNGrad(input_grads: T, input_image: T, output_image: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda dy, x, y, **_: four_axes(x),
    forward=_lrn_grad,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 2, 2, 4), FLOAT(1, 2, 2, 4), FLOAT(1, 2, 2, 4), depth_radius=2, gradient=False)],
)


def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Tensor:
    """Divide each entry by (bias + alpha * the sum of the squares of its neighbours among the channels) ** beta.

    Args:
      input: images [batch, rows, columns, channels], float32, float16 or bfloat16.
      depth_radius: how many channels to either side are neighbours.
      bias: keeps the divisor away from 0.
      alpha: the factor of the sum.
      beta: the exponent.
      name: the op's name.

    Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks" (2012).

    >>> run(local_response_normalization(tf.reshape([3.0, 4.0], [1, 1, 1, 2]), bias=0.0)).ravel()
    array([0.6, 0.8], dtype=float32)
    """
    attrs = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}
    attrs = {key: _ATTRS[key] if value is None else value for key, value in attrs.items()}
    depth_radius = whole("depth_radius", attrs.pop("depth_radius"))
    return emit(LRN, input, name=name, depth_radius=depth_radius, **{key: float(value) for key, value in attrs.items()})
