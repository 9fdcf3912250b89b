"""Diagonals: taken out of matrices, made into matrices, and bands round them; identity matrices and
traces.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, rank, shape, zeros, zeros_like
from flowgraph.ops.joining import concat
from flowgraph.ops.math import minimum
from flowgraph.ops.matrix_like import MatrixLike, hand_over
from flowgraph.ops.reduction import reduce_min, reduce_sum
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.shapes import Size, Sizes, compatible, is_full, merge, to_text

_DIAGONAL_TYPES = (
    dt.bfloat16, dt.float16, dt.float32, dt.float64, dt.int32, dt.int64, dt.complex64, dt.complex128,
)  # fmt: skip


def _require_axes(x: Any, least: int) -> None:
    if x.sizes is not None and len(x.sizes) < least:
        raise ValueError(f"Shape must be at least rank {least} but is rank {len(x.sizes)}")


# -- whole tensors ---------------------------------------------------------------------------------


def _diag_sizes(x: Any) -> Sizes:
    _require_axes(x, 1)
    return None if x.sizes is None else x.sizes * 2


def _diag(xp: Any, x: Any) -> Any:
    if not x.ndim:
        raise errors.InvalidArgumentError(None, None, "Input must be at least rank 1, got 0")
    return xp.diag(x.reshape(-1)).reshape(x.shape * 2)


def _diag_part_sizes(x: Any) -> Sizes:
    if x.sizes is None:
        return None
    if not x.sizes or len(x.sizes) % 2:
        raise ValueError(f"Input must have even and non-zero rank, input rank is {len(x.sizes)}")
    half = len(x.sizes) // 2
    for a, b in zip(x.sizes[:half], x.sizes[half:], strict=True):
        if a != b and a is not None and b is not None:
            raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return merge(x.sizes[:half], x.sizes[half:])


def _diag_part(xp: Any, x: Any) -> Any:
    half = x.shape[: x.ndim // 2]
    if not x.ndim or x.shape != half * 2:
        raise ValueError("not square")
    size = int(np.prod(half))
    return xp.array(xp.diagonal(x.reshape(size, size))).reshape(half)


def _diag_part_failure(x: Any) -> str | None:
    if not x.ndim or x.ndim % 2:
        return (
            f"The rank of the tensor should be                                          even and "
            f"positive, got shape {to_text(x.shape)}"
        )
    half = x.ndim // 2
    for axis in range(half):
        if x.shape[axis] != x.shape[axis + half]:
            return f"Invalid shape {to_text(x.shape)}: dimensions {axis} and {axis + half} do not match."
    return None


DIAG = OpDef(
    "Diag(diagonal: T) -> output: T",
    attrs={"T": TypeAttr(_DIAGONAL_TYPES)},
    infer=_diag_sizes,
    forward=_diag,
    gradient=lambda op, dy: [diag_part(dy)],
    cases=[case(FLOAT(3)), case(FLOAT(2, 3)), case(RANDOM_INT(2))],
)

DIAG_PART = OpDef(
    "DiagPart(input: T) -> diagonal: T",
    attrs={"T": TypeAttr(_DIAGONAL_TYPES)},
    infer=_diag_part_sizes,
    forward=_diag_part,
    failure=_diag_part_failure,
    gradient=lambda op, dy: [diag(dy)],
    cases=[case(FLOAT(3, 3)), case(FLOAT(2, 3, 2, 3)), case(RANDOM_INT(2, 2))],
)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor with the given diagonal and zeros elsewhere, of twice as many axes.

    >>> run(diag([1, 2]))
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return emit(DIAG, diagonal, name=name)


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The diagonal of a tensor whose second half of axes is like the first.

    >>> run(diag_part([[1, 2], [3, 4]]))
    array([1, 4], dtype=int32)
    """
    return emit(DIAG_PART, input, name=name)


# -- batches of matrices ---------------------------------------------------------------------------


def _smaller(a: Size, b: Size) -> Size:
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else min(a, b)


def _matrix_diag_sizes(x: Any) -> Sizes:
    _require_axes(x, 1)
    return None if x.sizes is None else (*x.sizes, x.sizes[-1])


def _matrix_diag(xp: Any, x: Any) -> Any:
    size = x.shape[-1]
    made = xp.zeros((*x.shape, size), x.dtype)
    places = xp.arange(size)
    made[..., places, places] = x
    return made


def _matrix_diag_part_sizes(x: Any) -> Sizes:
    _require_axes(x, 2)
    return None if x.sizes is None else (*x.sizes[:-2], _smaller(*x.sizes[-2:]))


def _matrix_diag_part_grad(op: Any, dy: Tensor) -> list[Any]:
    x = op.inputs[0]
    matrix = None if x.sizes is None else x.sizes[-2:]
    if matrix is not None and None not in matrix and matrix[0] == matrix[1]:
        return [matrix_diag(dy)]
    return [matrix_set_diag(zeros_like(x), dy)]


def _set_diag_sizes(x: Any, diagonal: Any) -> Sizes:
    _require_axes(x, 2)
    _require_axes(diagonal, 1)
    if x.sizes is None:
        return None if diagonal.sizes is None else (*diagonal.sizes[:-1], None, None)
    if diagonal.sizes is None:
        return x.sizes
    if len(diagonal.sizes) != len(x.sizes) - 1:
        raise ValueError(f"Shape must be rank {len(x.sizes) - 1} but is rank {len(diagonal.sizes)}")
    length = _smaller(*x.sizes[-2:])
    if not compatible((length,), diagonal.sizes[-1:]):
        raise ValueError(f"Dimensions must be equal, but are {length} and {diagonal.sizes[-1]}")
    return x.sizes if is_full(x.sizes) else merge(x.sizes, (*diagonal.sizes[:-1], None, None))


def _set_diag(xp: Any, x: Any, diagonal: Any) -> Any:
    size = min(x.shape[-2:])
    if diagonal.shape != (*x.shape[:-2], size):
        raise ValueError("a diagonal of another shape")
    made, places = xp.array(x), xp.arange(size)
    made[..., places, places] = diagonal
    return made


def _set_diag_failure(x: Any, diagonal: Any) -> str | None:
    if x.ndim < 2:
        return f"input must be at least 2-dim, received shape: {to_text(x.shape)}"
    if not diagonal.ndim:
        return "diagonal must be at least 1-dim, received shape: []"
    expected = (*x.shape[:-2], min(x.shape[-2:]))
    if diagonal.shape == expected:
        return None
    return (
        "Either first dimensions of diagonal don't match input.shape[:-2], or diagonal.shape[:-1] is not equal to the "
        "longests diagonal in range [lower_diag_index:upper_diag_index].\n"
        f"Input shape: {to_text(x.shape)}\nDiagonal shape: {to_text(diagonal.shape)}"
    )


def _set_diag_grad(op: Any, dy: Tensor) -> list[Any]:
    x_sizes = merge(op.inputs[0].sizes, dy.sizes)
    diagonal = op.inputs[1].sizes
    batch = None if x_sizes is None else x_sizes[:-2]
    batch = merge(batch, None if diagonal is None else diagonal[:-1])
    matrix: Any = None if x_sizes is None else x_sizes[-2:]
    if batch is not None and is_full(batch) and matrix is not None and is_full(matrix):
        diagonal_shape: Any = [*batch, min(matrix)]
    else:
        with colocate_with(dy):
            dy_shape, axes = shape(dy), rank(dy)
            batch_shape = slice_op(dy_shape, [0], [axes - 2])
            matrix_shape = slice_op(dy_shape, [axes - 2], [2])
            diagonal_shape = concat([batch_shape, [reduce_min(matrix_shape)]], 0)
    of_input = matrix_set_diag(dy, zeros(diagonal_shape, dy.dtype))
    return [of_input, matrix_diag_part(dy)]


MATRIX_DIAG = OpDef(
    "MatrixDiag(diagonal: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=_matrix_diag_sizes,
    forward=_matrix_diag,
    failure=lambda x: None if x.ndim else "diagonal must be at least 1-dim, received shape: []",
    gradient=lambda op, dy: [matrix_diag_part(dy)],
    cases=[case(FLOAT(3)), case(FLOAT(2, 3)), case(FLOAT(0)), case(RANDOM_INT(2))],
)

MATRIX_DIAG_PART = OpDef(
    "MatrixDiagPart(input: T) -> diagonal: T",
    attrs={"T": TypeAttr()},
    infer=_matrix_diag_part_sizes,
    forward=lambda xp, x: xp.array(xp.diagonal(x, axis1=-2, axis2=-1)),
    failure=lambda x: f"input must be at least 2-dim, received shape: {to_text(x.shape)}",
    gradient=_matrix_diag_part_grad,
    cases=[case(FLOAT(3, 3)), case(FLOAT(2, 3, 4)), case(RANDOM_INT(2, 2))],
)

MATRIX_SET_DIAG = OpDef(
    "MatrixSetDiag(input: T, diagonal: T) -> output: T",
    attrs={"T": TypeAttr()},
    infer=_set_diag_sizes,
    forward=_set_diag,
    failure=_set_diag_failure,
    gradient=_set_diag_grad,
    cases=[case(FLOAT(3, 3), FLOAT(3)), case(FLOAT(2, 3, 4), FLOAT(2, 3))],
)


def _only_main(function: str, k: Any, **others: tuple[Any, Any]) -> None:
    """TF 1.15 has these arguments but heeds none of them; here they are refused."""
    for name, (value, default) in {"k": (k, 0), **others}.items():
        if isinstance(value, Tensor) or np.any(np.asarray(value) != default):
            line = f"{function} knows the main diagonal only: {name} must be {default}"
            raise NotImplementedError(errors.explain(line, where=user_site()))


def matrix_diag(
    diagonal: Any,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
) -> Tensor:
    """Square matrices with the given diagonals: the last axis is the diagonal, those before it the batch.

    Args:
      diagonal: a tensor of at least one axis.
      name: the op's name.
      k: which diagonal; TF 1.15 ignores it, so only the main one is accepted.
      num_rows: likewise only -1, as many as the diagonal is long.
      num_cols: likewise.
      padding_value: likewise only 0.

    Raises:
      NotImplementedError: one of these is asked for.

    >>> run(matrix_diag([1, 2]))
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    _only_main("tf.matrix_diag", k, num_rows=(num_rows, -1), num_cols=(num_cols, -1), padding_value=(padding_value, 0))
    return emit(MATRIX_DIAG, diagonal, name=name)


def matrix_diag_part(input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0) -> Tensor:
    """The main diagonals of a batch of matrices.

    Args:
      input: a tensor of at least two axes.
      name: the op's name.
      k: which diagonal; TF 1.15 ignores it, so only the main one is accepted.
      padding_value: likewise only 0.

    Raises:
      NotImplementedError: another diagonal is asked for.

    >>> run(matrix_diag_part([[1, 2, 3], [4, 5, 6]]))
    array([1, 5], dtype=int32)
    """
    _only_main("tf.matrix_diag_part", k, padding_value=(padding_value, 0))
    if isinstance(input, MatrixLike):
        return hand_over(input, "diag_part", name, "diag_part")
    return emit(MATRIX_DIAG_PART, input, name=name)


def matrix_set_diag(input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0) -> Tensor:
    """A batch of matrices with other main diagonals.

    Args:
      input: a tensor of at least two axes.
      diagonal: the new diagonals.
      name: the op's name.
      k: which diagonal; TF 1.15 ignores it, so only the main one is accepted.

    Raises:
      NotImplementedError: another diagonal is asked for.

    >>> run(matrix_set_diag([[1, 2], [3, 4]], [8, 9]))
    array([[8, 2],
           [3, 9]], dtype=int32)
    """
    _only_main("tf.matrix_set_diag", k)
    return emit(MATRIX_SET_DIAG, input, diagonal, name=name)


# -- bands, identity, trace ------------------------------------------------------------------------


def _band(xp: Any, x: Any, num_lower: Any, num_upper: Any) -> Any:
    if _band_failure(x, num_lower, num_upper):
        raise ValueError("no such band")
    rows, columns = x.shape[-2:]
    below = xp.arange(rows)[:, None] - xp.arange(columns)
    kept = xp.ones((rows, columns), bool)
    if num_lower >= 0:
        kept &= below <= num_lower
    if num_upper >= 0:
        kept &= below >= -num_upper
    return xp.where(kept, x, x.dtype.type(0))


def _band_failure(x: Any, num_lower: Any, num_upper: Any) -> str | None:
    if x.ndim < 2:
        return f"input must be at least 2-dim, received shape: {to_text(x.shape)}"
    for name, what, value, size in (
        ("num_lower", "rows", num_lower, x.shape[-2]),
        ("num_upper", "columns", num_upper, x.shape[-1]),
    ):
        if value.ndim:
            return f"{name} must be scalar, got shape {to_text(value.shape)}"
        if value > size:
            return f"{name} must be negative or less or equal to number of {what} ({size}) got: {int(value)}"
    return None


MATRIX_BAND_PART = OpDef(
    "MatrixBandPart(input: T, num_lower: Tindex, num_upper: Tindex) -> band: T",
    attrs={"T": TypeAttr(), "Tindex": TypeAttr(INDEX, dt.int64)},
    infer=lambda x, num_lower, num_upper: x.sizes,
    forward=_band,
    failure=_band_failure,
    gradient=lambda op, dy: [matrix_band_part(dy, *op.inputs[1:]), None, None],
    cases=[
        case(FLOAT(4, 4), INT(1, dt.int64), INT(-1, dt.int64)),
        case(FLOAT(2, 3, 4), INT(0), INT(2)),
        case(RANDOM_INT(3, 3), INT(-1), INT(0)),
    ],
)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """A batch of matrices with zeros outside a band round the diagonal.

    Args:
      input: a tensor of at least two axes.
      num_lower: how many diagonals below the main one to keep; negative: all.
      num_upper: how many above it.
      name: the op's name.

    >>> run(matrix_band_part([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 0, 1))
    array([[1, 2, 0],
           [0, 5, 6],
           [0, 0, 9]], dtype=int32)
    """
    return emit(MATRIX_BAND_PART, input, num_lower, num_upper, name=name)


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dt.float32,
    name: str | None = None,
) -> Tensor:
    """Identity matrices: ones on the main diagonal, zeros elsewhere.

    Args:
      num_rows: how many rows, an integer or a scalar tensor.
      num_columns: how many columns; by default as many.
      batch_shape: the shape of a batch of them, a list or an integer vector.
      dtype: the dtype.
      name: the scope of the ops.

    Raises:
      TypeError: a number that is none.

    >>> run(eye(2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    with name_scope(name, "eye", [num_rows, num_columns, batch_shape]):
        is_square = num_columns is None
        batch: Any = [] if batch_shape is None else batch_shape
        num_columns = num_rows if num_columns is None else num_columns
        if isinstance(num_rows, Tensor) or isinstance(num_columns, Tensor):
            length: Any = minimum(num_rows, num_columns)
        else:
            if not all(isinstance(number, int | np.integer) for number in (num_rows, num_columns)):
                line = "num_rows and num_columns must be positive integer values."
                raise TypeError(errors.explain(line, where=user_site()))
            is_square = num_rows == num_columns
            length = min(num_rows, num_columns)
        diagonal_shape, matrix_shape = _eye_shapes(batch, length, [num_rows, num_columns], is_square)
        diagonal = ones(diagonal_shape, dtype)
        return matrix_diag(diagonal) if is_square else matrix_set_diag(zeros(matrix_shape, dtype), diagonal)


def _eye_shapes(batch: Any, length: Any, sizes: list[Any], is_square: bool) -> tuple[Any, Any]:
    """The shapes of the diagonals and, unless they are square, of the matrices."""
    if isinstance(batch, Tensor) or isinstance(length, Tensor):
        batch = convert_to_tensor(batch, dt.int32, "shape")
        diagonal = concat((batch, [length]), 0)
        return diagonal, None if is_square else concat((batch, sizes), 0)
    return [*batch, length], [*batch, *sizes]


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sums of the main diagonals of a batch of matrices.

    >>> run(trace([[1., 2.], [3., 4.]]))
    5.0
    """
    if isinstance(x, MatrixLike):
        return hand_over(x, "trace", name, "Trace")
    with name_scope(name, "Trace", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return reduce_sum(matrix_diag_part(x), [-1], name=scope)
