"""Eigenvectors and singular vectors with TensorFlow's signs.

The sign of such a vector is nobody's to know: it is what an algorithm happens to end with. TensorFlow uses the library
Eigen, whose algorithms are these: for Hermitian matrices, Householder reflections to three diagonals and QR steps with
shifts; for singular values, rotations of two rows and two columns at a time (Jacobi), after a QR factorization where
the matrix is not square. They are followed here, step by step, for matrices small enough that Python's loops do
not matter; large ones go to LAPACK.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

TINY = float(np.finfo(np.float64).tiny)
PRECISION = 2 * float(np.finfo(np.float64).eps)
SWEEPS = 30

SMALL = 15
"""The size up to which Eigen itself uses rotations for singular values."""
WORK = 2000
"""Rows times columns, times matrices, up to which this is done in Python: some hundredths of a second."""


def is_small(x: Array) -> bool:
    """Whether a batch of matrices is small enough for Python's loops."""
    return max(x.shape[-2:]) <= SMALL and x.size <= WORK


def householder(x: Array) -> tuple[Array, Any, Any]:
    """A reflection that leaves of a vector only its first entry: the vector v = (1, ...), tau, and that entry.

    >>> householder(np.array([3.0, 4.0]))
    (array([1. , 0.5]), np.float64(1.6), np.float64(-5.0))
    """
    rest = np.sum(np.abs(x[1:]) ** 2)
    first = x[0]
    v = np.zeros_like(x)
    v[0] = 1
    if rest <= TINY and first.imag**2 <= TINY:
        return v, x.dtype.type(0), first.real
    left = np.sqrt(abs(first) ** 2 + rest)
    left = -left if first.real >= 0 else left
    v[1:] = x[1:] / (first - left)
    return v, np.conj((left - first) / left), left


# -- Hermitian matrices ------------------------------------------------------------------------------------------


def self_adjoint_eig(x: Array) -> tuple[Array, Array]:
    """Eigenvalues from small to large and eigenvectors of one Hermitian matrix; its lower triangle is read.

    All is computed in the matrix's own precision, for how many steps are made decides about signs.

    >>> e, v = self_adjoint_eig(np.array([[2.0, 0.0], [1.0, 2.0]]))
    >>> e, np.sign(v)
    (array([1., 3.]), array([[-1.,  1.],
           [ 1.,  1.]]))
    """
    lower = np.tril(x)
    scale = np.abs(lower).max() or lower.real.dtype.type(1)
    matrix = lower / scale
    matrix = matrix + np.conj(np.tril(matrix, -1)).T
    np.fill_diagonal(matrix, matrix.diagonal().real)
    diagonal, below, q = _three_diagonals(matrix)
    _to_diagonal(diagonal, below, q)
    for i in range(len(x) - 1):
        k = i + int(np.argmin(diagonal[i:]))
        if k > i:
            diagonal[[i, k]] = diagonal[[k, i]]
            q[:, [i, k]] = q[:, [k, i]]
    return diagonal * scale, q


def _three_diagonals(a: Array) -> tuple[Array, Array, Array]:
    """The diagonal and the one below it of Q^H A Q, and Q."""
    size = len(a)
    below = np.zeros(max(size - 1, 0), a.real.dtype)
    reflections = []
    for i in range(size - 1):
        v, tau, below[i] = householder(a[i + 1 :, i].copy())
        inner = a[i + 1 :, i + 1 :]
        w = np.conj(tau) * (inner @ v)
        w = w - a.dtype.type(0.5) * np.conj(tau) * np.vdot(w, v) * v
        a[i + 1 :, i + 1 :] = inner - np.outer(v, np.conj(w)) - np.outer(w, np.conj(v))
        reflections.append((v, tau))
    q = np.eye(size, dtype=a.dtype)
    for i in range(size - 2, -1, -1):
        v, tau = reflections[i]
        rows = q[i + 1 :, i + 1 :]
        q[i + 1 :, i + 1 :] = rows - np.conj(tau) * np.outer(v, np.conj(v) @ rows)
    return a.diagonal().real.copy(), below, q


def _to_diagonal(diagonal: Array, below: Array, q: Array) -> None:
    """QR steps until the lower diagonal has vanished, from the bottom up."""
    limits = np.finfo(diagonal.dtype)
    end, start, steps = len(diagonal) - 1, 0, 0
    while end > 0:
        for i in range(start, end):
            near = abs(diagonal[i]) + abs(diagonal[i + 1])
            if abs(below[i]) <= near * 2 * limits.eps or abs(below[i]) <= limits.tiny:
                below[i] = 0
        while end > 0 and below[end - 1] == 0:
            end -= 1
        steps += 1
        if end <= 0 or steps > SWEEPS * len(diagonal):
            return
        start = end - 1
        while start > 0 and below[start - 1] != 0:
            start -= 1
        _qr_step(diagonal, below, start, end, q)


def _qr_step(diagonal: Array, below: Array, start: int, end: int, q: Array) -> None:
    gap, edge = (diagonal[end - 1] - diagonal[end]) * 0.5, below[end - 1]
    shift = diagonal[end]
    if gap == 0:
        shift -= abs(edge)
    else:
        far = np.hypot(gap, edge)
        shift -= edge**2 / (gap + (far if gap > 0 else -far))
    x, z = diagonal[start] - shift, below[start]
    for k in range(start, end):
        c, s = _givens(x, z)
        low, high = s * diagonal[k] + c * below[k], s * below[k] + c * diagonal[k + 1]
        diagonal[k] = c * (c * diagonal[k] - s * below[k]) - s * (c * below[k] - s * diagonal[k + 1])
        diagonal[k + 1] = s * low + c * high
        below[k] = c * low - s * high
        if k > start:
            below[k - 1] = c * below[k - 1] - s * z
        x = below[k]
        if k < end - 1:
            z = -s * below[k + 1]
            below[k + 1] *= c
        _rotate(q[:, k], q[:, k + 1], c, -s)


def _givens(p: float, q: float) -> tuple[float, float]:
    """The cosine and the sine that turn (p, q) into (r, 0)."""
    if q == 0:
        return (-1.0 if p < 0 else 1.0), 0.0
    if p == 0:
        return 0.0, (1.0 if q < 0 else -1.0)
    if abs(p) > abs(q):
        t = q / p
        u = np.copysign(np.sqrt(1 + t * t), p)
        return 1 / u, -t / u
    t = p / q
    u = np.copysign(np.sqrt(1 + t * t), q)
    return t / u, -1 / u


def _rotate(x: Array, y: Array, c: float, s: float) -> None:
    """Turn two rows or columns in place: x = c x + s y, y = c y - s x."""
    x[...], y[...] = c * x + s * y, c * y - s * x


# -- singular values ---------------------------------------------------------------------------------------------


def svd(x: Array, full: bool) -> tuple[Array, Array, Array]:
    """U, the singular values and V of one real matrix.

    >>> u, s, v = svd(np.array([[0.0, -2.0], [1.0, 0.0]]), False)
    >>> s, np.round(u * s @ v.T, 12)
    (array([2., 1.]), array([[ 0., -2.],
           [ 1.,  0.]]))
    """
    rows, columns = x.shape
    scale = float(np.abs(x).max()) or 1.0
    if rows == columns:
        work, u, v = x / scale, np.eye(rows), np.eye(rows)
    elif rows > columns:
        u, triangle, order = _pivoted_qr(x / scale, full)
        work, v = triangle, np.eye(columns)[:, order]
    else:
        v, triangle, order = _pivoted_qr(x.T / scale, full)
        work, u = triangle.T.copy(), np.eye(rows)[:, order]
    _jacobi(work, u, v)
    values = work.diagonal().copy()
    u[:, : len(values)] *= np.where(values < 0, -1.0, 1.0)
    values = np.abs(values) * scale
    for i in range(len(values)):
        k = i + int(np.argmax(values[i:]))
        if values[k] == 0:
            break
        if k > i:
            values[[i, k]] = values[[k, i]]
            u[:, [i, k]], v[:, [i, k]] = u[:, [k, i]], v[:, [k, i]]
    return u, values, v


def _pivoted_qr(x: Array, full: bool) -> tuple[Array, Array, Array]:
    """Q, R and the order of the columns, the one with the largest rest first in each step."""
    rows, columns = x.shape
    a, order, reflections = x.copy(), np.arange(columns), []
    norms = np.sqrt(np.sum(a**2, axis=0))
    exact = norms.copy()
    for k in range(columns):
        pivot = k + int(np.argmax(norms[k:]))
        if pivot != k:
            for part in (a.T, norms, exact, order):
                part[[k, pivot]] = part[[pivot, k]]
        v, tau, left = householder(a[k:, k].copy())
        a[k, k], a[k + 1 :, k] = left, 0
        a[k:, k + 1 :] -= tau * np.outer(v, v @ a[k:, k + 1 :])
        reflections.append((v, tau))
        for j in range(k + 1, columns):
            if norms[j] == 0:
                continue
            part = abs(a[k, j]) / norms[j]
            part = max((1 + part) * (1 - part), 0.0)
            if part * (norms[j] / exact[j]) ** 2 <= np.sqrt(np.finfo(np.float64).eps):
                norms[j] = exact[j] = np.linalg.norm(a[k + 1 :, j])
            else:
                norms[j] *= np.sqrt(part)
    q = np.eye(rows, rows if full else columns)
    for k in range(columns - 1, -1, -1):
        v, tau = reflections[k]
        q[k:, :] -= tau * np.outer(v, v @ q[k:, :])
    return q, np.triu(a[:columns]), order


def _jacobi(work: Array, u: Array, v: Array) -> None:
    """Rotate pairs of rows and columns until a square matrix is diagonal."""
    size = len(work)
    largest = float(np.abs(work.diagonal()).max())
    finished = False
    while not finished:
        finished = True
        for p in range(1, size):
            for q in range(p):
                limit = max(TINY, PRECISION * largest)
                if abs(work[p, q]) <= limit and abs(work[q, p]) <= limit:
                    continue
                finished = False
                left, right = _two_by_two(work[p, p], work[p, q], work[q, p], work[q, q])
                _rotate(work[p], work[q], *left)
                _rotate(u[:, p], u[:, q], *left)
                _rotate(work[:, p], work[:, q], right[0], -right[1])
                _rotate(v[:, p], v[:, q], right[0], -right[1])
                largest = max(largest, abs(work[p, p]), abs(work[q, q]))


def _two_by_two(a: float, b: float, c: float, d: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The cosines and sines of the rotations from the left and from the right that make [[a, b], [c, d]] diagonal."""
    total, skew = a + d, c - b
    c1, s1 = 1.0, 0.0
    if abs(skew) >= TINY:
        ratio = total / skew
        length = np.sqrt(1 + ratio * ratio)
        c1, s1 = ratio / length, 1 / length
    # symmetric now, and diagonal after one more rotation from both sides
    a, b, d = c1 * a + s1 * c, c1 * b + s1 * d, c1 * d - s1 * b
    double = 2 * abs(b)
    if double < TINY:
        return (c1, s1), (1.0, 0.0)
    tau = (a - d) / double
    width = np.sqrt(tau * tau + 1)
    t = 1 / (tau + width) if tau > 0 else 1 / (tau - width)
    c2 = 1 / np.sqrt(t * t + 1)
    s2 = -np.sign(t) * np.sign(b) * abs(t) * c2
    return (c1 * c2 + s1 * s2, s1 * c2 - c1 * s2), (c2, s2)
