"""Normalization of each example by itself: of layers, channels, groups of channels; biases (tf.contrib.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.slim.options import IMAGE_FORMATS, check_format, finished, one_per_channel
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.bias import bias_add as bias_add_op
from flowgraph.ops.initializers import Ones, Zeros
from flowgraph.ops.moments import normalize_moments, sufficient_statistics
from flowgraph.ops.statistics import batch_normalization, moments
from flowgraph.ops.unary import rsqrt
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope

_ZEROS = Zeros()


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Any = None,
    initializer: Any = _ZEROS,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """`activation_fn(inputs + biases)`, with one bias for each channel.

    Args:
      inputs: [..., channels]; with "NCHW", [batch, channels, height, width].
      initializer, regularizer: of the biases.
      data_format: "NHWC" or "NCHW".
      activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: see `fully_connected`.

    Raises:
      ValueError: the data format is none of these, or does not go with the rank; the channels are unknown.

    >>> bias_add(tf.zeros([2, 3]), initializer=tf.ones_initializer())
    <tf.Tensor 'BiasAdd/BiasAdd:0' shape=(2, 3) dtype=float32>
    """
    check_format(data_format, IMAGE_FORMATS)
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as inside:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise refusal("Dims of shape must be known but is None")
        if rank != 4 and data_format == "NCHW":
            raise refusal("Data format NCHW only supports 4D Tensor")
        channels = inputs.shape[1 if data_format == "NCHW" else -1].value
        if channels is None:
            raise refusal("`C` dimension must be known but is None")
        biases = one_per_channel(
            "biases", [channels], inputs.dtype.base_dtype, initializer, variables_collections, trainable,
            regularizer=regularizer,
        )  # fmt: skip
        outputs = bias_add_op(inputs, biases, data_format=data_format)
        biased: Tensor = finished(outputs, inside.name, outputs_collections, activation_fn)
        return biased


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with moments of each example.

    Args:
      inputs: a tensor of floats, of known rank.
      center, scale: whether there are a beta and a gamma.
      begin_norm_axis: the first of the axes along which the moments are taken.
      begin_params_axis: the first of the axes along which beta and gamma differ.
      activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: see `fully_connected`.

    Raises:
      ValueError: the rank is unknown, an axis is none, or a size of beta is unknown.

    >>> y = layer_norm(tf.constant([[1.0, 3.0], [10.0, 30.0]]))
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     session.run(y).round(3)
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as inside:
        inputs = convert_to_tensor(inputs)
        sizes, rank = inputs.shape, inputs.shape.ndims
        if rank is None:
            raise refusal(f"Inputs {inputs.name} has undefined rank.")
        begin_norm_axis += rank if begin_norm_axis < 0 else 0
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            axes = f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({begin_norm_axis})"
            raise refusal(f"{axes} must be < rank(inputs) ({rank})")
        of_params = sizes[begin_params_axis:]
        if not of_params.is_fully_defined():
            which = f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:]"
            raise refusal(f"{which} is not fully defined: {sizes}")
        dtype = inputs.dtype.base_dtype
        beta, gamma = _beta_and_gamma(center, scale, of_params, dtype, {}, variables_collections, trainable)
        mean, variance = moments(inputs, list(range(begin_norm_axis, rank)), keep_dims=True)
        epsilon = 1e-3 if dtype == dt.float16 else 1e-12
        outputs = batch_normalization(inputs, mean, variance, offset=beta, scale=gamma, variance_epsilon=epsilon)
        outputs.set_shape(sizes)
        normal: Tensor = finished(outputs, inside.name, outputs_collections, activation_fn)
        return normal


def _beta_and_gamma(
    center: bool,
    scale: bool,
    sizes: Any,
    dtype: Any,
    initializers: Any,
    variables_collections: Any,
    trainable: bool,
    spread: Any = None,
) -> list[Any]:
    """The two parameters, or None in their places; reshaped where a shape is given in `spread`."""
    parameters: list[Any] = []
    for name, wanted, default in (("beta", center, Zeros), ("gamma", scale, Ones)):
        if not wanted:
            parameters.append(None)
            continue
        initializer = (initializers or {}).get(name) or default()
        parameter = one_per_channel(name, sizes, dtype, initializer, variables_collections, trainable)
        parameters.append(reshape(parameter, spread) if spread else parameter)
    return parameters


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """Each channel of each example, normalized by its own moments, times gamma, plus beta.

    Args:
      inputs: [batch, ..., channels]; with "NCHW", the channels second.
      center, scale: whether there are a beta and a gamma.
      epsilon: what is added to the variance.
      param_initializers: a dictionary of initial values for "beta" and "gamma".
      data_format: "NHWC" or "NCHW".
      activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: see `fully_connected`.

    Raises:
      ValueError: the rank or the number of channels is unknown, or the data format is none of these.
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise refusal(f"Inputs {inputs.name} has undefined rank.")
    check_format(data_format, IMAGE_FORMATS)
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as inside:
        axis, spread = rank - 1, None
        if data_format == "NCHW":
            axis, spread = 1, [1, inputs.shape[1].value, *[1] * (rank - 2)]
        channels = inputs.shape[axis : axis + 1]
        if not channels.is_fully_defined():
            raise refusal(f"Inputs {inputs.name} has undefined channels dimension {channels}.")
        beta, gamma = _beta_and_gamma(
            center, scale, channels, inputs.dtype.base_dtype, param_initializers, variables_collections, trainable,
            spread,
        )  # fmt: skip
        mean, variance = moments(inputs, [i for i in range(1, rank) if i != axis], keep_dims=True)
        outputs = batch_normalization(inputs, mean, variance, beta, gamma, epsilon, name="instancenorm")
        normal: Tensor = finished(outputs, inside.name, outputs_collections, activation_fn)
        return normal


@add_arg_scope
def group_norm(
    inputs: Any,
    groups: int = 32,
    channels_axis: int = -1,
    reduction_axes: Any = (-3, -2),
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    mean_close_to_zero: bool = False,
) -> Tensor:
    """Each group of channels of each example, normalized by its own moments, times gamma, plus beta.

    Args:
      inputs: a tensor of floats, of known rank, such as [batch, height, width, channels].
      groups: how many groups of channels there are.
      channels_axis: the axis of the channels.
      reduction_axes: the other axes along which the moments are taken.
      center, scale: whether there are a beta and a gamma.
      epsilon: what is added to the variance.
      param_initializers: a dictionary of initial values for "beta" and "gamma".
      mean_close_to_zero: whether to compute the variance in one go, which is less exact for a large mean.
      activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: see `fully_connected`.

    Raises:
      ValueError: the rank or a size is unknown, an axis is none, or the channels do not divide evenly into groups.

    >>> group_norm(tf.zeros([2, 5, 5, 8]), groups=4)
    <tf.Tensor 'GroupNorm/Reshape_2:0' shape=(2, 5, 5, 8) dtype=float32>
    """
    inputs = convert_to_tensor(inputs)
    sizes = _sizes_of(inputs, channels_axis)
    rank = len(sizes)
    channels_axis += rank if channels_axis < 0 else 0
    channels = inputs.shape[channels_axis].value
    if channels is None:
        raise refusal(f"Inputs {inputs.name} has undefined channel dimension: {channels_axis}.")
    others = _other_axes(inputs, reduction_axes, channels_axis)
    if groups > channels:
        raise refusal(f"Invalid groups {groups} for {channels} channels.")
    if channels % groups:
        raise refusal(f"{channels} channels is not commensurate with {groups} groups.")
    before, after = sizes[:channels_axis], sizes[channels_axis + 1 :]
    spread = [1] * len(before) + [groups, channels // groups] + [1] * len(after)
    inputs = reshape(inputs, [*before, groups, channels // groups, *after])
    axes = [channels_axis + 1] + [axis + 1 if axis > channels_axis else axis for axis in others]
    with variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as inside:
        beta, gamma = _beta_and_gamma(
            center, scale, [channels], inputs.dtype.base_dtype, param_initializers, variables_collections, trainable,
            spread,
        )  # fmt: skip
        if mean_close_to_zero:
            counts, sums, squares, _ = sufficient_statistics(inputs, axes, keep_dims=True)
            mean, variance = normalize_moments(counts, sums, squares, shift=None)
        else:
            mean, variance = moments(inputs, axes, keep_dims=True)
        outputs = reshape(_scaled(inputs, mean, variance, beta, gamma, epsilon), sizes)
        normal: Tensor = finished(outputs, inside.name, outputs_collections, activation_fn)
        return normal


def _sizes_of(inputs: Tensor, channels_axis: int) -> list[Any]:
    """The sizes of the inputs, as tensors where they are unknown."""
    rank = inputs.shape.ndims
    if rank is None:
        raise refusal(f"Inputs {inputs.name} has undefined rank.")
    if channels_axis > rank - 1:
        raise refusal("Axis is out of bounds.")
    sizes = shape(inputs)
    return [sizes[i] if dim.value is None else dim for i, dim in enumerate(inputs.shape)]


def _other_axes(inputs: Tensor, reduction_axes: Any, channels_axis: int) -> list[int]:
    """The axes to reduce besides those of a group's channels, none of them negative."""
    rank: Any = inputs.shape.ndims
    axes = [axis + rank if axis < 0 else axis for axis in reduction_axes]
    for axis in axes:
        if axis > rank:
            raise refusal("Axis is out of bounds.")
        if inputs.shape[axis].value is None:
            raise refusal(f"Inputs {inputs.name} has undefined dimensions {axis}.")
        if axis == channels_axis:
            raise refusal("reduction_axis must be mutually exclusive with channels_axis")
    return axes


def _scaled(inputs: Tensor, mean: Tensor, variance: Tensor, beta: Any, gamma: Any, epsilon: float) -> Tensor:
    gain = rsqrt(variance + epsilon)
    offset = -mean * gain
    if gamma is not None:
        gain *= gamma
        offset *= gamma
    if beta is not None:
        offset += beta
    return inputs * gain + offset
