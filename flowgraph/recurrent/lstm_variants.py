"""LSTM cells of other kinds: coupled gates, layer normalization, one found by search (tf.contrib.rnn)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import add_to_collection, get_collection
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import relu
from flowgraph.ops.bias import bias_add
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.dropout import dropout
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Constant, Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.splitting import split
from flowgraph.ops.statistics import batch_normalization, moments
from flowgraph.recurrent.base import LayerRNNCell, RNNCell
from flowgraph.recurrent.cells import LSTMStateTuple, warn_of_joined_state
from flowgraph.recurrent.projections import warn_of_input_size
from flowgraph.shapes import TensorShape
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope

_JOINED = "concatenated_variables"


def columns_of(inputs: Any) -> int:
    """How many columns a matrix has.

    Raises:
      ValueError: that is unknown, or it is no matrix.
    """
    columns: int | None = inputs.shape.with_rank(2).dims[1].value
    if columns is None:
        raise refusal("Could not infer input size from inputs.get_shape()[-1]")
    return columns


def sharded_variable(name: str, shape: list[int], dtype: Any, num_shards: int) -> Any:
    """A variable, or, if it is to be in pieces, these put together; once for each name.

    Raises:
      ValueError: there are more pieces than rows.

    >>> sharded_variable("w", [3, 2], tf.float32, 2), [v.shape.as_list() for v in tf.global_variables()]
    (<tf.Tensor 'w/concat:0' shape=(3, 2) dtype=float32>, [[2, 2], [1, 2]])
    """
    if num_shards > shape[0]:
        raise refusal(f"Too many shards: shape={shape}, num_shards={num_shards}")
    rows, left = divmod(shape[0], num_shards)
    heights = [rows + (i < left) for i in range(num_shards)]
    pieces = [get_variable(f"{name}_{i}", [height, *shape[1:]], dtype=dtype) for i, height in enumerate(heights)]
    if num_shards == 1:
        return pieces[0]
    joined_name = f"{name}/concat"
    full_name = f"{get_variable_scope().name}/{joined_name}:0"
    for known in get_collection(_JOINED):
        if known.name == full_name:
            return known
    joined = concat(pieces, 0, name=joined_name)
    add_to_collection(_JOINED, joined)
    return joined


def normalized(inputs: Any, scope: str, gain: float, shift: float, dtype: Any = None) -> Tensor:
    """Rows brought to mean 0 and variance 1, then scaled and moved by variables gamma and beta in a scope."""
    size = inputs.shape[-1:]
    with variable_scope(scope):
        get_variable("gamma", shape=size, initializer=Constant(gain), dtype=dtype)
        get_variable("beta", shape=size, initializer=Constant(shift), dtype=dtype)
    with variable_scope(scope, values=[inputs], reuse=True):
        beta = get_variable("beta", shape=size, dtype=inputs.dtype)
        gamma = get_variable("gamma", shape=size, dtype=inputs.dtype)
        mean, variance = moments(inputs, [inputs.shape.ndims - 1], keep_dims=True)
        epsilon = 1e-3 if inputs.dtype == dt.float16 else 1e-12
        outputs = batch_normalization(inputs, mean, variance, offset=beta, scale=gamma, variance_epsilon=epsilon)
        outputs.set_shape(inputs.shape)
        return outputs


class CoupledInputForgetGateLSTMCell(RNNCell):
    """An LSTM that forgets as much as it takes in: `new_c = f * c + (1 - f) * activation(j)` (Greff et al. 2015).

    Args:
      num_units: the size of `c`, and of the output unless it is projected.
      use_peepholes: whether the gates see `c`.
      initializer: nothing, as in TF; the scope's is used.
      num_proj: the size of the output, to which it is projected.
      proj_clip: the largest absolute value that the projected output may have.
      num_unit_shards, num_proj_shards: into how many variables the kernel and the projection are cut.
      forget_bias: what is added to the forget gate.
      state_is_tuple: whether the state is an `LSTMStateTuple`, or `c` and `h` in one tensor, side by side.
      activation: a function of tensors.
      reuse: whether to use variables that are there.
      layer_norm: whether gates and `c` are normalized.
      norm_gain, norm_shift: initial values of the normalization's variables.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = CoupledInputForgetGateLSTMCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name.partition("/")[2], v.shape.as_list()) for v in cell.variables]
    [('W_0', [7, 9]), ('B', [9])]
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        initializer: Any = None,  # noqa: ARG002  # TF keeps it and never looks at it
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Callable[[Any], Any] = tanh,
        reuse: bool | None = None,
        layer_norm: bool = False,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
    ) -> None:
        super().__init__(_reuse=reuse)
        warn_of_joined_state(self, state_is_tuple)
        self._num_units, self._use_peepholes = num_units, use_peepholes
        self._num_proj, self._proj_clip = num_proj, proj_clip
        self._num_unit_shards, self._num_proj_shards = num_unit_shards, num_proj_shards
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        self._activation = activation
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`, or their sum."""
        sizes = self._num_units, self.output_size
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """What it is projected to, or else the number of units."""
        return self._num_proj or self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units = self._num_units
        rest = units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c_prev, h_prev = state
        else:
            c_prev, h_prev = part(state, [0, 0], [-1, units]), part(state, [0, units], [-1, rest])
        j, f, o = self._gates(inputs, h_prev, [columns_of(inputs) + rest, 3 * units])
        if self._use_peepholes:
            w_f_diag = get_variable("W_F_diag", shape=[units], dtype=inputs.dtype)
            w_o_diag = get_variable("W_O_diag", shape=[units], dtype=inputs.dtype)
            keep = sigmoid(f + self._forget_bias + w_f_diag * c_prev)
        else:
            keep = sigmoid(f + self._forget_bias)
        c = keep * c_prev + (1 - keep) * self._activation(j)
        c = self._normalized(c, "state")
        gate = sigmoid(o + w_o_diag * c if self._use_peepholes else o)
        h = self._projected(gate * self._activation(c), inputs.dtype)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else concat([c, h], 1)

    def _gates(self, inputs: Any, h_prev: Any, shape: list[int]) -> list[Tensor]:
        kernel = sharded_variable("W", shape, inputs.dtype, self._num_unit_shards)
        bias = get_variable("B", shape=shape[1:], initializer=Zeros(), dtype=inputs.dtype)
        product = matmul(concat([inputs, h_prev], 1), kernel)
        if not self._layer_norm:
            product = bias_add(product, bias)
        gates = split(product, num_or_size_splits=3, axis=1)
        scopes = "transform", "forget", "output"
        return [self._normalized(gate, scope) for gate, scope in zip(gates, scopes, strict=True)]

    def _normalized(self, values: Tensor, scope: str) -> Tensor:
        return normalized(values, scope, self._norm_gain, self._norm_shift) if self._layer_norm else values

    def _projected(self, h: Tensor, dtype: Any) -> Tensor:
        if self._num_proj is None:
            return h
        kernel = sharded_variable("W_P", [self._num_units, self._num_proj], dtype, self._num_proj_shards)
        h = matmul(h, kernel)
        return h if self._proj_clip is None else clip_by_value(h, -self._proj_clip, self._proj_clip)


class LayerNormBasicLSTMCell(RNNCell):
    """An LSTM with layer normalization (Ba et al. 2016) and dropout of what it takes in (Semeniuta et al. 2016).

    Args:
      num_units: the size of the output, of `c` and of `h`.
      forget_bias: what is added to the forget gate.
      input_size: nothing (deprecated).
      activation: a function of tensors.
      layer_norm: whether gates and `c` are normalized; if not, there is a bias.
      norm_gain, norm_shift: initial values of the normalization's variables.
      dropout_keep_prob: the probability with which an entry of what is taken in is kept, a number or a scalar tensor.
      dropout_prob_seed: the seed of that.
      reuse: whether to use variables that are there.

    >>> cell = LayerNormBasicLSTMCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.op.name.partition("/")[2] for v in cell.variables][:5]
    ['kernel', 'input/gamma', 'input/beta', 'transform/gamma', 'transform/beta']
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        activation: Callable[[Any], Any] = tanh,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: int | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        warn_of_input_size(self, input_size)
        self._num_units, self._activation, self._forget_bias = num_units, activation, forget_bias
        self._keep_prob, self._seed = dropout_keep_prob, dropout_prob_seed
        self._layer_norm, self._norm_gain, self._norm_shift = layer_norm, norm_gain, norm_shift

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        values = concat([inputs, h], 1)
        gates = split(self._linear(values), num_or_size_splits=4, axis=1)
        scopes = "input", "transform", "forget", "output"
        i, j, f, o = [self._normalized(gate, scope) for gate, scope in zip(gates, scopes, strict=True)]
        g = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            g = dropout(g, self._keep_prob, seed=self._seed)
        new_c = self._normalized(c * sigmoid(f + self._forget_bias) + sigmoid(i) * g, "state")
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)

    def _linear(self, values: Tensor) -> Tensor:
        size = 4 * self._num_units
        product = matmul(values, get_variable("kernel", [values.shape[-1], size], dtype=values.dtype))
        return product if self._layer_norm else bias_add(product, get_variable("bias", [size], dtype=values.dtype))

    def _normalized(self, values: Tensor, scope: str) -> Tensor:
        if not self._layer_norm:
            return values
        return normalized(values, scope, self._norm_gain, self._norm_shift, values.dtype)


class NASCell(LayerRNNCell):
    """The cell that a search among architectures found (Zoph and Le 2017).

    Args:
      num_units: the size of `c`, and of the output unless it is projected.
      num_proj: the size of the output, to which it is projected.
      use_bias: whether there is a bias.
      reuse: whether to use variables that are there.
      **kwargs: `trainable`, `name`, `dtype`: see `tf.layers.Layer`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = NASCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables]
    [('nas_cell/recurrent_kernel', [3, 24]), ('nas_cell/kernel', [4, 24])]
    """

    def __init__(
        self,
        num_units: int,
        num_proj: int | None = None,
        use_bias: bool = False,
        reuse: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(_reuse=reuse, **kwargs)
        self._num_units, self._num_proj, self._use_bias = num_units, num_proj, use_bias

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> Any:
        """What it is projected to, or else the number of units."""
        return self._num_units if self._num_proj is None else self._num_proj

    def build(self, inputs_shape: Any) -> None:
        """Make the kernels, and bias and projection where they are wanted."""
        depth = TensorShape(inputs_shape).with_rank(2)[1].value
        if depth is None:
            raise refusal("Could not infer input size from inputs.get_shape()[-1]")
        width = 8 * self._num_units
        self.recurrent_kernel = self.add_weight("recurrent_kernel", [self.output_size, width])
        self.kernel = self.add_weight("kernel", [depth, width])
        if self._use_bias:
            self.bias = self.add_weight("bias", shape=[width], initializer=Zeros)
        if self._num_proj is not None:
            self.projection_weights = self.add_weight("projection_weights", [self._num_units, self._num_proj])
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c_prev, h_prev = state
        from_state = matmul(h_prev, self.recurrent_kernel)
        from_inputs = matmul(inputs, self.kernel)
        if self._use_bias:
            from_state = bias_add(from_state, self.bias)
        h = split(from_state, num_or_size_splits=8, axis=1)
        x = split(from_inputs, num_or_size_splits=8, axis=1)
        first = [
            sigmoid(x[0] + h[0]),
            relu(x[1] + h[1]),
            sigmoid(x[2] + h[2]),
            relu(x[3] * h[3]),
            tanh(x[4] + h[4]),
            sigmoid(x[5] + h[5]),
            tanh(x[6] + h[6]),
            sigmoid(x[7] + h[7]),
        ]
        second = [
            tanh(first[0] * first[1]),
            tanh(first[2] + first[3]),
            tanh(first[4] * first[5]),
            sigmoid(first[6] + first[7]),
        ]
        new_c = tanh(second[0] + c_prev) * second[1]
        new_h = tanh(new_c * tanh(second[2] + second[3]))
        if self._num_proj is not None:
            new_h = matmul(new_h, self.projection_weights)
        return new_h, LSTMStateTuple(new_c, new_h)
