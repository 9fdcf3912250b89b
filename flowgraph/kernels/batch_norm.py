"""Batch normalization in one op, and its gradient.

For each channel, with n the number of its entries and r = 1 / sqrt(variance + epsilon):

    y  = (x - mean) r scale + offset
    dx = scale r (dy - mean(dy) - (x - mean) r² mean(dy (x - mean)))     in training
    dx = scale r dy                                                      with statistics from outside

The variance that training hands out for a moving average is the unbiased one, n / (n - 1) times that which it divides
by.

Work goes over the images twice, in pieces that stay in the processor's cache: once for the sums, once for the result.
Sums of some dozens of entries are made in the images' own dtype, those of them in float64, and squares are taken from a
piece's own mean. How images are cut depends on their sizes alone, and so do the sums.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import gcd
from typing import Any

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.kernels.window import Array, as_nhwc

Five = tuple[Array, Array, Array, Array, Array]

PIECE = 1 << 16
"""Entries of a piece of the images."""

TASKS = 16
"""Pieces are handed to threads in so many shares."""

LINE = 1024
"""Entries of a line, some pixels with all their channels: numpy's inner loops should not be short."""


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
    lines = _Lines(x.shape, data_format)
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

        _over_pieces(normalize, source)
    return _finished(y, x.dtype, out), mean.copy(), unbiased.copy(), mean.copy(), variance.copy()


def _statistics(source: Array, lines: _Lines) -> tuple[Array, Array, Array]:
    """Mean, variance, and the unbiased variance of each channel; NaN where there is nothing."""
    dtype, count = source.dtype, source.size // max(1, lines.channels)
    if source.size == 0:
        nothing = np.full(lines.channels, np.nan, dtype)
        return nothing, nothing, nothing
    pieces = len(_pieces(source))
    counts, means, squares = np.empty((pieces, 1)), *np.empty((2, pieces, lines.channels))

    def measure(piece: slice, number: int) -> None:
        entries = source[piece]
        counts[number] = entries.size // lines.channels
        means[number] = lines.total(entries) / counts[number]
        centre = means[number] = means[number].astype(dtype)
        centred = np.subtract(entries, lines.spread(centre))
        squares[number] = lines.total(np.square(centred, out=centred))

    _over_pieces(measure, source)
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
    lines = _Lines(x.shape, data_format)
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

        _over_pieces(send_back, source)
    return _finished(dx, x.dtype, out), along * r, d_offset


def _totals(source: Array, grads: Array, centre: Array, lines: _Lines) -> tuple[Array, Array]:
    """For each channel the sums of dy and of dy (x - mean), in float64."""
    sums = np.zeros((2, len(_pieces(source)), lines.channels))

    def add_up(piece: slice, number: int) -> None:
        sums[0, number] = lines.total(grads[piece])
        centred = np.subtract(source[piece], centre)
        sums[1, number] = lines.total(np.multiply(centred, grads[piece], out=centred))

    _over_pieces(add_up, source)
    first, second = sums.sum(axis=1)
    return first, second


# ----------------------------------------------------------------------------------------------- lines and pieces


class _Lines:
    """Images of one shape as lines [count, entries] that are treated alike, whichever axis the channels are.

    With the channels last a line is some pixels with all their channels; with the channels first it is a channel.
    """

    def __init__(self, shape: tuple[int, ...], data_format: str) -> None:
        self.last = data_format == "NHWC"
        if self.last:
            pixels, self.channels = shape[0] * shape[1] * shape[2], shape[3]
            most = 1 << (LINE // max(1, self.channels)).bit_length() >> 1
            self.repeats = gcd(pixels, max(1, most)) or 1
            self.shape: tuple[int, ...] = (pixels // self.repeats, self.repeats * self.channels)
        else:
            self.channels = shape[1]
            self.shape = (shape[0], shape[1], shape[2] * shape[3])

    def of(self, images: Array) -> Array:
        """Images as lines: for channels first [images, channels, pixels]."""
        return images.reshape(self.shape)

    def spread(self, vector: Array) -> Array:
        """A vector with an entry for each channel, as it goes with each of the lines."""
        return np.tile(vector, self.repeats) if self.last else vector[:, np.newaxis]

    def total(self, lines: Array) -> Array:
        """The sum for each channel, in float64."""
        if self.last:
            sums = np.add.reduce(lines, axis=0).reshape(self.repeats, self.channels)
        else:
            sums = np.add.reduce(lines, axis=2)
        return sums.sum(axis=0, dtype=np.float64)


def _pieces(lines: Array) -> list[slice]:
    step = max(1, PIECE * len(lines) // max(1, lines.size))
    return ranges(len(lines), -(-len(lines) // step))


def _over_pieces(work: Callable[[slice, int], None], lines: Array) -> None:
    """Do the work for all pieces, which are numbered, some of them on other threads."""
    pieces = _pieces(lines)

    def share(numbers: slice) -> None:
        for number in range(numbers.start, numbers.stop):
            work(pieces[number], number)

    in_parallel([partial(share, numbers) for numbers in ranges(len(pieces), TASKS)])


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
