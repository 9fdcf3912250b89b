"""Attention that only ever moves on: how likely each place is attended to, and products that underflow gently."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.functional.scan import scan
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, reshape, shape, zeros
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.cumulative import cumprod, cumsum
from flowgraph.ops.joining import concat
from flowgraph.ops.masking import one_hot
from flowgraph.ops.ranking import argmax
from flowgraph.ops.shaping import transpose
from flowgraph.ops.unary import exp, log
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
