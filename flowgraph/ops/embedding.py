"""Looking up rows of an embedding: of one table, or of one that is dealt out to several.

How 7 rows are dealt out to 3 tables:

    "mod"   table 0: rows 0 3 6    table 1: rows 1 4    table 2: rows 2 5
    "div"   table 0: rows 0 1 2    table 1: rows 3 4    table 2: rows 5 6
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import colocate_with, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity, rank, reshape, shape, size
from flowgraph.ops.cast import cast
from flowgraph.ops.clip import clip_by_norm
from flowgraph.ops.constant import constant
from flowgraph.ops.gather import gather
from flowgraph.ops.indexed_slices import convert_to_tensor_or_indexed_slices
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.math import maximum
from flowgraph.ops.partition import dynamic_partition, parallel_dynamic_stitch
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.shapes import TensorShape


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows of `params` that `ids` name: a tensor of shape `ids.shape + params.shape[1:]`.

    Args:
      params: the table, a tensor or variable of shape [rows, ...]; or a list of tables (or a partitioned variable)
        that hold its rows between them.
      ids: int32 or int64 numbers of rows, of any shape.
      partition_strategy: how rows are dealt out to several tables: in turn ("mod"), or one run of rows for each
        ("div"). The first tables get one row more when it does not come out even.
      name: the op's name.
      validate_indices: ignored by TF 1.15 too: indices are always checked.
      max_norm: each embedding whose L2 norm is larger is scaled down to it.

    Raises:
      ValueError: there is no table, tables differ in the shape of their rows, or the strategy is none of the two.

    >>> table = tf.constant([[0., 1.], [10., 11.], [20., 21.]])
    >>> run(embedding_lookup(table, [2, 0]))
    array([[20., 21.],
           [ 0.,  1.]], dtype=float32)
    >>> halves = [tf.constant([0, 2]), tf.constant([1, 3])]
    >>> run(embedding_lookup(halves, [3, 2, 0]))
    array([3, 2, 0], dtype=int32)
    """
    del validate_indices
    tables = _tables(params)
    with name_scope(name, "embedding_lookup", [*tables, ids]) as scope:
        if not any(hasattr(table, "sparse_read") for table in tables):  # (which must not be read as a whole)
            tables = [convert_to_tensor_or_indexed_slices(t, name=f"params_{i}") for i, t in enumerate(tables)]
        ids = convert_to_tensor(ids, name="ids")
        if len(tables) == 1:
            with colocate_with(tables[0]):
                rows = _clipped(gather(tables[0], ids, name=scope), ids, max_norm)
            return identity(rows)
        found = _from_several(tables, ids, partition_strategy, scope)
        return _clipped(found, ids, max_norm)


def _tables(params: Any) -> list[Any]:
    if params is None:
        raise ValueError(errors.explain("params must be specified", where=user_site()))
    if isinstance(params, list | tuple) and not params:
        raise ValueError(errors.explain("Need at least one param", where=user_site()))
    if hasattr(params, "_get_variable_list"):  # a variable in pieces
        return list(params)
    return params if isinstance(params, list) else [params]


def _clipped(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    """Each embedding scaled down to `max_norm`: the norm is taken over the axes that come after those of the ids."""
    if max_norm is None:
        return rows
    first, last = _rank(ids), _rank(rows)
    known = isinstance(first, int) and isinstance(last, int)
    return clip_by_norm(rows, max_norm, axes=list(range(first, last)) if known else range_op(first, last))


def _rank(tensor: Tensor) -> Any:
    """The rank, as a tensor where TF wants one: it takes a scalar's 0 for a rank that is not known."""
    return tensor.shape.ndims or rank(tensor)


# -- several tables --------------------------------------------------------------------------------------


def _from_several(tables: list[Any], ids: Tensor, strategy: str, name: str) -> Tensor:
    """Ask each table for its rows, and put the answers in the order of the ids."""
    flat_ids = reshape(ids, [-1])
    positions = range_op(size(flat_ids))
    if strategy == "mod":
        owners, rows = flat_ids % len(tables), flat_ids // len(tables)
    elif strategy == "div":
        owners, rows = _owners_of_runs(tables, flat_ids)
    else:
        raise ValueError(errors.explain(f"Unrecognized partition strategy: {strategy}", where=user_site()))
    owners = cast(owners, dt.int32)
    rows_of_each = dynamic_partition(rows, owners, len(tables))
    positions_of_each = dynamic_partition(positions, owners, len(tables))
    answers = []
    for table, wanted in zip(tables, rows_of_each, strict=True):
        with colocate_with(table):
            answers.append(gather(table, wanted))
    merged = parallel_dynamic_stitch(positions_of_each, answers, name=name)
    return _unflattened(merged, ids, tables)


def _owners_of_runs(tables: Sequence[Any], ids: Tensor) -> tuple[Tensor, Tensor]:
    """For "div": which table holds each row, and where in it."""
    total = _count_rows(tables, ids.dtype)
    run = total // len(tables)
    longer = total % len(tables)  # so many tables, the first ones, hold one row more
    owners = maximum(ids // (run + 1), (ids - longer) // run)
    return owners, where(owners < longer, ids % (run + 1), (ids - longer) % run)


def _count_rows(tables: Sequence[Any], dtype: dt.DType) -> Tensor:
    """How many rows the tables hold together."""
    counts: list[Any] = [None if table.shape.ndims is None else table.shape.as_list()[0] for table in tables]
    if None not in counts and sum(counts):
        return constant(sum(counts), dtype)
    for i, table in enumerate(tables):
        if counts[i] is None:
            with colocate_with(table):
                counts[i] = shape(table)[0]
    return reduce_sum(cast(stack(counts), dtype))


def _unflattened(merged: Tensor, ids: Tensor, tables: Sequence[Any]) -> Tensor:
    """The rows that were found for the flattened ids, in the shape of the ids."""
    row_shape = reduce(TensorShape.merge_with, [table.shape[1:] for table in tables])
    run_time_shape: Any = row_shape
    if not row_shape.is_fully_defined():
        with colocate_with(tables[0]):
            whole = shape(tables[0])
        run_time_shape = whole[1:]
    found = reshape(merged, concat([shape(ids), run_time_shape], 0))
    found.set_shape(ids.shape.concatenate(row_shape))
    return found
