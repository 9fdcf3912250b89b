"""LSTM cells over sequences, images and volumes, with convolutions for products (tf.contrib.rnn)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.conv import conv2d
from flowgraph.ops.conv3d import conv3d
from flowgraph.ops.convolution import conv1d
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Constant
from flowgraph.ops.joining import concat
from flowgraph.ops.splitting import split
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.cells import LSTMStateTuple
from flowgraph.shapes import TensorShape
from flowgraph.variables.scope import get_variable


class ConvLSTMCell(RNNCell):
    """An LSTM whose inputs and states have axes of space (Shi et al. 2015).

    Args:
      conv_ndims: how many axes of space: 1, 2 or 3.
      input_shape: the shape of an input without the batch: those axes, then channels; a list.
      output_channels: how many channels the state has.
      kernel_shape: the sizes of the kernel.
      use_bias: whether there is a bias.
      skip_connection: whether the inputs are added to the output's channels.
      forget_bias: what is added to the forget gate.
      initializers: nothing, as in TF; the scope's initializer is used.
      name: see `tf.layers.Layer`.

    Raises:
      ValueError: the input's shape does not have an axis for each of space and one for channels.

    >>> cell = ConvLSTMCell(2, [4, 5, 1], output_channels=3, kernel_shape=[3, 3])
    >>> output, state = cell(tf.zeros([1, 4, 5, 1]), cell.zero_state(1, tf.float32))
    >>> output.shape.as_list(), [v.shape.as_list() for v in cell.variables]
    ([1, 4, 5, 3], [[3, 3, 4, 12], [12]])
    """

    def __init__(
        self,
        conv_ndims: int,
        input_shape: list[int],
        output_channels: int,
        kernel_shape: Sequence[int],
        use_bias: bool = True,
        skip_connection: bool = False,
        forget_bias: float = 1.0,
        initializers: Any = None,  # noqa: ARG002  # TF never looks at it
        name: str = "conv_lstm_cell",
    ) -> None:
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise refusal(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        self._conv_ndims, self._kernel_shape = conv_ndims, list(kernel_shape)
        self._use_bias, self._skip_connection, self._forget_bias = use_bias, skip_connection, forget_bias
        self._output_channels = output_channels
        channels = output_channels + (input_shape[-1] if skip_connection else 0)
        self._state_size = TensorShape([*input_shape[:-1], output_channels])
        self._output_size = TensorShape([*input_shape[:-1], channels])

    @property
    def state_size(self) -> Any:
        """The shapes of `c` and `h`."""
        return LSTMStateTuple(self._state_size, self._state_size)

    @property
    def output_size(self) -> Any:
        """The shape of the output."""
        return self._output_size

    def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:  # noqa: ARG002  # layers hand it on
        """One step."""
        c, h = state
        product = _convolved([inputs, h], self._kernel_shape, 4 * self._output_channels, self._use_bias)
        i, j, f, o = split(product, num_or_size_splits=4, axis=self._conv_ndims + 1)
        new_c = sigmoid(f + self._forget_bias) * c
        new_c += sigmoid(i) * tanh(j)
        output = tanh(new_c) * sigmoid(o)
        if self._skip_connection:
            output = concat([output, inputs], axis=-1)
        return output, LSTMStateTuple(new_c, output)


class Conv1DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with one axis of space.

    >>> Conv1DLSTMCell(input_shape=[4, 1], output_channels=3, kernel_shape=[2]).output_size
    TensorShape([Dimension(4), Dimension(3)])
    """

    def __init__(self, name: str = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with two axes of space.

    >>> Conv2DLSTMCell(input_shape=[4, 4, 1], output_channels=3, kernel_shape=[2, 2]).output_size
    TensorShape([Dimension(4), Dimension(4), Dimension(3)])
    """

    def __init__(self, name: str = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with three axes of space.

    >>> Conv3DLSTMCell(input_shape=[4, 4, 4, 1], output_channels=3, kernel_shape=[2, 2, 2]).output_size.ndims
    4
    """

    def __init__(self, name: str = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)


def _convolved(args: list[Any], kernel_shape: list[int], channels: int, bias: bool) -> Tensor:
    """A convolution of tensors put together along their channels."""
    shapes = [arg.shape.as_list() for arg in args]
    rank = len(shapes[0])
    for sizes in shapes:
        if len(sizes) not in (3, 4, 5):
            raise refusal(f"Conv Linear expects 3D, 4D or 5D arguments: {shapes}")
        if len(sizes) != rank:
            raise refusal(f"Conv Linear expects all args to be of same Dimension: {shapes}")
    depth, dtype = sum(sizes[-1] for sizes in shapes), args[0].dtype
    kernel = get_variable("kernel", [*kernel_shape, depth, channels], dtype=dtype)
    values = concat(args, axis=rank - 1)
    if rank == 3:
        product = conv1d(values, kernel, 1, padding="SAME")
    elif rank == 4:
        product = conv2d(values, kernel, [1] * 4, padding="SAME")
    else:
        product = conv3d(values, kernel, [1] * 5, padding="SAME")
    if not bias:
        return product
    return product + get_variable("biases", [channels], dtype=dtype, initializer=Constant(0.0, dtype=dtype))
