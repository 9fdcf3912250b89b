"""Moments with weights, and moments from sums that were made before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather
from flowgraph.ops.math import add, multiply, squared_difference, subtract
from flowgraph.ops.reduction import one_of, reduce_prod, reduce_sum
from flowgraph.ops.shaping import squeeze
from flowgraph.ops.unary import reciprocal, square


def sufficient_statistics(
    x: Any,
    axes: Sequence[int],
    shift: Any = None,
    keep_dims: Any = None,
    name: str | None = None,
    keepdims: Any = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """What `normalize_moments` makes mean and variance of: counts and sums, which can be added up over batches.

    Args:
      x: a tensor of floats.
      axes: the axes to sum over.
      shift: a value near the mean, or None; with it the sums lose fewer digits.
      keep_dims: whether a summed axis stays, with size 1.
      name: the name of the scope of its ops.
      keepdims: another name of `keep_dims`.

    Returns:
      How many entries each sum has, the sums of x - shift, those of its squares, and the shift.

    >>> count, total, squares, _ = sufficient_statistics(tf.constant([1.0, 2.0, 3.0]), [0])
    >>> run([count, total, squares])
    [3.0, 6.0, 14.0]
    """
    axes = list(set(axes))
    keep_dims = bool(one_of("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        known = None if x.sizes is None else [x.sizes[axis] for axis in axes]
        if known is not None and None not in known:
            count = 1
            for size in known:
                count *= size
            counts = constant(count, dtype=x.dtype)
        else:
            counts = reduce_prod(gather(cast(shape(x), x.dtype), axes), name="count")
        if shift is None:
            values, squares = x, square(x)
        else:
            shift = convert_to_tensor(shift, name="shift")
            values, squares = subtract(x, shift), squared_difference(x, shift)
        total = reduce_sum(values, axes, keepdims=keep_dims, name="mean_ss")
        return counts, total, reduce_sum(squares, axes, keepdims=keep_dims, name="var_ss"), shift


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance, of what `sufficient_statistics` gives.

    Args:
      counts: how many entries were summed, a tensor of floats.
      mean_ss, variance_ss: the sums of the entries and of their squares.
      shift: what was taken off the entries, or None.
      name: the name of the scope of its ops.

    >>> mean, variance = normalize_moments(tf.constant(4.0), 8.0, 24.0, None)
    >>> run([mean, variance])
    [2.0, 2.0]
    """
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = reciprocal(counts, name="divisor")
        if shift is None:
            mean = shifted = multiply(mean_ss, divisor, name="mean")
        else:
            shifted = multiply(mean_ss, divisor, name="shifted_mean")
            mean = add(shifted, shift, name="mean")
        variance = subtract(multiply(variance_ss, divisor), square(shifted), name="variance")
        return mean, variance


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: Any = None,
    keepdims: Any = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance along some axes of entries that count as often as their weights say.

    Args:
      x: a tensor of floats.
      axes: the axes to average over.
      frequency_weights: a tensor that broadcasts with `x`.
      name: the name of the scope of its ops.
      keep_dims: whether an averaged axis stays, with size 1.
      keepdims: another name of `keep_dims`.

    >>> mean, variance = weighted_moments(tf.constant([1.0, 4.0]), [0], tf.constant([2.0, 1.0]))
    >>> run([mean, variance])
    [2.0, 2.0]
    """
    keep_dims = bool(one_of("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        is_half = x.dtype == dt.float16
        if is_half:
            x = cast(x, dt.float32)
        if weights.dtype != x.dtype:
            weights = cast(weights, x.dtype)
        total = reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        each = weights + zeros_like(x)
        weight_sum = reduce_sum(each, axes, name="sum_of_weights", keepdims=True)
        divisor = reciprocal(weight_sum, name="inv_weight_sum")
        mean = multiply(total, divisor)
        squares = weights * squared_difference(x, mean)
        distance = reduce_sum(squares, axes, name="weighted_distsq", keepdims=True)
        variance = multiply(distance, divisor)
        if not keep_dims:
            mean, variance = squeeze(mean, axis=axes), squeeze(variance, axis=axes)
        return (cast(mean, dt.float16), cast(variance, dt.float16)) if is_half else (mean, variance)
