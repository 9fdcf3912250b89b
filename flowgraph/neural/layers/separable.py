"""Layers that convolve each channel by itself, and then mix the channels (tf.layers)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.conv_base import Convolution
from flowgraph.neural.named.lookup import constraint_of, initializer_of, regularizer_of
from flowgraph.ops.bias import bias_add
from flowgraph.ops.depthwise import separable_conv2d as separately
from flowgraph.ops.initializers import GlorotUniform, Zeros
from flowgraph.ops.shaping import expand_dims, squeeze

_ZEROS = Zeros()


class _Separable(Convolution):
    """What the separable convolutions have in common."""

    _arguments = (
        *Convolution._arguments,
        "depth_multiplier",
        "depthwise_initializer",
        "pointwise_initializer",
        "depthwise_regularizer",
        "pointwise_regularizer",
        "depthwise_constraint",
        "pointwise_constraint",
    )

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str,
        dilation_rate: Any,
        depth_multiplier: int,
        activation: Any,
        use_bias: bool,
        depthwise_initializer: Any,
        pointwise_initializer: Any,
        bias_initializer: Any,
        depthwise_regularizer: Any,
        pointwise_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        depthwise_constraint: Any,
        pointwise_constraint: Any,
        bias_constraint: Any,
        trainable: bool,
        name: str | None,
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
            kwargs.pop("kernel_initializer", GlorotUniform()),  # (told by get_config, as in TF, and not used)
            bias_initializer,
            kwargs.pop("kernel_regularizer", None),
            bias_regularizer,
            activity_regularizer,
            kwargs.pop("kernel_constraint", None),
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = initializer_of(depthwise_initializer)
        self.pointwise_initializer = initializer_of(pointwise_initializer)
        self.depthwise_regularizer = regularizer_of(depthwise_regularizer)
        self.pointwise_regularizer = regularizer_of(pointwise_regularizer)
        self.depthwise_constraint = constraint_of(depthwise_constraint)
        self.pointwise_constraint = constraint_of(pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Make both kernels and the bias."""
        channels = self._channels(input_shape)
        self._expect(channels)
        deep = (*self.kernel_size, channels, self.depth_multiplier)
        flat = (*(1,) * self._axes, self.depth_multiplier * channels, self.filters)
        self.depthwise_kernel = self._weight("depthwise_kernel", deep, "depthwise")
        self.pointwise_kernel = self._weight("pointwise_kernel", flat, "pointwise")
        self._add_bias()
        self.built = True

    def _separately(self, images: Any, deep: Any, flat: Any, strides: Any, rate: Any) -> Tensor:
        """The two convolutions of images, plus the bias."""
        outputs = separately(
            images,
            deep,
            flat,
            strides=self._per_axis_of_inputs(strides),
            padding=self._op_padding,
            rate=rate,
            data_format=self._image_format,
        )
        return outputs if self.bias is None else bias_add(outputs, self.bias, data_format=self._image_format)


class SeparableConv1D(_Separable):
    """A separable convolution along the width; see `SeparableConv2D`.

    A `padding` of 'causal' puts all zeros in front: no output depends on what comes later.
    """

    _axes = 1
    _may_be_causal = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
            depth_multiplier,
            activation,
            use_bias,
            depthwise_initializer,
            pointwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            pointwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            pointwise_constraint,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )

    def call(self, inputs: Any) -> Tensor:
        """The convolutions, plus the bias, activated: sequences are images of one row."""
        if self.padding == "causal":
            inputs = self._with_past(inputs)
        row = 2 if self._is_channels_first else 1
        images = expand_dims(inputs, row)
        deep, flat = expand_dims(self.depthwise_kernel, 0), expand_dims(self.pointwise_kernel, 0)
        outputs = squeeze(self._separately(images, deep, flat, self.strides * 2, (1, *self.dilation_rate)), [row])
        activated: Tensor = self.activation(outputs)
        return activated


def separable_conv1d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
    depth_multiplier: int = 1,
    activation: Any = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: bool | None = None,
) -> Tensor:
    """A `SeparableConv1D` layer, called once; see `separable_conv2d`.

    >>> separable_conv1d(tf.zeros([1, 5, 2]), 8, 3).shape.as_list()
    [1, 3, 8]
    """
    layer = SeparableConv1D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        depth_multiplier,
        activation,
        use_bias,
        depthwise_initializer,
        pointwise_initializer,
        bias_initializer,
        depthwise_regularizer,
        pointwise_regularizer,
        bias_regularizer,
        activity_regularizer,
        depthwise_constraint,
        pointwise_constraint,
        bias_constraint,
        trainable,
        name,
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs)


class SeparableConv2D(_Separable):
    """A convolution of each channel by itself, and one of 1 x 1 that mixes the channels.

    Args:
      filters: how many channels the output has.
      kernel_size, strides, padding, data_format, dilation_rate: as for `Conv2D`; strides must be equal.
      depth_multiplier: how many channels the first convolution makes of each.
      activation: a function of tensors, or the name of one; None: none.
      use_bias: whether there is a bias.
      depthwise_initializer, pointwise_initializer, bias_initializer: initial values.
      depthwise_regularizer, pointwise_regularizer, bias_regularizer, activity_regularizer: functions to penalties.
      depthwise_constraint, pointwise_constraint, bias_constraint: functions that optimizers apply after each update.
      trainable, name: see `Conv2D`.
      **kwargs: `dtype`, see `Layer`.

    >>> layer = SeparableConv2D(8, 3)
    >>> y = layer(tf.zeros([1, 5, 5, 2]))
    >>> [(v.name, v.shape.as_list()) for v in layer.trainable_variables[:2]]
    [('separable_conv2d/depthwise_kernel:0', [3, 3, 2, 1]), ('separable_conv2d/pointwise_kernel:0', [1, 1, 2, 8])]
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
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = _ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
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
            depth_multiplier,
            activation,
            use_bias,
            depthwise_initializer,
            pointwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            pointwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            pointwise_constraint,
            bias_constraint,
            trainable,
            name,
            **kwargs,
        )

    def call(self, inputs: Any) -> Tensor:
        """The convolutions, plus the bias, activated."""
        outputs = self._separately(
            inputs, self.depthwise_kernel, self.pointwise_kernel, self.strides, self.dilation_rate
        )
        activated: Tensor = self.activation(outputs)
        return activated


def separable_conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
    depth_multiplier: int = 1,
    activation: Any = None,
    use_bias: bool = True,
    depthwise_initializer: Any = None,
    pointwise_initializer: Any = None,
    bias_initializer: Any = _ZEROS,
    depthwise_regularizer: Any = None,
    pointwise_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    depthwise_constraint: Any = None,
    pointwise_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: bool | None = None,
) -> Tensor:
    """A `SeparableConv2D` layer, called once.

    Args:
      inputs: [batch, height, width, channels], of floats.
      reuse: whether to use the variables of a layer of the same name again.
      filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation, use_bias,
        depthwise_initializer, pointwise_initializer, bias_initializer, depthwise_regularizer, pointwise_regularizer,
        bias_regularizer, activity_regularizer, depthwise_constraint, pointwise_constraint, bias_constraint, trainable,
        name: see `SeparableConv2D`.

    >>> separable_conv2d(tf.zeros([1, 5, 5, 2]), 8, 3, activation=tf.nn.relu)
    <tf.Tensor 'separable_conv2d/Relu:0' shape=(1, 3, 3, 8) dtype=float32>
    """
    layer = SeparableConv2D(
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        depth_multiplier,
        activation,
        use_bias,
        depthwise_initializer,
        pointwise_initializer,
        bias_initializer,
        depthwise_regularizer,
        pointwise_regularizer,
        bias_regularizer,
        activity_regularizer,
        depthwise_constraint,
        pointwise_constraint,
        bias_constraint,
        trainable,
        name,
        _reuse=reuse,
        _scope=name,
    )
    return layer(inputs)
