"""Three-dimensional convolution and its two gradients, as matrix products.

As `conv.py` does it for images: the windows of a volume are laid out as the rows of a matrix, some planes of windows
at a time, so that the matrix stays in the processor's cache:

    y  = windows(x) · w                  for each block of windows
    dw = sum of windows(x)ᵀ · dy         over the blocks
    dx[cells under tap] += dy · w[tap]ᵀ  for each tap of the filter

Filters are [planes, rows, columns, in_depth, out_depth] in either data format. float16 and bfloat16 are computed in
float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from flowgraph.errors import UnimplementedError
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import blas_alone, in_parallel, ranges
from flowgraph.kernels.window import Array, Axis

BLOCK_BYTES = 1 << 21
"""How large a block of windows may be: it should stay in the cache from its making to its use."""

Axes = tuple[Axis, Axis, Axis]
Computation = Callable[[Array, Array, Axes], Array]


def volume_axes(data_format: str) -> tuple[int, ...]:
    """Where batch, planes, rows, columns and channels stand."""
    return (0, 1, 2, 3, 4) if data_format == "NDHWC" else (0, 2, 3, 4, 1)


def as_ndhwc(x: Array, data_format: str) -> Array:
    """A view of volumes with the axes in the order batch, planes, rows, columns, channels."""
    return x.transpose(volume_axes(data_format))


def from_ndhwc(x: Array, data_format: str) -> Array:
    """The inverse of `as_ndhwc`, with the entries in order in memory."""
    return np.ascontiguousarray(x if data_format == "NDHWC" else x.transpose(0, 4, 1, 2, 3))


def conv3d(
    x: Array, w: Array, strides: Sequence[int], padding: str, data_format: str, dilations: Sequence[int]
) -> Array:
    """Convolve volumes with a filter.

    `x` is [batch, planes, rows, columns, in_depth] for NDHWC, [batch, in_depth, planes, rows, columns] for NCDHW, of a
    floating dtype; `w` is [planes, rows, columns, in_depth, out_depth] of the same dtype. `strides` and `dilations`
    have a number for each axis of `x`; `padding` is "SAME" or "VALID".

    Raises:
      InvalidArgumentError: the shapes do not fit together.
      UnimplementedError: `x` and `w` differ in depth.

    >>> x = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2, 1)
    >>> conv3d(x, np.ones((2, 2, 2, 1, 1), np.float32), [1] * 5, "VALID", "NDHWC", [1] * 5).item()
    28.0
    """
    if x.ndim != 5:
        raise invalid("input must be 5-dimensional")
    if w.ndim != 5:
        raise invalid("filter must be 5-dimensional")
    volumes = as_ndhwc(x, data_format)
    depth, filter_depth = volumes.shape[4], w.shape[3]
    if filter_depth and depth % filter_depth:
        raise invalid(f"Input depth must be evenly divisible by filter depth: {depth} vs {filter_depth}")
    axes = _plan(volumes.shape, w.shape, strides, padding, data_format, dilations)
    _refuse_groups(depth, filter_depth)
    return from_ndhwc(_widened(_correlate, volumes, w, axes), data_format)


def conv3d_backprop_input(
    input_sizes: Array, w: Array, dy: Array, strides: Any, padding: str, data_format: str, dilations: Any
) -> Array:
    """The gradient of `conv3d` with respect to its volumes, whose shape is `input_sizes`.

    Raises:
      InvalidArgumentError: `input_sizes`, `w` and `dy` do not fit together.
    """
    sizes = tuple(int(size) for size in input_sizes)
    shape = tuple(sizes[axis] for axis in volume_axes(data_format))
    grads = as_ndhwc(dy, data_format)
    attributes = strides, padding, data_format, dilations
    axes = _check_gradient("Conv3DBackpropInputOp", shape, w.shape, grads.shape, attributes)
    return from_ndhwc(_widened(_scatter, grads, w, axes), data_format)


def conv3d_backprop_filter(
    x: Array, filter_sizes: Array, dy: Array, strides: Any, padding: str, data_format: str, dilations: Any
) -> Array:
    """The gradient of `conv3d` with respect to its filter, whose shape is `filter_sizes`.

    Raises:
      InvalidArgumentError: `x`, `filter_sizes` and `dy` do not fit together.
    """
    volumes, grads = as_ndhwc(x, data_format), as_ndhwc(dy, data_format)
    attributes = strides, padding, data_format, dilations
    sizes = tuple(int(size) for size in filter_sizes)
    axes = _check_gradient("Conv3DBackpropFilterOp", volumes.shape, sizes, grads.shape, attributes)
    return _widened(_filter_gradient, volumes, grads, axes)


# ------------------------------------------------------------------------------------------- the computations


def _correlate(x: Array, w: Array, axes: Axes) -> Array:
    depth = w.shape[4]
    matrix = w.reshape(prod(w.shape[:4]), depth)
    y = np.empty((len(x), *[axis.out for axis in axes], depth), x.dtype)

    def fill(volumes: slice) -> None:
        target = y[volumes]
        for block, windows in _blocks_of_windows(x[volumes], axes):
            np.matmul(windows, matrix, out=target[block].reshape(len(windows), depth))

    _over_volumes(fill, len(x))
    return y


def _filter_gradient(x: Array, dy: Array, axes: Axes) -> Array:
    in_depth, out_depth = x.shape[4], dy.shape[4]
    dy = np.ascontiguousarray(dy)
    shares = ranges(len(x))  # each adds up its own, and in the end they are added in order: always the same sum
    taps = prod(axis.kernel for axis in axes)
    sums = np.zeros((max(1, len(shares)), taps * in_depth, out_depth), dy.dtype)

    def add_up(share: int) -> None:
        grads = dy[shares[share]]
        for block, windows in _blocks_of_windows(x[shares[share]], axes):
            sums[share] += windows.T @ grads[block].reshape(len(windows), out_depth)

    with blas_alone():
        in_parallel([partial(add_up, share) for share in range(len(shares))])
    return sums.sum(axis=0).reshape(*[axis.kernel for axis in axes], in_depth, out_depth)


def _scatter(dy: Array, w: Array, axes: Axes) -> Array:
    """Send each window's gradient back to the cells that it saw, one tap of the filter after the other."""
    dy = np.ascontiguousarray(dy)
    in_depth, out_depth = w.shape[3:]
    dx = np.zeros((len(dy), *[axis.size for axis in axes], in_depth), dy.dtype)
    taps = list(product(*[list(axis.taps()) for axis in axes]))
    kernels = w.reshape(len(taps), in_depth, out_depth)

    def send(volumes: slice) -> None:
        for number in range(volumes.start, volumes.stop):
            grads, target = dy[number], dx[number]
            rows = grads.reshape(prod(grads.shape[:3]), out_depth)
            for kernel, tap in zip(kernels, taps):
                piece = (rows @ kernel.T).reshape(*grads.shape[:3], in_depth)
                target[tuple(cells for _, cells in tap)] += piece[tuple(windows for windows, _ in tap)]

    _over_volumes(send, len(dy))
    return dx


def _over_volumes(work: Callable[[slice], None], count: int) -> None:
    """Do the work for all volumes, some of them on other threads."""
    with blas_alone():
        in_parallel([partial(work, volumes) for volumes in ranges(count)])


def _blocks_of_windows(x: Array, axes: Axes) -> Iterator[tuple[tuple[int, slice], Array]]:
    """Pairs (block, matrix): the matrix has a row for each window of the output positions `[block]`."""
    size = prod(axis.kernel for axis in axes) * x.shape[4]
    plane = axes[1].out * axes[2].out
    step = max(1, BLOCK_BYTES // max(1, plane * size * x.itemsize))
    windows = _windows(_framed(x, axes), axes)
    for number in range(len(x)):
        for top in range(0, axes[0].out, step):
            block = windows[number, top : top + step]
            yield (number, slice(top, top + step)), block.reshape(len(block) * plane, size)


def _windows(x: Array, axes: Axes) -> Array:
    """All windows as a view: [batch, the windows along each axis, the cells along each axis, depth]."""
    batch, *steps, deep = x.strides
    return as_strided(
        x,
        (len(x), *[axis.out for axis in axes], *[axis.kernel for axis in axes], x.shape[4]),
        (
            batch,
            *[step * axis.stride for step, axis in zip(steps, axes)],
            *[step * axis.dilation for step, axis in zip(steps, axes)],
            deep,
        ),
        writeable=False,
    )


def _framed(x: Array, axes: Axes) -> Array:
    """Volumes cut or padded with zeros to what the windows span."""
    framed = np.zeros((len(x), *[max(0, axis.span) for axis in axes], x.shape[4]), x.dtype)
    to, source = zip(*[_overlap(axis) for axis in axes])
    target, origin = (slice(None), *to), (slice(None), *source)
    framed[target] = x[origin]
    return framed


def _overlap(axis: Axis) -> tuple[slice, slice]:
    last = max(0, min(axis.size, axis.span - axis.before))
    return slice(axis.before, last + axis.before), slice(0, last)


def _widened(compute: Computation, a: Array, b: Array, axes: Axes) -> Array:
    """Compute on half-width floats in float32; infinities and overflows pass in silence, as in TF."""
    wide = np.promote_types(a.dtype, np.float32)
    with np.errstate(all="ignore"):
        return compute(a.astype(wide, copy=False), b.astype(wide, copy=False), axes).astype(a.dtype, copy=False)


# ------------------------------------------------------------------------------------------------ the checks


def _plan(
    shape: Sequence[int],
    filter_shape: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
    dilations: Sequence[int],
) -> Axes:
    """Place the windows on the three axes of NDHWC volumes."""
    batch, *spatial, deep = volume_axes(data_format)
    for what, steps in (("strides", strides), ("dilations", dilations)):
        if steps[batch] != 1 or steps[deep] != 1:
            raise invalid(f"Current implementation does not yet support {what} in the batch and depth dimensions.")
    planes, rows, cols = (
        Axis.plan(size, kernel, strides[axis], padding, dilations[axis])
        for size, kernel, axis in zip(shape[1:4], filter_shape, spatial)
    )
    return planes, rows, cols


def _check_gradient(
    label: str, shape: Sequence[int], filter_shape: Sequence[int], grad_shape: Sequence[int], attributes: Any
) -> Axes:
    """Check that volumes, filter and output gradient fit together, and place the windows. Volumes are NDHWC."""
    for what, rank in (("input", len(shape)), ("filter", len(filter_shape)), ("out_backprop", len(grad_shape))):
        if rank != 5:
            raise invalid(f"{label}: {what} must be 5-dimensional")
    if shape[0] != grad_shape[0]:
        raise invalid(
            f"{label}: input and out_backprop must have the same batch size"
            f"input batch: {shape[0]}outbackprop batch: {grad_shape[0]} batch_dim: 0"
        )
    if filter_shape[3] and shape[4] % filter_shape[3]:
        raise invalid(f"{label}: input depth must be evenly divisible by filter depth")
    if filter_shape[4] != grad_shape[4]:
        raise invalid(f"{label}: filter and out_backprop must have the same out_depth")
    axes = _plan(shape, filter_shape, *attributes)
    for axis, actual, position in zip(axes, grad_shape[1:4], volume_axes(attributes[2])[1:4]):
        if axis.out != actual:
            raise invalid(
                f"{label}: Size of out_backprop doesn't match computed: "
                f"actual = {actual}, computed = {axis.out} spatial_dim: {position} input: {axis.size} "
                f"filter: {axis.kernel} output: {actual} stride: {axis.stride} dilation: {axis.dilation}"
            )
    _refuse_groups(shape[4], filter_shape[3])
    return axes


def _refuse_groups(depth: int, filter_depth: int) -> None:
    if depth != filter_depth:
        raise UnimplementedError(
            None,
            None,
            "The Conv3D op does not support grouped convolutions. "
            f"A grouped convolution was attempted to be run because the input depth of {depth} "
            f"does not match the filter input depth of {filter_depth}",
        )
