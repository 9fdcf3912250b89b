"""What the linear operators share: conversions, checks, and products of batches that broadcast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.adjoint import adjoint
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape, broadcast_to
from flowgraph.ops.checks import assert_equal, assert_less
from flowgraph.ops.complex import imag
from flowgraph.ops.control_flow import no_op
from flowgraph.ops.joining import concat
from flowgraph.ops.rank_checks import assert_proper_iterable
from flowgraph.ops.shaping import transpose
from flowgraph.ops.solve import cholesky_solve, matrix_solve, matrix_triangular_solve
from flowgraph.ops.unary import abs as abs_op
from flowgraph.sizes import is_full
from flowgraph.variables.variable import Variable

# -- arguments ---------------------------------------------------------------------------------------------------


def convert(value: Any, name: str) -> Any:
    """A tensor; a variable stays one, so that the operator follows its changes."""
    return value if value is None or isinstance(value, Variable) else convert_to_tensor(value, name=name)


def not_a_variable(value: Any, name: str) -> None:
    """Refuse variables where a shape must not change.

    Raises:
      TypeError: it is one.
    """
    if isinstance(value, Variable):
        raise refusal(f"Argument {name} cannot be reference type. Found: {type(value)}", TypeError)


def check_fit(left: Any, right: Any, name: str) -> None:
    """Refuse operators whose sizes are known not to fit.

    Raises:
      ValueError: the rows of the right one are not as many as the columns of the left one.
    """
    wanted, found = left.domain_dimension, right.range_dimension
    if found != wanted and None not in (found.value, wanted.value):
        raise refusal(f"Operators are incompatible. Expected `{name}` to have dimension {wanted} but got {found}.")


def shape_tensor(value: Any, name: str | None = None) -> Tensor:
    """A shape as a tensor; that of a scalar is of int32 too."""
    from flowgraph import dtypes as dt

    is_empty = isinstance(value, list | tuple) and not value
    return convert_to_tensor(value, dt.int32 if is_empty else None, name=name)


def check_operators(operators: Any, words: str = "a non-empty list of") -> list[Any]:
    """A list of operators of one dtype.

    Raises:
      ValueError: the list is empty.
      TypeError: it is none, or the dtypes differ.
    """
    assert_proper_iterable(operators)
    operators = list(operators)
    if not operators:
        raise refusal(f"Expected {words} operators. Found: {operators}")
    if any(operator.dtype != operators[0].dtype for operator in operators):
        found = "   ".join(str((operator.name, operator.dtype)) for operator in operators)
        raise refusal(f"Expected all operators to have the same dtype.  Found {found}", TypeError)
    return operators


def implied(hint: bool | None, follows: bool, words: str) -> bool | None:
    """A hint, or True where it follows from what is known.

    Raises:
      ValueError: the hint is False where the contrary follows.
    """
    if not follows:
        return hint
    if hint is False:
        raise refusal(words)
    return True


def combined(operator: Any, name: str, hint: bool | None, words: str) -> bool | None:
    """What is known of an operator, or what the hint says.

    Raises:
      ValueError: they contradict each other.
    """
    known = getattr(operator, name)
    if (known is False and hint) or (known and hint is False):
        raise refusal(words)
    if known or hint:
        return True
    return False if known is False or hint is False else None


# -- assertions --------------------------------------------------------------------------------------------------


def assert_no_zeros(x: Any, message: str) -> Operation:
    """An op that fails where an entry is zero."""
    with name_scope("assert_no_entries_with_modulus_zero", values=[x]):
        x = convert_to_tensor(x, name="x")
        size = abs_op(x)
        zero = convert_to_tensor(0, dtype=x.dtype.base_dtype.real_dtype)
        return assert_less(zero, size, message=message)


def assert_real(x: Any, message: str) -> Operation:
    """An op that fails where an imaginary part is not zero."""
    with name_scope("assert_zero_imag_part", values=[x]):
        x = convert_to_tensor(x, name="x")
        dtype = x.dtype.base_dtype
        if dtype.is_floating:
            return no_op()
        zero = convert_to_tensor(0, dtype=dtype.real_dtype)
        return assert_equal(zero, imag(x), message=message)


def assert_fits(operator: Any, x: Tensor) -> Operation:
    """An op that fails where a matrix cannot be multiplied by an operator."""
    return assert_equal(
        shape(x)[-2],
        operator.domain_dimension_tensor(),
        message="Dimensions are not compatible.  shape[-2] of argument to be the same as this operator",
    )


# -- batches -----------------------------------------------------------------------------------------------------


def broadcast_batches(matrices: Sequence[Any]) -> list[Tensor]:
    """Batches of matrices as batches of one shape."""
    with name_scope("broadcast_matrix_batch_dims", values=list(matrices)):
        made = [convert_to_tensor(matrix) for matrix in matrices]
        for matrix in made:
            if matrix.sizes is not None and len(matrix.sizes) < 2:
                raise refusal(f"Expected [batch] matrix to have at least two dimensions.  Found: {matrix}")
        if len(made) < 2:
            return made
        common = made[0].shape[:-2]
        for matrix in made[1:]:
            common = broadcast_static_shape(common, matrix.shape[:-2])
        if common.is_fully_defined():
            return [_broadcast_known(matrix, common) for matrix in made]
        batch = shape(made[0])[:-2]
        for matrix in made[1:]:
            batch = broadcast_dynamic_shape(batch, shape(matrix)[:-2])
        return [broadcast_to(matrix, concat([batch, shape(matrix)[-2:]], axis=0)) for matrix in made]


def _broadcast_known(matrix: Tensor, batch: Any) -> Tensor:
    if matrix.sizes is not None and matrix.sizes[:-2] == tuple(batch.as_list()):
        return matrix
    return broadcast_to(matrix, concat([batch.as_list(), shape(matrix)[-2:]], axis=0))


def broadcast_cholesky_solve(chol: Any, rhs: Any) -> Tensor:
    """`cholesky_solve` of batches that broadcast."""
    with name_scope(None, "CholeskySolveWithBroadcast", [chol, rhs]):
        chol, rhs = broadcast_batches([chol, rhs])
        return cholesky_solve(chol, rhs)


def broadcast_solve(matrix: Any, rhs: Any, adjointed: bool = False) -> Tensor:
    """`matrix_solve` of batches that broadcast."""
    with name_scope(None, "MatrixSolveWithBroadcast", [matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs, back, as_it_is = _with_fewer_batches(matrix, rhs, adjointed)
        matrix, rhs = broadcast_batches([matrix, rhs])
        return back(matrix_solve(matrix, rhs, adjoint=adjointed and as_it_is))


def broadcast_triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjointed: bool = False) -> Tensor:
    """`matrix_triangular_solve` of batches that broadcast."""
    with name_scope(None, "MatrixTriangularSolve", [matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype)
        matrix, rhs, back, as_it_is = _with_fewer_batches(matrix, rhs, adjointed)
        if adjointed and not as_it_is:
            lower = not lower
        matrix, rhs = broadcast_batches([matrix, rhs])
        return back(matrix_triangular_solve(matrix, rhs, lower=lower, adjoint=adjointed and as_it_is))


def _with_fewer_batches(
    matrix: Tensor, rhs: Tensor, adjointed: bool
) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor], bool]:
    """Right sides of which each matrix has many, as one right side with more columns.

    Returns:
      The matrix (adjoint already if the last is False), the right sides, what brings a solution back into shape, and
      whether nothing was changed.
    """
    unchanged = matrix, rhs, lambda solution: solution, True
    if matrix.sizes is None or rhs.sizes is None or len(matrix.sizes) >= len(rhs.sizes):
        return unchanged
    extra = len(rhs.sizes) - len(matrix.sizes)
    # (TF makes these twice)
    shape(rhs)[:extra], shape(rhs)[extra:]
    unknowns, columns = matrix.sizes[-2 if adjointed else -1], rhs.sizes[-1]
    if unknowns is not None and columns is not None and is_full(rhs.sizes[:extra]):  # noqa: SIM102
        if prod(rhs.sizes[:extra]) < 2 or unknowns <= columns:  # type: ignore[arg-type]
            return unchanged
    if adjointed:
        matrix = adjoint(matrix)
    outer, inner = shape(rhs)[:extra], shape(rhs)[extra:]
    order = np.concatenate((np.arange(extra, len(rhs.sizes)), np.arange(extra)))
    moved = transpose(rhs, perm=order)
    flat = reshape(moved, concat((inner[:-1], [-1]), 0))

    def back(solution: Tensor) -> Tensor:
        sizes = concat((shape(solution)[:-1], [inner[-1]], outer), 0)
        return transpose(reshape(solution, sizes), perm=np.argsort(order))

    return matrix, flat, back, False
