"""Matrices with three diagonals: products and systems of equations.

The compact form of such a matrix has the diagonals as rows: the one above the main one, the main one, the one below.
All are as long as the matrix; the last entry of the first and the first of the last are not used.
"""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import COMPLEX, FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import tridiagonal as kernel
from flowgraph.ops.array import rank, zeros
from flowgraph.ops.batches import check_matrices, matrix, put_together, same
from flowgraph.ops.constant import constant
from flowgraph.ops.diagonal import matrix_diag_part
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.padding import pad
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims, matrix_transpose, squeeze, transpose
from flowgraph.shapes import TensorShape, dimension_value
from flowgraph.sizes import Sizes, is_full, merge

_TYPES = (dt.float64, dt.float32, dt.complex64, dt.complex128)


# -- systems -----------------------------------------------------------------------------------------------------


def _solve_sizes(diagonals: Any, rhs: Any, **_attrs: Any) -> Sizes:
    batch, rows, size = matrix(diagonals)
    b_batch, b_rows, b_columns = matrix(rhs)
    batch = merge(batch, b_batch)
    size = same(size, b_rows)
    if rows not in (3, None):
        raise ValueError(f"Dimension must be 3 but is {rows}")
    return put_together(batch, size, b_columns)


def _solve(_xp: Any, diagonals: Any, rhs: Any, *, partial_pivoting: bool) -> Any:
    check_matrices(diagonals, rhs)
    if diagonals.shape[-2] != 3:
        line = f"Expected diagonals to be provided as a matrix with 3 rows, got {diagonals.shape[-2]} rows."
        raise invalid(line)
    if diagonals.shape[-1] != rhs.shape[-2]:
        line = (
            "Expected the same number of left-hand sides and right-hand sides, got "
            f"{diagonals.shape[-1]} and {rhs.shape[-2]}."
        )
        raise invalid(line)
    return kernel.solve(diagonals, rhs, partial_pivoting)


def _solve_grad(op: Any, dy: Tensor) -> list[Any]:
    transposed = _transposed(op.inputs[0])
    of_rhs = _emit_solve(transposed, dy, op.attrs["partial_pivoting"], None)
    return [-_three_diagonals(of_rhs, op.outputs[0]), of_rhs]


def _transposed(diagonals: Tensor) -> Tensor:
    """The compact form of the transposed matrix."""
    main = diagonals[..., 1, :]
    if is_full(diagonals.sizes):
        nothing = zeros([*diagonals.sizes[:-2], 1], dtype=diagonals.dtype)  # type: ignore[index]
        above = concat((diagonals[..., 2, 1:], nothing), axis=-1)
        below = concat((nothing, diagonals[..., 0, :-1]), axis=-1)
    else:
        none = zeros((rank(diagonals) - 2, 2), dtype=dt.int32)
        behind = concat((none, constant([[0, 1]])), axis=0)
        above = pad(diagonals[..., 2, 1:], behind)
        before = concat((none, constant([[1, 0]])), axis=0)
        below = pad(diagonals[..., 0, :-1], before)
    return stack([above, main, below], axis=-2)


def _three_diagonals(x: Tensor, y: Tensor) -> Tensor:
    """The compact form of x y^T, of which only three diagonals are computed."""
    main = reduce_sum(x * y, axis=-1)
    if is_full(y.sizes):
        nothing = zeros([*x.sizes[:-2], 1, x.sizes[-1]], dtype=x.dtype)  # type: ignore[index]
        above = reduce_sum(x * concat((y[..., 1:, :], nothing), axis=-2), axis=-1)
        below = reduce_sum(x * concat((nothing, y[..., :-1, :]), axis=-2), axis=-1)
    else:
        none = zeros((rank(y) - 2, 2), dtype=dt.int32)
        behind = concat((none, constant([[0, 1], [0, 0]])), axis=0)
        above = reduce_sum(x * pad(y[..., 1:, :], behind), axis=-1)
        before = concat((none, constant([[1, 0], [0, 0]])), axis=0)
        below = reduce_sum(x * pad(y[..., :-1, :], before), axis=-1)
    return stack([above, main, below], axis=-2)


_DIAGONALS = [[1.0, -1.0, 9.0], [4.0, 5.0, 3.0], [9.0, 0.5, 1.0]]

TRIDIAGONAL_SOLVE = OpDef(
    "TridiagonalSolve(diagonals: T, rhs: T) -> output: T",
    attrs={"partial_pivoting": True, "T": TypeAttr(_TYPES)},
    infer=_solve_sizes,
    forward=_solve,
    gradient=_solve_grad,
    cases=[
        case(VALUE(_DIAGONALS), FLOAT(3, 2)),
        case(VALUE([_DIAGONALS, _DIAGONALS]), FLOAT(2, 3, 1), partial_pivoting=False),
        case(VALUE(_DIAGONALS, dt.complex64), COMPLEX(3, 1), gradient=False),
        case(FLOAT(3, 0), FLOAT(0, 2), gradient=False),
        case(VALUE([[9.0], [2.0], [9.0]]), FLOAT(1, 2)),
    ],
)


def _emit_solve(diagonals: Any, rhs: Any, partial_pivoting: bool, name: str | None) -> Tensor:
    return emit(TRIDIAGONAL_SOLVE, diagonals, rhs, partial_pivoting=partial_pivoting, name=name)


def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
) -> Tensor:
    """The solutions X of A X = rhs, where A has three diagonals.

    Args:
      diagonals: of known rank: "compact": a tensor of shape [..., 3, M], the diagonals as rows; "sequence": a list of
        the three, which may lack the unused entry; "matrix": A itself.
      rhs: a tensor of shape [..., M] or [..., M, K].
      diagonals_format: what `diagonals` is.
      transpose_rhs: whether the right sides are rows; the solutions are then rows too.
      conjugate_rhs: whether the right sides are conjugated.
      name: the op's name.
      partial_pivoting: whether rows are swapped for accuracy.

    Raises:
      ValueError: the shapes do not fit, or are not known where they must be.
      InvalidArgumentError: when run, where a matrix is singular.

    >>> a = tf.constant([[1.0, 1.0, 0.0], [2.0, 3.0, 2.0], [0.0, 1.0, 1.0]])
    >>> run(tridiagonal_solve(a, tf.constant([3.0, 5.0, 3.0])))
    array([1., 1., 1.], dtype=float32)
    """
    if diagonals_format == "sequence":
        diagonals = _of_sequence(diagonals)
    elif diagonals_format == "matrix":
        diagonals = _of_matrix(diagonals)
    elif diagonals_format != "compact":
        raise refusal(f"Unrecognized diagonals_format: {diagonals_format}")
    has_vectors = _check_system(diagonals, rhs)
    from flowgraph.ops.complex import conj

    if has_vectors:
        rhs = expand_dims(conj(rhs) if conjugate_rhs else rhs, -1)
        _check_rows(diagonals, rhs)
        return squeeze(_emit_solve(diagonals, rhs, partial_pivoting, name), -1)
    if transpose_rhs:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = conj(rhs)
    _check_rows(diagonals, rhs)
    made = _emit_solve(diagonals, rhs, partial_pivoting, name)
    return matrix_transpose(made) if transpose_rhs else made


def _of_sequence(diagonals: Any) -> Tensor:
    if not isinstance(diagonals, list | tuple) or len(diagonals) != 3:
        raise refusal("Expected diagonals to be a sequence of length 3.")
    above, main, below = diagonals
    batches = [TensorShape(t.shape)[:-1] for t in (above, main, below)]
    if not all(batch.is_compatible_with(batches[1]) for batch in batches):
        raise refusal(
            "Tensors representing the three diagonals must have the same shape,except for the last dimension, got "
            f"{below.shape}, {main.shape}, {above.shape}"
        )
    length = dimension_value(main.shape[-1])
    below = _padded(below, "subdiagonal", length, [1, 0])
    above = _padded(above, "superdiagonal", length, [0, 1])
    return stack((above, main, below), axis=-2)


def _padded(diagonal: Any, which: str, length: Any, padding: list[int]) -> Tensor:
    """A diagonal with its unused entry."""
    own = dimension_value(diagonal.shape[-1])
    if not own or own == length:
        return diagonal
    if own != length - 1:
        raise refusal(f"Expected {which} to be have length {length} or {length - 1}, got {own}.")
    return pad(diagonal, [*[[0, 0]] * (len(diagonal.shape) - 1), padding])


def _of_matrix(whole: Any) -> Tensor:
    columns, rows = dimension_value(whole.shape[-1]), dimension_value(whole.shape[-2])
    if columns and rows and columns != rows:
        raise refusal(f"Expected last two dimensions of diagonals to be same, got {columns} and {rows}")
    size = columns or rows
    if not size:
        raise refusal('The size of the matrix needs to be known for diagonals_format="matrix"')
    unused = [0, 0]
    places = [
        [[1, 0], [0, 0], unused],
        *([[i + 1, i], [i, i], [i - 1, i]] for i in range(1, size - 1)),
        [unused, [size - 1, size - 1], [size - 2, size - 1]],
    ]
    return transpose(gather_nd(transpose(whole), places))


def _check_system(diagonals: Any, rhs: Any) -> bool:
    """Whether the right sides are vectors, if the shapes fit."""
    axes, rhs_axes = len(diagonals.shape), len(rhs.shape)
    if axes < 2:
        raise refusal(f"Expected diagonals to have rank at least 2, got {axes}")
    if rhs_axes not in (axes, axes - 1):
        raise refusal(f"Expected the rank of rhs to be {axes - 1} or {axes}, got {rhs_axes}")
    count = diagonals.shape[-2]
    if count and count != 3:
        raise refusal(f"Expected 3 diagonals got {count}")
    if not TensorShape(diagonals.shape[:-2]).is_compatible_with(rhs.shape[: axes - 2]):
        raise refusal(f"Batch shapes {diagonals.shape[:-2]} and {rhs.shape[: axes - 2]} are incompatible")
    return rhs_axes == axes - 1


def _check_rows(diagonals: Any, rhs: Any) -> None:
    size, rows = diagonals.shape[-1], rhs.shape[-2]
    if size and rows and size != rows:
        line = f"Expected number of left-hand sided and right-hand sides to be equal, got {size} and {rows}"
        raise refusal(line)


# -- products ----------------------------------------------------------------------------------------------------


def _product_sizes(above: Any, main: Any, below: Any, rhs: Any) -> Sizes:
    batch, rows, columns = matrix(rhs)
    one: Sizes = None
    for diagonal in (above, main, below):
        matrix(diagonal)
    for diagonal in (above, main, below):
        one = merge(one, diagonal.sizes)
    if one is not None:
        if one[-2] not in (None, 1):
            raise ValueError(f"Dimension must be 1 but is {one[-2]}")
        batch = merge(one[:-2], batch)
        rows = same(one[-1], rows)
    return put_together(batch, rows, columns)


def _product(_xp: Any, above: Any, main: Any, below: Any, rhs: Any) -> Any:
    check_matrices(above, main, below, rhs)
    for which, diagonal in (("superdiagonal", above), ("main diagonal", main), ("subdiagonal", below)):
        if diagonal.shape[-2:] != (1, rhs.shape[-2]):
            raise invalid(f"Invalid {which} shape.")
    return kernel.product(above[..., 0, :], main[..., 0, :], below[..., 0, :], rhs)


def _moved_up(x: Tensor) -> Tensor:
    none = zeros((rank(x) - 2, 2), dtype=dt.int32)
    padding = concat([none, constant([[0, 1], [0, 0]])], axis=0)
    return pad(x[..., 1:, :], padding)


def _moved_down(x: Tensor) -> Tensor:
    none = zeros((rank(x) - 2, 2), dtype=dt.int32)
    padding = concat([none, constant([[1, 0], [0, 0]])], axis=0)
    return pad(x[..., :-1, :], padding)


def _product_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.complex import conj

    above, main, below = (matrix_transpose(diagonal, conjugate=True) for diagonal in op.inputs[:3])
    rhs = conj(op.inputs[3])
    of_above = reduce_sum(_moved_up(rhs) * dy, axis=-1)
    of_main = reduce_sum(rhs * dy, axis=-1)
    of_below = reduce_sum(_moved_down(rhs) * dy, axis=-1)
    of_rhs = _moved_down(above * dy) + main * dy + _moved_up(below * dy)
    return [*(expand_dims(t, -2) for t in (of_above, of_main, of_below)), of_rhs]


TRIDIAGONAL_MAT_MUL = OpDef(
    "TridiagonalMatMul(superdiag: T, maindiag: T, subdiag: T, rhs: T) -> output: T",
    attrs={"T": TypeAttr(_TYPES)},
    infer=_product_sizes,
    forward=_product,
    gradient=_product_grad,
    cases=[
        case(FLOAT(1, 3), FLOAT(1, 3), FLOAT(1, 3), FLOAT(3, 2)),
        case(FLOAT(2, 1, 4), FLOAT(2, 1, 4), FLOAT(2, 1, 4), FLOAT(2, 4, 1)),
        case(COMPLEX(1, 3), COMPLEX(1, 3), COMPLEX(1, 3), COMPLEX(3, 2)),
        case(FLOAT(1, 0), FLOAT(1, 0), FLOAT(1, 0), FLOAT(0, 2), gradient=False),
    ],
)


def tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None) -> Tensor:
    """The products A rhs, where A has three diagonals.

    Args:
      diagonals: "compact": a tensor of shape [..., 3, M], the diagonals as rows; "sequence": the three of them;
        "matrix": A itself, of known size.
      rhs: a tensor of shape [..., M, K].
      diagonals_format: what `diagonals` is.
      name: the op's name.

    Raises:
      ValueError: the shapes do not fit, or are not known where they must be.

    >>> diagonals = tf.constant([[1.0, 1.0, 0.0], [2.0, 3.0, 2.0], [0.0, 1.0, 1.0]])
    >>> run(tridiagonal_matmul(diagonals, tf.constant([[1.0], [1.0], [1.0]])))
    array([[3.],
           [5.],
           [3.]], dtype=float32)
    """
    if diagonals_format == "compact":
        above, main, below = (diagonals[..., i, :] for i in range(3))
    elif diagonals_format == "sequence":
        above, main, below = diagonals
    elif diagonals_format == "matrix":
        above, main, below = _taken_apart(diagonals)
    else:
        raise refusal(f"Unrecognized diagonals_format: {diagonals_format}")
    return emit(TRIDIAGONAL_MAT_MUL, *(expand_dims(t, -2) for t in (above, main, below)), rhs, name=name)


def _taken_apart(whole: Any) -> tuple[Tensor, Tensor, Tensor]:
    """The diagonals of a matrix."""
    columns, rows = dimension_value(whole.shape[-1]), dimension_value(whole.shape[-2])
    if not columns or not rows:
        raise refusal('The size of the matrix needs to be known for diagonals_format="matrix"')
    if columns != rows:
        raise refusal(f"Expected last two dimensions of diagonals to be same, got {columns} and {rows}")
    main = matrix_diag_part(whole)
    turned = transpose(whole)
    unused = [0, 0]
    above = transpose(gather_nd(turned, [*([i + 1, i] for i in range(columns - 1)), unused]))
    below = transpose(gather_nd(turned, [unused, *([i - 1, i] for i in range(1, columns))]))
    return above, main, below
