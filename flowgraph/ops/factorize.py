"""Matrices as products: Cholesky, QR, LU, eigenvalues and singular values, with TF's gradients."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.cases import COMPLEX, FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import linear
from flowgraph.ops.adjoint import adjoint
from flowgraph.ops.array import shape, zeros_like
from flowgraph.ops.batches import (
    MATRIX_TYPES,
    check_matrices,
    check_square,
    matrix,
    put_together,
    same,
    smaller,
    square_sizes,
)
from flowgraph.ops.diagonal import eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag
from flowgraph.ops.matmul import matmul
from flowgraph.ops.matrix_like import MatrixLike, hand_over
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.solve import matrix_triangular_solve
from flowgraph.sizes import Sizes

_POSITIVE = [[4.0, 1.0, 0.5], [1.0, 3.0, 1.0], [0.5, 1.0, 5.0]]


# -- Cholesky ----------------------------------------------------------------------------------------------------


def _cholesky(_xp: Any, x: Any) -> Any:
    check_square(x)
    return linear.cholesky(x)


def _cholesky_grad(op: Any, dy: Tensor) -> list[Any]:
    factor = op.outputs[0]
    rows = shape(factor)[-1]
    batch = shape(factor)[:-2]
    inverse = matrix_triangular_solve(factor, eye(rows, batch_shape=batch, dtype=factor.dtype))
    middle = matmul(factor, dy, adjoint_a=True)
    middle = matrix_set_diag(middle, 0.5 * matrix_diag_part(middle))
    middle = matrix_band_part(middle, -1, 0)
    made = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
    made += adjoint(made)
    return [made * 0.5]


CHOLESKY = OpDef(
    "Cholesky(input: T) -> output: T",
    attrs={"T": TypeAttr(MATRIX_TYPES)},
    infer=square_sizes,
    forward=_cholesky,
    gradient=_cholesky_grad,
    cases=[
        # differences move one triangle, TF's gradient is that of both: tests/ops/test_linear_algebra.py
        case(VALUE(_POSITIVE), gradient=False),
        case(VALUE([[2.0, -1j], [1j, 3.0]], dt.complex64), gradient=False),
        case(VALUE([[4.0]], dt.float16), gradient=False),
        case(FLOAT(2, 0, 0), gradient=False),
    ],
)


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The lower triangular L of A = L L^H, for a batch of positive definite matrices.

    Args:
      input: a batch of Hermitian matrices; only their lower triangles are read.
      name: the op's name.

    Raises:
      ValueError: the matrices are not square.
      InvalidArgumentError: when run, where one is not positive definite.

    >>> run(cholesky([[4.0, 2.0], [2.0, 5.0]]))
    array([[2., 0.],
           [1., 2.]], dtype=float32)
    """
    if isinstance(input, MatrixLike):
        return hand_over(input, "cholesky", name, "Cholesky")
    return emit(CHOLESKY, input, name=name)


# -- QR ----------------------------------------------------------------------------------------------------------


def _qr_sizes(x: Any, *, full_matrices: bool) -> list[Sizes]:
    batch, rows, columns = matrix(x)
    inner = rows if full_matrices else smaller(rows, columns)
    return [put_together(batch, rows, inner), put_together(batch, inner, columns)]


def _qr(_xp: Any, x: Any, *, full_matrices: bool) -> Any:
    check_matrices(x)
    return linear.qr(x, full_matrices)


def _qr_grad(op: Any, dq: Tensor, dr: Tensor) -> list[Any]:
    q, r = op.outputs
    if q.dtype.is_complex:
        raise refusal(f"QrGrad not implemented for dtype: {q.dtype}", NotImplementedError)
    sizes = r.sizes
    if sizes is None or sizes[-2] is None or sizes[-1] is None:
        raise refusal("QrGrad not implemented with dynamic shapes.", NotImplementedError)
    if sizes[-2] != sizes[-1]:
        raise refusal(
            "QrGrad not implemented when ncols > nrows or full_matrices is true and ncols != nrows.",
            NotImplementedError,
        )
    qdq = matmul(q, dq, adjoint_a=True)
    of_q = qdq - adjoint(qdq)
    rdr = matmul(r, dr, adjoint_b=True)
    of_r = rdr - adjoint(rdr)
    below = matrix_band_part(of_q + of_r, -1, 0)
    first = matmul(q, dr + _divide_by_triangle(below, r))
    return [first + _divide_by_triangle(dq - matmul(q, qdq), r)]


def _divide_by_triangle(x: Tensor, r: Tensor) -> Tensor:
    """The product x R^-H."""
    return adjoint(matrix_triangular_solve(r, adjoint(x), lower=False, adjoint=False))


QR = OpDef(
    "Qr(input: T) -> (q: T, r: T)",
    attrs={"full_matrices": False, "T": TypeAttr(MATRIX_TYPES)},
    infer=_qr_sizes,
    forward=_qr,
    gradient=_qr_grad,
    cases=[
        case(VALUE(_POSITIVE), gradient=False),  # needs known shapes: tests/ops/test_linear_algebra.py
        case(FLOAT(2, 4, 3), gradient=False),
        case(FLOAT(4, 3), full_matrices=True, gradient=False),
        case(COMPLEX(2, 3), gradient=False),
        case(FLOAT(0, 3), gradient=False),
        case(FLOAT(2, 3, 0), full_matrices=True, gradient=False),
        case(VALUE([[2.0, 1.0]], dt.float16), gradient=False),
    ],
)


class Qr(NamedTuple):
    """An orthogonal (unitary) factor and an upper triangular one."""

    q: Tensor
    r: Tensor


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Qr:
    """Orthogonal (unitary) matrices Q and upper triangular R with A = Q R.

    Args:
      input: a batch of matrices.
      full_matrices: whether Q is square, with columns beyond the rank of A, and R has rows of zeros for them.
      name: the op's name.

    >>> q, r = qr([[3.0], [4.0]])
    >>> run([q, r])
    [array([[-0.6],
           [-0.8]], dtype=float32), array([[-5.]], dtype=float32)]
    """
    return Qr(*emit(QR, input, full_matrices=full_matrices, name=name))


# -- LU ----------------------------------------------------------------------------------------------------------


def _lu_sizes(x: Any, **_attrs: Any) -> list[Sizes]:
    batch, rows, columns = matrix(x)
    size = same(rows, columns)
    return [put_together(batch, size, size), put_together(batch, size)]


def _lu(_xp: Any, x: Any, *, output_idx_type: Any) -> Any:
    check_square(x)
    made, order = linear.lu(x)
    return made, order.astype(output_idx_type.np)


LU = OpDef(
    "Lu(input: T) -> (lu: T, p: output_idx_type)",
    attrs={"T": TypeAttr(MATRIX_TYPES), "output_idx_type": TypeAttr(INDEX, dt.int32)},
    infer=_lu_sizes,
    forward=_lu,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 4, 4)),
        case(COMPLEX(3, 3), output_idx_type=dt.int64),
        case(FLOAT(0, 0)),
        case(FLOAT(0, 2, 2)),
    ],
)


class Lu(NamedTuple):
    """L and U in one matrix, and the order of the rows."""

    lu: Tensor
    p: Tensor


def lu(input: Any, output_idx_type: Any = dt.int32, name: str | None = None) -> Lu:
    """Lower and upper triangles whose product is A with its rows in another order: L U = A[p].

    Args:
      input: a batch of square matrices.
      output_idx_type: the dtype of the order, int32 or int64.
      name: the op's name.

    Returns:
      `lu`: U, and below its diagonal L, whose diagonal of ones is left out; `p`: the order of the rows.

    Raises:
      InvalidArgumentError: when run, where a matrix is singular.

    >>> run(lu([[1.0, 2.0], [4.0, 4.0]]).lu)
    array([[4.  , 4.  ],
           [0.25, 1.  ]], dtype=float32)
    """
    return Lu(*emit(LU, input, output_idx_type=output_idx_type, name=name))


# -- eigenvalues -------------------------------------------------------------------------------------------------


def _eig_sizes(x: Any, *, compute_v: bool) -> list[Sizes]:
    batch, rows, columns = matrix(x)
    size = same(rows, columns)
    return [put_together(batch, size), put_together(batch, size, size) if compute_v else (0,)]


def _eig(_xp: Any, x: Any, *, compute_v: bool) -> Any:
    check_square(x)
    return linear.self_adjoint_eig(x, compute_v)


def _eig_grad(op: Any, de: Tensor, dv: Tensor) -> list[Any]:
    from flowgraph.ops.unary import reciprocal

    e = op.outputs[0]
    with control_dependencies([de, dv]):
        if op.attrs["compute_v"]:
            v = op.outputs[1]
            gaps = reciprocal(expand_dims(e, -2) - expand_dims(e, -1))
            factors = matrix_set_diag(gaps, zeros_like(e))
            middle = matrix_diag(de) + factors * matmul(v, dv, adjoint_a=True)
        else:
            _, v = self_adjoint_eig(op.inputs[0])
            middle = matrix_diag(de)
        made = matmul(v, matmul(middle, v, adjoint_b=True))
        made = matrix_band_part(made + adjoint(made), -1, 0)
        return [matrix_set_diag(made, 0.5 * matrix_diag_part(made))]


SELF_ADJOINT_EIG = OpDef(
    "SelfAdjointEigV2(input: T) -> (e: T, v: T)",
    attrs={"compute_v": True, "T": TypeAttr(MATRIX_TYPES)},
    infer=_eig_sizes,
    forward=_eig,
    gradient=_eig_grad,
    cases=[
        case(VALUE(_POSITIVE)),
        case(VALUE([_POSITIVE, [[1.0, 0.0, 0.0], [2.0, 3.0, 0.0], [0.0, 1.0, 5.0]]]), compute_v=False),
        case(VALUE([[2.0, -1j], [1j, 3.0]], dt.complex64), gradient=False),
        case(FLOAT(2, 0, 0)),
        case(VALUE([[2.0]], dt.float16), gradient=False),
    ],
)


def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues, from small to large, and eigenvectors of a batch of Hermitian matrices.

    Args:
      tensor: a batch of square matrices; only their lower triangles are read.
      name: the op's name.

    Returns:
      The eigenvalues, and matrices with the eigenvectors as columns. Their signs are TF's where the matrices are small
      (up to 15 rows, and 2000 entries in all).

    >>> values, vectors = self_adjoint_eig([[2.0, 0.0], [0.0, 1.0]])
    >>> run(values)
    array([1., 2.], dtype=float32)
    """
    e, v = emit(SELF_ADJOINT_EIG, tensor, compute_v=True, name=name)
    return e, v


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of a batch of Hermitian matrices, from small to large; see `self_adjoint_eig`.

    >>> run(self_adjoint_eigvals([[2.0, 0.0], [0.0, 1.0]]))
    array([1., 2.], dtype=float32)
    """
    e, _ = emit(SELF_ADJOINT_EIG, tensor, compute_v=False, name=name)
    return e
