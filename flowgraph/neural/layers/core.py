"""Layers that any network has: dense, dropout, flatten (tf.layers)."""

from __future__ import annotations

from math import prod
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.conv_base import PARAMETERS
from flowgraph.neural.layers.members import same_shape, shape_of
from flowgraph.neural.layers.options import InputSpec, is_channels_first
from flowgraph.neural.named.lookup import activation_of, constraint_of, initializer_of, regularizer_of
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.case import smart_cond
from flowgraph.ops.cast import cast
from flowgraph.ops.dropout import dropout as drop
from flowgraph.ops.identity import identity
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.matmul import matmul
from flowgraph.ops.shaping import transpose
from flowgraph.ops.tensordot import tensordot
from flowgraph.shapes import TensorShape

_ZEROS = Zeros()


class Dense(Layer):
    """`activation(inputs @ kernel + bias)`.

    Args:
      units: the size of the last axis of the output.
      activation: a function of tensors, or the name of one; None: none.
      use_bias: whether there is a bias.
      kernel_initializer, bias_initializer: initial values; the kernel's by default as the variable scope says, or
        Glorot's uniform ones.
      kernel_regularizer, bias_regularizer, activity_regularizer: functions to penalties, of the variables and of the
        output.
      kernel_constraint, bias_constraint: functions that optimizers apply after each update.
      trainable: whether its variables are trained.
      name: its name.
      **kwargs: `dtype`, see `Layer`.

    Raises:
      ValueError: when called, if the rank is below 2 or the last size is unknown.
      TypeError: when called, if the inputs are no floats.

    >>> layer = Dense(3, kernel_initializer=tf.ones_initializer())
    >>> y = layer(tf.constant([[1.0, 2.0]]))
    >>> with tf.Session() as session:
    ...     session.run(tf.global_variables_initializer())
    ...     print(session.run(y), layer.kernel.name)
    [[3. 3. 3.]] dense/kernel:0
    """

    _arguments = ("units", *PARAMETERS)

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        penalty = regularizer_of(activity_regularizer)
        super().__init__(trainable=trainable, name=name, activity_regularizer=penalty, **kwargs)
        self.units = int(units)
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer = regularizer_of(kernel_regularizer)
        self.bias_regularizer = regularizer_of(bias_regularizer)
        self.kernel_constraint = constraint_of(kernel_constraint)
        self.bias_constraint = constraint_of(bias_constraint)
        self.supports_masking = True
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        dtype = dt.as_dtype(self.dtype or dt.float32)
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(f"Unable to build `Dense` layer with non-floating point dtype {dtype!s}")
        size = TensorShape(input_shape)[-1].value
        if size is None:
            raise ValueError("The last dimension of the inputs to `Dense` should be defined. Found `None`.")
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel",
            [size, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.units],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The product with the kernel, over the last axis, plus the bias, activated."""
        rank = inputs.shape.ndims
        if rank > 2:
            outputs = tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], self.units])
        else:
            outputs = matmul(cast(inputs, self.dtype), self.kernel)
        if self.bias is not None:
            outputs = bias_add(outputs, self.bias)
        activated: Tensor = self.activation(outputs)
        return activated

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output, given the input's.

        Raises:
          ValueError: the last size is unknown.
        """
        sizes = TensorShape(input_shape).with_rank_at_least(2)
        if sizes[-1].value is None:
            raise ValueError(f"The innermost dimension of input_shape must be defined, but saw: {input_shape}")
        return sizes[:-1].concatenate(self.units)


def dense(
    inputs: Any,
    units: int,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: bool | None = None,
) -> Tensor:
    """A `Dense` layer, called once.

    Args:
      inputs: [..., size], of floats.
      reuse: whether to use the variables of a layer of the same name again.
      units, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
        activity_regularizer, kernel_constraint, bias_constraint, trainable, name: see `Dense`.

    >>> y = dense(tf.zeros([5, 4]), 3, activation=tf.nn.relu, name="hidden")
    >>> y, [v.name for v in tf.trainable_variables()]
    (<tf.Tensor 'hidden/Relu:0' shape=(5, 3) dtype=float32>, ['hidden/kernel:0', 'hidden/bias:0'])
    """
    layer = Dense(
        units,
        activation,
        use_bias,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
        trainable,
        name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)


class Dropout(Layer):
    """`tf.nn.dropout` while training, else nothing.

    Args:
      rate: the probability with which an entry is set to 0.
      noise_shape: the shape of what is drawn, a list; None: that of the inputs' axis (or of all of them).
      seed: the op's seed.
      name: its name.

    >>> layer = Dropout(0.5)
    >>> run(layer(tf.ones([3])))
    array([1., 1., 1.], dtype=float32)
    """

    _arguments = ("rate", "noise_shape", "seed")
    compute_output_shape = same_shape

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed
        self.supports_masking = True

    def call(self, inputs: Any, training: Any = False) -> Tensor:
        """The inputs, with some entries dropped if `training`: a bool, or a scalar tensor."""

        def dropped() -> Tensor:
            return drop(inputs, noise_shape=self._noise_shape(inputs), seed=self.seed, rate=self.rate)

        output: Tensor = smart_cond(training, dropped, lambda: identity(inputs))
        return output

    def _noise_shape(self, inputs: Any) -> Any:
        if self.noise_shape is None:
            return None
        sizes = shape(inputs)
        return convert_to_tensor([sizes[i] if size is None else size for i, size in enumerate(self.noise_shape)])


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Tensor:
    """A `Dropout` layer, called once.

    >>> run(dropout(tf.ones([3]), 0.9))
    array([1., 1., 1.], dtype=float32)
    """
    return Dropout(rate, noise_shape=noise_shape, seed=seed, name=name)(inputs, training=training)


class Flatten(Layer):
    """All axes but the first made one.

    Args:
      data_format: 'channels_first' puts channels last before that; by default they are last.

    >>> Flatten()(tf.zeros([2, 3, 4]))
    <tf.Tensor 'flatten/Reshape:0' shape=(2, 12) dtype=float32>
    """

    _arguments = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._is_channels_first = is_channels_first(data_format)
        self.data_format = "channels_first" if self._is_channels_first else "channels_last"
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Tensor:
        """The inputs as a matrix."""
        rank = inputs.shape.ndims
        if self._is_channels_first and rank > 1:
            inputs = transpose(inputs, perm=[0, *range(2, rank), 1])
        outputs = reshape(inputs, (inputs.shape[0].value or shape(inputs)[0], -1))
        batch, *others = inputs.shape.as_list()
        outputs.set_shape([batch, prod(others) if all(others) else None])
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output, given the input's."""
        batch, *others = shape_of(input_shape)
        return TensorShape([batch, prod(size or 1 for size in others) if all(others) else None])


def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Tensor:
    """A `Flatten` layer, called once.

    >>> run(flatten(tf.constant([[[1, 2], [3, 4]]])))
    array([[1, 2, 3, 4]], dtype=int32)
    """
    return Flatten(name=name, data_format=data_format)(inputs)
