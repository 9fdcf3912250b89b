"""LinearOperator: what all of them can do, by a dense matrix where a class knows no shorter way."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.dtypes import as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.linear import algebra, parts
from flowgraph.linear.helpers import broadcast_cholesky_solve, broadcast_solve, check_fit, shape_tensor
from flowgraph.ops.adjoint import adjoint as adjoint_of
from flowgraph.ops.array import size
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_less, assert_positive
from flowgraph.ops.determinant import matrix_determinant, slogdet
from flowgraph.ops.diagonal import eye, matrix_diag_part
from flowgraph.ops.factorize import cholesky
from flowgraph.ops.matrix_like import MatrixLike
from flowgraph.ops.reduction import reduce_max, reduce_min, reduce_sum
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.svd import svd
from flowgraph.ops.unary import exp, log
from flowgraph.platform import logs
from flowgraph.shapes import Dimension, TensorShape, dimension_at_index


def _warn_slow(what: str, why: str = "Requires conversion to a dense matrix and O(N^3) operations.") -> None:
    logs.warn(f"Using (possibly slow) default implementation of {what}.  {why}")


class LinearOperator(MatrixLike):
    """A batch of matrices [..., M, N], known by what it does to vectors.

    Classes override the methods with an underscore; those without are what users call. Hints say what is true of a
    matrix without being computed; nothing checks them unless `assert_...` is run.

    Args:
      dtype: the dtype of the entries.
      graph_parents: the tensors that it is made of.
      is_non_singular: whether it has an inverse; None: not known.
      is_self_adjoint: whether it is equal to its adjoint.
      is_positive_definite: whether x^H A x has a positive real part for all x but 0.
      is_square: whether it is square.
      name: the scope of its ops.

    Raises:
      ValueError: the hints contradict each other.
    """

    def __init__(
        self,
        dtype: Any,
        graph_parents: Any = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ) -> None:
        if is_positive_definite:
            if is_non_singular is False:
                raise refusal("A positive definite matrix is always non-singular.")
            is_non_singular = True
        for kind, hint in (("non-singular", is_non_singular), ("self-adjoint", is_self_adjoint)):
            if hint:
                if is_square is False:
                    raise refusal(f"A {kind} matrix is always square.")
                is_square = True
        self._is_square_hint = is_square
        self._graph_parents = [] if graph_parents is None else graph_parents
        for i, parent in enumerate(self._graph_parents):
            if not hasattr(parent, "op"):
                raise refusal(f"Graph parent item {i} is not a Tensor; {parent}.")
        self._dtype = as_dtype(dtype).base_dtype if dtype else dtype
        self._is_non_singular = is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._name = name or type(self).__name__

    def _name_scope(self, name: str | None = None) -> Any:
        return name_scope(self.name if name is None else f"{self.name}/{name}")

    # -- what it is ----------------------------------------------------------------------------------------------

    @property
    def dtype(self) -> Any:
        """The dtype of the entries."""
        return self._dtype

    @property
    def name(self) -> str:
        """The name of the scope of its ops."""
        return self._name

    @property
    def graph_parents(self) -> list[Any]:
        """The tensors that it is made of."""
        return self._graph_parents

    @property
    def is_non_singular(self) -> bool | None:
        """Whether it has an inverse, if that is known."""
        return self._is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """Whether it is equal to its adjoint, if that is known."""
        return self._is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """Whether it is positive definite, if that is known."""
        return self._is_positive_definite

    @property
    def is_square(self) -> bool | None:
        """Whether it is square, if that is known.

        Raises:
          ValueError: it is, although the hint says no.
        """
        found = self.domain_dimension == self.range_dimension
        if self._is_square_hint is False and found:
            raise refusal("User set is_square hint to False, but the operator was square.")
        return found if self._is_square_hint is None else self._is_square_hint

    @property
    def submodules(self) -> tuple[LinearOperator, ...]:
        """The operators that it is made of, and theirs."""
        return parts.operators_in(self)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The variables that it is made of, those of its operators too."""
        return parts.variables_in(self)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those of the variables that are trained."""
        return tuple(variable for variable in self.variables if variable.trainable)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} shape={self.shape} dtype={self.dtype.name}>"

    # -- shapes --------------------------------------------------------------------------------------------------

    def _shape(self) -> TensorShape:
        raise NotImplementedError("_shape is not implemented.")

    def _shape_tensor(self) -> Tensor:
        raise NotImplementedError("_shape_tensor is not implemented.")

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape [..., M, N]."""
        return self._shape()

    def shape_tensor(self, name: str = "shape_tensor") -> Tensor:
        """The shape, as a run finds it."""
        with self._name_scope(name):
            known = self.shape
            return shape_tensor(known.as_list()) if known.is_fully_defined() else self._shape_tensor()

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape of the batch."""
        return self.shape[:-2]

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The shape of the batch, as a run finds it."""
        with self._name_scope(name):
            known = self.batch_shape
            if known.is_fully_defined():
                return shape_tensor(known.as_list(), name="batch_shape")
            return self.shape_tensor()[:-2]

    @property
    def tensor_rank(self) -> int | None:
        """How many axes it has, the batch's included, if that is known."""
        with self._name_scope("tensor_rank"):
            return self.shape.ndims

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Tensor:
        """How many axes it has, as a run finds it."""
        with self._name_scope(name):
            known = self.tensor_rank
            return convert_to_tensor(known) if known is not None else size(self.shape_tensor())

    @property
    def domain_dimension(self) -> Dimension:
        """The number of columns, N."""
        shape = self.shape
        return shape.dims[-1] if shape.dims else Dimension(None)

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Tensor:
        """The number of columns, as a run finds it."""
        with self._name_scope(name):
            known = self.domain_dimension.value
            return convert_to_tensor(known) if known is not None else self.shape_tensor()[-1]

    @property
    def range_dimension(self) -> Dimension:
        """The number of rows, M."""
        shape = self.shape
        return shape.dims[-2] if shape.dims else Dimension(None)

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Tensor:
        """The number of rows, as a run finds it."""
        with self._name_scope(name):
            known = self.range_dimension.value
            return convert_to_tensor(known) if known is not None else self.shape_tensor()[-2]

    # -- assertions ----------------------------------------------------------------------------------------------

    def _can_use_cholesky(self) -> bool | None:
        return self.is_self_adjoint and self.is_positive_definite

    def _assert_non_singular(self) -> Operation:
        _warn_slow("assert_non_singular")
        if self._can_use_cholesky():
            return self.assert_positive_definite()
        values = svd(self.to_dense(), compute_uv=False)
        condition = reduce_max(values, axis=-1) / reduce_min(values, axis=-1)
        limit = self._greatest_condition_number()
        return assert_less(condition, limit, message="Singular matrix up to precision epsilon.")

    def _greatest_condition_number(self) -> Tensor:
        with name_scope("max_nonsingular_condition_number"):
            sizes = [
                100.0,
                cast(self.range_dimension_tensor(), self.dtype),
                cast(self.domain_dimension_tensor(), self.dtype),
            ]
            return 1.0 / (cast(reduce_max(sizes), self.dtype) * np.finfo(self.dtype.as_numpy_dtype).eps)

    def assert_non_singular(self, name: str = "assert_non_singular") -> Operation:
        """An op that fails where the matrix has no inverse."""
        with self._name_scope(name):
            return self._assert_non_singular()

    def _assert_positive_definite(self) -> Operation:
        _warn_slow("assert_positive_definite")
        if self.is_self_adjoint:
            diagonal = matrix_diag_part(cholesky(self.to_dense()))
            return assert_positive(diagonal, message="Matrix was not positive definite.")
        raise NotImplementedError("assert_positive_definite is not implemented.")

    def assert_positive_definite(self, name: str = "assert_positive_definite") -> Operation:
        """An op that fails where the matrix is not positive definite."""
        with self._name_scope(name):
            return self._assert_positive_definite()

    def _assert_self_adjoint(self) -> Operation:
        dense = self.to_dense()
        _warn_slow("assert_self_adjoint", "Requires conversion to a dense matrix.")
        return assert_equal(dense, adjoint_of(dense), message="Matrix was not equal to its adjoint.")

    def assert_self_adjoint(self, name: str = "assert_self_adjoint") -> Operation:
        """An op that fails where the matrix is not equal to its adjoint."""
        with self._name_scope(name):
            return self._assert_self_adjoint()

    def _check_dtype(self, x: Tensor) -> None:
        if x.dtype.base_dtype != self.dtype:
            line = f"Expected argument to have dtype {self.dtype}.  Found: {x.dtype} in tensor {x}"
            raise refusal(line, TypeError)

    # -- products ------------------------------------------------------------------------------------------------

    def _matmul(self, x: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        raise NotImplementedError("_matmul is not implemented.")

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """The product with a batch of matrices, or with another operator.

        Args:
          x: matrices [..., N, R], or a LinearOperator.
          adjoint: whether to multiply by the adjoint of this operator.
          adjoint_arg: whether to multiply the adjoint of `x`.
          name: the scope of the ops.

        Returns:
          Matrices [..., M, R], or a LinearOperator.
        """
        if isinstance(x, LinearOperator):
            left = self.adjoint() if adjoint else self
            right = x.adjoint() if adjoint_arg else x
            check_fit(left, right, "x")
            with self._name_scope(name):
                return algebra.matmul(left, right)
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_dtype(x)
            own = dimension_at_index(self.shape, -2 if adjoint else -1)
            own.assert_is_compatible_with(x.shape[-1 if adjoint_arg else -2])
            return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x: Tensor, adjoint: bool = False) -> Tensor:
        return squeeze(self.matmul(expand_dims(x, axis=-1), adjoint=adjoint), axis=-1)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Tensor:
        """The product with a batch of vectors [..., N]."""
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_dtype(x)
            own = dimension_at_index(self.shape, -2 if adjoint else -1)
            own.assert_is_compatible_with(x.shape[-1])
            return self._matvec(x, adjoint=adjoint)

    # -- determinants --------------------------------------------------------------------------------------------

    def _demand_square(self) -> None:
        if self.is_square is False:
            raise NotImplementedError("Determinant not implemented for an operator that is expected to not be square.")

    def _determinant(self) -> Tensor:
        _warn_slow("determinant")
        if self._can_use_cholesky():
            return exp(self.log_abs_determinant())
        return matrix_determinant(self.to_dense())

    def determinant(self, name: str = "det") -> Tensor:
        """The determinants."""
        self._demand_square()
        with self._name_scope(name):
            return self._determinant()

    def _log_abs_determinant(self) -> Tensor:
        _warn_slow("determinant")
        if self._can_use_cholesky():
            return 2 * reduce_sum(log(matrix_diag_part(cholesky(self.to_dense()))), axis=[-1])
        return slogdet(self.to_dense()).log_abs_determinant

    def log_abs_determinant(self, name: str = "log_abs_det") -> Tensor:
        """The logarithms of the absolute values of the determinants."""
        self._demand_square()
        with self._name_scope(name):
            return self._log_abs_determinant()

    # -- solutions -----------------------------------------------------------------------------------------------

    def _solve(self, rhs: Tensor, adjoint: bool = False, adjoint_arg: bool = False) -> Tensor:
        if self.is_square is False:
            raise NotImplementedError("Solve is not yet implemented for non-square operators.")
        _warn_slow("solve")
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        if self._can_use_cholesky():
            return broadcast_cholesky_solve(cholesky(self.to_dense()), rhs)
        return broadcast_solve(self.to_dense(), rhs, adjoint)

    def solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """The X of A X = rhs.

        Args:
          rhs: matrices [..., M, R], or a LinearOperator.
          adjoint: whether to solve with the adjoint of this operator.
          adjoint_arg: whether to solve for the adjoint of `rhs`.
          name: the scope of the ops.

        Returns:
          Matrices [..., N, R], or a LinearOperator.

        Raises:
          NotImplementedError: the operator is singular or not square, as far as is known.
        """
        for holds, word in ((self.is_non_singular, "be singular"), (self.is_square, "not be square")):
            if holds is False:
                line = f"Exact solve not implemented for an operator that is expected to {word}."
                raise refusal(line, NotImplementedError)
        if isinstance(rhs, LinearOperator):
            left = self.adjoint() if adjoint else self
            right = rhs.adjoint() if adjoint_arg else rhs
            check_fit(left, right, "rhs")
            with self._name_scope(name):
                return algebra.solve(left, right)
        with self._name_scope(name):
            rhs = convert_to_tensor(rhs, name="rhs")
            self._check_dtype(rhs)
            own = dimension_at_index(self.shape, -1 if adjoint else -2)
            own.assert_is_compatible_with(rhs.shape[-1 if adjoint_arg else -2])
            return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs: Tensor, adjoint: bool = False) -> Tensor:
        return squeeze(self.solve(expand_dims(rhs, axis=-1), adjoint=adjoint), axis=-1)

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Tensor:
        """The x of A x = rhs, for a batch of vectors [..., M]."""
        with self._name_scope(name):
            rhs = convert_to_tensor(rhs, name="rhs")
            self._check_dtype(rhs)
            own = dimension_at_index(self.shape, -1 if adjoint else -2)
            own.assert_is_compatible_with(rhs.shape[-1])
            return self._solvevec(rhs, adjoint=adjoint)

    # -- other operators -----------------------------------------------------------------------------------------

    def _hints(self) -> dict[str, Any]:
        """What its adjoint and its inverse inherit."""
        return {
            "is_non_singular": self.is_non_singular,
            "is_self_adjoint": self.is_self_adjoint,
            "is_positive_definite": self.is_positive_definite,
        }

    def _adjoint(self) -> LinearOperator:
        from flowgraph.linear.adjoint import LinearOperatorAdjoint

        return LinearOperatorAdjoint(self, **self._hints(), is_square=self.is_square)

    def adjoint(self, name: str = "adjoint") -> LinearOperator:
        """The adjoint operator; of one that is known to be self-adjoint the operator itself."""
        if self.is_self_adjoint is True:
            return self
        with self._name_scope(name), name_scope(None, "Adjoint"):
            return self._adjoint()

    @property
    def H(self) -> LinearOperator:
        """The adjoint operator."""
        return self.adjoint()

    def _inverse(self) -> LinearOperator:
        from flowgraph.linear.inversion import LinearOperatorInversion

        return LinearOperatorInversion(self, **self._hints(), is_square=self.is_square)

    def inverse(self, name: str = "inverse") -> LinearOperator:
        """The inverse operator.

        Raises:
          ValueError: it has none, as far as is known.
        """
        for holds, word in ((self.is_square, "non square"), (self.is_non_singular, "singular")):
            if holds is False:
                raise refusal(f"Cannot take the Inverse: This operator represents a {word} matrix.")
        with self._name_scope(name), name_scope(None, "Inverse"):
            return self._inverse()

    def _cholesky(self) -> LinearOperator:
        from flowgraph.linear.lower_triangular import LinearOperatorLowerTriangular

        factor = cholesky(self.to_dense())
        return LinearOperatorLowerTriangular(factor, is_non_singular=True, is_self_adjoint=False, is_square=True)

    def cholesky(self, name: str = "cholesky") -> LinearOperator:
        """The Cholesky factor, of an operator that is known to be self-adjoint and positive definite.

        Raises:
          ValueError: it is not known to be so.
        """
        if not self._can_use_cholesky():
            line = "Cannot take the Cholesky decomposition: Not a positive definite self adjoint matrix."
            raise refusal(line)
        with self._name_scope(name), name_scope(None, "Cholesky"):
            return self._cholesky()

    # -- entries -------------------------------------------------------------------------------------------------

    def _to_dense(self) -> Tensor:
        batch: Any = self.batch_shape
        batch = batch.as_list() if batch.is_fully_defined() else self.batch_shape_tensor()
        known = self.domain_dimension.value
        rows = known if known is not None else self.domain_dimension_tensor()
        return self.matmul(eye(num_rows=rows, batch_shape=batch, dtype=self.dtype))

    def to_dense(self, name: str = "to_dense") -> Tensor:
        """The matrices with all their entries."""
        with self._name_scope(name):
            return self._to_dense()

    def _diag_part(self) -> Tensor:
        return matrix_diag_part(self.to_dense())

    def diag_part(self, name: str = "diag_part") -> Tensor:
        """The main diagonals."""
        with self._name_scope(name):
            return self._diag_part()

    def _trace(self) -> Tensor:
        return reduce_sum(self.diag_part(), axis=-1)

    def trace(self, name: str = "trace") -> Tensor:
        """The sums of the main diagonals."""
        with self._name_scope(name):
            return self._trace()

    def _add_to_tensor(self, x: Tensor) -> Tensor:
        return self.to_dense() + x

    def add_to_tensor(self, x: Any, name: str = "add_to_tensor") -> Tensor:
        """The sums of these matrices and a tensor."""
        with self._name_scope(name):
            x = convert_to_tensor(x, name="x")
            self._check_dtype(x)
            return self._add_to_tensor(x)
