"""Depthwise and separable convolution of images, and the gradients of the former."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INTS, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import depthwise as kernel
from flowgraph.kernels.window import image_axes, infer_output_size
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import choice, ints
from flowgraph.ops.conv import DEFAULT_DILATIONS, FORMATS, conv2d, four_axes, sizes_of_images
from flowgraph.ops.reduction import one_of
from flowgraph.ops.space_windows import with_space_to_batch
from flowgraph.sizes import Size, Sizes

_ATTRS = {
    "T": TypeAttr((dt.float16, dt.bfloat16, dt.float32, dt.float64)),
    "strides": REQUIRED,
    "padding": REQUIRED,
    "data_format": "NHWC",
    "dilations": DEFAULT_DILATIONS,
}


def _convolved_sizes(x: Any, w: Any, **attrs: Any) -> Sizes:
    x_sizes, w_sizes = four_axes(x), four_axes(w)
    for what, steps in (("stride", attrs["strides"]), ("dilation", attrs["dilations"])):
        if len(steps) != 4:
            line = f"DepthwiseConv2D requires the {what} attribute to contain 4 values, but got: {len(steps)}"
            raise ValueError(line)
    batch, down, right, deep = image_axes(attrs["data_format"])
    channels, multiplier = w_sizes[2:]
    if channels is None:
        channels = x_sizes[deep]
    elif x_sizes[deep] not in (None, channels):
        raise ValueError(f"Dimensions must be equal, but are {x_sizes[deep]} and {channels}")
    out: list[Size] = [None] * 4
    out[batch] = x_sizes[batch]
    out[deep] = None if channels is None or multiplier is None else channels * multiplier
    for axis, size in zip((down, right), w_sizes):
        stride, dilation = attrs["strides"][axis], attrs["dilations"][axis]
        out[axis] = infer_output_size(x_sizes[axis], size, stride, attrs["padding"], dilation)
    return tuple(out)


def _conv_grad(op: Any, dy: Tensor) -> list[Any]:
    x, w = op.inputs
    dx = emit(DEPTHWISE_BACKPROP_INPUT, shape(x), w, dy, **op.attrs)
    return [dx, emit(DEPTHWISE_BACKPROP_FILTER, x, shape(w), dy, **op.attrs)]


def _backprop_input_grad(op: Any, d: Tensor) -> list[Any]:
    _, w, dy = op.inputs
    to_w = emit(DEPTHWISE_BACKPROP_FILTER, d, shape(w), dy, **op.attrs)
    return [None, to_w, emit(DEPTHWISE, d, w, **op.attrs)]


def _backprop_filter_grad(op: Any, d: Tensor) -> list[Any]:
    x, _, dy = op.inputs
    to_x = emit(DEPTHWISE_BACKPROP_INPUT, shape(x), d, dy, **op.attrs)
    return [to_x, None, emit(DEPTHWISE, x, d, **op.attrs)]


_ONE: dict[str, Any] = {"strides": (1, 1, 1, 1)}
_TWO: dict[str, Any] = {"strides": (1, 2, 2, 1)}
_DILATED: dict[str, Any] = {"dilations": (1, 2, 1, 1)}

DEPTHWISE = OpDef(
    "DepthwiseConv2dNative(input: T, filter: T) -> output: T",
    attrs=_ATTRS,
    infer=_convolved_sizes,
    forward=lambda xp, x, w, **attrs: kernel.depthwise(x, w, **attrs),
    gradient=_conv_grad,
    cases=[
        case(FLOAT(2, 4, 5, 2), FLOAT(3, 2, 2, 3), padding="SAME", **_ONE),
        case(DOUBLE(1, 5, 5, 2), DOUBLE(2, 3, 2, 1), padding="VALID", **_TWO),
        case(DOUBLE(1, 2, 3, 4), DOUBLE(2, 2, 2, 2), padding="SAME", data_format="NCHW", **_ONE),
        case(DOUBLE(1, 4, 3, 1), DOUBLE(2, 2, 1, 2), padding="SAME", **_DILATED, **_ONE),
        case(FLOAT(0, 3, 3, 1), FLOAT(2, 2, 1, 2), padding="SAME", **_ONE),
        case(HALF(1, 3, 3, 1), HALF(2, 2, 1, 2), padding="SAME", gradient=False, **_ONE),
    ],
)

DEPTHWISE_BACKPROP_INPUT = OpDef(
    "DepthwiseConv2dNativeBackpropInput(input_sizes: int32, filter: T, out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda sizes, w, dy, **_: sizes_of_images(sizes),
    forward=lambda xp, sizes, w, dy, **attrs: kernel.depthwise_backprop_input(sizes, w, dy, **attrs),
    gradient=_backprop_input_grad,
    cases=[
        case(INTS(2, 4, 5, 2), FLOAT(3, 2, 2, 3), FLOAT(2, 4, 5, 6), padding="SAME", **_ONE),
        case(INTS(1, 5, 5, 2), DOUBLE(2, 3, 2, 1), DOUBLE(1, 2, 2, 2), padding="VALID", **_TWO),
    ],
)

DEPTHWISE_BACKPROP_FILTER = OpDef(
    "DepthwiseConv2dNativeBackpropFilter(input: T, filter_sizes: int32, out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda x, sizes, dy, **_: sizes_of_images(sizes),
    forward=lambda xp, x, sizes, dy, **attrs: kernel.depthwise_backprop_filter(x, sizes, dy, **attrs),
    gradient=_backprop_filter_grad,
    cases=[
        case(FLOAT(2, 4, 5, 2), INTS(3, 2, 2, 3), FLOAT(2, 4, 5, 6), padding="SAME", **_ONE),
        case(DOUBLE(1, 5, 5, 2), INTS(2, 3, 2, 1), DOUBLE(1, 2, 2, 2), padding="VALID", **_TWO),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _attributes(
    op_type: str, function: str, strides: Any, padding: Any, data_format: Any, dilations: Any
) -> dict[str, Any]:
    return {
        "strides": ints("strides", strides, function),
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
        "data_format": choice("data_format", "NHWC" if data_format is None else data_format, FORMATS, op_type),
        "dilations": ints("dilations", dilations, function),
    }


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
) -> Tensor:
    """Convolve each channel of images with filters of its own.

    Args:
      input: images [batch, rows, columns, channels], of floats.
      filter: [rows, columns, channels, multiplier], of the same dtype: `multiplier` filters for each channel.
      strides: the steps between windows, one for each axis of the images; those of batch and channels are 1.
      padding: "SAME" or "VALID".
      data_format: "NHWC", or "NCHW": channels before rows.
      dilations: the distances between the filter's cells. (TF 1.15 takes them and goes on as if they were 1.)
      name: the op's name.

    Returns:
      Images with channels * multiplier channels, those made from the first channel first.

    >>> x = tf.reshape([1.0, 2.0], [1, 1, 1, 2])
    >>> run(depthwise_conv2d_native(x, tf.reshape([10.0, 20.0], [1, 1, 2, 1]), [1, 1, 1, 1], "SAME")).ravel()
    array([10., 40.], dtype=float32)
    """
    attrs = _attributes("DepthwiseConv2dNative", "depthwise_conv2d_native", strides, padding, data_format, dilations)
    return emit(DEPTHWISE, input, filter, name=name, **attrs)


def depthwise_conv2d_native_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for its images.

    Args:
      input_sizes: the shape of the images.
      out_backprop: the gradient for the convolution's output.
      The others are those of the convolution.

    >>> w, dy = tf.ones([2, 2, 1, 1]), tf.ones([1, 1, 1, 1])
    >>> run(depthwise_conv2d_native_backprop_input([1, 2, 2, 1], w, dy, [1, 1, 1, 1], "VALID"))[0, :, :, 0]
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    function = "depthwise_conv2d_native_backprop_input"
    attrs = _attributes("DepthwiseConv2dNativeBackpropInput", function, strides, padding, data_format, dilations)
    return emit(DEPTHWISE_BACKPROP_INPUT, input_sizes, filter, out_backprop, name=name, **attrs)


def depthwise_conv2d_native_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` for its filter.

    Args:
      filter_sizes: the shape of the filter.
      out_backprop: the gradient for the convolution's output.
      The others are those of the convolution.

    >>> x, dy = tf.reshape(tf.range(4.0), [1, 2, 2, 1]), tf.ones([1, 1, 1, 1])
    >>> run(depthwise_conv2d_native_backprop_filter(x, [2, 2, 1, 1], dy, [1, 1, 1, 1], "VALID"))[:, :, 0, 0]
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """
    function = "depthwise_conv2d_native_backprop_filter"
    attrs = _attributes("DepthwiseConv2dNativeBackpropFilter", function, strides, padding, data_format, dilations)
    return emit(DEPTHWISE_BACKPROP_FILTER, input, filter_sizes, out_backprop, name=name, **attrs)


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Tensor:
    """`depthwise_conv2d_native` with a dilation rate, reached by cutting the images into blocks (`space_to_batch`).

    Args:
      input, filter, strides, padding, data_format: as for `depthwise_conv2d_native`.
      rate: two numbers: the distances between the filter's cells; where one is more than 1, the strides must be 1.
      name: the scope of the ops.
      dilations: another name of `rate`.

    >>> run(depthwise_conv2d(tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 1, 1]), [1] * 4, "VALID")).ravel()
    array([4.], dtype=float32)
    """
    rate = one_of("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        x = convert_to_tensor(input, name="tensor_in")
        w = convert_to_tensor(filter, name="filter_in")

        def convolve(images: Tensor, _axes: int, padding: str) -> Tensor:
            return depthwise_conv2d_native(images, w, strides, padding, data_format, name=scope)

        rate = [1, 1] if rate is None else rate
        return with_space_to_batch(x, rate, padding, convolve, shape(w), data_format=data_format)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Tensor:
    """A depthwise convolution, and one of 1 x 1 after it that mixes the channels: cheaper than a full one.

    Args:
      input, strides, padding, rate, data_format, dilations: as for `depthwise_conv2d`.
      depthwise_filter: [rows, columns, channels, multiplier].
      pointwise_filter: [1, 1, channels * multiplier, output channels].
      name: the scope of the ops.

    Raises:
      ValueError: the filters' shapes do not fit.

    >>> x, deep, flat = tf.ones([1, 2, 2, 1]), tf.ones([2, 2, 1, 3]), tf.ones([1, 1, 3, 2])
    >>> run(separable_conv2d(x, deep, flat, [1, 1, 1, 1], "VALID")).ravel()
    array([12., 12.], dtype=float32)
    """
    rate = one_of("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as scope:
        x = convert_to_tensor(input, name="tensor_in")
        deep = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        flat = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        flat_shape = flat.shape.with_rank(4)
        flat_shape[0].assert_is_compatible_with(1)
        flat_shape[1].assert_is_compatible_with(1)

        def convolve(images: Tensor, _axes: int, padding: str) -> Tensor:
            return depthwise_conv2d_native(images, deep, strides, padding, data_format, name="depthwise")

        rate = [1, 1] if rate is None else rate
        y = with_space_to_batch(x, rate, padding, convolve, shape(deep), data_format=data_format)
        return conv2d(y, flat, [1, 1, 1, 1], "VALID", data_format=data_format, name=scope)
