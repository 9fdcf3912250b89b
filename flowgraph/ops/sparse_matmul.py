"""A sparse matrix times a dense one: sparse_tensor_dense_matmul."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import COMPLEX, FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.folding import fold_rows
from flowgraph.kernels.product import product
from flowgraph.ops.gather import gather
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import transpose
from flowgraph.ops.sparse_tensor import parts_of, to_sparse
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

LARGE = 1 << 18
"""Multiplications of numbers: so many are worth a closer look at how to do them."""


def _of_rank(tensor: Any, rank: int) -> None:
    if tensor.sizes is not None and len(tensor.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")


def _product_sizes(indices: Any, values: Any, shape: Any, b: Any, *, adjoint_a: bool, adjoint_b: bool) -> Sizes:
    for tensor, rank in ((indices, 2), (values, 1)):
        _of_rank(tensor, rank)
    if shape.sizes is not None and len(shape.sizes) == 1 and shape.sizes[0] not in (None, 2):
        raise ValueError(f"Shape must be rank 2 but is rank {shape.sizes[0]}")
    _of_rank(b, 2)
    left = shape.constant_sizes()
    rows, inner = (left or (None, None))[:: -1 if adjoint_a else 1]
    other, columns = (b.sizes or (None, None))[:: -1 if adjoint_b else 1]
    if inner is not None and other is not None and inner != other:
        raise ValueError(f"Dimensions must be equal, but are {inner} and {other}")
    return (rows, columns)


def _product(
    _xp: Any, indices: Any, values: Any, shape: Any, b: Any, *, adjoint_a: bool, adjoint_b: bool
) -> np.ndarray:
    if b.ndim != 2:
        raise invalid("Tensor 'b' is not a matrix")
    for array, name, kind, rank in (
        (shape, "a_shape", "vector", 1),
        (values, "a_values", "vector", 1),
        (indices, "a_indices", "matrix", 2),
    ):
        if array.ndim != rank:
            raise invalid(f"Tensor '{name}' is not a {kind}")
    right = np.conj(b.T) if adjoint_b else b
    at, columns = (1, 0) if adjoint_a else (0, 1)
    rows, inner = int(shape[at]), int(shape[columns])
    if inner != right.shape[0]:
        sizes = f"Dimensions of A: [{rows}, {inner}).  Dimensions of B: {to_text(b.shape)}"
        why = f"inner dimension does not match: {inner} vs. {right.shape[0]}.  Did you forget a transpose?"
        raise invalid(f"Cannot multiply A and B because {why}  {sizes}")
    _check_inside(indices, at, columns, rows, inner)
    out = np.zeros((rows, right.shape[1]), b.dtype)
    if len(values) * right.shape[1] < LARGE:
        np.add.at(out, indices[:, at], values[:, None] * right[indices[:, columns]])
    elif b.dtype.kind in "fc" and b.itemsize > 2 and rows * inner <= 64 * len(values) and np.isfinite(right).all():
        left = np.zeros((rows, inner), b.dtype)  # BLAS is so quick that zeros cost less than leaving them out
        np.add.at(left.reshape(-1), indices[:, at] * inner + indices[:, columns], values)
        out[:] = product(left, right)
    else:
        step = max(1, LARGE // right.shape[1])
        for first in range(0, len(values), step):
            part = indices[first : first + step]
            fold_rows(np.add, out, part[:, at], values[first : first + step, None] * right[part[:, columns]])
    return out


def _check_inside(indices: Any, at: int, columns: int, rows: int, inner: int) -> None:
    """Demand entries inside the matrix; TF looks at each one's place in the sum first."""
    for letter, column, size in (("k", columns, inner), ("m", at, rows)):
        outside = (indices[:, column] < 0) | (indices[:, column] >= size)
        if outside.any():
            i = int(np.argmax(outside))
            raise invalid(f"{letter} ({indices[i, column]}) from index[{i},{column}] out of bounds (>={size})")


def _product_grad(op: Any, dy: Tensor) -> list[Any]:
    indices, values, shape, b = op.inputs
    adjoint_a, adjoint_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]
    if values.dtype.base_dtype.is_complex:
        raise NotImplementedError("SparseTensorDenseMatMul op does not support complex gradients.")
    of_b = emit(SPARSE_TENSOR_DENSE_MATMUL, indices, values, shape, dy, adjoint_a=not adjoint_a)
    if adjoint_b:
        of_b = transpose(of_b)
    rows, columns = indices[:, 0], indices[:, 1]
    left = gather(dy, columns if adjoint_a else rows)
    right = gather(transpose(b) if adjoint_b else b, rows if adjoint_a else columns)
    return [None, reduce_sum(left * right, axis=1), None, of_b]


_INDICES = INT([[0, 1], [1, 0], [1, 2]], dt.int64)
_SHAPE = INTS(2, 3, dtype=dt.int64)

SPARSE_TENSOR_DENSE_MATMUL = OpDef(
    "SparseTensorDenseMatMul(a_indices: Tindices, a_values: T, a_shape: int64, b: T) -> product: T",
    attrs={"T": TypeAttr(), "Tindices": TypeAttr(INDEX, dt.int64), "adjoint_a": False, "adjoint_b": False},
    infer=_product_sizes,
    forward=_product,
    gradient=_product_grad,
    cases=[
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(3, 4)),
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(2, 4), adjoint_a=True),
        case(_INDICES, FLOAT(3), _SHAPE, FLOAT(4, 3), adjoint_b=True),
        case(_INDICES, COMPLEX(3), _SHAPE, COMPLEX(4, 2), adjoint_a=True, adjoint_b=True, gradient=False),
        case(INT([[1, 1]]), RANDOM_INT(1), _SHAPE, RANDOM_INT(3, 1)),
        case(INT(np.zeros([0, 2]), dt.int64), FLOAT(0), INTS(2, 0, dtype=dt.int64), FLOAT(0, 3), gradient=False),
    ],
)


def sparse_tensor_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: str | None = None
) -> Tensor:
    """The matrix product of a SparseTensor and a dense tensor.

    Args:
      sp_a: a SparseTensor of rank 2.
      b: a matrix of its dtype.
      adjoint_a: whether to transpose `sp_a` first (TF does not conjugate it).
      adjoint_b: whether to transpose and conjugate `b` first.
      name: the scope of the new ops.

    Raises:
      TypeError: `sp_a` is no SparseTensor.
      ValueError: the shapes do not fit together.
      InvalidArgumentError: (when run) an index lies outside.

    >>> a = tf.SparseTensor([[0, 1], [1, 0]], [2.0, 3.0], [2, 2])
    >>> run(sparse_tensor_dense_matmul(a, [[1.0, 2.0], [3.0, 4.0]]))
    array([[6., 8.],
           [3., 6.]], dtype=float32)
    """
    sparse = to_sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sparse.indices, sparse.values, b]):
        b = convert_to_tensor(b, name="b")
        return emit(SPARSE_TENSOR_DENSE_MATMUL, *parts_of(sparse), b, adjoint_a=adjoint_a, adjoint_b=adjoint_b)
