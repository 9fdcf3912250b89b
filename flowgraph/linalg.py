"""`tf.linalg`: products of matrices and what is computed of them."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ops.clip import global_norm
from flowgraph.ops.diagonal import (
    diag as tensor_diag, diag_part as tensor_diag_part, eye, matrix_band_part as band_part, matrix_diag as diag,
    matrix_diag_part as diag_part, matrix_set_diag as set_diag, trace,
)
from flowgraph.ops.einsum import einsum
from flowgraph.ops.matmul import matmul, matvec
from flowgraph.ops.norm import norm
from flowgraph.ops.shaping import matrix_transpose, matrix_transpose as transpose
from flowgraph.ops.statistics import l2_normalize
from flowgraph.ops.tensordot import tensordot
from flowgraph.ops.vectors import cross

__all__ = [
    "band_part", "cross", "diag", "diag_part", "einsum", "eye", "global_norm", "l2_normalize", "matmul",
    "matrix_transpose", "matvec", "norm", "set_diag", "tensor_diag", "tensor_diag_part", "tensordot", "trace",
    "transpose",
]
