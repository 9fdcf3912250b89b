"""The operator that is the adjoint of another."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import combined
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.complex import conj
from flowgraph.ops.joining import concat
from flowgraph.shapes import TensorShape


class LinearOperatorAdjoint(LinearOperator):
    """The adjoint of an operator.

    Args:
      operator: the operator.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops; by default made of that of the operator.

    Raises:
      ValueError: the hints contradict those of the operator.

    >>> from flowgraph.linear.full_matrix import LinearOperatorFullMatrix
    >>> run(LinearOperatorAdjoint(LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])).to_dense())
    array([[1., 3.],
           [2., 4.]], dtype=float32)
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
        words = "An operator is {0} if and only if its adjoint is {0}."
        is_square = combined(operator, "is_square", is_square, words.format("square"))
        is_non_singular = combined(operator, "is_non_singular", is_non_singular, words.format("non-singular"))
        is_self_adjoint = combined(operator, "is_self_adjoint", is_self_adjoint, words.format("self-adjoint"))
        is_positive_definite = combined(
            operator, "is_positive_definite", is_positive_definite, words.format("positive-definite")
        )
        name = operator.name + "_adjoint" if name is None else name
        with name_scope(name, values=operator.graph_parents):
            super().__init__(
                operator.dtype, operator.graph_parents, is_non_singular, is_self_adjoint, is_positive_definite,
                is_square, name,
            )  # fmt: skip

    @property
    def operator(self) -> Any:
        """The operator of which this is the adjoint."""
        return self._operator

    def _assert_non_singular(self) -> Operation:
        return self.operator.assert_non_singular()

    def _assert_positive_definite(self) -> Operation:
        return self.operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> Operation:
        return self.operator.assert_self_adjoint()

    def _shape(self) -> TensorShape:
        known = self.operator.shape
        return known[:-2].concatenate([known[-1], known[-2]])

    def _shape_tensor(self) -> Tensor:
        sizes = self.operator.shape_tensor()
        return concat([sizes[:-2], [sizes[-1], sizes[-2]]], axis=-1)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self.operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x: Tensor, adjoint: bool = False) -> Tensor:
        return self.operator.matvec(x, adjoint=not adjoint)

    def _determinant(self) -> Tensor:
        found = self.operator.determinant()
        return found if self.is_self_adjoint else conj(found)

    def _log_abs_determinant(self) -> Tensor:
        return self.operator.log_abs_determinant()

    def _trace(self) -> Tensor:
        found = self.operator.trace()
        return found if self.is_self_adjoint else conj(found)

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self.operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs: Tensor, adjoint: bool = False) -> Tensor:
        return self.operator.solvevec(rhs, adjoint=not adjoint)

    def _to_dense(self) -> Tensor:
        found = self.operator.to_dense()
        return found if self.is_self_adjoint else adjoint_of(found)

    def _adjoint(self) -> LinearOperator:
        return self.operator
