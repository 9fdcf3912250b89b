"""Where a sliding window stands: the geometry that convolutions and pooling share.

A window of `k` cells, `dilation` apart, moves along an axis of `n` cells in steps of `stride`. SAME pads the
axis just enough for n / stride windows (rounded up), with the odd cell of padding at the end; VALID pads
nothing; EXPLICIT says how much:

    n = 5, k = 3, stride = 2, SAME               n = 5, k = 3, stride = 2, VALID

      . 0 1 2 3 4 .                                0 1 2 3 4
      [---]                                        [---]
          [---]        3 windows                       [---]        2 windows
              [---]    1 cell of padding before, 1 after

Images are four-dimensional, batch and channels being the other two axes. Inside the kernels they are always
seen as NHWC (batch, rows, columns, channels), whatever their order in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from flowgraph.errors import InvalidArgumentError

Array = np.ndarray[Any, np.dtype[Any]]
AxisPadding: TypeAlias = "str | tuple[int, int]"
"""How one axis is padded: "SAME", "VALID", or the cells (before, after)."""

Tap = tuple[slice, slice]


def conv_output_size(n: int, k: int, stride: int, padding: AxisPadding, dilation: int = 1) -> tuple[int, int, int]:
    """How many windows fit while a graph runs, and the padding: (windows, cells before, cells after).

    Where the window is slightly larger than the axis the answer is 0 rather than an error: like TensorFlow's,
    the division rounds towards zero. While a graph is built, TensorFlow is stricter: see `infer_output_size`.

    Raises:
      InvalidArgumentError: the window is larger than the axis by a stride and more.
      ValueError: `stride` or `dilation` is not positive.

    >>> conv_output_size(28, 5, 1, "SAME")
    (28, 2, 2)
    >>> conv_output_size(28, 3, 2, "SAME")
    (14, 0, 1)
    >>> conv_output_size(28, 5, 1, (1, 0))
    (25, 1, 0)
    >>> conv_output_size(3, 5, 1, "VALID")
    Traceback (most recent call last):
    flowgraph.errors.InvalidArgumentError: Computed output size would be negative: -1 [input_size: 3,
    effective_filter_size: 5, stride: 1]
    """
    _check_steps(stride, dilation)
    extent = (k - 1) * dilation + 1
    if padding == "SAME":
        out = -(-n // stride)
        total = max((out - 1) * stride + extent - n, 0)
        return out, total // 2, total - total // 2
    before, after = _cells(padding)
    room = n + before + after - extent + stride
    out = room // stride if room >= 0 else -(-room // stride)
    if out < 0:
        raise InvalidArgumentError(
            None,
            None,
            f"Computed output size would be negative: {out} "
            f"[input_size: {n}, effective_filter_size: {extent}, stride: {stride}]",
        )
    return out, before, after


def infer_output_size(n: int | None, k: int | None, stride: int, padding: AxisPadding, dilation: int = 1) -> int | None:
    """How many windows fit as far as that is known while a graph is built; None for an unknown size.

    Raises:
      ValueError: the window is larger than the axis, or `stride` or `dilation` is not positive.

    >>> infer_output_size(28, None, 2, "SAME"), infer_output_size(None, 3, 1, "VALID")
    (14, None)
    >>> infer_output_size(3, 5, 1, "VALID")
    Traceback (most recent call last):
    ValueError: Negative dimension size caused by subtracting 5 from 3
    """
    _check_steps(stride, dilation)
    if n is None:
        return None
    if padding == "SAME":
        return -(-n // stride)
    if k is None:
        return None
    padded, extent = n + sum(_cells(padding)), (k - 1) * dilation + 1
    if extent > padded:
        raise ValueError(f"Negative dimension size caused by subtracting {extent} from {padded}")
    return (padded - extent + stride) // stride


def _cells(padding: AxisPadding) -> tuple[int, int]:
    if isinstance(padding, tuple):
        return padding
    if padding == "VALID":
        return 0, 0
    raise ValueError(f"padding must be 'SAME', 'VALID' or a pair of cell counts, not {padding!r}")


def _check_steps(stride: int, dilation: int) -> None:
    if stride <= 0:
        raise ValueError(f"Stride must be > 0, but got {stride}")
    if dilation <= 0:
        raise ValueError(f"Dilation rate must be >= 1, but got {dilation}")


class Axis(NamedTuple):
    """One spatial axis with its windows; window `o` sees the cells `o * stride - before + tap * dilation`."""

    size: int
    kernel: int
    stride: int
    dilation: int
    out: int
    before: int

    @classmethod
    def plan(cls, size: int, kernel: int, stride: int, padding: AxisPadding, dilation: int = 1) -> Axis:
        """Place the windows on an axis; raises as `conv_output_size` does.

        >>> Axis.plan(5, 3, 2, "SAME")
        Axis(size=5, kernel=3, stride=2, dilation=1, out=3, before=1)
        """
        out, before, _ = conv_output_size(size, kernel, stride, padding, dilation)
        return cls(size, kernel, stride, dilation, out, before)

    @property
    def span(self) -> int:
        """How many cells, padding included, lie from the first window's start to the last one's end."""
        return (self.out - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    @property
    def mirrored(self) -> Axis:
        """For stride 1, the windows through which gradients flow back: each cell sees who saw it."""
        assert self.stride == 1
        before = (self.kernel - 1) * self.dilation - self.before
        return Axis(self.out, self.kernel, 1, self.dilation, self.size, before)

    def taps(self) -> Iterator[Tap]:
        """For each cell of the window: which windows find it inside the axis, and where: (windows, cells).

        >>> for windows, cells in Axis.plan(5, 3, 2, "SAME").taps():
        ...     print(windows, cells)
        slice(1, 3, None) slice(1, 5, 2)
        slice(0, 3, None) slice(0, 6, 2)
        slice(0, 2, None) slice(1, 5, 2)
        """
        for tap in range(self.kernel):
            offset = tap * self.dilation - self.before
            first = max(0, -(offset // self.stride))
            last = max(first, min(self.out, (self.size - 1 - offset) // self.stride + 1))
            start = first * self.stride + offset
            yield slice(first, last), slice(start, start + (last - first) * self.stride, self.stride)


def image_axes(data_format: str) -> tuple[int, int, int, int]:
    """Where batch, rows, columns and channels stand: (0, 1, 2, 3) for NHWC, (0, 2, 3, 1) for NCHW."""
    if data_format == "NHWC":
        return 0, 1, 2, 3
    if data_format == "NCHW":
        return 0, 2, 3, 1
    raise ValueError(f"data_format must be 'NHWC' or 'NCHW', not {data_format!r}")


def as_nhwc(x: Array, data_format: str) -> Array:
    """A view of images with the axes in the order batch, rows, columns, channels."""
    return x.transpose(image_axes(data_format))


def from_nhwc(x: Array, data_format: str) -> Array:
    """The inverse of `as_nhwc`: a view with the axes in the order of `data_format`."""
    return x if data_format == "NHWC" else x.transpose(0, 3, 1, 2)


def axis_paddings(padding: str, explicit_paddings: Sequence[int], data_format: str) -> tuple[AxisPadding, AxisPadding]:
    """How rows and columns are padded, from an op's attributes.

    Raises:
      ValueError: `explicit_paddings` is wrong: it takes eight numbers with EXPLICIT, none with the others.

    >>> axis_paddings("EXPLICIT", [0, 0, 1, 2, 3, 4, 0, 0], "NHWC")
    ((1, 2), (3, 4))
    """
    if padding != "EXPLICIT":
        if len(explicit_paddings):
            raise ValueError("explicit_paddings attribute must be empty if the padding attribute is not EXPLICIT")
        if padding not in ("SAME", "VALID"):
            raise ValueError(f"padding must be 'SAME', 'VALID' or 'EXPLICIT', not {padding!r}")
        return padding, padding
    count = len(explicit_paddings)
    if count != 8:
        raise ValueError(f"explicit_paddings attribute must contain 8 values, but got: {count}")
    if min(explicit_paddings) < 0:
        raise ValueError("All elements of explicit_paddings must be nonnegative")
    pairs = list(zip(explicit_paddings[0::2], explicit_paddings[1::2]))
    batch, rows, cols, channels = (pairs[axis] for axis in image_axes(data_format))
    if any(batch + channels):
        raise ValueError("Nonzero explicit padding in the batch or depth dimensions is not supported")
    return rows, cols
