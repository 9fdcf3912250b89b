"""Recurrent nets unrolled while the graph is built: one copy of the cell's ops for each step."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import stack
from flowgraph.ops.reduction import reduce_max, reduce_min
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.sizes import joined_shape, joined_sizes
from flowgraph.recurrent.steps import (
    Lengths,
    first_state,
    keeps_state_in_list,
    read_variables_once,
    rnn_step,
    state_dtype,
)
from flowgraph.shapes import Dimension, dimension_at_index, dimension_value
from flowgraph.variables.block import variable_scope


def static_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Run a cell over a list of inputs, one for each step.

    Args:
      cell: an RNNCell.
      inputs: a list of tensors of shape [batch, size], or of nested structures of them.
      initial_state: the state before the first step; by default the cell's zeros.
      dtype: that of the zeros; needed without `initial_state`.
      sequence_length: how long each sequence is, an integer vector; a sequence that has ended gives zeros and keeps
        its state. By default all have as many steps as there are inputs.
      scope: the variable scope, or its name; by default "rnn".

    Returns:
      The list of the outputs, and the state after the last step.

    Raises:
      TypeError: `cell` is no cell, or `inputs` no sequence.
      ValueError: there are no inputs, a size of theirs is not known, or there is neither a state nor a dtype.

    >>> cell = tf.nn.rnn_cell.BasicRNNCell(4)
    >>> steps = tf.unstack(tf.zeros([2, 3, 5]), axis=1)
    >>> outputs, state = static_rnn(cell, steps, dtype=tf.float32)
    >>> len(outputs), outputs[0].shape
    (3, TensorShape([Dimension(2), Dimension(4)]))
    """
    assert_like_rnncell("cell", cell)
    demand_inputs(inputs)
    outputs = []
    with variable_scope(scope or "rnn") as varscope:
        read_variables_once(varscope)
        first = inputs
        while nest.is_nested(first):
            first = first[0]
        static_size = _batch_size(first, inputs)
        batch_size = dimension_value(static_size) or shape(first)[0]
        if initial_state is None and not dtype:
            line = "If no initial_state is provided, dtype must be specified"
            raise refusal(line)
        state = first_state(cell, batch_size, dtype) if initial_state is None else initial_state
        if sequence_length is not None:
            sequence_length = _vector(sequence_length)
            zero_dtype = state_dtype(dtype, state)
            zero_output = nest.map_structure(
                lambda size: _zeros(batch_size, dimension_value(static_size), size, zero_dtype), cell.output_size
            )
            sequence_length = cast(sequence_length, dt.int32)
            lengths = Lengths(sequence_length, reduce_min(sequence_length), reduce_max(sequence_length))
        in_list = keeps_state_in_list(cell)
        if in_list and not nest.is_nested(state):
            state = [state]
        for time, step_input in enumerate(inputs):
            if time > 0:
                varscope.reuse_variables()
            if sequence_length is None:
                output, state = cell(step_input, state)
            else:
                call_cell = _call(cell, step_input, state)
                output, state = rnn_step(time, lengths, zero_output, state, call_cell)
            outputs.append(output)
        if in_list and len(state) == 1:
            state = state[0]
        return outputs, state


def demand_inputs(inputs: Any) -> None:
    """Raises TypeError or ValueError for what is no sequence of inputs with at least one step."""
    if not nest.is_nested(inputs):
        raise refusal("inputs must be a sequence", TypeError)
    if not inputs:
        raise refusal("inputs must not be empty")


def _batch_size(first: Tensor, inputs: Any) -> Dimension:
    """What the shapes of the inputs tell of the size of the batch.

    Inputs that are vectors (of ids, for an EmbeddingWrapper) are not looked at any further, as in TF.
    """
    if first.shape.ndims == 1:
        return first.shape.with_rank_at_least(1)[0]
    batch_size: Dimension = first.shape.with_rank_at_least(2)[0]
    for tensor in nest.flatten(inputs):
        known = tensor.shape.with_rank_at_least(2)
        batch_size.merge_with(dimension_at_index(known, 0))
        for i, size in enumerate(known[1:].dims):
            if dimension_value(size) is None:
                line = (
                    f"Input size (dimension {i} of inputs) must be accessible via shape inference, but saw value None."
                )
                raise refusal(line)
    return batch_size


def _vector(sequence_length: Any) -> Tensor:
    lengths = convert_to_tensor(sequence_length, name="sequence_length")
    if lengths.shape.ndims not in (None, 1):
        raise refusal("sequence_length must be a vector of length batch_size")
    return lengths


def _zeros(batch_size: Any, static_size: int | None, output_size: Any, dtype: Any) -> Tensor:
    """What a sequence gives after its end."""
    output = zeros(stack(joined_sizes(batch_size, output_size)), dtype)
    output.set_shape(joined_shape(static_size, output_size))
    return output


def _call(cell: Any, step_input: Any, state: Any) -> Any:
    return lambda: cell(step_input, state)


def static_state_saving_rnn(
    cell: Any, inputs: Any, state_saver: Any, state_name: Any, sequence_length: Any = None, scope: Any = None
) -> tuple[list[Any], Any]:
    """Run a cell over a list of inputs, from a state that was saved, and save the one after the last step.

    Args:
      cell, inputs, sequence_length, scope: as for `static_rnn`.
      state_saver: what keeps states: its `state(name)` gives one as a tensor, its `save_state(name, value)` an op
        that saves one.
      state_name: the name, or for a cell whose state is a tuple the names, that the saver knows.

    Returns:
      The outputs and the last state; the last output and that state wait for the saving.

    Raises:
      ValueError: `state_name` has another structure than the cell's state.
    """
    state_size = cell.state_size
    is_nested = nest.is_nested(state_size)
    if is_nested != nest.is_nested(state_name):
        line = (
            "state_name should be the same type as cell.state_size.  "
            f"state_name: {state_name}, cell.state_size: {state_size}"
        )
        raise refusal(line)
    names = nest.flatten(state_name)
    if len(names) != len(nest.flatten(state_size)):
        line = f"#elems(state_name) != #elems(state_size): {len(names)} vs. {len(nest.flatten(state_size))}"
        raise refusal(line)
    saved = nest.pack_sequence_as(state_size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(cell, inputs, initial_state=saved, sequence_length=sequence_length, scope=scope)
    parts = nest.flatten(state)
    saves = [state_saver.save_state(name, part) for name, part in zip(names, parts, strict=is_nested)]
    with control_dependencies(saves):
        outputs[-1] = nest.map_structure(identity, outputs[-1])
        state = nest.map_structure(identity, state)
    return outputs, state
