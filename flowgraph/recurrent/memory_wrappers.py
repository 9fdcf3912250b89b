"""Cells around a cell that learn: attention to the last outputs, a gated shortcut (tf.contrib.rnn)."""

from __future__ import annotations

from typing import Any

from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.bias import xw_plus_b
from flowgraph.ops.conv import conv2d
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.initializers import Constant
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.softmax import softmax
from flowgraph.recurrent.base import RNNCell, assert_like_rnncell
from flowgraph.recurrent.cells import warn_of_joined_state
from flowgraph.recurrent.projections import Linear
from flowgraph.recurrent.wrappers import CellWrapper
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable


class AttentionCellWrapper(RNNCell):
    """Attention of a cell to its own last outputs (after Bahdanau et al. 2014).

    Args:
      cell: the cell.
      attn_length: how many outputs it looks back at.
      attn_size: the size of its outputs; by default that of the cell's.
      attn_vec_size: the size in which query and outputs are compared; by default the same.
      input_size: the size of what the cell gets; by default that of the inputs.
      state_is_tuple: whether the state is a tuple, or one tensor with all side by side.
      reuse: whether to use variables that are there.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: the length is not positive, or the cell's state is a tuple but `state_is_tuple` is False.

    >>> cell = AttentionCellWrapper(tf.nn.rnn_cell.BasicRNNCell(3), attn_length=5)
    >>> output, state = cell(tf.zeros([2, 4]), cell.zero_state(2, tf.float32))
    >>> cell.state_size, output.shape.as_list()
    ((3, 3, 15), [2, 3])
    """

    def __init__(
        self,
        cell: Any,
        attn_length: int,
        attn_size: int | None = None,
        attn_vec_size: int | None = None,
        input_size: int | None = None,
        state_is_tuple: bool = True,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        if nest.is_nested(cell.state_size) and not state_is_tuple:
            raise refusal(
                "Cell returns tuple of states, but the flag state_is_tuple is not set. State size is: "
                f"{cell.state_size}"
            )
        if attn_length <= 0:
            raise refusal(f"attn_length should be greater than zero, got {attn_length}")
        warn_of_joined_state(self, state_is_tuple)
        self._cell, self._state_is_tuple, self._input_size = cell, state_is_tuple, input_size
        self._attn_length = attn_length
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._input_line: Linear | None = None
        self._query_line: Linear | None = None
        self._output_line: Linear | None = None

    @property
    def state_size(self) -> Any:
        """Those of the cell's state, of what it attended to, and of the last outputs; or their sum."""
        sizes = self._cell.state_size, self._attn_size, self._attn_size * self._attn_length
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """That of its outputs."""
        return self._attn_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        state, attended, last = state if self._state_is_tuple else self._parts_of(state)
        last = reshape(last, [-1, self._attn_length, self._attn_size])
        size = self._input_size
        if size is None:
            size = inputs.shape.as_list()[1]
        if self._input_line is None:
            self._input_line = Linear([inputs, attended], size, True)
        output, new_state = self._cell(self._input_line([inputs, attended]), state)
        query = concat(nest.flatten(new_state), 1) if self._state_is_tuple else new_state
        attended, last = self._attention(query, last)
        with variable_scope("attn_output_projection"):
            if self._output_line is None:
                self._output_line = Linear([output, attended], self._attn_size, True)
            output = self._output_line([output, attended])
        last = concat([last, expand_dims(output, 1)], 1)
        last = reshape(last, [-1, self._attn_length * self._attn_size])
        states = new_state, attended, last
        return output, states if self._state_is_tuple else concat(list(states), 1)

    def _parts_of(self, state: Any) -> list[Tensor]:
        sizes = [self._cell.state_size, self._attn_size, self._attn_size * self._attn_length]
        return [part(state, [0, sum(sizes[:i])], [-1, size]) for i, size in enumerate(sizes)]

    def _attention(self, query: Any, last: Tensor) -> tuple[Tensor, Tensor]:
        """What is attended to, and the last outputs but the oldest."""
        size, length, width = self._attn_size, self._attn_length, self._attn_vec_size
        with variable_scope("attention"):
            kernel = get_variable("attn_w", [1, 1, size, width])
            v = get_variable("attn_v", [width])
            hidden = reshape(last, [-1, length, 1, size])
            features = conv2d(hidden, kernel, [1, 1, 1, 1], "SAME")
            if self._query_line is None:
                self._query_line = Linear(query, width, True)
            y = reshape(self._query_line(query), [-1, 1, 1, width])
            scores = reduce_sum(v * tanh(features + y), [2, 3])
            weights = softmax(scores)
            mean = reduce_sum(reshape(weights, [-1, length, 1, 1]) * hidden, [1, 2])
            return reshape(mean, [-1, size]), part(last, [0, 1, 0], [-1, -1, -1])


class HighwayWrapper(CellWrapper):
    """A gated shortcut past a cell (Zilly et al. 2016): `inputs * carry + outputs * transform`.

    Args:
      cell: the cell; its outputs are as large as its inputs.
      couple_carry_transform_gates: whether `transform` is 1 - `carry`, or a gate of its own.
      carry_bias_init: the initial bias of the gate.

    Raises:
      ValueError: when called, if the shapes differ.

    >>> cell = HighwayWrapper(tf.nn.rnn_cell.BasicRNNCell(3))
    >>> output, state = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
    >>> [v.op.name for v in tf.trainable_variables()][2:]
    ['carry_w', 'carry_b']
    """

    def __init__(self, cell: Any, couple_carry_transform_gates: bool = True, carry_bias_init: float = 1.0) -> None:
        super().__init__(cell)
        self._couple_carry_transform_gates = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    def _step(self, inputs: Any, state: Any, step: Any) -> Any:
        outputs, new_state = step(inputs, state)
        nest.assert_same_structure(inputs, outputs)
        nest.map_structure(lambda x, y: x.shape.assert_is_compatible_with(y.shape), inputs, outputs)
        return nest.map_structure(self._highway, inputs, outputs), new_state

    def _highway(self, inputs: Tensor, outputs: Tensor) -> Tensor:
        carry = self._gate("carry", inputs, self._carry_bias_init)
        if self._couple_carry_transform_gates:
            transform = 1 - carry
        else:
            transform = self._gate("transform", inputs, -self._carry_bias_init)
        return inputs * carry + outputs * transform

    def _gate(self, name: str, inputs: Tensor, bias: float) -> Any:
        size = inputs.shape.with_rank(2).dims[1].value  # type: ignore[index]  # its rank is 2
        weights = get_variable(f"{name}_w", [size, size])
        return sigmoid(xw_plus_b(inputs, weights, get_variable(f"{name}_b", [size], initializer=Constant(bias))))
