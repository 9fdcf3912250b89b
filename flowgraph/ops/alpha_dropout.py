"""Dropout that keeps mean and variance, for selu (tf.contrib.nn.alpha_dropout)."""

from __future__ import annotations

import numbers
from typing import Any

from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater_equal
from flowgraph.ops.random import random_uniform
from flowgraph.ops.static_value import constant_value

_SATURATED = -1.7580993408473766
"""What selu gives for very negative numbers: what is dropped is set to it."""


def alpha_dropout(
    x: Any, keep_prob: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Set some entries to the value at which selu saturates, then scale and shift all: mean and variance stay.

    Args:
      x: a tensor of floats.
      keep_prob: the probability with which an entry is kept.
      noise_shape: the shape of what is drawn, which is broadcast; None: that of `x`.
      seed: the op's seed.
      name: the scope of its ops.

    Raises:
      ValueError: `keep_prob` is outside (0, 1].

    Source: Klambauer et al., "Self-Normalizing Neural Networks" (2017).

    >>> run(alpha_dropout(tf.ones([3]), 1.0))
    array([1., 1., 1.], dtype=float32)
    """
    with name_scope(name, "alpha_dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if isinstance(keep_prob, numbers.Real) and not 0 < float(keep_prob) <= 1.0:
            line = f"keep_prob must be a scalar tensor or a float in the range (0, 1], got {keep_prob:g}"
            raise ValueError(errors.explain(line, where=user_site()))
        kept: Tensor = convert_to_tensor(keep_prob, dtype=x.dtype, name="keep_prob")
        kept.shape.assert_has_rank(0)
        if constant_value(kept) == 1:
            return x
        noise = random_uniform(shape(x) if noise_shape is None else noise_shape, seed=seed, dtype=x.dtype)
        mask: Any = cast(greater_equal(noise, 1 - kept), x.dtype)
        x = x * mask + _SATURATED * (1 - mask)
        scale = (kept + kept * (1 - kept) * _SATURATED**2) ** -0.5
        shift = -scale * _SATURATED * (1 - kept)
        return scale * x + shift
