"""Depthwise separable convolutions (tf.contrib.layers.separable_conv2d)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import xavier_initializer
from flowgraph.neural.layers.separable import SeparableConv2D
from flowgraph.neural.slim.options import (
    IMAGE_FORMATS,
    channel_dimension,
    check_format,
    collect_variable,
    finished,
    get_variable_collections,
    layers_format,
    one_per_channel,
    renaming_getter,
    two_element_tuple,
)
from flowgraph.ops.activation import relu
from flowgraph.ops.bias import bias_add
from flowgraph.ops.depthwise import depthwise_conv2d
from flowgraph.ops.initializers import Zeros
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope
from flowgraph.variables.framework import model_variable

_XAVIER, _ZEROS = xavier_initializer(), Zeros()
_NAMES = {"bias": "biases", "depthwise_kernel": "depthwise_weights", "pointwise_kernel": "pointwise_weights"}


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A convolution of each channel of images by itself, and one with a kernel of one pixel that mixes the channels.

    Args:
      inputs: [batch, height, width, channels], or with the channels second.
      num_outputs: how many channels come out; None: they are not mixed.
      kernel_size, stride: for height and width, or one number for both.
      depth_multiplier: how many channels each channel becomes before they are mixed.
      padding: "SAME" or "VALID".
      data_format: "NHWC" or "NCHW".
      rate: how far apart the entries of the kernel lie, in the inputs; above 1 only with a stride of 1.
      pointwise_initializer: initial values of the kernel that mixes; by default `weights_initializer`.
      activation_fn, normalizer_fn, normalizer_params, weights_initializer, weights_regularizer, biases_initializer,
        biases_regularizer, reuse, variables_collections, outputs_collections, trainable, scope: see
        `fully_connected`.

    Raises:
      ValueError: the data format is none of these, or the number of channels is unknown.

    >>> y = separable_convolution2d(tf.zeros([1, 4, 4, 3]), 8, [3, 3])
    >>> [v.op.name for v in tf.trainable_variables()]
    ['SeparableConv2d/depthwise_weights', 'SeparableConv2d/pointwise_weights', 'SeparableConv2d/biases']
    """
    check_format(data_format, IMAGE_FORMATS)
    getter = renaming_getter(_NAMES)
    with variable_scope(scope, "SeparableConv2d", [inputs], reuse=reuse, custom_getter=getter) as inside:
        inputs = convert_to_tensor(inputs)
        if num_outputs is None:
            outputs = _depthwise(
                inputs, kernel_size, depth_multiplier, stride, padding, data_format, rate, weights_initializer,
                weights_regularizer, variables_collections, trainable,
            )  # fmt: skip
            if normalizer_fn is None and biases_initializer is not None:
                channels = channel_dimension(outputs.shape, layers_format(data_format))
                biases = one_per_channel(
                    "biases", [channels], inputs.dtype.base_dtype, biases_initializer, variables_collections,
                    trainable, regularizer=biases_regularizer,
                )  # fmt: skip
                outputs = bias_add(outputs, biases, data_format=data_format)
        else:
            layer = SeparableConv2D(
                filters=num_outputs,
                kernel_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=layers_format(data_format),
                dilation_rate=two_element_tuple(rate),
                depth_multiplier=depth_multiplier,
                use_bias=not normalizer_fn and biases_initializer,
                depthwise_initializer=weights_initializer,
                pointwise_initializer=pointwise_initializer or weights_initializer,
                bias_initializer=biases_initializer,
                depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=inside.name,
                dtype=inputs.dtype.base_dtype,
                _scope=inside,
                _reuse=reuse,
            )
            outputs = layer(inputs)
            collect_variable(layer.depthwise_kernel, variables_collections, "weights")
            collect_variable(layer.pointwise_kernel, variables_collections, "weights")
            if layer.bias is not None:
                collect_variable(layer.bias, variables_collections, "biases")
        result: Tensor = finished(
            outputs, inside.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params
        )
        return result


def _depthwise(
    inputs: Tensor,
    kernel_size: Any,
    depth_multiplier: int,
    stride: Any,
    padding: str,
    data_format: str,
    rate: Any,
    initializer: Any,
    regularizer: Any,
    variables_collections: Any,
    trainable: bool,
) -> Tensor:
    """The convolution of each channel by itself."""
    height, width = two_element_tuple(kernel_size)
    stride_h, stride_w = two_element_tuple(stride)
    channels = channel_dimension(inputs.shape, layers_format(data_format), min_rank=4)
    weights = model_variable(
        "depthwise_weights",
        shape=[height, width, channels, depth_multiplier],
        dtype=inputs.dtype.base_dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=get_variable_collections(variables_collections, "weights"),
    )
    strides = [1, 1, stride_h, stride_w] if data_format == "NCHW" else [1, stride_h, stride_w, 1]
    return depthwise_conv2d(
        inputs, weights, strides, padding, rate=two_element_tuple(rate), data_format=data_format
    )  # fmt: skip


separable_conv2d = separable_convolution2d
