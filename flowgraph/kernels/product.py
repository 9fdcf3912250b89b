"""Matrix products on the threads of `threads.py`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from flowgraph.kernels.threads import blas_alone, in_parallel, ranges

WORTH_CUTTING = 20_000_000
"""Multiplications: below some half a millisecond of work a second thread costs more than it gains."""
SMALL = 200_000
"""Multiplications: so little BLAS does with one thread anyway."""
NARROW = 128
"""Rows or columns: BLAS packs the other factor anew for each part, which tells where parts are narrower than this."""
MOST_PARTS = 8
FEW = 48
"""Rows: fewer of them times a transposed matrix BLAS does twice as fast the other way round."""


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> Any:
    """`np.matmul(a, b, out)` for matrices, cut along the longer side of the result where it is big.

    >>> product(np.ones((2, 3)), np.ones((3, 2)))
    array([[3., 3.],
           [3., 3.]])
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        with blas_alone() if _of_one(a, b) >= SMALL else nullcontext():
            return np.matmul(a, b, out)
    if a.shape[1] == 1:
        return np.multiply(a, b, out)  # an outer product, which BLAS takes five times as long for
    work = a.size * b.shape[1]
    if work < SMALL:
        return np.matmul(a, b, out)
    if work < WORTH_CUTTING:
        with blas_alone():
            return _turned(a, b, out) if _is_turned(a, b) else np.matmul(a, b, out)
    made = np.empty((a.shape[0], b.shape[1]), np.result_type(a, b)) if out is None else out
    if made.shape[0] >= made.shape[1]:
        parts = [(a[rows], b, made[rows]) for rows in ranges(made.shape[0], _parts(made.shape[0]))]
    else:
        parts = [(a, b[:, cols], made[:, cols]) for cols in ranges(made.shape[1], _parts(made.shape[1]))]
    with blas_alone():
        in_parallel([lambda part=part: np.matmul(*part) for part in parts])  # type: ignore[misc]
    return made


def _is_turned(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether these are a few rows, and a matrix that lies in memory as its transpose, with many columns."""
    return 1 < a.shape[0] <= FEW and b.shape[1] >= 4 * a.shape[0] and b.flags.f_contiguous and a.flags.c_contiguous


def _turned(a: np.ndarray, b: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """The product as the transpose of that of the transposed matrices.

    >>> a, w = np.arange(4.0).reshape(2, 2), np.arange(16.0).reshape(8, 2)
    >>> bool((_turned(a, w.T, None) == a @ w.T).all())
    True
    """
    made = np.matmul(b.T, a.T).T
    if out is None:
        return np.ascontiguousarray(made)
    np.copyto(out, made)
    return out


def _of_one(a: np.ndarray, b: np.ndarray) -> int:
    """The multiplications of one product of many (or of one that numpy will refuse)."""
    return a.shape[-2] * a.shape[-1] * b.shape[-1] if min(a.ndim, b.ndim) >= 2 else SMALL


def _parts(side: int) -> int:
    """How many parts a side is cut into: a power of two, so that two or four threads get equal shares.

    >>> [_parts(side) for side in (100, 500, 512, 784, 10000)]
    [2, 2, 4, 4, 8]
    """
    parts = 2
    while 2 * parts <= MOST_PARTS and side >= 2 * parts * NARROW:
        parts *= 2
    return parts
