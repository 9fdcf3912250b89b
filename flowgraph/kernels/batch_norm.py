"""Batch normalization in one op, and its gradient.

For each channel, with n the number of its entries and r = 1 / sqrt(variance + epsilon):

    y  = (x - mean) r scale + offset
    dx = scale r (dy - mean(dy) - (x - mean) r² mean(dy (x - mean)))     in training
    dx = scale r dy                                                      with statistics from outside

The variance that training hands out for a moving average is the unbiased one, n / (n - 1) times that which it divides
by.

Work goes over the images twice, in pieces that stay in the processor's cache (`channels.py`): once for the sums, once
for the result. Squares are taken from a piece's own mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.kernels.channels import Lines
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array, as_nhwc

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
    out: Array | None = None,
) -> Five:
    """Normalize the channels of images.

    `x` is in `data_format`, of a floating dtype up to 32 bits; the others are vectors of float32 with an entry for
    each channel, `mean` and `variance` empty in training. `out`, if given, is where y goes.

    Returns:
      y; the mean and variance to be averaged; the mean and variance that were used.

    Raises:
      InvalidArgumentError: the ranks are wrong, or the number of channels differs.
    """
    _check(x, scale=scale, offset=offset, estimated_mean=mean, estimated_variance=variance)
    channels = as_nhwc(x, data_format).shape[3]
    given = {"scale": scale, "offset": offset}
    if not training:
        given |= {"mean": mean, "variance": variance}
    for name, vector in given.items():
        if len(vector) != channels:
            raise invalid(
                f"{name} must have the same number of elements as the channels of x, got {len(vector)} and {channels}"
            )
    wide = np.promote_types(x.dtype, np.float32)
    lines = Lines(x.shape, first=data_format == "NCHW")
    source = lines.of(x.astype(wide, copy=False))
    y = np.empty(x.shape, wide) if out is None or out.dtype != wide else out
    with np.errstate(all="ignore"):
        if training:
            mean, variance, unbiased = _statistics(source, lines)
        else:
            unbiased = variance
        factor = scale / np.sqrt(variance + wide.type(epsilon))
        centre, slope, shift = (lines.spread(vector.astype(wide, copy=False)) for vector in (mean, factor, offset))
        target = lines.of(y)

        def normalize(piece: slice, _number: int) -> None:
            made = target[piece]
            np.subtract(source[piece], centre, out=made)
            np.multiply(made, slope, out=made)
            np.add(made, shift, out=made)

        lines.for_each(normalize)
    return _finished(y, x.dtype, out), mean.copy(), unbiased.copy(), mean.copy(), variance.copy()


def _statistics(source: Array, lines: Lines) -> tuple[Array, Array, Array]:
    """Mean, variance, and the unbiased variance of each channel; NaN where there is nothing."""
    dtype, count = source.dtype, source.size // max(1, lines.channels)
    if source.size == 0:
        nothing = np.full(lines.channels, np.nan, dtype)
        return nothing, nothing, nothing
    pieces = len(lines.pieces)
    counts, means, squares = np.empty((pieces, 1)), *np.empty((2, pieces, lines.channels))

    def measure(piece: slice, number: int) -> None:
        entries = source[piece]
        counts[number] = entries.size // lines.channels
        means[number] = lines.total(entries) / counts[number]
        centre = means[number] = means[number].astype(dtype)
        centred = np.subtract(entries, lines.spread(centre))
        squares[number] = lines.total(np.square(centred, out=centred))

    lines.for_each(measure)
    mean = (counts * means).sum(axis=0) / count
    variance = (squares + counts * np.square(means - mean)).sum(axis=0) / count
    unbiased = variance * (count / max(1, count - 1))
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
    out: Array | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of `batch_norm` with respect to `x`, `scale` and `offset`; the statistics are those it used.

    `out`, if given, is where the gradient for `x` goes.

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
    lines = Lines(x.shape, first=data_format == "NCHW")
    source, grads = (lines.of(array.astype(wide, copy=False)) for array in (x, dy))
    dx = np.empty(x.shape, wide) if out is None or out.dtype != wide else out
    with np.errstate(all="ignore"):
        r = 1 / np.sqrt(variance + wide.type(epsilon))
        centre = lines.spread(mean.astype(wide, copy=False))
        d_offset, along = (total.astype(wide) for total in _totals(source, grads, centre, lines))
        count = wide.type(max(1, x.size // max(1, lines.channels)))
        less, slope, factor = (lines.spread(v) for v in (d_offset / count, r * r * along / count, scale * r))
        target = lines.of(dx)

        def send_back(piece: slice, _number: int) -> None:
            made = target[piece]
            if not training:
                np.multiply(grads[piece], factor, out=made)
                return
            centred = np.subtract(source[piece], centre)
            np.multiply(centred, slope, out=centred)
            np.subtract(grads[piece], less, out=made)
            np.subtract(made, centred, out=made)
            np.multiply(made, factor, out=made)

        lines.for_each(send_back)
    return _finished(dx, x.dtype, out), along * r, d_offset


def _totals(source: Array, grads: Array, centre: Array, lines: Lines) -> tuple[Array, Array]:
    """For each channel the sums of dy and of dy (x - mean), in float64."""
    sums = np.zeros((2, len(lines.pieces), lines.channels))

    def add_up(piece: slice, number: int) -> None:
        sums[0, number] = lines.total(grads[piece])
        centred = np.subtract(source[piece], centre)
        sums[1, number] = lines.total(np.multiply(centred, grads[piece], out=centred))

    lines.for_each(add_up)
    first, second = sums.sum(axis=1)
    return first, second


def _finished(made: Array, dtype: np.dtype[Any], out: Array | None) -> Array:
    """A result in its dtype, where it was to go."""
    if out is None:
        return made.astype(dtype, copy=False)
    if made is not out:
        out[...] = made
    return out


def _check(x: Array, **vectors: Array) -> None:
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional[{','.join(map(str, x.shape))}]")
    for name, vector in vectors.items():
        if vector.ndim != 1:
            raise invalid(f"{name} must be 1-dimensional[{','.join(map(str, vector.shape))}]")
