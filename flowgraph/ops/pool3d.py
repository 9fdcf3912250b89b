"""Pooling of volumes, pooling that says where the maxima are, and pooling along one axis or any number of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import pool3d as kernel
from flowgraph.kernels.conv3d import volume_axes
from flowgraph.kernels.window import infer_output_size
from flowgraph.ops.activation import FLOAT_TYPES, REAL_TYPES
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.attributes import choice, ints, per_axis
from flowgraph.ops.conv3d import FORMATS, five_sizes, sizes_of_volumes
from flowgraph.ops.identity import stop_gradient
from flowgraph.sizes import Size, Sizes

_NARROW = TypeAttr((dt.float16, dt.bfloat16, dt.float32))
_WINDOW = {"ksize": REQUIRED, "strides": REQUIRED, "padding": REQUIRED, "data_format": "NDHWC"}


def _pooled_sizes(x: Any, ksize: Any, strides: Any, padding: str, data_format: str) -> Sizes:
    out: list[Size] = list(five_sizes(x.sizes))
    for axis in volume_axes(data_format)[1:4]:
        out[axis] = infer_output_size(out[axis], ksize[axis], strides[axis], padding)
    return tuple(out)


def _max_pool_grad(op: Any, dy: Tensor) -> list[Any]:
    return [emit(MAX_POOL_3D_GRAD, op.inputs[0], op.outputs[0], dy, **op.attrs)]


def _nothing_for_the_pool(op: Any) -> list[Tensor]:
    """Small changes do not change which entry is the largest: zeros for the pool's input and output."""
    return [zeros(shape=shape(x), dtype=x.dtype) for x in op.inputs[:2]]


def _max_pool_grad_grad(op: Any, d: Tensor) -> list[Any]:
    return [*_nothing_for_the_pool(op), emit(MAX_POOL_3D_GRAD_GRAD, *op.inputs[:2], d, **op.attrs)]


def _max_pool_grad_grad_grad(op: Any, d: Tensor) -> list[Any]:
    return [*_nothing_for_the_pool(op), emit(MAX_POOL_3D_GRAD, *op.inputs[:2], d, **op.attrs)]


_TWO: dict[str, Any] = {"ksize": (1, 2, 2, 2, 1), "strides": (1, 2, 2, 2, 1)}
_THREE: dict[str, Any] = {"ksize": (1, 2, 3, 1, 1), "strides": (1, 1, 2, 1, 1)}
_CHANNELS_FIRST: dict[str, Any] = {
    "ksize": (1, 1, 2, 2, 2), "strides": (1, 1, 2, 2, 2), "data_format": "NCDHW",
}  # fmt: skip

# volumes without equal entries, and what max pooling makes of them
_VOLUME = (np.arange(48) * 7 % 48).astype(np.float32).reshape(1, 4, 3, 4, 1)
_POOLED = (
    VALUE(_VOLUME, smooth=False),
    VALUE(kernel.max_pool3d(_VOLUME, padding="SAME", data_format="NDHWC", **_TWO), smooth=False),
)

MAX_POOL_3D = OpDef(
    "MaxPool3D(input: T) -> output: T",
    attrs={**_WINDOW, "T": _NARROW},
    infer=_pooled_sizes,
    forward=lambda xp, x, **attrs: kernel.max_pool3d(x, **attrs),
    gradient=_max_pool_grad,
    cases=[
        case(FLOAT(2, 4, 3, 2, 2, gap=0.05), padding="SAME", **_TWO),
        case(FLOAT(1, 3, 5, 2, 1, gap=0.05), padding="VALID", **_THREE),
        case(FLOAT(1, 2, 2, 4, 2, gap=0.05), padding="VALID", **_CHANNELS_FIRST),
        case(FLOAT(0, 2, 2, 2, 1), padding="VALID", **_TWO),
        case(HALF(1, 2, 2, 2, 1), padding="VALID", gradient=False, **_TWO),
    ],
)

MAX_POOL_3D_GRAD = OpDef(
    "MaxPool3DGrad(orig_input: TInput, orig_output: TInput, grad: T) -> output: T",
    attrs={
        **_WINDOW,
        "T": TypeAttr(_NARROW.allowed, dt.float32),
        "TInput": TypeAttr(_NARROW.allowed, dt.float32),
    },
    infer=lambda x, y, dy, **_: five_sizes(x.sizes),
    forward=lambda xp, x, y, dy, **attrs: kernel.max_pool3d_grad(x, y, dy, **attrs),
    gradient=_max_pool_grad_grad,
    cases=[case(*_POOLED, FLOAT(1, 2, 2, 2, 1), padding="SAME", **_TWO)],
)

MAX_POOL_3D_GRAD_GRAD = OpDef(
    "MaxPool3DGradGrad(orig_input: T, orig_output: T, grad: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(REAL_TYPES)},
    infer=lambda x, y, d, **attrs: _pooled_sizes(x, **attrs),
    forward=lambda xp, x, y, d, **attrs: kernel.max_pool3d_grad_grad(x, y, d, **attrs),
    gradient=_max_pool_grad_grad_grad,
    cases=[case(*_POOLED, FLOAT(1, 4, 3, 4, 1), padding="SAME", **_TWO)],
)


def _avg_pool_grad(op: Any, dy: Tensor) -> list[Any]:
    return [emit(AVG_POOL_3D_GRAD, shape(op.inputs[0]), dy, **op.attrs)]


def _avg_pool_grad_grad(op: Any, d: Tensor) -> list[Any]:
    # what TF gives as the gradient of the shape is the shape: nothing asks for it
    return [stop_gradient(op.inputs[0]), emit(AVG_POOL_3D, d, **op.attrs)]


AVG_POOL_3D = OpDef(
    "AvgPool3D(input: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(FLOAT_TYPES)},
    infer=_pooled_sizes,
    forward=lambda xp, x, **attrs: kernel.avg_pool3d(x, **attrs),
    gradient=_avg_pool_grad,
    cases=[
        case(FLOAT(2, 4, 3, 2, 2), padding="SAME", **_TWO),
        case(DOUBLE(1, 3, 5, 2, 1), padding="VALID", **_THREE),
        case(DOUBLE(1, 2, 2, 3, 2), padding="SAME", **_CHANNELS_FIRST),
        case(FLOAT(0, 2, 2, 2, 1), padding="VALID", **_TWO),
        case(HALF(1, 2, 2, 2, 1), padding="VALID", gradient=False, **_TWO),
    ],
)

AVG_POOL_3D_GRAD = OpDef(
    "AvgPool3DGrad(orig_input_shape: int32, grad: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(FLOAT_TYPES)},
    infer=lambda sizes, dy, **_: sizes_of_volumes(sizes),
    forward=lambda xp, sizes, dy, **attrs: kernel.avg_pool3d_grad(sizes, dy, **attrs),
    gradient=_avg_pool_grad_grad,
    cases=[
        case(INTS(2, 4, 3, 2, 2), FLOAT(2, 2, 2, 1, 2), padding="SAME", **_TWO),
        case(INTS(1, 3, 5, 2, 1), FLOAT(1, 2, 2, 2, 1), padding="VALID", **_THREE),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _attributes(op_type: str, ksize: Any, strides: Any, padding: Any, data_format: str) -> dict[str, Any]:
    channels = 1 if data_format.startswith("NC") else 4
    function = "max_pool3d" if op_type == "MaxPool3D" else "avg_pool3d"
    return {
        "ksize": ints("ksize", per_axis("ksize", ksize, channels, 3), function),
        "strides": ints("strides", per_axis("strides", strides, channels, 3), function),
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
        "data_format": choice("data_format", data_format, FORMATS, op_type),
    }


def max_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NDHWC", name: str | None = None
) -> Tensor:
    """The largest value in each window that slides over volumes.

    Args:
      input: volumes [batch, planes, rows, columns, channels], float32, float16 or bfloat16.
      ksize: the window's size: one number, three, or one for each axis of the volumes.
      strides: the steps between windows, written likewise.
      padding: "SAME": windows may reach over the edge; "VALID": they may not.
      data_format: "NDHWC", or "NCDHW": channels before planes.
      name: the op's name.

    >>> volume = tf.reshape(tf.range(8.0), [1, 2, 2, 2, 1])
    >>> run(max_pool3d(volume, ksize=2, strides=2, padding="VALID")).item()
    7.0
    """
    with name_scope(name, "MaxPool3D", [input]) as scope:
        data_format = "NDHWC" if data_format is None else data_format
        return emit(MAX_POOL_3D, input, name=scope, **_attributes("MaxPool3D", ksize, strides, padding, data_format))


def avg_pool3d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NDHWC", name: str | None = None
) -> Tensor:
    """The mean of each window that slides over volumes, over those of its cells that are inside.

    Args: see `max_pool3d`; float64 is taken too.

    >>> volume = tf.reshape(tf.range(8.0), [1, 2, 2, 2, 1])
    >>> run(avg_pool3d(volume, ksize=2, strides=2, padding="VALID")).item()
    3.5
    """
    with name_scope(name, "AvgPool3D", [input]) as scope:
        data_format = "NDHWC" if data_format is None else data_format
        return emit(AVG_POOL_3D, input, name=scope, **_attributes("AvgPool3D", ksize, strides, padding, data_format))
