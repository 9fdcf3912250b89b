"""What all that unroll a cell share: sizes of batches, and steps in which some sequences have ended already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flowgraph import nest
from flowgraph.ir.context import while_context_of
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import colocate_with, get_default_graph
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.ops.array import rank, shape
from flowgraph.ops.cond import cond
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_of
from flowgraph.ops.select import where
from flowgraph.ops.shaping import transpose
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.shapes import TensorShape, dimension_at_index, dimension_value
from flowgraph.variables.scope import VariableScope


def read_variables_once(scope: VariableScope) -> None:
    """Let variables made in a scope be read beside their readers, once for all steps, as TF has it.

    Not inside a loop: there a reader in a later iteration must see what an earlier one wrote.
    """
    if while_context_of(get_default_graph().context) is None and scope.caching_device is None:
        scope.set_caching_device(lambda op: op.device)


def transpose_batch_time(x: Tensor) -> Tensor:
    """A tensor with its first two axes exchanged; one of a lower rank as it is.

    >>> transpose_batch_time(tf.zeros([32, 10, 3])).shape
    TensorShape([Dimension(10), Dimension(32), Dimension(3)])
    """
    known = x.shape
    if known.ndims is not None and known.ndims < 2:
        return x
    axes = rank(x)
    exchanged = transpose(x, concat(([1, 0], range_of(2, axes)), axis=0))
    exchanged.set_shape(
        TensorShape([dimension_at_index(known, 1), dimension_at_index(known, 0)]).concatenate(known[2:])
    )
    return exchanged


def best_effort_input_batch_size(flat_input: Sequence[Tensor]) -> Any:
    """The size of the batch of time-major inputs: an int if one of their shapes tells it, else a scalar.

    Raises:
      ValueError: an input has fewer than two axes.

    >>> best_effort_input_batch_size([tf.zeros([10, 32, 3])])
    32
    """
    for tensor in flat_input:
        known = tensor.shape
        if known.ndims is None:
            continue
        if known.ndims < 2:
            line = f"Expected input tensor {tensor} to have rank at least 2"
            raise refusal(line)
        size = dimension_value(dimension_at_index(known, 1))
        if size is not None:
            return size
    return shape(flat_input[0])[1]


def state_dtype(dtype: Any, state: Any) -> Any:
    """The dtype that was asked for, or else the one that all parts of a state have.

    Raises:
      ValueError: the parts differ, or there are none.
    """
    if dtype is not None:
        return dtype
    if not nest.is_nested(state):
        return state.dtype
    found = [part.dtype for part in nest.flatten(state)]
    if not found:
        raise refusal("Unable to infer dtype from empty state.")
    if any(other != found[0] for other in found):
        line = "State has tensors of different inferred_dtypes. Unable to infer a single representative dtype."
        raise refusal(line)
    return found[0]


def first_state(cell: Any, batch_size: Any, dtype: Any) -> Any:
    """The state from which a cell starts when none is given."""
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def keeps_state_in_list(cell: Any) -> bool:
    """Whether a cell is a bare layer, without `zero_state`: such take and return even a single state in a list."""
    from flowgraph.recurrent.base import RNNCell

    is_bare = isinstance(cell, Layer) and not isinstance(cell, RNNCell)
    return is_bare and getattr(cell, "zero_state", None) is None


@dataclass
class Lengths:
    """How long the sequences of a batch are: all of them (int32, [batch]), the shortest and the longest."""

    each: Tensor
    shortest: Tensor
    longest: Tensor


def rnn_step(
    time: Any,
    lengths: Lengths,
    zero_output: Any,
    state: Any,
    call_cell: Callable[[], tuple[Any, Any]],
    skip_conditionals: bool = False,
) -> tuple[Any, Any]:
    """One step in which sequences that have ended keep their state and give zeros.

    Args:
      time: the number of the step, an int or a scalar.
      zero_output: zeros, in the structure and shapes of the cell's output.
      state: that before the step.
      call_cell: gives the output and the state of the sequences that go on.
      skip_conditionals: whether to compute the cell and choose from its results in any case, rather than ask first
        whether any sequence, or every one, goes on.

    Returns:
      The output and the state after the step.
    """
    flat_state = nest.flatten(state)
    flat_zeros = nest.flatten(zero_output)
    has_ended = time >= lengths.each

    def called() -> tuple[list[Any], list[Any]]:
        output, new_state = call_cell()
        nest.assert_same_structure(zero_output, output)
        nest.assert_same_structure(state, new_state)
        return nest.flatten(output), nest.flatten(new_state)

    def chosen(output: list[Any], new_state: list[Any]) -> list[Any]:
        outputs = [keep_where(has_ended, zeros, new) for zeros, new in zip(flat_zeros, output, strict=True)]
        return outputs + [keep_where(has_ended, old, new) for old, new in zip(flat_state, new_state, strict=True)]

    def some_go_on() -> Any:
        output, new_state = called()
        return cond(time < lengths.shortest, lambda: output + new_state, lambda: chosen(output, new_state))

    if skip_conditionals:
        results = chosen(*called())
    else:
        results = cond(time >= lengths.longest, lambda: flat_zeros + flat_state, some_go_on)
    outputs, states = results[: len(flat_zeros)], results[len(flat_zeros) :]
    for new, old in zip([*outputs, *states], [*flat_zeros, *flat_state], strict=True):
        if not isinstance(new, TensorArray):
            new.set_shape(old.shape)
    return nest.pack_sequence_as(zero_output, outputs), nest.pack_sequence_as(state, states)


def keep_where(condition: Tensor, old: Any, new: Any) -> Any:
    """The rows of `old` where a vector is true, elsewhere those of `new`; for what has no rows, `new`."""
    if isinstance(old, TensorArray) or old.shape.ndims == 0:
        return new
    with colocate_with(new):
        return where(condition, old, new)
