"""`tf.linalg`: products of matrices, systems of equations, factors, and what is computed of them."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.linear.adjoint import LinearOperatorAdjoint
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.block_diag import LinearOperatorBlockDiag
from flowgraph.linear.circulant import (
    LinearOperatorCirculant, LinearOperatorCirculant2D, LinearOperatorCirculant3D,
)
from flowgraph.linear.composition import LinearOperatorComposition
from flowgraph.linear.diag import LinearOperatorDiag
from flowgraph.linear.full_matrix import LinearOperatorFullMatrix
from flowgraph.linear.householder import LinearOperatorHouseholder
from flowgraph.linear.identity import LinearOperatorIdentity, LinearOperatorScaledIdentity
from flowgraph.linear.inversion import LinearOperatorInversion
from flowgraph.linear.kronecker import LinearOperatorKronecker
from flowgraph.linear.low_rank_update import LinearOperatorLowRankUpdate
from flowgraph.linear.lower_triangular import LinearOperatorLowerTriangular
from flowgraph.linear.norms import norm, normalize
from flowgraph.linear.toeplitz import LinearOperatorToeplitz
from flowgraph.linear.zeros import LinearOperatorZeros
from flowgraph.ops.adjoint import adjoint
from flowgraph.ops.clip import global_norm
from flowgraph.ops.determinant import logdet, matrix_determinant as det, slogdet
from flowgraph.ops.diagonal import (
    diag as tensor_diag, diag_part as tensor_diag_part, eye, matrix_band_part as band_part, matrix_diag as diag,
    matrix_diag_part as diag_part, matrix_set_diag as set_diag, trace,
)
from flowgraph.ops.einsum import einsum
from flowgraph.ops.factorize import (
    cholesky, lu, qr, self_adjoint_eig as eigh, self_adjoint_eigvals as eigvalsh,
)
from flowgraph.ops.matmul import matmul, matvec
from flowgraph.ops.matrix_functions import expm, logm, sqrtm
from flowgraph.ops.shaping import matrix_transpose, matrix_transpose as transpose
from flowgraph.ops.solve import (
    cholesky_solve, matrix_inverse as inv, matrix_solve as solve, matrix_solve_ls as lstsq,
    matrix_triangular_solve as triangular_solve,
)
from flowgraph.ops.statistics import l2_normalize
from flowgraph.ops.svd import matrix_rank, pinv, svd
from flowgraph.ops.tensordot import tensordot
from flowgraph.ops.tridiagonal import tridiagonal_matmul, tridiagonal_solve
from flowgraph.ops.vectors import cross

__all__ = [
    "LinearOperator", "LinearOperatorAdjoint", "LinearOperatorBlockDiag", "LinearOperatorCirculant",
    "LinearOperatorCirculant2D", "LinearOperatorCirculant3D", "LinearOperatorComposition", "LinearOperatorDiag",
    "LinearOperatorFullMatrix", "LinearOperatorHouseholder", "LinearOperatorIdentity", "LinearOperatorInversion",
    "LinearOperatorKronecker", "LinearOperatorLowRankUpdate", "LinearOperatorLowerTriangular",
    "LinearOperatorScaledIdentity", "LinearOperatorToeplitz", "LinearOperatorZeros",
    "adjoint", "band_part", "cholesky", "cholesky_solve", "cross", "det", "diag", "diag_part", "eigh", "eigvalsh",
    "einsum", "expm", "eye", "global_norm", "inv", "l2_normalize", "logdet", "logm", "lstsq", "lu", "matmul",
    "matrix_rank", "matrix_transpose", "matvec", "norm", "normalize", "pinv", "qr", "set_diag", "slogdet", "solve",
    "sqrtm", "svd", "tensor_diag", "tensor_diag_part", "tensordot", "trace", "transpose", "triangular_solve",
    "tridiagonal_matmul", "tridiagonal_solve",
]

_absent.watch(__name__)
