"""Batch normalization (tf.contrib.layers.batch_norm)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import GraphKeys, add_to_collections, control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.norm import BatchNormalization
from flowgraph.neural.slim.options import (
    IMAGE_FORMATS,
    check_format,
    collect_variable,
    constant_value,
    finished,
    one_per_channel,
    renaming_getter,
    smart_cond,
)
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.batch_norm import fused_batch_norm
from flowgraph.ops.constant import constant
from flowgraph.ops.identity import identity
from flowgraph.ops.initializers import Ones, Zeros
from flowgraph.ops.moments import weighted_moments
from flowgraph.ops.statistics import batch_normalization, moments
from flowgraph.shapes import TensorShape
from flowgraph.training.moving_averages import assign_moving_average
from flowgraph.variables.arg_scope import add_arg_scope
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable_scope

_DEFAULTS: dict[str, type] = {"beta": Zeros, "gamma": Ones, "moving_mean": Zeros, "moving_variance": Ones}


class _Options(NamedTuple):
    """What the ways to normalize all need to know."""

    decay: Any
    center: bool
    scale: bool
    epsilon: float
    initializers: dict[str, Any]
    regularizers: dict[str, Any]
    updates_collections: Any
    is_training: Any
    variables_collections: Any
    trainable: bool
    is_channels_first: bool
    zero_debias: bool

    @property
    def may_train(self) -> bool:
        """Whether it is training, or may be in some run."""
        known = constant_value(self.is_training)
        return known is None or bool(known)

    def initializer(self, name: str) -> Any:
        """What a variable starts with."""
        return self.initializers[name] if name in self.initializers else _DEFAULTS[name]()

    def parameter(self, name: str, sizes: TensorShape, dtype: DType, **options: Any) -> Any:
        """The variable beta or gamma."""
        return one_per_channel(
            name, sizes, dtype, self.initializer(name), self.variables_collections, self.trainable, **options
        )

    def averages(self, sizes: TensorShape, dtype: DType) -> tuple[Any, Any]:
        """The moving averages of mean and variance, which are never partitioned."""
        with variable_scope(get_variable_scope()) as scope:
            scope.set_partitioner(None)
            mean, variance = (
                one_per_channel(name, sizes, dtype, self.initializer(name), self.variables_collections, False)
                for name in ("moving_mean", "moving_variance")
            )
        return mean, variance

    def moved(self, averages: tuple[Any, Any], mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """The updates of the averages."""
        return (
            assign_moving_average(averages[0], mean, self.decay, zero_debias=self.zero_debias),
            assign_moving_average(averages[1], variance, self.decay, zero_debias=False),
        )

    def move_later(self, averages: tuple[Any, Any], mean: Tensor, variance: Tensor) -> None:
        """Put the updates of the averages in their collections."""
        updates = smart_cond(self.is_training, lambda: self.moved(averages, mean, variance), lambda: averages)
        for update in updates:
            add_to_collections(self.updates_collections, update)


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: Any = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: Any = None,
    param_regularizers: Any = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with moments of the batch while training, and with
    their moving averages else.

    The ops that update the averages are in the collection UPDATE_OPS; have the training op depend on them:

        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train = optimizer.minimize(loss)

    Args:
      inputs: [batch, ..., channels]; with "NCHW", the channels second.
      decay: of the moving averages.
      center, scale: whether there are a beta and a gamma.
      epsilon: what is added to the variance.
      param_initializers: a dictionary of initial values for "beta", "gamma", "moving_mean" and "moving_variance".
      param_regularizers: a dictionary of regularizers for "beta" and "gamma".
      updates_collections: the collections for the updates; None: the output waits for them.
      is_training: a bool, or a scalar tensor.
      batch_weights: how much each example counts in the moments.
      fused: False: never one op for all.
      data_format: "NHWC" or "NCHW".
      zero_debias_moving_mean: whether to undo the pull of an average that started at zero.
      renorm, renorm_clipping, renorm_decay, adjustment: see `tf.layers.BatchNormalization`.
      activation_fn, reuse, variables_collections, outputs_collections, trainable, scope: see `fully_connected`.

    Raises:
      ValueError: the rank or the number of channels is unknown, or an argument does not go with another.

    >>> y = batch_norm(tf.constant([[1.0], [3.0]]), decay=0.5, updates_collections=None)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(y).ravel().round(2))
    ...     print(session.run(tf.global_variables("BatchNorm/moving_mean")))
    [-1.  1.]
    [array([1.], dtype=float32)]
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    fusible = fused in (None, True) and batch_weights is None and not renorm and rank in (2, 4) and adjustment is None
    is_plain = updates_collections == GraphKeys.UPDATE_OPS and not zero_debias_moving_mean
    fused_here = fusible and (rank == 2 or not is_plain)
    check_format(data_format, IMAGE_FORMATS)
    options = _Options(
        decay, center, scale, epsilon, param_initializers or {}, param_regularizers or {}, updates_collections,
        is_training, variables_collections, trainable, data_format == "NCHW", zero_debias_moving_mean,
    )  # fmt: skip
    getter = None if fused_here else renaming_getter()
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse, custom_getter=getter) as inside:
        if fused_here:
            outputs = _fused(inputs, options)
        elif is_plain and batch_weights is None:
            outputs = _by_layer(
                inputs, options, inside, reuse, fused is None or fused, renorm, renorm_clipping, renorm_decay,
                adjustment,
            )  # fmt: skip
        elif renorm:
            raise refusal("renorm is not supported with batch_weights, updates_collections or zero_debias_moving_mean")
        else:
            outputs = _op_by_op(inputs, options, batch_weights)
        normal: Tensor = finished(outputs, inside.name, outputs_collections, activation_fn)
        return normal


def _by_layer(
    inputs: Tensor,
    options: _Options,
    scope: Any,
    reuse: Any,
    fused: bool,
    renorm: bool,
    renorm_clipping: Any,
    renorm_decay: float,
    adjustment: Any,
) -> Tensor:
    """The layer of tf.layers."""
    layer = BatchNormalization(
        axis=1 if options.is_channels_first else -1,
        momentum=options.decay,
        epsilon=options.epsilon,
        center=options.center,
        scale=options.scale,
        beta_initializer=options.initializer("beta"),
        gamma_initializer=options.initializer("gamma"),
        moving_mean_initializer=options.initializer("moving_mean"),
        moving_variance_initializer=options.initializer("moving_variance"),
        beta_regularizer=options.regularizers.get("beta"),
        gamma_regularizer=options.regularizers.get("gamma"),
        trainable=options.trainable,
        renorm=renorm,
        renorm_clipping=renorm_clipping,
        renorm_momentum=renorm_decay,
        adjustment=adjustment,
        name=scope.name,
        _scope=scope,
        _reuse=reuse,
        fused=fused,
    )
    outputs: Tensor = layer(inputs, training=options.is_training)
    for name in ("moving_mean", "moving_variance", "beta", "gamma"):
        if getattr(layer, name) is not None:
            collect_variable(getattr(layer, name), options.variables_collections, name)
    return outputs


def _fused(inputs: Tensor, options: _Options) -> Tensor:
    """One op for all; vectors are images of one pixel."""
    images, data_format = inputs, "NCHW" if options.is_channels_first else "NHWC"
    if inputs.shape.ndims == 2:
        channels = inputs.shape[-1].value
        if channels is None:
            raise refusal("`C` dimension must be known but is None")
        images = reshape(inputs, [-1, channels, 1, 1] if options.is_channels_first else [-1, 1, 1, channels])
    sizes = images.shape[1:2] if options.is_channels_first else images.shape[-1:]
    if not sizes.is_fully_defined():
        raise refusal(f"Inputs {images.name} has undefined `C` dimension {sizes}.")

    def parameter(name: str, wanted: bool, neutral: float) -> Any:
        if not wanted:
            return constant(neutral, dtype=dt.float32, shape=sizes)
        return options.parameter(name, sizes, dt.float32, regularizer=options.regularizers.get(name))

    beta, gamma = parameter("beta", options.center, 0.0), parameter("gamma", options.scale, 1.0)
    averages = options.averages(sizes, dt.float32)

    def with_moments() -> Any:
        return fused_batch_norm(images, gamma, beta, epsilon=options.epsilon, data_format=data_format)

    def with_averages() -> Any:
        return fused_batch_norm(
            images, gamma, beta, mean=averages[0], variance=averages[1], epsilon=options.epsilon, is_training=False,
            data_format=data_format,
        )  # fmt: skip

    outputs, mean, variance = smart_cond(options.is_training, with_moments, with_averages)
    if options.may_train and options.updates_collections is None:
        outputs = smart_cond(
            options.is_training, _after_moving(options, averages, mean, variance, outputs), lambda: outputs
        )
    elif options.may_train:
        options.move_later(averages, mean, variance)
    outputs.set_shape(images.shape)
    return reshape(outputs, shape(inputs)) if images is not inputs else outputs


def _after_moving(
    options: _Options, averages: tuple[Any, Any], mean: Tensor, variance: Tensor, *values: Tensor
) -> Callable[[], Any]:
    """A function that gives the values, once the averages are moved."""

    def moved() -> Any:
        with control_dependencies(options.moved(averages, mean, variance)):
            copies = tuple(identity(value) for value in values)
        return copies if len(copies) > 1 else copies[0]

    return moved


def _op_by_op(inputs: Tensor, options: _Options, batch_weights: Any) -> Tensor:
    """The formula, op by op."""
    sizes, rank = inputs.shape, inputs.shape.ndims
    if rank is None:
        raise refusal(f"Inputs {inputs.name} has undefined rank.")
    dtype = inputs.dtype.base_dtype
    if batch_weights is not None:
        batch_weights = convert_to_tensor(batch_weights)
        sizes[0:1].assert_is_compatible_with(batch_weights.shape)
        batch_weights = reshape(batch_weights, [-1, *[1] * (rank - 1)])
    of_params = sizes[1:2] if options.is_channels_first else sizes[-1:]
    if not of_params.is_fully_defined():
        raise refusal(f"Inputs {inputs.name} has undefined channels dimension {of_params}.")
    beta = options.parameter("beta", of_params, dtype) if options.center else None
    gamma = options.parameter("gamma", of_params, dtype) if options.scale else None
    averages: Any = options.averages(of_params, dtype)
    mean, variance = averages
    if options.may_train:
        of_batch = _moments(inputs, options, batch_weights)
        if options.updates_collections is None:
            moved = _after_moving(options, averages, *of_batch, *of_batch)
            mean, variance = smart_cond(options.is_training, moved, lambda: averages)
        else:
            options.move_later(averages, *of_batch)
            mean, variance = smart_cond(options.is_training, lambda: of_batch, lambda: averages)
    if options.is_channels_first:
        spread = [1, sizes[1].value, *[1] * (rank - 2)]
        mean, variance, beta, gamma = (
            None if value is None else reshape(value, spread) for value in (mean, variance, beta, gamma)
        )
    outputs = batch_normalization(inputs, mean, variance, beta, gamma, options.epsilon)
    outputs.set_shape(sizes)
    return outputs


def _moments(inputs: Tensor, options: _Options, weights: Any) -> tuple[Tensor, Tensor]:
    """Mean and variance of the batch, for each channel."""
    rank: Any = inputs.shape.ndims
    keep = options.is_channels_first
    axes = [0, *range(2, rank)] if keep else list(range(rank - 1))
    if weights is None:
        mean, variance = moments(inputs, axes, keep_dims=keep)
    else:
        mean, variance = weighted_moments(inputs, axes, weights, keepdims=keep)
    return (reshape(mean, [-1]), reshape(variance, [-1])) if keep else (mean, variance)
