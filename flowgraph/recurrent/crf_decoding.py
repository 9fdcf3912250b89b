"""The most likely sequence of tags of a conditional random field (`tf.contrib.crf`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dimension import dimension_value
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.joining import concat
from flowgraph.ops.ranking import argmax
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.rolling import reverse_sequence
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.slicing import slice as part
from flowgraph.recurrent.crf import by_steps, one_less
from flowgraph.recurrent.crf_cells import CrfDecodeBackwardRnnCell, CrfDecodeForwardRnnCell
from flowgraph.recurrent.dynamic import dynamic_rnn


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[Any], Any]:
    """The best sequence of tags of one sequence, of arrays and without a graph.

    Args:
      score: unary scores, an array [steps, tags].
      transition_params: binary scores, an array [tags, tags].

    Returns:
      The list of tags, and their score.

    >>> tags, score = tf.contrib.crf.viterbi_decode(np.array([[1.0, 0.0], [0.0, 0.5], [2.0, 0.0]]), np.eye(2))
    >>> [int(tag) for tag in tags], float(score)
    ([0, 0, 0], 5.0)
    """
    best = np.zeros_like(score)
    before = np.zeros_like(score, dtype=np.int32)
    best[0] = score[0]
    for step in range(1, score.shape[0]):
        scores = np.expand_dims(best[step - 1], 1) + transition_params
        best[step] = score[step] + np.max(scores, 0)
        before[step] = np.argmax(scores, 0)
    tags: list[Any] = [np.argmax(best[-1])]
    for pointers in before[:0:-1]:
        tags.append(pointers[tags[-1]])
    return tags[::-1], np.max(best[-1])


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Tensor, Tensor]:
    """The best sequence of tags of each sequence of a batch.

    Args:
      potentials: unary scores, [batch, steps, tags].
      transition_params: binary scores, [tags, tags].
      sequence_length: how long each sequence is, [batch].

    Returns:
      The tags, int32 [batch, steps], and their scores, [batch].

    >>> scores, same = tf.constant([[[1.0, 0.0], [0.0, 0.5], [2.0, 0.0]]]), tf.eye(2)
    >>> run(tf.contrib.crf.crf_decode(scores, same, tf.constant([3])))
    (array([[0, 0, 0]], dtype=int32), array([5.], dtype=float32))
    """

    def one_step() -> tuple[Tensor, Tensor]:
        scores = squeeze(potentials, [1])
        tags = expand_dims(argmax(scores, axis=1), 1)
        best = reduce_max(scores, axis=1)
        return cast(tags, dtype=dt.int32), best

    def several_steps() -> tuple[Tensor, Tensor]:
        tags = dimension_value(potentials.shape[2])
        forward = CrfDecodeForwardRnnCell(transition_params)
        first = squeeze(part(potentials, [0, 0, 0], [-1, 1, -1]), axis=[1])
        rest = part(potentials, [0, 1, 0], [-1, -1, -1])
        steps_left = one_less(sequence_length)
        before, scores = dynamic_rnn(
            forward, rest, sequence_length=steps_left, initial_state=first, time_major=False, dtype=dt.int32
        )
        before = reverse_sequence(before, steps_left, seq_dim=1)
        backward = CrfDecodeBackwardRnnCell(tags)
        last = expand_dims(cast(argmax(scores, axis=1), dtype=dt.int32), axis=-1)
        found, _ = dynamic_rnn(
            backward, before, sequence_length=steps_left, initial_state=last, time_major=False, dtype=dt.int32
        )
        found = concat([last, squeeze(found, axis=[2])], axis=1)
        found = reverse_sequence(found, sequence_length, seq_dim=1)
        return found, reduce_max(scores, axis=1)

    return by_steps(potentials, one_step, several_steps)
