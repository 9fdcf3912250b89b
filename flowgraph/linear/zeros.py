"""The operator that is zero."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import as_dtype
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.helpers import assert_fits, shape_tensor
from flowgraph.linear.sized import SizedOperator, checked_size
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import shape, zeros
from flowgraph.ops.control_flow import no_op, with_dependencies
from flowgraph.ops.joining import concat
from flowgraph.ops.static_value import constant_value


class LinearOperatorZeros(SizedOperator):
    """A matrix of zeros.

    Args:
      num_rows: how many rows, an integer or a scalar tensor.
      num_columns: how many columns; by default as many.
      batch_shape: the shape of a batch of them, a list or an integer vector.
      dtype: the dtype; by default float32.
      is_non_singular: False.
      is_self_adjoint: whether it is square.
      is_positive_definite: False.
      is_square: whether it is square.
      assert_proper_shapes: whether runs check the arguments and the sizes of what is multiplied.
      name: the scope of its ops.

    Raises:
      ValueError: hints or sizes that cannot be.
      TypeError: sizes that are no integers.

    >>> run(LinearOperatorZeros(2).matvec([3.0, 4.0]))
    array([0., 0.], dtype=float32)
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = False,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = False,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ) -> None:
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name):
            dtype = as_dtype(dtype or dt.float32)
            if not is_self_adjoint and is_square:
                raise refusal("A zero operator is always self adjoint.")
            if is_non_singular:
                raise refusal("A zero operator is always singular.")
            if is_positive_definite:
                raise refusal("A zero operator is always not positive-definite.")
            super().__init__(dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name)
            self._refuse_variables(num_rows=num_rows, num_columns=num_columns, batch_shape=batch_shape)
            self._take_sizes(num_rows, num_rows if num_columns is None else num_columns, is_square)
            self._take_batch_shape(batch_shape)

    def _take_sizes(self, num_rows: Any, num_columns: Any, is_square: bool | None) -> None:
        self._num_rows = shape_tensor(num_rows, name="num_rows")
        self._known_rows = constant_value(self._num_rows)
        self._num_columns = shape_tensor(num_columns, name="num_columns")
        self._known_columns = constant_value(self._num_columns)
        check = self._assert_proper_shapes
        self._num_rows = checked_size(self._num_rows, "num_rows", check, self._known_rows)
        self._num_columns = checked_size(self._num_columns, "num_columns", check, self._known_columns)
        known = self._known_rows, self._known_columns
        if is_square and None not in known and known[0] != known[1]:
            line = "LinearOperatorZeros initialized as is_square=True, but got "
            raise refusal(f"{line}num_rows({known[0]}) != num_columns({known[1]})")

    def _assert_non_singular(self) -> Operation:
        raise errors.InvalidArgumentError(None, None, "Zero operators are always non-invertible.")

    def _assert_positive_definite(self) -> Operation:
        raise errors.InvalidArgumentError(None, None, "Zero operators are always non-positive definite.")

    def _assert_self_adjoint(self) -> Operation:
        return no_op("assert_self_adjoint")

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        if self._assert_proper_shapes:
            x = adjoint_of(x) if adjoint_arg else x
            x = with_dependencies([assert_fits(self, x)], x)
        if self.is_square:
            if adjoint_arg:
                sizes = concat([shape(x)[:-2], [shape(x)[-1], shape(x)[-2]]], axis=0)
            else:
                sizes = shape(x)
        else:
            own = shape(x)
            rows = self._num_columns if adjoint else self._num_rows
            columns = own[-2] if adjoint_arg else own[-1]
            sizes = concat([own[:-2], [rows, columns]], axis=0)
        return self._spread(zeros(shape=sizes, dtype=x.dtype))

    def _determinant(self) -> Tensor:
        return zeros(shape=self._known_or_run_time_batch(), dtype=self.dtype)

    def _trace(self) -> Tensor:
        return zeros(shape=self._known_or_run_time_batch(), dtype=self.dtype)

    def _diag_part(self) -> Tensor:
        return zeros(shape=self._diagonal_shape(), dtype=self.dtype)

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Tensor:
        """A tensor as it is, broadcast to the batch; no ops need a scope."""
        del name
        return self._spread(mat)
