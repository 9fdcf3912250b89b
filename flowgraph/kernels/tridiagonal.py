"""Products and systems of equations with matrices of three diagonals, over batches of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.errors import InvalidArgumentError

Array = np.ndarray[Any, np.dtype[Any]]


def product(above: Array, main: Array, below: Array, rhs: Array) -> Array:
    """A rhs, from the diagonals of A as vectors [..., M]; the last of `above` and the first of `below` are unused.

    >>> product(np.array([1.0, 9.0]), np.array([2.0, 3.0]), np.array([9.0, 1.0]), np.array([[1.0], [1.0]]))
    array([[3.],
           [4.]])
    """
    made = main[..., None] * rhs
    made[..., :-1, :] += above[..., :-1, None] * rhs[..., 1:, :]
    made[..., 1:, :] += below[..., 1:, None] * rhs[..., :-1, :]
    return made


def solve(diagonals: Array, rhs: Array, pivoting: bool) -> Array:
    """The X of A X = rhs by Gaussian elimination, row by row, for all matrices of a batch at once.

    With pivoting, two neighbouring rows change places where the lower one has the larger entry; each row then has
    up to two entries right of its diagonal.

    >>> solve(np.array([[1.0, 0.0], [2.0, 3.0], [0.0, 1.0]]), np.array([[3.0], [4.0]]), True)
    array([[1.],
           [1.]])
    """
    size = rhs.shape[-2]
    above, main, below = (np.array(diagonals[..., i, :]) for i in range(3))
    made = np.array(rhs)
    if not made.size:
        return made
    far = np.zeros_like(above)  # the entries two places right of the diagonal
    above[..., -1] = 0
    with np.errstate(all="ignore"):
        for i in range(size - 1):
            if pivoting:
                _swap_where_larger(i, above, main, below, far, made)
            _demand(main[..., i], size, pivoting)
            factor = below[..., i + 1] / main[..., i]
            main[..., i + 1] -= factor * above[..., i]
            above[..., i + 1] -= factor * far[..., i]
            made[..., i + 1, :] -= factor[..., None] * made[..., i, :]
        _demand(main[..., -1], size, pivoting)
        for i in range(size - 1, -1, -1):
            if i + 1 < size:
                made[..., i, :] -= above[..., i, None] * made[..., i + 1, :]
            if i + 2 < size:
                made[..., i, :] -= far[..., i, None] * made[..., i + 2, :]
            made[..., i, :] /= main[..., i, None]
    return made


def _swap_where_larger(i: int, above: Array, main: Array, below: Array, far: Array, rhs: Array) -> None:
    """Let rows i and i + 1 change places in the matrices where the lower one begins with the larger number."""
    swap = np.abs(below[..., i + 1]) > np.abs(main[..., i])
    if not swap.any():
        return
    upper = [main[..., i], above[..., i], far[..., i]]
    lower = [below[..., i + 1], main[..., i + 1], above[..., i + 1]]
    swapped = [(np.where(swap, b, a), np.where(swap, a, b)) for a, b in zip(upper, lower)]
    for a, b, (new_a, new_b) in zip(upper, lower, swapped):
        a[...], b[...] = new_a, new_b
    rows = rhs[..., i, :], rhs[..., i + 1, :]
    first = np.where(swap[..., None], rows[1], rows[0])
    second = np.where(swap[..., None], rows[0], rows[1])
    rows[0][...], rows[1][...] = first, second


def _demand(pivots: Array, size: int, pivoting: bool) -> None:
    if np.all(pivots != 0):
        return
    if size == 1:
        line = "The matrix is not invertible: it is a scalar with value zero."
    elif pivoting:
        line = "The matrix is not invertible."
    else:
        line = "The matrix is either not invertible, or requires pivoting. Try setting partial_pivoting = True."
    raise InvalidArgumentError(None, None, line)
