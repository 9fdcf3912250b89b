"""Three-dimensional convolution, its transpose, and their gradients, each of which is the others' gradient."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import conv3d as kernel
from flowgraph.kernels.window import infer_output_size
from flowgraph.ops.array import shape, shape_argument
from flowgraph.ops.attributes import choice, ints, per_axis
from flowgraph.ops.reduction import one_of
from flowgraph.sizes import Size, Sizes

FORMATS = ("NDHWC", "NCDHW")
DEFAULT_DILATIONS = (1, 1, 1, 1, 1)
_ATTRS = {
    "T": TypeAttr((dt.float16, dt.bfloat16, dt.float32, dt.float64)),
    "strides": REQUIRED,
    "padding": REQUIRED,
    "data_format": "NDHWC",
    "dilations": DEFAULT_DILATIONS,
}

# -- shapes ----------------------------------------------------------------------------------------------


def five_sizes(sizes: Sizes) -> tuple[Size, ...]:
    """Sizes of which there must be five; all unknown if nothing is known."""
    if sizes is None:
        return (None,) * 5
    if len(sizes) != 5:
        raise ValueError(f"Shape must be rank 5 but is rank {len(sizes)}")
    return sizes


def sizes_of_volumes(sizes: Any) -> tuple[Size, ...]:
    """What is known of the five sizes that a vector holds."""
    if sizes.sizes is not None and len(sizes.sizes) == 1 and sizes.sizes[0] is not None:
        five_sizes((None,) * sizes.sizes[0])
    return five_sizes(shape_argument(sizes))


def _convolved_sizes(x: Any, w: Any, **attrs: Any) -> Sizes:
    x_sizes, w_sizes = five_sizes(x.sizes), five_sizes(w.sizes)
    for what, steps in (("dilation", attrs["dilations"]), ("stride", attrs["strides"])):
        if len(steps) != 5:
            line = f"Conv3D requires the {what} attribute to contain 5 values, but got: {len(steps)}"
            raise ValueError(line)
    batch, *spatial, deep = kernel.volume_axes(attrs["data_format"])
    depth, filter_depth = x_sizes[deep], w_sizes[3]
    if depth is not None and filter_depth and depth % filter_depth:
        line = f"Depth of input ({depth}) is not a multiple of input depth of filter ({filter_depth})"
        raise ValueError(line)
    out: list[Size] = [None] * 5
    out[batch], out[deep] = x_sizes[batch], w_sizes[4]
    for axis, size in zip(spatial, w_sizes):
        stride, dilation = attrs["strides"][axis], attrs["dilations"][axis]
        out[axis] = infer_output_size(x_sizes[axis], size, stride, attrs["padding"], dilation)
    return tuple(out)


# -- the op types ----------------------------------------------------------------------------------------


def _conv_grad(op: Any, dy: Tensor) -> list[Any]:
    x, w = op.inputs
    dx = emit(CONV3D_BACKPROP_INPUT, shape(x), w, dy, **op.attrs)
    return [dx, emit(CONV3D_BACKPROP_FILTER, x, shape(w), dy, **op.attrs)]


def _backprop_input_grad(op: Any, d: Tensor) -> list[Any]:
    _, w, dy = op.inputs
    to_w = emit(CONV3D_BACKPROP_FILTER, d, shape(w), dy, **op.attrs)
    return [None, to_w, emit(CONV3D, d, w, **op.attrs)]


def _backprop_filter_grad(op: Any, d: Tensor) -> list[Any]:
    x, _, dy = op.inputs
    to_x = emit(CONV3D_BACKPROP_INPUT, shape(x), d, dy, **op.attrs)
    return [to_x, None, emit(CONV3D, x, d, **op.attrs)]


_ONE: dict[str, Any] = {"strides": (1, 1, 1, 1, 1)}
_TWO: dict[str, Any] = {"strides": (1, 2, 1, 2, 1)}

CONV3D = OpDef(
    "Conv3D(input: T, filter: T) -> output: T",
    attrs=_ATTRS,
    infer=_convolved_sizes,
    forward=lambda xp, x, w, **attrs: kernel.conv3d(x, w, **attrs),
    gradient=_conv_grad,
    cases=[
        case(FLOAT(2, 3, 2, 3, 2), FLOAT(2, 2, 1, 2, 2), padding="SAME", **_ONE),
        case(DOUBLE(1, 3, 3, 4, 1), DOUBLE(2, 3, 2, 1, 2), padding="VALID", **_TWO),
        case(DOUBLE(1, 1, 3, 3, 3), DOUBLE(2, 2, 2, 1, 1), padding="SAME", data_format="NCDHW", **_ONE),
        case(DOUBLE(1, 3, 1, 3, 1), DOUBLE(2, 1, 2, 1, 1), padding="SAME", dilations=(1, 2, 1, 2, 1), **_ONE),
        case(FLOAT(0, 2, 2, 2, 1), FLOAT(2, 2, 2, 1, 2), padding="SAME", **_ONE),
        case(HALF(1, 2, 2, 2, 1), HALF(2, 2, 2, 1, 2), padding="SAME", gradient=False, **_ONE),
    ],
)

CONV3D_BACKPROP_INPUT = OpDef(
    "Conv3DBackpropInputV2(input_sizes: Tshape, filter: T, out_backprop: T) -> output: T",
    attrs={**_ATTRS, "Tshape": TypeAttr(INDEX, dt.int32)},
    infer=lambda sizes, w, dy, **_: sizes_of_volumes(sizes),
    forward=lambda xp, sizes, w, dy, **attrs: kernel.conv3d_backprop_input(sizes, w, dy, **attrs),
    gradient=_backprop_input_grad,
    cases=[
        case(INTS(2, 3, 2, 3, 2), FLOAT(2, 2, 1, 2, 2), FLOAT(2, 3, 2, 3, 2), padding="SAME", **_ONE),
        case(INTS(1, 3, 3, 4, 1), DOUBLE(2, 3, 2, 1, 2), DOUBLE(1, 1, 1, 2, 2), padding="VALID", **_TWO),
    ],
)

CONV3D_BACKPROP_FILTER = OpDef(
    "Conv3DBackpropFilterV2(input: T, filter_sizes: int32, out_backprop: T) -> output: T",
    attrs=_ATTRS,
    infer=lambda x, sizes, dy, **_: sizes_of_volumes(sizes),
    forward=lambda xp, x, sizes, dy, **attrs: kernel.conv3d_backprop_filter(x, sizes, dy, **attrs),
    gradient=_backprop_filter_grad,
    cases=[
        case(FLOAT(2, 3, 2, 3, 2), INTS(2, 2, 1, 2, 2), FLOAT(2, 3, 2, 3, 2), padding="SAME", **_ONE),
        case(DOUBLE(1, 3, 3, 4, 1), INTS(2, 3, 2, 1, 2), DOUBLE(1, 1, 1, 2, 2), padding="VALID", **_TWO),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def attributes(op_type: str, function: str, strides: Any, padding: Any, data_format: Any, dilations: Any) -> Any:
    """The attributes of an op over volumes, checked."""
    return {
        "strides": ints("strides", strides, function, fewest=5, op_type=op_type),
        "padding": choice("padding", padding, ("SAME", "VALID"), op_type),
        "data_format": choice("data_format", "NDHWC" if data_format is None else data_format, FORMATS, op_type),
        "dilations": ints("dilations", DEFAULT_DILATIONS if dilations is None else dilations, function),
    }


def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: Any = "NDHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Slide a filter over volumes: each output is the sum of products of the filter with what lies under it.

    Args:
      input: volumes [batch, planes, rows, columns, channels], of floats.
      filter: [planes, rows, columns, channels, output channels], of the same dtype.
      strides: five numbers, one for each axis of the volumes; those of batch and channels are 1.
      padding: "SAME": pad with zeros so that a stride of 1 keeps the size; "VALID": do not pad.
      data_format: "NDHWC", or "NCDHW": channels before planes.
      dilations: the distances between the filter's cells, written as strides are. (TF 1.15 refuses others than 1, and
        NCDHW, without a GPU; here they work.)
      name: the op's name.
      filters: another name of `filter`.

    Raises:
      ValueError: the shapes do not fit, or an argument is none of those that TF knows.

    >>> volume = tf.reshape(tf.range(8.0), [1, 2, 2, 2, 1])
    >>> run(conv3d(volume, tf.ones([2, 2, 2, 1, 1]), [1, 1, 1, 1, 1], "VALID")).item()
    28.0
    """
    filter = one_of("filters", filters, "filter", filter)
    data_format = "NDHWC" if data_format is None else data_format
    attrs = attributes("Conv3D", "conv3d", strides, padding, data_format, dilations)
    return emit(CONV3D, input, filter, name=name, **attrs)


def conv3d_backprop_filter_v2(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: Any = "NDHWC",
    dilations: Any = DEFAULT_DILATIONS,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv3d` for its filter.

    Args:
      filter_sizes: the shape of the filter.
      out_backprop: the gradient for the convolution's output.
      The others are those of the convolution.

    >>> x, dy = tf.reshape(tf.range(2.0), [1, 1, 1, 2, 1]), tf.ones([1, 1, 1, 1, 1])
    >>> run(conv3d_backprop_filter_v2(x, [1, 1, 2, 1, 1], dy, [1] * 5, "VALID")).ravel()
    array([0., 1.], dtype=float32)
    """
    data_format = "NDHWC" if data_format is None else data_format
    attrs = attributes("Conv3DBackpropFilterV2", "conv3d_backprop_filter_v2", strides, padding, data_format, dilations)
    return emit(CONV3D_BACKPROP_FILTER, input, filter_sizes, out_backprop, name=name, **attrs)


def conv3d_transpose(
    value: Any,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: Any = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of `conv3d`: the op that is its gradient, used forwards, to make small volumes larger.

    Args:
      value: volumes [batch, planes, rows, columns, channels], of floats.
      filter: [planes, rows, columns, output channels, channels], of the same dtype.
      output_shape: the shape of the result.
      strides: those of the convolution that this one transposes: one number, three, or five.
      padding: "SAME" or "VALID".
      data_format: "NDHWC" or "NCDHW".
      name: the op's name.
      input, filters: other names of `value` and `filter`.
      dilations: as those of `conv3d`, written as `strides` are.

    >>> run(conv3d_transpose(tf.ones([1, 1, 1, 1, 1]), tf.ones([1, 1, 2, 1, 1]), [1, 1, 1, 2, 1], 2)).ravel()
    array([1., 1.], dtype=float32)
    """
    filter = one_of("filters", filters, "filter", filter)
    value = one_of("input", input, "value", value)
    with name_scope(name, "conv3d_transpose", [value, filter, output_shape]) as scope:
        data_format = "NDHWC" if data_format is None else data_format
        channels = 1 if data_format.startswith("NC") else 4
        strides = per_axis("strides", strides, channels, 3)
        dilations = per_axis("dilations", dilations, channels, 3)
        attrs = attributes(
            "Conv3DBackpropInputV2", "conv3d_backprop_input_v2", strides, padding, data_format, dilations
        )
        return emit(CONV3D_BACKPROP_INPUT, output_shape, filter, value, name=scope, **attrs)
