"""Sparse tensors in another order or shape: sparse_reorder, sparse_reshape, sparse_transpose, sparse.expand_dims."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity, rank, shape, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat
from flowgraph.ops.range import range as range_of
from flowgraph.ops.select import where_v2
from flowgraph.ops.shaping import invert_permutation, transpose
from flowgraph.ops.slicing import slice
from flowgraph.ops.sparse_add import of_rank
from flowgraph.ops.sparse_indices import check_shape
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of, to_sparse
from flowgraph.ops.static_value import constant_shape, constant_value
from flowgraph.shapes import Sizes
from flowgraph.sizes import to_text

_INDICES = INT([[1, 2], [0, 2], [0, 1]], dt.int64)
_SHAPE = INTS(2, 3, dtype=dt.int64)

# -- sparse_reorder ----------------------------------------------------------------------------------------


def _reorder(_xp: Any, indices: Any, values: Any, dense_shape: Any) -> tuple[Any, Any]:
    if indices.ndim != 2:
        raise invalid(f"Input indices should be a matrix but received shape {to_text(indices.shape)}")
    for array, name in ((values, "values"), (dense_shape, "shape")):
        if array.ndim != 1:
            raise invalid(f"Input {name} should be a vector but received shape {to_text(array.shape)}")
    order = np.lexsort(indices.T[::-1]) if len(indices) and indices.shape[1] else np.arange(len(indices))
    return indices[order], values[order]


def _reorder_sizes(indices: Any, values: Any, dense_shape: Any) -> list[Sizes]:
    of_rank(dense_shape, 1)
    return [of_rank(indices, 2), of_rank(values, 1)]


def _reorder_grad(op: Any, _indices: Any, dy: Tensor) -> list[Any]:
    indices, _, dense_shape = op.inputs
    count = shape(indices)[0]
    places = sparse_reorder(SparseTensor(indices, range_of(count), dense_shape))
    return [None, gather(dy, invert_permutation(places.values)), None]


SPARSE_REORDER = OpDef(
    "SparseReorder(input_indices: int64, input_values: T, input_shape: int64) -> "
    "(output_indices: int64, output_values: T)",
    attrs={"T": TypeAttr()},
    infer=_reorder_sizes,
    forward=_reorder,
    gradient=_reorder_grad,
    cases=[
        case(_INDICES, FLOAT(3), _SHAPE),
        case(_INDICES, VALUE([b"a", b"b", b"c"], dt.string), _SHAPE),
        case(INT(np.zeros([0, 2]), dt.int64), INTS(), _SHAPE),
    ],
)


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """A SparseTensor with its entries in the order that most ops want: row by row.

    Args:
      sp_input: the SparseTensor.
      name: the op's name.

    Raises:
      TypeError: it is no SparseTensor.

    >>> run(sparse_reorder(tf.SparseTensor([[1, 0], [0, 1]], [5, 6], [2, 2]))).values
    array([6, 5], dtype=int32)
    """
    sparse = to_sparse(sp_input)
    indices, values = emit(SPARSE_REORDER, *parts_of(sparse), name=name)
    known = sparse.shape
    dense_shape = known.as_list() if known.is_fully_defined() else identity(sparse.dense_shape)
    return SparseTensor(indices, values, dense_shape)


# -- sparse_reshape ----------------------------------------------------------------------------------------


def _reshape_sizes(indices: Any, dense_shape: Any, new_shape: Any) -> list[Sizes]:
    count = of_rank(indices, 2)[0]  # type: ignore[index]
    of_rank(dense_shape, 1)
    (new_rank,) = of_rank(new_shape, 1)  # type: ignore[misc]
    return [(count, new_rank), (new_rank,)]


def _reshape(_xp: Any, indices: Any, dense_shape: Any, new_shape: Any) -> tuple[Any, Any]:
    for array, name, kind, wanted in (
        (indices, "Input indices", "matrix", 2),
        (dense_shape, "Input shape", "vector", 1),
        (new_shape, "Target shape", "vector", 1),
    ):
        if array.ndim != wanted:
            raise invalid(f"{name} should be a {kind} but received shape {to_text(array.shape)}")
    old = check_shape(dense_shape)
    new = _new_shape(old, new_shape.tolist())
    places = np.ravel_multi_index(tuple(indices.T), old) if len(indices) else np.zeros(0, np.int64)
    columns = np.unravel_index(places, new) if len(indices) else [places] * len(new)
    found = np.stack(columns, axis=1) if new else np.zeros((len(indices), 0))
    return found.astype(np.int64), np.array(new, np.int64)


def _new_shape(old: tuple[int, ...], wanted: list[int]) -> tuple[int, ...]:
    """The new shape, its -1 worked out."""
    unknown = [axis for axis, size in enumerate(wanted) if size == -1]
    if len(unknown) > 1:
        raise invalid(f"only one output dimension may be -1, not both {unknown[0]} and {unknown[1]}")
    for axis, size in enumerate(wanted):
        if size < -1:
            raise invalid(f"size {axis} must be non-negative, not {size}")
    total, known = prod(old), prod(size for size in wanted if size != -1)
    if unknown:
        if known == 0:
            line = "reshape cannot infer the missing input size for an empty tensor unless all specified input sizes "
            raise invalid(f"{line}are non-zero")
        if total % known:
            needs = f"the requested shape requires a multiple of {known}"
            told = _both(needs, old, [abs(size) for size in wanted])
            raise invalid(f"Input to reshape is a SparseTensor with {total} dense values, but {told}")
        wanted = [total // known if size == -1 else size for size in wanted]
    elif known != total:
        has = f"the requested shape has {known}"
        raise invalid(f"Input to reshape is a tensor with {total} dense values, but {_both(has, old, wanted)}")
    return tuple(wanted)


def _both(words: str, old: tuple[int, ...], new: list[int]) -> str:
    return f"{words}. input_shape={to_text(old)} output_shape={to_text(tuple(new))}"


SPARSE_RESHAPE = OpDef(
    "SparseReshape(input_indices: int64, input_shape: int64, new_shape: int64) -> "
    "(output_indices: int64, output_shape: int64)",
    infer=_reshape_sizes,
    forward=_reshape,
    gradient=NO_GRADIENT,
    cases=[
        case(_INDICES, _SHAPE, INTS(3, 2, dtype=dt.int64)),
        case(_INDICES, _SHAPE, INTS(-1, dtype=dt.int64)),
        case(INT(np.zeros([0, 2]), dt.int64), INTS(0, 3, dtype=dt.int64), INTS(3, -1, dtype=dt.int64)),
    ],
)


def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """A SparseTensor with the same entries in another shape, as `tf.reshape` would place them.

    Args:
      sp_input: the SparseTensor.
      shape: the new shape; one size may be -1.
      name: the scope of the new ops.

    Raises:
      TypeError: `sp_input` is no SparseTensor.
      ValueError: the shapes are known and do not hold equally many entries.
      InvalidArgumentError: (when run) the same.

    >>> run(sparse_reshape(tf.SparseTensor([[0, 1], [1, 2]], [5, 6], [2, 3]), [-1])).indices
    array([[1],
           [5]])
    """
    sparse = to_sparse(sp_input)
    shape = cast(shape, dt.int64)
    with name_scope(name, "SparseReshape", [sparse]) as scope:
        indices, new_shape = emit(SPARSE_RESHAPE, sparse.indices, sparse.dense_shape, shape, name=scope)
        known = _known_shape(sparse, shape)
        if known is not None:
            new_shape = constant(known, dtype=dt.int64)
        return SparseTensor(indices, identity(sparse.values), new_shape)


def _known_shape(sparse: SparseTensor, shape: Tensor) -> list[int] | None:
    """The new shape if all is known about it while building."""
    wanted, old = constant_shape(shape), sparse.shape
    if wanted is None or not old.is_fully_defined():
        return None
    given = constant_value(shape)
    if given is not None and (given == -1).sum() > 1:
        line = f"At most one dimension can be inferred (-1). Found: {given}"
        raise ValueError(errors.explain(line, where=user_site()))
    if wanted.count(None) > 1:
        return None
    total = prod(old.as_list())  # type: ignore[arg-type]
    known = prod(size for size in wanted if size is not None)
    new = [total // known if size is None else int(size) for size in wanted]
    if prod(new) != total:
        line = f"Cannot reshape a tensor with {total} elements to shape {list(wanted)} ({prod(new)} elements)."
        raise ValueError(errors.explain(line, where=user_site()))
    return new


# -- sparse_transpose, expand_dims -------------------------------------------------------------------------


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """A SparseTensor with its axes in another order.

    Args:
      sp_input: the SparseTensor.
      perm: which axis comes first, second ...; by default the last one first.
      name: the scope of the new ops.

    >>> run(sparse_transpose(tf.SparseTensor([[0, 1], [0, 2]], [5, 6], [2, 3]))).indices
    array([[1, 0],
           [2, 0]])
    """
    with name_scope(name, "SparseTranspose", [sp_input]):
        if perm is None:
            count = rank(sp_input)
            perm = (count - 1) - range_of(0, count, 1)
        indices = transpose(gather(transpose(sp_input.indices), perm))
        known, order = sp_input.shape, constant_value(convert_to_tensor(perm))
        new_shape: Any
        if order is not None and known.is_fully_defined():
            new_shape = [known.as_list()[axis] for axis in order.tolist()]
        else:
            new_shape = gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sp_input.values, new_shape))


def sparse_expand_dims(sp_input: SparseTensor, axis: Any = None, name: str | None = None) -> SparseTensor:
    """A SparseTensor with one more axis, of size 1.

    Args:
      sp_input: the SparseTensor.
      axis: where it comes; by default last.
      name: the scope of the new ops.

    Raises:
      TypeError: `axis` is neither an integer nor a tensor.

    >>> run(sparse_expand_dims(tf.SparseTensor([[0, 1]], [5], [2, 3]), 0)).dense_shape
    array([1, 2, 3])
    """
    count = sp_input.dense_shape.shape[0]
    axis = -1 if axis is None else axis
    with name_scope(name, "expand_dims", [sp_input]):
        if isinstance(axis, int | np.integer):
            axis = convert_to_tensor(axis, name="axis", dtype=dt.int32)
        elif not isinstance(axis, Tensor):
            line = "axis must be an integer value in range [-rank(sp_input) - 1, rank(sp_input)]"
            raise TypeError(errors.explain(line, where=user_site()))
        axis = where_v2(axis >= 0, axis, axis + count + 1)
        rows = shape(sp_input.indices)[0]
        column = zeros([rows, 1], dtype=dt.int64)
        before = slice(sp_input.indices, [0, 0], [-1, axis])
        after = slice(sp_input.indices, [0, axis], [-1, -1])
        indices = concat([before, column, after], axis=1)
        sizes_before = slice(sp_input.dense_shape, [0], [axis])
        sizes_after = slice(sp_input.dense_shape, [axis], [-1])
        one = convert_to_tensor([1], name="new_shape", dtype=dt.int64)
        new_shape = concat([sizes_before, one, sizes_after], axis=0)
        return SparseTensor(indices=indices, values=sp_input.values, dense_shape=new_shape)
