"""The operator that is the inverse of another."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import combined
from flowgraph.shapes import TensorShape


class LinearOperatorInversion(LinearOperator):
    """The inverse of an operator: products are its solutions, solutions its products.

    Args:
      operator: the operator.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops; by default made of that of the operator.

    Raises:
      ValueError: the operator has no inverse, or the hints contradict its own.

    >>> from flowgraph.linear.full_matrix import LinearOperatorFullMatrix
    >>> inverse = LinearOperatorInversion(LinearOperatorFullMatrix([[1.0, 0.0], [1.0, 2.0]]))
    >>> run(inverse.matvec([1.0, 3.0]))
    array([1., 1.], dtype=float32)
    """

    def __init__(
        self,
        operator: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        self._operator = operator
        for hint, known, given in (
            ("is_non_singular", operator.is_non_singular, is_non_singular),
            ("is_square", operator.is_square, is_square),
        ):
            if known is False or given is False:
                raise refusal(
                    f"operator and supplied hints must have `{hint}` equal to `True` or `None`.  Found {known}, {given}"
                )
        words = "An operator is {0} if and only if its inverse is {0}."
        is_square = combined(operator, "is_square", is_square, words.format("square"))
        is_non_singular = combined(operator, "is_non_singular", is_non_singular, words.format("non-singular"))
        is_self_adjoint = combined(operator, "is_self_adjoint", is_self_adjoint, words.format("self-adjoint"))
        is_positive_definite = combined(
            operator, "is_positive_definite", is_positive_definite, words.format("positive-definite")
        )
        name = operator.name + "_inv" if name is None else name
        with name_scope(name, values=operator.graph_parents):
            super().__init__(
                operator.dtype, operator.graph_parents, is_non_singular, is_self_adjoint, is_positive_definite,
                is_square, name,
            )  # fmt: skip

    @property
    def operator(self) -> Any:
        """The operator of which this is the inverse."""
        return self._operator

    def _assert_non_singular(self) -> Operation:
        return self.operator.assert_non_singular()

    def _assert_positive_definite(self) -> Operation:
        return self.operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> Operation:
        return self.operator.assert_self_adjoint()

    def _shape(self) -> TensorShape:
        return self.operator.shape

    def _shape_tensor(self) -> Tensor:
        return self.operator.shape_tensor()

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self.operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Tensor:
        return 1.0 / self.operator.determinant()

    def _log_abs_determinant(self) -> Tensor:
        return -1.0 * self.operator.log_abs_determinant()

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self.operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _inverse(self) -> LinearOperator:
        return self.operator
