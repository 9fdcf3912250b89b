"""Embeddings of sparse ids: for each row of ids one vector, a sum or mean of the embeddings of its ids."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, ones_like, rank, reshape, shape, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater, greater_equal, logical_and
from flowgraph.ops.division import div
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.gather import gather
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.math import pow
from flowgraph.ops.reduction import reduce_prod
from flowgraph.ops.segment import segment_sum
from flowgraph.ops.select import where
from flowgraph.ops.sets import unique
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.slicing import slice
from flowgraph.ops.sparse_arrange import sparse_reshape
from flowgraph.ops.sparse_parts import sparse_retain
from flowgraph.ops.sparse_rows import sparse_fill_empty_rows
from flowgraph.ops.sparse_segment import sparse_segment_mean, sparse_segment_sqrt_n, sparse_segment_sum
from flowgraph.ops.sparse_tensor import SparseTensor
from flowgraph.ops.unary import sqrt
from flowgraph.shapes import unknown_shape

_UNWEIGHTED = {"sum": sparse_segment_sum, "mean": sparse_segment_mean, "sqrtn": sparse_segment_sqrt_n}


def _tables(params: Any) -> list[Any]:
    if hasattr(params, "_get_variable_list"):  # a variable in pieces
        return list(params)
    return params if isinstance(params, list) else [params]


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: Any = None,
) -> Tensor:
    """For each row of ids a combination of their embeddings.

    Args:
      params: the table of embeddings, or a list of tables that share the rows; see `embedding_lookup`.
      sp_ids: a SparseTensor of ids, of shape [rows, ids].
      sp_weights: their weights, a SparseTensor with entries at the same places; None: each counts 1.
      partition_strategy: how several tables share the rows: "mod" or "div".
      name: the scope of the new ops.
      combiner: "sum", "mean" (the default), or "sqrtn": the sum divided by the root of the sum of squared weights.
      max_norm: the longest an embedding may be; longer ones are scaled down.

    Returns:
      A vector for each row; no row of ids may be empty but those before others: they give zeros.

    Raises:
      TypeError: ids or weights are not sparse.
      ValueError: an unknown `combiner`.

    >>> ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [2, 0, 1], [2, 2])
    >>> run(embedding_lookup_sparse(tf.constant([[1.0], [10.0], [100.0]]), ids, None, combiner="sum"))
    array([[101.],
           [ 10.]], dtype=float32)
    """
    combiner = "mean" if combiner is None else combiner
    if combiner not in _UNWEIGHTED:
        raise refusal("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    tables = _tables(params)
    if not isinstance(sp_ids, SparseTensor):
        raise refusal("sp_ids must be SparseTensor", TypeError)
    if sp_weights is not None:
        if not isinstance(sp_weights, SparseTensor):
            raise refusal("sp_weights must be either None or SparseTensor", TypeError)
        for ours, theirs in (
            (sp_ids.values, sp_weights.values),
            (sp_ids.indices, sp_weights.indices),
            (sp_ids.dense_shape, sp_weights.dense_shape),
        ):
            ours.shape.assert_is_compatible_with(theirs.shape)
    with name_scope(name, "embedding_lookup_sparse", [*tables, sp_ids]) as scope:
        rows = sp_ids.indices[:, 0]
        rows = rows if rows.dtype.base_dtype == dt.int32 else cast(rows, dt.int32)
        ids, place = unique(sp_ids.values)
        found = embedding_lookup(tables, ids, partition_strategy=partition_strategy, max_norm=max_norm)
        if found.dtype.base_dtype in (dt.float16, dt.bfloat16):
            found = cast(found, dt.float32)
        if sp_weights is None:
            return _UNWEIGHTED[combiner](found, place, rows, name=scope)
        return _weighted(found, place, rows, sp_weights.values, combiner, scope)


def _weighted(found: Tensor, place: Tensor, rows: Tensor, weights: Tensor, combiner: str, name: str) -> Tensor:
    """The embeddings of each row times their weights, added up, divided by what the combiner says."""
    if weights.dtype.base_dtype != found.dtype.base_dtype:
        weights = cast(weights, found.dtype)
    found = gather(found, place)
    ones = fill(expand_dims(rank(found) - 1, 0), 1)
    stretched = concat([shape(weights), ones], 0)
    known = weights.shape
    weights = reshape(weights, stretched)
    if found.shape.ndims is not None:
        weights.set_shape(known.concatenate([1] * (found.shape.ndims - 1)))
    found = found * weights
    if combiner == "sum":
        return segment_sum(found, rows, name=name)
    total = segment_sum(found, rows)
    if combiner == "mean":
        return div(total, segment_sum(weights, rows), name=name)
    return div(total, sqrt(segment_sum(pow(weights, 2), rows)), name=name)


# -- safe_embedding_lookup_sparse --------------------------------------------------------------------------


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str = "mean",
    default_id: Any = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """The same as `embedding_lookup_sparse` for ids that may be missing, invalid or of more axes.

    Negative ids are left out, and weights that are not positive (but for "sum"). A row without ids gives zeros, or
    the embedding of `default_id`.

    Args:
      embedding_weights: the table of embeddings, or a list of tables that share the rows.
      sparse_ids: a SparseTensor of ids, of shape [..., ids].
      sparse_weights: their weights, a SparseTensor with entries at the same places; None: each counts 1.
      combiner: "sum", "mean" or "sqrtn".
      default_id: the id that stands for none.
      name: the scope of the new ops.
      partition_strategy: how several tables share the rows: "mod" or "div".
      max_norm: the longest an embedding may be; longer ones are scaled down.

    Raises:
      ValueError: there are no tables, or an unknown `combiner`.

    >>> ids = tf.SparseTensor([[0, 0], [2, 0]], [1, -1], [3, 1])
    >>> run(safe_embedding_lookup_sparse(tf.constant([[1.0], [10.0]]), ids))
    array([[10.],
           [ 0.],
           [ 0.]], dtype=float32)
    """
    tables = None if embedding_weights is None else _tables(embedding_weights)
    if not tables:
        raise refusal(f"Missing embedding_weights {embedding_weights}.")
    dtype = None if sparse_weights is None else sparse_weights.dtype
    tables = [_as_table(table, dtype) for table in tables]
    with name_scope(name, "embedding_lookup", [*tables, sparse_ids, sparse_weights]) as scope:
        original = sparse_ids.dense_shape
        known_rank = original.shape[0].value
        axes: Any = size(original) if known_rank is None else known_rank
        ids = sparse_reshape(sparse_ids, [reduce_prod(slice(original, [0], [axes - 1])), gather(original, axes - 1)])
        weights = sparse_weights
        if weights is not None:
            weights = SparseTensor(ids.indices, weights.values, ids.dense_shape)
        ids, weights = _without_invalid(ids, weights, combiner)
        ids, is_empty = sparse_fill_empty_rows(ids, default_id or 0)
        if weights is not None:
            weights, _ = sparse_fill_empty_rows(weights, 1.0)
        result = embedding_lookup_sparse(
            tables, ids, weights, partition_strategy, None if default_id is None else scope, combiner, max_norm
        )
        if default_id is None:
            is_empty = tile(reshape(is_empty, [-1, 1]), stack([1, shape(result)[1]]))
            result = where(is_empty, zeros_like(result), result, name=scope)
        outer = slice(cast(original, dt.int32), [0], [axes - 1])
        final = reshape(result, concat([outer, slice(shape(result), [1], [-1])], 0))
        outer_rank = None if known_rank is None else known_rank - 1
        final.set_shape(unknown_shape(outer_rank).concatenate(result.shape[1:]))
        return final


def _as_table(table: Any, dtype: Any) -> Any:
    """A table as a tensor; one that must not be read as a whole stays what it is."""
    if hasattr(table, "sparse_read") and dtype in (None, table.dtype):
        return table
    return convert_to_tensor(table, dtype=dtype)


def _without_invalid(ids: SparseTensor, weights: Any, combiner: str) -> tuple[SparseTensor, Any]:
    """The entries with ids from 0 on, and with positive weights unless they are only added up."""
    valid = greater_equal(ids.values, 0)
    if weights is None:
        return sparse_retain(ids, valid), None
    valid = logical_and(valid, ones_like(weights.values, dtype=dt.bool))
    ids, weights = sparse_retain(ids, valid), sparse_retain(weights, valid)
    if combiner != "sum":
        valid = greater(weights.values, 0)
        ids, weights = sparse_retain(ids, valid), sparse_retain(weights, valid)
    return ids, weights
