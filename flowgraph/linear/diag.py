"""The operator that is a diagonal matrix."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import assert_no_zeros, assert_real, convert
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import shape
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_positive
from flowgraph.ops.complex import conj, real
from flowgraph.ops.diagonal import matrix_diag, matrix_diag_part, matrix_set_diag
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import reduce_prod, reduce_sum
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log, sqrt
from flowgraph.shapes import TensorShape


class LinearOperatorDiag(LinearOperator):
    """A batch of diagonal matrices.

    Args:
      diag: the diagonals, a tensor [..., N] of floats or complex numbers, or a variable.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise; of floats always.
      is_positive_definite: likewise.
      is_square: likewise; always.
      name: the scope of its ops.

    Raises:
      ValueError: no axes, or hints that cannot be.

    >>> operator = LinearOperatorDiag([1.0, 2.0])
    >>> run([operator.matvec([3.0, 4.0]), operator.determinant()])
    [array([3., 8.], dtype=float32), 2.0]
    """

    def __init__(
        self,
        diag: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorDiag",
    ) -> None:
        with name_scope(name, values=[diag]):
            self._diag = convert(diag, "diag")
            if self._diag.shape.ndims == 0:
                raise refusal(f"Argument diag must have at least 1 dimension.  Found: {self._diag}")
            if not self._diag.dtype.is_complex:
                if is_self_adjoint is False:
                    raise refusal("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            if is_square is False:
                raise refusal("Only square diagonal operators currently supported.")
            super().__init__(
                self._diag.dtype, [self._diag], is_non_singular, is_self_adjoint, is_positive_definite, True, name
            )

    @property
    def diag(self) -> Any:
        """The diagonals."""
        return self._diag

    def _shape(self) -> TensorShape:
        known = self._diag.shape
        return known.concatenate(known[-1:])

    def _shape_tensor(self) -> Tensor:
        sizes = shape(self._diag)
        return concat((sizes, [sizes[-1]]), 0)

    def _assert_non_singular(self) -> Operation:
        return assert_no_zeros(self._diag, message="Singular operator:  Diagonal contained zero values.")

    def _assert_positive_definite(self) -> Operation:
        if self.dtype.is_complex:
            what = "Diagonal operator had diagonal entries with non-positive real part, "
        else:
            what = "Real diagonal operator had non-positive diagonal entries, "
        return assert_positive(real(self._diag), message=what + "thus was not positive definite.")

    def _assert_self_adjoint(self) -> Operation:
        message = "This diagonal operator contained non-zero imaginary values.   Thus it was not self-adjoint."
        return assert_real(self._diag, message=message)

    def _of(self, adjoint: bool) -> Any:
        return conj(self._diag) if adjoint else self._diag

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        diag = self._of(adjoint)
        x = adjoint_of(x) if adjoint_arg else x
        return expand_dims(diag, -1) * x

    def _matvec(self, x: Tensor, adjoint: bool = False) -> Tensor:
        return self._of(adjoint) * x

    def _determinant(self) -> Tensor:
        return reduce_prod(self._diag, axis=[-1])

    def _log_abs_determinant(self) -> Tensor:
        total = reduce_sum(log(abs_op(self._diag)), axis=[-1])
        return cast(total, dtype=self.dtype) if self.dtype.is_complex else total

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        diag = self._of(adjoint)
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return rhs * expand_dims(1.0 / diag, -1)

    def _to_dense(self) -> Tensor:
        return matrix_diag(self._diag)

    def _diag_part(self) -> Any:
        return self.diag

    def _add_to_tensor(self, x: Tensor) -> Tensor:
        return matrix_set_diag(x, self._diag + matrix_diag_part(x))

    def _adjoint(self) -> LinearOperator:
        diag = conj(self._diag) if self._diag.dtype.is_complex else self._diag
        return LinearOperatorDiag(diag, **self._hints(), is_square=True)

    def _inverse(self) -> LinearOperator:
        return LinearOperatorDiag(1.0 / self._diag, **self._hints(), is_square=True)

    def _cholesky(self) -> LinearOperator:
        return LinearOperatorDiag(sqrt(self._diag), True, True, True, True)
