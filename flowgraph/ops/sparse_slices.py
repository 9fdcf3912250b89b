"""Parts of sparse tensors, and several in one: sparse_slice, sparse_split, sparse_concat."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import whole
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import NUMBER_TYPES, one_of, reduce_max
from flowgraph.ops.reshape import reshape
from flowgraph.ops.sparse_add import of_rank
from flowgraph.ops.sparse_tensor import SparseTensor, parts_of, to_sparse
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

_INDICES = INT([[0, 1], [0, 2], [1, 0]], dt.int64)
_SHAPE = INTS(2, 4, dtype=dt.int64)
_WORDS = VALUE([b"a", b"b", b"c"], dt.string)

# -- sparse_slice ------------------------------------------------------------------------------------------


def _slice_sizes(_indices: Any, _values: Any, dense_shape: Any, _start: Any, _size: Any) -> list[Sizes]:
    sizes = of_rank(dense_shape, 1)
    return [(None, sizes[0]), (None,), sizes]  # type: ignore[index]


def _slice(_xp: Any, indices: Any, values: Any, dense_shape: Any, start: Any, size: Any) -> tuple[Any, Any, Any]:
    rank = len(dense_shape)
    for array, name in ((start, "start"), (size, "size")):
        if array.ndim != 1 or len(array) != rank:
            got = f"length {len(array)}" if array.ndim == 1 else f"shape {to_text(array.shape)}"
            raise invalid(f"Expected {name} to be a vector of length {rank} but got {got}")
    stop = np.minimum(start + size, dense_shape)
    kept = np.all((indices >= start) & (indices < start + size), axis=1)
    return indices[kept] - start, values[kept], np.maximum(stop - start, 0)


def _slice_grad(op: Any, _indices: Any, dy: Tensor, _shape: Any) -> list[Any]:
    of_values = emit(SPARSE_SLICE_GRAD, dy, op.inputs[0], op.inputs[3], op.outputs[0])
    of_values.set_shape(op.inputs[1].shape)
    return [None, of_values, None, None, None]


SPARSE_SLICE = OpDef(
    "SparseSlice(indices: int64, values: T, shape: int64, start: int64, size: int64) -> "
    "(output_indices: int64, output_values: T, output_shape: int64)",
    attrs={"T": TypeAttr()},
    infer=_slice_sizes,
    forward=_slice,
    gradient=_slice_grad,
    data_shape=True,
    cases=[
        case(_INDICES, FLOAT(3), _SHAPE, INTS(0, 1, dtype=dt.int64), INTS(2, 1, dtype=dt.int64), second=False),
        case(_INDICES, _WORDS, _SHAPE, INTS(0, 0, dtype=dt.int64), INTS(9, 9, dtype=dt.int64)),
    ],
)


def _unslice(_xp: Any, dy: Any, indices: Any, start: Any, kept: Any) -> Any:
    """The gradients of the kept entries at their places among all entries."""
    out = np.zeros(len(indices), dy.dtype)
    place = {tuple(row): i for i, row in enumerate((kept + start).tolist())}
    for i, row in enumerate(indices.tolist()):
        if tuple(row) in place:
            out[i] = dy[place[tuple(row)]]
    return out


SPARSE_SLICE_GRAD = OpDef(
    "SparseSliceGrad(backprop_val_grad: T, input_indices: int64, input_start: int64, output_indices: int64) -> "
    "val_grad: T",
    attrs={"T": TypeAttr(NUMBER_TYPES)},
    infer=lambda dy, indices, start, kept: (of_rank(indices, 2)[0],),  # type: ignore[index]
    forward=_unslice,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1), _INDICES, INTS(0, 1, dtype=dt.int64), INT([[0, 1]], dt.int64), gradient=False)],
)


def sparse_slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The entries of a SparseTensor inside a box, as a SparseTensor of the box's shape.

    Args:
      sp_input: the SparseTensor.
      start: where the box begins, an index for each axis.
      size: how large it is along each axis; what reaches beyond the tensor is cut off.
      name: the op's name.

    >>> run(sparse_slice(tf.SparseTensor([[0, 1], [1, 2]], [5, 6], [2, 3]), [0, 1], [1, 2]))
    SparseTensorValue(indices=array([[0, 0]]), values=array([5], dtype=int32), dense_shape=array([1, 2]))
    """
    sparse = to_sparse(sp_input)
    start = convert_to_tensor(start, dtype=dt.int64)
    size = convert_to_tensor(size, dtype=dt.int64)
    with name_scope(name, "SparseSlice", [sparse]) as scope:
        return SparseTensor(*emit(SPARSE_SLICE, *parts_of(sparse), start, size, name=scope))


# -- sparse_split ------------------------------------------------------------------------------------------


def _split_sizes(_axis: Any, _indices: Any, _values: Any, dense_shape: Any, *, num_split: int) -> list[Sizes]:
    sizes = of_rank(dense_shape, 1)
    return [(None, sizes[0])] * num_split + [(None,)] * num_split + [sizes] * num_split  # type: ignore[index]


def _split(_xp: Any, axis: Any, indices: Any, values: Any, dense_shape: Any, *, num_split: int) -> tuple[Any, ...]:
    if np.ndim(axis):
        raise invalid(f"split_dim should be a scalar but got shape {to_text(np.shape(axis))}")
    at, rank = int(axis), len(dense_shape)
    if at < 0:
        raise invalid(f"num_dim must be in the interval [0, {rank})")
    if at >= rank:
        raise invalid(f"Input split_dim should be between 0 and rank ({rank}), got {at}")
    size = int(dense_shape[at])
    if not 1 <= num_split <= size:
        line = f"Input num_split should be between 1 and the splitting dimension size ({size}), got {num_split}"
        raise invalid(line)
    # the first ones are larger by one where the size does not divide evenly
    sizes = [size // num_split + (i < size % num_split) for i in range(num_split)]
    parts = []
    start = 0
    for width in sizes:
        kept = (indices[:, at] >= start) & (indices[:, at] < start + width)
        moved, shape = indices[kept], dense_shape.copy()
        moved[:, at] -= start
        shape[at] = width
        parts.append((moved, values[kept], shape))
        start += width
    return tuple(part[i] for i in range(3) for part in parts)


SPARSE_SPLIT = OpDef(
    "SparseSplit(split_dim: int64, indices: int64, values: T, shape: int64) -> "
    "(output_indices: num_split*int64, output_values: num_split*T, output_shape: num_split*int64)",
    attrs={"num_split": REQUIRED, "T": TypeAttr()},
    infer=_split_sizes,
    forward=_split,
    gradient=MISSING_GRADIENT,
    data_shape=True,
    cases=[case(INT(1, dt.int64), _INDICES, _WORDS, _SHAPE, num_split=3)],
)


class _KeywordRequired:
    """Stands where the arguments must be named."""

    def __repr__(self) -> str:
        return "KeywordRequired()"


def sparse_split(
    keyword_required: Any = _KeywordRequired(),  # noqa: B008  # one for all, and nobody changes it
    sp_input: Any = None,
    num_split: Any = None,
    axis: Any = None,
    name: str | None = None,
    split_dim: Any = None,
) -> list[SparseTensor]:
    """A SparseTensor cut into pieces along an axis.

    Args:
      keyword_required: nothing: all arguments must be named.
      sp_input: the SparseTensor.
      num_split: how many pieces; the first ones are larger by one if the size does not divide evenly.
      axis: the axis.
      name: the op's name.
      split_dim: an older name of `axis`.

    Raises:
      ValueError: an argument is missing, or not named.

    >>> left, right = sparse_split(sp_input=tf.SparseTensor([[0, 1], [0, 2]], [5, 6], [1, 4]), num_split=2, axis=1)
    >>> run(left.values), run(right.values)
    (array([5], dtype=int32), array([6], dtype=int32))
    """
    if not isinstance(keyword_required, _KeywordRequired):
        raise ValueError(errors.explain("Keyword arguments are required for this function.", where=user_site()))
    for argument, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(errors.explain(f"{argument} is required", where=user_site()))
    axis = one_of("axis", axis, "split_dim", split_dim)
    sparse = to_sparse(sp_input)
    count = whole("num_split", num_split)
    if count < 1:
        line = f"Attr 'num_split' of 'SparseSplit' Op passed {count} less than minimum 1."
        raise ValueError(errors.explain(line, where=user_site()))
    parts = emit(SPARSE_SPLIT, axis, *parts_of(sparse), num_split=count, name=name)
    return [SparseTensor(*parts[i::count]) for i in range(count)]


# -- sparse_concat -----------------------------------------------------------------------------------------


def _concat_sizes(indices: list[Any], values: list[Any], shapes: list[Any], **_axis: int) -> list[Sizes]:
    total: int | None = 0
    columns: Sizes = (None,)
    rank: Sizes = (None,)
    for i, v, s in zip(indices, values, shapes, strict=True):
        rows, wide = of_rank(i, 2)  # type: ignore[misc]
        (count,) = merge((rows,), of_rank(v, 1))  # type: ignore[misc]
        rank = merge(rank, of_rank(s, 1))
        columns = merge(columns, (wide,))
        total = None if total is None or count is None else total + count
    columns = merge(columns, rank)
    return [(total, columns[0]), (total,), rank]  # type: ignore[index]


def _concat(
    _xp: Any, indices: list[Any], values: list[Any], shapes: list[Any], *, concat_dim: int
) -> tuple[Any, Any, Any]:
    rank = len(shapes[0])
    if not -rank <= concat_dim < rank:
        raise invalid(f"Concat dimension must be in range [{-rank}, {rank}), got {concat_dim}")
    at = concat_dim % rank
    for position, shape in enumerate(shapes):
        if len(shape) != rank:
            raise invalid(f"Ranks of all input tensors must match: expected {rank} but got {len(shape)} at {position}")
        for axis in range(rank):
            if axis != at and shape[axis] != shapes[0][axis]:
                expected = f"expected {shapes[0][axis]} for dimension {axis} but got {shape[axis]}"
                raise invalid(f"Input shapes must match: {expected} at position {position}")
    starts = np.cumsum([0, *(int(shape[at]) for shape in shapes)])
    moved = [i + np.eye(rank, dtype=np.int64)[at] * start for i, start in zip(indices, starts, strict=False)]
    all_indices, all_values = np.concatenate(moved), np.concatenate(values)
    order = np.lexsort(all_indices.T[::-1]) if len(all_indices) else np.arange(0)
    shape = shapes[0].copy()
    shape[at] = starts[-1]
    return all_indices[order], all_values[order], shape


SPARSE_CONCAT = OpDef(
    "SparseConcat(indices: N*int64, values: N*T, shapes: N*int64) -> "
    "(output_indices: int64, output_values: T, output_shape: int64)",
    attrs={"concat_dim": REQUIRED, "T": TypeAttr()},
    infer=_concat_sizes,
    forward=_concat,
    gradient=NO_GRADIENT,
    cases=[
        case([_INDICES, _INDICES], [_WORDS, _WORDS], [_SHAPE, _SHAPE], concat_dim=1),
        case([_INDICES, _INDICES], [FLOAT(3), FLOAT(3)], [_SHAPE, _SHAPE], concat_dim=-2),
    ],
)


def sparse_concat(
    axis: Any,
    sp_inputs: Any,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: Any = None,
    expand_nonconcat_dims: Any = None,
) -> SparseTensor:
    """SparseTensors joined along an axis.

    Args:
      axis: the axis, a Python int.
      sp_inputs: a list of SparseTensors whose other sizes are alike.
      name: the op's name.
      expand_nonconcat_dim: whether the other sizes may differ; the largest ones are taken.
      concat_dim: an older name of `axis`.
      expand_nonconcat_dims: a newer name of `expand_nonconcat_dim`.

    Raises:
      TypeError: not a list of SparseTensors.
      InvalidArgumentError: (when run) the sizes differ, or there is no such axis.

    >>> a = tf.SparseTensor([[0, 1]], [5], [1, 2])
    >>> run(sparse_concat(1, [a, a])).indices
    array([[0, 1],
           [0, 3]])
    """
    expand = one_of("expand_nonconcat_dims", expand_nonconcat_dims, "expand_nonconcat_dim", expand_nonconcat_dim)
    axis = one_of("axis", axis, "concat_dim", concat_dim)
    if not isinstance(sp_inputs, list | tuple):
        raise TypeError(errors.explain("Inputs must be a list or tuple.", where=user_site()))
    inputs = [to_sparse(sparse) for sparse in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [sparse.dense_shape for sparse in inputs]
    if expand:
        shapes = _expanded(shapes, axis)
    indices, values = [sparse.indices for sparse in inputs], [sparse.values for sparse in inputs]
    joined = emit(SPARSE_CONCAT, indices, values, shapes, concat_dim=axis, name=name)
    known = [constant_value(shape) for shape in shapes]
    if all(shape is not None for shape in known):
        whole_shape = known[0].copy()
        whole_shape[axis] = sum(shape[axis] for shape in known)
        joined[2] = convert_to_tensor(whole_shape)
    return SparseTensor(*joined)


def _expanded(shapes: list[Tensor], axis: int) -> list[Tensor]:
    """The shapes, each with the largest sizes but along the axis."""
    largest = reduce_max(concat([reshape(shape, [1, -1]) for shape in shapes], 0), 0)
    last = axis == -1
    return [
        concat([largest[:axis], shape[-1:] if last else shape[axis : axis + 1], [] if last else largest[axis + 1 :]], 0)
        for shape in shapes
    ]
