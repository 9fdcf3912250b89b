"""Dropout: setting entries to zero at random, and scaling up the rest."""

from __future__ import annotations

import numbers
from typing import Any

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.reduction import one_of
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import TensorShape


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Set each entry to zero with probability `rate`, and multiply the others with 1 / (1 - rate).

    Args:
      x: a tensor of floats.
      keep_prob: 1 - rate, the older way to say it.
      noise_shape: the shape of the random choices; along an axis of size 1 all entries share their fate.
      seed: the op's seed.
      name: the name of the scope of its ops.
      rate: the probability, a number or a scalar tensor.

    Raises:
      ValueError: no rate is given, or it is not in [0, 1), or `x` is not floating.

    >>> run(dropout(tf.ones([6]), rate=0.5, seed=1))
    array([0., 2., 0., 0., 2., 0.], dtype=float32)
    """
    try:
        keep = None if keep_prob is None else 1.0 - keep_prob
    except TypeError:
        raise refusal(f"keep_prob must be a floating point number or Tensor (got {keep_prob!r})") from None
    rate = one_of("rate", rate, "keep_prob", keep)
    if rate is None:
        raise refusal("You must provide a rate to dropout.")
    return dropout_v2(x, rate, noise_shape=noise_shape, seed=seed, name=name)


def dropout_v2(x: Any, rate: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None) -> Tensor:
    """`dropout` as TF 2 spells it."""
    from flowgraph.ops.cast import cast
    from flowgraph.ops.random import random_uniform

    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise refusal(
                f"x has to be a floating point tensor since it's going to be scaled. Got a {x.dtype} tensor instead."
            )
        if isinstance(rate, numbers.Real):
            if not 0 <= float(rate) < 1:
                raise refusal(f"rate must be a scalar tensor or a float in the range [0, 1), got {rate:g}")
            if rate == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
        rate.shape.assert_has_rank(0)
        known = constant_value(rate)
        if known is not None and known == 0:
            return x
        noise = random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        keep = noise >= rate
        result = x * scale * cast(keep, x.dtype)
        result.set_shape(x.shape)
        return result


def _noise_shape(x: Tensor, noise_shape: Any) -> Any:
    """The shape of the choices: that of `x`, or `noise_shape` with its unknown sizes taken from `x`."""
    from flowgraph.ops.array import shape

    if noise_shape is None:
        return shape(x)
    try:
        given = TensorShape(noise_shape).sizes
    except (TypeError, ValueError):
        return noise_shape
    if x.sizes is None or given is None or len(given) != len(x.sizes):
        return noise_shape
    return TensorShape([have if want is None else want for want, have in zip(given, x.sizes)])
