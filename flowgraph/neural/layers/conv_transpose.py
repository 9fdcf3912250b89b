"""Layers that slide a kernel the other way round: each place of the input makes a window of the output (tf.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.conv_base import Convolution
from flowgraph.neural.layers.options import per_axis, window_shape, window_sizes
from flowgraph.ops.array import shape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.conv import conv2d_transpose as spread_images
from flowgraph.ops.conv3d import conv3d_transpose as spread_volumes
from flowgraph.ops.convolution import atrous_conv2d_transpose
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.joining import stack
from flowgraph.ops.shaping import transpose
from flowgraph.shapes import TensorShape

_ZEROS = Zeros()


class _Transposed(Convolution):
    """What the transposed convolutions have in common."""

    _arguments = (*Convolution._arguments, "output_padding")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str,
        *others: Any,
        dilation_rate: Any = 1,
        output_padding: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, kernel_size, strides, padding, data_format, dilation_rate, *others, **kwargs)
        self.output_padding = output_padding
        if output_padding is not None:
            self.output_padding = per_axis(output_padding, self._axes, "output_padding")
            for stride, more in zip(self.strides, self.output_padding, strict=True):
                if more >= stride:
                    raise ValueError(f"Stride {self.strides} must be greater than output padding {self.output_padding}")

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        channels = self._channels(input_shape)
        self._expect(channels)
        self.kernel = self._weight("kernel", (*self.kernel_size, self.filters, channels))
        self._add_bias()
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The transposed convolution with the kernel, plus the bias, activated."""
        sizes = shape(inputs)
        batch = sizes[0]
        first = 2 if self._is_channels_first else 1
        lengths = self._lengths([sizes[first + axis] for axis in range(self._axes)])
        whole = [batch, self.filters, *lengths] if self._is_channels_first else [batch, *lengths, self.filters]
        outputs = self._spread(inputs, stack(whole))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        if self.bias is not None:
            outputs = bias_add(outputs, self.bias, data_format=self._image_format)
        activated: Tensor = self.activation(outputs)
        return activated

    def _spread(self, inputs: Any, output_shape: Tensor) -> Tensor:
        """The transposed convolution proper."""
        raise NotImplementedError

    def _lengths(self, lengths: list[Any]) -> list[Any]:
        """The sizes of the output along which the kernel slides: numbers or tensors, as the input's are."""
        more = self.output_padding or (None,) * self._axes
        sides = zip(lengths, self.kernel_size, self.strides, self.dilation_rate, more, strict=True)
        return [_spread_length(self.padding, *side) for side in sides]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output, given the input's."""
        lengths = self._lengths(window_sizes(input_shape, self._is_channels_first))
        return window_shape(input_shape, self._is_channels_first, lengths, self.filters)


def _spread_length(padding: str, length: Any, window: int, stride: int, dilation: int, more: int | None) -> Any:
    """The size of an axis over which windows were spread.

    >>> _spread_length("valid", 4, 3, 2, 1, None), _spread_length("same", 4, 3, 2, 1, None)
    (9, 8)
    """
    if length is None:
        return None
    window += (window - 1) * (dilation - 1)
    if more is not None:
        return (length - 1) * stride + window - 2 * (window // 2 if padding == "same" else 0) + more
    return length * stride + max(window - stride, 0) if padding == "valid" else length * stride


class Conv2DTranspose(_Transposed):
    """The transpose of a convolution along height and width: it makes images larger.

    Args:
      filters: how many channels the output has.
      kernel_size: the kernel's size: one number, or one for each axis.
      strides: by how much the output is larger than the input, written likewise.
      padding: 'valid': the output has all that a window reaches; or 'same': its size is the input's times the stride.
      data_format: 'channels_last', or 'channels_first'.
      activation: a function of tensors, or the name of one; None: none.
      use_bias: whether there is a bias.
      kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
        kernel_constraint, bias_constraint, trainable, name: see `Conv2D`.
      **kwargs: `output_padding`, what is added to the output's size; `dilation_rate`; `dtype`, see `Layer`.

    Raises:
      ValueError: an argument is none of these; when called, if the rank is not 4 or the channels are unknown.

    >>> layer = Conv2DTranspose(8, 3, strides=2, padding="same")
    >>> layer(tf.zeros([1, 5, 5, 2])).shape.as_list(), layer.kernel.shape.as_list()
    ([1, 10, 10, 8], [3, 3, 8, 2])
    """

    _axes = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
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

    def _spread(self, inputs: Any, output_shape: Tensor) -> Tensor:
        if not self._is_channels_first:
            output_shape[0]  # (TF's graph has it, for nothing)
            return self._spread_images(inputs, output_shape)
        images = transpose(inputs, (0, 2, 3, 1))  # (as TF does on a CPU)
        sizes = stack([output_shape[axis] for axis in (0, 2, 3, 1)])
        return transpose(self._spread_images(images, sizes), (0, 3, 1, 2))

    def _spread_images(self, images: Any, output_shape: Tensor) -> Tensor:
        padding = self.padding.upper()
        if self._has_holes:
            rate = self.dilation_rate[0]
            return atrous_conv2d_transpose(images, self.kernel, output_shape, rate=rate, padding=padding)
        strides = (1, *self.strides, 1)
        return spread_images(images, self.kernel, output_shape, strides, padding=padding, data_format="NHWC")


def conv2d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
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
    """A `Conv2DTranspose` layer, called once.

    Args:
      inputs: [batch, height, width, channels], of floats.
      reuse: whether to use the variables of a layer of the same name again.
      filters, kernel_size, strides, padding, data_format, activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, trainable,
        name: see `Conv2DTranspose`.

    >>> conv2d_transpose(tf.zeros([1, 5, 5, 2]), 8, 3, strides=2, padding="same", activation=tf.nn.relu)
    <tf.Tensor 'conv2d_transpose/Relu:0' shape=(1, 10, 10, 8) dtype=float32>
    """
    layer = Conv2DTranspose(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
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


class Conv3DTranspose(_Transposed):
    """The transpose of a convolution along depth, height and width; see `Conv2DTranspose`."""

    _axes = 3
    _arguments = tuple(name for name in _Transposed._arguments if name != "dilation_rate")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
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

    def _channels(self, input_shape: Any) -> int:
        channels: int | None = TensorShape(input_shape)[1 if self._is_channels_first else -1].value
        if channels is None:
            line = "The channel dimension of the inputs should be defined, found None: "
            raise ValueError(f"{line}{TensorShape(input_shape)}")
        return channels

    def _spread(self, inputs: Any, output_shape: Tensor) -> Tensor:
        if self._has_holes:
            raise NotImplementedError("transposed convolutions of volumes have no dilation_rate")
        return spread_volumes(
            inputs,
            self.kernel,
            output_shape,
            self._per_axis_of_inputs(self.strides),
            data_format="NCDHW" if self._is_channels_first else "NDHWC",
            padding=self.padding.upper(),
        )


def conv3d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
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
    """A `Conv3DTranspose` layer, called once; see `conv2d_transpose`.

    >>> conv3d_transpose(tf.zeros([1, 5, 5, 5, 2]), 8, 3).shape.as_list()
    [1, 7, 7, 7, 8]
    """
    layer = Conv3DTranspose(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
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
