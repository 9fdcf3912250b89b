"""The operator that is another one and a matrix of low rank."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.diag import LinearOperatorDiag
from flowgraph.linear.helpers import broadcast_cholesky_solve, broadcast_solve, convert
from flowgraph.linear.identity import LinearOperatorIdentity
from flowgraph.ops.array import shape
from flowgraph.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape
from flowgraph.ops.cast import cast
from flowgraph.ops.determinant import matrix_determinant
from flowgraph.ops.diagonal import matrix_diag_part
from flowgraph.ops.factorize import cholesky
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import exp, log
from flowgraph.platform import logs
from flowgraph.shapes import Dimension, TensorShape, dimension_at_index


class LinearOperatorLowRankUpdate(LinearOperator):
    """L + U D V^H: an operator with a shift of low rank, solved by Woodbury's formula.

    Args:
      base_operator: L, a LinearOperator of shape [..., M, N].
      u: a tensor [..., M, K].
      diag_update: the diagonal of D, a tensor [..., K]; by default ones.
      v: a tensor [..., N, K]; by default `u`.
      is_diag_update_positive: whether D is known to be positive.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops.

    Raises:
      ValueError: hints that cannot be, or shapes that do not fit.

    >>> operator = LinearOperatorLowRankUpdate(LinearOperatorDiag([1.0, 2.0]), u=[[1.0], [1.0]])
    >>> run(operator.to_dense())
    array([[2., 1.],
           [1., 3.]], dtype=float32)
    """

    def __init__(
        self,
        base_operator: Any,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: bool | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowRankUpdate",
    ) -> None:
        dtype = base_operator.dtype
        if diag_update is None:
            if is_diag_update_positive is False:
                raise refusal(
                    "Default diagonal is the identity, which is positive.  However, user set "
                    "'is_diag_update_positive' to False."
                )
            is_diag_update_positive = True
        elif is_diag_update_positive and dtype.is_complex:
            logs.warn(
                "Note: setting is_diag_update_positive with a complex dtype means that diagonal is real and positive."
            )
        self._use_cholesky = (
            base_operator.is_positive_definite
            and base_operator.is_self_adjoint
            and is_diag_update_positive
            and v is None
        )
        if base_operator.is_self_adjoint and v is None and not dtype.is_complex:
            if is_self_adjoint is False:
                raise refusal(
                    "A = L + UDU^H, with L self-adjoint and D real diagonal.  Since UDU^H is self-adjoint, this must "
                    "be a self-adjoint operator."
                )
            is_self_adjoint = True
        if self._use_cholesky:
            if False in (is_positive_definite, is_self_adjoint, is_non_singular):
                raise refusal("Arguments imply this is self-adjoint positive-definite operator.")
            is_positive_definite = is_self_adjoint = True
        with name_scope(name, values=[*base_operator.graph_parents, u, diag_update, v]):
            self._u = convert(u, "u")
            self._v = self._u if v is None else convert(v, "v")
            self._diag_update = convert(diag_update, "diag_update")
            self._base_operator = base_operator
            own = [part for part in (self._u, self._diag_update, self._v) if part is not None]
            super().__init__(
                dtype, [*base_operator.graph_parents, *own], is_non_singular, is_self_adjoint, is_positive_definite,
                is_square, name,
            )  # fmt: skip
            self._diag_operator = self._make_diag_operator(is_diag_update_positive)
            self._is_diag_update_positive = is_diag_update_positive
            self._check_shapes()

    def _make_diag_operator(self, is_positive: bool | None) -> LinearOperator:
        if self._diag_update is not None:
            return LinearOperatorDiag(self._diag_update, is_positive_definite=is_positive)
        known = self.u.shape[-1].value
        rows = known if known is not None else shape(self.u)[-1]
        return LinearOperatorIdentity(num_rows=rows, dtype=self.dtype)

    def _check_shapes(self) -> None:
        both = broadcast_static_shape(self.u.shape, self.v.shape)
        batch = broadcast_static_shape(self.base_operator.batch_shape, both[:-2])
        Dimension(self.base_operator.domain_dimension).assert_is_compatible_with(both[-2])
        if self._diag_update is not None:
            dimension_at_index(both, -1).assert_is_compatible_with(self._diag_update.shape[-1])
            broadcast_static_shape(batch, self._diag_update.shape[:-1])

    @property
    def u(self) -> Any:
        """The matrix U."""
        return self._u

    @property
    def v(self) -> Any:
        """The matrix V."""
        return self._v

    @property
    def is_diag_update_positive(self) -> bool | None:
        """Whether D is known to be positive."""
        return self._is_diag_update_positive

    @property
    def diag_update(self) -> Any:
        """The diagonal of D; None: ones."""
        return self._diag_update

    @property
    def diag_operator(self) -> LinearOperator:
        """The operator D."""
        return self._diag_operator

    @property
    def base_operator(self) -> Any:
        """The operator L."""
        return self._base_operator

    def _shape(self) -> TensorShape:
        batch = broadcast_static_shape(self.base_operator.batch_shape, self.u.shape[:-2])
        return batch.concatenate(self.base_operator.shape[-2:])

    def _shape_tensor(self) -> Tensor:
        batch = broadcast_dynamic_shape(self.base_operator.batch_shape_tensor(), shape(self.u)[:-2])
        return concat([batch, self.base_operator.shape_tensor()[-2:]], axis=0)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        leading = self.base_operator.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        first, second = (self.u, self.v) if adjoint else (self.v, self.u)
        inner = matmul(first, x, adjoint_a=True, adjoint_b=adjoint_arg)
        scaled = self.diag_operator.matmul(inner, adjoint=adjoint)
        return leading + matmul(second, scaled)

    def _determinant(self) -> Tensor:
        if self.is_positive_definite:
            return exp(self.log_abs_determinant())
        inner = matrix_determinant(self._capacitance())
        of_diag = self.diag_operator.determinant()
        of_base = self.base_operator.determinant()
        return inner * of_diag * of_base

    def _log_abs_determinant(self) -> Tensor:
        of_diag = self.diag_operator.log_abs_determinant()
        of_base = self.base_operator.log_abs_determinant()
        if self._use_cholesky:
            diagonal = matrix_diag_part(cholesky(self._capacitance()))
            inner = 2 * reduce_sum(log(diagonal), axis=[-1])
        else:
            inner = log(abs_op(matrix_determinant(self._capacitance())))
            if self.dtype.is_complex:
                inner = cast(inner, dtype=self.dtype)
        return inner + of_diag + of_base

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        if self.base_operator.is_non_singular is False:
            line = "Solve not implemented unless this is a perturbation of a non-singular LinearOperator."
            raise refusal(line)
        u, v = (self.v, self.u) if adjoint else (self.u, self.v)
        first = self.base_operator.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        inner = matmul(v, first, adjoint_a=True)
        if self._use_cholesky:
            inner = broadcast_cholesky_solve(cholesky(self._capacitance()), inner)
        else:
            inner = broadcast_solve(self._capacitance(), inner, adjoint)
        return first - self.base_operator.solve(matmul(u, inner), adjoint=adjoint)

    def _capacitance(self) -> Tensor:
        """The small matrix of Woodbury's formula, D^-1 + V^H L^-1 U."""
        inner = matmul(self.v, self.base_operator.solve(self.u), adjoint_a=True)
        return self._diag_operator.inverse().add_to_tensor(inner)
