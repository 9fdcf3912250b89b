"""Two-dimensional convolution and its two gradients, as matrix products.

The windows of an image are laid out as the rows of a matrix (im2col), and one product with the filter
gives all outputs at once. All windows together hold each pixel many times over, so the matrix is made in
blocks that stay in the processor's cache, used, and forgotten.

    y  = windows(x) · w                  for each block of windows
    dw = sum of windows(x)ᵀ · dy         over the blocks
    dx = windows(dy) · mirrored w        where the stride is 1: again a convolution
    dx[cells under tap] += dy · w[tap]ᵀ  for each tap of the filter, where it is not

Where it is asked for, and sooner done, convolutions are computed by `winograd.py` instead.

Filters are [rows, columns, in_depth, out_depth] in either data format. float16 and bfloat16 are computed in
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
from flowgraph.kernels import winograd
from flowgraph.kernels.layout import with_channels_together
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import PARTS, blas_alone, in_parallel, ranges
from flowgraph.kernels.window import (
    Array,
    Axis,
    as_nhwc,
    axis_paddings,
    conv_output_size,
    from_nhwc,
    image_axes,
    infer_output_size,
)

__all__ = [
    "conv2d",
    "conv2d_backprop_filter",
    "conv2d_backprop_input",
    "conv_output_size",
    "infer_output_size",
]

BLOCK_BYTES = 1 << 21
"""How large a block of windows may be: it should stay in the cache from its making to its use."""

BLOCK_WINDOWS = 384
"""A block has at least so many windows, however large they are: products of fewer rows are slow."""

TASKS = 4 * PARTS
"""Into how many tasks a batch is cut: more than there are threads, so that one that gets to run less does less."""

THIN = 4
"""With fewer channels than this, what lies together in memory is too short to be handled piece by piece."""

SHALLOW = 16
"""To fewer channels than this, gradients are sent back tap by tap rather than by tiles."""

Block = tuple[slice, slice]
Computation = Callable[[Array, Array, Axis, Axis, "Array | None"], Array]


def conv2d(
    x: Array,
    w: Array,
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
    by_tiles: bool = False,
    out: Array | None = None,
) -> Array:
    """Convolve images with a filter (in the sense of deep learning: the filter is not mirrored).

    `x` is [batch, rows, columns, in_depth] for NHWC, [batch, in_depth, rows, columns] for NCHW, of a
    floating dtype; `w` is [kernel_rows, kernel_columns, in_depth, out_depth] of the same dtype. `strides`
    and `dilations` have a number for each axis of `x`, 1 for batch and channels. `padding` is "SAME",
    "VALID", or "EXPLICIT" with `explicit_paddings`: (before, after) for each axis of `x`, one after the
    other. With `by_tiles` the result may be up to 1e-5 of its largest entry off, and is sooner there (`winograd.py`).
    `out`, if given, is where it goes.

    Returns images in the same format and dtype, out_depth channels deep.

    Raises:
      InvalidArgumentError: the shapes do not fit together.
      UnimplementedError: `x` and `w` differ in depth (a grouped convolution), as on TensorFlow's CPU.
      ValueError: an attribute is wrong that TensorFlow refuses while the graph is built.

    >>> x = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    >>> conv2d(x, np.ones((2, 2, 1, 1), np.float32), [1, 1, 1, 1], "VALID")[0, :, :, 0]
    array([[ 8., 12.],
           [20., 24.]], dtype=float32)
    """
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional{_text(x.shape)}")
    if w.ndim != 4:
        raise invalid(f"filter must be 4-dimensional: {_text(w.shape)}")
    images = as_nhwc(x, data_format)
    depth, filter_depth = images.shape[3], w.shape[2]
    if filter_depth and depth % filter_depth:
        raise invalid(f"input depth must be evenly divisible by filter depth: {depth} vs {filter_depth}")
    rows, cols = _plan(images.shape, w.shape, strides, padding, explicit_paddings, data_format, dilations)
    _refuse_groups(depth, filter_depth)
    by_tiles = by_tiles and x.dtype == np.float32
    return _widened(partial(_correlate, by_tiles), images, w, rows, cols, data_format, out)


def conv2d_backprop_input(
    input_sizes: Sequence[int] | Array,
    w: Array,
    dy: Array,
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
    by_tiles: bool = False,
    out: Array | None = None,
) -> Array:
    """The gradient of `conv2d` with respect to its images: also known as a transposed convolution.

    `input_sizes` is the shape of the images, in the order of `data_format`; `w` is the filter and `dy` the
    gradient with respect to the output. The rest is as for `conv2d`. Returns an array of shape
    `input_sizes` and of the dtype of `dy`.

    Raises:
      InvalidArgumentError: `input_sizes`, `w` and `dy` do not fit together.
      UnimplementedError, ValueError: as for `conv2d`.

    >>> w, dy = np.ones((2, 2, 1, 1), np.float32), np.ones((1, 2, 2, 1), np.float32)
    >>> conv2d_backprop_input([1, 3, 3, 1], w, dy, [1, 1, 1, 1], "VALID")[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]], dtype=float32)
    """
    label = "Conv2DCustomBackpropInput"
    sizes = _sizes(input_sizes, "Conv2DBackpropInput: input_sizes input", f"{label}: input")
    _check_rank(w.ndim, f"{label}: filter")
    _check_rank(dy.ndim, f"{label}: out_backprop")
    shape = tuple(sizes[axis] for axis in image_axes(data_format))
    grads = as_nhwc(dy, data_format)
    attributes = strides, padding, explicit_paddings, data_format, dilations
    rows, cols = _check_gradient(label, shape, w.shape, grads.shape, attributes)
    by_tiles = by_tiles and dy.dtype == np.float32
    return _widened(partial(_input_gradient, by_tiles), grads, w, rows, cols, data_format, out)


def conv2d_backprop_filter(
    x: Array,
    filter_sizes: Sequence[int] | Array,
    dy: Array,
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int] = (),
    data_format: str = "NHWC",
    dilations: Sequence[int] = (1, 1, 1, 1),
    by_tiles: bool = False,
    out: Array | None = None,
) -> Array:
    """The gradient of `conv2d` with respect to its filter.

    `x` are the images, `filter_sizes` is the shape of the filter and `dy` the gradient with respect to the
    output. The rest is as for `conv2d`. Returns an array of shape `filter_sizes` and of the dtype of `x`.

    Raises:
      InvalidArgumentError: `x`, `filter_sizes` and `dy` do not fit together.
      UnimplementedError, ValueError: as for `conv2d`.

    >>> x, dy = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1), np.ones((1, 2, 2, 1), np.float32)
    >>> conv2d_backprop_filter(x, [2, 2, 1, 1], dy, [1, 1, 1, 1], "VALID")[:, :, 0, 0]
    array([[ 8., 12.],
           [20., 24.]], dtype=float32)
    """
    label = "Conv2DCustomBackpropFilter"
    sizes = _sizes(filter_sizes, f"{label}: filter_sizes input", f"{label}: filter")
    _check_rank(x.ndim, f"{label}: input")
    _check_rank(dy.ndim, f"{label}: out_backprop")
    images, grads = as_nhwc(x, data_format), as_nhwc(dy, data_format)
    attributes = strides, padding, explicit_paddings, data_format, dilations
    rows, cols = _check_gradient(label, images.shape, sizes, grads.shape, attributes)
    by_tiles = by_tiles and x.dtype == np.float32
    return _widened(partial(_filter_gradient, by_tiles), images, grads, rows, cols, "NHWC", out)


# ------------------------------------------------------------------------------------------- the computations


def _correlate(by_tiles: bool, x: Array, w: Array, rows: Axis, cols: Axis, out: Array | None = None) -> Array:
    depth = w.shape[3]
    if by_tiles and winograd.pays(len(x), w.shape[2:], rows, cols):
        return winograd.correlate(x, w, rows, cols, out)
    matrix = w.reshape(rows.kernel * cols.kernel * w.shape[2], depth)
    y = np.empty((len(x), rows.out, cols.out, depth), x.dtype) if out is None or not out.flags.c_contiguous else out

    def fill(images: slice) -> None:
        for block, windows in _blocks_of_windows(x[images], rows, cols):
            np.matmul(windows, matrix, out=y[images][block].reshape(len(windows), depth))

    _over_images(fill, len(x))
    return y


def _filter_gradient(by_tiles: bool, x: Array, dy: Array, rows: Axis, cols: Axis, _out: Array | None = None) -> Array:
    in_depth, out_depth = x.shape[3], dy.shape[3]
    if by_tiles and winograd.pays_for_filter(len(x), (in_depth, out_depth), rows, cols):
        return winograd.filter_gradient(x, dy, rows, cols)
    dy = np.ascontiguousarray(dy)
    # each share adds up its own, and in the end they are added in order: always the same sum
    shares = ranges(len(x), TASKS // 2)
    sums = np.zeros((max(1, len(shares)), rows.kernel * cols.kernel * in_depth, out_depth), dy.dtype)

    def add_up(share: int) -> None:
        images, part = shares[share], np.empty_like(sums[0])
        for block, windows in _blocks_of_windows(x[images], rows, cols):
            np.matmul(windows.T, dy[images][block].reshape(len(windows), out_depth), out=part)
            sums[share] += part

    with blas_alone():
        in_parallel([partial(add_up, share) for share in range(len(shares))])
    return sums.sum(axis=0).reshape(rows.kernel, cols.kernel, in_depth, out_depth)


def _input_gradient(by_tiles: bool, dy: Array, w: Array, rows: Axis, cols: Axis, out: Array | None = None) -> Array:
    in_depth, out_depth = w.shape[2:]
    if rows.stride == cols.stride == 1:
        mirrored, axes = w[::-1, ::-1].transpose(0, 1, 3, 2), (rows.mirrored, cols.mirrored)
        in_tiles = by_tiles and in_depth >= SHALLOW and winograd.pays(len(dy), (out_depth, in_depth), *axes)
        # windows of dy are out_depth deep: where that is much more than in_depth, laying them out does not pay
        if in_tiles or (out_depth < 4 * in_depth and in_depth >= THIN):
            return _correlate(by_tiles, dy, mirrored, *axes, out)
    return _scatter(dy, w, rows, cols, out)


def _scatter(dy: Array, w: Array, rows: Axis, cols: Axis, out: Array | None = None) -> Array:
    """Send each window's gradient back to the cells that it saw, one tap of the filter after the other."""
    dy = np.ascontiguousarray(dy)
    in_depth, out_depth = w.shape[2:]
    n, thin = len(dy), in_depth < THIN
    pieces = _thin_pieces if thin else _pieces
    if thin:  # each channel is a plane of its own, so that what is added are long runs
        dx = np.zeros((in_depth, n, rows.size, cols.size), dy.dtype).transpose(1, 2, 3, 0)
    elif out is None:
        dx = np.zeros((n, rows.size, cols.size, in_depth), dy.dtype)
    else:
        dx = out
        dx[...] = 0
    taps = list(product(rows.taps(), cols.taps()))
    floats = rows.out * cols.out * max(in_depth * (len(taps) if thin else 1), out_depth)
    step = max(1, BLOCK_BYTES // max(1, floats * dy.itemsize))

    def send(images: slice) -> None:
        for first in range(images.start, images.stop, step):
            block = slice(first, min(first + step, images.stop))
            grads, target = dy[block], dx[block]
            for piece, ((out_rows, in_rows), (out_cols, in_cols)) in zip(pieces(grads, w), taps):
                target[:, in_rows, in_cols] += piece[:, out_rows, out_cols]

    _over_images(send, n)
    return dx


def _over_images(work: Callable[[slice], None], count: int) -> None:
    """Do the work for all images, some of them on other threads."""
    with blas_alone():
        in_parallel([partial(work, images) for images in ranges(count, TASKS)])


def _pieces(dy: Array, w: Array) -> Iterator[Array]:
    """What each tap of a filter makes of the output gradients."""
    grads = dy.reshape(prod(dy.shape[:3]), dy.shape[3])
    for tap in w.reshape(prod(w.shape[:2]), *w.shape[2:]):
        yield (grads @ tap.T).reshape(*dy.shape[:3], len(tap))


def _thin_pieces(dy: Array, w: Array) -> Iterator[Array]:
    """The same by one product, in which the channels stay planes."""
    kernel_rows, kernel_cols, in_depth, out_depth = w.shape
    grads = dy.reshape(prod(dy.shape[:3]), out_depth)
    planes = w.reshape(kernel_rows * kernel_cols * in_depth, out_depth) @ grads.T
    yield from planes.reshape(kernel_rows * kernel_cols, in_depth, *dy.shape[:3]).transpose(0, 2, 3, 4, 1)


def _blocks_of_windows(x: Array, rows: Axis, cols: Axis) -> Iterator[tuple[Block, Array]]:
    """Pairs (block, matrix): the matrix has a row for each window of the output positions `[block]`.

    A block is several whole images, or some rows of one large image.
    """
    window_bytes = rows.kernel * cols.kernel * x.shape[3] * x.itemsize
    count = max(BLOCK_WINDOWS, BLOCK_BYTES // max(1, window_bytes))
    step = max(1, count // max(1, rows.out * cols.out))
    row_step = max(1, count // max(1, cols.out))
    row_step = max(1, -(-rows.out // max(1, -(-rows.out // row_step))))  # blocks of an image are of one size
    for first in range(0, len(x), step):
        windows = _windows(x[first : first + step], rows, cols)
        for top in range(0, rows.out, row_step):
            block = slice(first, first + step), slice(top, top + row_step)
            yield block, _matrix(windows[:, top : top + row_step])


def _windows(x: Array, rows: Axis, cols: Axis) -> Array:
    """All windows as a view: [batch, out rows, out columns, kernel rows, kernel columns, depth]."""
    x = _framed(x, rows, cols)
    batch, down, right, deep = x.strides
    return as_strided(
        x,
        (len(x), rows.out, cols.out, rows.kernel, cols.kernel, x.shape[3]),
        (batch, down * rows.stride, right * cols.stride, down * rows.dilation, right * cols.dilation, deep),
        writeable=False,
    )


def _matrix(windows: Array) -> Array:
    """Copy windows to a matrix, a row for each; thin ones lie transposed in memory, copied in long runs."""
    n, height, width, kernel_rows, kernel_cols, depth = windows.shape
    count, size = n * height * width, kernel_rows * kernel_cols * depth
    if depth < THIN:
        return windows.transpose(3, 4, 5, 0, 1, 2).reshape(size, count).T
    return windows.reshape(count, size)


def _framed(x: Array, rows: Axis, cols: Axis) -> Array:
    """Images cut or padded with zeros to what the windows span; `x` itself where it needs neither."""
    if rows.before == cols.before == 0 and rows.span <= rows.size and cols.span <= cols.size:
        return x
    framed = np.zeros((len(x), max(0, rows.span), max(0, cols.span), x.shape[3]), x.dtype)
    to_rows, from_rows = _overlap(rows)
    to_cols, from_cols = _overlap(cols)
    framed[:, to_rows, to_cols] = x[:, from_rows, from_cols]
    return framed


def _overlap(axis: Axis) -> tuple[slice, slice]:
    first, last = max(0, -axis.before), min(axis.size, axis.span - axis.before)
    last = max(first, last)
    return slice(first + axis.before, last + axis.before), slice(first, last)


def _widened(
    compute: Computation, a: Array, b: Array, rows: Axis, cols: Axis, data_format: str, out: Array | None
) -> Array:
    """Compute on half-width floats in float32; infinities and overflows pass in silence, as in TF."""
    dtype = a.dtype
    wide = np.promote_types(dtype, np.float32)
    target = None if out is None or out.dtype != wide else as_nhwc(out, data_format)
    with np.errstate(all="ignore"):
        a, b = (with_channels_together(array.astype(wide, copy=False)) for array in (a, b))
        made = compute(a, b, rows, cols, target)
        if out is None:
            return np.ascontiguousarray(from_nhwc(made.astype(dtype, copy=False), data_format))
        if made is not target:
            out[...] = from_nhwc(made, data_format)
        return out


# ------------------------------------------------------------------------------------------------ the checks


def _plan(
    shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    strides: Sequence[int],
    padding: str,
    explicit_paddings: Sequence[int],
    data_format: str,
    dilations: Sequence[int],
) -> tuple[Axis, Axis]:
    """Place the windows on the rows and columns of NHWC images."""
    batch, down, right, deep = image_axes(data_format)
    for what, steps in (
        (f" on data format {data_format} requires the stride", strides),
        (" requires the dilation", dilations),
    ):
        if len(steps) != 4:
            raise ValueError(f"Conv2D{what} attribute to contain 4 values, but got: {len(steps)}")
    for what, steps in (("strides", strides), ("dilations", dilations)):
        if steps[batch] != 1 or steps[deep] != 1:
            raise invalid(f"Current implementation does not yet support {what} in the batch and depth dimensions.")
    paddings = axis_paddings(padding, explicit_paddings, data_format)
    rows = Axis.plan(shape[1], filter_shape[0], strides[down], paddings[0], dilations[down])
    cols = Axis.plan(shape[2], filter_shape[1], strides[right], paddings[1], dilations[right])
    return rows, cols


def _check_gradient(
    label: str,
    shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    grad_shape: tuple[int, ...],
    attributes: tuple[Any, ...],
) -> tuple[Axis, Axis]:
    """Check that images, filter and output gradient fit together, and place the windows. Images are NHWC."""
    data_format = attributes[3]
    if shape[0] != grad_shape[0]:
        raise invalid(
            f"{label}: input and out_backprop must have the same batch size"
            f"input batch: {shape[0]}outbackprop batch: {grad_shape[0]} batch_dim: 0"
        )
    if filter_shape[2] and shape[3] % filter_shape[2]:
        raise invalid(f"{label}: input depth must be evenly divisible by filter depth")
    if filter_shape[3] != grad_shape[3]:
        raise invalid(f"{label}: filter and out_backprop must have the same out_depth")
    rows, cols = _plan(shape, filter_shape, *attributes)
    for axis, actual, position in zip((rows, cols), grad_shape[1:3], image_axes(data_format)[1:3]):
        if axis.out != actual:
            raise invalid(
                f"{label}: Size of out_backprop doesn't match computed: "
                f"actual = {actual}, computed = {axis.out} spatial_dim: {position} input: {axis.size} "
                f"filter: {axis.kernel} output: {actual} stride: {axis.stride} dilation: {axis.dilation}"
            )
    _refuse_groups(shape[3], filter_shape[2])
    return rows, cols


def _sizes(sizes: Sequence[int] | Array, vector: str, images: str) -> tuple[int, ...]:
    array = np.asarray(sizes)
    if array.ndim != 1:
        raise invalid(f"{vector} must be 1-dim, not {array.ndim}")
    for size in array:
        if size < 0:
            raise invalid(f"Dimension {size} must be >= 0")
    _check_rank(len(array), images)
    return tuple(int(size) for size in array)


def _check_rank(rank: int, what: str) -> None:
    if rank != 4:
        raise invalid(f"{what} must be 4-dimensional")


def _refuse_groups(depth: int, filter_depth: int) -> None:
    if depth != filter_depth:
        raise UnimplementedError(
            None,
            None,
            "The Conv2D op currently does not support grouped convolutions on the CPU. "
            f"A grouped convolution was attempted to be run because the input depth of {depth} "
            f"does not match the filter input depth of {filter_depth}",
        )


def _text(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
