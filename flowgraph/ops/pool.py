"""Max and average pooling of images, and their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INTS, RANDOM_INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import pool as kernel
from flowgraph.kernels.window import image_axes, infer_output_size
from flowgraph.ops.activation import FLOAT_TYPES, REAL_TYPES
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.attributes import choice, ints, per_axis
from flowgraph.ops.conv import FORMATS, four_axes, sizes_of_images
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.reduction import one_of
from flowgraph.sizes import Size, Sizes

_MAX_TYPES = (
    dt.float16, dt.bfloat16, dt.float32, dt.float64, dt.int32, dt.int64, dt.uint8, dt.int16, dt.int8,
    dt.uint16, dt.qint8,
)  # fmt: skip
_WINDOW = {"ksize": REQUIRED, "strides": REQUIRED, "padding": REQUIRED, "data_format": "NHWC"}

# -- shapes ----------------------------------------------------------------------------------------------


def _pooled_sizes(x: Any, op_type: str, ksize: Any, strides: Any, padding: str, data_format: str) -> Sizes:
    sizes = four_axes(x)
    for what, numbers in (("stride", strides), ("ksize", ksize)):
        if len(numbers) != 4:
            raise ValueError(f"{op_type} requires the {what} attribute to contain 4 values, but got: {len(numbers)}")
    _, *spatial, deep = image_axes(data_format)
    out: list[Size] = list(sizes)
    # only the maximum is pooled over channels too
    for axis in (*spatial, deep) if op_type == "MaxPool" else spatial:
        window = None if ksize[axis] == -1 else ksize[axis]
        out[axis] = infer_output_size(sizes[axis], window, strides[axis], padding)
    return tuple(out)


# -- max pooling -----------------------------------------------------------------------------------------


def _max_pool_grad(op: Any, dy: Tensor) -> list[Any]:
    return [emit(MAX_POOL_GRAD, op.inputs[0], op.outputs[0], dy, **op.attrs)]


def _nothing_for_the_pool(op: Any) -> list[Tensor]:
    """Small changes do not change which entry is the largest: zeros for the pool's input and output."""
    return [zeros(shape=shape(x), dtype=x.dtype) for x in op.inputs[:2]]


def _max_pool_grad_grad(op: Any, d: Tensor) -> list[Any]:
    return [*_nothing_for_the_pool(op), emit(MAX_POOL_GRAD_GRAD, *op.inputs[:2], d, **op.attrs)]


def _max_pool_grad_grad_grad(op: Any, d: Tensor) -> list[Any]:
    return [*_nothing_for_the_pool(op), emit(MAX_POOL_GRAD, *op.inputs[:2], d, **op.attrs)]


_TWO: dict[str, Any] = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1)}
_THREE: dict[str, Any] = {"ksize": (1, 3, 2, 1), "strides": (1, 2, 1, 1)}

_CHANNELS_FIRST: dict[str, Any] = {"ksize": (1, 1, 2, 2), "strides": (1, 1, 2, 2), "data_format": "NCHW"}
_OVER_CHANNELS: dict[str, Any] = {"ksize": (1, 1, 1, 2), "strides": (1, 1, 1, 2)}

MAX_POOL = OpDef(
    "MaxPool(input: T) -> output: T",
    attrs={"T": TypeAttr(_MAX_TYPES, dt.float32), **_WINDOW},
    infer=lambda x, **attrs: _pooled_sizes(x, "MaxPool", **attrs),
    forward=lambda xp, x, **attrs: kernel.max_pool(x, **attrs),
    gradient=_max_pool_grad,
    cases=[
        case(FLOAT(2, 4, 4, 2, gap=0.05), padding="VALID", **_TWO),
        case(FLOAT(1, 3, 5, 2, gap=0.05), padding="SAME", **_TWO),
        case(FLOAT(1, 5, 4, 1, gap=0.05), padding="SAME", **_THREE),
        case(FLOAT(1, 2, 4, 4, gap=0.05), padding="VALID", **_CHANNELS_FIRST),
        case(FLOAT(1, 2, 2, 4), padding="VALID", gradient=False, **_OVER_CHANNELS),
        case(FLOAT(0, 4, 4, 2), padding="VALID", **_TWO),
        case(HALF(1, 4, 4, 1), padding="VALID", gradient=False, **_TWO),
        case(RANDOM_INT(1, 4, 4, 1), padding="VALID", gradient=False, **_TWO),
    ],
)

# images without equal entries, and what max pooling makes of them
_IMAGE = (np.arange(16) * 7 % 16).astype(np.float32).reshape(1, 4, 4, 1)
_TALL = (np.arange(20) * 7 % 20).astype(np.float32).reshape(1, 5, 4, 1)
_POOLED = (VALUE(_IMAGE, smooth=False), VALUE(kernel.max_pool(_IMAGE, padding="VALID", **_TWO), smooth=False))
_TALL_POOLED = (
    VALUE(_TALL, smooth=False),
    VALUE(kernel.max_pool(_TALL, padding="SAME", **_THREE), smooth=False),
)

MAX_POOL_GRAD = OpDef(
    "MaxPoolGrad(orig_input: T, orig_output: T, grad: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(REAL_TYPES, dt.float32)},
    infer=lambda x, y, dy, **_: four_axes(x),
    forward=lambda xp, x, y, dy, **attrs: kernel.max_pool_grad(x, y, dy, **attrs),
    gradient=_max_pool_grad_grad,
    cases=[
        case(*_POOLED, FLOAT(1, 2, 2, 1), padding="VALID", **_TWO),
        case(*_TALL_POOLED, FLOAT(1, 3, 4, 1), padding="SAME", **_THREE),
        case(FLOAT(1, 4, 4, 1), FLOAT(1, 2, 2, 1), FLOAT(1, 2, 2, 1), padding="SAME", gradient=False, **_TWO),
    ],
)

MAX_POOL_GRAD_GRAD = OpDef(
    "MaxPoolGradGrad(orig_input: T, orig_output: T, grad: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(REAL_TYPES)},
    infer=lambda x, y, d, **attrs: _pooled_sizes(x, "MaxPool", **attrs),
    forward=lambda xp, x, y, d, **attrs: kernel.max_pool_grad_grad(x, y, d, **attrs),
    gradient=_max_pool_grad_grad_grad,
    cases=[
        case(*_POOLED, FLOAT(1, 4, 4, 1), padding="VALID", **_TWO),
        case(*_TALL_POOLED, FLOAT(1, 5, 4, 1), padding="SAME", **_THREE),
    ],
)

# -- average pooling -------------------------------------------------------------------------------------


def _avg_pool_grad(op: Any, dy: Tensor) -> list[Any]:
    return [emit(AVG_POOL_GRAD, shape(op.inputs[0]), dy, **op.attrs)]


def _avg_pool_grad_grad(op: Any, d: Tensor) -> list[Any]:
    # what TF gives as the gradient of the shape is the shape: nothing asks for it
    return [stop_gradient(op.inputs[0]), emit(AVG_POOL, d, **op.attrs)]


AVG_POOL = OpDef(
    "AvgPool(value: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(FLOAT_TYPES)},
    infer=lambda x, **attrs: _pooled_sizes(x, "AvgPool", **attrs),
    forward=lambda xp, x, **attrs: kernel.avg_pool(x, **attrs),
    gradient=_avg_pool_grad,
    cases=[
        case(FLOAT(2, 4, 4, 2), padding="VALID", **_TWO),
        case(FLOAT(1, 3, 5, 2), padding="SAME", **_TWO),
        case(DOUBLE(1, 5, 4, 1), padding="SAME", **_THREE),
        case(FLOAT(0, 4, 4, 2), padding="VALID", **_TWO),
        case(HALF(1, 4, 4, 1), padding="VALID", gradient=False, **_TWO),
    ],
)

AVG_POOL_GRAD = OpDef(
    "AvgPoolGrad(orig_input_shape: int32, grad: T) -> output: T",
    attrs={**_WINDOW, "T": TypeAttr(FLOAT_TYPES)},
    infer=lambda sizes, dy, **_: sizes_of_images(sizes),
    forward=lambda xp, sizes, dy, **attrs: kernel.avg_pool_grad(sizes, dy, **attrs),
    gradient=_avg_pool_grad_grad,
    cases=[
        case(INTS(2, 4, 4, 2), FLOAT(2, 2, 2, 2), padding="VALID", **_TWO),
        case(INTS(1, 5, 4, 1), FLOAT(1, 3, 4, 1), padding="SAME", **_THREE),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def window_attributes(op_type: str, ksize: Any, strides: Any, padding: Any, data_format: Any) -> dict[str, Any]:
    """The op's attributes, checked."""
    function = "max_pool" if op_type == "MaxPool" else "avg_pool"
    formats = (*FORMATS, "NCHW_VECT_C") if op_type == "MaxPool" else FORMATS
    return {
        "ksize": ints("ksize", ksize, function),
        "strides": ints("strides", strides, function),
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
        "data_format": choice("data_format", data_format, formats, op_type),
    }


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The largest value in each window that slides over images.

    Args:
      value: images [batch, rows, columns, channels], of a real number type.
      ksize: the window's size: one number, two (rows, columns), or one for each axis.
      strides: the steps between windows, written likewise.
      padding: "SAME": windows may reach over the edge; "VALID": they may not.
      data_format: "NHWC", or "NCHW": channels before rows.
      name: the op's name.
      input: another name of `value`.

    Raises:
      ValueError: the images are no images or too small, or an argument is none of those that TF knows.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> run(max_pool(image, ksize=2, strides=2, padding="VALID"))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """
    value = one_of("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        data_format = "NHWC" if data_format is None else data_format
        channels = 1 if data_format.startswith("NC") else 3
        ksize = per_axis("ksize", ksize, channels)
        strides = per_axis("strides", strides, channels)
        if any(size == 0 for size in ksize):
            raise ValueError(errors.explain("ksize cannot be zero.", where=user_site()))
        return emit(MAX_POOL, value, name=scope, **window_attributes("MaxPool", ksize, strides, padding, data_format))


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NHWC", name: str | None = None
) -> Tensor:
    """`max_pool` under a longer name, which its op gets too.

    >>> max_pool2d(tf.zeros([1, 4, 4, 1]), 2, 2, "SAME")
    <tf.Tensor 'MaxPool2d:0' shape=(1, 2, 2, 1) dtype=float32>
    """
    with name_scope(name, "MaxPool2d", [input]) as scope:
        data_format = "NHWC" if data_format is None else data_format
        channels = 1 if data_format.startswith("NC") else 3
        ksize = per_axis("ksize", ksize, channels)
        strides = per_axis("strides", strides, channels)
        return emit(MAX_POOL, input, name=scope, **window_attributes("MaxPool", ksize, strides, padding, data_format))


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean of each window that slides over images, over those of its cells that are inside the image.

    Args: see `max_pool`; the images are of floats.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> run(avg_pool(image, ksize=2, strides=2, padding="VALID"))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32)
    """
    with name_scope(name, "AvgPool", [value]) as scope:
        value = one_of("input", input, "value", value)
        data_format = "NHWC" if data_format is None else data_format
        channels = 1 if data_format.startswith("NC") else 3
        ksize = per_axis("ksize", ksize, channels)
        strides = per_axis("strides", strides, channels)
        return emit(AVG_POOL, value, name=scope, **window_attributes("AvgPool", ksize, strides, padding, data_format))
