"""An LSTM cell that goes through frequencies as it goes through time (tf.contrib.rnn)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros
from flowgraph.ops.bias import bias_add
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.splitting import split
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.lstm_variants import sharded_variable
from flowgraph.variables.scope import get_variable


def feature_columns(inputs: Any) -> int:
    """How many columns a matrix of features has.

    Raises:
      ValueError: that is unknown.
    """
    columns: int | None = inputs.shape.with_rank(2).dims[-1].value
    if columns is None:
        raise refusal("Cannot infer input_size from static shape inference.")
    return columns


def clipped(c: Tensor, clip: float | None) -> Tensor:
    """A memory with its entries brought between -clip and clip; None leaves them alone."""
    return c if clip is None else clip_by_value(c, -clip, clip)


class TimeFreqLSTMCell(RNNCell):
    """An LSTM that goes through the frequencies of each time step, too, with one set of weights (Sainath and Li 2016).

    Args:
      num_units: the size of the output for each group of frequencies.
      use_peepholes: whether the gates see the memory.
      cell_clip: the largest absolute value that the memory may have.
      initializer: nothing, as in TF; the scope's is used.
      num_unit_shards: into how many variables the kernel is cut.
      forget_bias: what is added to the forget gate.
      feature_size: how many frequencies are looked at together.
      frequency_skip: how many frequencies the next group is ahead.
      reuse: whether to use variables that are there.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = TimeFreqLSTMCell(3, feature_size=4)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output.shape.as_list(), state.shape.as_list()
    ([2, 3], [2, 6])
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,  # noqa: ARG002  # TF keeps it and never looks at it
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int = 1,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units, self._use_peepholes, self._cell_clip = num_units, use_peepholes, cell_clip
        self._num_unit_shards, self._forget_bias = num_unit_shards, forget_bias
        self._feature_size, self._frequency_skip = feature_size, frequency_skip

    @property
    def state_size(self) -> Any:
        """Those of memory and output of one group; the cell's state has as many as there are groups, as in TF."""
        return 2 * self._num_units

    @property
    def output_size(self) -> Any:
        """That of one group."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units, dtype = self._num_units, inputs.dtype
        groups = self._groups(inputs)
        width: Any = groups[0].shape.as_list()[1]
        kernel = sharded_variable("W", [width + 2 * units, 4 * units], dtype, self._num_unit_shards)
        bias = get_variable("B", shape=[4 * units], initializer=Zeros(), dtype=dtype)
        peepholes = [get_variable(f"W_{gate}_diag", shape=[units], dtype=dtype) for gate in self._peephole_names()]
        h_of_last = zeros([inputs.shape.dims[0].value or inputs.shape[0], units], dtype)
        new_state: Any = None
        outputs: Any = None
        for number, group in enumerate(groups):
            c_prev = part(state, [0, 2 * number * units], [-1, units])
            h_prev = part(state, [0, (2 * number + 1) * units], [-1, units])
            values = concat([group, h_prev, h_of_last], 1)
            gates = split(bias_add(matmul(values, kernel), bias), num_or_size_splits=4, axis=1)
            c, h_of_last = self._step(gates, c_prev, peepholes)
            new_state = concat([c, h_of_last] if number == 0 else [new_state, c, h_of_last], 1)
            outputs = h_of_last if number == 0 else concat([outputs, h_of_last], 1)
        return outputs, new_state

    def _peephole_names(self) -> str:
        return "FIO" if self._use_peepholes else ""

    def _groups(self, inputs: Any) -> list[Tensor]:
        size: Any = self._feature_size
        count = int((feature_columns(inputs) - size) / self._frequency_skip) + 1
        return [part(inputs, [0, i * self._frequency_skip], [-1, size]) for i in range(count)]

    def _step(self, gates: list[Tensor], c_prev: Tensor, peepholes: list[Any]) -> tuple[Tensor, Tensor]:
        i, j, f, o = gates
        f = f + self._forget_bias
        if peepholes:
            w_f, w_i, w_o = peepholes
            c = sigmoid(f + w_f * c_prev) * c_prev + sigmoid(i + w_i * c_prev) * tanh(j)
            c = clipped(c, self._cell_clip)
            return c, sigmoid(o + w_o * c) * tanh(c)
        c = clipped(sigmoid(f) * c_prev + sigmoid(i) * tanh(j), self._cell_clip)
        return c, sigmoid(o) * tanh(c)
