"""Cells whose step is one op (tf.contrib.rnn)."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.array import zeros
from flowgraph.ops.block_cells import gru_block_cell, lstm_block_cell
from flowgraph.ops.initializers import Constant
from flowgraph.platform import logs
from flowgraph.recurrent.base import LayerRNNCell
from flowgraph.recurrent.cells import LSTMStateTuple


class LSTMBlockCell(LayerRNNCell):
    """An LSTM whose step is one op; its variables are called as those of `tf.nn.rnn_cell.LSTMCell`.

    Args:
      num_units: the size of the output, of `c` and of `h`.
      forget_bias: what is added to the forget gate.
      cell_clip: the largest absolute value that `c` may have.
      use_peephole: whether the gates see `c`.
      dtype: see `tf.layers.Layer`.
      reuse: whether to use variables that are there.
      name: see `tf.layers.Layer`.

    Raises:
      ValueError: when called, the inputs are no matrices with a known last size.

    >>> cell = LSTMBlockCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output, [(v.op.name, v.shape.as_list()) for v in cell.variables]
    (<tf.Tensor 'lstm_cell/LSTMBlockCell:6' shape=(2, 3) dtype=float32>, [('lstm_cell/kernel', [7, 12]), ...
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: bool | None = None,
        name: str = "lstm_cell",
    ) -> None:
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self._num_units, self._forget_bias, self._use_peephole = num_units, forget_bias, use_peephole
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self) -> Any:
        """Those of `c` and `h`."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Make the kernel, the bias, and the peepholes' weights."""
        depth = inputs_shape.dims[1].value
        if not depth:
            raise refusal(f"Expecting inputs_shape[1] to be set: {inputs_shape}")
        self._variables = lstm_variables(self, depth, self._num_units, self._use_peephole)
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        if len(state) != 2:
            raise refusal("Expecting state to be a tuple with length 2.")
        kernel, bias, *peepholes = self._variables
        wci, wcf, wco = peepholes or [zeros([self._num_units], dtype=self.dtype)] * 3
        cs_prev, h_prev = state
        made = lstm_block_cell(
            inputs, cs_prev, h_prev, kernel, wci, wcf, wco, bias, self._forget_bias, self._cell_clip, self._use_peephole
        )
        return made[6], LSTMStateTuple(made[1], made[6])


def lstm_variables(layer: Any, depth: int, units: int, use_peephole: bool) -> list[Any]:
    """Kernel and bias of an LSTM layer, and the weights of the peepholes to input, forget and output gate."""
    variables = [
        layer.add_weight("kernel", [depth + units, units * 4]),
        layer.add_weight("bias", [units * 4], initializer=Constant(0.0)),
    ]
    if use_peephole:
        variables += [layer.add_weight(f"w_{gate}_diag", [units]) for gate in "ifo"]
    return variables


class GRUBlockCell(LayerRNNCell):
    """A GRU whose step is one op; see `GRUBlockCellV2` for variables called as those of `tf.nn.rnn_cell.GRUCell`.

    Args:
      num_units: the size of the output and of the state.
      cell_size: the same (deprecated).
      reuse: whether to use variables that are there.
      name: see `tf.layers.Layer`.

    Raises:
      ValueError: both sizes are given, or none; when called, if the sizes do not fit.

    >>> cell = GRUBlockCell(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.op.name for v in cell.variables]
    ['gru_cell/w_ru', 'gru_cell/b_ru', 'gru_cell/w_c', 'gru_cell/b_c']
    """

    _names = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(
        self,
        num_units: int | None = None,
        cell_size: int | None = None,
        reuse: bool | None = None,
        name: str = "gru_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name)
        if cell_size is not None:
            logs.log_first_n(logs.WARN, "GRUBlockCell: cell_size is deprecated, use num_units instead", 1)
        if (cell_size is None) == (num_units is None):
            raise refusal("Exactly one of num_units or cell_size must be provided.")
        self._cell_size = cell_size if num_units is None else num_units
        self.input_spec = InputSpec(ndim=2)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._cell_size

    @property
    def output_size(self) -> Any:
        """The number of units."""
        return self._cell_size

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias of the gates, and of the candidate."""
        depth, cells = input_shape[1].value, self._cell_size
        if depth is None or cells is None:
            raise refusal("Expecting input_size to be set.")
        gate_kernel, gate_bias, kernel, bias = self._names
        self._gate_kernel = self.add_weight(gate_kernel, [depth + cells, cells * 2])
        self._gate_bias = self.add_weight(gate_bias, [cells * 2], initializer=Constant(1.0))
        self._candidate_kernel = self.add_weight(kernel, [depth + cells, cells])
        self._candidate_bias = self.add_weight(bias, [cells], initializer=Constant(0.0))
        self.built = True

    def call(self, inputs: Any, h_prev: Any) -> Any:
        """One step."""
        cells = h_prev.shape.with_rank(2)[1]
        if cells != self._cell_size:
            raise refusal(f"Shape of h_prev[1] incorrect: cell_size {self._cell_size} vs {cells}")
        kernels = self._gate_kernel, self._candidate_kernel, self._gate_bias, self._candidate_bias
        new_h = gru_block_cell(inputs, h_prev, *kernels)[3]
        return new_h, new_h


class GRUBlockCellV2(GRUBlockCell):
    """`GRUBlockCell` with variables called as those of `tf.nn.rnn_cell.GRUCell`.

    >>> cell = GRUBlockCellV2(3)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> [v.op.name for v in cell.variables][:2]
    ['gru_cell/gates/kernel', 'gru_cell/gates/bias']
    """

    _names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
