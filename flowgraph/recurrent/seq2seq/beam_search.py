"""Beam search: decode the most likely sequences, several for each row of the batch at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.layers.base import Layer
from flowgraph.ops.array import reshape, shape, size, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.cond import cond
from flowgraph.ops.gather_tree import gather_tree
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import one_hot
from flowgraph.ops.reduction import reduce_all, reduce_max
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.recurrent.base import assert_like_rnncell
from flowgraph.recurrent.seq2seq.basic_decoder import size_after
from flowgraph.recurrent.seq2seq.beam_histories import sorted_history
from flowgraph.recurrent.seq2seq.beam_step import (
    BeamSearchDecoderOutput,
    BeamSearchDecoderState,
    Search,
    attention_probs,
    beam_search_step,
    demand_rank,
)
from flowgraph.recurrent.seq2seq.decoder import Decoder
from flowgraph.recurrent.seq2seq.helpers import embedding_function
from flowgraph.shapes import TensorShape, dimension_value


class FinalBeamSearchDecoderOutput(NamedTuple):
    """What `dynamic_decode` gives of a beam search.

    Attributes:
      predicted_ids: the sequences, `[batch, time, beams]`, the best beam first.
      beam_search_decoder_output: what the steps gave.
    """

    predicted_ids: Any
    beam_search_decoder_output: Any


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Each row of a batch several times, one after the other: what beams of one sequence share.

    Args:
      t: `[batch, ...]`, or a structure of such tensors.
      multiplier: how many times, the beam width.
      name: the scope of the new ops.

    Raises:
      ValueError: a tensor has no rows, or its rank is unknown.

    >>> run(tile_batch(tf.constant([[1, 2], [3, 4]]), 2))
    array([[1, 2],
           [1, 2],
           [3, 4],
           [3, 4]], dtype=int32)
    """
    with name_scope(name, "tile_batch", [*nest.flatten(t), multiplier]):
        return nest.map_structure(lambda part: _tiled(part, multiplier), t)


def _tiled(t: Any, multiplier: int) -> Tensor:
    t = convert_to_tensor(t, name="t")
    sizes = shape(t)
    if not t.shape.ndims:
        raise refusal("t must have statically known rank")
    batch = dimension_value(t.shape[0])
    multiples = [1, multiplier] + [1] * (t.shape.ndims - 1)
    tiled = tile(expand_dims(t, 1), multiples)
    tiled = reshape(tiled, concat(([sizes[0] * multiplier], sizes[1:]), 0))
    known = TensorShape([None if batch is None else batch * multiplier]).concatenate(t.shape[1:])
    tiled.set_shape(known)
    return tiled


class BeamSearchDecoder(Decoder):
    """A decoder that keeps the `beam_width` best sequences of each row of the batch, and goes on with all of them.

    With an `AttentionWrapper` the encoder's outputs and lengths, and what the state is made of, must have been tiled
    with `tile_batch` before; its `zero_state` is asked for `batch_size * beam_width`.

    Args:
      cell: a recurrent cell.
      embedding: a table, see `tf.nn.embedding_lookup`, or a function from tokens to inputs.
      start_tokens: the tokens to begin with, int32 `[batch]`.
      end_token: the token that ends a sequence, an int32 scalar.
      initial_state: the state of the cell at first, `[batch * beam_width, ...]`.
      beam_width: how many sequences to keep.
      output_layer: a layer that makes logits of the cell's output, such as `tf.layers.Dense(tokens)`.
      length_penalty_weight: how much long sequences are preferred; 0: not at all.
      coverage_penalty_weight: how much sequences are preferred that attended to all of the memory.
      reorder_tensor_arrays: whether TensorArrays in the last state, such as the history of alignments, become tensors
        in the order of the sequences found.

    Raises:
      TypeError: an argument is of another kind.
      ValueError: `start_tokens` is no vector, or `end_token` no scalar.

    >>> cell = tf.nn.rnn_cell.GRUCell(3)
    >>> decoder = BeamSearchDecoder(
    ...     cell, tf.eye(3), start_tokens=[1], end_token=0, initial_state=cell.zero_state(2, tf.float32), beam_width=2
    ... )
    >>> outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)
    >>> outputs.predicted_ids.shape
    TensorShape([Dimension(1), Dimension(None), Dimension(2)])
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Layer | None = None,
        length_penalty_weight: Any = 0.0,
        coverage_penalty_weight: Any = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        assert_like_rnncell("cell", cell)
        if output_layer is not None and not isinstance(output_layer, Layer):
            raise refusal(f"output_layer must be a Layer, received: {type(output_layer)}", TypeError)
        self._cell = cell
        self._output_layer = output_layer
        self._reorder_tensor_arrays = reorder_tensor_arrays
        self._beam_width = beam_width
        self._embedding_fn: Callable[[Any], Any] = embedding_function(embedding)
        start = convert_to_tensor(start_tokens, dtype=dt.int32, name="start_tokens")
        if start.shape.ndims != 1:
            raise refusal("start_tokens must be a vector")
        self._end_token = convert_to_tensor(end_token, dtype=dt.int32, name="end_token")
        if self._end_token.shape.ndims != 0:
            raise refusal("end_token must be a scalar")
        self._batch_size = size(start_tokens)
        self._search = Search(
            self._batch_size, beam_width, self._end_token, length_penalty_weight, coverage_penalty_weight
        )
        self._initial_cell_state = nest.map_structure(self._split_part, initial_state, cell.state_size)
        self._start_tokens = tile(expand_dims(start, 1), [1, beam_width])
        self._start_inputs = self._embedding_fn(self._start_tokens)
        self._finished = one_hot(
            zeros([self._batch_size], dtype=dt.int32),
            depth=beam_width,
            on_value=False,
            off_value=True,
            dtype=dt.bool,
        )  # at first there is one beam

    @property
    def batch_size(self) -> Tensor:
        """How many rows the batch has, an int32 scalar."""
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """Yes: beams change places."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """The shapes of a step's outputs for one row of the batch."""
        beams = TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(scores=beams, predicted_ids=beams, parent_ids=beams)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """The dtypes of a step's outputs: scores have that of the state."""
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        sizes = size_after(self._output_layer, self._cell.output_size)
        return BeamSearchDecoderOutput(nest.map_structure(lambda _: dtype, sizes), dt.int32, dt.int32)

    def initialize(self, name: str | None = None) -> tuple[Tensor, Any, BeamSearchDecoderState]:
        """Start: `(finished, first_inputs, initial_state)`, with one beam; the others have probability 0."""
        del name
        dtype = nest.flatten(self._initial_cell_state)[0].dtype
        log_probs = one_hot(
            zeros([self._batch_size], dtype=dt.int32),
            depth=self._beam_width,
            on_value=convert_to_tensor(0.0, dtype=dtype),
            off_value=convert_to_tensor(-np.inf, dtype=dtype),
            dtype=dtype,
        )
        attended = attention_probs(self._initial_cell_state, self._search.coverage_penalty_weight)
        state = BeamSearchDecoderState(
            cell_state=self._initial_cell_state,
            log_probs=log_probs,
            finished=self._finished,
            lengths=zeros([self._batch_size, self._beam_width], dtype=dt.int64),
            accumulated_attention_probs=() if attended is None else attended,
        )
        return self._finished, self._start_inputs, state

    def step(
        self, time: Any, inputs: Any, state: BeamSearchDecoderState, name: str | None = None
    ) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState, Any, Tensor]:
        """Call the cell for all beams, and choose new ones: `(outputs, next_state, next_inputs, finished)`."""
        with name_scope(name, "BeamSearchDecoderStep", (time, inputs, state)):
            inputs = nest.map_structure(lambda part: self._merge(part, part.shape[2:]), inputs)
            cell_state = nest.map_structure(self._merge_part, state.cell_state, self._cell.state_size)
            outputs, cell_state = self._cell(inputs, cell_state)
            outputs = nest.map_structure(lambda part: self._split(part, part.shape[1:]), outputs)
            cell_state = nest.map_structure(self._split_part, cell_state, self._cell.state_size)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            found, next_state = beam_search_step(self._search, outputs, cell_state, state)
            next_inputs = cond(
                reduce_all(next_state.finished),
                lambda: self._start_inputs,
                lambda: self._embedding_fn(found.predicted_ids),
            )
        return found, next_state, next_inputs, next_state.finished

    def finalize(
        self, outputs: BeamSearchDecoderOutput, final_state: BeamSearchDecoderState, sequence_lengths: Any
    ) -> tuple[FinalBeamSearchDecoderOutput, BeamSearchDecoderState]:
        """Follow the best beams back to their beginnings."""
        del sequence_lengths  # these are the batch's, not the beams'
        longest = cast(reduce_max(final_state.lengths, axis=1), dt.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder_tensor_arrays:
            final_state = final_state._replace(
                cell_state=nest.map_structure(
                    lambda part: self._in_order(part, outputs.parent_ids, final_state.lengths),
                    final_state.cell_state,
                )
            )
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state

    def _in_order(self, part: Any, parents: Tensor, lengths: Tensor) -> Any:
        if not isinstance(part, TensorArray):
            return part
        return sorted_history(part, parents, lengths, self._batch_size, self._beam_width)

    # -- beams as an axis of their own, and as rows of a larger batch ----------------------------------------

    def _merge(self, t: Tensor, sizes: Any) -> Tensor:
        """`[batch, beams, ...]` as `[batch * beams, ...]`."""
        inner = _known(sizes)
        given = shape(t)
        batch = constant_value(self._batch_size)
        merged = reshape(t, concat(([self._batch_size * self._beam_width], given[2:]), 0))
        merged.set_shape(TensorShape([None if batch is None else batch * self._beam_width]).concatenate(inner))
        return merged

    def _split(self, t: Tensor, sizes: Any) -> Tensor:
        """`[batch * beams, ...]` as `[batch, beams, ...]`."""
        inner = _known(sizes)
        given = shape(t)
        split = reshape(t, concat(([self._batch_size, self._beam_width], given[1:]), 0))
        expected = TensorShape([constant_value(self._batch_size), self._beam_width]).concatenate(inner)
        if not split.shape.is_compatible_with(expected):
            raise refusal(
                "Unexpected behavior when reshaping between beam width and batch size.  The reshaped tensor has "
                f"shape: {split.shape}.  We expected it to have shape (batch_size, beam_width, depth) == {expected}.  "
                "Perhaps you forgot to create a zero_state with batch_size=encoder_batch_size * beam_width?"
            )
        split.set_shape(expected)
        return split

    def _merge_part(self, part: Any, sizes: Any) -> Any:
        """A part of the cell's state, merged if it has an axis of beams."""
        if isinstance(part, TensorArray):
            return part
        demand_rank(part)
        return self._merge(part, sizes) if part.shape.ndims >= 2 else part

    def _split_part(self, part: Any, sizes: Any) -> Any:
        """A part of the cell's state, split if it has an axis of rows."""
        if isinstance(part, TensorArray):
            return part
        demand_rank(part)
        return self._split(part, sizes) if part.shape.ndims >= 1 else part


def _known(sizes: Any) -> TensorShape:
    """What is known of sizes: a number, a shape or a tensor."""
    return TensorShape(constant_value(sizes) if isinstance(sizes, Tensor) else sizes)
