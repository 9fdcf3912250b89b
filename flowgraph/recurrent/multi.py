"""Cells on top of each other, as one cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.neural.layers.base import Layer
from flowgraph.ops.joining import concat
from flowgraph.ops.slicing import slice as part
from flowgraph.platform import logs
from flowgraph.recurrent.base import RNNCell
from flowgraph.trackable import Trackable
from flowgraph.variables.block import variable_scope


class MultiRNNCell(RNNCell):
    """Cells on top of each other: the output of one is the input of the next.

    Args:
      cells: a list of them, the lowest first.
      state_is_tuple: whether the state is a tuple of the cells' states, or one tensor with all side by side.

    Raises:
      ValueError: there are no cells, or the states of some are tuples but `state_is_tuple` is False.
      TypeError: `cells` is no list.

    >>> cell = MultiRNNCell([tf.nn.rnn_cell.GRUCell(2), tf.nn.rnn_cell.BasicRNNCell(3)])
    >>> output, state = cell(tf.zeros([1, 4]), cell.zero_state(1, tf.float32))
    >>> cell.state_size, [v.op.name for v in cell.variables][3:]
    ((2, 3), ['multi_rnn_cell/cell_0/gru_cell/candidate/bias', 'multi_rnn_cell/cell_1/basic_rnn_cell/kernel', ...
    """

    def __init__(self, cells: Sequence[Any], state_is_tuple: bool = True) -> None:
        super().__init__()
        if not cells:
            raise refusal("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_nested(cells):
            raise refusal(f"cells must be a list or tuple, but saw: {cells}.", TypeError)
        if len({id(cell) for cell in cells}) < len(cells):
            logs.log_first_n(
                logs.WARN,
                "At least two cells provided to MultiRNNCell are the same object and will share weights.",
                1,
            )
        self._cells = cells
        for number, cell in enumerate(cells):
            if isinstance(cell, Trackable):
                self._track_trackable(cell, f"cell-{number}")
        self._state_is_tuple = state_is_tuple
        sizes = [cell.state_size for cell in cells]
        if not state_is_tuple and any(nest.is_nested(size) for size in sizes):
            raise refusal(
                f"Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: {sizes}"
            )

    @property
    def state_size(self) -> Any:
        """A tuple of the cells' sizes, or their sum."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """That of the last cell."""
        return self._cells[-1].output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """A state of zeros: see `RNNCell.zero_state`."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of the cells: none, if it is not `trainable`."""
        return self._weights_of_cells("trainable_weights") if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of the cells; all of them, if it is not `trainable`."""
        others = self._weights_of_cells("non_trainable_weights")
        return others if self.trainable else self._weights_of_cells("trainable_weights") + others

    def _weights_of_cells(self, which: str) -> list[Any]:
        layers = [cell for cell in self._cells if isinstance(cell, Layer)]
        return [weight for layer in layers for weight in getattr(layer, which)]

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of each cell."""
        states = self._states_of(state)
        new_states = []
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                inputs, new_state = cell(inputs, states(i))
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)

    def _states_of(self, state: Any) -> Any:
        """A function to the state of each cell; it adds an op to cut it off where the state is one tensor."""
        sizes = [cell.state_size for cell in self._cells]
        if not self._state_is_tuple:
            return lambda i: part(state, [0, sum(sizes[:i])], [-1, sizes[i]])
        if not nest.is_nested(state):
            raise refusal(f"Expected state to be a tuple of length {len(sizes)}, but received: {state}")
        return lambda i: state[i]
