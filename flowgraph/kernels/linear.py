"""Linear algebra on batches of matrices: LAPACK where numpy has it, a few lines where it has not.

Matrices are the last two axes; what stands before them is the batch. float16 is computed in float32. Matrices without
rows or columns are answered here, for LAPACK knows none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels import jacobi
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import blas_alone

Array = np.ndarray[Any, np.dtype[Any]]

BLOCK = 32
"""Rows that are solved one by one before a product of matrices takes them out of all that follow."""


def widened(x: Array) -> Array:
    """What LAPACK can compute with: float16 as float32."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def adjoint(x: Array) -> Array:
    """Rows as columns, and complex numbers conjugated.

    >>> adjoint(np.array([[1, 2j]]))
    array([[1.-0.j],
           [0.-2.j]])
    """
    return np.conj(np.swapaxes(x, -1, -2))


def by_lapack(function: Callable[..., Any], failure: str) -> Callable[..., Any]:
    """A function of numpy.linalg whose failure is TensorFlow's."""

    def computed(*arrays: Any, **options: Any) -> Any:
        try:
            with np.errstate(all="ignore"), blas_alone():
                return function(*arrays, **options)
        except np.linalg.LinAlgError:
            raise invalid(failure) from None

    return computed


# -- triangles ---------------------------------------------------------------------------------------------------


def cholesky(x: Array) -> Array:
    """The lower triangular L of x = L L^H; only the lower triangle of `x` is read.

    >>> cholesky(np.array([[4.0, 99.0], [2.0, 5.0]]))
    array([[2., 0.],
           [1., 2.]])
    """
    if not x.size:
        return np.zeros(x.shape, x.dtype)
    wide = widened(x)
    with np.errstate(all="ignore"):
        try:
            with blas_alone():
                made = np.linalg.cholesky(wide)
        except np.linalg.LinAlgError:
            made = _cholesky_by_columns(wide)
        return made.astype(x.dtype, copy=False)


def _cholesky_by_columns(x: Array) -> Array:
    """The same where LAPACK gives up: NaN passes through, and a pivot that is not positive is an error."""
    made = np.zeros_like(x)
    for i in range(x.shape[-1]):
        row = made[..., i, :i]
        pivot = x[..., i, i].real - np.sum(np.abs(row) ** 2, axis=-1)
        if np.any(pivot <= 0):
            raise invalid("Cholesky decomposition was not successful. The input might not be valid.")
        made[..., i, i] = np.sqrt(pivot)
        below = x[..., i + 1 :, i] - (made[..., i + 1 :, :i] @ np.conj(row)[..., None])[..., 0]
        made[..., i + 1 :, i] = below / made[..., i, i, None]
    return made


def triangular_solve(matrix: Array, rhs: Array, lower: bool = True, adjointed: bool = False) -> Array:
    """The X of matrix X = rhs, where `matrix` is a triangle; its other half is not read.

    >>> triangular_solve(np.array([[1.0, 99.0], [2.0, 4.0]]), np.array([[1.0], [6.0]]))
    array([[1.],
           [1.]])
    """
    pivots = np.diagonal(matrix, axis1=-2, axis2=-1)
    if not np.all(pivots) or np.any(np.isnan(pivots[..., :1])):  # the least one, as Eigen finds it among NaNs
        raise invalid("Input matrix is not invertible.")
    dtype, matrix = rhs.dtype, widened(matrix)
    if adjointed:
        matrix, lower = adjoint(matrix), not lower
    if not lower:  # from the last row to the first: the same with rows and columns turned round
        flipped = _forward(matrix[..., ::-1, ::-1], widened(rhs)[..., ::-1, :])
        return np.ascontiguousarray(flipped[..., ::-1, :]).astype(dtype, copy=False)
    return _forward(matrix, widened(rhs)).astype(dtype, copy=False)


def _forward(matrix: Array, rhs: Array) -> Array:
    """Forward substitution with a lower triangle.

         first row     x0 = b0 / l00
         each further  xi = (bi - li0 x0 - li1 x1 - ...) / lii

    Blocks of rows are taken out of all that follow at once, so that nearly all work is in products of matrices.
    """
    made = np.array(rhs)
    with blas_alone():
        _substitute(matrix, made)
    return made


def _substitute(matrix: Array, made: Array) -> None:
    size = matrix.shape[-1]
    for start in range(0, size, BLOCK):
        end = min(start + BLOCK, size)
        for i in range(start, end):
            if i > start:
                made[..., i, :] -= (matrix[..., i, None, start:i] @ made[..., start:i, :])[..., 0, :]
            made[..., i, :] /= matrix[..., i, i, None]
        if end < size:
            made[..., end:, :] -= matrix[..., end:, start:end] @ made[..., start:end, :]


# -- inverses and determinants -----------------------------------------------------------------------------------


def inverse(x: Array, adjointed: bool = False) -> Array:
    """The inverse, or that of the adjoint.

    >>> inverse(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    if not x.size:
        return np.zeros(x.shape, x.dtype)
    failure = "Input is not invertible."
    if np.isnan(x).any():
        raise invalid(failure)
    made = by_lapack(np.linalg.inv, failure)(widened(x)).astype(x.dtype, copy=False)
    return np.ascontiguousarray(adjoint(made)) if adjointed else made


def solve(matrix: Array, rhs: Array, adjointed: bool = False) -> Array:
    """The X of matrix X = rhs.

    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([[2.0], [2.0]]))
    array([[1. ],
           [0.5]])
    """
    if not matrix.size or not rhs.size:
        return np.zeros(rhs.shape, rhs.dtype)
    failure = "Input matrix is not invertible."
    if np.isnan(matrix).any():
        raise invalid(failure)
    matrix = adjoint(matrix) if adjointed else matrix
    return by_lapack(np.linalg.solve, failure)(widened(matrix), widened(rhs)).astype(rhs.dtype, copy=False)


def sign_and_log_determinant(x: Array) -> tuple[Array, Array]:
    """The sign (a complex number of length 1) of the determinant, and the logarithm of its absolute value.

    As in TensorFlow's kernel, a matrix with NaN counts as singular.
    """
    with np.errstate(all="ignore"), blas_alone():
        sign, log = np.linalg.slogdet(widened(x))
    lost = np.isnan(x).any(axis=(-1, -2))
    return np.where(lost, 0, sign).astype(x.dtype), np.where(lost, -np.inf, log).astype(x.dtype)


def determinant(x: Array) -> Array:
    """The determinant; 1 of a matrix without rows.

    >>> determinant(np.zeros([2, 0, 0]))
    array([1., 1.])
    """
    with np.errstate(all="ignore"), blas_alone():
        made = np.linalg.det(widened(x))
    return np.where(np.isnan(x).any(axis=(-1, -2)), 0, made).astype(x.dtype)


def lu(x: Array) -> tuple[Array, Array]:
    """L without its diagonal of ones and U, in one matrix, and the rows of `x` in the order in which L U has them.

    >>> lu(np.array([[1.0, 2.0], [4.0, 4.0]]))
    (array([[4.  , 4.  ],
           [0.25, 1.  ]]), array([1, 0]))
    """
    if not x.size:
        return np.zeros(x.shape, x.dtype), np.zeros(x.shape[:-1], np.int64)
    made = np.array(widened(x))
    flat = made.reshape(-1, *x.shape[-2:])
    order = np.tile(np.arange(x.shape[-1]), (len(flat), 1))
    each = np.arange(len(flat))
    with np.errstate(all="ignore"):
        for k in range(x.shape[-1]):
            pivot = k + np.argmax(np.abs(flat[:, k:, k]), axis=-1)
            for rows in (flat, order):
                rows[each, k], rows[each, pivot] = rows[each, pivot], rows[each, k].copy()
            if not np.all(np.abs(flat[:, k, k]) > 0):
                raise invalid("Input is not invertible.")
            flat[:, k + 1 :, k] /= flat[:, k, k, None]
            flat[:, k + 1 :, k + 1 :] -= flat[:, k + 1 :, k, None] * flat[:, k, None, k + 1 :]
    return made.astype(x.dtype, copy=False), order.reshape(x.shape[:-1])


# -- orthogonal factors ------------------------------------------------------------------------------------------


def qr(x: Array, full: bool) -> tuple[Array, Array]:
    """An orthogonal (unitary) Q and an upper triangular R with x = Q R.

    >>> qr(np.array([[3.0], [4.0]]), False)
    (array([[-0.6],
           [-0.8]]), array([[-5.]]))
    """
    *batch, rows, columns = x.shape
    size = rows if full else min(rows, columns)
    if not x.size:
        q = np.broadcast_to(np.eye(rows, size, dtype=x.dtype), (*batch, rows, size))
        return np.array(q), np.zeros((*batch, size, columns), x.dtype)
    with blas_alone():
        q, r = np.linalg.qr(widened(x), "complete" if full else "reduced")
    return q.astype(x.dtype, copy=False), r.astype(x.dtype, copy=False)


def svd(x: Array, compute_uv: bool, full: bool) -> tuple[Array, Array, Array]:
    """Singular values from large to small, and the singular vectors of both sides as columns.

    What is not finite gives NaN, with identity matrices for vectors. Of small matrices the vectors have TF's signs.
    """
    *batch, rows, columns = x.shape
    size = min(rows, columns)
    u_size, v_size = (rows, columns) if full else (size, size)
    no_vectors = np.zeros(0, x.dtype), np.zeros(0, x.dtype)
    finite: Array = np.asarray(np.isfinite(x).all(axis=(-1, -2), keepdims=True))
    values = widened(np.where(finite, x, x.dtype.type(0)))
    if not x.size:
        s = np.zeros((*batch, size), x.dtype)
        u, v = (np.array(_identities(batch, *sizes, x.dtype)) for sizes in ((rows, u_size), (columns, v_size)))
        return (s, u, v) if compute_uv else (s, *no_vectors)
    if not compute_uv:
        with blas_alone():
            s = np.linalg.svd(values, compute_uv=False)
        return (np.where(finite[..., 0], s, np.nan).astype(x.dtype), *no_vectors)
    if jacobi.is_small(x) and not np.iscomplexobj(x):
        u, s, v = _one_by_one(lambda a: jacobi.svd(a, full), values.astype(np.float64))
    else:
        with blas_alone():
            u, s, vh = np.linalg.svd(values, full_matrices=full)
        v = adjoint(vh)
    s = np.where(finite[..., 0], s, np.nan)
    u = np.where(finite, u, np.eye(rows, u_size))
    v = np.where(finite, v, np.eye(columns, v_size))
    return s.astype(x.dtype), u.astype(x.dtype), v.astype(x.dtype)


def _one_by_one(function: Callable[[Array], tuple[Array, ...]], x: Array) -> tuple[Array, ...]:
    """A function of single matrices on a batch of them."""
    batch = x.shape[:-2]
    parts = zip(*(function(matrix) for matrix in x.reshape(-1, *x.shape[-2:])))
    return tuple(np.stack(part).reshape(*batch, *part[0].shape) for part in parts)


def _identities(batch: Any, rows: int, columns: int, dtype: Any) -> Array:
    return np.broadcast_to(np.eye(rows, columns, dtype=dtype), (*batch, rows, columns))


def self_adjoint_eig(x: Array, compute_v: bool) -> tuple[Array, Array]:
    """Eigenvalues from small to large, and eigenvectors as columns; only the lower triangle of `x` is read.

    Of small matrices the vectors have TF's signs.

    >>> self_adjoint_eig(np.array([[2.0, 99.0], [0.0, 1.0]]), False)
    (array([1., 2.]), array([], dtype=float64))
    """
    failure = "Self-adjoint eigen decomposition was not successful. The input might not be valid."
    if not np.isfinite(x).all():
        raise invalid(failure)
    if not x.size:
        return np.zeros(x.shape[:-1], x.dtype), np.zeros(x.shape if compute_v else 0, x.dtype)
    if not compute_v:
        e = by_lapack(np.linalg.eigvalsh, failure)(widened(x))
        return e.astype(x.dtype), np.zeros(0, x.dtype)
    if jacobi.is_small(x):
        e, v = _one_by_one(jacobi.self_adjoint_eig, widened(x))
    else:
        e, v = by_lapack(np.linalg.eigh, failure)(widened(x))
    return e.astype(x.dtype), v.astype(x.dtype, copy=False)


# -- least squares -----------------------------------------------------------------------------------------------


@blas_alone()
def least_squares(matrix: Array, rhs: Array, l2_regularizer: float, fast: bool) -> Array:
    """The X that makes matrix X - rhs least, or the least X of those that make it zero.

    `fast` solves the normal equations by Cholesky's method, which squares the condition number; otherwise singular
    values are used, and the regularizer is not, as in TensorFlow.
    """
    rows, columns = matrix.shape[-2:]
    if not matrix.size or not rhs.size:
        return np.zeros((*rhs.shape[:-2], columns, rhs.shape[-1]), rhs.dtype)
    wide, right = widened(matrix), widened(rhs)
    if not fast:
        with np.errstate(all="ignore"):
            return (np.linalg.pinv(wide, np.finfo(wide.dtype).eps * max(rows, columns)) @ right).astype(rhs.dtype)
    turned = adjoint(wide)
    gram = turned @ wide if rows >= columns else wide @ turned
    gram = gram + (l2_regularizer * np.eye(gram.shape[-1])).astype(gram.dtype)
    try:
        factor = cholesky(gram)
    except InvalidArgumentError:
        raise invalid("Input matrix was rank deficient or ill-conditioned.") from None
    right = turned @ right if rows >= columns else right
    made = triangular_solve(factor, triangular_solve(factor, right), adjointed=True)
    return (made if rows >= columns else turned @ made).astype(rhs.dtype)
