"""Batch normalization in one op, and its gradient.

For each channel, with n the number of its entries and r = 1 / sqrt(variance + epsilon):

    y  = (x - mean) r scale + offset
    dx = scale r (dy - mean(dy) - (x - mean) r² mean(dy (x - mean)))     in training
    dx = scale r dy                                                      with statistics from outside

The variance that training hands out for a moving average is the unbiased one, n / (n - 1) times that which it divides
by. Sums are made in float64 where there are many of them, so that they do not depend on how they are cut.
"""

from __future__ import annotations

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array, as_nhwc, from_nhwc

Five = tuple[Array, Array, Array, Array, Array]


def batch_norm(
    x: Array,
    scale: Array,
    offset: Array,
    mean: Array,
    variance: Array,
    epsilon: float,
    data_format: str,
    training: bool,
) -> Five:
    """Normalize the channels of images.

    `x` is in `data_format`, of a floating dtype up to 32 bits; the others are vectors of float32 with an entry for
    each channel, `mean` and `variance` empty in training.

    Returns:
      y; the mean and variance to be averaged; the mean and variance that were used.

    Raises:
      InvalidArgumentError: the ranks are wrong, or the number of channels differs.
    """
    _check(x, scale=scale, offset=offset, estimated_mean=mean, estimated_variance=variance)
    images = as_nhwc(x, data_format)
    channels = images.shape[3]
    given = {"scale": scale, "offset": offset}
    if not training:
        given |= {"mean": mean, "variance": variance}
    for name, vector in given.items():
        if len(vector) != channels:
            raise invalid(
                f"{name} must have the same number of elements as the channels of x, got {len(vector)} and {channels}"
            )
    wide = np.promote_types(x.dtype, np.float32)
    images = images.astype(wide, copy=False)
    with np.errstate(all="ignore"):
        if training:
            mean, variance, unbiased = _statistics(images)
        else:
            unbiased = variance
        factor = scale / np.sqrt(variance + wide.type(epsilon))
        y = (images - mean) * factor + offset
        y = np.ascontiguousarray(from_nhwc(y.astype(x.dtype, copy=False), data_format))
    return y, mean.copy(), unbiased.copy(), mean.copy(), variance.copy()


def _statistics(images: Array) -> tuple[Array, Array, Array]:
    """Mean, variance, and the unbiased variance of each channel; NaN where there is nothing."""
    count = images.size // max(1, images.shape[3])
    if images.size == 0:
        nothing = np.full(images.shape[3], np.nan, images.dtype)
        return nothing, nothing, nothing
    axes = (0, 1, 2)
    mean = images.mean(axes, dtype=np.float64)
    centred = images - mean.astype(images.dtype)
    variance = np.einsum("nhwc,nhwc->c", centred, centred, dtype=np.float64) / count
    unbiased = variance * (count / max(1, count - 1))
    dtype = images.dtype
    return mean.astype(dtype), variance.astype(dtype), unbiased.astype(dtype)


def batch_norm_grad(
    dy: Array,
    x: Array,
    scale: Array,
    mean: Array,
    variance: Array,
    epsilon: float,
    data_format: str,
    training: bool,
) -> tuple[Array, Array, Array]:
    """The gradients of `batch_norm` with respect to `x`, `scale` and `offset`; the statistics are those it used.

    Raises:
      InvalidArgumentError: the ranks are wrong.
    """
    for name, array in (("y_backprop", dy), ("input", x)):
        if array.ndim != 4:
            raise invalid(f"{name} must be 4-dimensional[{','.join(map(str, array.shape))}]")
    for name, vector in (("scale", scale), ("saved mean", mean), ("saved variance", variance)):
        if vector.ndim != 1:
            raise invalid(f"{name} must be 1-dimensional[{','.join(map(str, vector.shape))}]")
    wide = np.promote_types(x.dtype, np.float32)
    images, grads = (as_nhwc(array, data_format).astype(wide, copy=False) for array in (x, dy))
    axes = (0, 1, 2)
    with np.errstate(all="ignore"):
        r = 1 / np.sqrt(variance + wide.type(epsilon))
        centred = images - mean
        d_offset = grads.sum(axes, dtype=np.float64).astype(wide)
        along = np.einsum("nhwc,nhwc->c", grads, centred, dtype=np.float64).astype(wide)
        d_scale = along * r
        if training:
            count = wide.type(max(1, images.size // max(1, images.shape[3])))
            dx = (grads - d_offset / count - centred * (r * r * along / count)) * (scale * r)
        else:
            dx = grads * (scale * r)
    return np.ascontiguousarray(from_nhwc(dx.astype(x.dtype, copy=False), data_format)), d_scale, d_offset


def _check(x: Array, **vectors: Array) -> None:
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional[{','.join(map(str, x.shape))}]")
    for name, vector in vectors.items():
        if vector.ndim != 1:
            raise invalid(f"{name} must be 1-dimensional[{','.join(map(str, vector.shape))}]")
