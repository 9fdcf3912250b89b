"""Convolutions of any number of axes: conv1d, `convolution`, those with holes (atrous), and their transposes."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import numpy as np

from flowgraph.ir.convert import convert_to_tensor, is_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import conv3d as volumes
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import per_axis
from flowgraph.ops.conv import CONV2D_BACKPROP_INPUT, attributes, conv2d, conv2d_transpose
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import one_of
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.space_batch import batch_to_space, space_to_batch
from flowgraph.ops.space_windows import strides_and_rate, with_space_to_batch
from flowgraph.shapes import TensorShape, as_shape

_OLD_FORMATS = {None: "NHWC", "NHWC": "NHWC", "NWC": "NHWC", "NCHW": "NCHW", "NCW": "NCHW"}


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: Any = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Tensor:
    """Slide a filter along sequences: a `conv2d` over images of one row.

    Args:
      value: [batch, width, channels], of floats.
      filters: [width, channels, output channels], of the same dtype.
      stride: the step between windows.
      padding: "SAME" or "VALID".
      use_cudnn_on_gpu: an attribute of the op that changes nothing here.
      data_format: "NWC", or "NCW": channels before width.
      name: the name of the convolution and the scope of the ops around it.
      input: another name of `value`.
      dilations: the distance between the filter's cells.

    Raises:
      ValueError: the shapes do not fit, or `data_format` is another.

    >>> run(conv1d(tf.reshape([1.0, 2.0, 3.0], [1, 3, 1]), tf.ones([2, 1, 1]), 1, "VALID")).ravel()
    array([3., 5.], dtype=float32)
    """
    value = one_of("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        if data_format not in _OLD_FORMATS:
            raise refusal('data_format must be "NWC" or "NCW".')
        data_format = _OLD_FORMATS[data_format]
        start, channels = (2, 1) if data_format == "NCHW" else (1, 2)
        strides = [1, *per_axis("stride", stride, channels, 1)]
        dilations = [1, *per_axis("dilations", dilations, channels, 1)]
        rows = expand_dims(value, start)
        kernels = expand_dims(filters, 0)
        use_cudnn = True if use_cudnn_on_gpu is None else use_cudnn_on_gpu
        y = conv2d(rows, kernels, strides, padding, use_cudnn, data_format, dilations, name=scope)
        return squeeze(y, [start])


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: Any = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv1d`.

    Args:
      input: [batch, width, channels], of floats.
      filters: [width, output channels, channels], of the same dtype.
      output_shape: the shape of the result: three numbers.
      strides: the step of the convolution that this one transposes.
      padding: "SAME" or "VALID".
      data_format: "NWC" or "NCW".
      dilations: as for `conv1d`.
      name: the name of the op and the scope of those around it.

    >>> run(conv1d_transpose(tf.ones([1, 2, 1]), tf.ones([2, 1, 1]), [1, 4, 1], 2)).ravel()
    array([1., 1., 1., 1.], dtype=float32)
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        if data_format not in (None, "NWC", "NCW"):
            raise refusal('data_format must be "NWC" or "NCW".')
        data_format, start, channels = ("NCHW", 2, 1) if data_format == "NCW" else ("NHWC", 1, 2)
        strides = [1, *per_axis("stride", strides, channels, 1)]
        dilations = [1, *per_axis("dilations", dilations, channels, 1)]
        rows = expand_dims(input, start)
        kernels = expand_dims(filters, 0)
        sizes = output_shape if isinstance(output_shape, Tensor) else list(output_shape)
        sizes = concat([sizes[:start], [1], sizes[start:]], 0)
        attrs = attributes("Conv2DBackpropInput", strides, padding, (), data_format, dilations)
        y = emit(CONV2D_BACKPROP_INPUT, sizes, kernels, rows, name=scope, **attrs)
        return squeeze(y, start)


def convolution(
    input: Any,
    filter: Any = None,
    padding: Any = None,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """A convolution over one, two or three axes, with holes in the filter where `dilation_rate` is more than 1.

    Args:
      input: [batch, an axis, ..., channels], of floats.
      filter: [an axis, ..., channels, output channels], of the same dtype.
      padding: "SAME" or "VALID".
      strides: the steps between windows: one number, or one for each axis.
      dilation_rate: the distances between the filter's cells, written likewise; strides must be 1 where it is not.
      name: the name of the convolution.
      data_format: None, "NWC", "NHWC" or "NDHWC" as there are axes; "NCW", "NCHW", "NCDHW": channels before them.
      filters, dilations: other names of `filter` and `dilation_rate`.

    Raises:
      ValueError: the shapes do not fit, or an argument is none of those that TF knows.

    >>> x, w = tf.reshape(tf.range(4.0), [1, 4, 1]), tf.ones([2, 1, 1])
    >>> run(convolution(x, w, "VALID", dilation_rate=[2])).ravel()
    array([2., 4.], dtype=float32)
    """
    filter = one_of("filters", filters, "filter", filter)
    dilation_rate = one_of("dilations", dilations, "dilation_rate", dilation_rate)
    axes = _axes(input, filter)
    channels = 1 if data_format is not None and data_format.startswith("NC") else axes + 1
    strides = per_axis("strides", strides, channels, axes)
    rate = per_axis("dilations", dilation_rate, channels, axes)
    with name_scope(name, "convolution", [input, filter]) as scope:
        if all(step == 1 for step in rate):
            return _plain(axes, input, filter, strides, padding, data_format, rate, scope)
        inner = slice(2, None) if channels == 1 else slice(1, -1)
        return with_holes(input, filter, strides[inner], padding, data_format, rate[inner], scope)


def _axes(x: Any, w: Any) -> int:
    """How many axes the window slides along."""
    for item in (x, w):
        sizes = item.shape
        if not isinstance(sizes, TensorShape) or sizes.ndims is not None:
            axes = len(sizes) - 2
            if not 1 <= axes <= 3:
                raise refusal(f"Input tensor must be of rank 3, 4 or 5 but was {axes + 2}.")
            return axes
    raise refusal("rank of input or filter must be known")


def _plain(
    axes: int, x: Any, w: Any, strides: Any, padding: Any, data_format: Any, rate: Any, name: str | None
) -> Tensor:
    if axes == 1:
        return conv1d(x, w, strides, padding, data_format=data_format, dilations=rate, name=name)
    if axes == 2:
        return conv2d(x, w, strides, padding, data_format=data_format, dilations=rate, name=name)
    return volumes.conv3d(x, w, strides, padding, data_format, rate, name=name)


def with_holes(
    x: Any,
    w: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    rate: Any,
    name: str | None,
    rate_tensor: Tensor | None = None,
) -> Tensor:
    """A convolution whose filter has holes: that of blocks of what lies `rate` apart.

    `rate_tensor`: the rate as a tensor, if there is one already.
    """
    x_shape, w_shape = as_shape(x.shape), as_shape(w.shape)
    axes = len(x_shape if w_shape.ndims is None else w_shape) - 2
    for what, sizes in (("input", x_shape), ("filter", w_shape)):
        if sizes.ndims not in (None, axes + 2):
            raise refusal(f"{what} tensor must have rank {axes + 2}")
    channels_first = data_format is not None and data_format.startswith("NC")
    if x_shape.ndims is not None and w_shape.ndims is not None:
        depth = x_shape[1 if channels_first else axes + 1]
        if not depth.is_compatible_with(w_shape[axes]):
            raise refusal(
                f"number of input channels does not match corresponding dimension of filter, {depth} != {w_shape[axes]}"
            )
    strides, rate = strides_and_rate(axes, strides, rate)
    first = 2 if channels_first else 1

    def convolve(blocks: Tensor, axes: int, padding: str) -> Tensor:
        steps: Any = list(strides)
        if axes > 1:
            steps = [1, 1, *steps] if channels_first else [1, *steps, 1]
        y = _plain(axes, blocks, w, steps, padding, data_format, None if axes == 1 else [1] * (axes + 2), name)
        return y

    dims = range(first, first + axes)
    apart = rate if rate_tensor is None else rate_tensor
    y = with_space_to_batch(x, apart, padding, convolve, w_shape, dims, data_format)
    if channels_first and y.sizes is not None and y.sizes[1] is None:
        y.set_shape([y.sizes[0], w_shape[-1], *y.sizes[2:]])
    return y


def atrous_conv2d(value: Any, filters: Any, rate: Any, padding: Any, name: str | None = None) -> Tensor:
    """`conv2d` with holes in the filter (French: à trous): its cells are `rate` apart.

    Args:
      value: images [batch, rows, columns, channels], of floats.
      filters: [rows, columns, channels, output channels], of the same dtype.
      rate: how far apart; 1 is an ordinary convolution.
      padding: "SAME" or "VALID".
      name: the name of the convolution.

    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> run(atrous_conv2d(image, tf.ones([2, 2, 1, 1]), rate=2, padding="VALID")).ravel()
    array([16.], dtype=float32)
    """
    return convolution(value, filters, padding, dilation_rate=np.broadcast_to(rate, (2,)), name=name)


def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: Any, padding: Any, name: str | None = None
) -> Tensor:
    """The transpose of `atrous_conv2d`.

    Args:
      value: images [batch, rows, columns, channels], of floats.
      filters: [rows, columns, output channels, channels], of the same dtype.
      output_shape: the shape of the result: four numbers.
      rate: how far apart the filter's cells are.
      padding: "SAME" or "VALID".
      name: the scope of the ops.

    Raises:
      ValueError: the shapes do not fit, or `rate` is below 1.

    >>> run(atrous_conv2d_transpose(tf.ones([1, 1, 1, 1]), tf.ones([2, 2, 1, 1]), [1, 3, 3, 1], 2, "VALID"))[0, :, :, 0]
    array([[1., 0., 1.],
           [0., 0., 0.],
           [1., 0., 1.]], dtype=float32)
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]):
        x = convert_to_tensor(value, name="value")
        w = convert_to_tensor(filters, name="filters")
        if not x.shape[3].is_compatible_with(w.shape[3]):
            raise refusal(
                f"value's input channels does not match filters' input channels, {x.shape[3]} != {w.shape[3]}"
            )
        if rate < 1:
            raise refusal(f"rate {rate} cannot be less than one")
        if rate == 1:
            return conv2d_transpose(x, w, output_shape, [1, 1, 1, 1], padding, "NHWC")
        vector = convert_to_tensor(output_shape, name="output_shape")
        if not vector.shape.is_compatible_with([4]):
            raise refusal(f"output_shape must have shape (4,), got {vector.shape}")
        if isinstance(output_shape, tuple):
            output_shape = list(output_shape)
        if isinstance(output_shape, list | np.ndarray) and not w.shape[2].is_compatible_with(output_shape[3]):
            raise refusal(f"output_shape does not match filter's output channels, {output_shape[3]} != {w.shape[2]}")
        return _atrous_transpose(x, w, output_shape, rate, padding)


def _atrous_transpose(x: Tensor, w: Tensor, sizes: Any, rate: int, padding: Any) -> Tensor:
    if padding not in ("SAME", "VALID"):
        raise refusal(f"padding must be either VALID or SAME: {padding}")
    before: list[Any] = [0, 0]
    after: list[Any] = [0, 0]
    if padding == "SAME":
        window: Any = w.shape.as_list() if w.shape.is_fully_defined() else shape(w)
        kernel = [window[0], window[1]]
        spread = [size + (size - 1) * (rate - 1) for size in kernel]
        extra = [size - 1 for size in spread]
        before, after = _halves(extra)
    rows = sizes[1] + before[0] + after[0]
    cols = sizes[2] + before[1] + after[1]
    more = [(rate - size % rate) % rate for size in (rows, cols)]
    blocks = space_to_batch(x, [[0, more[0]], [0, more[1]]], rate)
    whole = [rate * rate * sizes[0], (rows + more[0]) // rate, (cols + more[1]) // rate, sizes[3]]
    attrs = attributes("Conv2DBackpropInput", [1, 1, 1, 1], "VALID", (), "NHWC", [1, 1, 1, 1])
    y = emit(CONV2D_BACKPROP_INPUT, whole, w, blocks, **attrs)
    crops = [[before[axis], after[axis] + more[axis]] for axis in (0, 1)]
    return batch_to_space(y, crops, rate)


def _halves(cells: list[Any]) -> tuple[list[Any], list[Any]]:
    """Padding cut in two, axis after axis; what is odd goes to the end."""
    before, after = [], []
    for count in cells:
        before.append(count // 2)
        after.append(count - before[-1])
    return before, after


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: Any = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `convolution`: conv1d_transpose, conv2d_transpose or conv3d_transpose, as `output_shape` says.

    Args:
      input: [batch, an axis, ..., channels], of floats.
      filters: [an axis, ..., output channels, channels], of the same dtype.
      output_shape: the shape of the result: three to five numbers.
      strides, padding, data_format, dilations: as for those.
      name: the op's name.

    Raises:
      ValueError: `output_shape` has another length.

    >>> run(conv_transpose(tf.ones([1, 2, 1]), tf.ones([2, 1, 1]), [1, 4, 1], 2)).ravel()
    array([1., 1., 1., 1.], dtype=float32)
    """
    with name_scope(name, "conv_transpose", [input, output_shape]) as scope:
        if is_tensor(output_shape):
            axes = output_shape.sizes[0] - 2
        elif isinstance(output_shape, Sized):
            axes = len(output_shape) - 2
        else:
            raise refusal("output_shape must be a tensor or sized collection.")
        if not 1 <= axes <= 3:
            raise refusal(f"output_shape must be of length 3, 4 or 5 but was {axes + 2}.")
        if axes == 1:
            return conv1d_transpose(input, filters, output_shape, strides, padding, data_format, dilations, scope)
        transpose = conv2d_transpose if axes == 2 else volumes.conv3d_transpose
        return transpose(input, filters, output_shape, strides, padding, data_format, dilations=dilations, name=scope)
