"""LSTM cells with a memory in time and one in frequency (tf.contrib.rnn)."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.bias import bias_add
from flowgraph.ops.constant import constant
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Zeros
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.padding import pad
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.splitting import split
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.cells import warn_of_joined_state
from flowgraph.recurrent.lstm_variants import sharded_variable
from flowgraph.recurrent.time_freq import clipped, feature_columns
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable


class _Direction(NamedTuple):
    """The weights with which a grid LSTM goes on, in time or in frequency."""

    kernel: Any
    bias: Any
    peepholes: dict[str, tuple[Any, Any]]
    """For a gate those of the memory in frequency and of that in time."""


class _Gates(NamedTuple):
    i: Any
    j: Any
    f: Any
    o: Any


class GridLSTMCell(RNNCell):
    """An LSTM with a memory in time and one in frequency (Kalchbrenner et al. 2015, Li et al. 2016).

    Args:
      num_units: the size of the memories.
      use_peepholes: whether the gates see the memories.
      share_time_frequency_weights: whether both directions have one set of weights.
      cell_clip: the largest absolute value that the memories may have.
      initializer: nothing, as in TF; the scope's is used.
      num_unit_shards: into how many variables the kernels are cut.
      forget_bias: what is added to the forget gates.
      feature_size: how many frequencies are looked at together.
      frequency_skip: how many frequencies the next group is ahead.
      num_frequency_blocks: of each block of frequencies how many groups it has, a list.
      start_freqindex_list, end_freqindex_list: where each block starts and ends; by default there is one block.
      couple_input_forget_gates: whether it forgets as much as it takes in.
      state_is_tuple: whether the state is a named tuple, or one tensor with all side by side.
      reuse: whether to use variables that are there.

    Raises:
      ValueError: there are no blocks; when called, if the inputs' size does not fit.

    >>> cell = GridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[3])
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output.shape.as_list(), state._fields[:2]
    ([2, 18], ('state_f00_b00_c', 'state_f00_b00_m'))
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,  # noqa: ARG002  # TF keeps it and never looks at it
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        state_is_tuple: bool = True,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        warn_of_joined_state(self, state_is_tuple)
        if num_frequency_blocks is None:
            raise refusal("Must specify num_frequency_blocks")
        self._num_units, self._use_peepholes, self._cell_clip = num_units, use_peepholes, cell_clip
        self._share_time_frequency_weights = share_time_frequency_weights
        self._couple_input_forget_gates = couple_input_forget_gates
        self._num_unit_shards, self._forget_bias = num_unit_shards, forget_bias
        self._feature_size: Any = feature_size
        self._frequency_skip: Any = frequency_skip
        self._num_frequency_blocks = num_frequency_blocks
        self._start_freqindex_list, self._end_freqindex_list = start_freqindex_list, end_freqindex_list
        self._state_tuple_type: Any = self._state_type("GridLSTMStateTuple", ["state"]) if state_is_tuple else None
        self._sizes = 2 * sum(int(count) for count in num_frequency_blocks)

    def _state_type(self, name: str, prefixes: list[str]) -> Any:
        fields = [
            f"{prefix}_f{group:02d}_b{block:02d}_{what}"
            for prefix in prefixes
            for block, count in enumerate(self._num_frequency_blocks)
            for group in range(count)
            for what in "cm"
        ]
        return namedtuple(name, fields)  # noqa: PYI024  # its fields are known here only

    @property
    def state_tuple_type(self) -> Any:
        """The type of the state; None if that is one tensor."""
        return self._state_tuple_type

    @property
    def state_size(self) -> Any:
        """That of the memory and the output of each group, in time; or their sum."""
        if self._state_tuple_type is None:
            return self._num_units * self._sizes
        return self._state_tuple_type(*[self._num_units] * len(self._state_tuple_type._fields))

    @property
    def output_size(self) -> Any:
        """That of the outputs of all groups, in time and in frequency."""
        return self._num_units * self._sizes

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        batch = inputs.shape[0].value or shape(inputs)[0]
        outputs, states = self._blocks(self._groups(inputs), state, batch, "state")
        new_state = concat(states, 1) if self._state_tuple_type is None else self._state_tuple_type(*states)
        return concat(outputs, 1), new_state

    def _blocks(
        self, blocks: list[list[Tensor]], state: Any, batch: Any, prefix: str
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Outputs and states of all blocks."""
        outputs: list[Tensor] = []
        states: list[Tensor] = []
        for block, groups in enumerate(blocks):
            of_block = self._block(groups, block, state, batch, prefix)
            outputs += of_block[0]
            states += of_block[1]
        return outputs, states

    def _block(
        self, groups: list[Tensor], block: int, state: Any, batch: Any, prefix: str
    ) -> tuple[list[Tensor], list[Tensor]]:
        units, dtype = self._num_units, groups[0].dtype
        in_freq, in_time = self._weights(groups[0], block)
        m_freq, c_freq = zeros([batch, units], dtype), zeros([batch, units], dtype)
        outputs: list[Tensor] = []
        states: list[Tensor] = []
        for number, group in enumerate(groups):
            c_time, m_time = self._state_of_group(state, f"{prefix}_f{number:02d}_b{block:02d}", number)
            values = concat([group, m_time, m_freq], 1)
            freq = self._gates(values, in_freq)
            time = freq if in_time is in_freq else self._gates(values, in_time)
            before = c_freq, c_time
            c_freq = self._memory(freq, in_freq, before, c_freq)
            c_time = self._memory(time, in_time, before, c_time)
            now = c_freq, c_time
            m_freq = sigmoid(_seen(freq.o, in_freq.peepholes.get("O"), now)) * tanh(c_freq)
            m_time = sigmoid(_seen(time.o, in_time.peepholes.get("O"), now)) * tanh(c_time)
            states += [c_time, m_time]
            outputs += [m_time, m_freq]
        return outputs, states

    def _weights(self, group: Tensor, block: int) -> tuple[_Direction, _Direction]:
        """The weights in frequency and in time."""
        names = "f" if self._share_time_frequency_weights else "ft"
        made = [self._kernel_and_bias(name, block, group) for name in names]
        directions = [
            _Direction(*pair, self._peepholes(name, block, group.dtype))
            for pair, name in zip(made, ("freq", "time"), strict=False)
        ]
        return directions[0], directions[-1]

    def _kernel_and_bias(self, name: str, block: int, group: Tensor) -> tuple[Any, Any]:
        units, dtype = self._num_units, group.dtype
        width = (3 if self._couple_input_forget_gates else 4) * units
        size: int = group.shape.as_list()[1]  # type: ignore[assignment]  # groups are cut to a known size
        kernel = sharded_variable(f"W_{name}_{block}", [size + 2 * units, width], dtype, self._num_unit_shards)
        bias = get_variable(f"B_{name}_{block}", shape=[width], initializer=Zeros(), dtype=dtype)
        return kernel, bias

    def _peepholes(self, name: str, block: int, dtype: Any) -> dict[str, tuple[Any, Any]]:
        if not self._use_peepholes:
            return {}
        return {
            gate: tuple(
                get_variable(f"W_{gate}_diag_{name}{memory}_{block}", shape=[self._num_units], dtype=dtype)
                for memory in "ft"
            )
            for gate in ("IO" if self._couple_input_forget_gates else "FIO")
        }

    def _state_of_group(self, state: Any, name: str, number: int) -> tuple[Any, Any]:
        if self._state_tuple_type is not None:
            return getattr(state, f"{name}_c"), getattr(state, f"{name}_m")
        units = self._num_units
        c = part(state, [0, 2 * number * units], [-1, units])
        return c, part(state, [0, (2 * number + 1) * units], [-1, units])

    def _gates(self, values: Tensor, weights: _Direction) -> _Gates:
        product = bias_add(matmul(values, weights.kernel), weights.bias)
        if self._couple_input_forget_gates:
            i, j, o = split(product, num_or_size_splits=3, axis=1)
            return _Gates(i, j, None, o)
        return _Gates(*split(product, num_or_size_splits=4, axis=1))

    def _memory(self, gates: _Gates, weights: _Direction, before: tuple[Any, Any], own: Tensor) -> Tensor:
        """The new memory of one direction."""
        i = sigmoid(_seen(gates.i, weights.peepholes.get("I"), before))
        if self._couple_input_forget_gates:
            f = 1.0 - i
        else:
            f = sigmoid(_seen(gates.f + self._forget_bias, weights.peepholes.get("F"), before))
        return clipped(f * own + i * tanh(gates.j), self._cell_clip)

    def _groups(self, inputs: Any, slice_offset: int = 0) -> list[list[Tensor]]:
        """The groups of frequencies in each block; with an offset they begin that much later, or earlier."""
        columns = feature_columns(inputs)
        if slice_offset:
            margins = [0, 0, 0, slice_offset] if slice_offset > 0 else [0, 0, -slice_offset, 0]
            inputs = pad(inputs, constant(margins, shape=[2, 2], dtype=dt.int32), "CONSTANT")
        first = max(slice_offset, 0)
        return [
            [
                part(inputs, [0, start + first + i * self._frequency_skip], [-1, self._feature_size])
                for i in range(self._count(end - start, block))
            ]
            for block, (start, end) in enumerate(self._borders(columns))
        ]

    def _borders(self, columns: int) -> list[tuple[int, int]]:
        starts, ends, blocks = self._start_freqindex_list, self._end_freqindex_list, self._num_frequency_blocks
        if not starts:
            if len(blocks) != 1:
                raise refusal(f"Length of num_frequency_blocks is not 1, but instead is {len(blocks)}")
            return [(0, columns)]
        if ends is None or len(starts) != len(ends):
            raise refusal("Length of start and end freqindex_list does not match")
        if len(blocks) != len(starts):
            raise refusal("Length of num_frequency_blocks is not equal to start_freqindex_list")
        return list(zip(starts, ends, strict=True))

    def _count(self, columns: int, block: int) -> int:
        found = int((columns - self._feature_size) / self._frequency_skip) + 1
        if found != self._num_frequency_blocks[block]:
            raise refusal(
                f"Invalid num_frequency_blocks, requires {self._num_frequency_blocks[block]} but gets {found}, please "
                "check the input size and filter config are correct."
            )
        return found


def _seen(gate: Tensor, peepholes: tuple[Any, Any] | None, memories: tuple[Any, Any]) -> Tensor:
    """A gate that sees both memories, if it has peepholes."""
    if peepholes is None:
        return gate
    return gate + peepholes[0] * memories[0] + peepholes[1] * memories[1]


class BidirectionalGridLSTMCell(GridLSTMCell):
    """A `GridLSTMCell` that goes through the frequencies in both directions.

    Args:
      backward_slice_offset: how many frequencies later the groups of the way back begin.
      num_units, use_peepholes, share_time_frequency_weights, cell_clip, initializer, num_unit_shards, forget_bias,
        feature_size, frequency_skip, num_frequency_blocks, start_freqindex_list, end_freqindex_list,
        couple_input_forget_gates, reuse: see `GridLSTMCell`.

    >>> cell = BidirectionalGridLSTMCell(3, feature_size=2, frequency_skip=1, num_frequency_blocks=[3])
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> output.shape.as_list(), state._fields[::6]
    ([2, 36], ('fwd_state_f00_b00_c', 'bwd_state_f00_b00_c'))
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        share_time_frequency_weights: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_unit_shards: int = 1,
        forget_bias: float = 1.0,
        feature_size: int | None = None,
        frequency_skip: int | None = None,
        num_frequency_blocks: Sequence[int] | None = None,
        start_freqindex_list: Sequence[int] | None = None,
        end_freqindex_list: Sequence[int] | None = None,
        couple_input_forget_gates: bool = False,
        backward_slice_offset: int = 0,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(
            num_units, use_peepholes, share_time_frequency_weights, cell_clip, initializer, num_unit_shards,
            forget_bias, feature_size, frequency_skip, num_frequency_blocks, start_freqindex_list, end_freqindex_list,
            couple_input_forget_gates, True, reuse,
        )  # fmt: skip
        self._backward_slice_offset = int(backward_slice_offset)
        prefixes = ["fwd_state", "bwd_state"]
        self._state_tuple_type = self._state_type("BidirectionalGridLSTMStateTuple", prefixes)
        self._sizes *= 2

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        batch = inputs.shape[0].value or shape(inputs)[0]
        there = self._groups(inputs)
        back = self._groups(inputs, self._backward_slice_offset) if self._backward_slice_offset else there
        with variable_scope("fwd"):
            outputs, states = self._blocks(there, state, batch, "fwd_state")
        with variable_scope("bwd"):
            more = self._blocks([groups[::-1] for groups in back], state, batch, "bwd_state")
        new_state = self._state_tuple_type(*states, *more[1])
        return concat(outputs + more[0], 1), new_state
