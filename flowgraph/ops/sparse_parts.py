"""Sparse tensors out of others and out of dense ones: eye, from_dense, retain, reset_shape, merge, to_indicator."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, identity, ones, ones_like, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_equal, assert_less_equal
from flowgraph.ops.compare import not_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.gather import gather, gather_nd
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.math import add, maximum, minimum
from flowgraph.ops.range import range as range_of
from flowgraph.ops.reduction import reduce_max
from flowgraph.ops.reshape import reshape
from flowgraph.ops.select import where_v2
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.sparse_arrange import sparse_reorder
from flowgraph.ops.sparse_dense import sparse_tensor_to_dense
from flowgraph.ops.sparse_tensor import SparseTensor, is_sparse, to_sparse
from flowgraph.ops.static_value import constant_value


def sparse_from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The entries of a dense tensor that are not 0, as a SparseTensor.

    >>> run(sparse_from_dense([[1, 0], [0, 2]])).indices
    array([[0, 0],
           [1, 1]])
    """
    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        indices = where_v2(not_equal(tensor, constant(0, tensor.dtype)))
        return SparseTensor(indices, gather_nd(tensor, indices), shape(tensor, out_type=dt.int64))


def sparse_eye(
    num_rows: Any, num_columns: Any = None, dtype: Any = dt.float32, name: str | None = None
) -> SparseTensor:
    """A sparse matrix with ones on its diagonal.

    Args:
      num_rows: how many rows it has, an integer or a tensor.
      num_columns: how many columns; by default as many.
      dtype: the dtype of the ones.
      name: the scope of the new ops.

    Raises:
      TypeError: a number is neither an integer nor a tensor.

    >>> run(tf.sparse_tensor_to_dense(sparse_eye(2, 3)))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    with name_scope(name, "eye", [num_rows, num_columns]):
        rows = _whole(num_rows, "num_rows")
        columns = rows if num_columns is None else _whole(num_columns, "num_columns")
        count = minimum(rows, columns)
        numbers = range_of(count, dtype=dt.int64)
        return SparseTensor(stack([numbers, numbers], axis=1), ones(count, dtype=dtype), [rows, columns])


def _whole(value: Any, name: str) -> Tensor:
    if isinstance(value, Integral):
        return convert_to_tensor(value, name=name, dtype=dt.int64)
    if not isinstance(value, Tensor):
        raise refusal(f"{name} must be an integer value", TypeError)
    return value if value.dtype.base_dtype == dt.int64 else cast(value, dt.int64)


def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """A SparseTensor with some of the entries of another one.

    Args:
      sp_input: the SparseTensor.
      to_retain: for each entry whether it stays, a bool vector.

    Raises:
      ValueError: there are more or fewer bools than entries.

    >>> run(sparse_retain(tf.SparseTensor([[0, 1], [1, 2]], [5, 6], [2, 3]), [False, True])).values
    array([6], dtype=int32)
    """
    sparse = to_sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.shape.assert_has_rank(1)
    if sparse.values.shape.dims is not None and to_retain.shape.dims is not None:
        sparse.values.shape[0].merge_with(to_retain.shape[0])
    rows = reshape(where_v2(to_retain), [-1])
    indices, values = gather(sparse.indices, rows), gather(sparse.values, rows)
    return SparseTensor(indices, values, identity(sparse.dense_shape))


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """A SparseTensor with the same entries, in a larger shape or in the smallest one.

    Args:
      sp_input: the SparseTensor.
      new_shape: the shape; by default just large enough for the entries.

    Raises:
      ValueError: the new shape is known and smaller than the old one, or of another rank.
      InvalidArgumentError: (when run) the same.

    >>> run(sparse_reset_shape(tf.SparseTensor([[0, 1], [1, 2]], [5, 6], [9, 9]))).dense_shape
    array([2, 3])
    """
    sparse = to_sparse(sp_input)
    indices, values = identity(sparse.indices), identity(sparse.values)
    old = identity(sparse.dense_shape)
    new: Any
    if new_shape is None:
        furthest = reduce_max(indices, axis=0)
        new = maximum(constant(0, dtype=dt.int64), add(furthest, ones_like(old)))
    else:
        new = convert_to_tensor(new_shape)
        new.shape.assert_has_rank(1)
        new = cast(new, dt.int64)
        if new.shape.rank is not None:
            new.shape[0].merge_with(old.shape[0])
        new = _checked_shape(sparse, old, new)
    return SparseTensor(indices, values, new)


def _checked_shape(sparse: SparseTensor, old: Tensor, new: Tensor) -> Any:
    """The new shape, which must not be smaller than the old one."""
    known = constant_value(new)
    if known is not None and sparse.shape.is_fully_defined():
        before = np.array(sparse.shape.as_list())
        if not np.all(before <= known):
            line = "Requested new_shape should have dimension sizes >= sp_input.shape.  "
            raise refusal(f"{line}Found new_shape ({before}), sp_input.shape ({known}).")
        return known
    new = with_dependencies([assert_equal(shape(old), shape(new))], new)
    return with_dependencies([assert_less_equal(old, new)], new)


# -- sparse_merge, sparse_to_indicator ---------------------------------------------------------------------


def sparse_merge(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False
) -> SparseTensor:
    """Sparse ids and their values as one SparseTensor in which an entry stands at the place of its id.

    Args:
      sp_ids: a SparseTensor of integers, or a list of them for several axes.
      sp_values: a SparseTensor of the values, with entries at the same places.
      vocab_size: the number of ids there are, or a list of such numbers.
      name: the scope of the new ops.
      already_sorted: whether the ids of each row ascend already.

    Raises:
      TypeError: something is neither of what it may be.
      ValueError: there are more or fewer numbers than SparseTensors of ids.

    >>> ids = tf.SparseTensor([[0, 0], [1, 0]], [3, 1], [2, 1])
    >>> weights = tf.SparseTensor([[0, 0], [1, 0]], [0.5, 0.7], [2, 1])
    >>> run(tf.sparse_tensor_to_dense(sparse_merge(ids, weights, 4)))
    array([[0. , 0. , 0. , 0.5],
           [0. , 0.7, 0. , 0. ]], dtype=float32)
    """
    sp_ids, vocab_size = _lists(sp_ids, vocab_size)
    with name_scope(name, "SparseMerge", [sp_ids, sp_values]):
        id_tensors = [to_sparse(item) for item in sp_ids]
        values = to_sparse(sp_values)
        ids = []
        for item in id_tensors:
            numbers = item.values if item.dtype.base_dtype == dt.int64 else cast(item.values, dt.int64)
            ids.append(expand_dims(numbers, axis=1))
        sizes = [cast(number, dt.int64) for number in vocab_size]
        indices = concat([id_tensors[0].indices[:, :-1], *ids], 1)
        new_shape = concat([id_tensors[0].dense_shape[:-1], sizes], 0)
        result = SparseTensor(indices, values.values, new_shape)
        if already_sorted:
            return result
        ordered = sparse_reorder(result)
        return SparseTensor(ordered.indices, ordered.values, new_shape)


def _lists(sp_ids: Any, vocab_size: Any) -> tuple[Any, Any]:
    """Both as lists of one length."""
    if is_sparse(sp_ids):
        if not isinstance(vocab_size, Tensor | Integral):
            raise refusal(f"vocab_size has to be a Tensor or Python int. Found {type(vocab_size)}", TypeError)
        return [sp_ids], [vocab_size]
    if not isinstance(sp_ids, Iterable):
        raise refusal(f"sp_ids has to be a SparseTensor or list thereof. Found {type(sp_ids)}", TypeError)
    numbers = list(vocab_size) if isinstance(vocab_size, Iterable) and not isinstance(vocab_size, Tensor) else None
    for number in [vocab_size] if numbers is None else numbers:
        if numbers is None or not isinstance(number, Tensor | Integral):
            line = f"vocab_size has to be a list of Tensors or Python ints. Found {type(number)}"
            raise refusal(line, TypeError)
    if len(list(sp_ids)) != len(numbers or []):
        raise refusal("sp_ids and vocab_size have to have equal lengths.")
    return sp_ids, numbers


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """For each row of ids a row of bools: which ids it has.

    Args:
      sp_input: a SparseTensor of integers.
      vocab_size: the number of ids there are.
      name: the scope of the new ops.

    >>> run(sparse_to_indicator(tf.SparseTensor([[0, 0], [1, 0]], [2, 0], [2, 1]), 3))
    array([[False, False,  True],
           [ True, False, False]])
    """
    sparse = to_sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sparse]) as scope:
        count = shape(sparse.indices)[0]
        flags = fill(expand_dims(count, 0), True)
        merged = sparse_merge(sparse, SparseTensor(sparse.indices, flags, sparse.dense_shape), vocab_size, scope)
        return sparse_tensor_to_dense(merged, default_value=False, validate_indices=False, name=scope)
