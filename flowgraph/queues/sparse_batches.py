"""Sparse tensors in batches: numbers go through the queue, under which the tensors lie in a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flowgraph import dtypes as dt
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import ones, shape
from flowgraph.ops.case import smart_cond
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.gather import gather
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.sparse_map import add_sparse, adder_of, take_many_sparse
from flowgraph.ops.sparse_parts import sparse_retain
from flowgraph.ops.sparse_tensor import SparseTensor


class Kept(NamedTuple):
    """A sparse tensor that goes through a queue.

    Attributes:
      adder: the op that puts it into its map.
      rank: its rank, without an axis for the examples; None if that is not known.
    """

    adder: Operation
    rank: int | None


def stored(lists: Sequence[Sequence[Any]], enqueue_many: bool, keep: Tensor) -> tuple[list[Any], list[Kept | None]]:
    """Sets of tensors without sparse ones, which go into maps, and how to get these back.

    Raises:
      ValueError: in one set a tensor is sparse that is not in another.
    """
    first, kept = _stored_one(lists[0], enqueue_many, keep, [None] * len(lists[0]))
    found = [first]
    for tensors in lists[1:]:
        more, other = _stored_one(tensors, enqueue_many, keep, kept)
        if [item is None for item in other] != [item is None for item in kept]:
            raise refusal(f"Inconsistent SparseTensors list: {lists[0]} vs. {tensors}")
        found.append(more)
    return found, kept


def _stored_one(
    tensors: Sequence[Any], enqueue_many: bool, keep: Tensor, shared: Sequence[Kept | None]
) -> tuple[list[Tensor], list[Kept | None]]:
    """One set; its sparse tensors go into the maps that an earlier set has, if there was one."""
    numbers = [
        _number(tensor, enqueue_many, keep, kept) if isinstance(tensor, SparseTensor) else tensor
        for tensor, kept in zip(tensors, shared, strict=True)
    ]
    kept: list[Kept | None] = []
    for tensor, number, other in zip(tensors, numbers, shared, strict=True):
        if isinstance(tensor, SparseTensor):
            rank = tensor.dense_shape.shape.with_rank(1).as_list()[0]
            rank = None if rank is None else rank - enqueue_many
            kept.append(Kept(other.adder if other else adder_of(number), rank))
        else:
            kept.append(None)
    return [expand_dims(n, [-1]) if item else n for n, item in zip(numbers, kept, strict=True)], kept


def _number(sparse: SparseTensor, enqueue_many: bool, keep: Tensor, shared: Kept | None) -> Tensor:
    """The number of a sparse tensor in its map, or those of its rows; -1 where it is not to be kept."""
    name = shared.adder.name if shared else None
    if keep.sizes is not None and len(keep.sizes) == 1:
        rows = gather(keep, sparse.indices[:, 0])
        return add_sparse(sparse_retain(sparse, rows), True, name)
    if not enqueue_many:
        return smart_cond(keep, lambda: add_sparse(sparse, False, name), lambda: constant(-1, dt.int64))
    numbers = smart_cond(keep, lambda: add_sparse(sparse, True, name), lambda: -1 * ones(shape(sparse)[0:1], dt.int64))
    numbers.set_shape([None])
    return numbers


def restored(found: Any, kept: Sequence[Kept | None]) -> Any:
    """What came out of the queue, with the sparse tensors in place of their numbers; all are computed together."""
    if not any(kept):
        return found
    several = isinstance(found, list | tuple)
    tensors = [
        take_many_sparse(item.adder, squeeze(tensor, [1]), None if item.rank is None else item.rank + 1)
        if item
        else tensor
        for tensor, item in zip(found if several else [found], kept, strict=True)
    ]
    values = [tensor.values if isinstance(tensor, SparseTensor) else tensor for tensor in tensors]

    def after_all(tensor: Tensor) -> Tensor:
        return with_dependencies(values, tensor)

    together = [
        SparseTensor(after_all(tensor.indices), after_all(tensor.values), after_all(tensor.dense_shape))
        if isinstance(tensor, SparseTensor)
        else after_all(tensor)
        for tensor in tensors
    ]
    return together if several else tensors[0]
