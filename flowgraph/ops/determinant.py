"""Determinants and their logarithms."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import linear
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.batches import check_square, matrix, put_together, same
from flowgraph.ops.diagonal import matrix_diag_part
from flowgraph.ops.factorize import cholesky
from flowgraph.ops.joining import concat
from flowgraph.ops.matrix_like import MatrixLike, hand_over
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.solve import matrix_inverse
from flowgraph.sizes import Sizes

_TYPES = (dt.float16, dt.float32, dt.float64, dt.complex64, dt.complex128)
_CASES = [
    # TF 1.15's gradient of the inverse of the adjoint, and with it the second derivative here, is not the slope
    case(VALUE([[2.0, 1.0], [-1.0, 3.0]]), second=False),
    case(VALUE([[[2.0, 1.0], [-1.0, 3.0]], [[0.0, 1.0], [2.0, 0.5]]]), second=False),
    case(FLOAT(2, 0, 0), gradient=False),
    case(FLOAT(0, 2, 2), gradient=False),
    case(VALUE([[2.0, 1j], [1.0, 3.0]], dt.complex64), gradient=False),  # compared with TF's: tests/ops
    case(VALUE([[2.0]], dt.float16), gradient=False),
]


def _number_sizes(x: Any) -> Sizes:
    batch, rows, columns = matrix(x)
    same(columns, rows)
    return put_together(batch)


def _each(gradient: Tensor, numbers: Tensor) -> Tensor:
    """A number for each matrix, as matrices of one entry."""
    return reshape(gradient, concat([shape(numbers), [1, 1]], 0))


# -- determinants ------------------------------------------------------------------------------------------------


def _determinant(_xp: Any, x: Any) -> Any:
    check_square(x)
    return linear.determinant(x)


def _determinant_grad(op: Any, dy: Tensor) -> list[Any]:
    inverse = matrix_inverse(op.inputs[0], adjoint=True)
    determinant = op.outputs[0]
    return [_each(dy * determinant, determinant) * inverse]


MATRIX_DETERMINANT = OpDef(
    "MatrixDeterminant(input: T) -> output: T",
    attrs={"T": TypeAttr(_TYPES)},
    infer=_number_sizes,
    forward=_determinant,
    gradient=_determinant_grad,
    cases=_CASES,
)


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """The determinants of a batch of square matrices.

    Args:
      input: a tensor of at least two axes, the last two of one size.
      name: the op's name.

    Raises:
      ValueError: the matrices are not square.

    >>> run(matrix_determinant([[1.0, 2.0], [2.0, 1.0]]))
    -3.0
    """
    if isinstance(input, MatrixLike):
        return hand_over(input, "determinant", name, "MatrixDeterminant")
    return emit(MATRIX_DETERMINANT, input, name=name)


# -- logarithms --------------------------------------------------------------------------------------------------


def _log_determinant(_xp: Any, x: Any) -> Any:
    check_square(x)
    return linear.sign_and_log_determinant(x)


def _log_determinant_grad(op: Any, _dsign: Any, dlog: Tensor) -> list[Any]:
    inverse = matrix_inverse(op.inputs[0], adjoint=True)
    return [_each(dlog, op.outputs[1]) * inverse]


LOG_MATRIX_DETERMINANT = OpDef(
    "LogMatrixDeterminant(input: T) -> (sign: T, log_abs_determinant: T)",
    attrs={"T": TypeAttr(_TYPES)},
    infer=lambda x: [_number_sizes(x)] * 2,
    forward=_log_determinant,
    gradient=_log_determinant_grad,
    cases=_CASES,
)


class LogMatrixDeterminant(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Tensor
    log_abs_determinant: Tensor


def slogdet(input: Any, name: str | None = None) -> LogMatrixDeterminant:
    """The signs of determinants and the logarithms of their absolute values, which do not overflow.

    Args:
      input: a batch of square matrices.
      name: the op's name.

    Returns:
      `sign`: 1, -1 or, of singular matrices, 0; of complex matrices a number of length 1. `log_abs_determinant`.

    >>> run(slogdet([[0.0, 1.0], [1.0, 0.0]]).sign)
    -1.0
    """
    return LogMatrixDeterminant(*emit(LOG_MATRIX_DETERMINANT, input, name=name))


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithms of the determinants of a batch of positive definite matrices, by their Cholesky factors.

    >>> run(logdet([[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """
    from flowgraph.ops.complex import real
    from flowgraph.ops.unary import log

    if isinstance(matrix, MatrixLike) and not matrix._can_use_cholesky():
        line = "Expected matrix to be self-adjoint positive definite."
        raise ValueError(errors.explain(line, where=user_site()))
    with name_scope(name, "logdet", [matrix]):
        factor = cholesky(matrix)
        return 2.0 * reduce_sum(log(real(matrix_diag_part(factor))), axis=[-1])
