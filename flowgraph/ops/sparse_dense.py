"""From sparse to dense: sparse_to_dense and sparse_tensor_to_dense."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import zeros, zeros_like
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.reshape import shape_argument
from flowgraph.ops.sparse_indices import check_shape, check_sorted, inside
from flowgraph.ops.sparse_tensor import to_sparse
from flowgraph.sizes import to_text


def _dense(_xp: Any, indices: Any, shape: Any, values: Any, default: Any, *, validate_indices: bool) -> np.ndarray:
    if indices.ndim > 2:
        got = to_text(indices.shape)
        raise invalid(f"sparse_indices should be a scalar, vector, or matrix, got shape {got}")
    rows = indices.shape[0] if indices.ndim else 1
    rank = indices.shape[1] if indices.ndim > 1 else 1
    if shape.ndim != 1:
        raise invalid(f"output_shape should be a vector, got shape {to_text(shape.shape)}")
    if len(shape) != rank:
        raise invalid(f"output_shape has incorrect number of elements: {len(shape)} should be: {rank}")
    if np.shape(values) not in ((), (rows,)):
        got = to_text(np.shape(values))
        raise invalid(f"sparse_values has incorrect shape {got}, should be [] or [{rows}]")
    if np.ndim(default):
        raise invalid("default_value should be a scalar.")
    sizes = check_shape(shape)
    indices = np.asarray(indices, np.int64).reshape(rows, rank)
    if validate_indices:
        check_sorted(indices, sizes)
    elif not inside(indices, sizes):
        raise invalid(f"Indices are not valid (out of bounds).  Shape: {to_text(sizes)}")
    dense = np.empty(sizes, default.dtype)
    dense[...] = default
    dense[tuple(indices.T)] = values
    return dense


def _dense_grad(op: Any, dy: Tensor) -> list[Any]:
    indices, shape, _, _ = op.inputs
    of_values = gather_nd(dy, indices)
    of_default = reduce_sum(dy) - reduce_sum(of_values)
    return [zeros_like(indices), zeros_like(shape), of_values, of_default]


SPARSE_TO_DENSE = OpDef(
    "SparseToDense(sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T) -> dense: T",
    attrs={"validate_indices": True, "T": TypeAttr(), "Tindices": TypeAttr(INDEX)},
    infer=lambda indices, shape, values, default, *, validate_indices: shape_argument(shape),
    forward=_dense,
    gradient=_dense_grad,
    cases=[
        case(INT([[0, 1], [1, 0]]), INTS(2, 3), FLOAT(2), FLOAT()),
        case(INT([[0, 1], [1, 0]], dt.int64), INTS(2, 3, dtype=dt.int64), FLOAT(2), FLOAT()),
        case(INTS(1, 3), INTS(4), FLOAT(), FLOAT(), gradient=False),
        case(INT(2), INTS(4), VALUE(True, dt.bool), VALUE(False, dt.bool)),
        case(INTS(3, 1), INTS(4), VALUE([b"a", b"b"], dt.string), VALUE(b"", dt.string), validate_indices=False),
        case(INT(np.zeros([0, 2], np.int32)), INTS(2, 0), INT(np.zeros([0])), INT(7)),
    ],
)


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """A dense tensor with `sparse_values` at `sparse_indices` and `default_value` everywhere else.

    Args:
      sparse_indices: where the values go: an int32 or int64 scalar, vector, or matrix with a row for each value.
      output_shape: the shape of the result, a vector of the same dtype.
      sparse_values: the values, one for each index; or a scalar for all of them.
      default_value: what stands everywhere else, a scalar of their dtype.
      validate_indices: whether indices that are repeated or out of order are an error.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) the shapes do not fit, or an index lies outside, or see `validate_indices`.

    >>> run(sparse_to_dense([[0, 1], [1, 2]], [2, 3], [5, 6], default_value=-1))
    array([[-1,  5, -1],
           [-1, -1,  6]], dtype=int32)
    """
    return emit(
        SPARSE_TO_DENSE, sparse_indices, output_shape, sparse_values, default_value,
        validate_indices=validate_indices, name=name,
    )  # fmt: skip


def sparse_tensor_to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """A SparseTensor as a dense tensor.

    Args:
      sp_input: the SparseTensor.
      default_value: what stands where it has no entry, a scalar; by default zero (of strings the empty one).
      validate_indices: whether indices that are repeated or out of order are an error.
      name: the op's name.

    Raises:
      TypeError: `sp_input` is no SparseTensor.

    >>> run(sparse_tensor_to_dense(tf.SparseTensor([[0, 1], [1, 2]], [5, 6], [2, 3])))
    array([[0, 5, 0],
           [0, 0, 6]], dtype=int32)
    """
    sparse = to_sparse(sp_input)
    if default_value is None:
        default_value = zeros([], dtype=sparse.dtype)
    return sparse_to_dense(sparse.indices, sparse.dense_shape, sparse.values, default_value, validate_indices, name)
