"""The operator with others as blocks on its diagonal."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.composition import joint_batch_shape, joint_batch_shape_tensor
from flowgraph.linear.helpers import broadcast_batches, check_operators, implied
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.control_flow import group
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.shaping import squeeze
from flowgraph.ops.splitting import split
from flowgraph.shapes import TensorShape


class LinearOperatorBlockDiag(LinearOperator):
    """A block diagonal matrix: the direct sum of square operators.

    Args:
      operators: a list of square LinearOperators.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise; always.
      name: the scope of its ops; by default made of theirs.

    Raises:
      ValueError: no operators, one that is not square, or hints that cannot be.
      TypeError: operators of different dtypes.

    >>> from flowgraph.linear.full_matrix import LinearOperatorFullMatrix
    >>> blocks = LinearOperatorBlockDiag([LinearOperatorFullMatrix([[2.0]]), LinearOperatorFullMatrix([[3.0]])])
    >>> run(blocks.to_dense())
    array([[2., 0.],
           [0., 3.]], dtype=float32)
    """

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ) -> None:
        self._operators = operators = check_operators(operators)
        words = "The direct sum of {0} operators is always {0}."
        is_non_singular = implied(
            is_non_singular, all(o.is_non_singular for o in operators), words.format("non-singular")
        )
        is_self_adjoint = implied(
            is_self_adjoint, all(o.is_self_adjoint for o in operators), words.format("self-adjoint")
        )
        is_positive_definite = implied(
            is_positive_definite, all(o.is_positive_definite for o in operators), words.format("positive definite")
        )
        if not (is_square and all(operator.is_square for operator in operators)):
            raise refusal("Can only represent a block diagonal of square matrices.")
        parents = [parent for operator in operators for parent in operator.graph_parents]
        name = "_ds_".join(operator.name for operator in operators) if name is None else name
        with name_scope(name, values=parents):
            super().__init__(
                operators[0].dtype, parents, is_non_singular, is_self_adjoint, is_positive_definite, True, name
            )

    @property
    def operators(self) -> list[Any]:
        """The blocks, from the upper left."""
        return self._operators

    def _shape(self) -> TensorShape:
        columns, rows = self.operators[0].domain_dimension, self.operators[0].range_dimension
        for operator in self.operators[1:]:
            columns += operator.domain_dimension
            rows += operator.range_dimension
        return joint_batch_shape(self.operators).concatenate(TensorShape([columns, rows]))

    def _shape_tensor(self) -> Tensor:
        if self.shape.is_fully_defined():
            return convert_to_tensor(self.shape.as_list(), dtype=dt.int32, name="shape")
        columns = self.operators[0].domain_dimension_tensor()
        rows = self.operators[0].range_dimension_tensor()
        for operator in self.operators[1:]:
            columns += operator.domain_dimension_tensor()
            rows += operator.range_dimension_tensor()
        own = stack([columns, rows])
        return concat((joint_batch_shape_tensor(self.operators), own), 0)

    def _parts(self, x: Tensor, adjoint_arg: bool) -> list[Tensor]:
        """What each block is multiplied by."""
        if self.shape.is_fully_defined():
            sizes = [operator.domain_dimension.value for operator in self.operators]
        else:
            sizes = [operator.domain_dimension_tensor() for operator in self.operators]
        return split(x, sizes, axis=-1 if adjoint_arg else -2)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        parts = self._parts(x, adjoint_arg)
        made = [o.matmul(part, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, part in zip(self.operators, parts)]
        return concat(broadcast_batches(made), axis=-2)

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        parts = self._parts(rhs, adjoint_arg)
        made = [o.solve(part, adjoint=adjoint, adjoint_arg=adjoint_arg) for o, part in zip(self.operators, parts)]
        return concat(broadcast_batches(made), axis=-2)

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

    def _trace(self) -> Tensor:
        made = self.operators[0].trace()
        for operator in self.operators[1:]:
            made += operator.trace()
        return made

    def _diag_part(self) -> Tensor:
        parts = [operator.diag_part()[..., None] for operator in self.operators]
        return squeeze(concat(broadcast_batches(parts), axis=-2), axis=-1)

    def _to_dense(self) -> Tensor:
        before: Any = 0
        rows = []
        for block in broadcast_batches([operator.to_dense() for operator in self.operators]):
            outer = shape(block)[:-1]
            left = zeros(shape=concat([outer, [before]], axis=-1), dtype=block.dtype)
            before += shape(block)[-1]
            behind = concat([outer, [self.domain_dimension_tensor() - before]], axis=-1)
            right = zeros(shape=behind, dtype=block.dtype)
            rows.append(concat([left, block, right], axis=-1))
        made = concat(rows, axis=-2)
        made.set_shape(self.shape)
        return made

    def _assert_non_singular(self) -> Operation:
        return group([operator.assert_non_singular() for operator in self.operators])

    def _assert_self_adjoint(self) -> Operation:
        return group([operator.assert_self_adjoint() for operator in self.operators])

    def _assert_positive_definite(self) -> Operation:
        return group([operator.assert_positive_definite() for operator in self.operators])

    def _adjoint(self) -> LinearOperator:
        blocks = [operator.adjoint() for operator in self.operators]
        return LinearOperatorBlockDiag(blocks, **self._hints(), is_square=True)

    def _inverse(self) -> LinearOperator:
        blocks = [operator.inverse() for operator in self.operators]
        return LinearOperatorBlockDiag(blocks, **self._hints(), is_square=True)

    def _cholesky(self) -> LinearOperator:
        blocks = [operator.cholesky() for operator in self.operators]
        return LinearOperatorBlockDiag(blocks, is_non_singular=True, is_self_adjoint=False, is_square=True)
