"""Indexing of ragged tensors: `ragged[2]`, `ragged[1:, :3]`, `ragged[..., tf.newaxis]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowgraph.ir.convert import to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import gather as dense
from flowgraph.ops.array import shape, size, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.cond import cond
from flowgraph.ops.joining import concat, stack
from flowgraph.ops.math import maximum, minimum
from flowgraph.ops.ragged_gather import gather
from flowgraph.ops.ragged_range import ragged_range
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.range import range as range_of


def getitem(ragged: RaggedTensor, key: Any) -> Any:
    """`ragged[key]`: rows by index or slice; inner ragged dimensions by slice only.

    Raises:
      ValueError: an index into an inner ragged dimension.
    """
    with name_scope(None, "RaggedGetItem", [ragged, *_tensors(key)]):
        return _getitem(ragged, list(key) if isinstance(key, list | tuple) else [key])


def _tensors(key: Any) -> Iterator[Tensor]:
    if isinstance(key, Tensor):
        yield key
    elif isinstance(key, list | tuple):
        for one in key:
            yield from _tensors(one)
    elif isinstance(key, slice):
        yield from _tensors([key.start, key.stop, key.step])


def _getitem(ragged: RaggedTensor, keys: list[Any]) -> Any:
    if not keys:
        return ragged
    row_key, inner_keys = keys[0], keys[1:]
    if row_key is Ellipsis:
        return _getitem(ragged, _expanded(keys, ragged.shape.ndims))
    if row_key is None:
        inner = _getitem(ragged, inner_keys)
        count = shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, stack([0, count - 1]), validate=False)
    if isinstance(row_key, slice):
        return _inner(_rows(ragged, row_key), inner_keys)
    starts, limits = ragged.row_splits[:-1], ragged.row_splits[1:]
    start = starts[row_key]
    row = ragged.values[start : limits[row_key]]
    return row.__getitem__(inner_keys)


def _rows(ragged: RaggedTensor, key: slice) -> RaggedTensor:
    if key.start is None and key.stop is None and key.step is None:
        return ragged
    starts = ragged.row_splits[:-1][key]
    limits = ragged.row_splits[1:][key]
    zero = zeros([1], ragged.row_splits.dtype)
    if not (key.step is None or (isinstance(key.step, int) and key.step == 1)):
        return _of_ranges(starts, limits, 1, ragged.values)
    splits = concat([zero[size(starts) :], starts[:1], limits], axis=0)
    first, last = splits[0], splits[-1]
    values = ragged.values[first:last]
    return RaggedTensor.from_row_splits(values, splits - first, validate=False)


def _inner(ragged: Any, keys: list[Any]) -> Any:
    """Indexing behind the rows, with the keys of the dimensions after the first."""
    if not keys:
        return ragged
    if isinstance(ragged, Tensor):
        index = (slice(None), *keys)
        return ragged[index]
    key, others = keys[0], keys[1:]
    if key is Ellipsis:
        return _inner(ragged, _expanded(keys, ragged.values.shape.ndims))
    if key is None:
        inner = _inner(ragged, others)
        count = shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, range_of(count), validate=False)
    if not isinstance(key, slice):
        raise refusal("Cannot index into an inner ragged dimension.")
    if key.start is None and key.stop is None and key.step is None:
        return ragged.with_values(_inner(ragged.values, others))
    starts, limits = ragged.row_splits[:-1], ragged.row_splits[1:]
    if key.start is not None and not _is_zero(key.start):
        starts = _moved(key.start, ragged.row_splits)
    if key.stop is not None and not _is_zero(key.stop):
        limits = _moved(key.stop, ragged.row_splits)
    inner = _of_ranges(starts, limits, key.step, ragged.values)
    return inner.with_values(_inner(inner.values, others))


def _is_zero(offset: Any) -> bool:
    return not isinstance(offset, Tensor) and bool(offset == 0)


def _moved(offset: Any, splits: Tensor) -> Tensor:
    """Where a slice of each row begins or ends: `offset` from its start, or from its end if negative."""
    starts, limits = splits[:-1], splits[1:]
    if isinstance(offset, Tensor):
        offset = cast(offset, starts.dtype)
        return cond(offset >= 0, lambda: minimum(starts + offset, limits), lambda: maximum(limits + offset, starts))
    if not isinstance(offset, int):
        raise refusal("slice offsets must be integers or None", TypeError)
    return minimum(starts + offset, limits) if offset > 0 else maximum(limits + offset, starts)


def _of_ranges(starts: Tensor, limits: Tensor, step: Any, values: Any) -> RaggedTensor:
    step = to_tensor(1 if step is None else step, None, "step")
    if not step.dtype.is_integer:
        raise refusal("slice strides must be integers or None", TypeError)
    step = cast(step, starts.dtype)
    at = ragged_range(starts, limits, step, row_splits_dtype=starts.dtype)
    if isinstance(values, RaggedTensor):
        return at.with_values(gather(values, at.values))
    return at.with_values(dense.gather(values, at.values))


def _expanded(keys: list[Any], ndims: int | None) -> list[Any]:
    """The keys with a slice in place of the ellipsis, or in front of it if it stands for more."""
    if ndims is None:
        raise refusal("Ellipsis not supported for unknown shape RaggedTensors")
    count = sum(key is not None for key in keys)
    if count > ndims + 1:
        raise refusal("Too many indices for RaggedTensor", IndexError)
    return keys[1:] if count == ndims + 1 else [slice(None), *keys]
