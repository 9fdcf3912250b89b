"""The operator that is a Kronecker product of others."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.composition import joint_batch_shape
from flowgraph.linear.helpers import check_operators, implied
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import ones_like, rank, reshape, shape, zeros
from flowgraph.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape
from flowgraph.ops.cast import cast
from flowgraph.ops.control_flow import group
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_op
from flowgraph.ops.shaping import matrix_transpose, transpose
from flowgraph.shapes import TensorShape


def _stacked_columns(x: Tensor) -> Tensor:
    """The columns of each matrix, one below the other."""
    return reshape(matrix_transpose(x), concat([shape(x)[:-2], [-1]], axis=0))


def _beside_each_other(y: Tensor, columns: Tensor) -> Tensor:
    """The inverse of `_stacked_columns`."""
    return matrix_transpose(reshape(y, concat([shape(y)[:-1], [columns, -1]], axis=0)))


def _rotated(x: Tensor, right: bool) -> Tensor:
    """The last axis first, or the first one last."""
    axes = rank(x)
    if right:
        return transpose(x, concat([[axes - 1], range_op(0, axes - 1)], axis=0))
    return transpose(x, concat([range_op(1, axes), [0]], axis=0))


class LinearOperatorKronecker(LinearOperator):
    """The Kronecker product of operators: each entry of the first, times the second, and so on.

    Args:
      operators: a list of LinearOperators.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops; by default made of theirs.

    Raises:
      ValueError: no operators, or hints that cannot be.
      TypeError: operators of different dtypes.

    >>> from flowgraph.linear.full_matrix import LinearOperatorFullMatrix
    >>> factors = [LinearOperatorFullMatrix([[1.0, 2.0]]), LinearOperatorFullMatrix([[3.0], [4.0]])]
    >>> run(LinearOperatorKronecker(factors).to_dense())
    array([[3., 6.],
           [4., 8.]], dtype=float32)
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
        self._operators = operators = check_operators(operators, "a list of >=1")
        words = "The Kronecker product of {0} operators is always {0}."
        is_non_singular = implied(
            is_non_singular, all(o.is_non_singular for o in operators), words.format("non-singular")
        )
        is_self_adjoint = implied(
            is_self_adjoint, all(o.is_self_adjoint for o in operators), words.format("self-adjoint")
        )
        is_positive_definite = implied(
            is_positive_definite, all(o.is_positive_definite for o in operators), words.format("positive-definite")
        )
        parents = [parent for operator in operators for parent in operator.graph_parents]
        name = "_x_".join(operator.name for operator in operators) if name is None else name
        with name_scope(name, values=parents):
            super().__init__(
                operators[0].dtype, parents, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name
            )

    @property
    def operators(self) -> list[Any]:
        """The factors, from left to right."""
        return self._operators

    def _shape(self) -> TensorShape:
        columns, rows = self.operators[0].domain_dimension, self.operators[0].range_dimension
        for operator in self.operators[1:]:
            columns *= operator.domain_dimension
            rows *= operator.range_dimension
        return joint_batch_shape(self.operators).concatenate(TensorShape([rows, columns]))

    def _shape_tensor(self) -> Tensor:
        columns = self.operators[0].domain_dimension_tensor()
        for operator in self.operators[1:]:
            columns *= operator.domain_dimension_tensor()
        rows = self.operators[0].range_dimension_tensor()
        for operator in self.operators[1:]:
            rows *= operator.range_dimension_tensor()
        batch = self.operators[0].batch_shape_tensor()
        for operator in self.operators[1:]:
            batch = broadcast_dynamic_shape(batch, operator.batch_shape_tensor())
        return concat((batch, [rows, columns]), 0)

    def _applied(self, x: Tensor, adjoint: bool, adjoint_arg: bool, method: str) -> Tensor:
        """Factor by factor: the vectors are laid out as matrices whose columns a factor can be applied to."""
        x = adjoint_of(x) if adjoint_arg else x
        x += zeros(concat([ones_like(self.batch_shape_tensor()), [1, 1]], 0), dtype=x.dtype.base_dtype)
        made = _rotated(x, right=True)
        made = made[None, ...]
        for operator in self.operators[:-1]:
            size = operator.range_dimension_tensor() if adjoint else operator.domain_dimension_tensor()
            made = matrix_transpose(_beside_each_other(made, size))
            made = getattr(operator, method)(made, adjoint=adjoint, adjoint_arg=False)
            made = _stacked_columns(_rotated(matrix_transpose(made), right=False))
            made = _rotated(made, right=True)
        last = {"matmul": self.operators[-1].matvec, "solve": self.operators[-1].solvevec}[method]
        made = _rotated(last(made, adjoint=adjoint), right=False)
        made = _rotated(_stacked_columns(made), right=False)
        if x.shape.is_fully_defined():
            batch = broadcast_static_shape(x.shape[:-2], self.batch_shape)
            rows = self.domain_dimension if adjoint else self.range_dimension
            made.set_shape(batch.concatenate([rows, x.shape[-1]]))
        return made

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._applied(x, adjoint, adjoint_arg, "matmul")

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._applied(rhs, adjoint, adjoint_arg, "solve")

    def _determinant(self) -> Tensor:
        total, made = self.domain_dimension_tensor(), 1.0
        for operator in self.operators:
            found = operator.determinant()
            made *= found ** cast(total / operator.domain_dimension_tensor(), dtype=operator.dtype)
        return made  # type: ignore[return-value]

    def _log_abs_determinant(self) -> Tensor:
        total, made = self.domain_dimension_tensor(), 0.0
        for operator in self.operators:
            found = operator.log_abs_determinant()
            made += found * cast(total / operator.domain_dimension_tensor(), dtype=operator.dtype)
        return made  # type: ignore[return-value]

    def _trace(self) -> Tensor:
        made = 1.0
        for operator in self.operators:
            made *= operator.trace()
        return made  # type: ignore[return-value]

    def _diag_part(self) -> Tensor:
        made = self.operators[0].diag_part()
        for operator in self.operators[1:]:
            made = made[..., :, None]
            made *= operator.diag_part()[..., None, :]
            made = reshape(made, shape=concat([shape(made)[:-2], [-1]], axis=0))
        rows, columns = self.range_dimension, self.domain_dimension
        made.set_shape(self.batch_shape.concatenate(columns if rows > columns else rows))  # noqa: FURB136  # unknown ones too
        return made

    def _to_dense(self) -> Tensor:
        made = self.operators[0].to_dense()
        for operator in self.operators[1:]:
            made = made[..., :, None, :, None]
            made *= operator.to_dense()[..., None, :, None, :]
            sizes = [shape(made)[:-4], [shape(made)[-4] * shape(made)[-3], shape(made)[-2] * shape(made)[-1]]]
            made = reshape(made, shape=concat(sizes, axis=0))
        made.set_shape(self.shape)
        return made

    def _all(self, method: str, words: str) -> Operation:
        if not all(operator.is_square for operator in self.operators):
            line = f"All Kronecker factors must be square for the product to be {words}."
            raise errors.InvalidArgumentError(None, None, line)
        return group([getattr(operator, method)() for operator in self.operators])

    def _assert_non_singular(self) -> Operation:
        return self._all("assert_non_singular", "invertible")

    def _assert_self_adjoint(self) -> Operation:
        return self._all("assert_self_adjoint", "self adjoint")

    def _adjoint(self) -> LinearOperator:
        factors = [operator.adjoint() for operator in self.operators]
        return LinearOperatorKronecker(factors, **self._hints(), is_square=True)

    def _inverse(self) -> LinearOperator:
        factors = [operator.inverse() for operator in self.operators]
        return LinearOperatorKronecker(factors, **self._hints(), is_square=True)

    def _cholesky(self) -> LinearOperator:
        factors = [operator.cholesky() for operator in self.operators]
        return LinearOperatorKronecker(factors, is_non_singular=True, is_self_adjoint=False, is_square=True)
