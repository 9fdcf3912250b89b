"""Rows of sparse tensors: sparse_fill_empty_rows, and sparse_mask for slices by number."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.sets import setdiff1d
from flowgraph.ops.sparse_add import of_rank
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of, to_sparse
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

# -- sparse_fill_empty_rows --------------------------------------------------------------------------------


def _fill_sizes(indices: Any, values: Any, dense_shape: Any, default: Any) -> list[Sizes]:
    rows, columns = of_rank(indices, 2)  # type: ignore[misc]
    (count,) = of_rank(values, 1)  # type: ignore[misc]
    (rank,) = of_rank(dense_shape, 1)  # type: ignore[misc]
    of_rank(default, 0)
    (count,) = merge((rows,), (count,))  # type: ignore[misc]
    (rank,) = merge((columns,), (rank,))  # type: ignore[misc]
    known = dense_shape.constant_sizes()
    return [(None, rank), (None,), (known[0] if known else None,), (count,)]


def _fill(_xp: Any, indices: Any, values: Any, dense_shape: Any, default: Any) -> tuple[Any, Any, Any, Any]:
    for array, name, kind, rank in (
        (dense_shape, "dense_shape", "vector", 1),
        (indices, "indices", "matrix", 2),
        (values, "values", "vector", 1),
        (default, "default_value", "scalar", 0),
    ):
        if np.ndim(array) != rank:
            raise invalid(f"{name} must be a {kind}, saw: {to_text(np.shape(array))}")
    rows, count = int(dense_shape[0]), len(indices)
    if rows == 0 and count:
        raise invalid(f"Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = {count}")
    row_of = indices[:, 0]
    for i in np.flatnonzero((row_of < 0) | (row_of >= rows))[:1]:
        relation = f"{row_of[i]} < 0" if row_of[i] < 0 else f"{row_of[i]} >= {rows}"
        raise invalid(f"indices({i}, 0) is invalid: {relation}")
    empty = np.ones(rows, bool)
    empty[row_of] = False
    new = np.zeros((int(empty.sum()), indices.shape[1]), np.int64)
    new[:, 0] = np.flatnonzero(empty)
    # (a stable sort: the entries of a row stay in the order in which they came)
    order = np.argsort(np.concatenate([row_of, new[:, 0]]), kind="stable")
    fill = np.full(len(new), default, values.dtype)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return np.concatenate([indices, new])[order], np.concatenate([values, fill])[order], empty, place[:count]


def _fill_grad(op: Any, _indices: Any, dy: Tensor, _empty: Any, _place: Any) -> list[Any]:
    of_values, of_default = emit(SPARSE_FILL_EMPTY_ROWS_GRAD, op.outputs[3], dy)
    return [None, of_values, None, of_default]


_INDICES = INT([[0, 1], [2, 0], [2, 1]], dt.int64)

SPARSE_FILL_EMPTY_ROWS = OpDef(
    "SparseFillEmptyRows(indices: int64, values: T, dense_shape: int64, default_value: T) -> "
    "(output_indices: int64, output_values: T, empty_row_indicator: bool, reverse_index_map: int64)",
    attrs={"T": TypeAttr()},
    infer=_fill_sizes,
    forward=_fill,
    gradient=_fill_grad,
    data_shape=True,
    cases=[
        case(_INDICES, FLOAT(3), INTS(5, 2, dtype=dt.int64), FLOAT(), second=False),
        case(_INDICES, VALUE([b"a", b"b", b"c"], dt.string), INTS(3, 2, dtype=dt.int64), VALUE(b"", dt.string)),
        case(INT(np.zeros([0, 2]), dt.int64), INTS(), INTS(0, 2, dtype=dt.int64), INT(7)),
    ],
)


def _unfill(_xp: Any, place: Any, dy: Any) -> tuple[Any, Any]:
    filled = np.ones(len(dy), bool)
    filled[place] = False
    return dy[place], dy[filled].sum(dtype=dy.dtype)


SPARSE_FILL_EMPTY_ROWS_GRAD = OpDef(
    "SparseFillEmptyRowsGrad(reverse_index_map: int64, grad_values: T) -> (d_values: T, d_default_value: T)",
    attrs={"T": TypeAttr()},
    infer=lambda place, dy: [of_rank(place, 1), ()],
    forward=_unfill,
    gradient=MISSING_GRADIENT,
    cases=[case(INTS(0, 2, dtype=dt.int64), FLOAT(4), gradient=False)],
)


def sparse_fill_empty_rows(sp_input: Any, default_value: Any, name: str | None = None) -> tuple[SparseTensor, Tensor]:
    """A SparseTensor in which every row has an entry: in empty ones `default_value` comes first.

    Args:
      sp_input: the SparseTensor.
      default_value: a scalar of its dtype.
      name: the scope of the new ops.

    Returns:
      The SparseTensor, and a bool vector that tells which rows were empty.

    Raises:
      TypeError: `sp_input` is no SparseTensor.
      InvalidArgumentError: (when run) an index lies outside.

    >>> filled, empty = sparse_fill_empty_rows(tf.SparseTensor([[0, 1]], [5], [2, 3]), -1)
    >>> run(filled.values), run(empty)
    (array([ 5, -1], dtype=int32), array([False,  True]))
    """
    sparse = to_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sparse]):
        default_value = convert_to_tensor(default_value, dtype=sparse.values.dtype)
        indices, values, empty, _ = emit(SPARSE_FILL_EMPTY_ROWS, *parts_of(sparse), default_value)
        return SparseTensor(indices, values, sparse.dense_shape), empty


# -- sparse_mask -------------------------------------------------------------------------------------------


def sparse_mask(a: IndexedSlices, mask_indices: Any, name: str | None = None) -> IndexedSlices:
    """The slices whose numbers are not among `mask_indices`.

    Args:
      a: IndexedSlices.
      mask_indices: the numbers to leave out.
      name: the scope of the new ops.

    >>> slices = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([4, 7]))
    >>> run(sparse_mask(slices, [7])).values
    array([[1.]], dtype=float32)
    """
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        out_indices, to_gather = setdiff1d(a.indices, mask_indices)
        out_values = gather(a.values, to_gather, name=scope)
        return IndexedSlices(out_values, out_indices, a.dense_shape)
