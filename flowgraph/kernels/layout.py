"""Images with the channels first, copied so that the channels of a pixel lie together.

A copy reads one entry of each channel in turn. Where images have 32x32 pixels, these entries are 4096 bytes apart and
all fall on the same few lines of the processor's cache, so that each is fetched anew for every pixel. So some rows at a
time are first copied to planes that lie a little further apart.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.kernels.window import Array

BLOCK_BYTES = 1 << 18
"""How much is copied at a time."""

GAP = 16
"""Entries between two planes: a line of the cache."""

FEW = 4
"""So few channels are read soon enough as they are."""

TASKS = 16
"""Images are handed to threads in so many shares."""


def with_channels_together(images: Array) -> Array:
    """Images [batch, rows, columns, channels] with the channels of each pixel beside each other, a copy if need be.

    >>> images = np.zeros((2, 8, 5, 5)).transpose(0, 2, 3, 1)
    >>> with_channels_together(images).flags.c_contiguous
    True
    """
    batch, height, width, depth = images.shape
    if depth <= FEW or images.size == 0 or images.strides[3] == images.itemsize:
        return images
    made = np.empty(images.shape, images.dtype)
    step = min(height, max(1, BLOCK_BYTES // (width * depth * images.itemsize)))

    def copy(part: slice) -> None:
        planes = np.empty((depth, step * width + GAP), images.dtype)
        for image in range(part.start, part.stop):
            for top in range(0, height, step):
                rows = images[image, top : top + step]
                apart = planes[:, : len(rows) * width].reshape(depth, len(rows), width)
                apart[...] = rows.transpose(2, 0, 1)
                made[image, top : top + step] = apart.transpose(1, 2, 0)

    in_parallel([partial(copy, part) for part in ranges(batch, TASKS)])
    return made
