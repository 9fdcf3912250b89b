"""Batch normalization as a layer: with moving averages, for when the batch is not what counts (tf.layers)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.members import same_shape
from flowgraph.neural.layers.options import InputSpec
from flowgraph.neural.layers.renorm import renormalized
from flowgraph.neural.named.lookup import constraint_of, initializer_of, regularizer_of
from flowgraph.ops.activation import relu
from flowgraph.ops.array import ones_like, reshape, zeros_like
from flowgraph.ops.array import shape as shape_of
from flowgraph.ops.batch_norm import fused_batch_norm
from flowgraph.ops.case import smart_cond, smart_constant_value
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.initializers import Ones, Zeros
from flowgraph.ops.reduction import reduce_mean
from flowgraph.ops.state import assign, assign_sub
from flowgraph.ops.statistics import batch_normalization as normalized
from flowgraph.ops.statistics import moments
from flowgraph.ops.unary import sqrt
from flowgraph.shapes import TensorShape
from flowgraph.variables.options import VariableAggregation, VariableSynchronization

_ZEROS, _ONES = Zeros(), Ones()
_CLIPPING = ("rmax", "rmin", "dmax")


@contextmanager
def _without_partitioner(scope: Any) -> Iterator[None]:
    """A block in which the variables of a scope come in one piece; layers in Keras' style have no scope."""
    partitioner = None if scope is None else scope.partitioner
    if scope is not None:
        scope.set_partitioner(None)
    try:
        yield
    finally:
        if scope is not None:
            scope.set_partitioner(partitioner)


def _of_parameters(what: str, *names: str) -> list[str]:
    return [f"{name}_{what}" for name in names]


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
      renorm: whether to correct the batch's moments towards moving averages while training (Ioffe, "Batch
        Renormalization", 2017).
      renorm_clipping: the bounds 'rmin', 'rmax' and 'dmax' of that correction, a dictionary.
      renorm_momentum: of the averages that it uses.
      fused: whether to use one op for all, where it can (rank 4, axis 1 or 3, none of renorm, virtual_batch_size and
        adjustment); None: as True.
      trainable: whether its variables are trained.
      virtual_batch_size: how many examples are normalized together; it divides the batch's size.
      adjustment: a function from the inputs' shape (a tensor) to a scale and a bias, which are applied while training
        to what has been normalized.
      name: its name.
      **kwargs: `dtype`, see `Layer`.

    Raises:
      ValueError: `renorm_clipping` has other keys; when called, if an axis is none, or its size is unknown, or
        virtual_batch_size goes with axis 0 or an adjustment.

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

    _arguments = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        *_of_parameters("initializer", "beta", "gamma", "moving_mean", "moving_variance"),
        *_of_parameters("regularizer", "beta", "gamma"),
        *_of_parameters("constraint", "beta", "gamma"),
    )
    compute_output_shape = same_shape

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
        self.axis: Any = axis[:] if isinstance(axis, list) else axis
        self.momentum, self.epsilon = momentum, epsilon
        self.center, self.scale = center, scale
        self.beta_initializer, self.gamma_initializer = (
            initializer_of(beta_initializer),
            initializer_of(gamma_initializer),
        )
        self.moving_mean_initializer = initializer_of(moving_mean_initializer)
        self.moving_variance_initializer = initializer_of(moving_variance_initializer)
        self.beta_regularizer, self.gamma_regularizer = (
            regularizer_of(beta_regularizer),
            regularizer_of(gamma_regularizer),
        )
        self.beta_constraint, self.gamma_constraint = constraint_of(beta_constraint), constraint_of(gamma_constraint)
        self.virtual_batch_size, self.adjustment = virtual_batch_size, adjustment
        self.fused = True if fused is None else fused
        self.supports_masking = True
        self.renorm = renorm
        if renorm:
            self.renorm_clipping, self.renorm_momentum = renorm_clipping or {}, renorm_momentum
            if set(self.renorm_clipping) - set(_CLIPPING):
                raise ValueError(f"renorm_clipping {renorm_clipping} contains keys not in {list(_CLIPPING)}")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values; an `adjustment` is left out."""
        config = super().get_config()
        if self.renorm:
            config |= {"renorm": True, "renorm_clipping": self.renorm_clipping, "renorm_momentum": self.renorm_momentum}
        if self.virtual_batch_size is not None:
            config["virtual_batch_size"] = self.virtual_batch_size
        return config

    @property
    def _param_dtype(self) -> dt.DType:
        """Halves are normalized with variables of float32."""
        dtype = dt.as_dtype(self.dtype or dt.float32)
        return dt.float32 if dtype in (dt.float16, dt.bfloat16) else dtype

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, and the moving averages."""
        sizes = TensorShape(input_shape)
        if not sizes.ndims:
            raise ValueError("Input has undefined rank:", sizes)
        self._settle_axes(sizes.ndims)
        self._refuse_virtual_batches()
        self.fused = self.fused and sizes.ndims == 4 and self._can_be_fused()
        channels = {axis: sizes[axis].value for axis in self.axis}
        if None in channels.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", sizes)
        self.input_spec = InputSpec(ndim=sizes.ndims, axes=channels)
        shape = [channels.get(axis, 1) for axis in range(sizes.ndims)]
        if self.virtual_batch_size is not None:  # the batch becomes two axes
            shape.insert(1, 1)
            self.axis = [axis + 1 for axis in self.axis]
        elif len(channels) == 1:
            shape = list(channels.values())
        self.gamma = self._parameter("gamma", shape) if self.scale else None
        self._one = constant(1.0, dtype=self._param_dtype, shape=shape) if self.fused and not self.scale else None
        self.beta = self._parameter("beta", shape) if self.center else None
        self._zero = constant(0.0, dtype=self._param_dtype, shape=shape) if self.fused and not self.center else None
        with _without_partitioner(self._scope):
            self._add_averages(shape)
        self.built = True

    def _settle_axes(self, rank: int) -> None:
        """The axes as a list of numbers from 0 up."""
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        self.axis = [axis + rank if axis < 0 else axis for axis in given]
        for axis in self.axis:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis}")
        if len(self.axis) != len(set(self.axis)):
            raise ValueError(f"Duplicate axis: {self.axis}")

    def _refuse_virtual_batches(self) -> None:
        """Raises ValueError for a virtual_batch_size that cannot be."""
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            line = "virtual_batch_size must be a positive integer that divides the true batch size of the input Tensor"
            raise ValueError(line)
        lead = "When using virtual_batch_size,"
        if 0 in self.axis:
            raise ValueError(f"{lead} the batch dimension must be 0 and thus axis cannot include 0")
        if self.adjustment is not None:
            raise ValueError(f"{lead} adjustment cannot be specified")

    def _can_be_fused(self) -> bool:
        is_plain = not self.renorm and self.virtual_batch_size is None and self.adjustment is None
        return is_plain and self.axis in ([1], [3])

    def _add_averages(self, shape: list[Any]) -> None:
        self.moving_mean = self._average("moving_mean", shape, self.moving_mean_initializer)
        self.moving_variance = self._average("moving_variance", shape, self.moving_variance_initializer)
        if not self.renorm:
            return

        def first_stddev(*args: Any, **kwargs: Any) -> Tensor:
            return sqrt(self.moving_variance_initializer(*args, **kwargs))

        with colocate_with(self.moving_variance):
            self.moving_stddev = self._average("moving_stddev", shape, first_stddev)
        with colocate_with(self.moving_mean):
            self.renorm_mean = self._average("renorm_mean", shape, self.moving_mean_initializer)
        with colocate_with(self.moving_stddev):
            self.renorm_stddev = self._average("renorm_stddev", shape, first_stddev)

    def _parameter(self, name: str, shape: list[Any]) -> Any:
        """Gamma or beta."""
        return self.add_weight(
            name,
            shape,
            dtype=self._param_dtype,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
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
        if self.fused:
            return self._fused(inputs, training)
        if self.virtual_batch_size is None:
            return self._plain(inputs, training)
        sizes = inputs.shape.as_list()[1:]
        apart = reshape(inputs, [self.virtual_batch_size, -1, *sizes])
        return reshape(self._plain(apart, training), [-1, *sizes])

    def _fused(self, inputs: Any, training: Any) -> Tensor:
        """One op for all."""
        data_format = "NCHW" if self.axis == [1] else "NHWC"
        gamma, beta = self.gamma if self.scale else self._one, self.beta if self.center else self._zero

        def with_moments() -> Any:
            return fused_batch_norm(inputs, gamma, beta, epsilon=self.epsilon, data_format=data_format)

        def with_averages() -> Any:
            return fused_batch_norm(
                inputs,
                gamma,
                beta,
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
            self.add_update(self.moved(self.moving_mean, mean, momentum))
            self.add_update(self.moved(self.moving_variance, variance, momentum))
        normal: Tensor = outputs
        return normal

    def _plain(self, inputs: Any, training: Any) -> Tensor:
        """The formula, op by op."""
        others = [axis for axis in range(inputs.shape.ndims) if axis not in self.axis]
        if self.virtual_batch_size is not None:
            del others[1]
        scale, offset = self._spread(self.gamma, inputs, others), self._spread(self.beta, inputs, others)
        certain = smart_constant_value(training)
        mean, variance = self.moving_mean, self.moving_variance
        if certain is None or certain:
            if self.adjustment:
                scale, offset = _composed(*self._adjustment(inputs, training), scale, offset)
            keep_dims = self.virtual_batch_size is not None or len(self.axis) > 1
            of_batch = moments(cast(inputs, self._param_dtype), others, keep_dims=keep_dims)
            mean = smart_cond(training, lambda: of_batch[0], lambda: convert_to_tensor(self.moving_mean))
            variance = smart_cond(training, lambda: of_batch[1], lambda: convert_to_tensor(self.moving_variance))
            new_mean, new_variance = mean, variance
            if self.virtual_batch_size is not None:
                new_mean = reduce_mean(mean, axis=1, keepdims=True)
                new_variance = reduce_mean(variance, axis=1, keepdims=True)
            if self.renorm:
                r, d, new_mean, new_variance = renormalized(self, new_mean, new_variance, training)
                r = self._spread(stop_gradient(r, name="renorm_r"), inputs, others)
                d = self._spread(stop_gradient(d, name="renorm_d"), inputs, others)
                scale, offset = _composed(r, d, scale, offset)
            self._update_averages(new_mean, new_variance, training)
        mean, variance = cast(mean, inputs.dtype), cast(variance, inputs.dtype)
        offset = None if offset is None else cast(offset, inputs.dtype)
        scale = None if scale is None else cast(scale, inputs.dtype)
        mean, variance = self._spread(mean, inputs, others), self._spread(variance, inputs, others)
        outputs = normalized(inputs, mean, variance, offset, scale, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def _adjustment(self, inputs: Any, training: Any) -> tuple[Any, Any]:
        """The scale and bias of the adjustment while training, else 1 and 0."""
        scale, bias = self.adjustment(shape_of(inputs))
        return (
            smart_cond(training, lambda: scale, lambda: ones_like(scale)),
            smart_cond(training, lambda: bias, lambda: zeros_like(bias)),
        )

    def _update_averages(self, mean: Any, variance: Any, training: Any) -> None:
        def new_variance() -> Any:
            if not self.renorm:
                return self.moved(self.moving_variance, variance, self.momentum)
            stddev = self.moved(self.moving_stddev, sqrt(variance + self.epsilon), self.momentum)
            return _set(self.moving_variance, relu(stddev * stddev - self.epsilon))

        def new_mean() -> Any:
            return self.moved(self.moving_mean, mean, self.momentum)

        self.add_update(smart_cond(training, new_mean, lambda: self.moving_mean))
        self.add_update(smart_cond(training, new_variance, lambda: self.moving_variance))

    def _spread(self, x: Any, inputs: Any, others: list[int]) -> Any:
        """In a shape that broadcasts to the inputs, where it would not."""
        rank = inputs.shape.ndims
        if x is None or len(x.shape) == rank or others == list(range(rank - 1)):
            return x
        return reshape(x, [inputs.shape[axis].value if axis == self.axis[0] else 1 for axis in range(rank)])

    def moved(self, average: Any, value: Any, momentum: Any) -> Tensor:
        """The update of a moving average."""
        with name_scope("AssignMovingAvg") as scope, colocate_with(average):
            decay = convert_to_tensor(1.0 - momentum, name="decay")
            if decay.dtype != average.dtype.base_dtype:
                decay = cast(decay, average.dtype.base_dtype)
            change = (average - cast(value, average.dtype)) * decay
            return assign_sub(average, change, name=scope)


def _composed(scale: Any, offset: Any, then_scale: Any, then_offset: Any) -> tuple[Any, Any]:
    """One scale and offset for two, one after the other."""
    if then_scale is not None:
        scale *= then_scale
        offset *= then_scale
    if then_offset is not None:
        offset += then_offset
    return scale, offset


def _set(variable: Any, value: Any) -> Tensor:
    with name_scope("AssignNewValue") as scope, colocate_with(variable):
        updated: Tensor = assign(variable, value, name=scope)
    return updated


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
