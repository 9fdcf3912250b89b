"""Conditional random fields over sequences of tags (`tf.contrib.crf`).

A field scores a sequence of tags: each tag by itself (the inputs: unary scores), and each pair of neighbours (the
transition parameters: binary scores). How likely a sequence is follows from its score and the sum over all sequences,
which a recurrence over the steps finds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dimension import dimension_value
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, shape, zeros_like
from flowgraph.ops.case import smart_cond
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather, gather_nd
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import sequence_mask
from flowgraph.ops.math import maximum
from flowgraph.ops.range import range as count_up
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.select import where
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.slicing import slice as part
from flowgraph.ops.statistics import reduce_logsumexp
from flowgraph.recurrent.crf_cells import CrfForwardRnnCell
from flowgraph.recurrent.dynamic import dynamic_rnn
from flowgraph.variables.scope import get_variable


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Tensor, Any]:
    """How likely the sequences of tags are, as logarithms.

    Args:
      inputs: unary scores, [batch, steps, tags].
      tag_indices: the tags, [batch, steps], int32 or int64.
      sequence_lengths: how long each sequence is, [batch].
      transition_params: binary scores, [tags, tags]; a variable "transitions" is made by default.

    Returns:
      The logarithms, [batch], and the binary scores.

    >>> scores, same = tf.zeros([1, 3, 2]), tf.zeros([2, 2])
    >>> likelihood, _ = tf.contrib.crf.crf_log_likelihood(scores, tf.constant([[0, 1, 0]]), tf.constant([3]), same)
    >>> np.exp(run(likelihood)).round(3)  # one of 8 that are equally likely
    array([0.125], dtype=float32)
    """
    tags = dimension_value(inputs.shape[2])
    if transition_params is None:
        transition_params = get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The score, [batch], of sequences of tags; arguments as of `crf_log_likelihood`."""

    def one_step() -> Tensor:
        batch = shape(inputs, out_type=tag_indices.dtype)[0]
        rows = reshape(count_up(batch, dtype=tag_indices.dtype), [-1, 1])
        score = gather_nd(squeeze(inputs, [1]), concat([rows, tag_indices], axis=1))
        return _zero_where_empty(score, sequence_lengths)

    def several_steps() -> Tensor:
        unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
        return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)

    return by_steps(inputs, one_step, several_steps)


def crf_multitag_sequence_score(inputs: Any, tag_bitmap: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm of the summed scores, [batch], of all sequences that take only tags which are True in `tag_bitmap`.

    Args:
      inputs: unary scores, [batch, steps, tags].
      tag_bitmap: which tags may be at which step, bool, [batch, steps, tags].
      sequence_lengths: how long each sequence is, [batch].
      transition_params: binary scores, [tags, tags].
    """

    def allowed() -> Tensor:
        return where(tag_bitmap, inputs, fill(shape(inputs), float("-inf")))

    return by_steps(
        inputs,
        lambda: reduce_logsumexp(allowed(), axis=[1, 2], keepdims=False),
        lambda: crf_log_norm(allowed(), sequence_lengths, transition_params),
    )


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm of the summed scores, [batch], of all sequences of tags; arguments as of `crf_log_likelihood`."""
    first = squeeze(part(inputs, [0, 0, 0], [-1, 1, -1]), [1])

    def one_step() -> Tensor:
        return _zero_where_empty(reduce_logsumexp(first, [1]), sequence_lengths)

    def several_steps() -> Tensor:
        rest = part(inputs, [0, 1, 0], [-1, -1, -1])
        cell = CrfForwardRnnCell(transition_params)
        _, alphas = dynamic_rnn(
            cell, rest, sequence_length=one_less(sequence_lengths), initial_state=first, dtype=dt.float32
        )
        return _zero_where_empty(reduce_logsumexp(alphas, [1]), sequence_lengths)

    return by_steps(inputs, one_step, several_steps)


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Tensor:
    """The part of the score, [batch], that is due to the tags by themselves; arguments as of `crf_log_likelihood`."""
    batch, steps, tags = shape(inputs)[0], shape(inputs)[1], shape(inputs)[2]
    flat = reshape(inputs, [-1])
    offsets = expand_dims(count_up(batch) * steps * tags, 1)
    offsets += expand_dims(count_up(steps) * tags, 0)
    if tag_indices.dtype == dt.int64:
        offsets = cast(offsets, dt.int64)
    places = reshape(offsets + tag_indices, [-1])
    scores = reshape(gather(flat, places), [batch, steps])
    mask = sequence_mask(sequence_lengths, maxlen=shape(tag_indices)[1], dtype=dt.float32)
    return reduce_sum(scores * mask, 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The part of the score, [batch], that is due to neighbouring tags; arguments as of `crf_log_likelihood`."""
    tags = transition_params.get_shape()[0]
    transitions = shape(tag_indices)[1] - 1
    before = part(tag_indices, [0, 0], [-1, transitions])
    after = part(tag_indices, [0, 1], [-1, transitions])
    places = before * tags + after
    scores = gather(reshape(transition_params, [-1]), places)
    mask = sequence_mask(sequence_lengths, maxlen=shape(tag_indices)[1], dtype=dt.float32)
    return reduce_sum(scores * part(mask, [0, 1], [-1, -1]), 1)


def by_steps(inputs: Any, one_step: Callable[[], Any], several_steps: Callable[[], Any]) -> Any:
    """What `one_step` gives where there is one step, else what `several_steps` gives; in the run, if it must be."""
    steps = dimension_value(inputs.shape[1]) or shape(inputs)[1]
    return smart_cond(pred=equal(steps, 1), true_fn=one_step, false_fn=several_steps)


def one_less(lengths: Any) -> Tensor:
    """Lengths without the first step; none is below 0."""
    return maximum(constant(0, dtype=lengths.dtype), lengths - 1)


def _zero_where_empty(values: Tensor, lengths: Any) -> Tensor:
    return where(less_equal(lengths, 0), zeros_like(values), values)
