"""The identity, and multiples of it."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear.base import LinearOperator
from flowgraph.linear.helpers import assert_fits, convert
from flowgraph.linear.sized import SizedOperator
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import ones, shape, zeros, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_positive
from flowgraph.ops.complex import conj, imag, real
from flowgraph.ops.control_flow import no_op, with_dependencies
from flowgraph.ops.diagonal import matrix_diag_part, matrix_set_diag
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log, sqrt
from flowgraph.shapes import TensorShape

_DEFINITE: dict[str, Any] = {"is_non_singular": True, "is_self_adjoint": True, "is_positive_definite": True}


class LinearOperatorIdentity(SizedOperator):
    """The identity.

    Args:
      num_rows: how many rows and columns, an integer or a scalar tensor.
      batch_shape: the shape of a batch of them, a list or an integer vector.
      dtype: the dtype; by default float32.
      is_non_singular: as the other hints always True.
      is_self_adjoint: likewise.
      is_positive_definite: likewise.
      is_square: likewise.
      assert_proper_shapes: whether runs check the arguments and the sizes of what is multiplied.
      name: the scope of its ops.

    Raises:
      ValueError: a hint that is not True, or sizes that cannot be.
      TypeError: sizes that are no integers.

    >>> run(LinearOperatorIdentity(2).to_dense())
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = True,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = True,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ) -> None:
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name):
            for holds, word in (
                (is_self_adjoint, "self adjoint"),
                (is_non_singular, "non-singular"),
                (is_positive_definite, "positive-definite"),
                (is_square, "square"),
            ):
                if not holds:
                    raise refusal(f"An identity operator is always {word}.")
            super().__init__(as_dtype(dtype or dt.float32), None, True, True, True, True, name)
            self._refuse_variables(num_rows=num_rows, batch_shape=batch_shape)
            self._take_rows(num_rows)
            self._take_batch_shape(batch_shape)

    def _assert_non_singular(self) -> Operation:
        return no_op("assert_non_singular")

    def _assert_positive_definite(self) -> Operation:
        return no_op("assert_positive_definite")

    def _assert_self_adjoint(self) -> Operation:
        return no_op("assert_self_adjoint")

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        del adjoint  # it is its own
        x = adjoint_of(x) if adjoint_arg else x
        if self._assert_proper_shapes:
            x = with_dependencies([assert_fits(self, x)], x)
        return self._spread(x)

    def _determinant(self) -> Tensor:
        return ones(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _log_abs_determinant(self) -> Tensor:
        return zeros(shape=self.batch_shape_tensor(), dtype=self.dtype)

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _trace(self) -> Tensor:
        each = ones(shape=self._known_or_run_time_batch(), dtype=self.dtype)
        size = self._shorter()
        return size * each if size is not None else cast(self._shorter_tensor(), self.dtype) * each

    def _diag_part(self) -> Tensor:
        return ones(shape=self._diagonal_shape(), dtype=self.dtype)

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Tensor:
        """The sums of these matrices and a tensor."""
        with self._name_scope(name):
            mat = convert_to_tensor(mat, name="mat")
            return matrix_set_diag(mat, 1 + matrix_diag_part(mat))

    def _adjoint(self) -> LinearOperator:
        return self

    def _inverse(self) -> LinearOperator:
        return self

    def _cholesky(self) -> LinearOperator:
        batch = self.batch_shape.as_list()
        return LinearOperatorIdentity(num_rows=self._num_rows, batch_shape=batch, dtype=self.dtype)


class LinearOperatorScaledIdentity(SizedOperator):
    """A multiple of the identity.

    Args:
      num_rows: how many rows and columns, an integer or a scalar tensor.
      multiplier: a tensor of floats or complex numbers; its shape is that of the batch.
      is_non_singular: see `LinearOperator`; so are the other hints.
      is_self_adjoint: likewise; of floats always.
      is_positive_definite: likewise.
      is_square: likewise; always.
      assert_proper_shapes: whether runs check the arguments and the sizes of what is multiplied.
      name: the scope of its ops.

    Raises:
      ValueError: hints or sizes that cannot be.

    >>> run(LinearOperatorScaledIdentity(2, 3.0).matvec([1.0, 2.0]))
    array([3., 6.], dtype=float32)
    """

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ) -> None:
        self._assert_proper_shapes = assert_proper_shapes
        with name_scope(name, values=[multiplier, num_rows]):
            self._multiplier = convert(multiplier, "multiplier")
            if not self._multiplier.dtype.is_complex:
                if is_self_adjoint is False:
                    raise refusal("A real diagonal operator is always self adjoint.")
                is_self_adjoint = True
            if not is_square:
                raise refusal("A ScaledIdentity operator is always square.")
            self._refuse_variables(num_rows=num_rows)
            dtype = self._multiplier.dtype.base_dtype
            super().__init__(dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name)
            self._take_rows(num_rows)
            self._rows_as_dtype = cast(self._num_rows, self.dtype)
            self._rows_as_real = cast(self._num_rows, self.dtype.real_dtype)

    @property
    def multiplier(self) -> Any:
        """What the identity is multiplied by."""
        return self._multiplier

    def _shape(self) -> TensorShape:
        return self.multiplier.shape.concatenate(self._own_shape())

    def _shape_tensor(self) -> Tensor:
        own = stack((self._num_rows, self._num_rows), axis=0)
        return concat((shape(self.multiplier), own), 0)

    def _assert_non_singular(self) -> Operation:
        return assert_positive(abs_op(self.multiplier), message="LinearOperator was singular")

    def _assert_positive_definite(self) -> Operation:
        return assert_positive(real(self.multiplier), message="LinearOperator was not positive definite.")

    def _assert_self_adjoint(self) -> Operation:
        imaginary = imag(self.multiplier)
        return assert_equal(zeros_like(imaginary), imaginary, message="LinearOperator was not self-adjoint")

    def _as_matrices(self, adjoint: bool) -> Tensor:
        made = expand_dims(expand_dims(self.multiplier, -1), -1)
        return conj(made) if adjoint else made

    def _prepared(self, x: Tensor, adjoint_arg: bool) -> Tensor:
        x = adjoint_of(x) if adjoint_arg else x
        if self._assert_proper_shapes:
            x = with_dependencies([assert_fits(self, x)], x)
        return x

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._prepared(x, adjoint_arg) * self._as_matrices(adjoint)

    def _determinant(self) -> Tensor:
        return self.multiplier**self._rows_as_dtype

    def _log_abs_determinant(self) -> Tensor:
        return self._rows_as_real * log(abs_op(self.multiplier))

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        return self._prepared(rhs, adjoint_arg) / self._as_matrices(adjoint)

    def _trace(self) -> Tensor:
        each = ones(shape=self._known_or_run_time_batch(), dtype=self.dtype)
        size = self._shorter()
        if size is not None:
            return self.multiplier * size * each
        return self.multiplier * cast(self._shorter_tensor(), self.dtype) * each

    def _diag_part(self) -> Tensor:
        return ones(shape=self._diagonal_shape(), dtype=self.dtype) * self.multiplier[..., None]

    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Tensor:
        """The sums of these matrices and a tensor."""
        with self._name_scope(name):
            multiplier = expand_dims(self.multiplier, -1)
            mat = convert_to_tensor(mat, name="mat")
            return matrix_set_diag(mat, multiplier + matrix_diag_part(mat))

    def _like(self, multiplier: Any, **hints: Any) -> LinearOperator:
        return LinearOperatorScaledIdentity(num_rows=self._num_rows, multiplier=multiplier, is_square=True, **hints)

    def _adjoint(self) -> LinearOperator:
        multiplier = self.multiplier
        return self._like(conj(multiplier) if multiplier.dtype.is_complex else multiplier, **self._hints())

    def _inverse(self) -> LinearOperator:
        return self._like(1.0 / self.multiplier, **{**self._hints(), "is_self_adjoint": True})

    def _cholesky(self) -> LinearOperator:
        return self._like(sqrt(self.multiplier), **_DEFINITE)
