"""Sparse tensors entry by entry: sparse_add, sparse_maximum, sparse_minimum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, FLOAT, INT, INTS, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcasting import broadcast_static_shape
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.reduction import NUMBER_TYPES, one_of
from flowgraph.ops.sparse_indices import keys_of
from flowgraph.ops.sparse_tensor import SparseTensor, is_sparse, parts_of, to_sparse
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

REAL_NUMBERS = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16, dt.float16,
    dt.uint32, dt.uint64,
)  # fmt: skip
"""TF's `realnumbertype`, in the order in which its messages list it."""

_A = (INT([[0, 1], [1, 0]], dt.int64), FLOAT(2), INTS(2, 3, dtype=dt.int64))
_B = (INT([[0, 0], [1, 0]], dt.int64), FLOAT(2), INTS(2, 3, dtype=dt.int64))
_C = (INT([[0, 0], [0, 1], [1, 0]], dt.int64), COMPLEX(3), INTS(2, 3, dtype=dt.int64))


def of_rank(tensor: Any, rank: int) -> Sizes:
    """The sizes of an input that must have this rank."""
    if tensor.sizes is None:
        return (None,) * rank
    if len(tensor.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")
    return tensor.sizes


# -- the union of two sets of indices ----------------------------------------------------------------------


def _merged(a_indices: np.ndarray, b_indices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The indices of both in the order of a merge, and which rows of a and b they are; -1 where there is none."""
    keys = keys_of(a_indices, b_indices)
    if keys is not None and all((np.diff(key) > 0).all() for key in keys):
        return _merged_in_order(a_indices, b_indices, *keys)
    rows: list[tuple[int, ...]] = []
    of_a: list[int] = []
    of_b: list[int] = []
    left, right = ([tuple(row) for row in indices.tolist()] for indices in (a_indices, b_indices))
    i = j = 0
    while i < len(left) or j < len(right):
        takes_a = j >= len(right) or (i < len(left) and left[i] <= right[j])
        takes_b = i >= len(left) or (j < len(right) and right[j] <= left[i])
        rows.append(left[i] if takes_a else right[j])
        of_a.append(i if takes_a else -1)
        of_b.append(j if takes_b else -1)
        i, j = i + takes_a, j + takes_b
    indices = np.array(rows, np.int64).reshape(len(rows), a_indices.shape[1])
    return indices, np.array(of_a, np.int64), np.array(of_b, np.int64)


def _merged_in_order(a_indices: Any, b_indices: Any, a: Any, b: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same for indices in order, each of them once, with a number for each that orders them."""
    merged, first = np.unique(np.concatenate([a, b]), return_index=True)
    at_a, at_b = np.searchsorted(merged, a), np.searchsorted(merged, b)
    of_a, of_b = np.full(len(merged), -1), np.full(len(merged), -1)
    of_a[at_a], of_b[at_b] = np.arange(len(a)), np.arange(len(b))
    return np.concatenate([a_indices, b_indices])[first], of_a, of_b


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The values at some rows, 0 for row -1."""
    if not len(values):
        return np.zeros(len(rows), values.dtype)
    return np.where(rows >= 0, values[rows], np.zeros((), values.dtype))


def _check_shapes(a_shape: Any, b_shape: Any) -> None:
    if len(a_shape) != len(b_shape):
        raise invalid(f"Operands do not have the same ranks; got shapes: {a_shape.tolist()} and {b_shape.tolist()}")
    for axis, (x, y) in enumerate(zip(a_shape.tolist(), b_shape.tolist(), strict=True)):
        if x != y:
            raise invalid(f"Operands' shapes do not match: got {x} and {y} for dimension {axis}")


# -- sparse + sparse ---------------------------------------------------------------------------------------


def _sum_sizes(_ai: Any, _av: Any, a_shape: Any, *others: Any) -> list[Sizes]:
    of_rank(a_shape, 1)
    rank = of_rank(a_shape, 1)[0]  # type: ignore[index]
    del others
    return [(None, rank), (None,), (rank,)]


def _sum(_xp: Any, ai: Any, av: Any, a_shape: Any, bi: Any, bv: Any, b_shape: Any, thresh: Any) -> tuple[Any, ...]:
    _check_shapes(a_shape, b_shape)
    if np.ndim(thresh):
        raise invalid(f"The magnitude threshold must be a scalar: got shape {to_text(np.shape(thresh))}")
    indices, of_a, of_b = _merged(ai, bi)
    values = (_taken(av, of_a) + _taken(bv, of_b)).astype(av.dtype)
    kept = (of_a < 0) | (of_b < 0) | (np.abs(values) >= thresh)  # what stands alone stays
    return indices[kept], values[kept], a_shape.copy()


def _sum_grad(op: Any, _indices: Any, dy: Tensor, _shape: Any) -> list[Any]:
    of_a, of_b = emit(SPARSE_ADD_GRAD, dy, op.inputs[0], op.inputs[3], op.outputs[0])
    of_a.set_shape(op.inputs[1].shape)
    of_b.set_shape(op.inputs[4].shape)
    return [None, of_a, None, None, of_b, None, None]


SPARSE_ADD = OpDef(
    "SparseAdd(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, b_shape: int64, "
    "thresh: Treal) -> (sum_indices: int64, sum_values: T, sum_shape: int64)",
    attrs={"T": TypeAttr(NUMBER_TYPES), "Treal": TypeAttr(REAL_NUMBERS)},
    infer=_sum_sizes,
    forward=_sum,
    gradient=_sum_grad,
    data_shape=True,
    cases=[
        case(*_A, *_B, VALUE(0.0, smooth=False), second=False),
        case(*_C, *_C, VALUE(0.5, smooth=False), gradient=False),
        case(*_A[:1], RANDOM_INT(2), *_A[2:], *_B[:1], RANDOM_INT(2), *_B[2:], INT(1)),
    ],
)


def _places(keys: Any, wanted: Any) -> Any:
    """Where each of some numbers stands among others that are in order; -1 for nowhere."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def _spread(_xp: Any, dy: Any, a_indices: Any, b_indices: Any, sum_indices: Any) -> tuple[Any, Any]:
    """The gradient of each entry of a and b: that of the sum at its place, 0 where the sum has none."""
    keys = keys_of(sum_indices, a_indices, b_indices)
    if keys is not None and len(keys[0]) and (np.diff(keys[0]) > 0).all():
        return tuple(_taken(dy, _places(keys[0], key)) for key in keys[1:])  # type: ignore[return-value]
    place = {tuple(row): i for i, row in enumerate(sum_indices.tolist())}
    found = []
    for indices in (a_indices, b_indices):
        rows = np.array([place.get(tuple(row), -1) for row in indices.tolist()], np.int64)
        found.append(_taken(dy, rows))
    return found[0], found[1]


SPARSE_ADD_GRAD = OpDef(
    "SparseAddGrad(backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64) -> "
    "(a_val_grad: T, b_val_grad: T)",
    attrs={"T": TypeAttr(NUMBER_TYPES)},
    infer=lambda dy, a, b, total: [(of_rank(a, 2)[0],), (of_rank(b, 2)[0],)],  # type: ignore[index]
    forward=_spread,
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2), *(INT([[0, i], [1, 0]], dt.int64) for i in range(3)), gradient=False)],
)


# -- sparse + dense ----------------------------------------------------------------------------------------


def _dense_sum(xp: Any, indices: Any, values: Any, dense_shape: Any, dense: Any) -> Any:
    for axis, (sparse_size, size) in enumerate(zip(dense_shape.tolist(), dense.shape)):
        if sparse_size != size:
            line = f"Dimension {axis} does not equal (no broadcasting is supported): "
            raise invalid(line + f"sparse side {sparse_size} vs dense side {size}")
        column = indices[:, axis]
        if column.size and not (column.min() >= 0 and column.max() < size):
            line = f"Sparse tensor has some invalid index on dimension {axis}; "
            raise invalid(line + f"dense tensor shape: {to_text(dense.shape)}")
    total = dense.copy()
    xp.add.at(total, tuple(indices.T), values)
    return total


def _dense_failure(indices: Any, values: Any, dense_shape: Any, dense: Any) -> str | None:
    if indices.ndim != 2:
        return f"Input a_indices should be a matrix but received shape: {to_text(indices.shape)}"
    if values.ndim != 1 or dense_shape.ndim != 1:
        vectors = f"{to_text(values.shape)} and {to_text(dense_shape.shape)}"
        return f"Inputs a_values and a_shape should be vectors but received shapes: {vectors}"
    if len(dense_shape) != dense.ndim:
        return f"Two operands have different ranks; received: {len(dense_shape)} and {dense.ndim}"
    return None


def _dense_grad(op: Any, dy: Tensor) -> list[Any]:
    return [None, gather_nd(dy, op.inputs[0]), None, dy]


SPARSE_TENSOR_DENSE_ADD = OpDef(
    "SparseTensorDenseAdd(a_indices: Tindices, a_values: T, a_shape: Tindices, b: T) -> output: T",
    attrs={"T": TypeAttr(NUMBER_TYPES), "Tindices": TypeAttr(INDEX)},
    infer=lambda _indices, _values, _shape, dense: dense.sizes,
    forward=_dense_sum,
    failure=_dense_failure,
    gradient=_dense_grad,
    cases=[
        case(INT([[0, 1], [2, 0], [0, 1]], dt.int64), FLOAT(3), INTS(3, 2, dtype=dt.int64), FLOAT(3, 2)),
        case(INT([[1]]), FLOAT(1), INTS(3), FLOAT(3)),
        case(INT(np.zeros([0, 1], np.int64), dt.int64), FLOAT(0), INTS(2, dtype=dt.int64), FLOAT(2)),
        case(INT([[1]]), RANDOM_INT(1), INTS(3), RANDOM_INT(3)),
    ],
)


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """The sum of two tensors of which at least one is sparse.

    Args:
      a, b: two SparseTensors of one shape, or a SparseTensor and a dense tensor.
      threshold: of two SparseTensors: where both have an entry and the sum is smaller (without its sign), it is left
        out.
      thresh: an older name of `threshold`.

    Returns:
      A SparseTensor, or a dense tensor if one of them is dense.

    Raises:
      TypeError: none of them is sparse, or the dtypes differ.
      ValueError: the shapes are known and differ.

    >>> a = tf.SparseTensor([[0, 0], [1, 1]], [1, 2], [2, 2])
    >>> run(sparse_add(a, [[10, 10], [10, 10]]))
    array([[11, 10],
           [10, 12]], dtype=int32)
    >>> run(sparse_add(a, a)).values
    array([2, 4], dtype=int32)
    """
    threshold = one_of("threshold", threshold, "thresh", thresh)
    threshold = 0 if threshold is None else threshold
    if not (is_sparse(a) or is_sparse(b)):
        line = "At least one input should be SparseTensor; do you mean to use tf.add()?"
        raise TypeError(errors.explain(line, where=user_site()))
    if not (is_sparse(a) and is_sparse(b)):
        sparse, dense = (a, b) if is_sparse(a) else (b, a)
        return emit(SPARSE_TENSOR_DENSE_ADD, *parts_of(sparse), dense)
    a, b = to_sparse(a), to_sparse(b)
    threshold = convert_to_tensor(threshold, dtype=a.dtype.real_dtype.base_dtype, name="threshold")
    indices, values, dense_shape = emit(SPARSE_ADD, *parts_of(a), *parts_of(b), threshold)
    a.shape.assert_is_compatible_with(b.shape)
    known = broadcast_static_shape(a.shape, b.shape)
    return SparseTensor(indices, values, known.as_list() if known.is_fully_defined() else dense_shape)


# -- the larger and the smaller of two ---------------------------------------------------------------------


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    """The forward of an op that compares two sparse tensors, of which each has zeros where it has no entry."""

    def forward(_xp: Any, ai: Any, av: Any, a_shape: Any, bi: Any, bv: Any, b_shape: Any) -> tuple[Any, Any]:
        _check_shapes(a_shape, b_shape)
        indices, of_a, of_b = _merged(ai, bi)
        return indices, choose(_taken(av, of_a), _taken(bv, of_b))

    return forward


def _refuse_gradient(op: Any, *_gradients: Any) -> list[Any]:
    raise NotImplementedError(f"Gradient for {op.type} is currently not implemented yet.")


def _extreme_op(name: str, allowed: Any, choose: Callable[..., Any]) -> OpDef:
    return OpDef(
        f"{name}(a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, b_shape: int64) -> "
        "(output_indices: int64, output_values: T)",
        attrs={"T": TypeAttr(allowed)},
        infer=lambda *parts: [(None, None), (None,)],
        forward=_extreme(choose),
        gradient=_refuse_gradient,
        data_shape=True,
        cases=[case(*_A, *_B, gradient=False)],
    )


SPARSE_SPARSE_MAXIMUM = _extreme_op("SparseSparseMaximum", REAL_NUMBERS, np.maximum)
SPARSE_SPARSE_MINIMUM = _extreme_op("SparseSparseMinimum", NUMBER_TYPES, np.minimum)


def _compare(opdef: OpDef, sp_a: Any, sp_b: Any, name: str | None) -> SparseTensor:
    with name_scope(name, opdef.name, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]) as scope:
        indices, values = emit(opdef, *parts_of(sp_a), *parts_of(sp_b), name=scope)
    return SparseTensor(indices, values, sp_a.dense_shape)


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The larger entries of two SparseTensors of one shape, with an entry wherever one of them has one.

    >>> a = tf.SparseTensor([[0, 0], [0, 1]], [1.0, -2.0], [1, 3])
    >>> b = tf.SparseTensor([[0, 0]], [5.0], [1, 3])
    >>> run(sparse_maximum(a, b)).values
    array([5., 0.], dtype=float32)
    """
    return _compare(SPARSE_SPARSE_MAXIMUM, sp_a, sp_b, name)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The smaller entries of two SparseTensors of one shape; see `sparse_maximum`."""
    return _compare(SPARSE_SPARSE_MINIMUM, sp_a, sp_b, name)
