"""The operator that is a product of others."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import check_operators, implied
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.broadcasting import broadcast_static_shape
from flowgraph.ops.joining import concat, stack
from flowgraph.shapes import TensorShape


def joint_batch_shape(operators: list[Any]) -> TensorShape:
    """The batch shape to which those of all operators broadcast."""
    batch = operators[0].batch_shape
    for operator in operators[1:]:
        batch = broadcast_static_shape(batch, operator.batch_shape)
    return batch


def joint_batch_shape_tensor(operators: list[Any]) -> Tensor:
    """The same, as a run finds it: the shape of a sum of zeros."""
    total = zeros(shape=operators[0].batch_shape_tensor())
    for operator in operators[1:]:
        total += zeros(shape=operator.batch_shape_tensor())
    return shape(total)


class LinearOperatorComposition(LinearOperator):
    """The product A B C ... of operators, none of which is multiplied out.

    Args:
      operators: a list of LinearOperators whose sizes fit.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops; by default made of theirs.

    Raises:
      ValueError: no operators, or hints that cannot be.
      TypeError: operators of different dtypes.

    >>> from flowgraph.linear.diag import LinearOperatorDiag
    >>> from flowgraph.linear.lower_triangular import LinearOperatorLowerTriangular
    >>> product = LinearOperatorComposition([
    ...     LinearOperatorDiag([1.0, 2.0]), LinearOperatorLowerTriangular([[1.0, 0.0], [1.0, 1.0]])
    ... ])
    >>> run(product.matvec([1.0, 1.0]))
    array([1., 4.], dtype=float32)
    """

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        self._operators = operators = check_operators(operators)
        is_non_singular = implied(
            is_non_singular,
            all(operator.is_non_singular for operator in operators),
            "The composition of non-singular operators is always non-singular.",
        )
        parents = [parent for operator in operators for parent in operator.graph_parents]
        name = "_o_".join(operator.name for operator in operators) if name is None else name
        with name_scope(name, values=parents):
            super().__init__(
                operators[0].dtype, parents, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name
            )

    @property
    def operators(self) -> list[Any]:
        """The factors, from left to right."""
        return self._operators

    def _shape(self) -> TensorShape:
        inner = self.operators[0].domain_dimension
        for operator in self.operators[1:]:
            inner.assert_is_compatible_with(operator.range_dimension)
            inner = operator.domain_dimension
        own = TensorShape([self.operators[0].range_dimension, self.operators[-1].domain_dimension])
        return joint_batch_shape(self.operators).concatenate(own)

    def _shape_tensor(self) -> Tensor:
        if self.shape.is_fully_defined():
            return convert_to_tensor(self.shape.as_list(), dtype=dt.int32, name="shape")
        own = stack([self.operators[0].range_dimension_tensor(), self.operators[-1].domain_dimension_tensor()])
        return concat((joint_batch_shape_tensor(self.operators), own), 0)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        first, *others = self.operators if adjoint else self.operators[::-1]
        made = first.matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in others:
            made = operator.matmul(made, adjoint=adjoint)
        return made

    def _determinant(self) -> Tensor:
        made = self.operators[0].determinant()
        for operator in self.operators[1:]:
            made *= operator.determinant()
        return made

    def _log_abs_determinant(self) -> Tensor:
        made = self.operators[0].log_abs_determinant()
        for operator in self.operators[1:]:
            made += operator.log_abs_determinant()
        return made

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        first, *others = self.operators[::-1] if adjoint else self.operators
        made = first.solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)
        for operator in others:
            made = operator.solve(made, adjoint=adjoint)
        return made
