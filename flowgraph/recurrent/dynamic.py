"""tf.nn.dynamic_rnn: a cell in a while loop, over as many steps as the inputs of a run have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.constant import constant
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import stack
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.reduction import reduce_all, reduce_max, reduce_min
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.sizes import joined_shape, joined_sizes
from flowgraph.recurrent.steps import (
    Lengths,
    best_effort_input_batch_size,
    first_state,
    keeps_state_in_list,
    read_variables_once,
    rnn_step,
    state_dtype,
    transpose_batch_time,
)
from flowgraph.shapes import TensorShape, as_shape
from flowgraph.variables.block import variable_scope


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """Run a cell over the steps of `inputs`, in a loop inside the graph.

    Args:
      cell: an RNNCell.
      inputs: a tensor of shape [batch, steps, ...], or a nested structure of such tensors.
      sequence_length: how long each sequence is, an integer vector; a sequence that has ended gives zeros and keeps
        its state. By default all have as many steps as there are.
      initial_state: the state before the first step; by default the cell's zeros.
      dtype: that of the zeros; needed without `initial_state`.
      parallel_iterations: how many iterations TF may run at once (32 if not given); noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      time_major: whether inputs and outputs have the shape [steps, batch, ...] instead, which spares transposing them.
      scope: the variable scope, or its name; by default "rnn".

    Returns:
      The outputs of all steps, [batch, steps, ...] in the structure of the cell's outputs, and the last state.

    Raises:
      TypeError: `cell` is no cell.
      ValueError: there is neither a state nor a dtype, the inputs' sizes differ or are not known, or
        `sequence_length` is no vector.

    >>> cell = tf.nn.rnn_cell.BasicRNNCell(4)
    >>> outputs, state = dynamic_rnn(cell, tf.zeros([2, 3, 5]), sequence_length=[1, 3], dtype=tf.float32)
    >>> outputs.shape
    TensorShape([Dimension(2), Dimension(3), Dimension(4)])
    """
    assert_like_rnncell("cell", cell)
    with variable_scope(scope or "rnn") as varscope:
        read_variables_once(varscope)
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(tensor) for tensor in flat_input]
            flat_input = [transpose_batch_time(tensor) for tensor in flat_input]
        parallel_iterations = parallel_iterations or 32
        if sequence_length is not None:
            sequence_length = _vector(sequence_length)
        batch_size = best_effort_input_batch_size(flat_input)
        if initial_state is None and not dtype:
            line = "If there is no initial_state, you must give a dtype."
            raise refusal(line)
        state = first_state(cell, batch_size, dtype) if initial_state is None else initial_state
        if sequence_length is not None:
            with control_dependencies([_demand_shape(sequence_length, [batch_size])]):
                sequence_length = identity(sequence_length, name="CheckSeqLen")
        outputs, final_state = _loop(
            cell,
            nest.pack_sequence_as(inputs, flat_input),
            state,
            sequence_length,
            dtype,
            {"parallel_iterations": parallel_iterations, "swap_memory": swap_memory},
        )
        if not time_major:
            outputs = nest.map_structure(transpose_batch_time, outputs)
        return outputs, final_state


def _vector(sequence_length: Any) -> Tensor:
    lengths = cast(sequence_length, dt.int32)
    if lengths.shape.ndims not in (None, 1):
        line = f"sequence_length must be a vector of length batch_size, but saw shape: {lengths.shape}"
        raise refusal(line)
    return identity(lengths, name="sequence_length")


def _demand_shape(x: Tensor, expected: list[Any]) -> Operation:
    """An op that fails in a run in which a tensor has another shape."""
    found, packed = shape(x), stack(expected)
    message = [f"Expected shape for Tensor {x.name} is ", packed, " but saw shape: ", found]
    return Assert(reduce_all(equal(found, packed)), message)


def _loop(
    cell: Any, inputs: Any, state: Any, sequence_length: Tensor | None, dtype: Any, options: dict[str, Any]
) -> tuple[Any, Any]:
    """The outputs of all steps and the last state; everything time-major.

    Args:
      options: those of the while loop.
    """
    flat_input = nest.flatten(inputs)
    output_sizes = nest.flatten(cell.output_size)
    step_count = shape(flat_input[0])[0]
    batch_size = best_effort_input_batch_size(flat_input)
    shapes = [tensor.shape.with_rank_at_least(3) for tensor in flat_input]
    known_steps, known_batch = _common_sizes(shapes)
    outputs_dtype = state_dtype(dtype, state)
    zero_outputs = [zeros(stack(joined_sizes(batch_size, size)), outputs_dtype) for size in output_sizes]
    zero_output = nest.pack_sequence_as(cell.output_size, zero_outputs)
    lengths = None
    if sequence_length is not None:
        lengths = Lengths(sequence_length, reduce_min(sequence_length), reduce_max(sequence_length))
    time = constant(0, dtype=dt.int32, name="time")
    with name_scope("dynamic_rnn") as base_name:
        pass

    sinks = [
        TensorArray(
            outputs_dtype,
            size=step_count,
            element_shape=TensorShape([known_batch]).concatenate(_known_shape(size)),
            tensor_array_name=f"{base_name}output_{i}",
        )
        for i, size in enumerate(output_sizes)
    ]
    sources = [
        TensorArray(
            tensor.dtype,
            size=step_count,
            element_shape=tensor.shape[1:],
            tensor_array_name=f"{base_name}input_{i}",
        )
        for i, tensor in enumerate(flat_input)
    ]
    sources = [source.unstack(tensor) for source, tensor in zip(sources, flat_input, strict=True)]
    in_list = keeps_state_in_list(cell)

    def step(time: Tensor, sinks: tuple[TensorArray, ...], state: Any) -> tuple[Any, ...]:
        rows = [source.read(time) for source in sources]
        for row, known in zip(rows, shapes, strict=True):
            row.set_shape(known[1:])
        step_input = nest.pack_sequence_as(inputs, rows)
        if in_list and not nest.is_nested(state):
            state = [state]
        if lengths is None:
            output, new_state = cell(step_input, state)
        else:
            output, new_state = rnn_step(
                time, lengths, zero_output, state, lambda: cell(step_input, state), skip_conditionals=True
            )
        if in_list and len(new_state) == 1:
            new_state = new_state[0]
        pairs = zip(sinks, nest.flatten(output), strict=True)
        sinks = tuple(sink.write(time, value) for sink, value in pairs)
        return time + 1, sinks, new_state

    # at least one step is taken, so that the shapes of the outputs are known
    limit = minimum(step_count, maximum(1, step_count if lengths is None else lengths.longest))
    _, filled, final_state = while_loop(
        lambda time, *_: time < limit, step, (time, tuple(sinks), state), maximum_iterations=step_count, **options
    )
    outputs = [sink.stack() for sink in filled]
    for output, size in zip(outputs, output_sizes, strict=True):
        output.set_shape(joined_shape([known_steps, known_batch], size))
    return nest.pack_sequence_as(cell.output_size, outputs), final_state


def _common_sizes(shapes: Sequence[TensorShape]) -> list[int | None]:
    """How many steps and sequences all inputs have, None where it is not known."""
    common = shapes[0].as_list()[:2]
    for known in shapes:
        if not known[2:].is_fully_defined():
            line = "Input size (depth of inputs) must be accessible via shape inference, but saw value None."
            raise refusal(line)
        steps, batch = known.as_list()[:2]
        if steps != common[0]:
            line = "Time steps is not the same for all the elements in the input in a batch."
            raise refusal(line)
        if batch != common[1]:
            line = "Batch_size is not the same for all the elements in the input."
            raise refusal(line)
    return common


def _known_shape(size: Any) -> TensorShape:
    """A size or shape as far as it is known."""
    return as_shape(constant_value(size)) if isinstance(size, Tensor) else as_shape(size)
