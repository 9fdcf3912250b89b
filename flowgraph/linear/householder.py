"""The operator that is a reflection."""

from __future__ import annotations

from typing import Any

from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import convert
from flowgraph.linear.norms import norm
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import ones, shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.complex import conj
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.diagonal import matrix_diag_part, matrix_set_diag
from flowgraph.ops.joining import concat
from flowgraph.ops.matmul import matmul
from flowgraph.shapes import TensorShape


class LinearOperatorHouseholder(LinearOperator):
    """The reflection at the plane orthogonal to a vector: I - 2 v v^H / |v|^2. It is its own adjoint and inverse.

    Args:
      reflection_axis: the vectors, a tensor [..., N] of floats or complex numbers, or a variable.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise; always.
      is_positive_definite: likewise; never.
      is_square: likewise; always.
      name: the scope of its ops.

    Raises:
      ValueError: no axes, or hints that cannot be.

    >>> run(LinearOperatorHouseholder([1.0, 0.0]).matvec([3.0, 4.0]))
    array([-3.,  4.], dtype=float32)
    """

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorHouseholder",
    ) -> None:
        with name_scope(name, values=[reflection_axis]):
            self._axis = convert(reflection_axis, "reflection_axis")
            if self._axis.shape.ndims == 0:
                raise refusal(f"Argument reflection_axis must have at least 1 dimension.  Found: {self._axis}")
            for contradicts, word in (
                (is_self_adjoint is False, "self adjoint"),
                (is_positive_definite is True, "non-positive definite"),
                (is_square is False, "square"),
            ):
                if contradicts:
                    raise refusal(f"A Householder operator is always {word}.")
            super().__init__(self._axis.dtype, [self._axis], is_non_singular, True, False, True, name)

    @property
    def reflection_axis(self) -> Any:
        """The vectors."""
        return self._axis

    def _shape(self) -> TensorShape:
        known = self._axis.shape
        return known.concatenate(known[-1:])

    def _shape_tensor(self) -> Tensor:
        sizes = shape(self._axis)
        return concat((sizes, [sizes[-1]]), 0)

    def _assert_non_singular(self) -> Operation:
        return no_op("assert_non_singular")

    def _assert_positive_definite(self) -> Operation:
        raise errors.InvalidArgumentError(None, None, "Householder operators are always non-positive definite.")

    def _assert_self_adjoint(self) -> Operation:
        return no_op("assert_self_adjoint")

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        del adjoint
        axis = convert_to_tensor(self._axis)
        x = adjoint_of(x) if adjoint_arg else x
        unit = axis / norm(axis, axis=-1, keepdims=True)
        column = unit[..., None]
        inner = matmul(column, x, adjoint_a=True)
        return x - 2 * column * inner

    def _unit(self) -> Tensor:
        return self._axis / norm(self._axis, axis=-1, keepdims=True)

    def _trace(self) -> Tensor:
        size = cast(self.domain_dimension_tensor() - 2, self.dtype)
        return size * ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _determinant(self) -> Tensor:
        return -ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self) -> Tensor:
        return zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self) -> Tensor:
        column = self._unit()[..., None]
        made = -2 * matmul(column, column, adjoint_b=True)
        return matrix_set_diag(made, 1.0 + matrix_diag_part(made))

    def _diag_part(self) -> Tensor:
        unit = self._unit()
        return 1.0 - 2 * unit * conj(unit)

    def _adjoint(self) -> LinearOperator:
        return self

    def _inverse(self) -> LinearOperator:
        return self
