"""Batch normalization as a layer: with moving averages, for when the batch is not what counts (tf.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.array import reshape
from flowgraph.ops.batch_norm import fused_batch_norm
from flowgraph.ops.case import smart_cond, smart_constant_value
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.initializers import Ones, Zeros
from flowgraph.ops.state import assign_sub
from flowgraph.ops.statistics import batch_normalization as normalized
from flowgraph.ops.statistics import moments
from flowgraph.shapes import TensorShape
from flowgraph.variables.options import VariableAggregation, VariableSynchronization

_ZEROS, _ONES = Zeros(), Ones()


class BatchNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with moments of the batch while training, and with
    their moving averages else.

    The ops that update the averages are in the collection UPDATE_OPS; have the training op depend on them:

        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train = optimizer.minimize(loss)

    Args:
      axis: the axis of the channels, or a list of axes: what has moments of its own.
      momentum: of the moving averages.
      epsilon: what is added to the variance.
      center, scale: whether there are a beta and a gamma.
      beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: initial values.
      beta_regularizer, gamma_regularizer: functions from a variable to a penalty.
      beta_constraint, gamma_constraint: functions that optimizers apply after each update.
      renorm, renorm_clipping, renorm_momentum, virtual_batch_size, adjustment: not there yet.
      fused: whether to use one op for all; None: wherever it can (rank 4, axis 1 or 3).
      trainable: whether its variables are trained.
      name: its name.
      **kwargs: `dtype`, see `Layer`.

    Raises:
      ValueError: when called, if an axis is none, or its size is unknown.
      NotImplementedError: an argument that is not there yet is given.

    >>> x = tf.constant([[1.0], [3.0]])
    >>> layer = BatchNormalization(momentum=0.5, epsilon=0.0)
    >>> y = layer(x, training=True)
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(y).ravel())
    ...     _ = session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS))
    ...     print(session.run(layer.moving_mean))
    [-1.  1.]
    [1.]
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = _ZEROS,
        gamma_initializer: Any = _ONES,
        moving_mean_initializer: Any = _ZEROS,
        moving_variance_initializer: Any = _ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        if not isinstance(axis, int | list):
            raise TypeError(f"axis must be int or list, type given: {type(axis)}")
        missing = {
            "renorm": renorm,
            "renorm_clipping": renorm_clipping,
            "renorm_momentum": renorm_momentum != 0.99,
            "virtual_batch_size": virtual_batch_size,
            "adjustment": adjustment,
        }
        for argument in (argument for argument, value in missing.items() if value not in (None, False)):
            raise NotImplementedError(f"batch normalization with {argument} is not there yet")
        self.axis = [axis] if isinstance(axis, int) else list(axis)
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale = center, scale
        self.fused = True if fused is None else fused
        self._initializers = beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer
        self._regularizers = beta_regularizer, gamma_regularizer
        self._constraints = beta_constraint, gamma_constraint

    @property
    def _param_dtype(self) -> DType:
        """Halves are normalized with variables of float32."""
        is_half = self.dtype in (dt.float16, dt.bfloat16)
        return dt.float32 if is_half else self.dtype or dt.float32

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, and the moving averages."""
        sizes = TensorShape(input_shape)
        if not sizes.ndims:
            raise ValueError("Input has undefined rank:", sizes)
        rank = sizes.ndims
        self.axis = [axis + rank if axis < 0 else axis for axis in self.axis]
        for axis in self.axis:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis}")
        if len(self.axis) != len(set(self.axis)):
            raise ValueError(f"Duplicate axis: {self.axis}")
        self.fused = self.fused and rank == 4 and self.axis in ([1], [3])
        channels = {axis: sizes[axis].value for axis in self.axis}
        if None in channels.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", sizes)
        self.input_spec = InputSpec(ndim=rank, axes=channels)
        shape = [channels.get(axis, 1) for axis in range(rank)] if len(channels) > 1 else list(channels.values())
        self.gamma = self._parameter("gamma", shape, 1, 1.0) if self.scale or self.fused else None
        self.beta = self._parameter("beta", shape, 0, 0.0) if self.center or self.fused else None
        scope: Any = self._scope
        partitioner = scope.partitioner
        scope.set_partitioner(None)
        try:
            self.moving_mean = self._average("moving_mean", shape, self._initializers[2])
            self.moving_variance = self._average("moving_variance", shape, self._initializers[3])
        finally:
            scope.set_partitioner(partitioner)
        self.built = True

    def _parameter(self, name: str, shape: list[Any], which: int, neutral: float) -> Any:
        """Gamma or beta; a constant in its place where there is none (the fused op needs both)."""
        if not (self.scale if name == "gamma" else self.center):
            return constant(neutral, dtype=self._param_dtype, shape=shape)
        return self.add_weight(
            name,
            shape,
            dtype=self._param_dtype,
            initializer=self._initializers[which],
            regularizer=self._regularizers[which],
            constraint=self._constraints[which],
        )

    def _average(self, name: str, shape: list[Any], initializer: Any) -> Any:
        return self.add_weight(
            name,
            shape,
            dtype=self._param_dtype,
            initializer=initializer,
            synchronization=VariableSynchronization.ON_READ,
            trainable=False,
            aggregation=VariableAggregation.MEAN,
        )

    def call(self, inputs: Any, training: Any = False) -> Tensor:
        """The inputs, normalized with moments of the batch if `training` (a bool, or a scalar tensor)."""
        return self._fused(inputs, training) if self.fused else self._plain(inputs, training)

    def _fused(self, inputs: Any, training: Any) -> Tensor:
        """One op for all."""
        data_format = "NCHW" if self.axis == [1] else "NHWC"

        def with_moments() -> Any:
            return fused_batch_norm(inputs, self.gamma, self.beta, epsilon=self.epsilon, data_format=data_format)

        def with_averages() -> Any:
            return fused_batch_norm(
                inputs,
                self.gamma,
                self.beta,
                mean=self.moving_mean,
                variance=self.moving_variance,
                epsilon=self.epsilon,
                is_training=False,
                data_format=data_format,
            )

        outputs, mean, variance = smart_cond(training, with_moments, with_averages)
        certain = smart_constant_value(training)
        if certain is None:  # a momentum of 1 leaves the averages as they are
            momentum = smart_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if certain is None or certain:
            self.add_update(self._moved(self.moving_mean, mean, momentum))
            self.add_update(self._moved(self.moving_variance, variance, momentum))
        normal: Tensor = outputs
        return normal

    def _plain(self, inputs: Any, training: Any) -> Tensor:
        """The formula, op by op."""
        others = [axis for axis in range(inputs.shape.ndims) if axis not in self.axis]
        scale, offset = self._spread(self.gamma, inputs, others), self._spread(self.beta, inputs, others)
        certain = smart_constant_value(training)
        mean, variance = self.moving_mean, self.moving_variance
        if certain is None or certain:
            of_batch = moments(cast(inputs, self._param_dtype), others, keep_dims=len(self.axis) > 1)
            mean = smart_cond(training, lambda: of_batch[0], lambda: convert_to_tensor(self.moving_mean))
            variance = smart_cond(training, lambda: of_batch[1], lambda: convert_to_tensor(self.moving_variance))
            for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
                self._move_if(training, average, value)
        mean, variance = cast(mean, inputs.dtype), cast(variance, inputs.dtype)
        offset = None if offset is None else cast(offset, inputs.dtype)
        scale = None if scale is None else cast(scale, inputs.dtype)
        mean, variance = self._spread(mean, inputs, others), self._spread(variance, inputs, others)
        outputs = normalized(inputs, mean, variance, offset, scale, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def _move_if(self, training: Any, average: Any, value: Any) -> None:
        self.add_update(smart_cond(training, lambda: self._moved(average, value, self.momentum), lambda: average))

    def _spread(self, x: Any, inputs: Any, others: list[int]) -> Any:
        """In a shape that broadcasts to the inputs, where it would not."""
        rank = inputs.shape.ndims
        if x is None or len(x.shape) == rank or others == list(range(rank - 1)):
            return x
        return reshape(x, [inputs.shape[axis].value if axis == self.axis[0] else 1 for axis in range(rank)])

    def _moved(self, average: Any, value: Any, momentum: Any) -> Tensor:
        """The update of a moving average."""
        with name_scope("AssignMovingAvg") as scope, colocate_with(average):
            decay = convert_to_tensor(1.0 - momentum, name="decay")
            if decay.dtype != average.dtype.base_dtype:
                decay = cast(decay, average.dtype.base_dtype)
            change = (average - cast(value, average.dtype)) * decay
            return assign_sub(average, change, name=scope)


def batch_normalization(
    inputs: Any,
    axis: Any = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = _ZEROS,
    gamma_initializer: Any = _ONES,
    moving_mean_initializer: Any = _ZEROS,
    moving_variance_initializer: Any = _ONES,
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: bool | None = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Any = None,
) -> Tensor:
    """A `BatchNormalization` layer, called once.

    Args:
      inputs: a tensor of floats, of known rank.
      training: whether to use moments of the batch, and to update the averages: a bool, or a scalar tensor.
      reuse: whether to use the variables of a layer of the same name again.
      axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint, trainable,
        name, renorm, renorm_clipping, renorm_momentum, fused, virtual_batch_size, adjustment: see
        `BatchNormalization`.

    >>> y = batch_normalization(tf.zeros([5, 3]), training=True)
    >>> [update.name for update in tf.get_collection(tf.GraphKeys.UPDATE_OPS)]
    ['batch_normalization/AssignMovingAvg', 'batch_normalization/AssignMovingAvg_1']
    """
    layer = BatchNormalization(
        axis,
        momentum,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        moving_mean_initializer,
        moving_variance_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        renorm,
        renorm_clipping,
        renorm_momentum,
        fused,
        trainable,
        virtual_batch_size,
        adjustment,
        name,
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs, training=training)
