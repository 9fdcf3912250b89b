"""Systems of linear equations: inverses, exact and least squares solutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, DOUBLE, FLOAT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import linear
from flowgraph.ops.array import shape
from flowgraph.ops.batches import (
    MATRIX_TYPES,
    check_equations,
    check_square,
    solution_sizes,
    square_sizes,
)
from flowgraph.ops.diagonal import eye, matrix_band_part
from flowgraph.ops.matmul import matmul
from flowgraph.ops.matrix_like import MatrixLike, hand_over
from flowgraph.ops.shaping import matrix_transpose
from flowgraph.sizes import Sizes, num_elements, to_text

_WELL = [[4.0, 1.0, 0.5], [-1.0, 3.0, 1.0], [0.5, -1.0, 5.0]]
"""A matrix far from singular."""
_TALL = [[4.0, 1.0], [-1.0, 3.0], [0.5, -1.0]]

# -- inverses ----------------------------------------------------------------------------------------------------


def _inverse(_xp: Any, x: Any, *, adjoint: bool) -> Any:
    check_square(x)
    return linear.inverse(x, adjoint)


def _inverse_grad(op: Any, dy: Tensor) -> list[Any]:
    inverse = op.outputs[0]
    return [-matmul(inverse, matmul(dy, inverse, adjoint_b=True), adjoint_a=True)]


MATRIX_INVERSE = OpDef(
    "MatrixInverse(input: T) -> output: T",
    attrs={"adjoint": False, "T": TypeAttr(MATRIX_TYPES)},
    infer=square_sizes,
    forward=_inverse,
    gradient=_inverse_grad,
    cases=[
        case(VALUE(_WELL)),
        case(VALUE([[[2.0, 1.0], [0.0, 1.0]], [[1.0, 3.0], [4.0, 1.0]]])),
        case(VALUE(_WELL), adjoint=True, gradient=False),  # TF's gradient of it is that of the plain inverse
        case(VALUE([[2.0, 1j], [0.0, 1.0]], dt.complex64)),
        case(VALUE([[2.0]], dt.float16), gradient=False),
        case(FLOAT(2, 0, 0)),
    ],
)


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverses of a batch of square matrices.

    Args:
      input: a tensor of at least two axes, the last two of one size.
      adjoint: whether to invert the adjoints.
      name: the op's name.

    Raises:
      ValueError: the matrices are not square.
      InvalidArgumentError: when run, where one of them has no inverse.

    >>> run(matrix_inverse([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """
    if isinstance(input, MatrixLike):
        inverse = hand_over(input, "inverse", name, "MatrixInverse")
        return inverse.adjoint() if adjoint else inverse
    return emit(MATRIX_INVERSE, input, adjoint=adjoint, name=name)


# -- square systems ----------------------------------------------------------------------------------------------


def _solve(_xp: Any, a: Any, b: Any, *, adjoint: bool) -> Any:
    check_equations(a, b)
    return linear.solve(a, b, adjoint)


def _matrix_gradient(op: Any, of_rhs: Tensor) -> Tensor:
    x = op.outputs[0]
    if op.attrs["adjoint"]:
        return -matmul(x, of_rhs, adjoint_b=True)
    return -matmul(of_rhs, x, adjoint_b=True)


def _solve_grad(op: Any, dy: Tensor) -> list[Any]:
    of_rhs = matrix_solve(op.inputs[0], dy, adjoint=not op.attrs["adjoint"])
    return [_matrix_gradient(op, of_rhs), of_rhs]


MATRIX_SOLVE = OpDef(
    "MatrixSolve(matrix: T, rhs: T) -> output: T",
    attrs={"adjoint": False, "T": TypeAttr(MATRIX_TYPES)},
    infer=lambda a, b, **_: solution_sizes(a, b),
    forward=_solve,
    gradient=_solve_grad,
    cases=[
        case(VALUE(_WELL), FLOAT(3, 2)),
        case(VALUE([_WELL, _WELL]), FLOAT(2, 3, 1), adjoint=True),
        case(VALUE([[2.0, 1j], [0.5, 1.0]], dt.complex64), COMPLEX(2, 2)),
        case(VALUE([[2.0, 1j], [0.5, 1.0]], dt.complex64), COMPLEX(2, 2), adjoint=True),
        case(FLOAT(0, 0), FLOAT(0, 2)),
        case(VALUE(_WELL), FLOAT(3, 0)),
    ],
)


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The solutions X of matrix X = rhs.

    Args:
      matrix: a batch of square matrices.
      rhs: a batch of as many matrices, with as many rows.
      adjoint: whether to solve with the adjoint matrices.
      name: the op's name.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: when run, where a matrix is singular.

    >>> run(matrix_solve([[1.0, 2.0], [3.0, 5.0]], [[5.0], [13.0]]))
    array([[1.],
           [2.]], dtype=float32)
    """
    if isinstance(matrix, MatrixLike):
        return hand_over(matrix, "solve", name, "MatrixSolve", rhs=rhs, adjoint=adjoint)
    if isinstance(rhs, MatrixLike):
        line = "Passing in `matrix` as a Tensor and `rhs` as a LinearOperator is not supported."
        raise ValueError(errors.explain(line, where=user_site()))
    return emit(MATRIX_SOLVE, matrix, rhs, adjoint=adjoint, name=name)


def _triangular(_xp: Any, a: Any, b: Any, *, lower: bool, adjoint: bool) -> Any:
    check_equations(a, b)
    return linear.triangular_solve(a, b, lower, adjoint)


def _triangular_grad(op: Any, dy: Tensor) -> list[Any]:
    lower = op.attrs["lower"]
    of_rhs = matrix_triangular_solve(op.inputs[0], dy, lower=lower, adjoint=not op.attrs["adjoint"])
    of_matrix = _matrix_gradient(op, of_rhs)
    return [matrix_band_part(of_matrix, *((-1, 0) if lower else (0, -1))), of_rhs]


MATRIX_TRIANGULAR_SOLVE = OpDef(
    "MatrixTriangularSolve(matrix: T, rhs: T) -> output: T",
    attrs={"lower": True, "adjoint": False, "T": TypeAttr(MATRIX_TYPES)},
    infer=lambda a, b, **_: solution_sizes(a, b),
    forward=_triangular,
    gradient=_triangular_grad,
    cases=[
        case(VALUE(_WELL), FLOAT(3, 2)),
        case(VALUE(_WELL), FLOAT(3, 2), lower=False),
        case(VALUE([_WELL, _WELL]), FLOAT(2, 3, 1), adjoint=True),
        case(VALUE([[2.0, 1j], [0.5, 1.0]], dt.complex64), COMPLEX(2, 2), lower=False, adjoint=True),
        case(FLOAT(0, 0), FLOAT(0, 2)),
        case(VALUE(_WELL, dt.float16), VALUE([[1.0], [2.0], [0.0]], dt.float16), gradient=False),
    ],
)


def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The solutions X of matrix X = rhs, with triangular matrices.

    Args:
      matrix: a batch of square matrices.
      rhs: a batch of as many matrices, with as many rows.
      lower: whether the lower triangle counts, or the upper one; the other is not looked at.
      adjoint: whether to solve with the adjoint matrices.
      name: the op's name.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: when run, where there is a zero on a diagonal.

    >>> run(matrix_triangular_solve([[1.0, 99.0], [2.0, 4.0]], [[1.0], [6.0]]))
    array([[1.],
           [1.]], dtype=float32)
    """
    return emit(MATRIX_TRIANGULAR_SOLVE, matrix, rhs, lower=lower, adjoint=adjoint, name=name)


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The solutions X of A X = rhs, where `chol` is the Cholesky factor of A.

    Args:
      chol: a batch of lower triangular matrices, as `tf.cholesky` gives them.
      rhs: a batch of as many matrices, with as many rows.
      name: the scope of the ops.

    >>> run(cholesky_solve([[2.0, 0.0], [1.0, 2.0]], [[8.0], [14.0]]))
    array([[0.75],
           [2.5 ]], dtype=float32)
    """
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        y = matrix_triangular_solve(chol, rhs, adjoint=False, lower=True)
        return matrix_triangular_solve(chol, y, adjoint=True, lower=True)


# -- least squares -----------------------------------------------------------------------------------------------


def _least_squares_sizes(a: Any, b: Any, l2_regularizer: Any, **_attrs: Any) -> Sizes:
    if l2_regularizer.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(l2_regularizer.sizes)}")
    return solution_sizes(a, b, square=False)


def _least_squares(_xp: Any, a: Any, b: Any, l2_regularizer: Any, *, fast: bool) -> Any:
    if l2_regularizer.ndim:
        raise invalid(f"l2_regularizer must be scalar, got shape {to_text(l2_regularizer.shape)}")
    if l2_regularizer < 0:
        raise invalid("l2_regularizer must be >= 0.")
    check_equations(a, b, square=False)
    return linear.least_squares(a, b, float(l2_regularizer), fast)


def _least_squares_grad(op: Any, dy: Tensor) -> Any:
    if not op.attrs["fast"]:
        raise ValueError(errors.explain("Gradient not defined for fast=False", where=user_site()))
    return _by_form(op.inputs[0], lambda: _overdetermined_grad(op, dy), lambda: _underdetermined_grad(op, dy))


def _by_form(matrix: Tensor, tall: Any, wide: Any) -> Any:
    """What is built for matrices with more rows, or with more columns; both where only a run can tell."""
    from flowgraph.ops.cond import cond

    sizes = None if matrix.sizes is None else matrix.sizes[-2:]
    if sizes is not None and None not in sizes:
        return tall() if sizes[0] >= sizes[1] else wide()  # type: ignore[operator]
    form = shape(matrix)[-2:]
    return cond(form[-2] >= form[-1], tall, wide)


def _overdetermined_grad(op: Any, dy: Tensor) -> tuple[Any, ...]:
    from flowgraph.ops.cast import cast

    (a, b, l2_regularizer), x = op.inputs, op.outputs[0]
    chol = _gramian_cholesky(a, cast(l2_regularizer, a.dtype.base_dtype), tall=True)
    z = cholesky_solve(chol, dy)
    xz = matmul(x, z, adjoint_b=True)
    both = xz + matrix_transpose(xz)
    return -matmul(a, both) + matmul(b, z, adjoint_b=True), matmul(a, z), None


def _underdetermined_grad(op: Any, dy: Tensor) -> tuple[Any, ...]:
    from flowgraph.ops.cast import cast

    a, b, l2_regularizer = op.inputs
    chol = _gramian_cholesky(a, cast(l2_regularizer, a.dtype.base_dtype), tall=False)
    of_rhs = cholesky_solve(chol, matmul(a, dy))
    z = cholesky_solve(chol, b)
    first = -matmul(of_rhs, matmul(z, a, adjoint_a=True))
    rest = dy - matmul(a, of_rhs, adjoint_a=True)
    return first + matmul(z, rest, adjoint_b=True), of_rhs, None


_NONE = VALUE(0.0, dt.float64, smooth=False)
_SOME = VALUE(0.5, dt.float64, smooth=False)

MATRIX_SOLVE_LS = OpDef(
    "MatrixSolveLs(matrix: T, rhs: T, l2_regularizer: float64) -> output: T",
    attrs={"T": TypeAttr(MATRIX_TYPES), "fast": True},
    infer=_least_squares_sizes,
    forward=_least_squares,
    gradient=_least_squares_grad,
    cases=[
        # TF's gradient is for known shapes only: tests/ops/test_linear_algebra.py
        case(VALUE(_TALL), FLOAT(3, 2), _SOME, gradient=False),
        case(VALUE(np.transpose(_TALL)), FLOAT(2, 2), _NONE, gradient=False),
        case(VALUE(_TALL), FLOAT(3, 1), _NONE, fast=False, gradient=False),
        case(DOUBLE(2, 0, 3), DOUBLE(2, 0, 1), _SOME, gradient=False),
    ],
)

_CACHE = 256000
"""Bytes from which on TensorFlow prefers one op to several for many small systems."""


def _gramian_cholesky(matrix: Tensor, l2_regularizer: Any, tall: bool) -> Tensor:
    """The Cholesky factor of A^H A (or A A^H) with the regularizer on its diagonal."""
    from flowgraph.ops.factorize import cholesky

    gramian = matmul(matrix, matrix, adjoint_a=tall, adjoint_b=not tall)
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        sizes = shape(matrix)
        batch = sizes[:-2]
        small = sizes[-1 if tall else -2]
        identity = eye(small, batch_shape=batch, dtype=matrix.dtype)
        if matrix.sizes is not None:
            known = matrix.sizes[-1 if tall else -2]
            identity.set_shape([*matrix.sizes[:-2], known, known])
        gramian += l2_regularizer * identity
    return cholesky(gramian)


def _is_made_of_several(sizes: Sizes, matrix: Tensor) -> bool:
    count = num_elements(sizes)
    if count is None:
        return True
    many = num_elements(sizes[:-2]) > min(sizes[-2:])  # type: ignore[index]
    return not (count * matrix.dtype.size > _CACHE and many)


def matrix_solve_ls(
    matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """Least squares: the X that makes |matrix X - rhs|^2 + l2_regularizer |X|^2 least.

    Args:
      matrix: a batch of matrices of any form.
      rhs: a batch of as many matrices, with as many rows.
      l2_regularizer: a number, or a float64 scalar.
      fast: whether to solve the normal equations by Cholesky's method; otherwise it takes longer, bad conditions do
        not matter, and neither does the regularizer.
      name: the scope of the ops, or the op's name.

    Raises:
      NotImplementedError: complex128 with a regularizer.

    >>> run(matrix_solve_ls([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]], [[3.0], [2.0], [5.0]]))
    array([[3.],
           [1.]], dtype=float32)
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    if matrix.dtype == dt.complex128 and l2_regularizer != 0:
        line = "matrix_solve_ls is currently disabled for complex128 and l2_regularizer != 0 due to poor accuracy."
        raise NotImplementedError(errors.explain(line, where=user_site()))
    if not fast or not _is_made_of_several(matrix.sizes, matrix):
        return emit(MATRIX_SOLVE_LS, matrix, rhs, l2_regularizer, fast=fast, name=name)

    def tall() -> Tensor:
        return cholesky_solve(_gramian_cholesky(matrix, l2_regularizer, tall=True), matmul(matrix, rhs, adjoint_a=True))

    def wide() -> Tensor:
        chol = _gramian_cholesky(matrix, l2_regularizer, tall=False)
        return matmul(matrix, cholesky_solve(chol, rhs), adjoint_a=True)

    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        return _by_form(matrix, tall, wide)
