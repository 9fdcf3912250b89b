"""Sums of squares, of a part that stays in the processor's cache at a time, on several threads."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from flowgraph.kernels.threads import in_parallel, ranges

BLOCK = 1 << 15
"""Entries whose squares are added up together, in pairs; the sums of blocks are then added up in pairs, too."""

LARGE = 1 << 19
"""Entries that are worth several threads."""


def sum_of_squares(x: np.ndarray) -> Any:
    """The sum of the squares of all entries of an array of floats, a number of its dtype.

    >>> float(sum_of_squares(np.array([[3.0], [4.0]])))
    25.0
    """
    flat = x.reshape(-1)
    if flat.size <= BLOCK:
        return np.add.reduce(np.square(flat), dtype=x.dtype)
    sums = np.empty(-(-flat.size // BLOCK), x.dtype)

    def work(blocks: slice) -> None:
        squares = np.empty(BLOCK, x.dtype)
        for i in range(blocks.start, blocks.stop):
            block = flat[i * BLOCK : (i + 1) * BLOCK]
            np.add.reduce(np.square(block, squares[: block.size]), out=sums[i, ...])

    if flat.size < LARGE:
        work(slice(0, len(sums)))
    else:
        in_parallel([partial(work, part) for part in ranges(len(sums))])
    return np.add.reduce(sums, dtype=x.dtype)
