"""Max and average pooling of volumes, and their gradients, tap by tap as in `pool.py`.

What TensorFlow 1.15 makes of odd values, followed here: the maximum skips NaNs, and a window of nothing else gives
-inf; the gradient of the maximum goes to *every* cell that equals it, in full; the average is over the cells inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from flowgraph.errors import UnimplementedError
from flowgraph.kernels.conv3d import Axes, as_ndhwc, from_ndhwc, volume_axes
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array, Axis

Index = tuple[slice, ...]


def max_pool3d(x: Array, ksize: Sequence[int], strides: Sequence[int], padding: str, data_format: str) -> Array:
    """The largest value in each window; `ksize` and `strides` have a number for each axis of `x`.

    Raises:
      InvalidArgumentError: `x` is not five-dimensional, or smaller than a window by a stride and more.
      UnimplementedError: the window spans batch or channels.

    >>> max_pool3d(np.arange(8.0).reshape(1, 2, 2, 2, 1), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME", "NDHWC").item()
    7.0
    """
    volumes, axes = _prepare(x, ksize, strides, padding, data_format)
    y = np.full((len(x), *[axis.out for axis in axes], volumes.shape[4]), -np.inf, x.dtype)
    for windows, cells in _taps(axes):
        y[windows] = np.fmax(y[windows], volumes[cells])
    return from_ndhwc(y, data_format)


def max_pool3d_grad(x: Array, y: Array, dy: Array, ksize: Any, strides: Any, padding: str, data_format: str) -> Array:
    """The gradient of `max_pool3d`: sends `dy` to all cells of a window that equal `y`, and are no infinities."""
    volumes, axes = _prepare(x, ksize, strides, padding, data_format)
    best, grads = as_ndhwc(y, data_format), as_ndhwc(dy, data_format)
    _check_outputs(axes, volumes.shape, y=best, dy=grads)
    dx = np.zeros(volumes.shape, dy.dtype)
    for windows, cells in reversed(list(_taps(axes))):
        won = (volumes[cells] == best[windows]) & np.isfinite(best[windows])
        dx[cells] += np.where(won, grads[windows], dy.dtype.type(0))
    return from_ndhwc(dx, data_format)


def max_pool3d_grad_grad(
    x: Array, y: Array, ddx: Array, ksize: Any, strides: Any, padding: str, data_format: str
) -> Array:
    """The gradient of `max_pool3d_grad` with respect to its `dy`: gathers `ddx` at the first maximum of each window."""
    volumes, axes = _prepare(x, ksize, strides, padding, data_format)
    best, given = as_ndhwc(y, data_format), as_ndhwc(ddx, data_format)
    _check_outputs(axes, volumes.shape, y=best)
    ddy = np.zeros(best.shape, ddx.dtype)
    missing = np.ones(best.shape, bool)
    for windows, cells in _taps(axes):
        found = (volumes[cells] == best[windows]) & missing[windows]
        missing[windows] ^= found
        ddy[windows] = np.where(found, given[cells], ddy[windows])
    return from_ndhwc(ddy, data_format)


def avg_pool3d(x: Array, ksize: Sequence[int], strides: Sequence[int], padding: str, data_format: str) -> Array:
    """The mean of each window over its cells inside the volume.

    >>> avg_pool3d(np.arange(8.0).reshape(1, 2, 2, 2, 1), [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME", "NDHWC").item()
    3.5
    """
    volumes, axes = _prepare(x, ksize, strides, padding, data_format)
    wide = np.promote_types(x.dtype, np.float32)
    y = np.zeros((len(x), *[axis.out for axis in axes], volumes.shape[4]), wide)
    with np.errstate(all="ignore"):
        for windows, cells in _taps(axes):
            y[windows] += volumes[cells]
        y /= _counts(axes)
        return from_ndhwc(y.astype(x.dtype), data_format)


def avg_pool3d_grad(input_shape: Array, dy: Array, ksize: Any, strides: Any, padding: str, data_format: str) -> Array:
    """The gradient of `avg_pool3d` with respect to its volumes, whose shape is `input_shape`."""
    if np.shape(input_shape) != (5,):
        raise invalid("tensor_in must be 1-dimensional and 5 elements")
    if dy.ndim != 5:
        raise invalid("out_backprop must be 5-dimensional")
    shape = tuple(int(input_shape[axis]) for axis in volume_axes(data_format))
    axes = _plan(shape, ksize, strides, padding, data_format)
    grads = as_ndhwc(dy, data_format)
    _check_outputs(axes, shape, dy=grads)
    wide = np.promote_types(dy.dtype, np.float32)
    dx = np.zeros(shape, wide)
    with np.errstate(all="ignore"):
        shares = grads / _counts(axes).astype(wide)
        for windows, cells in reversed(list(_taps(axes))):
            dx[cells] += shares[windows]
        return from_ndhwc(dx.astype(dy.dtype), data_format)


# ------------------------------------------------------------------------------------------------ what they share


def _taps(axes: Axes) -> Iterator[tuple[Index, Index]]:
    """For each cell of the window: the windows that have it inside the volume, and where."""
    everything = slice(None)
    for tap in product(*[list(axis.taps()) for axis in axes]):
        yield (everything, *[windows for windows, _ in tap]), (everything, *[cells for _, cells in tap])


def _counts(axes: Axes) -> Array:
    """How many cells of each window are inside: [planes, rows, columns, 1]."""
    planes, rows, cols = (_inside(axis) for axis in axes)
    return (planes[:, None, None] * rows[:, None] * cols)[..., None]


def _inside(axis: Axis) -> Array:
    counts = np.zeros(axis.out)
    for windows, _ in axis.taps():
        counts[windows] += 1
    return counts


def _prepare(x: Array, ksize: Any, strides: Any, padding: str, data_format: str) -> tuple[Array, Axes]:
    if x.ndim != 5:
        raise invalid("tensor_in must be 5-dimensional")
    volumes = as_ndhwc(x, data_format)
    return volumes, _plan(volumes.shape, ksize, strides, padding, data_format)


def _plan(shape: Sequence[int], ksize: Any, strides: Any, padding: str, data_format: str) -> Axes:
    batch, *spatial, deep = volume_axes(data_format)
    for axis, size in enumerate(ksize):
        if size <= 0:
            raise invalid(f"Sliding window ksize for dimension {axis} was zero.")
    for axis, what in ((batch, "batch"), (deep, "depth")):
        if ksize[axis] != 1 or strides[axis] != 1:
            line = f"Pooling is not yet supported on the {what} dimension."
            raise UnimplementedError(None, None, line)
    planes, rows, cols = (
        Axis.plan(size, ksize[axis], strides[axis], padding) for size, axis in zip(shape[1:4], spatial)
    )
    return planes, rows, cols


def _check_outputs(axes: Axes, shape: Sequence[int], **arrays: Array) -> None:
    wanted = (shape[0], *[axis.out for axis in axes], shape[4])
    for name, array in arrays.items():
        if array.shape != wanted:
            raise invalid(f"Expected {name} shape to be {list(wanted)}, but got {list(array.shape)}")
