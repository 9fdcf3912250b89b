"""The operator that is a matrix with all its entries."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import convert
from flowgraph.ops.array import shape
from flowgraph.ops.matmul import matmul
from flowgraph.shapes import TensorShape

_TYPES = [dt.float16, dt.float32, dt.float64, dt.complex64, dt.complex128]


class LinearOperatorFullMatrix(LinearOperator):
    """A batch of matrices with all their entries.

    Args:
      matrix: a tensor [..., M, N] of floats or complex numbers, or a variable.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      name: the scope of its ops.

    Raises:
      TypeError: another dtype.
      ValueError: fewer than two axes.

    >>> operator = LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 5.0]])
    >>> run([operator.matvec([1.0, 1.0]), operator.solvevec([3.0, 8.0])])
    [array([3., 8.], dtype=float32), array([1., 1.], dtype=float32)]
    """

    def __init__(
        self,
        matrix: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorFullMatrix",
    ) -> None:
        with name_scope(name, values=[matrix]):
            self._matrix = convert(matrix, "matrix")
            self._check_matrix(self._matrix)
            super().__init__(
                self._matrix.dtype, [self._matrix], is_non_singular, is_self_adjoint, is_positive_definite, is_square,
                name,
            )  # fmt: skip

    @staticmethod
    def _check_matrix(matrix: Any) -> None:
        matrix = convert_to_tensor(matrix, name="matrix")
        if matrix.dtype not in _TYPES:
            raise refusal(f"Argument matrix must have dtype in {_TYPES}.  Found: {matrix.dtype}", TypeError)
        if matrix.sizes is not None and len(matrix.sizes) < 2:
            raise refusal(f"Argument matrix must have at least 2 dimensions.  Found: {matrix}")

    def _shape(self) -> TensorShape:
        return self._matrix.shape

    def _shape_tensor(self) -> Tensor:
        return shape(self._matrix)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return matmul(self._matrix, x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _to_dense(self) -> Any:
        return self._matrix
