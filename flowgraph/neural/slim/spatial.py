"""Convolutions of each plane by itself, and where features lie in an image (tf.contrib.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import xavier_initializer
from flowgraph.neural.slim.options import (
    finished,
    last_dimension,
    one_per_channel,
    two_element_tuple,
)
from flowgraph.ops.activation import relu
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.batch_gather import meshgrid
from flowgraph.ops.bias import bias_add
from flowgraph.ops.depthwise import depthwise_conv2d
from flowgraph.ops.initializers import Constant, Ones, Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.range import linspace
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import tile, transpose
from flowgraph.ops.softmax import softmax
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope

_XAVIER, _ZEROS = xavier_initializer(), Zeros()


@add_arg_scope
def convolution2d_in_plane(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A convolution of each channel of images by itself, all with the same kernel, plus biases, activated.

    Args:
      inputs: [batch, height, width, channels].
      kernel_size, stride: for height and width, or one number for both.
      padding: "SAME" or "VALID".
      activation_fn, normalizer_fn, normalizer_params, weights_initializer, weights_regularizer, biases_initializer,
        biases_regularizer, reuse, variables_collections, outputs_collections, trainable, scope: see
        `fully_connected`.

    Raises:
      ValueError: the rank is below 4, or the number of channels unknown.

    >>> convolution2d_in_plane(tf.zeros([1, 4, 4, 3]), 2)
    <tf.Tensor 'ConvInPlane/Relu:0' shape=(1, 4, 4, 3) dtype=float32>
    """
    with variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as inside:
        dtype = inputs.dtype.base_dtype
        height, width = two_element_tuple(kernel_size)
        stride_h, stride_w = two_element_tuple(stride)
        channels = last_dimension(inputs.shape, min_rank=4)
        weights = one_per_channel(
            "weights", [height, width, 1, 1], dtype, weights_initializer, variables_collections, trainable,
            regularizer=weights_regularizer,
        )  # fmt: skip
        kernels = tile(weights, [1, 1, channels, 1])
        outputs = depthwise_conv2d(inputs, kernels, [1, stride_h, stride_w, 1], padding)
        if normalizer_fn is None and biases_initializer is not None:
            biases = one_per_channel(
                "biases", [channels], dtype, biases_initializer, variables_collections, trainable,
                regularizer=biases_regularizer,
            )  # fmt: skip
            outputs = bias_add(outputs, biases)
        result: Tensor = finished(
            outputs, inside.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params
        )
        return result


conv2d_in_plane = convolution2d_in_plane


@add_arg_scope
def spatial_softmax(
    features: Any,
    temperature: float | None = None,
    name: str | None = None,
    variables_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
) -> Tensor:
    """Where in an image each channel is strong: the mean place, weighted by a softmax over all places.

    Args:
      features: [batch, height, width, channels], or with the channels second.
      temperature: what the features are divided by before the softmax: the initial value of a variable; None: 1.
      name: the variable scope.
      variables_collections: collections for the variable, or a dictionary of lists, by name.
      trainable: whether the variable is trained.
      data_format: "NHWC" or "NCHW".

    Returns:
      [batch, 2 * channels]: two numbers between -1 and 1 for each channel, along height and width.

    Raises:
      ValueError: the data format is none of these, or the number of channels is unknown.
    """
    with variable_scope(name, "spatial_softmax"):
        sizes, known = shape(features), features.shape
        if data_format == "NHWC":
            height, width, channels = sizes[1], sizes[2], known[3].value
        elif data_format == "NCHW":
            channels, height, width = known[1].value, sizes[2], sizes[3]
        else:
            raise refusal("data_format has to be either NCHW or NHWC.")
        if channels is None:
            which = "The num_channels dimension of the inputs to `spatial_softmax`"
            raise refusal(f"{which} should be defined. Found `None`.")
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            places = meshgrid(linspace(-1.0, 1.0, num=height), linspace(-1.0, 1.0, num=width), indexing="ij")
            places = [reshape(place, [height * width]) for place in places]
            divisor = one_per_channel(
                "temperature", (), dt.float32, Ones() if temperature is None else Constant(temperature),
                variables_collections if trainable else None, trainable,
            )  # fmt: skip
            if data_format == "NHWC":
                features = transpose(features, [0, 3, 1, 2])
            attention = softmax(reshape(features, [-1, height * width]) / divisor)
            expected = [reduce_sum(place * attention, [1], keepdims=True) for place in places]
            points = reshape(concat(expected, 1), [-1, channels * 2])
            points.set_shape([None, channels * 2])
    return points
