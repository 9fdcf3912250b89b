"""Initializers of tf.contrib.layers: functions `initializer(shape, dtype, partition_info)` that make a tensor."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.graph import user_site
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.initializers import compute_fans
from flowgraph.ops.random import random_uniform, truncated_normal

Initializer = Callable[..., Tensor]
_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")


def xavier_initializer(uniform: bool = True, seed: Any = None, dtype: Any = dt.float32) -> Initializer:
    """Random numbers that keep the size of what flows forwards and backwards about the same in all layers.

    Args:
      uniform: whether they are uniform, between -sqrt(6 / (inputs + outputs)) and its opposite; else they are
        truncated normal.
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      TypeError: `dtype` is no floating type.

    >>> w = tf.get_variable("w", [3, 3], initializer=xavier_initializer(seed=1))
    >>> w.initial_value.op.name
    'w/Initializer/random_uniform'
    """
    return variance_scaling_initializer(factor=1.0, mode="FAN_AVG", uniform=uniform, seed=seed, dtype=dtype)


xavier_initializer_conv2d = xavier_initializer


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: Any = None, dtype: Any = dt.float32
) -> Initializer:
    """Random numbers whose variance is about `factor` divided by the number of inputs, of outputs, or their mean.

    A truncated normal's standard deviation is sqrt(1.3 * factor / n): unlike `tf.variance_scaling_initializer`, it
    makes up for what truncation takes away only roughly.

    Args:
      factor: a positive number.
      mode: "FAN_IN", "FAN_OUT" or "FAN_AVG".
      uniform: whether they are uniform rather than truncated normal.
      seed: the seed of the op.
      dtype: the dtype of the tensors that it makes when it is not told another.

    Raises:
      TypeError: `dtype` is no floating type, or `mode` is none of these.

    >>> run(tf.shape(variance_scaling_initializer(seed=1)([5, 5, 3, 8])))
    array([5, 5, 3, 8], dtype=int32)
    """
    default_dtype = _floating(dtype)
    if mode not in _MODES:
        raise TypeError("Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", mode)

    def initializer(shape: Any, dtype: Any = default_dtype, partition_info: Any = None) -> Tensor:  # noqa: ARG001
        # (as in TF, a piece of a variable counts its own inputs and outputs, not those of the whole)
        dtype = _floating(dtype)
        fan_in, fan_out = compute_fans(shape)
        fan = {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2.0}[mode]
        if uniform:
            bound = math.sqrt(3.0 * factor / fan)
            return random_uniform(shape, -bound, bound, dtype, seed=seed)
        return truncated_normal(shape, 0.0, math.sqrt(1.3 * factor / fan), dtype, seed=seed)

    return initializer


def _floating(dtype: Any) -> DType:
    found = as_dtype(dtype)
    if not found.is_floating:
        line = "Cannot create initializer for non-floating point type."
        raise TypeError(errors.explain(line, details=[f"got {found.name}"], where=user_site()))
    return found
