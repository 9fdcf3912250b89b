"""A decoder that looks at all states of the encoder in each step, as Vinyals et al. have it (arXiv 1412.7449)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.conv import conv2d
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.hyperbolic import tanh
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.softmax import softmax
from flowgraph.recurrent.legacy_seq2seq.decoders import embedded_choice
from flowgraph.recurrent.projections import Linear
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope


class _Attention:
    """Heads that look at the states of an encoder, with variables of the current scope.

    Args:
      states: [batch, length, size].
      num_heads: how many heads there are.
      dtype: that of everything.
    """

    def __init__(self, states: Tensor, num_heads: int, dtype: Any) -> None:
        length = states.shape[1].value
        self._length = shape(states)[1] if length is None else length
        self._size: int = states.shape[2].value
        self._dtype = dtype
        # states as an image of one column, over which the first layer is a convolution
        self._hidden = reshape(states, [-1, self._length, 1, self._size])
        self._features, self._vectors = [], []
        for head in range(num_heads):
            kernel = get_variable(f"AttnW_{head}", [1, 1, self._size, self._size], dtype=dtype)
            self._features.append(conv2d(self._hidden, kernel, [1, 1, 1, 1], "SAME"))
            self._vectors.append(get_variable(f"AttnV_{head}", [self._size], dtype=dtype))

    def __call__(self, query: Any) -> list[Tensor]:
        """What each head sees, [batch, size], asked with the state of the decoder."""
        if nest.is_nested(query):
            parts = nest.flatten(query)
            for part in parts:
                assert not part.shape.ndims or part.shape.ndims == 2
            query = concat(parts, 1)
        seen = []
        for head, (features, vector) in enumerate(zip(self._features, self._vectors, strict=True)):
            with variable_scope(f"Attention_{head}"):
                asked = Linear(query, self._size, True)(query)
                asked = cast(reshape(asked, [-1, 1, 1, self._size]), self._dtype)
                scores = reduce_sum(vector * tanh(features + asked), [2, 3])
                weights = cast(softmax(cast(scores, dt.float32)), self._dtype)
                mean = reduce_sum(reshape(weights, [-1, self._length, 1, 1]) * self._hidden, [1, 2])
                seen.append(reshape(mean, [-1, self._size]))
        return seen

    def nothing(self, batch_size: Tensor) -> list[Tensor]:
        """What is seen before the first step: zeros."""
        sizes = stack([batch_size, self._size])
        seen = [zeros(sizes, dtype=self._dtype) for _ in self._features]
        for tensor in seen:
            tensor.set_shape([None, self._size])
        return seen


def attention_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: Callable[[Any, int], Any] | None = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Tensor], Any]:
    """Run a cell over inputs, each mixed with what it sees of the encoder's states, which its own state asks for.

    Args:
      decoder_inputs: a list of tensors of shape [batch, size].
      initial_state: the state before the first step.
      attention_states: [batch, length, size]: what there is to look at.
      cell: an RNNCell.
      output_size: the size of the outputs; by default the cell's.
      num_heads: how many times it looks in each step.
      loop_function: from the output before and the number of the step to the input, in place of that which is given.
      dtype: that of the variables; by default the scope's.
      scope: the variable scope, or its name; by default "attention_decoder".
      initial_state_attention: whether it looks before the first step, too, rather than begin with zeros.

    Returns:
      The list of the outputs, [batch, output_size], and the last state.

    Raises:
      ValueError: there are no inputs or no heads, or a size is not known.

    >>> cell = tf.nn.rnn_cell.GRUCell(4)
    >>> inputs, states = [tf.zeros([2, 3])] * 2, tf.zeros([2, 5, 6])
    >>> outputs, _ = attention_decoder(inputs, cell.zero_state(2, tf.float32), states, cell, output_size=7)
    >>> outputs[0].shape
    TensorShape([Dimension(2), Dimension(7)])
    """
    if not decoder_inputs:
        raise refusal("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise refusal("With less than 1 heads, use a non-attention decoder.")
    if attention_states.shape[2].value is None:
        raise refusal(f"Shape[2] of attention_states must be known: {attention_states.shape}")
    if output_size is None:
        output_size = cell.output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype) as opened:
        dtype = opened.dtype
        batch_size = shape(decoder_inputs[0])[0]
        attention = _Attention(attention_states, num_heads, dtype)
        state = initial_state
        outputs: list[Tensor] = []
        seen = attention.nothing(batch_size)
        if initial_state_attention:
            seen = attention(initial_state)
        for i, step_input in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and i > 0:
                with variable_scope("loop_function", reuse=True):
                    step_input = loop_function(outputs[-1], i)
            mixed = _mixed(step_input, seen, dtype)
            cell_output, state = cell(mixed, state)
            if i == 0 and initial_state_attention:
                with variable_scope(get_variable_scope(), reuse=True):
                    seen = attention(state)
            else:
                seen = attention(state)
            with variable_scope("AttnOutputProjection"):
                parts = [cast(cell_output, dtype), *seen]
                outputs.append(Linear(parts, output_size, True)(parts))
    return outputs, state


def _mixed(step_input: Tensor, seen: list[Tensor], dtype: Any) -> Tensor:
    """An input and what is seen, brought back to the input's size."""
    size = step_input.shape.with_rank(2)[1]
    if size.value is None:
        raise refusal(f"Could not infer input size from input: {step_input.name}")
    parts = [cast(part, dtype) for part in [step_input, *seen]]
    return Linear(parts, size.value, True)(parts)


def embedding_attention_decoder(
    decoder_inputs: list[Any],
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Tensor], Any]:
    """An `attention_decoder` over embedded symbols: those that are given, or the likeliest ones of the step before.

    Args:
      decoder_inputs: a list of integer vectors, [batch].
      initial_state, attention_states, cell, num_heads, output_size, dtype, initial_state_attention: as for
        `attention_decoder`.
      num_symbols, embedding_size, output_projection, feed_previous, update_embedding_for_previous: as for
        `embedding_rnn_decoder`.
      scope: the variable scope, or its name; by default "embedding_attention_decoder".

    Returns:
      The list of the outputs, and the last state.

    Raises:
      ValueError: the shape of the projection's biases does not fit.
    """
    if output_size is None:
        output_size = cell.output_size
    if output_projection is not None:
        biases = convert_to_tensor(output_projection[1], dtype=dtype)
        biases.shape.assert_is_compatible_with([num_symbols])
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = embedded_choice(embedding, output_projection, update_embedding_for_previous)
        return attention_decoder(
            [embedding_lookup(embedding, symbols) for symbols in decoder_inputs],
            initial_state,
            attention_states,
            cell,
            output_size=output_size,
            num_heads=num_heads,
            loop_function=loop_function,
            initial_state_attention=initial_state_attention,
        )
