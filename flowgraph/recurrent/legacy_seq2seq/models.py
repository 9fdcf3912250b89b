"""Whole models: an encoder and one or several decoders."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ops.array import shape
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.joining import concat
from flowgraph.ops.reshape import reshape
from flowgraph.recurrent.base import RNNCell
from flowgraph.recurrent.legacy_seq2seq.attention import embedding_attention_decoder
from flowgraph.recurrent.legacy_seq2seq.decoders import (
    check_projection,
    decode_by,
    embedded_choice,
    embedding_rnn_decoder,
    pack_state,
    rnn_decoder,
)
from flowgraph.recurrent.projections import EmbeddingWrapper, OutputProjectionWrapper
from flowgraph.recurrent.static import static_rnn
from flowgraph.variables.block import variable_scope
from flowgraph.variables.scope import get_variable, get_variable_scope


def basic_rnn_seq2seq(
    encoder_inputs: list[Any], decoder_inputs: list[Any], cell: Any, dtype: Any = dt.float32, scope: Any = None
) -> tuple[list[Any], Any]:
    """Two cells of one kind: the second begins with the last state of the first.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors of shape [batch, size].
      cell: an RNNCell, of which the encoder has a copy.
      dtype: that of the state.
      scope: the variable scope, or its name; by default "basic_rnn_seq2seq".

    Returns:
      The list of the decoder's outputs, and its last state.

    >>> inputs = [tf.zeros([2, 3])] * 2
    >>> outputs, state = basic_rnn_seq2seq(inputs, inputs, tf.nn.rnn_cell.GRUCell(4))
    >>> [v.op.name for v in tf.trainable_variables()][::4]
    ['basic_rnn_seq2seq/rnn/gru_cell/gates/kernel', 'basic_rnn_seq2seq/rnn_decoder/gru_cell/gates/kernel']
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(_like(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def _like(cell: Any) -> Any:
    """A copy of a cell, which has no variables yet: those the copy would share.

    Raises:
      TypeError: it has been used before.
    """
    parts = [cell]
    for part in parts:
        if getattr(part, "weights", None):
            raise refusal(
                "can't pickle _thread.RLock objects",
                TypeError,
                mend="The encoder gets a copy of the cell, and this one has variables already: make a new cell for "
                "each model (and for each bucket).",
            )
        around = (getattr(part, name, None) for name in ("cell", "_cell"))
        parts += [inner for inner in (*around, *getattr(part, "_cells", ())) if inner is not None]
    return copy.deepcopy(cell)


def tied_rnn_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    cell: Any,
    loop_function: Callable[[Any, int], Any] | None = None,
    dtype: Any = dt.float32,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """One cell that encodes and decodes with the same variables.

    Args:
      encoder_inputs, decoder_inputs: lists of tensors of shape [batch, size].
      cell: an RNNCell.
      loop_function: as for `rnn_decoder`.
      dtype: that of the state.
      scope: the variable scope, or its name, inside "combined_tied_rnn_seq2seq"; by default "tied_rnn_seq2seq".

    Returns:
      The list of the decoder's outputs, and its last state.
    """
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


def embedding_rnn_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """From symbols to symbols: both are embedded, and the decoder gives a score for each symbol.

    Args:
      encoder_inputs, decoder_inputs: lists of integer vectors, [batch].
      cell: an RNNCell, of which the encoder has a copy.
      num_encoder_symbols, num_decoder_symbols: how many symbols there are on either side.
      embedding_size: the size of their vectors.
      output_projection: None: the outputs are scores; a pair of weights and biases: they are what the cell gives, and
        the pair is used only to feed back what was said.
      feed_previous: whether the decoder hears itself rather than the given inputs; a bool, or a bool scalar.
      dtype: that of the state; by default the scope's.
      scope: the variable scope, or its name; by default "embedding_rnn_seq2seq".

    Returns:
      The list of the decoder's outputs, and its last state.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq") as opened:
        if dtype is None:
            dtype = opened.dtype
        else:
            opened.set_dtype(dtype)
        encoder = EmbeddingWrapper(_like(cell), num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(hears_itself: bool, trains_embedding: bool = False) -> tuple[list[Any], Any]:
            return embedding_rnn_decoder(
                decoder_inputs,
                state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection=output_projection,
                feed_previous=hears_itself,
                update_embedding_for_previous=trains_embedding,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous, trains_embedding=True)
        outputs, parts = decode_by(feed_previous, decode, len(decoder_inputs))
        return outputs, pack_state(state, parts)


def embedding_tied_rnn_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """From symbols to symbols of one kind, with one embedding and one cell for both sides.

    Args:
      encoder_inputs, decoder_inputs: lists of integer vectors, [batch].
      cell: an RNNCell.
      num_symbols: how many symbols there are.
      embedding_size: the size of their vectors.
      num_decoder_symbols: for how many of them the decoder gives a score; by default all.
      output_projection, feed_previous, dtype: as for `embedding_rnn_seq2seq`.
      scope: the variable scope, or its name; by default "embedding_tied_rnn_seq2seq".

    Returns:
      The list of the decoder's outputs, and its last state.

    Raises:
      ValueError: the shapes of the projection do not fit.
    """
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        if output_projection is not None:
            check_projection(output_projection, num_symbols, dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        encoder_vectors = [embedding_lookup(embedding, symbols) for symbols in encoder_inputs]
        decoder_vectors = [embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)

        def decode(hears_itself: bool, trains_embedding: bool = False) -> tuple[list[Any], Any]:
            loop_function = embedded_choice(embedding, output_projection, trains_embedding) if hears_itself else None
            return tied_rnn_seq2seq(encoder_vectors, decoder_vectors, cell, loop_function=loop_function, dtype=dtype)

        if isinstance(feed_previous, bool):
            return decode(feed_previous, trains_embedding=True)
        outputs, parts = decode_by(feed_previous, decode, len(decoder_inputs))
        return outputs, pack_state(cell.zero_state(_batch_size(encoder_inputs), dtype), parts)


def _batch_size(inputs: list[Any]) -> Any:
    """How many sequences there are: an int if the shapes tell it, else a scalar."""
    known = inputs[0].shape[0]
    for tensor in inputs[1:]:
        known.merge_with(tensor.shape[0])
    return shape(inputs[0])[0] if known.value is None else known.value


def embedding_attention_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs: list[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """From symbols to symbols, by a decoder that looks at all outputs of the encoder.

    Args:
      encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols, embedding_size,
        output_projection, feed_previous, dtype: as for `embedding_rnn_seq2seq`.
      num_heads, initial_state_attention: as for `attention_decoder`.
      scope: the variable scope, or its name; by default "embedding_attention_seq2seq".

    Returns:
      The list of the decoder's outputs, and its last state.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        encoder = EmbeddingWrapper(_like(cell), num_encoder_symbols, embedding_size)
        encoder_outputs, state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        columns = [reshape(output, [-1, 1, cell.output_size]) for output in encoder_outputs]
        attention_states = concat(columns, 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(hears_itself: bool, trains_embedding: bool = False) -> tuple[list[Any], Any]:
            return embedding_attention_decoder(
                decoder_inputs,
                state,
                attention_states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=hears_itself,
                update_embedding_for_previous=trains_embedding,
                initial_state_attention=initial_state_attention,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous, trains_embedding=True)
        outputs, parts = decode_by(feed_previous, decode, len(decoder_inputs))
        return outputs, pack_state(state, parts)


def one2many_rnn_seq2seq(
    encoder_inputs: list[Any],
    decoder_inputs_dict: Mapping[str, list[Any]],
    enc_cell: Any,
    dec_cells_dict: Mapping[str, Any],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: Mapping[str, int],
    embedding_size: int,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """From symbols to symbols of several kinds: one encoder, and a decoder for each task.

    Args:
      encoder_inputs: a list of integer vectors, [batch].
      decoder_inputs_dict: for each task such a list.
      enc_cell: the encoder's RNNCell.
      dec_cells_dict: for each task the decoder's.
      num_encoder_symbols: how many symbols there are to read.
      num_decoder_symbols_dict: for each task how many there are to say.
      embedding_size: the size of their vectors.
      feed_previous: whether the decoders hear themselves; a bool, or a bool scalar.
      dtype: that of the state; by default the scope's.
      scope: the variable scope, or its name; by default "one2many_rnn_seq2seq".

    Returns:
      For each task the list of the outputs, and the last state.

    Raises:
      TypeError: a cell is no RNNCell.
      ValueError: inputs and cells are not for the same tasks.
    """
    if not isinstance(enc_cell, RNNCell):
        raise refusal(f"enc_cell is not an RNNCell: {type(enc_cell)}", TypeError)
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise refusal("keys of dec_cells_dict != keys of decodre_inputs_dict")
    for dec_cell in dec_cells_dict.values():
        if not isinstance(dec_cell, RNNCell):
            raise refusal(f"dec_cell is not an RNNCell: {type(dec_cell)}", TypeError)
    outputs_dict, state_dict = {}, {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for name, decoder_inputs in decoder_inputs_dict.items():
            with variable_scope(f"one2many_decoder_{name}"):
                outputs_dict[name], state_dict[name] = _one_of_many(
                    decoder_inputs,
                    state,
                    dec_cells_dict[name],
                    num_decoder_symbols_dict[name],
                    embedding_size,
                    feed_previous,
                )
    return outputs_dict, state_dict


def _one_of_many(
    decoder_inputs: list[Any], state: Any, cell: Any, num_symbols: int, embedding_size: int, feed_previous: Any
) -> tuple[list[Any], Any]:
    """The outputs and the last state of the decoder of one task."""
    scored = OutputProjectionWrapper(cell, num_symbols)

    def decode(hears_itself: bool) -> tuple[list[Any], Any]:
        return embedding_rnn_decoder(
            decoder_inputs, state, scored, num_symbols, embedding_size, feed_previous=hears_itself
        )

    if isinstance(feed_previous, bool):
        return decode(feed_previous)
    outputs, parts = decode_by(feed_previous, decode, len(decoder_inputs))
    return outputs, pack_state(state, parts)
