"""Matrix products on the threads of `threads.py`."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.kernels.threads import blas_alone, in_parallel, ranges

WORTH_CUTTING = 20_000_000
"""Multiplications: below some half a millisecond of work a second thread costs more than it gains."""
SMALL = 200_000
"""Multiplications: so little BLAS does with one thread anyway."""


def product(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> Any:
    """`np.matmul(a, b, out)` for matrices, cut along the longer side of the result where it is big.

    >>> product(np.ones((2, 3)), np.ones((3, 2)))
    array([[3., 3.],
           [3., 3.]])
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        return np.matmul(a, b, out)
    if a.shape[1] == 1:
        return np.multiply(a, b, out)  # an outer product, which BLAS takes five times as long for
    work = a.size * b.shape[1]
    if work < SMALL:
        return np.matmul(a, b, out)
    if work < WORTH_CUTTING:
        with blas_alone():
            return np.matmul(a, b, out)
    made = np.empty((a.shape[0], b.shape[1]), np.result_type(a, b)) if out is None else out
    if made.shape[0] >= made.shape[1]:
        parts = [(a[rows], b, made[rows]) for rows in ranges(made.shape[0])]
    else:
        parts = [(a, b[:, cols], made[:, cols]) for cols in ranges(made.shape[1])]
    with blas_alone():
        in_parallel([lambda part=part: np.matmul(*part) for part in parts])  # type: ignore[misc]
    return made
