"""tensorflow.python.ops.linalg_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    cholesky, cholesky_solve, eye, matrix_determinant, matrix_inverse, matrix_solve, matrix_solve_ls,
    matrix_square_root, matrix_triangular_solve, norm, qr, self_adjoint_eig, self_adjoint_eigvals, svd,
)
from flowgraph.linalg import lu

__all__ = [
    "cholesky", "cholesky_solve", "eye", "lu", "matrix_determinant", "matrix_inverse", "matrix_solve",
    "matrix_solve_ls", "matrix_square_root", "matrix_triangular_solve", "norm", "qr", "self_adjoint_eig",
    "self_adjoint_eigvals", "svd",
]

_absent.watch(__name__)
