"""Layers that slide a kernel along one, two or three axes (tf.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import InputSpec, activation_of, is_channels_first, padding_of, per_axis
from flowgraph.ops.array import reshape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.conv import conv2d as convolve_images
from flowgraph.ops.conv3d import conv3d as convolve_volumes
from flowgraph.ops.convolution import conv1d as convolve_sequences
from flowgraph.ops.convolution import with_holes
from flowgraph.ops.initializers import Zeros
from flowgraph.shapes import TensorShape

_ZEROS = Zeros()
_CONVOLVE: dict[int, Any] = {1: convolve_sequences, 2: convolve_images, 3: convolve_volumes}
_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


class _Convolution(Layer):
    """What the convolutions have in common; `_axes` is how many axes the kernel slides along."""

    _axes: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        trainable: bool,
        name: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = per_axis(kernel_size, self._axes, "kernel_size")
        self.strides = per_axis(strides, self._axes, "strides")
        self.padding = padding_of(padding)
        if self.padding == "causal":
            raise NotImplementedError("padding='causal' is not there yet: pad the inputs, and use 'valid'")
        self._is_channels_first = is_channels_first(data_format)
        self.data_format = data_format.lower()
        self.dilation_rate = per_axis(dilation_rate, self._axes, "dilation_rate")
        self._has_holes = any(rate != 1 for rate in self.dilation_rate)
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=self._axes + 2)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        axis = 1 if self._is_channels_first else -1
        channels = TensorShape(input_shape)[axis].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.kernel = self.add_weight(
            "kernel",
            (*self.kernel_size, channels, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                (self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=self._axes + 2, axes={axis: channels})
        if not self._has_holes:
            convert_to_tensor(self.dilation_rate, dt.int32, name="dilation_rate")  # (TF's graph has it, for nothing)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The convolution with the kernel, plus the bias, activated."""
        data_format = _FORMATS[self._axes][self._is_channels_first]
        padding = self.padding.upper()
        if self._has_holes:
            outputs = with_holes(inputs, self.kernel, self.strides, padding, data_format, self.dilation_rate, None)
        else:
            strides: Any = self.strides
            if self._axes > 1:
                strides = [1, 1, *strides] if self._is_channels_first else [1, *strides, 1]
            outputs = _CONVOLVE[self._axes](inputs, self.kernel, strides, padding, data_format=data_format)
        if self.bias is not None:
            outputs = self._with_bias(outputs)
        return outputs if self.activation is None else self.activation(outputs)

    def _with_bias(self, outputs: Tensor) -> Tensor:
        if self._is_channels_first and self._axes == 1:
            outputs += reshape(self.bias, (1, self.filters, 1))
            return outputs
        return bias_add(outputs, self.bias, data_format="NCHW" if self._is_channels_first else "NHWC")


class Conv1D(_Convolution):
    """A convolution along the width; see `Conv2D`."""

    _axes = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
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
            **kwargs,
        )


def conv1d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
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
    """A `Conv1D` layer, called once; see `conv2d`.

    >>> conv1d(tf.zeros([1, 5, 2]), 8, 3).shape.as_list()
    [1, 3, 8]
    """
    layer = Conv1D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs)


class Conv2D(_Convolution):
    """A convolution along height and width.

    Args:
      filters: how many channels the output has.
      kernel_size: the kernel's size: one number, or one for each axis.
      strides: the steps between windows, written likewise.
      padding: 'valid', or 'same': zeros around the input, so that strides of 1 keep its size.
      data_format: 'channels_last', or 'channels_first'.
      dilation_rate: the distances between the kernel's cells; strides must be 1 where it is not.
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
      ValueError: an argument is none of these; when called, if the rank is not 4 or the channels are unknown.
      NotImplementedError: a padding of 'causal'.

    >>> layer = Conv2D(8, 3)
    >>> layer(tf.zeros([1, 5, 5, 2])).shape.as_list(), layer.kernel.shape.as_list()
    ([1, 3, 3, 8], [3, 3, 2, 8])
    """

    _axes = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = (1, 1),
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
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
            **kwargs,
        )


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
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
    """A `Conv2D` layer, called once.

    Args:
      inputs: [batch, height, width, channels], of floats.
      reuse: whether to use the variables of a layer of the same name again.
      filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, kernel_initializer,
        bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
        bias_constraint, trainable, name: see `Conv2D`.

    >>> conv2d(tf.zeros([1, 5, 5, 2]), 8, 3, padding="same", activation=tf.nn.relu)
    <tf.Tensor 'conv2d/Relu:0' shape=(1, 5, 5, 8) dtype=float32>
    """
    layer = Conv2D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs)


class Conv3D(_Convolution):
    """A convolution along depth, height and width; see `Conv2D`."""

    _axes = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = (1, 1, 1),
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
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
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
            **kwargs,
        )


def conv3d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1, 1),
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
    """A `Conv3D` layer, called once; see `conv2d`.

    >>> conv3d(tf.zeros([1, 5, 5, 5, 2]), 8, 3).shape.as_list()
    [1, 3, 3, 3, 8]
    """
    layer = Conv3D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
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
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs)
