"""Cells with gates of other kinds: UGRNN, Intersection RNN, phased LSTM, grouped LSTM (tf.contrib.rnn)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import relu
from flowgraph.ops.array import shape
from flowgraph.ops.bias import bias_add
from flowgraph.ops.cast import cast
from flowgraph.ops.division import mod
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.initializers import Constant, RandomUniform
from flowgraph.ops.joining import concat
from flowgraph.ops.random import random_uniform
from flowgraph.ops.select import where
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.splitting import split
from flowgraph.ops.unary import exp, log
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.cells import LSTMStateTuple
from flowgraph.recurrent.lstm_variants import columns_of
from flowgraph.recurrent.projections import Linear
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope


class _Lines:
    """The linear maps of a cell, made when they are first used."""

    def __init__(self) -> None:
        self._made: dict[Any, Linear] = {}

    def __call__(self, key: Any, args: Any, size: int, bias: bool = True) -> Tensor:
        if key not in self._made:
            self._made[key] = Linear(args, size, bias)
        return self._made[key](args)


class UGRNNCell(RNNCell):
    """The update gate RNN: `new_state = g * state + (1 - g) * c`, one gate only (Collins et al. 2016).

    Args:
      num_units: the size of the output and of the state.
      initializer: of the kernel.
      forget_bias: what is added to the gate.
      activation: a function of tensors.
      reuse: whether to use variables that are there.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = UGRNNCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables]
    [('ugrnn_cell/kernel', [7, 6]), ('ugrnn_cell/bias', [6])]
    """

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] = tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._initializer = num_units, initializer
        self._forget_bias, self._activation = forget_bias, activation
        self._linear = _Lines()

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        columns_of(inputs)
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            values = concat([inputs, state], 1)
            gate, candidate = split(self._linear(1, values, 2 * self._num_units), num_or_size_splits=2, axis=1)
            c = self._activation(candidate)
            g = sigmoid(gate + self._forget_bias)
            new_state = g * state + (1.0 - g) * c
        return new_state, new_state


class IntersectionRNNCell(RNNCell):
    """The +RNN: one gate for the way through time, one for the way through depth (Collins et al. 2016).

    Args:
      num_units: the size of the output and of the state.
      num_in_proj: whether inputs of another size are projected to it.
      initializer: of the kernels.
      forget_bias: what is added to the gates.
      y_activation: a function of tensors, for the output.
      reuse: whether to use variables that are there.

    Raises:
      ValueError: when called, the inputs are no matrices of a size that fits.

    >>> cell = IntersectionRNNCell(4)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables]
    [('intersection_rnn_cell/kernel', [8, 16]), ('intersection_rnn_cell/bias', [16])]
    """

    def __init__(
        self,
        num_units: int,
        num_in_proj: int | None = None,
        initializer: Any = None,
        forget_bias: float = 1.0,
        y_activation: Callable[[Any], Any] = relu,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._num_input_proj, self._initializer = num_units, num_in_proj, initializer
        self._forget_bias, self._y_activation = forget_bias, y_activation
        self._linear = _Lines()

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        columns, units = columns_of(inputs), self._num_units
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            if columns != units:
                inputs = self._projected(inputs)
            product = self._linear(2, concat([inputs, state], 1), 4 * units)
            gates = [product[:, start or None : start + units] for start in range(0, 4 * units, units)]
            h = tanh(gates[1])
            y = self._y_activation(gates[3])
            through_time = sigmoid(gates[0] + self._forget_bias)
            through_depth = sigmoid(gates[2] + self._forget_bias)
            new_state = through_time * state + (1.0 - through_time) * h
            output = through_depth * inputs + (1.0 - through_depth) * y
        return output, new_state

    def _projected(self, inputs: Any) -> Tensor:
        if not self._num_input_proj:
            raise refusal(
                "Must have input size == output size for Intersection RNN. To fix, num_in_proj should be set to "
                "num_units at cell init."
            )
        with variable_scope("in_projection"):
            return self._linear(1, inputs, self._num_units)


class PhasedLSTMCell(RNNCell):
    """An LSTM of units that are open only for a part of a period of their own (Neil et al. 2016).

    Its inputs are a pair: the time, [batch, 1], and the values, [batch, size].

    Args:
      num_units: the size of the output, of `c` and of `h`.
      use_peepholes: whether the gates see `c`.
      leak: how much goes through a unit that is closed.
      ratio_on: the initial part of the period in which units are open.
      trainable_ratio_on: whether that is trained.
      period_init_min, period_init_max: the bounds of the initial periods.
      reuse: whether to use variables that are there.

    >>> cell = PhasedLSTMCell(3)
    >>> output, state = cell((tf.zeros([2, 1]), tf.zeros([2, 4])), cell.zero_state(2, tf.float32))
    >>> [v.op.name.partition("/")[2] for v in cell.variables][-3:]
    ['period', 'phase', 'ratio_on']
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        leak: float = 0.001,
        ratio_on: float = 0.1,
        trainable_ratio_on: bool = True,
        period_init_min: float = 1.0,
        period_init_max: float = 1000.0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._use_peepholes, self._leak = num_units, use_peepholes, leak
        self._ratio_on, self._trainable_ratio_on = ratio_on, trainable_ratio_on
        self._period_bounds = period_init_min, period_init_max
        self._linear = _Lines()

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
        (time, x), (c_prev, h_prev) = inputs, state
        seen = [x, h_prev]
        with variable_scope("mask_gates"):
            gates = sigmoid(self._linear(1, [*seen, c_prev] if self._use_peepholes else seen, 2 * self._num_units))
            input_gate, forget_gate = split(gates, num_or_size_splits=2, axis=1)
        with variable_scope("new_input"):
            new_input = tanh(self._linear(2, seen, self._num_units))
        new_c = c_prev * forget_gate + input_gate * new_input
        with variable_scope("output_gate"):
            output_gate = sigmoid(self._linear(3, [*seen, new_c] if self._use_peepholes else seen, self._num_units))
        new_h = tanh(new_c) * output_gate
        k = self._openness(time)
        new_c = k * new_c + (1 - k) * c_prev
        new_h = k * new_h + (1 - k) * h_prev
        return new_h, LSTMStateTuple(new_c, new_h)

    def _openness(self, time: Tensor) -> Tensor:
        """How far each unit is open: it rises, falls, and then leaks."""
        size = [self._num_units]
        period = get_variable("period", size, initializer=_exponential(*self._period_bounds))
        phase = get_variable("phase", size, initializer=RandomUniform(0.0, period.initial_value))
        ratio_on = get_variable(
            "ratio_on", size, initializer=Constant(self._ratio_on), trainable=self._trainable_ratio_on
        )
        ratio = _part_of_cycle(time, phase, period)
        rising = 2 * ratio / ratio_on
        falling = 2 - rising
        closed = self._leak * ratio
        k = where(ratio < ratio_on, falling, closed)
        return where(ratio < 0.5 * ratio_on, rising, k)


def _exponential(low: float, high: float) -> Callable[..., Tensor]:
    """An initializer whose logarithm is uniform."""

    def initializer(shape: Any, dtype: Any = dt.float32, partition_info: Any = None) -> Tensor:  # noqa: ARG001
        return exp(random_uniform(shape, log(low), log(high), dtype))

    return initializer


def _part_of_cycle(time: Tensor, phase: Any, period: Any) -> Tensor:
    """How much of its cycle has gone by at a time; its gradient takes no notice of the cycles' borders."""
    phase, period = cast(phase, time.dtype), cast(period, time.dtype)
    shifted = time - phase
    within = stop_gradient(mod(shifted, period) - shifted) + shifted
    return cast(within / period, dt.float32)


class GLSTMCell(RNNCell):
    """An LSTM of groups that have a kernel each, and so fewer weights (Kuchaiev and Ginsburg 2017).

    Args:
      num_units: the size of `c`, and of the output unless it is projected.
      initializer: of the kernels.
      num_proj: the size of the output, to which it is projected.
      number_of_groups: how many groups; inputs, units and the projection are cut into as many parts.
      forget_bias: what is added to the forget gate.
      activation: a function of tensors.
      reuse: whether to use variables that are there.

    Raises:
      ValueError: a size is no multiple of the number of groups.

    >>> cell = GLSTMCell(6, number_of_groups=2)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [(v.op.name, v.shape.as_list()) for v in cell.variables][:2]
    [('glstm_cell/group0/kernel', [5, 12]), ('glstm_cell/group1/kernel', [5, 12])]
    """

    def __init__(
        self,
        num_units: int,
        initializer: Any = None,
        num_proj: int | None = None,
        number_of_groups: int = 1,
        forget_bias: float = 1.0,
        activation: Callable[[Any], Any] = tanh,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._initializer, self._num_proj = num_units, initializer, num_proj
        self._number_of_groups = number_of_groups
        self._forget_bias, self._activation = forget_bias, activation
        if num_units % number_of_groups != 0:
            raise refusal("num_units must be divisible by number_of_groups")
        if num_proj and num_proj % number_of_groups != 0:
            raise refusal("num_proj must be divisible by number_of_groups")
        self._linear = _Lines()

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> Any:
        """What it is projected to, or else the number of units."""
        return self._num_proj or self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c_prev, h_prev = state
        batch = inputs.shape[0].value or shape(inputs)[0]
        with variable_scope(get_variable_scope(), initializer=self._initializer):
            i, j, f, o = self._gates(inputs, h_prev, batch)
        c = sigmoid(f + self._forget_bias) * c_prev + sigmoid(i) * tanh(j)
        h = sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            with variable_scope("projection"):
                h = self._linear("projection", h, self._num_proj, bias=False)
        return h, LSTMStateTuple(c, h)

    def _gates(self, inputs: Any, h_prev: Any, batch: Any) -> list[Tensor]:
        """The four gates, each put together of all groups' parts."""
        groups = self._number_of_groups
        columns = inputs.shape[1].value
        if columns is None:
            raise refusal("input size must be statically known")
        if columns % groups != 0:
            raise refusal(f"input size ({columns}) must be divisible by number_of_groups ({groups})")
        parts = [self._gates_of_group(group, inputs, h_prev, batch, columns // groups) for group in range(groups)]
        start = Constant(0.0, dtype=inputs.dtype)
        biases = [
            get_variable(f"bias_{gate}", shape=[self._num_units], dtype=inputs.dtype, initializer=start)
            for gate in "ijfo"
        ]
        return [
            bias_add(concat(list(gate), axis=1), bias)
            for gate, bias in zip(zip(*parts, strict=True), biases, strict=True)
        ]

    def _gates_of_group(self, group: int, inputs: Any, h_prev: Any, batch: Any, columns: int) -> list[Tensor]:
        name = f"GLSTM_group{group}_input_generation"
        height = self.output_size // self._number_of_groups
        with variable_scope(f"group{group}"):
            of_inputs = part(inputs, [0, group * columns], [batch, columns], name=name)
            of_state = part(h_prev, [0, group * height], [batch, height], name=name)
            width = 4 * (self._num_units // self._number_of_groups)
            product = self._linear(group, concat([of_inputs, of_state], axis=1), width, bias=False)
            return split(product, 4, 1)
