"""Cells that run over all of time at once (tf.contrib.rnn)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.neural.layers.options import InputSpec
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.block_cells import block_lstm
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.cast import cast
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.masking import sequence_mask
from flowgraph.ops.range import range as numbers
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.rolling import reverse_sequence
from flowgraph.ops.shaping import expand_dims, tile, transpose
from flowgraph.recurrent.block_cells import lstm_variables
from flowgraph.recurrent.cells import LSTMStateTuple
from flowgraph.recurrent.dynamic import dynamic_rnn
from flowgraph.recurrent.static import static_rnn


class FusedRNNCell(ABC):
    """What runs a recurrent net over all of time: `outputs, state = cell(inputs, ...)`."""

    @abstractmethod
    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """Run it.

        Args:
          inputs: [time, batch, size], or a list of the inputs of each step.
          initial_state: the state to begin with; by default zeros.
          dtype: that of these zeros.
          sequence_length: how many steps each row has, a vector of integers; by default all.
          scope: a variable scope, or the name of one.

        Returns:
          The outputs of all steps, a tensor or a list like the inputs, and the last state.
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """A cell as one that runs over all of time.

    Args:
      cell: a `tf.nn.rnn_cell.RNNCell`.
      use_dynamic_rnn: whether it is run by `tf.nn.dynamic_rnn`, or unrolled.

    >>> fused = FusedRNNCellAdaptor(tf.nn.rnn_cell.BasicRNNCell(2))
    >>> outputs, state = fused(tf.zeros([3, 1, 4]), dtype=tf.float32)
    >>> outputs.shape.as_list(), state.shape.as_list()
    ([3, 1, 2], [1, 2])
    """

    def __init__(self, cell: Any, use_dynamic_rnn: bool = False) -> None:
        self._cell, self._use_dynamic_rnn = cell, use_dynamic_rnn

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """Run it: see `FusedRNNCell`."""
        options = {
            "initial_state": initial_state, "dtype": dtype, "sequence_length": sequence_length, "scope": scope,
        }  # fmt: skip
        is_list = isinstance(inputs, list)
        if self._use_dynamic_rnn:
            whole = stack(inputs) if is_list else inputs
            outputs, state = dynamic_rnn(self._cell, whole, time_major=True, **options)
            return unstack(outputs) if is_list else outputs, state
        steps = inputs if is_list else unstack(inputs)
        outputs, state = static_rnn(self._cell, steps, **options)
        return outputs if is_list else stack(outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A cell that runs over time backwards.

    Args:
      cell: a `FusedRNNCell`.

    >>> cell = TimeReversedFusedRNN(FusedRNNCellAdaptor(tf.nn.rnn_cell.BasicRNNCell(2)))
    >>> outputs, state = cell(tf.zeros([3, 1, 4]), dtype=tf.float32)
    >>> outputs
    <tf.Tensor 'ReverseV2_1:0' shape=(3, 1, 2) dtype=float32>
    """

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    def __call__(
        self,
        inputs: Any,
        initial_state: Any = None,
        dtype: Any = None,
        sequence_length: Any = None,
        scope: Any = None,
    ) -> Any:
        """Run it: see `FusedRNNCell`."""
        outputs, state = self._cell(
            _reversed(inputs, sequence_length),
            initial_state=initial_state,
            dtype=dtype,
            sequence_length=sequence_length,
            scope=scope,
        )
        return _reversed(outputs, sequence_length), state


def _reversed(values: Any, lengths: Any) -> Any:
    """Steps in reverse order, of each row as many as it has."""
    if isinstance(values, list):
        return values[::-1]
    return reverse(values, [0]) if lengths is None else reverse_sequence(values, lengths, 0, 1)


class LSTMBlockWrapper(Layer):
    """What LSTMs that run over all of time share: a subclass says `num_units` and `_call_cell`."""

    @property
    def num_units(self) -> int:
        """The size of the output, of `c` and of `h`."""
        raise NotImplementedError("Abstract method")

    def _call_cell(
        self, inputs: Any, initial_cell_state: Any, initial_output: Any, dtype: Any, sequence_length: Any
    ) -> Any:
        """`c` and `h` of all steps, [time, batch, num_units]."""
        raise NotImplementedError("Abstract method")

    def call(self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None) -> Any:
        """Run it: see `FusedRNNCell`."""
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = stack(inputs)
        sizes = inputs.shape.with_rank(3)
        if not sizes[2]:
            raise refusal(f"Expecting inputs_shape[2] to be set: {sizes}")
        batch = sizes.dims[1].value
        if batch is None:
            batch = shape(inputs)[1]
        time = sizes.dims[0].value
        if time is None:
            time = shape(inputs)[0]
        if initial_state is None:
            initial_state = self._zeros(batch, dtype)
        elif len(initial_state) != 2:
            raise refusal("Expecting initial_state to be a tuple with length 2 or None")
        elif dtype is None:
            dtype = initial_state[0].dtype
        if sequence_length is not None:
            sequence_length = convert_to_tensor(sequence_length)
        c, h = initial_state
        cells, outputs = self._call_cell(inputs, c, h, dtype, sequence_length)
        if sequence_length is None:
            final_state = cells[-1], outputs[-1]
        else:
            outputs, final_state = self._cut(cells, outputs, initial_state, sequence_length, time, batch, dtype)
        return unstack(outputs) if is_list else outputs, LSTMStateTuple(*final_state)

    def _zeros(self, batch: Any, dtype: Any) -> tuple[Tensor, Tensor]:
        if dtype is None:
            raise refusal("Either initial_state or dtype needs to be specified")
        state = zeros(stack([batch, self.num_units]), dtype=dtype)
        return state, state

    def _cut(
        self, cells: Any, outputs: Any, initial_state: Any, lengths: Any, time: Any, batch: Any, dtype: Any
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Outputs that are zeros after a row's last step, and the state after it."""
        mask = transpose(sequence_mask(lengths, time, dtype=dtype), [1, 0])
        outputs = outputs * tile(expand_dims(mask, [-1]), [1, 1, self.num_units])
        c, h = initial_state
        all_c = concat([expand_dims(c, [0]), cells], 0)
        all_h = concat([expand_dims(h, [0]), outputs], 0)
        return outputs, (_at_lengths(all_c, lengths, batch), _at_lengths(all_h, lengths, batch))


def _at_lengths(values: Tensor, lengths: Tensor, batch: Any) -> Tensor:
    """Of each row what it has after its last step."""
    return gather_nd(values, stack([lengths, numbers(batch)], axis=1))


class LSTMBlockFusedCell(LSTMBlockWrapper):
    """An LSTM over all of time as one op; its variables are called as those of `tf.nn.rnn_cell.LSTMCell`.

    Args:
      num_units: the size of the output, of `c` and of `h`.
      forget_bias: what is added to the forget gate.
      cell_clip: the largest absolute value that `c` may have.
      use_peephole: whether the gates see `c`.
      reuse: whether to use variables that are there.
      dtype, name: see `tf.layers.Layer`.

    >>> cell = LSTMBlockFusedCell(3)
    >>> outputs, state = cell(tf.zeros([5, 2, 4]), dtype=tf.float32)
    >>> outputs, state.c.shape.as_list()
    (<tf.Tensor 'lstm_fused_cell/BlockLSTM:6' shape=(5, 2, 3) dtype=float32>, [2, 3])
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: bool | None = None,
        dtype: Any = None,
        name: str = "lstm_fused_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units, self._forget_bias, self._use_peephole = num_units, forget_bias, use_peephole
        self._cell_clip = -1 if cell_clip is None else cell_clip
        self.input_spec = InputSpec(ndim=3)

    @property
    def num_units(self) -> int:
        """The size of the output, of `c` and of `h`."""
        return self._num_units

    def build(self, input_shape: Any) -> None:
        """Make the kernel, the bias, and the peepholes' weights."""
        depth = input_shape.dims[2].value
        self._variables = lstm_variables(self, depth, self._num_units, self._use_peephole)
        self.built = True

    def _call_cell(
        self, inputs: Any, initial_cell_state: Any, initial_output: Any, dtype: Any, sequence_length: Any
    ) -> Any:
        time = inputs.shape.with_rank(3).dims[0].value
        if time is None:
            time = shape(inputs)[0]
        kernel, bias, *peepholes = self._variables
        wci, wcf, wco = peepholes or [zeros([self._num_units], dtype=dtype)] * 3
        steps = cast(time if sequence_length is None else reduce_max(sequence_length), dt.int64)
        made = block_lstm(
            steps, inputs, initial_cell_state, initial_output, kernel, wci, wcf, wco, bias,
            self._forget_bias, self._cell_clip, self._use_peephole,
        )  # fmt: skip
        return made[1], made[6]
