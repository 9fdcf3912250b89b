"""The cells that every book has: the plain one, GRU and LSTM (tf.nn.rnn_cell)."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.options import InputSpec
from flowgraph.neural.named.lookup import initializer_of
from flowgraph.ops.bias import bias_add
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.constant import constant
from flowgraph.ops.hyperbolic import sigmoid
from flowgraph.ops.initializers import Constant, Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.math import add, multiply
from flowgraph.ops.matmul import matmul
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.splitting import split
from flowgraph.platform import logs
from flowgraph.recurrent.base import LayerRNNCell, activation_or_tanh, check_float, check_floats, depth_of
from flowgraph.variables.partitioners import fixed_size_partitioner


class _Units(LayerRNNCell):
    """A cell of so many units, which takes matrices of floats."""

    def __init__(self, num_units: int, activation: Any, reuse: Any, name: Any, dtype: Any, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_float(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = activation_or_tanh(activation)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def _linear(self, values: list[Tensor], kernel: Any, bias: Any) -> Tensor:
        """Values side by side, times a kernel, plus a bias."""
        return bias_add(matmul(concat(values, 1), kernel), bias)


class BasicRNNCell(_Units):
    """The plain recurrent cell: `output = new_state = activation([inputs, state] @ kernel + bias)`.

    Args:
      num_units: the size of the output and of the state.
      activation: a function of tensors, or the name of one; None: tanh.
      reuse: whether to use variables that are there.
      name, dtype: see `tf.layers.Layer`.
      **kwargs: `trainable`.

    Raises:
      ValueError: the dtype is no float; when called, the inputs are no matrices with a known last size.

    >>> cell = BasicRNNCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output.shape, [v.name for v in cell.variables]
    (TensorShape([Dimension(2), Dimension(3)]), ['basic_rnn_cell/kernel:0', 'basic_rnn_cell/bias:0'])
    """

    _arguments = ("num_units", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        depth = depth_of(input_shape)
        check_float(self.dtype)
        self._kernel = self.add_weight("kernel", [depth + self._num_units, self._num_units])
        self._bias = self.add_weight("bias", [self._num_units], initializer=Zeros(dtype=self.dtype))
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_floats(inputs, state)
        output = self._activation(self._linear([inputs, state], self._kernel, self._bias))
        return output, output


class GRUCell(_Units):
    """The gated recurrent unit of Cho et al. 2014: two gates say what of the state is used and what is kept.

    `new_state = u * state + (1 - u) * activation([inputs, r * state] @ candidate/kernel + candidate/bias)`, where `r`
    and `u` are the sigmoids of `[inputs, state] @ gates/kernel + gates/bias`.

    Args:
      num_units: the size of the output and of the state.
      activation: a function of tensors, or the name of one; None: tanh.
      reuse: whether to use variables that are there.
      kernel_initializer: of the kernels.
      bias_initializer: of the biases; by default the gates' begin as 1, the other as 0.
      name, dtype: see `tf.layers.Layer`.
      **kwargs: `trainable`.

    Raises:
      ValueError: the dtype is no float; when called, the inputs are no matrices with a known last size.

    >>> cell = GRUCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables][:2]
    [('gru_cell/gates/kernel', [7, 6]), ('gru_cell/gates/bias', [6])]
    """

    _arguments = ("num_units", "kernel_initializer", "bias_initializer", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: bool | None = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer = initializer_of(kernel_initializer)
        self._bias_initializer = initializer_of(bias_initializer)

    def build(self, input_shape: Any) -> None:
        """Make a kernel and a bias for the gates, and for the candidate."""
        height, units = depth_of(input_shape) + self._num_units, self._num_units
        check_float(self.dtype)
        self._gate_kernel, self._gate_bias = self._add_pair("gates", [height, 2 * units], 1.0)
        self._candidate_kernel, self._candidate_bias = self._add_pair("candidate", [height, units], 0.0)
        self.built = True

    def _add_pair(self, name: str, shape: list[int], bias: float) -> tuple[Any, Any]:
        kernel = self.add_weight(f"{name}/kernel", shape, initializer=self._kernel_initializer)
        initializer = self._bias_initializer
        if initializer is None:
            initializer = Constant(bias, dtype=self.dtype) if bias else Zeros(dtype=self.dtype)
        return kernel, self.add_weight(f"{name}/bias", shape[1:], initializer=initializer)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_floats(inputs, state)
        gates = sigmoid(self._linear([inputs, state], self._gate_kernel, self._gate_bias))
        r, u = split(gates, num_or_size_splits=2, axis=1)
        candidate = self._linear([inputs, r * state], self._candidate_kernel, self._candidate_bias)
        c = self._activation(candidate)
        new_state = u * state + (1 - u) * c
        return new_state, new_state


class _Halves(NamedTuple):
    c: Any
    h: Any


class LSTMStateTuple(_Halves):
    """The state of an LSTM: `c`, which it remembers, and `h`, which it puts out.

    >>> LSTMStateTuple(c=1, h=2)
    LSTMStateTuple(c=1, h=2)
    """

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The dtype of both.

        Raises:
          TypeError: they differ.
        """
        if self.c.dtype != self.h.dtype:
            raise refusal(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}", TypeError)
        return self.c.dtype


class BasicLSTMCell(_Units):
    """Long short-term memory without extras, as Zaremba et al. 2014 use it.

    With i, j, f, o the four parts of `[inputs, h] @ kernel + bias`:
    `new_c = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j)`, `new_h = activation(new_c) * sigmoid(o)`.

    Args:
      num_units: the size of the output, of `c` and of `h`.
      forget_bias: what is added to f, so that it begins by remembering.
      state_is_tuple: whether the state is an `LSTMStateTuple`, or `c` and `h` in one tensor, side by side.
      activation: a function of tensors, or the name of one; None: tanh.
      reuse: whether to use variables that are there.
      name, dtype: see `tf.layers.Layer`.
      **kwargs: `trainable`.

    Raises:
      ValueError: the dtype is no float; when called, the inputs are no matrices with a known last size.

    >>> cell = BasicLSTMCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> cell.state_size, [(v.op.name, v.shape.as_list()) for v in cell.variables]
    (LSTMStateTuple(c=3, h=3), [('basic_lstm_cell/kernel', [7, 12]), ('basic_lstm_cell/bias', [12])])
    """

    _arguments = ("num_units", "forget_bias", "state_is_tuple", "activation", "reuse")

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        warn_of_joined_state(self, state_is_tuple)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`, or their sum."""
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        depth, units = depth_of(input_shape), self._num_units
        check_float(self.dtype)
        self._kernel = self.add_weight("kernel", [depth + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=Zeros(dtype=self.dtype))
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_floats(inputs, state)
        one = constant(1, dtype=dt.int32)
        c, h = state if self._state_is_tuple else split(state, num_or_size_splits=2, axis=one)
        gates = self._linear([inputs, h], self._kernel, self._bias)
        i, j, f, o = split(gates, num_or_size_splits=4, axis=one)
        bias = constant(self._forget_bias, dtype=f.dtype)
        kept = multiply(c, sigmoid(add(f, bias)))
        new_c = add(kept, multiply(sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), sigmoid(o))
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)


class LSTMCell(_Units):
    """Long short-term memory, with peepholes, clipping and a projection where they are asked for (Sak et al. 2014).

    Args:
      num_units: the size of `c`, and of the output unless it is projected.
      use_peepholes: whether the gates see `c`.
      cell_clip: the largest absolute value that `c` may have.
      initializer: of the kernels and the peepholes' weights.
      num_proj: the size of the output, to which it is projected.
      proj_clip: the largest absolute value that the projected output may have.
      num_unit_shards, num_proj_shards: into how many pieces the kernel and the projection are cut (deprecated: use
        a scope's partitioner).
      forget_bias: what is added to the forget gate, so that it begins by remembering.
      state_is_tuple: whether the state is an `LSTMStateTuple`, or `c` and `h` in one tensor, side by side.
      activation: a function of tensors, or the name of one; None: tanh.
      reuse: whether to use variables that are there.
      name, dtype: see `tf.layers.Layer`.
      **kwargs: `trainable`.

    Raises:
      ValueError: the dtype is no float; when called, the inputs are no matrices with a known last size.

    >>> cell = LSTMCell(3, use_peepholes=True, num_proj=2)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output.shape.as_list(), state.c.shape.as_list(), [v.op.name for v in cell.variables][2:]
    ([2, 2], [2, 3], ['lstm_cell/w_f_diag', 'lstm_cell/w_i_diag', 'lstm_cell/w_o_diag', 'lstm_cell/projection/kernel'])
    """

    _arguments = (
        "num_units", "use_peepholes", "cell_clip", "initializer", "num_proj", "proj_clip", "num_unit_shards",
        "num_proj_shards", "forget_bias", "state_is_tuple", "activation", "reuse",
    )  # fmt: skip

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int | None = None,
        num_proj_shards: int | None = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: bool | None = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        warn_of_joined_state(self, state_is_tuple)
        if num_unit_shards is not None or num_proj_shards is not None:
            logs.warn(
                "%s: The num_unit_shards and proj_unit_shards parameters are deprecated and will be removed in Jan "
                "2017.  Use a variable scope with a partitioner instead.",
                self,
            )
        self._use_peepholes, self._cell_clip = use_peepholes, cell_clip
        self._initializer = initializer_of(initializer)
        self._num_proj, self._proj_clip = num_proj, proj_clip
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`, or their sum."""
        sizes = self._num_units, self.output_size
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """What it is projected to, or else the number of units."""
        return self._num_proj or self._num_units

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias, and weights for peepholes and projection."""
        depth, units = depth_of(input_shape), self._num_units
        check_float(self.dtype)
        height = depth + (units if self._num_proj is None else self._num_proj)
        self._kernel = self._add_kernel("kernel", [height, 4 * units], self._num_unit_shards)
        self._bias = self.add_weight("bias", [4 * units], initializer=Zeros(dtype=self.dtype or dt.float32))
        if self._use_peepholes:
            self._w_f_diag = self.add_weight("w_f_diag", [units], initializer=self._initializer)
            self._w_i_diag = self.add_weight("w_i_diag", [units], initializer=self._initializer)
            self._w_o_diag = self.add_weight("w_o_diag", [units], initializer=self._initializer)
        if self._num_proj is not None:
            shape = [units, self._num_proj]
            self._proj_kernel = self._add_kernel("projection/kernel", shape, self._num_proj_shards)
        self.built = True

    def _add_kernel(self, name: str, shape: list[int], shards: int | None) -> Any:
        partitioner = None if shards is None else fixed_size_partitioner(shards)
        return self.add_weight(name, shape, initializer=self._initializer, partitioner=partitioner)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_floats(inputs, state)
        c_prev, h_prev = state if self._state_is_tuple else self._parts_of(state)
        if inputs.shape.with_rank(2).dims[1].value is None:
            raise refusal("Could not infer input size from inputs.get_shape()[-1]")
        gates = self._linear([inputs, h_prev], self._kernel, self._bias)
        i, j, f, o = split(gates, num_or_size_splits=4, axis=1)
        f = f + self._forget_bias
        if self._use_peepholes:
            kept = sigmoid(f + self._w_f_diag * c_prev) * c_prev
            c = kept + sigmoid(i + self._w_i_diag * c_prev) * self._activation(j)
        else:
            c = sigmoid(f) * c_prev + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        gate = sigmoid(o + self._w_o_diag * c if self._use_peepholes else o)
        h = gate * self._activation(c)
        if self._num_proj is not None:
            h = matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)

    def _parts_of(self, state: Tensor) -> tuple[Tensor, Tensor]:
        units, rest = self._num_units, self._num_units if self._num_proj is None else self._num_proj
        return part(state, [0, 0], [-1, units]), part(state, [0, units], [-1, rest])


def warn_of_joined_state(cell: Any, state_is_tuple: bool) -> None:
    """Say, as TF does, that a state in one tensor is an old habit."""
    if not state_is_tuple:
        logs.warn(
            "%s: Using a concatenated state is slower and will soon be deprecated.  Use state_is_tuple=True.", cell
        )
