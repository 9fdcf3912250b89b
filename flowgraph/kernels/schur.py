"""Functions of matrices through Schur's form A = Q T Q^H, with a unitary Q and a triangular T.

numpy has no Schur form, so here is the classic way to it: Householder reflections leave one diagonal below the main
one, and QR steps with shifts make that vanish, eigenvalue by eigenvalue, from the bottom up. Complex numbers are used
throughout, for then every T is a true triangle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.kernels.threads import blas_alone

Array = np.ndarray[Any, np.dtype[Any]]

SWEEPS = 30
"""QR steps for one eigenvalue; two or three are usual."""


def schur(a: Array) -> tuple[Array, Array]:
    """Q and T of one square matrix, complex128.

    >>> q, t = schur(np.array([[0.0, -1.0], [1.0, 0.0]]))
    >>> np.allclose(q @ t @ q.conj().T, [[0, -1], [1, 0]]), np.allclose(np.tril(t, -1), 0)
    (True, True)
    """
    t, q = _hessenberg(a.astype(np.complex128))
    end, sweeps = len(t) - 1, 0
    while end > 0:
        start = _last_gap(t, end)
        if start == end:
            end, sweeps = end - 1, 0
        elif sweeps == SWEEPS:
            return np.full_like(q, np.nan), np.full_like(t, np.nan)
        else:
            _qr_step(t, q, start, end, _shift(t, end, sweeps))
            sweeps += 1
    return q, np.triu(t)


def _hessenberg(a: Array) -> tuple[Array, Array]:
    """A with zeros below the first diagonal under the main one, and the unitary matrix that made it so."""
    size = len(a)
    q = np.eye(size, dtype=a.dtype)
    for k in range(size - 2):
        v = a[k + 1 :, k].copy()
        length = np.linalg.norm(v)
        if length == 0:
            continue
        v[0] += length * (v[0] / abs(v[0]) if v[0] else 1.0)
        v /= np.linalg.norm(v)
        a[k + 1 :, k:] -= 2 * np.outer(v, v.conj() @ a[k + 1 :, k:])
        a[:, k + 1 :] -= 2 * np.outer(a[:, k + 1 :] @ v, v.conj())
        q[:, k + 1 :] -= 2 * np.outer(q[:, k + 1 :] @ v, v.conj())
    return a, q


def _last_gap(t: Array, end: int) -> int:
    """Where the last block that is not yet triangular begins; entries as good as zero become zero."""
    for k in range(end, 0, -1):
        near = abs(t[k, k]) + abs(t[k - 1, k - 1])
        if abs(t[k, k - 1]) <= np.finfo(np.float64).eps * (near or np.linalg.norm(t)):
            t[k, k - 1] = 0
            return k
    return 0


def _shift(t: Array, end: int, sweeps: int) -> complex:
    """The eigenvalue of the last two rows that is nearest to the last entry; now and then something else."""
    if sweeps % 10 == 9:
        return abs(t[end, end - 1]) + t[end, end]
    (a, b), (c, d) = t[end - 1 : end + 1, end - 1 : end + 1]
    middle = (a + d) / 2
    root = np.sqrt(((a - d) / 2) ** 2 + b * c)
    return min(middle + root, middle - root, key=lambda e: abs(e - d))


def _qr_step(t: Array, q: Array, start: int, end: int, shift: complex) -> None:
    """T - shift = Q R, then R Q + shift, on the rows from `start` to `end`; rotations are applied to all of T."""
    rotations = []
    for k in range(start, end + 1):
        t[k, k] -= shift
    for k in range(start, end):
        x, y = t[k, k], t[k + 1, k]
        length = np.hypot(abs(x), abs(y))
        turn = np.array([[x.conj(), y.conj()], [-y, x]]) / length if length else np.eye(2)
        t[k : k + 2, k:] = turn @ t[k : k + 2, k:]
        rotations.append(turn)
    for k, turn in enumerate(rotations, start):
        back = turn.conj().T
        t[: min(k + 2, end) + 1, k : k + 2] = t[: min(k + 2, end) + 1, k : k + 2] @ back
        q[:, k : k + 2] = q[:, k : k + 2] @ back
    for k in range(start, end + 1):
        t[k, k] += shift


# -- functions of matrices ---------------------------------------------------------------------------------------


def sqrt_of_triangle(t: Array) -> Array:
    """The upper triangular R with R R = T.

    Column by column, from the diagonal up: r_ij = (t_ij - sum of r_ik r_kj for i < k < j) / (r_ii + r_jj).
    """
    made = np.diag(np.sqrt(np.diagonal(t)))
    with np.errstate(all="ignore"):
        for j in range(1, len(t)):
            for i in range(j - 1, -1, -1):
                inner = made[i, i + 1 : j] @ made[i + 1 : j, j]
                made[i, j] = (t[i, j] - inner) / (made[i, i] + made[j, j])
    return made


@blas_alone()
def square_root(x: Array) -> Array:
    """The principal square root of one matrix; NaN where a real one has none that is real, or a singular one none.

    >>> square_root(np.array([[4.0, 0.0], [0.0, 9.0]]))
    array([[2., 0.],
           [0., 3.]])
    """
    q, t = schur(x)
    made = q @ sqrt_of_triangle(t) @ q.conj().T
    if np.iscomplexobj(x):
        return made
    values = np.diagonal(t)
    is_negative = (values.real < 0) & (abs(values.imag) <= 1e-12 * abs(values.real))
    return np.full(x.shape, np.nan) if is_negative.any() else made.real


DEGREE = 8
"""Points of Gauss-Legendre quadrature: the diagonal Padé approximant of this degree."""
NEAR = 0.25
"""How near to the identity a matrix is brought by square roots before the approximant is used."""


@blas_alone()
def logarithm(x: Array) -> Array:
    """The principal logarithm of one complex matrix; NaN where it is singular.

    Square roots bring T near the identity (log T = 2^k log T^(1/2^k)), where the integral of
    (T - 1) (1 + u (T - 1))^-1 over u from 0 to 1 is exact to the last digits with a few points.

    >>> np.allclose(logarithm(np.array([[1.0 + 0j, 1.0], [0.0, 1.0]])), [[0, 1], [0, 0]])
    True
    """
    q, t = schur(x)
    values = np.diagonal(t)
    if not np.all(np.isfinite(t)) or np.any(values == 0):
        return np.full(x.shape, complex(np.nan, np.nan))
    roots, ones = 0, np.eye(len(t))
    root = t
    while np.linalg.norm(root - ones, 1) > NEAR and roots < 100:
        root, roots = sqrt_of_triangle(root), roots + 1
    points, weights = np.polynomial.legendre.leggauss(DEGREE)
    rest = root - ones
    made = sum(
        (w / 2 * np.linalg.solve(ones + (p + 1) / 2 * rest, rest) for p, w in zip(points, weights)),
        np.zeros_like(t),
    )
    made = made * 2.0**roots
    np.fill_diagonal(made, np.log(values))
    return q @ made @ q.conj().T
