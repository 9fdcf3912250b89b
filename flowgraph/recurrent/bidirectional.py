"""Recurrent nets that read their inputs forwards and backwards, and stacks of such layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import nest
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcasting import reverse
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.rolling import reverse_sequence
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.dynamic import dynamic_rnn
from flowgraph.recurrent.static import demand_inputs, static_rnn
from flowgraph.shapes import unknown_shape
from flowgraph.variables.block import variable_scope


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run one cell over a list of inputs, another over its reverse, and join what they give for each input.

    Args:
      cell_fw, cell_bw: the two RNNCells.
      inputs: a list of tensors of shape [batch, size], or of nested structures of them.
      initial_state_fw, initial_state_bw: their states before the first step; by default the cells' zeros.
      dtype: that of the zeros; needed without the states.
      sequence_length: how long each sequence is, an integer vector; each is reversed within its length.
      scope: the variable scope, or its name; by default "bidirectional_rnn".

    Returns:
      The list of the outputs, forward and backward ones side by side, and both last states.

    Raises:
      TypeError: one of the cells is none, or `inputs` is no sequence.
      ValueError: there are no inputs.

    >>> cells = tf.nn.rnn_cell.BasicRNNCell(4), tf.nn.rnn_cell.BasicRNNCell(3)
    >>> outputs, _, _ = static_bidirectional_rnn(*cells, [tf.zeros([2, 5])] * 3, dtype=tf.float32)
    >>> outputs[0].shape
    TensorShape([Dimension(2), Dimension(7)])
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    demand_inputs(inputs)
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=fw_scope)
        with variable_scope("bw") as bw_scope:
            reversed_inputs = _reverse_steps(inputs, sequence_length)
            reversed_output, state_bw = static_rnn(
                cell_bw, reversed_inputs, initial_state_bw, dtype, sequence_length, scope=bw_scope
            )
    output_bw = _reverse_steps(reversed_output, sequence_length)
    pairs = zip(nest.flatten(output_fw), nest.flatten(output_bw), strict=True)
    return nest.pack_sequence_as(output_fw, [concat(pair, 1) for pair in pairs]), state_fw, state_bw


def _reverse_steps(steps: Sequence[Any], lengths: Any) -> list[Any]:
    """A list of steps from its end to its start; each sequence within its length, if lengths are given."""
    if lengths is None:
        return list(reversed(steps))
    flat_results: list[list[Tensor]] = [[] for _ in steps]
    for sequence in zip(*(nest.flatten(step) for step in steps), strict=True):
        known = unknown_shape(rank=sequence[0].shape.ndims)
        for tensor in sequence:
            known.merge_with(tensor.shape)
            tensor.set_shape(known)
        for result, flat_result in zip(
            unstack(reverse_sequence(stack(sequence), lengths, 0, 1)), flat_results, strict=True
        ):
            result.set_shape(known)
            flat_result.append(result)
    return [nest.pack_sequence_as(step, flat) for step, flat in zip(steps, flat_results, strict=True)]


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Run one cell over the steps of `inputs`, another over them in reverse, each in a loop inside the graph.

    Args:
      cell_fw, cell_bw: the two RNNCells.
      inputs, sequence_length, dtype, parallel_iterations, swap_memory, time_major: as for `tf.nn.dynamic_rnn`; each
        sequence is reversed within its length.
      initial_state_fw, initial_state_bw: their states before the first step; by default the cells' zeros.
      scope: the variable scope, or its name; by default "bidirectional_rnn".

    Returns:
      The outputs, a pair of forward and backward ones, both in the order of the inputs, and the pair of last states.

    Raises:
      TypeError: one of the cells is none.

    >>> cells = tf.nn.rnn_cell.BasicRNNCell(4), tf.nn.rnn_cell.BasicRNNCell(3)
    >>> outputs, _ = bidirectional_dynamic_rnn(*cells, tf.zeros([2, 3, 5]), dtype=tf.float32)
    >>> tf.concat(outputs, 2).shape
    TensorShape([Dimension(2), Dimension(3), Dimension(7)])
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    options = {
        "sequence_length": sequence_length,
        "dtype": dtype,
        "parallel_iterations": parallel_iterations,
        "swap_memory": swap_memory,
        "time_major": time_major,
    }

    def backwards(x: Any) -> Tensor:
        if sequence_length is None:
            return reverse(x, axis=[time_axis])
        return reverse_sequence(x, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw_scope:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, initial_state=initial_state_fw, scope=fw_scope, **options
            )
        with variable_scope("bw") as bw_scope:
            reversed_inputs = nest.map_structure(backwards, inputs)
            reversed_output, state_bw = dynamic_rnn(
                cell_bw, reversed_inputs, initial_state=initial_state_bw, scope=bw_scope, **options
            )
    return (output_fw, backwards(reversed_output)), (state_fw, state_bw)


def stack_bidirectional_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Layers of `static_bidirectional_rnn`, each of which reads the outputs of the one before in both directions.

    Args:
      cells_fw, cells_bw: lists of RNNCells, one for each layer.
      inputs, dtype, sequence_length: as for `static_bidirectional_rnn`.
      initial_states_fw, initial_states_bw: lists of states, one for each layer; by default the cells' zeros.
      scope: the variable scope, or its name; by default "stack_bidirectional_rnn".

    Returns:
      The outputs of the last layer, and the last states of all layers, forward and backward ones.

    Raises:
      ValueError: the lists are empty, no lists, or have different lengths.
    """
    layers = _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (cell_fw, cell_bw, state_fw, state_bw) in enumerate(layers):
            with variable_scope(f"cell_{i}") as cell_scope:
                inputs, *last_states = static_bidirectional_rnn(
                    cell_fw,
                    cell_bw,
                    inputs,
                    initial_state_fw=state_fw,
                    initial_state_bw=state_bw,
                    sequence_length=sequence_length,
                    dtype=dtype,
                    scope=cell_scope,
                )
            states.append(last_states)
    states_fw, states_bw = zip(*states, strict=True)
    return inputs, states_fw, states_bw


def stack_bidirectional_dynamic_rnn(
    cells_fw: Any,
    cells_bw: Any,
    inputs: Any,
    initial_states_fw: Any = None,
    initial_states_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """Layers of `tf.nn.bidirectional_dynamic_rnn`, each of which reads the outputs of the one before, side by side.

    Args:
      cells_fw, cells_bw: lists of RNNCells, one for each layer.
      inputs, dtype, sequence_length, parallel_iterations, time_major, swap_memory: as for `tf.nn.dynamic_rnn`.
      initial_states_fw, initial_states_bw: lists of states, one for each layer; by default the cells' zeros.
      scope: the variable scope, or its name; by default "stack_bidirectional_rnn".

    Returns:
      The outputs of the last layer, and the last states of all layers, forward and backward ones.

    Raises:
      ValueError: the lists are empty, no lists, or have different lengths.

    >>> cells = [[tf.nn.rnn_cell.BasicRNNCell(4) for _ in range(2)] for _ in range(2)]
    >>> outputs, states_fw, _ = stack_bidirectional_dynamic_rnn(*cells, tf.zeros([2, 3, 5]), dtype=tf.float32)
    >>> outputs.shape, len(states_fw)
    (TensorShape([Dimension(2), Dimension(3), Dimension(8)]), 2)
    """
    layers = _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (cell_fw, cell_bw, state_fw, state_bw) in enumerate(layers):
            with variable_scope(f"cell_{i}"):
                outputs, last_states = bidirectional_dynamic_rnn(
                    cell_fw,
                    cell_bw,
                    inputs,
                    initial_state_fw=state_fw,
                    initial_state_bw=state_bw,
                    sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations,
                    dtype=dtype,
                    swap_memory=swap_memory,
                    time_major=time_major,
                )
                inputs = concat(outputs, 2)
            states.append(last_states)
    states_fw, states_bw = zip(*states, strict=True)
    return inputs, states_fw, states_bw


def _layers(cells_fw: Any, cells_bw: Any, states_fw: Any, states_bw: Any) -> list[tuple[Any, ...]]:
    """For each layer the two cells and the two first states.

    Raises:
      ValueError: the lists do not go together.
    """
    for direction, cells in (("fw", cells_fw), ("bw", cells_bw)):
        if not cells:
            line = f"Must specify at least one {direction} cell for BidirectionalRNN."
            raise refusal(line)
    for direction, cells in (("fw", cells_fw), ("bw", cells_bw)):
        if not isinstance(cells, list):
            line = f"cells_{direction} must be a list of RNNCells (one per layer)."
            raise refusal(line)
    if len(cells_fw) != len(cells_bw):
        raise refusal("Forward and Backward cells must have the same depth.")
    for direction, states in (("fw", states_fw), ("bw", states_bw)):
        if states is not None and not (isinstance(states, list) and len(states) == len(cells_fw)):
            line = f"initial_states_{direction} must be a list of state tensors (one per layer)."
            raise refusal(line)
    none = [None] * len(cells_fw)
    return list(zip(cells_fw, cells_bw, states_fw or none, states_bw or none, strict=True))
