"""Batch normalization in one op (FusedBatchNorm in its three versions), and its gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, POSITIVE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import batch_norm as kernel
from flowgraph.kernels.window import image_axes
from flowgraph.ops.attributes import choice, flag
from flowgraph.ops.constant import constant
from flowgraph.ops.conv import FORMATS, four_axes
from flowgraph.ops.math import multiply, squared_difference
from flowgraph.ops.reduction import one_of, reduce_mean, reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import transpose
from flowgraph.ops.statistics import batch_normalization
from flowgraph.ops.unary import rsqrt
from flowgraph.sizes import Size, Sizes

_X = TypeAttr((dt.float16, dt.bfloat16, dt.float32))
_U = TypeAttr((dt.float32,))
_REST = {"epsilon": 9.999999747378752e-05, "data_format": "NHWC", "is_training": True}
_LEAST_EPSILON = 1.001e-5
"""TF raises a smaller epsilon to this, as cuDNN wants it."""


def _channels(sizes: list[Size], axis: int, vectors: Sequence[Any]) -> Size:
    """The number of channels, on which images and vectors must agree."""
    found = sizes[axis]
    for vector in vectors:
        if vector.sizes is None:
            continue
        if len(vector.sizes) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(vector.sizes)}")
        size = vector.sizes[0]
        if found is not None and size is not None and found != size:
            raise ValueError(f"Dimensions must be equal, but are {found} and {size}")
        found = size if found is None else found
    sizes[axis] = found
    return found


def _sizes(count: int) -> Callable[..., list[Sizes]]:
    """The shape rule: of the outputs after y, four are vectors; the third reserve space is of no known shape."""

    def infer(
        x: Any, scale: Any, offset: Any, mean: Any, variance: Any, *, data_format: str, is_training: bool, **_: Any
    ) -> list[Sizes]:
        sizes = list(four_axes(x))
        vectors = [scale, offset] if is_training else [scale, offset, mean, variance]
        channels = _channels(sizes, image_axes(data_format)[3], vectors)
        return [tuple(sizes), *[(channels,)] * 4, *[None] * (count - 5)]

    return infer


def _grad_sizes(
    dy: Any, x: Any, scale: Any, mean: Any, variance: Any, *_rest: Any, data_format: str, is_training: bool, **_: Any
) -> list[Sizes]:
    sizes, axis = list(four_axes(dy)), image_axes(data_format)[3]
    for index, size in enumerate(four_axes(x)):
        sizes[index] = size if sizes[index] is None else sizes[index]
    channels = _channels(sizes, axis, [scale, mean, variance])
    unused: Sizes = (0,) if is_training else (channels,)
    return [tuple(sizes), (channels,), (channels,), unused, unused]


def _forward(count: int) -> Callable[..., tuple[Any, ...]]:
    def forward(
        xp: Any, x: Any, scale: Any, offset: Any, mean: Any, variance: Any, *, epsilon: Any, data_format: Any,
        is_training: Any, out: Any = None,
    ) -> tuple[Any, ...]:  # fmt: skip
        outputs = kernel.batch_norm(x, scale, offset, mean, variance, epsilon, data_format, is_training, out)
        return (*outputs, xp.zeros((), scale.dtype)) if count == 6 else outputs

    return forward


def _grad_forward(
    xp: Any, dy: Any, x: Any, scale: Any, mean: Any, variance: Any, *_rest: Any, epsilon: Any, data_format: Any,
    is_training: Any, out: Any = None,
) -> tuple[Any, ...]:  # fmt: skip
    gradients = kernel.batch_norm_grad(dy, x, scale, mean, variance, epsilon, data_format, is_training, out)
    unused = xp.zeros(0 if is_training else len(scale), scale.dtype)
    return (*gradients, unused, unused)


def _gradient(grad_op: Callable[[], OpDef]) -> Callable[..., list[Any]]:
    """The gradient of one version of the op, by the op of the same version."""

    def gradient(op: Any, dy: Tensor, *_rest: Any) -> list[Any]:
        x, scale = op.inputs[:2]
        third = op.outputs[5:]
        attrs = dict(op.attrs)
        if attrs["is_training"]:
            return list(emit(grad_op(), dy, x, scale, *op.outputs[3:5], *third, **attrs))
        channels_first = attrs["data_format"] == "NCHW"
        if channels_first:
            x, dy = transpose(x, [0, 2, 3, 1]), transpose(dy, [0, 2, 3, 1])
        attrs["data_format"] = "NHWC"
        dx, d_scale, d_offset, _, _ = emit(grad_op(), dy, x, scale, *op.inputs[3:5], *third, **attrs)
        return [transpose(dx, [0, 3, 1, 2]) if channels_first else dx, d_scale, d_offset, None, None]

    return gradient


def _gradient_of_gradient(op: Any, to_x: Tensor, to_scale: Tensor, to_offset: Tensor, *_unused: Any) -> list[Any]:
    """What flows back to dy, x and scale, written out by hand; TF differentiates the formula of the first order."""
    dy, x, scale, mean, variance = op.inputs[:5]
    attrs = op.attrs
    channels_first = attrs["data_format"] == "NCHW"
    axes = [0, 2, 3] if channels_first else [0, 1, 2]

    def wide(vector: Tensor) -> Tensor:
        return reshape(vector, [1, -1, 1, 1]) if channels_first else vector

    def average(values: Tensor) -> Tensor:
        return reduce_mean(values, axes, keepdims=True)

    def total(values: Tensor) -> Tensor:
        return reduce_sum(values, axes)

    if attrs["is_training"]:
        mean, variance = average(x), average(squared_difference(x, average(x)))
        gamma = wide(scale)
    else:
        mean, variance, gamma = wide(mean), wide(variance), wide(scale)
    r = rsqrt(variance + attrs["epsilon"])
    unit = (x - mean) * r
    if not attrs["is_training"]:
        back = to_x * gamma * r + wide(to_scale) * unit + wide(to_offset)
        return [back, wide(to_scale) * dy * r, total(to_x * dy * r)]
    centred, given = dy - average(dy), to_x - average(to_x)
    a, b = average(dy * unit), average(to_x * unit)
    back = gamma * r * (given - unit * b) + wide(to_scale) * unit + wide(to_offset)
    c = average(to_x * centred)
    bent = multiply(gamma * r * r, unit * (c - 3.0 * a * b) + a * given + b * centred)
    straight = wide(to_scale) * r * (centred - a * unit)
    return [back, straight - bent, total(to_x * r * (centred - unit * a))]


_VECTORS = (FLOAT(3), FLOAT(3))
_TRAINING = (FLOAT(2, 2, 3, 3), *_VECTORS, FLOAT(0), FLOAT(0))
_INFERENCE = (FLOAT(2, 2, 3, 3), *_VECTORS, FLOAT(3), POSITIVE(3))
_GIVEN = (FLOAT(2, 2, 3, 3), FLOAT(2, 2, 3, 3), FLOAT(3), FLOAT(3), POSITIVE(3))
_CASES = [
    case(*_TRAINING, gradient=False),
    case(*_INFERENCE, is_training=False, gradient=False),
    case(FLOAT(2, 3, 2, 3), *_VECTORS, FLOAT(0), FLOAT(0), data_format="NCHW", gradient=False),
    case(FLOAT(0, 2, 2, 3), *_VECTORS, FLOAT(0), FLOAT(0), gradient=False),
]
_HALF = case(HALF(2, 2, 2, 3), *_VECTORS, FLOAT(0), FLOAT(0), gradient=False)

_OUTPUTS = "y: T, batch_mean: {0}, batch_variance: {0}, reserve_space_1: {0}, reserve_space_2: {0}"
_GRADS = "x_backprop: T, scale_backprop: {0}, offset_backprop: {0}, reserve_space_{1}: {0}, reserve_space_{2}: {0}"

FUSED_BATCH_NORM = OpDef(
    f"FusedBatchNorm(x: T, scale: T, offset: T, mean: T, variance: T) -> ({_OUTPUTS.format('T')})",
    attrs={"T": _U, **_REST},
    infer=_sizes(5),
    forward=_forward(5),
    gradient=_gradient(lambda: FUSED_BATCH_NORM_GRAD),
    cases=_CASES,
)

FUSED_BATCH_NORM_V2 = OpDef(
    f"FusedBatchNormV2(x: T, scale: U, offset: U, mean: U, variance: U) -> ({_OUTPUTS.format('U')})",
    attrs={"T": _X, "U": _U, **_REST},
    infer=_sizes(5),
    forward=_forward(5),
    gradient=_gradient(lambda: FUSED_BATCH_NORM_GRAD_V2),
    cases=[*_CASES, _HALF],
)

FUSED_BATCH_NORM_V3 = OpDef(
    "FusedBatchNormV3(x: T, scale: U, offset: U, mean: U, variance: U) -> "
    f"({_OUTPUTS.format('U')}, reserve_space_3: U)",
    attrs={"T": _X, "U": _U, **_REST},
    infer=_sizes(6),
    forward=_forward(6),
    data_shape=True,  # TF says nothing of the third reserve space
    gradient=_gradient(lambda: FUSED_BATCH_NORM_GRAD_V3),
    cases=[*_CASES, _HALF],
)

FUSED_BATCH_NORM_GRAD: OpDef = OpDef(
    "FusedBatchNormGrad(y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T) -> "
    f"({_GRADS.format('T', 3, 4)})",
    attrs={"T": _U, **_REST},
    infer=_grad_sizes,
    forward=_grad_forward,
    gradient=lambda op, *ds: [*_gradient_of_gradient(op, *ds), None, None],
    cases=[case(*_GIVEN, gradient=False), case(*_GIVEN, is_training=False, gradient=False)],
)

FUSED_BATCH_NORM_GRAD_V2: OpDef = OpDef(
    "FusedBatchNormGradV2(y_backprop: T, x: T, scale: float32, reserve_space_1: U, reserve_space_2: U) -> "
    f"({_GRADS.format('U', 3, 4)})",
    attrs={"T": _X, "U": _U, **_REST},
    infer=_grad_sizes,
    forward=_grad_forward,
    gradient=lambda op, *ds: [*_gradient_of_gradient(op, *ds), None, None],
    cases=[case(*_GIVEN, gradient=False), case(*_GIVEN, is_training=False, gradient=False)],
)

FUSED_BATCH_NORM_GRAD_V3: OpDef = OpDef(
    "FusedBatchNormGradV3(y_backprop: T, x: T, scale: float32, reserve_space_1: U, reserve_space_2: U, "
    f"reserve_space_3: U) -> ({_GRADS.format('U', 4, 5)})",
    attrs={"T": _X, "U": _U, **_REST},
    infer=_grad_sizes,
    forward=_grad_forward,
    gradient=lambda op, *ds: [*_gradient_of_gradient(op, *ds), None, None, None],
    cases=[
        case(*_GIVEN, FLOAT(), gradient=False),
        case(*_GIVEN, FLOAT(), is_training=False, gradient=False),
    ],
)


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: Any = "NHWC",
    is_training: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalization in one op: y = (x - mean) / sqrt(variance + epsilon) * scale + offset for each channel.

    Args:
      x: images [batch, rows, columns, channels], float32, float16 or bfloat16.
      scale, offset: vectors of float32, an entry for each channel.
      mean, variance: statistics from outside, with `is_training=False`; in training those of `x` are taken.
      epsilon: keeps the square root away from 0; less than 1.001e-5 is raised to that.
      data_format: "NHWC", or "NCHW": channels before rows.
      is_training: whether the statistics are those of `x`.
      name: the op's name.

    Returns:
      y; the mean and the (unbiased) variance of each channel of `x`, or those given.

    Raises:
      ValueError: the shapes do not fit, or statistics are given in training.

    >>> y, mean, variance = fused_batch_norm(tf.reshape([1.0, 3.0], [1, 1, 2, 1]), [1.0], [0.0])
    >>> run([mean, variance])
    [array([2.], dtype=float32), array([2.], dtype=float32)]
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        line = "Both 'mean' and 'variance' must be None if is_training is True."
        raise ValueError(errors.explain(line, where=user_site()))
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    attrs = {
        "epsilon": float(np.float32(max(epsilon, _LEAST_EPSILON))),
        "data_format": choice(
            "data_format", "NHWC" if data_format is None else data_format, FORMATS, "FusedBatchNormV3"
        ),
        "is_training": flag("is_training", is_training),
    }
    outputs = emit(FUSED_BATCH_NORM_V3, x, scale, offset, mean, variance, name=name, **attrs)
    return outputs[0], outputs[1], outputs[2]


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: Any = None,
    name: str | None = None,
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
) -> Tensor:
    """An older form of `batch_normalization`.

    Args:
      t: images [batch, rows, columns, channels].
      m, v: the mean and variance of each channel.
      beta: added in the end.
      gamma: the factor, if `scale_after_normalization`.
      variance_epsilon: keeps the square root away from 0.
      scale_after_normalization: whether to multiply by `gamma`.
      name: the scope of the ops.
      input, mean, variance: other names of `t`, `m` and `v`.

    >>> x, mean, variance = tf.constant([[3.0]]), tf.constant([1.0]), tf.constant([4.0])
    >>> run(batch_norm_with_global_normalization(x, mean, variance, 0.5, 2.0, 0.0, True))
    array([[2.5]], dtype=float32)
    """
    t = one_of("input", input, "t", t)
    m = one_of("mean", mean, "m", m)
    v = one_of("variance", variance, "v", v)
    return batch_normalization(t, m, v, beta, gamma if scale_after_normalization else None, variance_epsilon, name)
