"""Shapes of batches of matrices, which are the last two axes, and what TensorFlow says where they do not fit."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import invalid
from flowgraph.sizes import Size, Sizes, merge

MATRIX_TYPES = (dt.float64, dt.float32, dt.float16, dt.complex64, dt.complex128)


def matrix(x: Any) -> tuple[Sizes, Size, Size]:
    """What is known of the batch, the rows and the columns.

    Raises:
      ValueError: fewer than two axes.
    """
    if x.sizes is None:
        return None, None, None
    if len(x.sizes) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(x.sizes)}")
    return x.sizes[:-2], x.sizes[-2], x.sizes[-1]


def same(a: Size, b: Size) -> Size:
    """A size of which two things are known.

    Raises:
      ValueError: they contradict each other.
    """
    if a is not None and b is not None and a != b:
        raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return b if a is None else a


def smaller(a: Size, b: Size) -> Size:
    """The smaller of two sizes; 0 is smaller than one that is not known."""
    if a == 0 or b == 0:
        return 0
    return None if a is None or b is None else min(a, b)


def put_together(batch: Sizes, *sizes: Size) -> Sizes:
    """A batch's sizes with those of one matrix, vector or number."""
    return None if batch is None else (*batch, *sizes)


def square_sizes(x: Any, **_attrs: Any) -> Sizes:
    """The shape of square matrices, which must be square."""
    batch, rows, columns = matrix(x)
    size = same(rows, columns)
    return put_together(batch, size, size)


def solution_sizes(a: Any, b: Any, square: bool = True) -> Sizes:
    """The shape of the X of a X = b."""
    batch, rows, columns = matrix(a)
    if square:
        rows = columns = same(rows, columns)
    b_batch, b_rows, b_columns = matrix(b)
    batch = merge(batch, b_batch)
    rows = same(rows, b_rows)
    return put_together(batch, rows if square else columns, b_columns)


def check_matrices(*arrays: Any) -> None:
    """Demand matrices, and of several the same batch.

    Raises:
      InvalidArgumentError: they are not.
    """
    for i, x in enumerate(arrays):
        if x.ndim != arrays[0].ndim:
            raise invalid("All input tensors must have the same rank.")
        if x.ndim < 2:
            raise invalid(f"Input tensor {i} must have rank >= 2, got {x.ndim}")
        if x.shape[:-2] != arrays[0].shape[:-2]:
            raise invalid("All input tensors must have the same outer dimensions.")


def check_square(x: Any) -> None:
    """Demand square matrices.

    Raises:
      InvalidArgumentError: they are not.
    """
    check_matrices(x)
    if x.shape[-1] != x.shape[-2]:
        raise invalid("Input matrix must be square.")


def check_equations(a: Any, b: Any, square: bool = True) -> None:
    """Demand matrices and right sides with as many rows.

    Raises:
      InvalidArgumentError: they do not fit.
    """
    check_matrices(a, b)
    if square and a.shape[-1] != a.shape[-2]:
        raise invalid("First input (lhs) must be a square matrix.")
    if a.shape[-2] != b.shape[-2]:
        raise invalid("Input matrix and rhs are incompatible.")
