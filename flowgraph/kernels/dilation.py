"""Grayscale dilation: the largest sum of an image's cells and a filter's, in each window that slides over the image.

    y[window, c] = max over taps of x[cell under tap, c] + w[tap, c]

Cells outside the image take no part. What TensorFlow 1.15 makes of odd values, followed here: NaN and -inf are
skipped, a window of nothing else gives the lowest finite number, and the gradient of such a window goes to its first
cell inside the image; of several equal maxima it goes to the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from flowgraph.errors import UnimplementedError
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array, Axis

Axes = tuple[Axis, Axis]
Tap = tuple[int, int, tuple[slice, ...], tuple[slice, ...]]


def dilation2d(x: Array, w: Array, strides: Sequence[int], rates: Sequence[int], padding: str) -> Array:
    """Dilate NHWC images by a filter [rows, columns, channels].

    Raises:
      InvalidArgumentError: the shapes do not fit.
      UnimplementedError: a stride or rate of batch or channels is not 1.

    >>> x = np.array([1.0, 5.0, 2.0]).reshape(1, 1, 3, 1)
    >>> dilation2d(x, np.array([0.0, 1.0]).reshape(1, 2, 1), [1] * 4, [1] * 4, "VALID").ravel()
    array([6., 5.])
    """
    axes = _plan(x, w, strides, rates, padding)
    return _best(x, w, axes)[0]


def dilation2d_backprop_input(x: Array, w: Array, dy: Array, strides: Any, rates: Any, padding: str) -> Array:
    """The gradient of `dilation2d` with respect to its images."""
    axes = _plan(x, w, strides, rates, padding)
    _check_gradient(x, axes, dy)
    dx = np.zeros_like(x)
    winner = _best(x, w, axes)[1]
    for row, col, windows, cells in _taps(axes):
        dx[cells] += np.where(winner[windows] == row * axes[1].kernel + col, dy[windows], dy.dtype.type(0))
    return dx


def dilation2d_backprop_filter(x: Array, w: Array, dy: Array, strides: Any, rates: Any, padding: str) -> Array:
    """The gradient of `dilation2d` with respect to its filter."""
    axes = _plan(x, w, strides, rates, padding)
    _check_gradient(x, axes, dy)
    dw = np.zeros_like(w)
    winner = _best(x, w, axes)[1]
    for row, col, windows, _ in _taps(axes):
        won = np.where(winner[windows] == row * axes[1].kernel + col, dy[windows], dy.dtype.type(0))
        dw[row, col] = won.sum(axis=(0, 1, 2), dtype=dy.dtype)
    return dw


def _best(x: Array, w: Array, axes: Axes) -> tuple[Array, Array]:
    """The largest sum of each window, and the number of the tap where it is."""
    rows, cols = axes
    if x.dtype.kind in "iu":
        lowest: Any = np.iinfo(x.dtype).min
    else:
        lowest = np.nextafter(x.dtype.type(-np.inf), x.dtype.type(0))
    best = np.full((len(x), rows.out, cols.out, x.shape[3]), lowest, x.dtype)
    first = np.add.outer(_first_inside(rows) * cols.kernel, _first_inside(cols))
    winner = np.broadcast_to(first[..., None], best.shape).copy()
    with np.errstate(all="ignore"):
        for row, col, windows, cells in _taps(axes):
            values = x[cells] + w[row, col]
            larger = values > best[windows]
            best[windows] = np.where(larger, values, best[windows])
            winner[windows] = np.where(larger, row * cols.kernel + col, winner[windows])
    return best, winner


def _first_inside(axis: Axis) -> Array:
    """The first cell of each window that lies inside the image."""
    starts = np.arange(axis.out) * axis.stride - axis.before
    return np.maximum(-(starts // axis.dilation), 0)


def _taps(axes: Axes) -> Iterator[Tap]:
    """For each cell of the filter: where it stands, the windows that find it inside the images, and where there."""
    everything = slice(None)
    for row, (down_windows, down_cells) in enumerate(axes[0].taps()):
        for col, (right_windows, right_cells) in enumerate(axes[1].taps()):
            yield row, col, (everything, down_windows, right_windows), (everything, down_cells, right_cells)


def _plan(x: Array, w: Array, strides: Sequence[int], rates: Sequence[int], padding: str) -> Axes:
    if strides[0] != 1 or strides[3] != 1:
        _unimplemented("Stride is only supported across spatial dimensions.")
    if rates[0] != 1 or rates[3] != 1:
        _unimplemented("Rate is only supported across spatial dimensions.")
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional[{','.join(map(str, x.shape))}]")
    if w.ndim != 3:
        raise invalid(f"filter must be 3-dimensional: [{','.join(map(str, w.shape))}]")
    if x.shape[3] != w.shape[2]:
        raise invalid(f"input and filter must have the same depth: {x.shape[3]} vs {w.shape[2]}")
    rows = Axis.plan(x.shape[1], w.shape[0], strides[1], padding, rates[1])
    return rows, Axis.plan(x.shape[2], w.shape[1], strides[2], padding, rates[2])


def _check_gradient(x: Array, axes: Axes, dy: Array) -> None:
    if dy.shape != (len(x), axes[0].out, axes[1].out, x.shape[3]):
        raise invalid("out_backprop has incompatible size.")


def _unimplemented(message: str) -> NoReturn:
    raise UnimplementedError(None, None, message)
