"""Two-dimensional convolution, its transpose, and their gradients, each of which is the others' gradient."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import conv as kernel
from flowgraph.kernels.window import axis_paddings, image_axes
from flowgraph.ops.array import shape, shape_argument, shape_n
from flowgraph.ops.attributes import choice, flag, ints, per_axis
from flowgraph.ops.reduction import one_of
from flowgraph.sizes import Size, Sizes

_TYPES = (dt.float16, dt.bfloat16, dt.float32, dt.float64)
_ATTRS = {
    "T": TypeAttr(_TYPES),
    "strides": REQUIRED,
    "use_cudnn_on_gpu": True,
    "padding": REQUIRED,
    "explicit_paddings": (),
    "data_format": "NHWC",
    "dilations": (1, 1, 1, 1),
}
_PADDINGS = ("SAME", "VALID", "EXPLICIT")
FORMATS = ("NHWC", "NCHW")
DEFAULT_DILATIONS = (1, 1, 1, 1)
_FUNCTIONS = {
    "Conv2D": "conv2d",
    "Conv2DBackpropInput": "conv2d_backprop_input",
    "Conv2DBackpropFilter": "conv2d_backprop_filter",
}

# -- shapes ----------------------------------------------------------------------------------------------


def four_axes(x: Any) -> tuple[Size, ...]:
    """The sizes of a tensor that must have rank 4."""
    return four_sizes(x.sizes)


def four_sizes(sizes: Sizes) -> tuple[Size, ...]:
    """Sizes of which there must be four; all unknown if nothing is known."""
    if sizes is None:
        return (None, None, None, None)
    if len(sizes) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {len(sizes)}")
    return sizes


def sizes_of_images(sizes: Any) -> tuple[Size, ...]:
    """What is known of the four sizes that a vector holds."""
    if sizes.sizes is not None and len(sizes.sizes) == 1 and sizes.sizes[0] is not None:
        four_sizes((None,) * sizes.sizes[0])
    return four_sizes(shape_argument(sizes))


def _convolved_sizes(x: Any, w: Any, **attrs: Any) -> Sizes:
    data_format, strides, dilations = attrs["data_format"], attrs["strides"], attrs["dilations"]
    x_sizes, w_sizes = four_axes(x), four_axes(w)
    if len(dilations) != 4:
        raise ValueError(f"Conv2D requires the dilation attribute to contain 4 values, but got: {len(dilations)}")
    if len(strides) != 4:
        raise ValueError(
            f"Conv2D on data format {data_format} requires the stride attribute to contain 4 values, "
            f"but got: {len(strides)}"
        )
    batch, down, right, deep = image_axes(data_format)
    _check_depths(x_sizes[deep], w_sizes[2], w_sizes[3])
    paddings = axis_paddings(attrs["padding"], attrs["explicit_paddings"], data_format)
    out: list[Size] = [None] * 4
    out[batch], out[deep] = x_sizes[batch], w_sizes[3]
    for axis, size, padding in zip((down, right), w_sizes, paddings):
        out[axis] = kernel.infer_output_size(x_sizes[axis], size, strides[axis], padding, dilations[axis])
    return tuple(out)


def _check_depths(depth: Size, filter_depth: Size, out_depth: Size) -> None:
    """The filter may be meant for a group of the channels: then there are as many groups of filters."""
    if depth is None or not filter_depth:
        return
    if depth % filter_depth:
        raise ValueError(f"Depth of input ({depth}) is not a multiple of input depth of filter ({filter_depth})")
    groups = depth // filter_depth
    if groups > 1 and out_depth is not None and out_depth % groups:
        raise ValueError(f"Depth of output ({out_depth}) is not a multiple of the number of groups ({groups})")


# -- the op types ----------------------------------------------------------------------------------------


def numbers(attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes that the kernels know."""
    return {name: value for name, value in attrs.items() if name != "use_cudnn_on_gpu"}


def _conv_grad(op: Any, dy: Tensor) -> list[Any]:
    x, w = op.inputs
    x_shape, w_shape = shape_n([x, w])
    dx = emit(CONV2D_BACKPROP_INPUT, x_shape, w, dy, **op.attrs)
    dw = emit(CONV2D_BACKPROP_FILTER, x, w_shape, dy, **op.attrs)
    return [dx, dw]


def _backprop_input_grad(op: Any, d: Tensor) -> list[Any]:
    _, w, dy = op.inputs
    to_w = emit(CONV2D_BACKPROP_FILTER, d, shape(w), dy, **op.attrs)
    return [None, to_w, emit(CONV2D, d, w, **op.attrs)]


def _backprop_filter_grad(op: Any, d: Tensor) -> list[Any]:
    x, _, dy = op.inputs
    to_x = emit(CONV2D_BACKPROP_INPUT, shape(x), d, dy, **op.attrs)
    return [to_x, None, emit(CONV2D, x, d, **op.attrs)]


_ONE: dict[str, Any] = {"strides": (1, 1, 1, 1)}
_TWO: dict[str, Any] = {"strides": (1, 2, 2, 1)}
_EXPLICIT: dict[str, Any] = {"padding": "EXPLICIT", "explicit_paddings": (0, 0, 1, 2, 0, 1, 0, 0)}

CONV2D = OpDef(
    "Conv2D(input: T, filter: T) -> output: T",
    attrs=_ATTRS,
    infer=_convolved_sizes,
    forward=lambda xp, x, w, **attrs: kernel.conv2d(x, w, **numbers(attrs)),
    gradient=_conv_grad,
    cases=[
        case(FLOAT(2, 4, 5, 2), FLOAT(3, 2, 2, 3), padding="SAME", **_ONE),
        case(FLOAT(1, 5, 4, 2), FLOAT(2, 3, 2, 2), padding="VALID", **_TWO),
        case(FLOAT(1, 3, 3, 1), FLOAT(2, 2, 1, 2), **_EXPLICIT, **_ONE),
        case(DOUBLE(1, 5, 5, 1), DOUBLE(2, 2, 1, 1), padding="SAME", dilations=(1, 2, 2, 1), **_ONE),
        case(FLOAT(1, 2, 4, 3), FLOAT(2, 2, 2, 2), padding="SAME", data_format="NCHW", **_ONE),
        case(FLOAT(0, 3, 3, 1), FLOAT(2, 2, 1, 2), padding="SAME", **_ONE),
        case(HALF(1, 3, 3, 1), HALF(2, 2, 1, 2), padding="SAME", gradient=False, **_ONE),
    ],
)

CONV2D_BACKPROP_INPUT = OpDef(
    "Conv2DBackpropInput(input_sizes: int32, filter: T, out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda sizes, w, dy, **_: sizes_of_images(sizes),
    forward=lambda xp, sizes, w, dy, **attrs: kernel.conv2d_backprop_input(sizes, w, dy, **numbers(attrs)),
    gradient=_backprop_input_grad,
    cases=[
        case(INTS(2, 4, 5, 2), FLOAT(3, 2, 2, 3), FLOAT(2, 4, 5, 3), padding="SAME", **_ONE),
        case(INTS(1, 5, 4, 2), FLOAT(2, 3, 2, 2), FLOAT(1, 2, 1, 2), padding="VALID", **_TWO),
        case(INTS(1, 3, 3, 1), FLOAT(2, 2, 1, 2), FLOAT(1, 5, 3, 2), **_EXPLICIT, **_ONE),
    ],
)

CONV2D_BACKPROP_FILTER = OpDef(
    "Conv2DBackpropFilter(input: T, filter_sizes: int32, out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda x, sizes, dy, **_: sizes_of_images(sizes),
    forward=lambda xp, x, sizes, dy, **attrs: kernel.conv2d_backprop_filter(x, sizes, dy, **numbers(attrs)),
    gradient=_backprop_filter_grad,
    cases=[
        case(FLOAT(2, 4, 5, 2), INTS(3, 2, 2, 3), FLOAT(2, 4, 5, 3), padding="SAME", **_ONE),
        case(FLOAT(1, 5, 4, 2), INTS(2, 3, 2, 2), FLOAT(1, 2, 1, 2), padding="VALID", **_TWO),
        case(FLOAT(1, 3, 3, 1), INTS(2, 2, 1, 2), FLOAT(1, 5, 3, 2), **_EXPLICIT, **_ONE),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _explicit(padding: Any) -> tuple[Any, tuple[Any, ...]]:
    """A padding as the op has it: a word, and the numbers of cells where it is a list of pairs."""
    if padding == "EXPLICIT":
        raise refusal(
            '"EXPLICIT" is not a valid value for the padding parameter. To use explicit padding, the padding '
            "parameter must be a list."
        )
    if not isinstance(padding, list | tuple):
        return padding, ()
    rule = "When padding is a list, each element of padding must be a list/tuple of size 2."
    for index, pair in enumerate(padding):
        if not isinstance(pair, list | tuple):
            raise refusal(f"{rule} Element with index {index} of padding is not a list/tuple")
        if len(pair) != 2:
            raise refusal(f"{rule} Element with index {index} of padding has size {len(pair)}")
    if len(padding) != 4:
        raise refusal(f"When padding is a list, it must be of size 4. Got padding of size: {len(padding)}")
    return "EXPLICIT", tuple(cells for pair in padding for cells in pair)


def attributes(
    op_type: str,
    strides: Any,
    padding: Any,
    cells: Any,
    data_format: Any,
    dilations: Any,
    use_cudnn: Any = True,
) -> dict[str, Any]:
    """The op's attributes, checked; `cells` are the explicit paddings."""
    function = _FUNCTIONS[op_type]
    return {
        "strides": ints("strides", strides, function),
        "padding": choice("padding", padding, _PADDINGS, op_type),
        "use_cudnn_on_gpu": flag("use_cudnn_on_gpu", use_cudnn),
        "explicit_paddings": ints("explicit_paddings", cells, function),
        "data_format": choice("data_format", data_format, FORMATS, op_type),
        "dilations": ints("dilations", DEFAULT_DILATIONS if dilations is None else dilations, function),
    }


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Slide a filter over images: each output is the sum of products of the filter with what lies under it.

    Args:
      input: images [batch, rows, columns, channels], of floats.
      filter: [rows, columns, channels, output channels], of the same dtype.
      strides: the steps between windows: one number, two (rows, columns), or one for each axis of the images.
      padding: "SAME": pad with zeros so that a stride of 1 keeps the size; "VALID": do not pad; or a list of
        (before, after) pairs for each axis.
      use_cudnn_on_gpu: an attribute of the op that changes nothing here.
      data_format: "NHWC", or "NCHW": channels before rows.
      dilations: the distances between the filter's cells, written as strides are.
      name: the op's name.
      filters: another name of `filter`.

    Raises:
      ValueError: the shapes do not fit, or an argument is none of those that TF knows.

    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> run(conv2d(image, tf.ones([2, 2, 1, 1]), strides=1, padding="VALID"))[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]], dtype=float32)
    """
    filter = one_of("filters", filters, "filter", filter)
    padding, cells = _explicit(padding)
    data_format = "NHWC" if data_format is None else data_format
    strides = per_axis("strides", strides, _channel_axis(data_format))
    dilations = per_axis("dilations", dilations, _channel_axis(data_format))
    attrs = attributes("Conv2D", strides, padding, cells, data_format, dilations, use_cudnn_on_gpu)
    return emit(CONV2D, input, filter, name=name, **attrs)


def _channel_axis(data_format: str) -> int:
    return 1 if data_format.startswith("NC") else 3


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of `conv2d` for its images.

    Args:
      input_sizes: the shape of the images.
      out_backprop: the gradient for the convolution's output.
      The others are those of the convolution, `strides` and `dilations` with a number for each axis.

    >>> w, dy = tf.ones([2, 2, 1, 1]), tf.ones([1, 1, 1, 1])
    >>> run(conv2d_backprop_input([1, 2, 2, 1], w, dy, [1, 1, 1, 1], "VALID"))[0, :, :, 0]
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    filter = one_of("filters", filters, "filter", filter)
    padding, cells = _explicit(padding)
    data_format = "NHWC" if data_format is None else data_format
    attrs = attributes("Conv2DBackpropInput", strides, padding, cells, data_format, dilations, use_cudnn_on_gpu)
    return emit(CONV2D_BACKPROP_INPUT, input_sizes, filter, out_backprop, name=name, **attrs)


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: Any = "NHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv2d` for its filter.

    Args:
      filter_sizes: the shape of the filter.
      out_backprop: the gradient for the convolution's output.
      The others are those of the convolution, `strides` and `dilations` with a number for each axis.

    >>> x, dy = tf.reshape(tf.range(4.0), [1, 2, 2, 1]), tf.ones([1, 1, 1, 1])
    >>> run(conv2d_backprop_filter(x, [2, 2, 1, 1], dy, [1, 1, 1, 1], "VALID"))[:, :, 0, 0]
    array([[0., 1.],
           [2., 3.]], dtype=float32)
    """
    padding, cells = _explicit(padding)
    data_format = "NHWC" if data_format is None else data_format
    attrs = attributes("Conv2DBackpropFilter", strides, padding, cells, data_format, dilations, use_cudnn_on_gpu)
    return emit(CONV2D_BACKPROP_FILTER, input, filter_sizes, out_backprop, name=name, **attrs)


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: Any = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of `conv2d`: the op that is its gradient, used forwards, to make small images larger.

    Args:
      value: images [batch, rows, columns, channels], of floats.
      filter: [rows, columns, output channels, channels], of the same dtype.
      output_shape: the shape of the result.
      strides: those of the convolution that this one transposes.
      padding: "SAME" or "VALID".
      data_format: "NHWC" or "NCHW".
      name: the op's name.
      input, filters: other names of `value` and `filter`.
      dilations: as those of `conv2d`.

    >>> run(conv2d_transpose(tf.ones([1, 1, 1, 1]), tf.ones([2, 2, 1, 1]), [1, 2, 2, 1], 2))[0, :, :, 0]
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    value = one_of("input", input, "value", value)
    filter = one_of("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        data_format = "NHWC" if data_format is None else data_format
        strides = per_axis("strides", strides, _channel_axis(data_format))
        dilations = per_axis("dilations", dilations, _channel_axis(data_format))
        attrs = attributes("Conv2DBackpropInput", strides, padding, (), data_format, dilations)
        return emit(CONV2D_BACKPROP_INPUT, output_shape, filter, value, name=scope, **attrs)
