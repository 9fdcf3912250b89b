"""Convolutions the other way round, and depthwise separable ones (tf.contrib.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import xavier_initializer
from flowgraph.neural.layers.conv_transpose import Conv2DTranspose, Conv3DTranspose
from flowgraph.neural.slim.options import (
    IMAGE_FORMATS,
    VOLUME_FORMATS,
    WEIGHTS_AND_BIASES,
    check_format,
    collect_variable,
    finished,
    layers_format,
    renaming_getter,
)
from flowgraph.ops.activation import relu
from flowgraph.ops.initializers import Zeros
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope

_XAVIER, _ZEROS = xavier_initializer(), Zeros()


@add_arg_scope
def convolution2d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
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
    """What `conv2d` with this kernel and stride would have come from: images `stride` times as large.

    Args:
      inputs: [batch, height, width, channels], or with the channels second.
      num_outputs: how many channels come out.
      kernel_size, stride: for height and width, or one number for both.
      padding: "SAME" or "VALID".
      data_format: "NHWC" or "NCHW".
      activation_fn, normalizer_fn, normalizer_params, weights_initializer, weights_regularizer, biases_initializer,
        biases_regularizer, reuse, variables_collections, outputs_collections, trainable, scope: see
        `fully_connected`.

    Raises:
      ValueError: a data format or a rank is none of these, or the number of channels is unknown.

    >>> convolution2d_transpose(tf.zeros([1, 4, 4, 3]), 2, [3, 3], stride=2).shape.as_list()
    [1, 8, 8, 2]
    """
    getter = renaming_getter(WEIGHTS_AND_BIASES)
    with variable_scope(scope, "Conv2d_transpose", [inputs], reuse=reuse, custom_getter=getter) as inside:
        check_format(data_format, IMAGE_FORMATS)
        inputs = convert_to_tensor(inputs)
        layer = Conv2DTranspose(
            filters=num_outputs,
            kernel_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layers_format(data_format),
            use_bias=not normalizer_fn and biases_initializer,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=inside.name,
            dtype=inputs.dtype.base_dtype,
            _scope=inside,
            _reuse=reuse,
        )
        outputs = layer(inputs)
        return _ended(
            layer, outputs, inside, variables_collections, outputs_collections, activation_fn, normalizer_fn,
            normalizer_params,
        )  # fmt: skip


@add_arg_scope
def convolution3d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NDHWC",
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
    """What `conv3d` with this kernel and stride would have come from; see `conv2d_transpose`."""
    getter = renaming_getter(WEIGHTS_AND_BIASES)
    with variable_scope(scope, "Conv3d_transpose", [inputs], reuse=reuse, custom_getter=getter) as inside:
        check_format(data_format, VOLUME_FORMATS)
        inputs = convert_to_tensor(inputs)
        layer = Conv3DTranspose(
            filters=num_outputs,
            kernel_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layers_format(data_format),
            use_bias=not normalizer_fn and biases_initializer,
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=inside.name,
            dtype=inputs.dtype.base_dtype,
            _scope=inside,
            _reuse=reuse,
        )
        outputs = layer(inputs)
        return _ended(
            layer, outputs, inside, variables_collections, outputs_collections, activation_fn, normalizer_fn,
            normalizer_params,
        )  # fmt: skip


def _ended(
    layer: Any,
    outputs: Tensor,
    scope: Any,
    variables_collections: Any,
    outputs_collections: Any,
    activation_fn: Any,
    normalizer_fn: Any,
    normalizer_params: Any,
) -> Tensor:
    """The outputs of a layer, and its variables in their collections."""
    collect_variable(layer.kernel, variables_collections, "weights")
    if layer.bias is not None:
        collect_variable(layer.bias, variables_collections, "biases")
    result: Tensor = finished(outputs, scope.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)
    return result


conv2d_transpose, conv3d_transpose = convolution2d_transpose, convolution3d_transpose
