"""Attention that only ever moves on: how likely each place is attended to, and products that underflow gently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.functional.scan import scan
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, reshape, shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.hyperbolic import sigmoid
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import one_hot
from flowgraph.ops.random import random_normal
from flowgraph.ops.ranking import argmax
from flowgraph.ops.shaping import transpose
from flowgraph.ops.unary import exp, log
from flowgraph.recurrent.seq2seq.attention import MemoryAttention, bahdanau_score, dense_for, luong_score
from flowgraph.shapes import dimension_value


def hardmax(logits: Any, name: str | None = None) -> Tensor:
    """1 at the largest entry of each row of the last axis, 0 elsewhere: the one-hot form of argmax.

    Args:
      logits: a tensor of floats.
      name: the scope of the new ops.

    >>> run(hardmax([[0.5, 2.0, 1.0], [3.0, 0.0, 3.0]]))
    array([[0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = dimension_value(logits.shape[-1])
        depth = shape(logits)[-1] if depth is None else depth
        return one_hot(argmax(logits, -1), depth, dtype=logits.dtype)


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Cumulative products of numbers between 0 and 1, taken in the logarithm, so that gradients stay finite.

    Args:
      x: a tensor of floats; entries are clipped to lie between the smallest positive number and 1.
      *args: passed to `tf.cumsum`.
      **kwargs: passed to `tf.cumsum`: `axis`, `exclusive`, `reverse`.

    >>> run(safe_cumprod([0.5, 0.5, 1.0]))
    array([0.5 , 0.25, 0.25], dtype=float32)
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return exp(cumsum(log(clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: str) -> Tensor:
    """How likely each place of the memory is attended to now, when attention never goes back.

    From where it was, attention looks at one place after the other and stops at place i with probability
    `p_choose_i`.

    Args:
      p_choose_i: `[batch, places]`, the probability of stopping at a place once there.
      previous_attention: `[batch, places]`, what this function gave in the step before; at first one-hot at place 0.
      mode: "recursive" takes the places one by one, exactly; "parallel" all at once, with cumulative products, which
        loses accuracy where probabilities come close to 0 or 1; "hard" is for probabilities that are 0 or 1 only.

    Raises:
      ValueError: there is no such mode.

    >>> start = [[1.0, 0.0, 0.0]]
    >>> run(monotonic_attention([[0.5, 0.5, 0.5]], start, "recursive"))
    array([[0.5  , 0.25 , 0.125]], dtype=float32)
    >>> run(monotonic_attention([[0.0, 1.0, 1.0]], start, "hard"))
    array([[0., 1., 0.]], dtype=float32)
    """
    p_choose_i = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous_attention = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        return _place_by_place(p_choose_i, previous_attention)
    if mode == "parallel":
        passed = safe_cumprod(1 - p_choose_i, axis=1, exclusive=True)
        return p_choose_i * passed * cumsum(previous_attention / clip_by_value(passed, 1e-10, 1.0), axis=1)
    if mode == "hard":
        p_choose_i *= cumsum(previous_attention, axis=1)
        return p_choose_i * cumprod(1 - p_choose_i, axis=1, exclusive=True)
    raise refusal("mode must be 'recursive', 'parallel', or 'hard'.")


def _place_by_place(p_choose_i: Tensor, previous_attention: Tensor) -> Tensor:
    """Who comes to a place was there before, or came to the one before it and went on."""
    batch = dimension_value(p_choose_i.shape[0]) or shape(p_choose_i)[0]
    going_on = concat([ones((batch, 1)), 1 - p_choose_i[:, :-1]], 1)
    arriving = scan(
        lambda at, place: reshape(place[0] * at + place[1], (batch,)),
        [transpose(going_on), transpose(previous_attention)],
        zeros((batch,)),
    )
    return p_choose_i * transpose(arriving)


# -- mechanisms ----------------------------------------------------------------------------------------------


class MonotonicAttention(MemoryAttention):
    """What the monotonic mechanisms share: attention begins at the first place."""

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Tensor:
        """The alignments before the first step: all attention at the first place."""
        return one_hot(zeros((batch_size,), dtype=dt.int32), self._alignments_size, dtype=dtype)


class LuongMonotonicAttention(MonotonicAttention):
    """`LuongAttention` that never goes back: scores are those of stopping at a place; see `monotonic_attention`.

    Args:
      num_units: the size of keys, and that of queries.
      memory: `[batch, time, depth]`, such as the outputs of an encoder.
      memory_sequence_length: how long each sequence is, all of them positive; what lies behind does not matter.
      scale: whether scores are multiplied by a variable, `attention_g`.
      score_mask_value: the score of what lies behind the end of a sequence; by default minus infinity.
      sigmoid_noise: how much normal noise is added to scores, which makes the probabilities tend to 0 or 1.
      sigmoid_noise_seed: the seed of that noise.
      score_bias_init: the initial value of a variable that is added to all scores.
      mode: see `monotonic_attention`; "hard" stops where the score is positive.
      dtype: that of the layer for keys; by default float32.
      name: the scope of the new ops.
    """

    _scope_name = "luong_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: Any = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "LuongMonotonicAttention",
    ) -> None:
        super().__init__(
            query_layer=None,
            memory_layer=dense_for("memory_layer", num_units, dtype),
            memory=memory,
            probability_fn=_stopping(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._score_bias_init = score_bias_init
        self._name = name

    def _score(self, query: Tensor) -> Tensor:
        return luong_score(query, self._keys, self._scale)


class BahdanauMonotonicAttention(MonotonicAttention):
    """`BahdanauAttention` that never goes back: scores are those of stopping at a place; see `monotonic_attention`.

    Args:
      num_units: the size of the hidden layer.
      memory: `[batch, time, depth]`, such as the outputs of an encoder.
      memory_sequence_length: how long each sequence is, all of them positive; what lies behind does not matter.
      normalize: whether v is normalized to a length that is trained, and a bias is added before tanh.
      score_mask_value: the score of what lies behind the end of a sequence; by default minus infinity.
      sigmoid_noise: how much normal noise is added to scores, which makes the probabilities tend to 0 or 1.
      sigmoid_noise_seed: the seed of that noise.
      score_bias_init: the initial value of a variable that is added to all scores.
      mode: see `monotonic_attention`; "hard" stops where the score is positive.
      dtype: that of the layers; by default float32.
      name: the scope of the new ops.
    """

    _scope_name = "bahdanau_monotonic_attention"

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: Any = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "BahdanauMonotonicAttention",
    ) -> None:
        super().__init__(
            query_layer=dense_for("query_layer", num_units, dtype),
            memory_layer=dense_for("memory_layer", num_units, dtype),
            memory=memory,
            probability_fn=_stopping(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name
        self._score_bias_init = score_bias_init

    def _score(self, query: Tensor) -> Tensor:
        return bahdanau_score(self, query, self._num_units, self._normalize)


def _stopping(noise: float, mode: str, seed: Any) -> Callable[[Tensor, Tensor], Tensor]:
    """A function that makes alignments of the scores of stopping and the alignments before."""

    def alignments(score: Tensor, previous: Tensor) -> Tensor:
        if noise > 0:
            score += noise * random_normal(shape(score), dtype=score.dtype, seed=seed)
        stops = cast(score > 0, score.dtype) if mode == "hard" else sigmoid(score)
        return monotonic_attention(stops, previous, mode)

    return alignments
