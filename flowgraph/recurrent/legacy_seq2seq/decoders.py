"""Decoders: cells that run over inputs which are given, or over what they said themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.bias import xw_plus_b
from flowgraph.ops.cond import cond
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.identity import stop_gradient
from flowgraph.ops.ranking import argmax
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope


def rnn_decoder(
    decoder_inputs: Iterable[Any],
    initial_state: Any,
    cell: Any,
    loop_function: Callable[[Any, int], Any] | None = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Run a cell over inputs, or over what a function makes of its own outputs.

    Args:
      decoder_inputs: a list of tensors of shape [batch, size].
      initial_state: the state before the first step.
      cell: an RNNCell.
      loop_function: from the output before and the number of the step to the input, in place of that which is given;
        the first input is the given one in any case.
      scope: the variable scope, or its name; by default "rnn_decoder".

    Returns:
      The list of the outputs, and the last state.

    >>> cell = tf.nn.rnn_cell.GRUCell(4)
    >>> go = tf.zeros([2, 4])
    >>> outputs, state = rnn_decoder([go] * 3, cell.zero_state(2, tf.float32), cell, lambda output, i: output)
    >>> len(outputs), state.shape
    (3, TensorShape([Dimension(2), Dimension(4)]))
    """
    with variable_scope(scope or "rnn_decoder"):
        state = initial_state
        outputs: list[Any] = []
        for i, step_input in enumerate(decoder_inputs):
            if loop_function is not None and i > 0:
                with variable_scope("loop_function", reuse=True):
                    step_input = loop_function(outputs[-1], i)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(step_input, state)
            outputs.append(output)
    return outputs, state


def embedding_rnn_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Run a cell over embedded symbols: those that are given, or the likeliest ones of the step before.

    Args:
      decoder_inputs: a list of integer vectors, [batch].
      initial_state: the state before the first step.
      cell: an RNNCell.
      num_symbols: how many symbols there are.
      embedding_size: the size of their vectors.
      output_projection: None, or a pair of weights, [size, num_symbols], and biases that turn an output into scores.
      feed_previous: whether only the first input is used, and then what was said before.
      update_embedding_for_previous: whether the embedding of what was said before is trained as well.
      scope: the variable scope, or its name; by default "embedding_rnn_decoder".

    Returns:
      The list of the outputs, and the last state.

    Raises:
      ValueError: the shapes of the projection do not fit.
    """
    with variable_scope(scope or "embedding_rnn_decoder") as opened:
        if output_projection is not None:
            check_projection(output_projection, num_symbols, opened.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = embedded_choice(embedding, output_projection, update_embedding_for_previous)
        # each is looked up only where its step begins, as in TF
        embedded = (embedding_lookup(embedding, symbols) for symbols in decoder_inputs)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


def check_projection(output_projection: Any, num_symbols: int, dtype: Any) -> None:
    """Raises ValueError where weights and biases do not give a score for each symbol."""
    weights = convert_to_tensor(output_projection[0], dtype=dtype)
    weights.shape.assert_is_compatible_with([None, num_symbols])
    biases = convert_to_tensor(output_projection[1], dtype=dtype)
    biases.shape.assert_is_compatible_with([num_symbols])


def embedded_choice(
    embedding: Any, output_projection: Any = None, update_embedding: bool = True
) -> Callable[[Any, int], Tensor]:
    """A loop function: the embedded symbol of the highest score."""

    def loop_function(output: Any, _: int) -> Tensor:
        scores = output
        if output_projection is not None:
            scores = xw_plus_b(output, output_projection[0], output_projection[1])
        embedded = embedding_lookup(embedding, argmax(scores, 1))
        return embedded if update_embedding else stop_gradient(embedded)

    return loop_function


def decode_by(
    feed_previous: Any, decode: Callable[[bool], tuple[list[Any], Any]], count: int
) -> tuple[list[Any], list[Any]]:
    """What a decoder gives when a tensor says whether it hears itself: both decoders are in the graph.

    Args:
      feed_previous: a bool scalar.
      decode: gives the outputs and the last state, told whether the decoder hears itself.
      count: how many outputs there are.

    Returns:
      The outputs, and the parts of the last state.
    """

    def branch(hears_itself: bool) -> list[Any]:
        with variable_scope(get_variable_scope(), reuse=None if hears_itself else True):
            outputs, state = decode(hears_itself)
            return [*outputs, *nest.flatten(state)]

    results = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    return results[:count], results[count:]


def pack_state(structure: Any, parts: list[Any]) -> Any:
    """The parts of a state in a structure, or the only one."""
    return nest.pack_sequence_as(structure, parts) if nest.is_nested(structure) else parts[0]
