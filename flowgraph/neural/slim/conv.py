"""Convolutions (tf.contrib.layers.conv1d, conv2d, conv3d)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.initializers import xavier_initializer
from flowgraph.neural.layers.conv import Conv1D, Conv2D, Conv3D
from flowgraph.neural.slim.options import (
    WEIGHTS_AND_BIASES,
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
_FORMATS = (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW")
_OF_RANK: dict[int | None, Any] = {3: Conv1D, 4: Conv2D, 5: Conv3D}


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
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
    conv_dims: int | None = None,
) -> Tensor:
    """A convolution along one, two or three axes, plus biases, activated; or normalized in place of the biases.

    Args:
      inputs: [batch, ..., channels] with one, two or three axes between them, or with the channels in front of these.
      num_outputs: how many channels come out.
      kernel_size, stride: for each of these axes, or one number for all.
      padding: "SAME" or "VALID".
      data_format: such as "NHWC", "NCHW"; by default the channels are last.
      rate: how far apart the entries of the kernel lie, in the inputs; above 1 only with a stride of 1.
      conv_dims: how many axes it must be along.
      activation_fn, normalizer_fn, normalizer_params, weights_initializer, weights_regularizer, biases_initializer,
        biases_regularizer, reuse, variables_collections, outputs_collections, trainable, scope: see
        `fully_connected`.

    Raises:
      ValueError: a data format or a rank is none of these, or the number of channels is unknown.

    >>> y = convolution(tf.zeros([1, 8, 8, 3]), 16, [3, 3], stride=2)
    >>> y, [v.shape.as_list() for v in tf.model_variables()]
    (<tf.Tensor 'Conv/Relu:0' shape=(1, 4, 4, 16) dtype=float32>, [[3, 3, 3, 16], [16]])
    """
    if data_format not in _FORMATS:
        raise refusal(f"Invalid data_format: {data_format!r}")
    getter = renaming_getter(WEIGHTS_AND_BIASES)
    with variable_scope(scope, "Conv", [inputs], reuse=reuse, custom_getter=getter) as inside:
        inputs = convert_to_tensor(inputs)
        layer = _layer_for(inputs.shape.ndims, conv_dims)(
            filters=num_outputs,
            kernel_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layers_format(data_format),
            dilation_rate=rate,
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
        collect_variable(layer.kernel, variables_collections, "weights")
        if layer.use_bias:
            collect_variable(layer.bias, variables_collections, "biases")
        return finished(outputs, inside.name, outputs_collections, activation_fn, normalizer_fn, normalizer_params)


def _layer_for(rank: int | None, conv_dims: int | None) -> Any:
    """The layer of tf.layers for inputs of a rank."""
    if conv_dims is not None and conv_dims + 2 != rank:
        if rank is None:  # TF stumbles here over its own message
            raise refusal("%d format: a number is required, not NoneType", TypeError)
        raise refusal(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
    if rank not in _OF_RANK:
        raise ValueError("Convolution not supported for input with rank", rank)
    return _OF_RANK[rank]


@add_arg_scope
def convolution1d(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
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
    """A `convolution` along one axis: of [batch, width, channels]."""
    return convolution(
        inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn,
        normalizer_params, weights_initializer, weights_regularizer, biases_initializer, biases_regularizer, reuse,
        variables_collections, outputs_collections, trainable, scope, conv_dims=1,
    )  # fmt: skip


@add_arg_scope
def convolution2d(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
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
    """A `convolution` along two axes: of [batch, height, width, channels]."""
    return convolution(
        inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn,
        normalizer_params, weights_initializer, weights_regularizer, biases_initializer, biases_regularizer, reuse,
        variables_collections, outputs_collections, trainable, scope, conv_dims=2,
    )  # fmt: skip


@add_arg_scope
def convolution3d(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
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
    """A `convolution` along three axes: of [batch, depth, height, width, channels]."""
    return convolution(
        inputs, num_outputs, kernel_size, stride, padding, data_format, rate, activation_fn, normalizer_fn,
        normalizer_params, weights_initializer, weights_regularizer, biases_initializer, biases_regularizer, reuse,
        variables_collections, outputs_collections, trainable, scope, conv_dims=3,
    )  # fmt: skip


conv1d, conv2d, conv3d = convolution1d, convolution2d, convolution3d
