"""What is done to each channel of images alike: sums over all other axes, vectors that go with every pixel.

Images are seen as lines. With the channels last a line is some pixels with all their channels, so that numpy's inner
loops are long, and a vector over channels goes with a line if it is repeated for each of the pixels. With the channels
first, images are [images, channels, pixels]. Work goes over the lines in pieces that stay in the processor's cache,
some of them on other threads.

How images are cut depends on their sizes alone, and so do sums: those of some dozens of entries are made in the images'
own dtype, and the sums of those in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import gcd, prod

import numpy as np

from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.kernels.window import Array

PIECE = 1 << 16
"""Entries of a piece of the images."""

TASKS = 16
"""Pieces are handed to threads in so many shares."""

LINE = 1024
"""Entries of a line, at most."""


class Lines:
    """How arrays of a shape are seen as lines: `shape` is that of the lines, `pieces` are where work is cut.

    Args:
      shape: [..., channels], or [batch, channels, ...].
      first: whether the channels are the second axis.

    >>> lines = Lines((2, 3, 2, 5), first=False)
    >>> lines.shape, lines.total(lines.of(np.ones((2, 3, 2, 5))))
    ((3, 20), array([12., 12., 12., 12., 12.]))
    """

    def __init__(self, shape: tuple[int, ...], first: bool) -> None:
        self.first = first
        if first:
            self.channels = shape[1]
            self.shape: tuple[int, ...] = (shape[0], shape[1], prod(shape[2:]))
        else:
            self.channels = shape[-1]
            pixels = prod(shape[:-1])
            most = 1 << (LINE // max(1, self.channels)).bit_length() >> 1  # a power of two, to divide what it can
            self.repeats = gcd(pixels, max(1, most))
            self.shape = (pixels // self.repeats, self.repeats * self.channels)
        count, size = self.shape[0], prod(self.shape)
        step = max(1, PIECE * count // max(1, size))
        self.pieces = ranges(count, -(-count // step))

    def of(self, images: Array) -> Array:
        """Images as lines."""
        return images.reshape(self.shape)

    def spread(self, vector: Array) -> Array:
        """A vector with an entry for each channel, as it goes with every line."""
        return vector[:, np.newaxis] if self.first else np.tile(vector, self.repeats)

    def total(self, lines: Array) -> Array:
        """The sum of some lines for each channel, in float64."""
        if self.first:
            return np.add.reduce(lines, axis=2).sum(axis=0, dtype=np.float64)
        return np.add.reduce(lines, axis=0).reshape(self.repeats, self.channels).sum(axis=0, dtype=np.float64)

    def for_each(self, work: Callable[[slice, int], None]) -> None:
        """Do the work for all pieces, which are numbered, some of them on other threads."""

        def share(numbers: slice) -> None:
            for number in range(numbers.start, numbers.stop):
                work(self.pieces[number], number)

        in_parallel([partial(share, numbers) for numbers in ranges(len(self.pieces), TASKS)])


def channel_sums(images: Array, first: bool) -> Array:
    """The sum for each channel, in the dtype of the images, floats.

    >>> channel_sums(np.array([[1.0, 2.0], [3.0, 4.0]]), first=False)
    array([4., 6.])
    """
    lines = Lines(images.shape, first)
    source = lines.of(images)
    sums = np.zeros((len(lines.pieces), lines.channels))

    def add_up(piece: slice, number: int) -> None:
        sums[number] = lines.total(source[piece])

    lines.for_each(add_up)
    return sums.sum(axis=0).astype(images.dtype)


def add_to_channels(images: Array, vector: Array, first: bool, out: Array | None = None) -> Array:
    """Add a number to each channel; `out`, if given, is where the result goes.

    >>> add_to_channels(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]), first=False)
    array([[11., 22.],
           [13., 24.]])
    """
    lines = Lines(images.shape, first)
    made = np.empty(images.shape, images.dtype) if out is None else out
    source, target, line = lines.of(images), lines.of(made), lines.spread(vector)

    def add(piece: slice, _number: int) -> None:
        np.add(source[piece], line, out=target[piece])

    lines.for_each(add)
    return made
