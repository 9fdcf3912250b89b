"""The operator with the same number along each diagonal."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.circulant import LinearOperatorCirculant
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import ones, shape, zeros_like
from flowgraph.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape, reverse
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal
from flowgraph.ops.fft import fft
from flowgraph.ops.joining import concat
from flowgraph.shapes import TensorShape


class LinearOperatorToeplitz(LinearOperator):
    """A Toeplitz matrix: the same number along each diagonal. It is half of a circulant matrix of twice its size.

    Args:
      col: the first column, a tensor [..., N] of floats or complex numbers.
      row: the first row, likewise; of its first entry nothing is asked, the column's counts.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise; always.
      name: the scope of its ops.

    Raises:
      ValueError: no axes, different sizes, or a hint that it is not square.

    >>> operator = LinearOperatorToeplitz([1.0, 2.0, 3.0], [1.0, 4.0, 5.0])
    >>> run(operator.trace())
    3.0
    """

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorToeplitz",
    ) -> None:
        with name_scope(name, values=[row, col]):
            self._row = convert_to_tensor(row, name="row")
            self._col = convert_to_tensor(col, name="col")
            self._check_sizes()
            around = concat(
                [self._col, zeros_like(self._col[..., 0:1]), reverse(self._row[..., 1:], axis=[-1])], axis=-1
            )
            wide = self._row.dtype in (dt.float64, dt.complex128)
            spectrum = fft(cast(around, dt.complex128 if wide else dt.complex64))
            self._circulant = LinearOperatorCirculant(spectrum, input_output_dtype=self._row.dtype)
            if is_square is False:
                raise refusal("Only square Toeplitz operators currently supported.")
            super().__init__(
                self._row.dtype, [self._row, self._col], is_non_singular, is_self_adjoint, is_positive_definite, True,
                name,
            )  # fmt: skip

    def _check_sizes(self) -> None:
        for which, tensor in (("row", self._row), ("col", self._col)):
            if tensor.shape.ndims == 0:
                raise refusal(f"Argument {which} must have at least 1 dimension.  Found: {tensor}")
        a, b = self._row.shape[-1].value, self._col.shape[-1].value
        if None not in (a, b) and a != b:
            raise refusal("Expected square matrix, got row and col with mismatched dimensions.")

    @property
    def col(self) -> Tensor:
        """The first column."""
        return self._col

    @property
    def row(self) -> Tensor:
        """The first row."""
        return self._row

    def _shape(self) -> TensorShape:
        joint = broadcast_static_shape(self.row.shape, self.col.shape)
        return joint.concatenate(joint[-1:])

    def _shape_tensor(self) -> Tensor:
        joint = broadcast_dynamic_shape(shape(self.row), shape(self.col))
        return concat((joint, [joint[-1]]), 0)

    def _assert_self_adjoint(self) -> Operation:
        message = "row and col are not the same, and so this operator is not self-adjoint."
        return assert_equal(self.row, self.col, message=message)

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        x = adjoint_of(x) if adjoint_arg else x
        longer = concat([x, zeros_like(x)], axis=-2)
        made = self._circulant.matmul(longer, adjoint=adjoint, adjoint_arg=False)
        return cast(made[..., : self.domain_dimension_tensor(), :], self.dtype)

    def _trace(self) -> Tensor:
        return cast(self.domain_dimension_tensor(), dtype=self.dtype) * self.col[..., 0]

    def _diag_part(self) -> Tensor:
        entry = self.col[..., 0:1]
        return entry * ones([self.domain_dimension_tensor()], self.dtype)
