"""Sums and maxima of sparse tensors along some axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather_nd
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import NUMBER_TYPES, one_of
from flowgraph.ops.reduction_grad import reduced_shape
from flowgraph.ops.sparse_add import REAL_NUMBERS
from flowgraph.ops.sparse_indices import distinct
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of
from flowgraph.shapes import Sizes

_INDICES = INT([[0, 1], [0, 2], [1, 1]], dt.int64)
_SHAPE = INTS(3, 3, dtype=dt.int64)


def _kept_sizes(_indices: Any, _values: Any, dense_shape: Any, axes: Any, *, keep_dims: bool) -> Sizes:
    sizes, reduced = dense_shape.constant(), axes.constant()
    if sizes is None or reduced is None:
        return None
    gone = {int(axis) % len(sizes) for axis in reduced.reshape(-1)}
    kept = [1 if axis in gone else size for axis, size in enumerate(sizes.tolist()) if keep_dims or axis not in gone]
    return tuple(kept)


def _groups(
    reducer: np.ufunc, indices: Any, values: Any, dense_shape: Any, axes: Any, keep_dims: bool
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Where the reduced tensor has entries, what they are, and its shape."""
    count = len(dense_shape)
    reduced = []
    for axis in np.asarray(axes).reshape(-1).tolist():
        if not -count <= axis < count:
            raise invalid(f"Invalid reduction dimension {axis}, for input with {count} dimensions.")
        reduced.append(axis % count)
    kept = [axis for axis in range(count) if axis not in reduced]
    sizes = [int(dense_shape[axis]) for axis in kept]
    places, group = distinct(indices[:, kept])
    if not kept:  # (numpy finds no rows without columns)
        places, group = np.zeros((min(len(indices), 1), 0), np.int64), np.zeros(len(indices), np.int64)
    group = group.reshape(-1)
    if len(values):
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(places)))
        found = reducer.reduceat(values[order], starts, dtype=values.dtype)
    else:
        found = values[:0]
    if keep_dims:
        spread = np.zeros((len(places), count), np.int64)
        spread[:, kept] = places
        return spread, found, [int(dense_shape[axis]) if axis in kept else 1 for axis in range(count)]
    return places, found, sizes


def _dense(reducer: np.ufunc) -> Callable[..., Any]:
    def forward(_xp: Any, indices: Any, values: Any, dense_shape: Any, axes: Any, *, keep_dims: bool) -> Any:
        places, found, sizes = _groups(reducer, indices, values, dense_shape, axes, keep_dims)
        out = np.zeros(sizes, values.dtype)
        out[tuple(places.T)] = found if sizes else found.sum()
        return out

    return forward


def _sparse(reducer: np.ufunc) -> Callable[..., Any]:
    def forward(_xp: Any, indices: Any, values: Any, dense_shape: Any, axes: Any, *, keep_dims: bool) -> Any:
        places, found, sizes = _groups(reducer, indices, values, dense_shape, axes, keep_dims)
        return places.astype(np.int64), found, np.array(sizes, np.int64)

    return forward


def _sum_grad(op: Any, dy: Tensor) -> list[Any]:
    indices, _, dense_shape, axes = op.inputs
    kept = reduced_shape(dense_shape, axes)
    dy = reshape(dy, kept)
    scale = dense_shape // cast(kept, dt.int64)
    return [None, gather_nd(dy, indices // scale), None, None]


def _dense_op(name: str, reducer: np.ufunc, allowed: Any, gradient: Any) -> OpDef:
    return OpDef(
        f"{name}(input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32) -> output: T",
        attrs={"keep_dims": False, "T": TypeAttr(allowed)},
        infer=_kept_sizes,
        forward=_dense(reducer),
        gradient=gradient,
        cases=[
            case(_INDICES, FLOAT(3), _SHAPE, INTS(1)),
            case(_INDICES, FLOAT(3), _SHAPE, INT(-2), keep_dims=True),
            case(_INDICES, FLOAT(3), _SHAPE, INTS(0, 1)),
            case(_INDICES, RANDOM_INT(3), _SHAPE, INTS()),
            case(INT(np.zeros([0, 2]), dt.int64), FLOAT(0), _SHAPE, INTS(0)),
        ],
    )


def _sparse_op(name: str, reducer: np.ufunc, allowed: Any) -> OpDef:
    return OpDef(
        f"{name}(input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32) -> "
        "(output_indices: int64, output_values: T, output_shape: int64)",
        attrs={"keep_dims": False, "T": TypeAttr(allowed)},
        infer=lambda *inputs, keep_dims: [None, None, None],
        forward=_sparse(reducer),
        gradient=MISSING_GRADIENT,
        data_shape=True,
        cases=[case(_INDICES, FLOAT(3), _SHAPE, INTS(1)), case(_INDICES, FLOAT(3), _SHAPE, INT(0), keep_dims=True)],
    )


SPARSE_REDUCE_SUM = _dense_op("SparseReduceSum", np.add, NUMBER_TYPES, _sum_grad)
SPARSE_REDUCE_MAX = _dense_op("SparseReduceMax", np.maximum, REAL_NUMBERS, MISSING_GRADIENT)
SPARSE_REDUCE_SUM_SPARSE = _sparse_op("SparseReduceSumSparse", np.add, NUMBER_TYPES)
SPARSE_REDUCE_MAX_SPARSE = _sparse_op("SparseReduceMaxSparse", np.maximum, REAL_NUMBERS)


def _reduce(opdef: OpDef, sp_input: Any, axis: Any, keepdims: Any, reduction_axes: Any, keep_dims: Any) -> Any:
    keepdims = one_of("keepdims", keepdims, "keep_dims", keep_dims)
    if axis is not None and reduction_axes is not None:
        raise ValueError("Can't specify both axis' and 'reduction_indices'.")
    axis = reduction_axes if axis is None else axis
    if axis is None:
        axis = _all_axes(sp_input)
    return emit(opdef, *parts_of(sp_input), axis, keep_dims=False if keepdims is None else keepdims)


def _all_axes(sparse: SparseTensor) -> Tensor:
    count = sparse.dense_shape.shape
    if count.is_fully_defined():
        return constant(np.arange(count[0].value), dtype=dt.int32)
    return range_of(0, rank(sparse))


def sparse_reduce_sum(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Tensor:
    """The sum of a SparseTensor along some axes, as a dense tensor.

    Args:
      sp_input: the SparseTensor.
      axis: the axes; by default all.
      keepdims, keep_dims: whether the axes stay, with size 1.
      reduction_axes: an older name of `axis`.

    Raises:
      ValueError: an argument is given under two names.
      InvalidArgumentError: (when run) there is no such axis.

    >>> x = tf.SparseTensor([[0, 0], [0, 2], [1, 1]], [1, 2, 3], [2, 3])
    >>> run(sparse_reduce_sum(x, 1))
    array([3, 3], dtype=int32)
    """
    return _reduce(SPARSE_REDUCE_SUM, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_max(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> Tensor:
    """The largest entries of a SparseTensor along some axes, as a dense tensor, with 0 where there are none.

    Entries that the SparseTensor does not have are not counted as 0; see `sparse_reduce_sum` for the arguments.

    >>> run(sparse_reduce_max(tf.SparseTensor([[0, 0], [0, 2]], [-1, -2], [2, 3]), 1))
    array([-1,  0], dtype=int32)
    """
    return _reduce(SPARSE_REDUCE_MAX, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_sum_sparse(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> SparseTensor:
    """The same as `sparse_reduce_sum`, as a SparseTensor."""
    return SparseTensor(*_reduce(SPARSE_REDUCE_SUM_SPARSE, sp_input, axis, keepdims, reduction_axes, keep_dims))


def sparse_reduce_max_sparse(
    sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
) -> SparseTensor:
    """The same as `sparse_reduce_max`, as a SparseTensor."""
    return SparseTensor(*_reduce(SPARSE_REDUCE_MAX_SPARSE, sp_input, axis, keepdims, reduction_axes, keep_dims))
