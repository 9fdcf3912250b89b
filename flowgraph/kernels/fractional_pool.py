"""Fractional pooling: windows of uneven sizes, chosen at random, so that rows and columns shrink by any ratio.

The windows of an axis are given by a *pooling sequence*, where each begins and, last, the axis' size (Graham, 2014).
Overlapping windows also take the first place of the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels.choices import permutation
from flowgraph.kernels.philox import Stream, WordStream
from flowgraph.kernels.window import Array


def output_size(size: int, ratio: float) -> int:
    """How many windows there are."""
    return int(np.floor(np.float32(size) / np.float32(ratio)))


def pooling_sequence(stream: Stream, size: int, windows: int, pseudo_random: bool) -> tuple[Array, Stream]:
    """A pooling sequence, int64 [windows + 1], and the stream after what it has used.

    >>> pooling_sequence(Stream.seeded(3, 4), 6, 4, False)[0]
    array([0, 2, 3, 4, 6])
    """
    if windows <= 0:
        raise InvalidArgumentError(None, None, f"pooling_ratio leaves nothing of {size} rows or columns")
    alpha, least = size / windows, size // windows
    if pseudo_random:
        most = min((least + 2) / alpha - 1, (size + 1 - least) / alpha - (windows - 1))
        shift = WordStream(stream).double() * most
        cuts = np.ceil(alpha * (np.arange(1, windows) + shift)).astype(np.int64)
        return np.array([0, *(cuts - 1), size], np.int64), stream.skip(1)
    lengths = np.full(windows, least, np.int64)
    lengths[: size % windows] += 1
    order = permutation(stream, windows)
    return np.concatenate([[0], np.cumsum(lengths[order])]).astype(np.int64), stream.skip((windows + 3) // 4)


def sequences(
    stream: Stream, shape: tuple[int, ...], pooling_ratio: tuple[float, ...], pseudo_random: bool
) -> list[Array]:
    """The pooling sequences of the rows and the columns of images."""
    made = []
    for axis in (1, 2):
        windows = output_size(shape[axis], pooling_ratio[axis])
        found, stream = pooling_sequence(stream, shape[axis], windows, pseudo_random)
        made.append(found)
    return made


def _cells(sequence: Array, overlapping: bool) -> Iterator[tuple[Array, Array]]:
    """For each place in the largest window: which windows have it, and where it lies in the images."""
    starts = sequence[:-1]
    ends = np.minimum(sequence[1:] + int(overlapping), sequence[-1])
    for step in range(int((ends - starts).max(initial=0))):
        windows = np.flatnonzero(starts + step < ends)
        yield windows, starts[windows] + step


def _taps(rows: Array, columns: Array, overlapping: bool) -> Iterator[tuple[Any, Any]]:
    """For each place in the largest window: the index of the windows that have it, and of their pixels there."""
    across = list(_cells(columns, overlapping))
    every = slice(None)
    for windows, places in _cells(rows, overlapping):
        for side_windows, side_places in across:
            yield (every, windows[:, None], side_windows), (every, places[:, None], side_places)


def _shape(x: Array, rows: Array, columns: Array) -> tuple[int, ...]:
    return (len(x), len(rows) - 1, len(columns) - 1, x.shape[3])


def _lowest(dtype: np.dtype) -> Any:
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def max_pool(x: Array, rows: Array, columns: Array, overlapping: bool) -> Array:
    """The largest value in each window; a window without any cell has the lowest number there is."""
    made = np.full(_shape(x, rows, columns), _lowest(x.dtype), x.dtype)
    for windows, places in _taps(rows, columns, overlapping):
        seen = x[places]
        made[windows] = np.where(seen > made[windows], seen, made[windows])
    return made


def max_pool_grad(x: Array, y: Array, dy: Array, rows: Array, columns: Array, *, overlapping: bool) -> Array:
    """What flows back: to the first place in each window that holds its maximum."""
    made = np.zeros(x.shape, np.float64)
    open_yet = np.ones(y.shape, bool)
    for windows, places in _taps(rows, columns, overlapping):
        chosen = open_yet[windows] & (x[places] == y[windows])
        open_yet[windows] &= ~chosen
        np.add.at(made, places, np.where(chosen, dy[windows], 0))
    return made.astype(x.dtype)


def _counts(rows: Array, columns: Array, overlapping: bool) -> Array:
    made = np.zeros((1, len(rows) - 1, len(columns) - 1, 1), np.int64)
    for windows, _ in _taps(rows, columns, overlapping):
        made[windows] += 1
    return made


def avg_pool(x: Array, rows: Array, columns: Array, overlapping: bool) -> Array:
    """The mean of each window; of integers, what stands before the point."""
    total = np.zeros(_shape(x, rows, columns), np.float64 if x.dtype.kind == "f" else np.int64)
    for windows, places in _taps(rows, columns, overlapping):
        total[windows] += x[places]
    count = _counts(rows, columns, overlapping)
    with np.errstate(all="ignore"):
        if x.dtype.kind == "f":
            return (total / count).astype(x.dtype)
        return (np.sign(total) * (np.abs(total) // np.maximum(count, 1))).astype(x.dtype)


def avg_pool_grad(shape: Array, dy: Array, rows: Array, columns: Array, *, overlapping: bool) -> Array:
    """What flows back: to each place in a window an equal share."""
    made = np.zeros(tuple(int(size) for size in shape), np.float64)
    with np.errstate(all="ignore"):
        share = dy / _counts(rows, columns, overlapping)
    for windows, places in _taps(rows, columns, overlapping):
        np.add.at(made, places, share[windows])
    return made.astype(dy.dtype)
