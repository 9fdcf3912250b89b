"""Norms of vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.reduction import one_of, reduce_max, reduce_sum

_MATRIX_NORMS = ["euclidean", "fro", 1, 2, np.inf]
_VECTOR_NORMS = ["euclidean", 1, 2, np.inf]


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    keep_dims: Any = None,
) -> Tensor:
    """The norm of the vectors along an axis, or of the matrices along two.

    Args:
      tensor: a tensor of floats or complex numbers.
      ord: "euclidean" (or 2): the root of the sum of squares; 1: the sum, `np.inf`: the largest of absolute
        values; any positive p: the p-norm. Of matrices: "euclidean" or "fro": the same; 1, `np.inf`: the
        largest sum of a column, of a row; 2: the largest singular value.
      axis: the axis of the vectors, or the two axes of the matrices; None: all entries are one vector.
      keepdims: whether these axes stay, with size 1.
      name: the name of the scope of its ops.
      keep_dims: the old name of `keepdims`.

    Raises:
      ValueError: TF knows no such norm, or the axes are none.

    >>> run(norm([[3.0, 4.0], [0.0, 1.0]], axis=1))
    array([5., 1.], dtype=float32)
    """
    from flowgraph.ops.complex import conj
    from flowgraph.ops.shaping import squeeze
    from flowgraph.ops.unary import sqrt

    keepdims = bool(one_of("keepdims", keepdims, "keep_dims", keep_dims))
    of_matrices = isinstance(axis, list | tuple) and len(axis) == 2
    if of_matrices:
        axis = tuple(axis)
        _check_matrix_norm(ord, axis)
    else:
        _check_vector_norm(ord, axis)
        axis = None if axis is None else (axis,)
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if of_matrices and ord == 2:
            result = _spectral_norm(tensor, axis)
        elif ord in ("fro", "euclidean", 2):
            result = sqrt(reduce_sum(tensor * conj(tensor), axis, keepdims=True))
        else:
            result = _other_norm(tensor, ord, axis, of_matrices)
        return result if keepdims else squeeze(result, axis)


def _spectral_norm(tensor: Tensor, axis: Any) -> Tensor:
    """The largest singular values of the matrices along two axes, which are moved to the end and back."""
    from flowgraph import dtypes as dt
    from flowgraph.functional.map_fn import map_fn
    from flowgraph.ops.array import rank
    from flowgraph.ops.cast import cast
    from flowgraph.ops.compare import equal
    from flowgraph.ops.cond import cond
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.select import where_v2
    from flowgraph.ops.sets import setdiff1d
    from flowgraph.ops.shaping import expand_dims, squeeze, transpose
    from flowgraph.ops.svd import singular_values
    from flowgraph.ops.unary import abs as abs_op

    axes = rank(tensor)
    matrix = map_fn(lambda i: cond(i >= 0, lambda: i, lambda: i + axes), convert_to_tensor(axis))
    every = range_op(axes)
    there = concat([setdiff1d(every, matrix)[0], matrix], axis=0)
    back = map_fn(lambda i: cast(squeeze(where_v2(equal(there, i))), dtype=dt.int32), every)
    values = abs_op(singular_values(transpose(tensor, perm=there)))
    largest = expand_dims(reduce_max(values, axis=-1, keepdims=True), axis=-1)
    return transpose(largest, perm=back)


def _other_norm(tensor: Tensor, ord: Any, axis: Any, of_matrices: bool) -> Tensor:
    """All norms that are made of absolute values."""
    from flowgraph.ops.math import pow as pow_op
    from flowgraph.ops.unary import abs as abs_op

    result = abs_op(tensor)
    first = None if axis is None else axis[0]
    if ord == 1:
        result = reduce_sum(result, first, keepdims=True)
        return reduce_max(result, axis[-1], keepdims=True) if of_matrices else result
    if ord == np.inf:
        if of_matrices:
            result = reduce_sum(result, axis[1], keepdims=True)
        return reduce_max(result, first, keepdims=True)
    return pow_op(reduce_sum(pow_op(result, ord), axis, keepdims=True), 1.0 / ord)


def _check_matrix_norm(ord: Any, axis: tuple[Any, ...]) -> None:
    if not isinstance(axis[0], int) or not isinstance(axis[1], int) or axis[0] == axis[1]:
        raise refusal("'axis' must be None, an integer, or a tuple of 2 unique integers")
    if ord not in _MATRIX_NORMS:
        raise refusal(f"'ord' must be a supported matrix norm in {_MATRIX_NORMS}, got {ord}")


def _check_vector_norm(ord: Any, axis: Any) -> None:
    if not (isinstance(axis, int) or axis is None):
        raise refusal("'axis' must be None, an integer, or a tuple of 2 unique integers")
    if ord not in _VECTOR_NORMS and (isinstance(ord, str) or not np.isreal(ord) or ord <= 0):
        raise refusal(f"'ord' must be a supported vector norm, got {ord}")


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> tuple[Tensor, Tensor]:
    """A tensor divided by its norms, and the norms; see `norm`.

    Args:
      tensor: a tensor of floats or complex numbers.
      ord: which norm.
      axis: the axis of the vectors, or the two axes of the matrices; None: all entries are one vector.
      name: the scope of the ops.

    >>> normalized, norms = normalize([[3.0, 4.0], [0.0, 2.0]], axis=1)
    >>> run([normalized, norms])
    [array([[0.6, 0.8],
           [0. , 1. ]], dtype=float32), array([[5.],
           [2.]], dtype=float32)]
    """
    from flowgraph.ops.cast import cast

    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        norms = cast(norm(tensor, ord, axis, keepdims=True), tensor.dtype)
        return tensor / norms, norms
