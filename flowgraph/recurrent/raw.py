"""tf.nn.raw_rnn: a loop around a cell in which a function says what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.compare import logical_not, logical_or
from flowgraph.ops.constant import constant
from flowgraph.ops.reduction import reduce_all
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.while_loop import while_loop
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.sizes import joined_sizes
from flowgraph.recurrent.steps import keep_where, read_variables_once
from flowgraph.shapes import TensorShape, as_shape, dimension_at_index, dimension_value
from flowgraph.variables.block import variable_scope


def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run a cell in a loop of which `loop_fn` decides everything: inputs, states, outputs and the end.

    Before the first step `loop_fn(time, None, None, None)` returns
    `(finished, input, state, emit_structure, loop_state)`: which sequences are at their end already, the first input
    and state, tensors of the shapes and dtypes that are emitted (without batch axis; None: as the cell's output), and
    any structure of tensors or TensorArrays that it wants to carry along, or None. After each step
    `loop_fn(time, output, state, loop_state)` returns the same for the step that follows, with what to emit in the
    place of the structure. Sequences at their end emit zeros and keep their state; the loop ends with the last one.

    Args:
      cell: an RNNCell.
      loop_fn: the function.
      parallel_iterations: how many iterations TF may run at once (32 if not given); noted in the graph.
      swap_memory: whether TF may swap tensors out of GPU memory; noted in the graph.
      scope: the variable scope, or its name; by default "rnn".

    Returns:
      What was emitted, as TensorArrays, the last state, and the last loop state.

    Raises:
      TypeError: `cell` is no cell, `loop_fn` cannot be called, or a structure has other types than it must have.
      ValueError: a structure differs from what it must be.

    >>> cell = tf.nn.rnn_cell.BasicRNNCell(4)
    >>> inputs = tf.TensorArray(tf.float32, size=3).unstack(tf.ones([3, 2, 5]))
    >>> def loop_fn(time, output, state, loop_state):
    ...     state = cell.zero_state(2, tf.float32) if output is None else state
    ...     finished = time >= tf.constant([3, 1])
    ...     x = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 5]), lambda: inputs.read(time))
    ...     x.set_shape([2, 5])
    ...     return finished, x, state, output, None
    >>> emitted, state, _ = raw_rnn(cell, loop_fn)
    >>> emitted.stack().shape
    TensorShape([Dimension(None), Dimension(2), Dimension(4)])
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise refusal("loop_fn must be a callable", TypeError)
    with variable_scope(scope or "rnn") as varscope:
        read_variables_once(varscope)
        time = constant(0, dtype=dt.int32)
        finished, first_input, state, emitted, first_loop_state = loop_fn(time, None, None, None)
        loop_state = constant(0, dtype=dt.int32) if first_loop_state is None else first_loop_state
        known_batch, batch_size = _batch_size(nest.flatten(first_input))
        nest.assert_same_structure(state, cell.state_size)
        state = nest.map_structure(convert_to_tensor, state)
        if emitted is None:
            structure = cell.output_size
            sizes = nest.flatten(structure)
            dtypes = [nest.flatten(state)[0].dtype] * len(sizes)
        else:
            structure = emitted
            sizes = [part.shape if part.shape.is_fully_defined() else shape(part) for part in nest.flatten(emitted)]
            dtypes = [part.dtype for part in nest.flatten(emitted)]
        sinks = _sinks(known_batch, sizes, dtypes)
        nothing = [zeros(joined_sizes(batch_size, size), kind) for size, kind in zip(sizes, dtypes, strict=True)]
        *_, sinks, final_state, final_loop_state = while_loop(
            lambda time, finished, *_: logical_not(reduce_all(finished)),
            _body(cell, loop_fn, nest.pack_sequence_as(structure, nothing)),
            [time, finished, first_input, nest.pack_sequence_as(structure, sinks), state, loop_state],
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        return sinks, final_state, None if first_loop_state is None else final_loop_state


def _batch_size(flat_input: list[Tensor]) -> tuple[int | None, Any]:
    """How many sequences there are, as far as it is known, and for the run to know."""
    batch_size = dimension_at_index(flat_input[0].shape, 0)
    for tensor in flat_input:
        batch_size.merge_with(dimension_at_index(tensor.shape, 0))
    known = dimension_value(batch_size)
    return known, shape(flat_input[0])[0] if known is None else known


def _sinks(known_batch: int | None, sizes: list[Any], dtypes: list[Any]) -> list[TensorArray]:
    """Arrays, of any length, for what is emitted."""
    return [
        TensorArray(
            kind,
            dynamic_size=True,
            element_shape=TensorShape([known_batch]).concatenate(
                as_shape(constant_value(size)) if isinstance(size, Tensor) else as_shape(size)
            ),
            size=0,
            name=f"rnn_output_{i}",
        )
        for i, (kind, size) in enumerate(zip(dtypes, sizes, strict=True))
    ]


def _body(cell: Any, loop_fn: Callable[..., Any], nothing: Any) -> Callable[..., Any]:
    """The body of the loop; `nothing` is what a sequence at its end emits."""

    def body(time: Tensor, finished: Tensor, step_input: Any, sinks: Any, state: Any, loop_state: Any) -> Any:
        output, cell_state = cell(step_input, state)
        nest.assert_same_structure(state, cell_state)
        nest.assert_same_structure(cell.output_size, output)
        next_time = time + 1
        next_finished, next_input, next_state, emitted, next_loop_state = loop_fn(
            next_time, output, cell_state, loop_state
        )
        nest.assert_same_structure(state, next_state)
        nest.assert_same_structure(step_input, next_input)
        nest.assert_same_structure(sinks, emitted)

        def keep(old: Any, new: Any) -> Any:
            return keep_where(finished, old, new)

        emitted = nest.map_structure(keep, nothing, emitted)
        next_state = nest.map_structure(keep, state, next_state)
        sinks = nest.map_structure(lambda sink, value: sink.write(time, value), sinks, emitted)
        now_finished = logical_or(finished, next_finished)
        carried = loop_state if next_loop_state is None else next_loop_state
        return next_time, now_finished, next_input, sinks, next_state, carried

    return body
