"""Cells whose units do not see each other's state: SRU, IndRNN and its gated kin (tf.contrib.rnn)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.bias import bias_add
from flowgraph.ops.constant import constant
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Constant, RandomUniform, Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.math import add, multiply
from flowgraph.ops.matmul import matmul
from flowgraph.ops.shaping import tile
from flowgraph.ops.splitting import split
from flowgraph.recurrent.base import LayerRNNCell
from flowgraph.recurrent.cells import LSTMStateTuple
from flowgraph.shapes import TensorShape


class _Units(LayerRNNCell):
    """A cell of so many units, which takes matrices."""

    def __init__(self, num_units: int, activation: Callable[[Any], Any] | None, reuse: Any, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = activation or tanh

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units


def _depth(inputs_shape: Any) -> int:
    depth: int | None = TensorShape(inputs_shape)[1].value
    if depth is None:
        raise refusal(f"Expected inputs.shape[-1] to be known, saw shape: {inputs_shape}")
    return depth


class SRUCell(_Units):
    """The simple recurrent unit, whose gates see the inputs only (Lei and Zhang 2017).

    `new_state = f * state + (1 - f) * x1`, `output = r * activation(new_state) + (1 - r) * x2`, with four linear maps
    of the inputs: x1, x2 and the gates f and r.

    Args:
      num_units: the size of the output and of the state.
      activation: a function of tensors; None: tanh.
      reuse: whether to use variables that are there.
      name: see `tf.layers.Layer`.
      **kwargs: `trainable`, `dtype`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = SRUCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables]
    [('sru_cell/kernel', [4, 12]), ('sru_cell/bias', [6])]
    """

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name=name, **kwargs)

    def build(self, inputs_shape: Any) -> None:
        """Make the kernel and the bias."""
        units = self._num_units
        self._kernel = self.add_weight("kernel", [_depth(inputs_shape), 4 * units])
        self._bias = self.add_weight("bias", [2 * units], initializer=Zeros)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        x1, f, r, x2 = split(matmul(inputs, self._kernel), num_or_size_splits=4, axis=1)
        gates = sigmoid(bias_add(concat([f, r], 1), self._bias))
        f, r = split(gates, num_or_size_splits=2, axis=1)
        c = f * state + (1.0 - f) * x1
        h = r * self._activation(c) + (1.0 - r) * x2
        return h, c


class _Independent(_Units):
    """A cell with a matrix for the inputs and one weight for each unit's own state."""

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None,
        reuse: Any,
        kernel_initializer: Any,
        bias_initializer: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, **kwargs)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def _add_three(self, names: list[str], depth: int, parts: int, bias: float = 0.0) -> list[Any]:
        """Kernel, weights of the state, and bias, for so many parts."""
        width = parts * self._num_units
        kernel = self.add_weight(names[0], [depth, width], initializer=self._kernel_initializer)
        wide = RandomUniform(minval=-1, maxval=1, dtype=self.dtype)
        own = self.add_weight(names[1], [1, width], initializer=wide)
        start = self._bias_initializer
        if start is None:
            start = Constant(bias, dtype=self.dtype) if bias else Zeros(dtype=self.dtype)
        return [kernel, own, self.add_weight(names[2], [width], initializer=start)]


class IndRNNCell(_Independent):
    """`output = new_state = activation(inputs @ kernel_w + state * kernel_u + bias)` (Li et al. 2018).

    Args:
      num_units: the size of the output and of the state.
      activation: a function of tensors; None: tanh.
      reuse: whether to use variables that are there.
      name, dtype: see `tf.layers.Layer`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = IndRNNCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.shape.as_list() for v in cell.variables]
    [[4, 3], [1, 3], [3]]
    """

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_units, activation, reuse, None, None, name=name, dtype=dtype)

    def build(self, inputs_shape: Any) -> None:
        """Make the variables."""
        names = ["kernel_w", "kernel_u", "bias"]
        self._kernel_w, self._kernel_u, self._bias = self._add_three(names, _depth(inputs_shape), 1)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        total = matmul(inputs, self._kernel_w) + state * self._kernel_u
        output = self._activation(bias_add(total, self._bias))
        return output, output


class IndyGRUCell(_Independent):
    """A GRU whose units see no state but their own.

    Args:
      num_units: the size of the output and of the state.
      activation: a function of tensors; None: tanh.
      reuse: whether to use variables that are there.
      kernel_initializer: of the inputs' kernels.
      bias_initializer: of the biases; by default the gates' begin as 1, the other as 0.
      name, dtype: see `tf.layers.Layer`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = IndyGRUCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.op.name for v in cell.variables][:3]
    ['indy_gru_cell/gates/kernel_w', 'indy_gru_cell/gates/kernel_u', 'indy_gru_cell/gates/bias']
    """

    def __init__(
        self,
        num_units: int,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_units, activation, reuse, kernel_initializer, bias_initializer, name=name, dtype=dtype)

    def build(self, inputs_shape: Any) -> None:
        """Make the variables of the gates and of the candidate."""
        depth = _depth(inputs_shape)
        gates = ["gates/kernel_w", "gates/kernel_u", "gates/bias"]
        candidate = ["candidate/kernel", "candidate/kernel_u", "candidate/bias"]
        self._gates = self._add_three(gates, depth, 2, bias=1.0)
        self._candidate = self._add_three(candidate, depth, 1)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        gates = sigmoid(_total(inputs, state, 2, self._gates))
        r, u = split(gates, num_or_size_splits=2, axis=1)
        c = self._activation(_total(inputs, r * state, 1, self._candidate))
        new_state = u * state + (1 - u) * c
        return new_state, new_state


def _total(inputs: Any, state: Any, parts: int, weights: list[Any]) -> Tensor:
    """What inputs and state add up to; the state counts once in each part."""
    kernel, own, bias = weights
    product = matmul(inputs, kernel)
    return bias_add(product + (state if parts == 1 else tile(state, [1, parts])) * own, bias)


class IndyLSTMCell(_Independent):
    """An LSTM whose units see no state but their own (Gonnet and Deselaers 2019).

    Args:
      num_units: the size of the output, of `c` and of `h`.
      forget_bias: what is added to the forget gate.
      activation: a function of tensors; None: tanh.
      reuse: whether to use variables that are there.
      kernel_initializer: of the inputs' kernel.
      bias_initializer: of the bias; by default zeros.
      name, dtype: see `tf.layers.Layer`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = IndyLSTMCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.shape.as_list() for v in cell.variables]
    [[4, 12], [1, 12], [12]]
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_units, activation, reuse, kernel_initializer, bias_initializer, name=name, dtype=dtype)
        self._forget_bias = forget_bias

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: Any) -> None:
        """Make the variables."""
        names = ["kernel_w", "kernel_u", "bias"]
        self._weights = self._add_three(names, _depth(inputs_shape), 4)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        one = constant(1, dtype=dt.int32)
        c, h = state
        i, j, f, o = split(_total(inputs, h, 4, self._weights), num_or_size_splits=4, axis=one)
        bias = constant(self._forget_bias, dtype=f.dtype)
        kept = multiply(c, sigmoid(add(f, bias)))
        new_c = add(kept, multiply(sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h)
