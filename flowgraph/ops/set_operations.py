"""`tf.sets`: the last axis of a tensor holds sets; their unions, intersections, differences and sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.strings import of_entries
from flowgraph.ops.sparse_add import of_rank
from flowgraph.ops.sparse_indices import check_sorted, inside
from flowgraph.ops.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor, parts_of
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge, to_text

_TYPES = (dt.int8, dt.int16, dt.int32, dt.int64, dt.uint8, dt.uint16, dt.string)
_OPERATIONS: dict[str, Callable[[set[Any], set[Any]], set[Any]]] = {
    "a-b": set.difference,
    "b-a": lambda a, b: b - a,
    "intersection": set.intersection,
    "union": set.union,
}

Sets = dict[tuple[int, ...], set[Any]]

# -- reading sets ------------------------------------------------------------------------------------------


def _sets_of_dense(array: Any) -> Sets:
    rows = np.asarray(array).reshape(prod(array.shape[:-1]), array.shape[-1]).tolist()
    places = product(*map(range, array.shape[:-1]))
    return {place: set(row) for place, row in zip(places, rows, strict=True)}


def _sets_of_sparse(indices: Any, values: Any, shape: Any, validate: bool) -> Sets:
    sizes = tuple(shape.tolist())
    if validate:
        check_sorted(indices, sizes)
    elif not inside(indices, sizes):
        raise invalid(f"an index lies outside the shape {to_text(sizes)}")
    found: Sets = {}
    for place, value in zip(indices[:, :-1].tolist(), values.tolist(), strict=True):
        found.setdefault(tuple(place), set()).add(value)
    return found


def _group_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without the axis of the sets."""
    if len(shape) < 2:
        raise invalid(f"Shape {to_text(shape)} has rank {len(shape)} < 2")
    return shape[:-1]


def _result(a: Sets, b: Sets, groups: tuple[int, ...], operation: str, kind: np.dtype[Any]) -> tuple[Any, Any, Any]:
    """The sets that an operation gives, each in ascending order, as the parts of a sparse tensor."""
    combine = _OPERATIONS[operation]
    indices: list[tuple[int, ...]] = []
    values: list[Any] = []
    longest = 0
    for place in sorted({*a, *b}):
        members = sorted(combine(a.get(place, set()), b.get(place, set())))
        indices.extend((*place, i) for i in range(len(members)))
        values.extend(members)
        longest = max(longest, len(members))
    filled = of_entries(values, (len(values),)) if kind.kind == "O" else np.array(values, kind)
    places = np.array(indices, np.int64).reshape(len(indices), len(groups) + 1)
    return places, filled, np.array([*groups, longest], np.int64)


def _same_groups(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    ours, theirs = _group_shape(a), _group_shape(b)
    if ours != theirs:
        raise invalid(f"Mismatched shapes {to_text(ours)} vs {to_text(theirs)}")
    return ours


# -- the op types ------------------------------------------------------------------------------------------


def _result_sizes(rank: int | None) -> list[Sizes]:
    return [(None, rank), (None,), (rank,)]


def _at_least_two(rank: int | None) -> int | None:
    if rank is not None and rank < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {rank}")
    return rank


def _dense_dense_sizes(a: Any, b: Any, **_attrs: Any) -> list[Sizes]:
    ranks = [_at_least_two(None if t.sizes is None else len(t.sizes)) for t in (a, b)]
    if None not in ranks:
        merge(a.sizes[:-1], b.sizes[:-1])
    return _result_sizes(ranks[0] if ranks[0] is not None else ranks[1])


def _dense_sparse_sizes(a: Any, _indices: Any, _values: Any, shape: Any, **_attrs: Any) -> list[Sizes]:
    (rank,) = of_rank(shape, 1)  # type: ignore[misc]
    if a.sizes is not None:
        _at_least_two(len(a.sizes))
    return _result_sizes(rank if a.sizes is None else len(a.sizes))


def _sparse_sparse_sizes(_ai: Any, _av: Any, a_shape: Any, _bi: Any, _bv: Any, b_shape: Any, **_attrs: Any) -> Any:
    (ours,), (theirs,) = of_rank(a_shape, 1), of_rank(b_shape, 1)  # type: ignore[misc]
    return _result_sizes(_at_least_two(ours if ours is not None else theirs))


def _dense_dense(_xp: Any, a: Any, b: Any, *, set_operation: str, **_validate: bool) -> Any:
    groups = _same_groups(a.shape, b.shape)
    return _result(_sets_of_dense(a), _sets_of_dense(b), groups, set_operation, a.dtype)


def _dense_sparse(_xp: Any, a: Any, i: Any, v: Any, s: Any, *, set_operation: str, validate_indices: bool) -> Any:
    groups = _same_groups(a.shape, tuple(s.tolist()))
    return _result(_sets_of_dense(a), _sets_of_sparse(i, v, s, validate_indices), groups, set_operation, a.dtype)


def _sparse_sparse(
    _xp: Any, ai: Any, av: Any, a_s: Any, bi: Any, bv: Any, b_s: Any, *, set_operation: str, validate_indices: bool
) -> Any:
    groups = _same_groups(tuple(a_s.tolist()), tuple(b_s.tolist()))
    a, b = _sets_of_sparse(ai, av, a_s, validate_indices), _sets_of_sparse(bi, bv, b_s, validate_indices)
    return _result(a, b, groups, set_operation, av.dtype)


_A = (INT([[0, 0], [1, 0], [1, 1]], dt.int64), VALUE([5, 3, 4], dt.int32), INTS(2, 3, dtype=dt.int64))
_B = (INT([[0, 0], [1, 0]], dt.int64), VALUE([5, 4], dt.int32), INTS(2, 3, dtype=dt.int64))
_DENSE = INT([[1, 2, 2], [3, 4, 5]])
_OUTPUTS = "(result_indices: int64, result_values: T, result_shape: int64)"


def _op(name: str, inputs: str, sizes: Any, forward: Any, *cases: Any) -> OpDef:
    return OpDef(
        f"{name}({inputs}) -> {_OUTPUTS}",
        attrs={"set_operation": REQUIRED, "validate_indices": True, "T": TypeAttr(_TYPES)},
        infer=sizes,
        forward=forward,
        gradient=NO_GRADIENT,
        data_shape=True,
        cases=cases,
    )


_SET2 = "set2_indices: int64, set2_values: T, set2_shape: int64"
DENSE_TO_DENSE = _op(
    "DenseToDenseSetOperation", "set1: T, set2: T", _dense_dense_sizes, _dense_dense,
    case(_DENSE, INT([[2, 7], [9, 3]]), set_operation="union"),
)  # fmt: skip
DENSE_TO_SPARSE = _op(
    "DenseToSparseSetOperation", f"set1: T, {_SET2}", _dense_sparse_sizes, _dense_sparse,
    case(_DENSE, *_B, set_operation="b-a"),
)  # fmt: skip
SPARSE_TO_SPARSE = _op(
    "SparseToSparseSetOperation", f"set1_indices: int64, set1_values: T, set1_shape: int64, {_SET2}",
    _sparse_sparse_sizes, _sparse_sparse, case(*_A, *_B, set_operation="intersection"),
)  # fmt: skip


def _sizes(_xp: Any, indices: Any, values: Any, shape: Any, *, validate_indices: bool) -> Any:
    groups = _group_shape(tuple(shape.tolist()))
    out = np.zeros(groups, np.int32)
    for place, members in _sets_of_sparse(indices, values, shape, validate_indices).items():
        out[place] = len(members)
    return out


SET_SIZE = OpDef(
    "SetSize(set_indices: int64, set_values: T, set_shape: int64) -> size: int32",
    attrs={"validate_indices": True, "T": TypeAttr(_TYPES)},
    infer=lambda *parts, validate_indices: None,
    forward=_sizes,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(*_A)],
)

# -- the functions -----------------------------------------------------------------------------------------


def set_size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different entries each set has.

    Args:
      a: a SparseTensor whose last axis holds the sets.
      validate_indices: whether indices out of order are an error.

    Returns:
      int32, one axis less than `a` has.

    Raises:
      TypeError: `a` is no SparseTensor, or its dtype cannot be that of a set.

    >>> run(set_size(tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [7, 7, 8], [2, 2])))
    array([1, 1], dtype=int32)
    """
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise refusal(f"Expected `SparseTensor`, got {a}.", TypeError)
    if a.dtype.base_dtype not in _TYPES:
        raise refusal(f"Invalid dtype {a.dtype}.", TypeError)
    return emit(SET_SIZE, *parts_of(a), validate_indices=validate_indices)


def _both(a: Any, b: Any) -> tuple[Any, Any, bool]:
    """Both as tensors, a dense one first, and whether that changed their order."""
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if a.dtype.base_dtype not in _TYPES:
        raise refusal(f"'a' invalid dtype {a.dtype}.", TypeError)
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise refusal(f"Types don't match, {a.dtype} vs {b.dtype}.", TypeError)
    flip = isinstance(a, SparseTensor) and not isinstance(b, SparseTensor)
    return (b, a, True) if flip else (a, b, False)


def _flat(*items: Any) -> Iterator[Any]:
    for item in items:
        yield from parts_of(item) if isinstance(item, SparseTensor) else (item,)


def _operate(a: Any, b: Any, operation: str, validate_indices: bool) -> SparseTensor:
    sparse = isinstance(a, SparseTensor), isinstance(b, SparseTensor)
    opdef = SPARSE_TO_SPARSE if all(sparse) else DENSE_TO_SPARSE if any(sparse) else DENSE_TO_DENSE
    return SparseTensor(*emit(opdef, *_flat(a, b), set_operation=operation, validate_indices=validate_indices))


def set_intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What sets have in common: each set in the last axis of `a` with the one at the same place in `b`.

    Args:
      a, b: tensors or SparseTensors of one integer dtype or of strings, alike in all axes but the last.
      validate_indices: whether indices out of order are an error.

    Returns:
      A SparseTensor: the sets in ascending order.

    Raises:
      TypeError: the dtypes differ, or cannot be those of sets.
      ValueError: the shapes do not match.

    >>> run(set_intersection([[1, 2, 3]], [[3, 1, 5]])).values
    array([1, 3], dtype=int32)
    """
    a, b, _ = _both(a, b)
    return _operate(a, b, "intersection", validate_indices)


def set_difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What the sets in `a` have and those in `b` lack (without `aminusb` the reverse); see `set_intersection`.

    >>> run(set_difference([[1, 2, 3]], [[3, 1, 5]])).values
    array([2], dtype=int32)
    """
    a, b, flipped = _both(a, b)
    return _operate(a, b, "a-b" if aminusb != flipped else "b-a", validate_indices)


def set_union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What the sets in `a` or in `b` have; see `set_intersection`.

    >>> run(set_union([[1, 2, 3]], [[3, 1, 5]])).values
    array([1, 2, 3, 5], dtype=int32)
    """
    a, b, _ = _both(a, b)
    return _operate(a, b, "union", validate_indices)
