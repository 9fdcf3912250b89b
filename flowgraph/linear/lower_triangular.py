"""The operator that is a lower triangular matrix."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import assert_no_zeros, broadcast_triangular_solve, convert
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import shape
from flowgraph.ops.diagonal import matrix_band_part, matrix_diag_part
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_prod, reduce_sum
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log
from flowgraph.shapes import TensorShape


class LinearOperatorLowerTriangular(LinearOperator):
    """A batch of lower triangular matrices; what stands above the diagonal is not looked at.

    Args:
      tril: a tensor [..., N, N] of floats or complex numbers, or a variable.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise; always.
      name: the scope of its ops.

    Raises:
      ValueError: fewer than two axes, or a hint that it is not square.

    >>> operator = LinearOperatorLowerTriangular([[1.0, 99.0], [2.0, 4.0]])
    >>> run([operator.solvevec([1.0, 6.0]), operator.determinant()])
    [array([1., 1.], dtype=float32), 4.0]
    """

    def __init__(
        self,
        tril: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowerTriangular",
    ) -> None:
        if is_square is False:
            raise refusal("Only square lower triangular operators supported at this time.")
        with name_scope(name, values=[tril]):
            self._tril = convert(tril, "tril")
            axes = self._tril.shape.ndims
            if axes is not None and axes < 2:
                raise refusal(f"Argument tril must have at least 2 dimensions.  Found: {self._tril}")
            super().__init__(
                self._tril.dtype, [self._tril], is_non_singular, is_self_adjoint, is_positive_definite, True, name
            )

    def _triangle(self) -> Tensor:
        return matrix_band_part(self._tril, -1, 0)

    def _diagonal(self) -> Tensor:
        return matrix_diag_part(self._tril)

    def _shape(self) -> TensorShape:
        return self._tril.shape

    def _shape_tensor(self) -> Tensor:
        return shape(self._tril)

    def _assert_non_singular(self) -> Operation:
        return assert_no_zeros(self._diagonal(), message="Singular operator:  Diagonal contained zero values.")

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return matmul(self._triangle(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _determinant(self) -> Tensor:
        return reduce_prod(self._diagonal(), axis=[-1])

    def _log_abs_determinant(self) -> Tensor:
        return reduce_sum(log(abs_op(self._diagonal())), axis=[-1])

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return broadcast_triangular_solve(self._triangle(), rhs, True, adjoint)

    def _to_dense(self) -> Tensor:
        return self._triangle()
