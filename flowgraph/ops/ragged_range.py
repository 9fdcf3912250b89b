"""Ranges of different lengths as the rows of a ragged tensor; from row splits to segment ids and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import INT, INTS, VALUE, case
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid, refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.batch_gather import repeat
from flowgraph.ops.cast import CAST, cast
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.histogram import bincount
from flowgraph.ops.joining import concat
from flowgraph.ops.ragged_tensor import RaggedTensor
from flowgraph.ops.range import range as range_of
from flowgraph.ops.static_value import constant_value
from flowgraph.shapes import Sizes, TensorShape

_NUMBERS = (dt.bfloat16, dt.float32, dt.float64, dt.int32, dt.int64)


def _range_sizes(starts: Any, limits: Any, deltas: Any, **_attrs: Any) -> list[Sizes]:
    rows: int | None = None
    has_vector = False
    for part in (starts, limits, deltas):
        if part.sizes is None:
            continue
        if len(part.sizes) > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {len(part.sizes)}")
        if part.sizes and part.sizes[0] is not None:
            if rows is not None and rows != part.sizes[0]:
                raise ValueError(f"Dimensions must be equal, but are {part.sizes[0]} and {rows}")
            rows = part.sizes[0]
        has_vector = has_vector or bool(part.sizes)
    if not has_vector and all(part.sizes == () for part in (starts, limits, deltas)):
        rows = 1
    return [(None if rows is None else rows + 1,), (None,)]


def _ranges(_xp: Any, starts: Any, limits: Any, deltas: Any, *, Tsplits: Any) -> tuple[Any, Any]:
    for name, part in (("starts", starts), ("limits", limits), ("deltas", deltas)):
        if np.ndim(part) > 1:
            raise invalid(f"{name} must be a scalar or vector")
    if len({len(part) for part in (starts, limits, deltas) if np.ndim(part)}) > 1:
        raise invalid("starts, limits, and deltas must have the same shape")
    starts, limits, deltas = np.broadcast_arrays(*map(np.atleast_1d, (starts, limits, deltas)))
    if not deltas.all():
        raise invalid("Requires delta != 0")
    lengths = _lengths(starts, limits, deltas)
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(Tsplits.np)
    if starts.dtype.kind == "i":
        places = np.arange(splits[-1]) - np.repeat(splits[:-1], lengths)
        values = np.repeat(starts, lengths) + places * np.repeat(deltas, lengths)
        return splits, values.astype(starts.dtype)
    rows = [_steps(*row) for row in zip(starts, deltas, lengths, strict=True)]
    return splits, np.concatenate([np.zeros(0, starts.dtype), *rows])


def _lengths(starts: Any, limits: Any, deltas: Any) -> Any:
    if starts.dtype.kind == "i":
        starts, limits, deltas = (part.astype(np.int64) for part in (starts, limits, deltas))
        counts = -((starts - limits) // deltas)
    else:
        with np.errstate(invalid="ignore"):
            counts = np.ceil(np.abs((limits - starts) / deltas))
    with np.errstate(invalid="ignore"):
        has_any = ((deltas > 0) & (starts < limits)) | ((deltas < 0) & (starts > limits))
    return np.where(has_any, counts, 0).astype(np.int64)


def _steps(start: Any, delta: Any, count: int) -> Any:
    """One step after the other, as TF adds them up, roundings included."""
    steps = np.full(count, delta)
    steps[:1] = start
    return np.add.accumulate(steps, dtype=steps.dtype)


RAGGED_RANGE = OpDef(
    "RaggedRange(starts: T, limits: T, deltas: T) -> (rt_nested_splits: Tsplits, rt_dense_values: T)",
    attrs={"T": TypeAttr(_NUMBERS, dt.int32), "Tsplits": TypeAttr(INDEX, dt.int64)},
    infer=_range_sizes,
    forward=_ranges,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(INTS(0, 2, 5), INTS(3, 5, 5), INT(1)),
        case(INTS(9, 2, dtype=dt.int64), INT(4, dt.int64), INT(-2, dt.int64), Tsplits=dt.int32),
        case(VALUE([5.0, 2.0]), VALUE([0.0, 5.5]), VALUE([-1.5, 0.3])),
        case(INT(0), INT(4), INT(1)),
        case(INTS(), INTS(), INT(1)),
    ],
)


def ragged_range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = dt.int64,
) -> RaggedTensor:
    """A RaggedTensor whose rows are ranges of numbers; scalars hold for all rows.

    Args:
      starts: the first number of each row; with `limits` None they are the limits, and rows begin with 0.
      limits: each row ends before this number.
      deltas: the steps.
      dtype: the dtype of the numbers; by default the widest of the three.
      name: the name of the op.
      row_splits_dtype: int32 or int64.

    Raises:
      ValueError: the shapes do not fit.

    >>> run(ragged_range([3, 0, 2])).to_list()
    [[0, 1, 2], [], [0, 1]]
    >>> run(ragged_range([0, 5, 8], [3, 3, 12], [1, -1, 2])).to_list()
    [[0, 1, 2], [5, 4], [8, 10]]
    """
    of_splits = as_dtype(row_splits_dtype)
    if limits is None:
        starts, limits = 0, starts
    wanted = None if dtype is None else as_dtype(dtype)
    with name_scope(name, "RaggedRange", [starts, limits, deltas]) as scope:
        given = zip((starts, limits, deltas), ("starts", "limits", "deltas"), strict=True)
        parts = [to_tensor(part, wanted, of) for part, of in given]
        if wanted is None:
            common = max((part.dtype for part in parts), key=_WIDTH.index)
            parts = [cast(part, common) for part in parts]
        splits, values = emit(RAGGED_RANGE, *parts, Tsplits=of_splits, name=scope)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


_WIDTH = [dt.int32, dt.int64, dt.float32, dt.float64]


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Tensor:
    """For each value of a ragged tensor with these row splits the row that it belongs to.

    Args:
      splits: the splits, a vector that is not empty.
      name: the scope of the new ops.
      out_type: int32 or int64; by default that of `splits`.

    Raises:
      ValueError: the splits are empty or no integers.

    >>> run(row_splits_to_segment_ids([0, 2, 2, 3]))
    array([0, 0, 2])
    """
    with name_scope(name, "RaggedSplitsToSegmentIds", [splits]):
        splits = to_tensor(splits, None, "splits", dt.int64)
        if splits.dtype not in INDEX:
            raise refusal("splits must have dtype int32 or int64")
        splits.shape.assert_has_rank(1)
        if splits.sizes is not None and splits.sizes[0] == 0:
            raise refusal("Invalid row_splits: []")
        dtype = splits.dtype if out_type is None else as_dtype(out_type)
        lengths = splits[1:] - splits[:-1]
        rows = shape(splits, out_type=dtype)[-1] - 1
        return repeat(range_of(rows), repeats=lengths, axis=0)


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Tensor:
    """The row splits of a ragged tensor whose values belong to these rows.

    Args:
      segment_ids: the row of each value, in rising order.
      num_segments: how many rows there are; by default as many as needed.
      out_type: int32 or int64; by default that of the arguments.
      name: the scope of the new ops.

    >>> run(segment_ids_to_row_splits([0, 0, 2], 4))
    array([0, 2, 2, 3, 3])
    """
    if out_type is not None:
        dtype = as_dtype(out_type)
    else:
        tensors = [part for part in (segment_ids, num_segments) if isinstance(part, Tensor)]
        dtype = tensors[0].dtype if tensors else dt.int64
    with name_scope(name, "SegmentIdsToRaggedSplits", [segment_ids]):
        ids = int_tensor(segment_ids, "segment_ids")
        ids.shape.assert_has_rank(1)
        if num_segments is not None:
            num_segments = int_tensor(num_segments, "num_segments")
            num_segments.shape.assert_has_rank(0)
        lengths = bincount(ids, minlength=num_segments, maxlength=num_segments, dtype=dtype)
        splits = concat([[0], cumsum(lengths)], axis=0)
        known = None if num_segments is None else constant_value(num_segments)
        if known is not None:
            splits.set_shape(TensorShape([int(known) + 1]))
        return splits


def int_tensor(value: Any, name: str, dtype: dt.DType = dt.int32) -> Tensor:
    """A tensor of integers of this dtype.

    Raises:
      TypeError: it holds no integers.
    """
    found = to_tensor(value, None, name, dtype)
    if not found.dtype.is_integer:
        raise refusal(f"{name} must be an integer tensor; dtype={found.dtype!s}", TypeError)
    return emit(CAST, found, DstT=dtype)
