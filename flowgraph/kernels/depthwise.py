"""Depthwise convolution: every channel of an image has filters of its own, and nothing is summed over channels.

Without that sum there is no matrix product to make of it. For each tap of the filter the cells that it sees, in all
windows at once, are multiplied by its weights and added up:

    y[windows]  += x[cells under tap] * w[tap]
    dx[cells]   += sum over filters of dy[windows] * w[tap]
    dw[tap]      = sum over windows of x[cells] * dy[windows]

Filters are [rows, columns, channels, filters of a channel] in either data format; the output has the filters of the
first channel first. float16 and bfloat16 are computed in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import PARTS, in_parallel, ranges
from flowgraph.kernels.window import Array, Axis, Tap, as_nhwc, from_nhwc, image_axes

BLOCK_BYTES = 1 << 19
"""How much of the images is worked on at a time."""


def depthwise(
    x: Array, w: Array, strides: Sequence[int], padding: str, data_format: str, dilations: Sequence[int]
) -> Array:
    """Convolve each channel of images with its own filters.

    `x` is [batch, rows, columns, channels] for NHWC, [batch, channels, rows, columns] for NCHW, of a floating dtype;
    `w` is [kernel_rows, kernel_columns, channels, multiplier] of the same dtype. Returns images channels * multiplier
    deep, in the same format.

    Raises:
      InvalidArgumentError: the shapes do not fit together.

    >>> x = np.array([1, 2], np.float32).reshape(1, 1, 1, 2)
    >>> depthwise(x, np.array([10, 20], np.float32).reshape(1, 1, 2, 1), [1] * 4, "SAME", "NHWC", [1] * 4).ravel()
    array([10., 40.], dtype=float32)
    """
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional[{','.join(map(str, x.shape))}]")
    if w.ndim != 4:
        raise invalid(f"filter must be 4-dimensional: [{','.join(map(str, w.shape))}]")
    images = as_nhwc(x, data_format)
    channels, multiplier = w.shape[2:]
    if images.shape[3] != channels:
        raise invalid(f"input and filter must have the same depth: {images.shape[3]} vs {channels}")
    axes = _plan(images.shape, w.shape, strides, padding, data_format, dilations)
    images = np.ascontiguousarray(_wide(images))
    if multiplier > 1:
        images = np.repeat(images, multiplier, axis=3)
    lines = _lines(_wide(w), axes[1].out)
    y = np.zeros((len(images), axes[0].out, axes[1].out, channels * multiplier), images.dtype)
    taps = list(_taps(axes))

    def fill(block: slice) -> None:
        source, target = images[block], y[block]
        space = np.empty_like(target)
        for (row, col), windows, cells in taps:
            products = space[windows]
            np.multiply(source[cells], lines[row, col, : products.shape[2]], out=products)
            target[windows] += products

    with np.errstate(all="ignore"):
        _over_blocks(fill, images)
        return _narrow(y, x.dtype, data_format)


def _lines(w: Array, count: int) -> Array:
    """The weights of each tap once for each of `count` windows in a row, so that a product has long runs."""
    rows, cols, channels, multiplier = w.shape
    return np.repeat(w.reshape(rows, cols, 1, channels * multiplier), count, axis=2)


def _over_blocks(work: Callable[[slice], None], images: Array) -> None:
    """Do the work for all images, as many at a time as the processor's cache holds, some on other threads."""
    step = max(1, BLOCK_BYTES // max(1, images[:1].nbytes))

    def share(part: slice) -> None:
        for first in range(part.start, part.stop, step):
            work(slice(first, min(first + step, part.stop)))

    in_parallel([partial(share, part) for part in ranges(len(images), 2 * PARTS)])


def depthwise_backprop_input(
    input_sizes: Array, w: Array, dy: Array, strides: Any, padding: str, data_format: str, dilations: Any
) -> Array:
    """The gradient of `depthwise` with respect to its images, whose shape is `input_sizes`.

    Raises:
      InvalidArgumentError: `input_sizes`, `w` and `dy` do not fit together.
    """
    sizes = [int(size) for size in input_sizes]
    shape = tuple(sizes[axis] for axis in image_axes(data_format))
    grads = as_nhwc(dy, data_format)
    attributes = strides, padding, data_format, dilations
    axes = _check_gradient("DepthwiseConv2DBackpropInput", shape, w.shape, grads.shape, attributes)
    lines, grads, multiplier = _lines(_wide(w), axes[1].out), np.ascontiguousarray(_wide(grads)), w.shape[3]
    dx = np.zeros(shape, grads.dtype)
    taps = list(_taps(axes))

    def send(block: slice) -> None:
        source, target = grads[block], dx[block]
        for (row, col), windows, cells in taps:
            piece = source[windows] * lines[row, col, : windows[2].stop - windows[2].start]
            if multiplier > 1:
                piece = piece.reshape(*piece.shape[:3], -1, multiplier).sum(axis=-1)
            target[cells] += piece

    with np.errstate(all="ignore"):
        _over_blocks(send, grads)
        return _narrow(dx, dy.dtype, data_format)


def depthwise_backprop_filter(
    x: Array, filter_sizes: Array, dy: Array, strides: Any, padding: str, data_format: str, dilations: Any
) -> Array:
    """The gradient of `depthwise` with respect to its filter, whose shape is `filter_sizes`.

    Raises:
      InvalidArgumentError: `x`, `filter_sizes` and `dy` do not fit together.
    """
    images, grads = as_nhwc(x, data_format), as_nhwc(dy, data_format)
    sizes = tuple(int(size) for size in filter_sizes)
    attributes = strides, padding, data_format, dilations
    axes = _check_gradient("DepthwiseConv2DBackpropFilter", images.shape, sizes, grads.shape, attributes)
    images, grads = _wide(images), _wide(grads).reshape(*grads.shape[:3], *sizes[2:])
    dw = np.zeros(sizes, images.dtype)
    with np.errstate(all="ignore"):
        for (row, col), windows, cells in _taps(axes):
            dw[row, col] = np.einsum("nhwc,nhwcm->cm", images[cells], grads[windows])
        return dw.astype(x.dtype, copy=False)


def _taps(axes: tuple[Axis, Axis]) -> Iterator[tuple[tuple[int, int], tuple[slice, ...], tuple[slice, ...]]]:
    """For each cell of the filter: where it stands, the windows that find it inside the images, and where there."""
    everything = slice(None)
    rows, cols = (list(enumerate(axis.taps())) for axis in axes)
    for row, down in rows:
        for col, right in cols:
            yield (row, col), *_pair(everything, down, right)


def _pair(everything: slice, down: Tap, right: Tap) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    return (everything, down[0], right[0]), (everything, down[1], right[1])


def _wide(x: Array) -> Array:
    return x.astype(np.promote_types(x.dtype, np.float32), copy=False)


def _narrow(x: Array, dtype: Any, data_format: str) -> Array:
    return np.ascontiguousarray(from_nhwc(x.astype(dtype, copy=False), data_format))


def _plan(
    shape: Sequence[int],
    filter_shape: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
    dilations: Sequence[int],
) -> tuple[Axis, Axis]:
    """Place the windows on the rows and columns of NHWC images."""
    batch, down, right, deep = image_axes(data_format)
    for what, steps in (("strides", strides), ("dilations", dilations)):
        if steps[batch] != 1 or steps[deep] != 1:
            raise invalid(f"Current implementation does not yet support {what} in the batch and depth dimensions.")
    rows = Axis.plan(shape[1], filter_shape[0], strides[down], padding, dilations[down])
    cols = Axis.plan(shape[2], filter_shape[1], strides[right], padding, dilations[right])
    return rows, cols


def _check_gradient(
    label: str, shape: Sequence[int], filter_shape: Sequence[int], grad_shape: Sequence[int], attributes: Any
) -> tuple[Axis, Axis]:
    """Check that images, filter and output gradient fit together, and place the windows. Images are NHWC."""
    for what, rank in (("input", len(shape)), ("filter", len(filter_shape)), ("out_backprop", len(grad_shape))):
        if rank != 4:
            raise invalid(f"{label}: {what} must be 4-dimensional")
    if shape[0] != grad_shape[0]:
        raise invalid(f"{label}: input and out_backprop must have the same batch size")
    if shape[3] != filter_shape[2]:
        raise invalid(f"{label}: input and filter must have the same depth: {shape[3]} vs {filter_shape[2]}")
    if filter_shape[2] * filter_shape[3] != grad_shape[3]:
        raise invalid(f"{label}: depth_multiplier * in_depth not equal to out_depth")
    axes = _plan(shape, filter_shape, *attributes)
    for axis, actual, what in zip(axes, grad_shape[1:3], ("rows", "cols")):
        if axis.out != actual:
            raise invalid(
                f"{label}: Number of {what} of out_backprop doesn't match computed: "
                f"actual = {actual}, computed = {axis.out}"
            )
    return axes
