"""One step of a beam search: every beam goes on with every token, and the best of all these become the new beams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, ones_like, reshape, shape
from flowgraph.ops.cast import cast, to_int64
from flowgraph.ops.compare import equal, logical_not, logical_or
from flowgraph.ops.division import div, mod
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import one_hot
from flowgraph.ops.math import minimum
from flowgraph.ops.range import range as range_of
from flowgraph.ops.ranking import top_k
from flowgraph.ops.reduction import reduce_mean, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.softmax import log_softmax
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.tensor_array import TensorArray
from flowgraph.ops.unary import log
from flowgraph.recurrent.seq2seq.wrapper import AttentionWrapperState
from flowgraph.shapes import TensorShape, dimension_value


class BeamSearchDecoderState(NamedTuple):
    """Where a beam search stands; tensors are `[batch, beams]`.

    Attributes:
      cell_state: the cell's state, `[batch, beams, ...]`.
      log_probs: the logarithm of each beam's probability.
      finished: which beams have ended.
      lengths: how many tokens each beam has, int64.
      accumulated_attention_probs: how much each place of the memory has been attended to, or ().
    """

    cell_state: Any
    log_probs: Any
    finished: Any
    lengths: Any
    accumulated_attention_probs: Any


class BeamSearchDecoderOutput(NamedTuple):
    """What a step of a beam search gives, `[batch, beams]` each.

    Attributes:
      scores: the score of each beam.
      predicted_ids: the token that each beam took.
      parent_ids: which beam of the step before it goes on from.
    """

    scores: Any
    predicted_ids: Any
    parent_ids: Any


@dataclass
class Search:
    """What holds for all steps of a search: how many sequences and beams, what ends one, and how scores are made."""

    batch_size: Tensor
    beam_width: int
    end_token: Tensor
    length_penalty_weight: Any
    coverage_penalty_weight: Any

    @property
    def static_batch_size(self) -> Any:
        """The number of sequences, if it is known while the graph is built."""
        return constant_value(self.batch_size)


def beam_search_step(
    search: Search, logits: Tensor, next_cell_state: Any, before: BeamSearchDecoderState
) -> tuple[BeamSearchDecoderOutput, BeamSearchDecoderState]:
    """The best continuations of all beams.

    Args:
      search: what holds for all steps.
      logits: those of the tokens, `[batch, beams, tokens]`.
      next_cell_state: the cell's state after the step, in the order of the old beams.
      before: where the search stood.
    """
    goes_on = logical_not(before.finished)
    log_probs = _only_end_tokens(log_softmax(logits), search.end_token, before.finished)
    total_probs = expand_dims(before.log_probs, 2) + log_probs
    tokens = dimension_value(logits.shape[-1]) or shape(logits)[-1]
    lengths = _lengths_with_each_token(search, before, goes_on, tokens)
    attended = attention_probs(next_cell_state, search.coverage_penalty_weight)
    if attended is not None:
        attended *= expand_dims(cast(goes_on, dt.float32), 2)
        attended = before.accumulated_attention_probs + attended
    scores = _scores(search, total_probs, lengths, before.finished, attended)

    places = _Places(search)
    best_scores, best = top_k(
        reshape(scores, [search.batch_size, -1]),
        k=convert_to_tensor(search.beam_width, dtype=dt.int32, name="beam_width"),
    )
    for known in (best_scores, best):
        known.set_shape([search.static_batch_size, search.beam_width])
    new_probs = places.pick(best, total_probs, search.beam_width * tokens, [-1], "next_beam_probs")
    new_ids = cast(mod(best, tokens, name="next_beam_word_ids"), dt.int32)
    parents = cast(best / tokens, dt.int32, name="next_beam_parent_ids")
    was_finished = places.pick_beams(parents, before.finished, [-1])
    finished = logical_or(was_finished, equal(new_ids, search.end_token), name="next_beam_finished")
    longer = cast(logical_not(was_finished), dt.int64)
    new_lengths = places.pick_beams(parents, before.lengths, [-1])
    new_lengths += longer
    new_attended: Any = ()
    if attended is not None:
        new_attended = places.pick_beams(
            parents, attended, [search.batch_size * search.beam_width, -1], "next_accumulated_attention_probs"
        )
    state = nest.map_structure(lambda part: places.pick_state(parents, part), next_cell_state)
    return (
        BeamSearchDecoderOutput(best_scores, new_ids, parents),
        BeamSearchDecoderState(state, new_probs, finished, new_lengths, new_attended),
    )


def _only_end_tokens(log_probs: Tensor, end_token: Tensor, finished: Tensor) -> Tensor:
    """Log probabilities with which beams that have ended can but take the end token again, at no cost."""
    tokens = shape(log_probs)[2]
    row = one_hot(
        end_token,
        tokens,
        dtype=log_probs.dtype,
        on_value=convert_to_tensor(0.0, dtype=log_probs.dtype),
        off_value=log_probs.dtype.min,
    )
    rows = tile(reshape(row, [1, 1, -1]), concat([shape(finished), [1]], 0))
    mask = tile(expand_dims(finished, 2), [1, 1, tokens])
    return where(mask, rows, log_probs)


def _lengths_with_each_token(search: Search, before: BeamSearchDecoderState, goes_on: Tensor, tokens: Any) -> Tensor:
    """How long each beam is if it takes each token: one more, but for the end token, and beams that have ended."""
    ends = fill([search.batch_size, search.beam_width], search.end_token)
    more = one_hot(ends, depth=tokens, on_value=to_int64(0), off_value=to_int64(1), dtype=dt.int64)
    more *= expand_dims(cast(goes_on, dt.int64), 2)
    return more + expand_dims(before.lengths, 2)


# -- scores --------------------------------------------------------------------------------------------------


def _scores(search: Search, log_probs: Tensor, lengths: Tensor, finished: Tensor, attended: Tensor | None) -> Tensor:
    """Log probabilities by length; less for beams that have ended and did not attend to all of the memory."""
    penalty = cast(_length_penalty(lengths, search.length_penalty_weight), dtype=log_probs.dtype)
    scores = log_probs / penalty
    weight = convert_to_tensor(search.coverage_penalty_weight, name="coverage_penalty_weight")
    if weight.shape.ndims != 0:
        raise refusal(f"coverage_penalty_weight should be a scalar, but saw shape: {weight.shape}")
    if constant_value(weight) == 0.0:
        return scores
    if attended is None:
        raise refusal("accumulated_attention_probs can be None only if coverage penalty is disabled.")
    attended = where(equal(attended, 0.0), ones_like(attended), attended)
    coverage = reduce_sum(log(minimum(attended, 1.0)), 2)
    coverage *= cast(finished, dt.float32)
    return scores + expand_dims(coverage * weight, 2)


def _length_penalty(lengths: Tensor, weight: Any) -> Any:
    """((5 + length) / 6) ^ weight; 1 if the weight is known to be 0."""
    weight = convert_to_tensor(weight, name="penalty_factor")
    weight.set_shape(())
    known = constant_value(weight)
    if known is not None and known == 0:
        return 1.0
    return div((5.0 + cast(lengths, dt.float32)) ** weight, (5.0 + 1.0) ** weight)


def attention_probs(cell_state: Any, coverage_penalty_weight: Any) -> Tensor | None:
    """How much the cell attends to each place of the memory, the mean over all attention; None if no one asks.

    Raises:
      ValueError: the cell does not attend.
    """
    if isinstance(coverage_penalty_weight, float | int) and coverage_penalty_weight == 0.0:
        return None
    states = (cell_state,) if isinstance(cell_state, AttentionWrapperState) else cell_state
    states = states if isinstance(states, tuple) else ()
    found = [_mean(state.alignments) for state in states if isinstance(state, AttentionWrapperState)]
    if not found:
        raise refusal("coverage_penalty_weight must be 0.0 if no cell is attentional.")
    return found[0] if len(found) == 1 else _mean(tuple(found))


def _mean(alignments: Any) -> Tensor:
    """The mean of a tuple of tensors; a tensor as it is."""
    if not isinstance(alignments, tuple):
        return alignments
    return reduce_mean(concat([expand_dims(each, -1) for each in alignments], -1), -1)


# -- picking rows --------------------------------------------------------------------------------------------


class _Places:
    """Picks for each sequence of the batch what its new beams are made of."""

    def __init__(self, search: Search) -> None:
        self._search = search

    def pick(self, chosen: Tensor, source: Tensor, count: Any, rows: list[Any], name: str | None = None) -> Tensor:
        """Entries of `source`, reshaped to `rows`: for each sequence, those numbered `chosen` of its `count`."""
        with name_scope(name, "tensor_gather_helper"):
            first = expand_dims(range_of(self._search.batch_size) * count, 1)
            chosen = reshape(chosen + first, [-1])
            picked = gather(reshape(source, rows), chosen)
            sizes = shape(source)[: 1 + len(rows)]
            picked = reshape(picked, sizes, name="output")
            known = source.shape[1 : 1 + len(rows)]
            picked.set_shape(TensorShape([self._search.static_batch_size]).concatenate(known))
            return picked

    def pick_beams(self, parents: Tensor, source: Tensor, rows: list[Any], name: str | None = None) -> Tensor:
        """What belongs to the beams that the new ones go on from."""
        return self.pick(parents, source, self._search.beam_width, rows, name)

    def pick_state(self, parents: Tensor, part: Any) -> Any:
        """A part of the cell's state for the new beams; scalars and TensorArrays belong to all of them."""
        rows = [self._search.batch_size * self._search.beam_width, -1]
        if isinstance(part, TensorArray):
            return part
        demand_rank(part)
        return self.pick_beams(parents, part, rows) if part.shape.ndims >= len(rows) else part


def demand_rank(tensor: Tensor) -> None:
    """Raises ValueError for a tensor of unknown rank."""
    if tensor.shape.ndims is None:
        raise refusal(f"Expected tensor ({tensor}) to have known rank, but ndims == None.")
