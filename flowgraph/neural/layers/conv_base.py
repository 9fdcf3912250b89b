"""What all convolution layers share: their arguments, variables and sizes."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import (
    InputSpec,
    is_channels_first,
    length_of,
    padding_of,
    per_axis,
    window_shape,
    window_sizes,
)
from flowgraph.neural.named.lookup import activation_of, constraint_of, initializer_of, regularizer_of
from flowgraph.ops.array import reshape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.conv import conv2d
from flowgraph.ops.conv3d import conv3d
from flowgraph.ops.convolution import conv1d, with_holes
from flowgraph.ops.padding import pad
from flowgraph.shapes import TensorShape

_CONVOLVE: dict[int, Any] = {1: conv1d, 2: conv2d, 3: conv3d}
_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}
PARAMETERS = (
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
    "activity_regularizer",
    "kernel_constraint",
    "bias_constraint",
)
"""The arguments that layers with a kernel and a bias have in common, as `get_config` tells them."""


class Convolution(Layer):
    """A layer that slides a kernel along `_axes` axes."""

    _axes: int
    _may_be_causal = False
    _arguments: tuple[str, ...] = (
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "data_format",
        "dilation_rate",
        *PARAMETERS,
    )

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
        penalty = regularizer_of(activity_regularizer)
        super().__init__(trainable=trainable, name=name, activity_regularizer=penalty, **kwargs)
        self.filters = filters
        self.kernel_size = per_axis(kernel_size, self._axes, "kernel_size")
        self.strides = per_axis(strides, self._axes, "strides")
        self.padding = padding_of(padding)
        if self.padding == "causal" and not self._may_be_causal:
            raise ValueError("Causal padding is only supported for `Conv1D`and ``SeparableConv1D`.")
        self._is_channels_first = is_channels_first(data_format)
        self.data_format = "channels_first" if self._is_channels_first else "channels_last"
        self.dilation_rate = per_axis(dilation_rate, self._axes, "dilation_rate")
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer = regularizer_of(kernel_regularizer)
        self.bias_regularizer = regularizer_of(bias_regularizer)
        self.kernel_constraint = constraint_of(kernel_constraint)
        self.bias_constraint = constraint_of(bias_constraint)
        self.input_spec = InputSpec(ndim=self._axes + 2)

    @property
    def _has_holes(self) -> bool:
        return any(rate != 1 for rate in self.dilation_rate)

    @property
    def _image_format(self) -> str:
        return "NCHW" if self._is_channels_first else "NHWC"

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        channels = self._channels(input_shape)
        self.kernel = self._weight("kernel", (*self.kernel_size, channels, self.filters))
        self._add_bias()
        self._expect(channels)
        self._rate = convert_to_tensor(self.dilation_rate, dt.int32, name="dilation_rate")
        self.built = True

    def _channels(self, input_shape: Any) -> int:
        """How many channels the inputs have.

        Raises:
          ValueError: it is not known.
        """
        channels: int | None = TensorShape(input_shape)[1 if self._is_channels_first else -1].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        return channels

    def _expect(self, channels: int) -> None:
        """From now on, inputs must have that many channels."""
        self.input_spec = InputSpec(ndim=self._axes + 2, axes={1 if self._is_channels_first else -1: channels})

    def _weight(self, name: str, shape: tuple[int, ...], kind: str | None = None) -> Any:
        """A variable with the initializer, regularizer and constraint that were given for its kind."""
        kind = kind or name
        return self.add_weight(
            name,
            shape,
            initializer=getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _add_bias(self) -> None:
        self.bias = self._weight("bias", (self.filters,)) if self.use_bias else None

    def call(self, inputs: Any) -> Tensor:
        """The convolution with the kernel, plus the bias, activated."""
        if self.padding == "causal":
            inputs = self._with_past(inputs)
        outputs = self._convolved(inputs)
        if self.bias is not None:
            outputs = self._with_bias(outputs)
        activated: Tensor = self.activation(outputs)
        return activated

    def _convolved(self, inputs: Any) -> Tensor:
        data_format = _FORMATS[self._axes][self._is_channels_first]
        strides: Any = self.strides
        if self._has_holes:
            convolved = with_holes(
                inputs, self.kernel, strides, self._op_padding, data_format, self.dilation_rate, None, self._rate
            )
        else:
            if self._axes > 1:
                strides = self._per_axis_of_inputs(strides)
            convolved = _CONVOLVE[self._axes](inputs, self.kernel, strides, self._op_padding, data_format=data_format)
        outputs: Tensor = convolved
        return outputs

    @property
    def _op_padding(self) -> str:
        return "VALID" if self.padding == "causal" else self.padding.upper()

    def _per_axis_of_inputs(self, strides: Any) -> list[int]:
        return [1, 1, *strides] if self._is_channels_first else [1, *strides, 1]

    def _with_past(self, inputs: Any) -> Tensor:
        """The inputs with as many zeros in front as a kernel needs to see nothing of the future."""
        past = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        return pad(inputs, [[0, 0], [0, 0], past] if self._is_channels_first else [[0, 0], past, [0, 0]])

    def _with_bias(self, outputs: Tensor) -> Tensor:
        if self._is_channels_first and self._axes == 1:
            outputs += reshape(self.bias, (1, self.filters, 1))
            return outputs
        return bias_add(outputs, self.bias, data_format=self._image_format)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output, given the input's."""
        lengths = [
            length_of(length, window, self.padding, stride, rate)
            for length, window, stride, rate in zip(
                window_sizes(input_shape, self._is_channels_first),
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                strict=True,
            )
        ]
        return window_shape(input_shape, self._is_channels_first, lengths, self.filters)
