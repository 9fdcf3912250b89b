"""Max and average pooling of images, their gradients, and the second-order gradient of max pooling.

Everything goes tap by tap: one cell of every window is a strided slice of the images, so that a 2x2 pool is
four whole-array operations:

    y = max(x[:, 0::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 0::2], x[:, 1::2, 1::2])

Taps are visited in TensorFlow's order of summation, so averages and gradients round as they do there. And
this is what TensorFlow 1.15 makes of odd values, followed here:

- The maximum skips NaNs and is never below the lowest finite number, which is what a window of nothing but
  NaN and -inf gives. Pooling over channels differs: -inf is itself, and so is a NaN that comes first.
- The gradient goes to the first of several equal maxima, row by row. A NaN counts as the maximum if it comes
  first in its window, otherwise it is skipped.
- The average is over the cells inside the image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from flowgraph.errors import UnimplementedError
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.kernels.window import Array, Axis, as_nhwc, axis_paddings, from_nhwc, image_axes

BLOCK_BYTES = 1 << 20
"""How much of the images is worked on at a time: it should stay in the cache from one tap to the next."""

TASKS = 16
"""A batch is handed to threads in so many shares."""

Index = tuple[slice, slice, slice]
Tap = tuple[Index, Index]
Plan = tuple[Axis, Axis]


def max_pool(
    x: Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str = "NHWC",
    out: Array | None = None,
) -> Array:
    """The largest value in each window.

    `x` is [batch, rows, columns, channels] for NHWC, [batch, channels, rows, columns] for NCHW, of any
    real dtype. `ksize` and `strides` have a number for each axis of `x`, 1 for batch. A window spans rows
    and columns, or channels alone, of which it then takes a whole fraction without overlap. `padding` is
    "SAME" or "VALID". `out`, if given, is where the result goes.

    Raises:
      InvalidArgumentError: `x` is not four-dimensional, or smaller than a window by a stride and more.
      UnimplementedError: the window spans the batch, or channels in another way than the above.
      ValueError: an attribute is wrong that TensorFlow refuses while the graph is built.

    >>> x = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    >>> max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """
    images = _images(x, data_format)
    depth_window = _depth_window(images.shape, ksize, strides, data_format)
    if depth_window > 1:
        return _in_format(_depth_max(images, depth_window), data_format, out)
    plan = place_windows(images.shape, ksize, strides, padding, data_format)
    lowest = _lowest(x.dtype)
    images = _comparable(images)
    y = _result(images, _pooled(images.shape, plan), data_format, out)
    rows, cols = plan
    taps = list(_taps(plan))
    # the tap that every window finds inside the image starts the maximum
    _, start = taps.pop(rows.before * cols.kernel + cols.before)

    def pool(block: slice) -> None:
        source, target = images[block], y[block]
        np.fmax(source[start], lowest, out=target)
        for windows, cells in taps:
            np.fmax(target[windows], source[cells], out=target[windows])

    if y.size:
        _over_blocks(pool, images)
    return _in_format(y.astype(x.dtype, copy=False), data_format, out)


def max_pool_grad(
    x: Array,
    y: Array,
    dy: Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str = "NHWC",
    out: Array | None = None,
) -> Array:
    """The gradient of `max_pool` with respect to `x`: sends `dy` to the first maximum of each window.

    `y` is what `max_pool` gave for `x`. As in TensorFlow, maxima are found again in `x`: of `y` only the
    shape counts. Pooling over channels has no gradient there. `out`, if given, is where the result goes.

    Raises:
      InvalidArgumentError: `x`, `y` and `dy` do not fit together.
      UnimplementedError: the window spans batch or channels.

    >>> x = np.array([3, 1, 3, 2], np.float32).reshape(1, 2, 2, 1)
    >>> y = dy = np.full((1, 1, 1, 1), 3, np.float32)
    >>> max_pool_grad(x, y, dy, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")[0, :, :, 0]
    array([[3., 0.],
           [0., 0.]], dtype=float32)
    """
    _check_ranks(tensor_in=x, tensor_out=y, out_backprop=dy)
    images, grads = as_nhwc(x, data_format), as_nhwc(dy, data_format)
    plan = place_windows(images.shape, ksize, strides, padding, data_format, "MaxPoolingGrad")
    _check_shape("orig_output", as_nhwc(y, data_format), _pooled(images.shape, plan))
    _check_shape("grad", grads, _pooled(images.shape, plan))
    dx = _result(grads, images.shape, data_format, out)
    send = _send_apart if _are_apart(plan) and images.dtype.kind == "f" else _send_over
    with np.errstate(all="ignore"):
        _over_blocks(lambda block: send(_comparable(images[block]), grads[block], dx[block], plan), images)
    return _in_format(dx, data_format, out)


def _send_over(source: Array, grads: Array, dx: Array, plan: Plan) -> None:
    """Send the gradient of each window to its first maximum, where windows may overlap, or leave cells out."""
    dx[...] = 0
    winner = first_maximum(source, plan)
    # backwards, a cell meets its windows in their order
    for tap, (windows, cells) in reversed(list(enumerate(_taps(plan)))):
        dx[cells] += _masked(grads[windows], winner[windows] == tap)


def _are_apart(plan: Plan) -> bool:
    """Whether each cell is in one window, and all of each window inside the images."""
    return all(axis.stride == axis.kernel and axis.before == 0 and axis.span == axis.size for axis in plan)


def _send_apart(source: Array, grads: Array, dx: Array, plan: Plan) -> None:
    """The same where each cell is in one window: a copy for each tap is quicker to compare than cells far apart.

    Copies keep the order of the axes in memory, whichever the data format.
    """
    best, *others = (source[cells].copy(order="K") for _, cells in _taps(plan))
    if np.isnan(best).any():
        best[np.isnan(best)] = np.inf  # nothing is larger than a NaN that comes first
    winner = np.zeros_like(best, dtype=np.min_scalar_type(len(others)))
    for tap, values in enumerate(others, 1):
        larger = np.greater(values, best)
        np.maximum(winner, larger * winner.dtype.type(tap), out=winner)
        if tap < len(others):
            np.fmax(best, values, out=best)
    bits = _bits(grads)
    for tap, (_, cells) in enumerate(_taps(plan)):
        np.multiply(bits, winner == tap, out=_bits(dx)[cells])


def max_pool_grad_grad(
    x: Array,
    y: Array,
    ddx: Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str = "NHWC",
) -> Array:
    """The gradient of `max_pool_grad` with respect to its `dy`: gathers `ddx` at the maximum of each window.

    `ddx` has the shape of `x`, the result that of `y`, which is what `max_pool` gave for `x`. As in
    TensorFlow, the maximum is the first cell equal to `y`; a window without one gives 0.

    Raises:
      InvalidArgumentError: `x`, `y` and `ddx` do not fit together.
      UnimplementedError: the window spans batch or channels.

    >>> x = np.array([1, 3, 3, 2], np.float32).reshape(1, 2, 2, 1)
    >>> y, ddx = np.full((1, 1, 1, 1), 3, np.float32), np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    >>> max_pool_grad_grad(x, y, ddx, [1, 2, 2, 1], [1, 2, 2, 1], "VALID").item()
    1.0
    """
    _check_ranks(tensor_in=x, tensor_out=y, out_grad_backprop=ddx)
    images, maxima, grads = (as_nhwc(array, data_format) for array in (x, y, ddx))
    plan = place_windows(images.shape, ksize, strides, padding, data_format, "MaxPoolingGradGrad")
    _check_shape("orig_output", maxima, _pooled(images.shape, plan))
    _check_shape("grad", grads, images.shape)
    ddy = np.zeros_like(maxima, dtype=ddx.dtype)

    def gather(block: slice) -> None:
        source, best = _comparable(images[block]), _comparable(maxima[block])
        gathered, given = _bits(ddy[block]), _bits(grads[block])
        missing = np.ones_like(best, dtype=bool)
        for windows, cells in _taps(plan):
            found = (source[cells] == best[windows]) & missing[windows]
            missing[windows] ^= found
            gathered[windows] |= given[cells] * found

    _over_blocks(gather, images)
    return _in_format(ddy, data_format)


def avg_pool(x: Array, ksize: Sequence[int], strides: Sequence[int], padding: str, data_format: str = "NHWC") -> Array:
    """The mean of each window over its cells inside the image.

    `x` is as for `max_pool`, of a floating dtype, in which the sums are made too. Windows span rows and
    columns.

    Raises:
      InvalidArgumentError: `x` is not four-dimensional, or smaller than a window by a stride and more.
      UnimplementedError: the window spans batch or channels.
      ValueError: an attribute is wrong that TensorFlow refuses while the graph is built.

    >>> x = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    >>> avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")[0, :, :, 0]
    array([[2. , 3.5],
           [6.5, 8. ]], dtype=float32)
    """
    images = _images(x, data_format)
    plan = place_windows(images.shape, ksize, strides, padding, data_format, "AvgPooling")
    y = np.zeros_like(images, shape=_pooled(images.shape, plan))
    counts = _counts(plan, y.dtype)

    def pool(block: slice) -> None:
        source, target = images[block], y[block]
        for windows, cells in _taps(plan):
            target[windows] += source[cells]
        target /= counts

    with np.errstate(all="ignore"):
        _over_blocks(pool, images)
    return _in_format(y, data_format)


def avg_pool_grad(
    input_shape: Sequence[int] | Array,
    dy: Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str = "NHWC",
) -> Array:
    """The gradient of `avg_pool` with respect to its images, whose shape is `input_shape`.

    Raises:
      InvalidArgumentError: `input_shape` and `dy` do not fit together.
      UnimplementedError: the window spans batch or channels.

    >>> dy = np.full((1, 1, 1, 1), 8, np.float32)
    >>> avg_pool_grad([1, 2, 2, 1], dy, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")[0, :, :, 0]
    array([[2., 2.],
           [2., 2.]], dtype=float32)
    """
    sizes = np.asarray(input_shape)
    if sizes.shape != (4,):
        raise invalid("out_backprop must be 1-dimensional and 4 elements")
    _check_ranks(out_backprop=dy)
    shape = tuple(int(sizes[axis]) for axis in image_axes(data_format))
    grads = as_nhwc(dy, data_format)
    plan = place_windows(shape, ksize, strides, padding, data_format, "AvgPooling")
    _check_shape("grad", grads, _pooled(shape, plan))
    dx = np.zeros_like(grads, shape=shape)
    taps = list(_taps(plan))
    counts = _counts(plan, dy.dtype)

    def send(block: slice) -> None:
        source, target = grads[block] * shares, dx[block]
        for windows, cells in reversed(taps):
            target[cells] += source[windows]

    with np.errstate(all="ignore"):
        shares = dy.dtype.type(1) / counts
        _over_blocks(send, dx)
    return _in_format(dx, data_format)


# ------------------------------------------------------------------------------------------- the computations


def _taps(plan: Plan) -> Iterator[Tap]:
    """For each cell of the window, row by row: the windows that have it inside the image, and where."""
    rows, cols = plan
    every = slice(None)
    col_taps = list(cols.taps())
    for row_windows, row_cells in rows.taps():
        for col_windows, col_cells in col_taps:
            yield (every, row_windows, col_windows), (every, row_cells, col_cells)


def first_maximum(source: Array, plan: Plan) -> Array:
    """The number of the tap at which each window has its first maximum."""
    rows, cols = plan
    row_starts, col_starts = (np.arange(axis.out) * axis.stride - axis.before for axis in plan)
    # the first tap of a window that lies inside the image, and the value there, are the ones to beat
    row_tap, col_tap = np.maximum(-row_starts, 0), np.maximum(-col_starts, 0)
    best = source.take(row_starts + row_tap, axis=1).take(col_starts + col_tap, axis=2)
    winner = np.empty_like(best, dtype=np.min_scalar_type(rows.kernel * cols.kernel))
    winner[:] = np.add.outer(row_tap * cols.kernel, col_tap)[..., None]
    if source.dtype.kind == "f":
        np.fmin(best, np.inf, out=best)  # nothing is larger than a NaN that comes first
    for tap, (windows, cells) in enumerate(_taps(plan)):
        larger = source[cells] > best[windows]
        np.maximum(winner[windows], larger * winner.dtype.type(tap), out=winner[windows])
        np.fmax(best[windows], source[cells], out=best[windows])
    return winner


def _masked(values: Array, mask: Array) -> Array:
    """`values` where `mask`, else 0: by arithmetic on bits, which is many times faster than a masked copy."""
    return (_bits(values) * mask).view(values.dtype)


def _bits(values: Array) -> Array:
    return values.view(f"u{values.itemsize}")


def _depth_max(images: Array, window: int) -> Array:
    best = images[..., ::window].copy()
    for channel in range(1, window):
        values = images[..., channel::window]
        best = np.where(values > best, values, best)
    return best


def _counts(plan: Plan, dtype: np.dtype[Any]) -> Array:
    """How many cells of each window lie inside the image: [rows, columns, 1], or a scalar where all agree."""
    per_axis = []
    for axis in plan:
        counts = np.zeros(axis.out, dtype)
        for windows, _ in axis.taps():
            counts[windows] += 1
        per_axis.append(counts)
    counts = np.multiply.outer(*per_axis)[..., None]
    return counts.flat[0] if counts.size and (counts == counts.flat[0]).all() else counts


def _blocks(images: Array) -> list[slice]:
    step = max(1, BLOCK_BYTES // max(1, images[:1].nbytes))
    return [slice(first, first + step) for first in range(0, len(images), step)]


def _comparable(values: Array) -> Array:
    """Half-width floats as float32: comparing them there gives the same and is quicker."""
    return values.astype(np.float32) if values.itemsize == 2 and values.dtype.kind not in "iu" else values


def _lowest(dtype: np.dtype[Any]) -> Any:
    if dtype.kind in "iu":
        return np.iinfo(dtype).min
    return np.nextafter(dtype.type(-np.inf), dtype.type(0))


def _over_blocks(work: Callable[[slice], None], images: Array) -> None:
    """Do the work for all images, some of them on other threads."""

    def share(blocks: list[slice]) -> None:
        for block in blocks:
            work(block)

    blocks = _blocks(images)
    in_parallel([partial(share, blocks[part]) for part in ranges(len(blocks), TASKS)])


def _result(like: Array, shape: tuple[int, ...], data_format: str, out: Array | None) -> Array:
    """Where NHWC images of a shape are made: in `out`, seen as such, if it has their dtype."""
    if out is not None and out.dtype == like.dtype:
        return as_nhwc(out, data_format)
    return np.empty_like(like, shape=shape)


def _in_format(x: Array, data_format: str, out: Array | None = None) -> Array:
    images = from_nhwc(x, data_format)
    if out is None:
        return np.ascontiguousarray(images)
    if not np.may_share_memory(images, out):
        out[...] = images
    return out


# ------------------------------------------------------------------------------------------------ the checks


def _images(x: Array, data_format: str) -> Array:
    if x.ndim != 4:
        code = 0 if data_format == "NHWC" else 1
        raise invalid(f"tensor_in_shape must have 2 spatial dimensions. {x.ndim} {code}")
    return as_nhwc(x, data_format)


def place_windows(
    shape: tuple[int, ...],
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: str,
    data_format: str,
    label: str = "",
) -> Plan:
    """Place the windows on rows and columns of NHWC images; `label` names who cannot pool over channels."""
    if _depth_window(shape, ksize, strides, data_format) > 1:
        _unimplemented(
            "Non-spatial pooling is not yet supported. Volunteers? :)"
            if label == "AvgPooling"
            else f"{label} is not yet supported on the depth dimension."
        )
    _, down, right, _ = image_axes(data_format)
    paddings = axis_paddings(padding, (), data_format)
    rows = Axis.plan(shape[1], ksize[down], strides[down], paddings[0])
    cols = Axis.plan(shape[2], ksize[right], strides[right], paddings[1])
    return rows, cols


def _depth_window(shape: tuple[int, ...], ksize: Sequence[int], strides: Sequence[int], data_format: str) -> int:
    """How many channels a window spans, after checking that such a window is possible."""
    for what, numbers in (("ksize", ksize), ("strides", strides)):
        if len(numbers) != 4:
            raise ValueError(f"Sliding window {what} field must specify 4 dimensions, but got: {len(numbers)}")
    batch, down, right, deep = image_axes(data_format)
    for axis, size in enumerate(ksize):
        if size <= 0:
            raise invalid(f"Sliding window ksize for dimension {axis} was zero.")
    if ksize[batch] != 1 or strides[batch] != 1:
        _unimplemented("Pooling is not yet supported on the batch dimension.")
    window = ksize[deep]
    if window > 1 and (ksize[down], ksize[right], strides[down], strides[right]) != (1, 1, 1, 1):
        _unimplemented("MaxPooling supports exactly one of pooling across depth or pooling across width/height.")
    if strides[deep] != window:
        _unimplemented("Depthwise max pooling requires the depth window to equal the depth stride")
    if shape[3] % window:
        _unimplemented("Depthwise max pooling requires the depth window to evenly divide the input depth")
    return window


def _pooled(shape: tuple[int, ...], plan: Plan) -> tuple[int, ...]:
    rows, cols = plan
    return shape[0], rows.out, cols.out, shape[3]


def _check_ranks(**arrays: Array) -> None:
    for name, array in arrays.items():
        if array.ndim != 4:
            raise invalid(f"{name} must be 4-dimensional")


def _check_shape(what: str, images: Array, expected: tuple[int, ...]) -> None:
    if images.shape != expected:
        wanted, given = (",".join(map(str, shape)) for shape in (expected, images.shape))
        raise invalid(f"Expected {what} shape to be [{wanted}], but got [{given}]")


def _unimplemented(message: str) -> NoReturn:
    raise UnimplementedError(None, None, message)
