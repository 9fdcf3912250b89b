"""Pooling (tf.contrib.layers.max_pool2d and its kin)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.pool import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D
from flowgraph.neural.slim.options import (
    IMAGE_FORMATS,
    VOLUME_FORMATS,
    check_format,
    collect_named_outputs,
    layers_format,
    n_positive_integers,
)
from flowgraph.ops.pooling import pool as pool_op
from flowgraph.variables.arg_scope import add_arg_scope


def _pooled(
    layer: Any,
    default_name: str,
    inputs: Any,
    kernel_size: Any,
    stride: Any,
    padding: str,
    data_format: str,
    outputs_collections: Any,
    scope: Any,
) -> Tensor:
    """The outputs of a pooling layer of tf.layers."""
    with name_scope(scope, default_name, [inputs]) as inside:
        inputs = convert_to_tensor(inputs)
        pooling = layer(
            pool_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layers_format(data_format),
            _scope=inside,
        )
        outputs: Tensor = collect_named_outputs(outputs_collections, inside, pooling(inputs))
        return outputs


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The mean of each window of images; see `max_pool2d`.

    >>> run(avg_pool2d(tf.reshape(tf.range(4.0), [1, 2, 2, 1]), 2))
    array([[[[1.5]]]], dtype=float32)
    """
    check_format(data_format, IMAGE_FORMATS)
    return _pooled(
        AveragePooling2D, "AvgPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def avg_pool3d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NDHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The mean of each window of [batch, depth, height, width, channels]; see `max_pool2d`."""
    check_format(data_format, VOLUME_FORMATS)
    return _pooled(
        AveragePooling3D, "AvgPool3D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The largest entry of each window of images.

    Args:
      inputs: [batch, height, width, channels], or with the channels second.
      kernel_size, stride: for height and width, or one number for both.
      padding: "VALID" or "SAME".
      data_format: "NHWC" or "NCHW".
      outputs_collections: collections for the output.
      scope: the name scope.

    Raises:
      ValueError: the data format is none of these, or the rank is not 4.

    >>> run(max_pool2d(tf.reshape(tf.range(4.0), [1, 2, 2, 1]), [2, 2]))
    array([[[[3.]]]], dtype=float32)
    """
    check_format(data_format, IMAGE_FORMATS)
    return _pooled(
        MaxPooling2D, "MaxPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def max_pool3d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NDHWC",
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """The largest entry of each window of [batch, depth, height, width, channels]; see `max_pool2d`."""
    check_format(data_format, VOLUME_FORMATS)
    return _pooled(
        MaxPooling3D, "MaxPool3D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def pool(
    inputs: Any,
    kernel_size: Any,
    pooling_type: str,
    padding: str = "VALID",
    data_format: str | None = None,
    dilation_rate: Any = 1,
    stride: Any = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """`tf.nn.pool`: pooling along any number of axes, with gaps in the windows if wanted.

    Args:
      inputs: [batch, ..., channels], or with the channels second.
      kernel_size, dilation_rate, stride: for each axis between, or one number for all.
      pooling_type: "AVG" or "MAX".
      padding, data_format: see `tf.nn.pool`.
      outputs_collections: collections for the output.
      scope: the name scope.

    Raises:
      ValueError: the rank is unknown or below 3, or a number is not positive.
    """
    with name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as inside:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise refusal("Rank of inputs must be known")
        if rank < 3:
            raise refusal("Rank of inputs must be >= 3")
        outputs = pool_op(
            input=inputs,
            window_shape=n_positive_integers(rank - 2, kernel_size),
            pooling_type=pooling_type,
            padding=padding,
            data_format=data_format,
            dilation_rate=n_positive_integers(rank - 2, dilation_rate),
            strides=n_positive_integers(rank - 2, stride),
            name=inside,
        )
        pooled: Tensor = collect_named_outputs(outputs_collections, inside, outputs)
        return pooled
