"""Sums, means and the like of gathered rows by segment: sparse_segment_sum, _mean, _sqrt_n.

out[j] = the sum of data[indices[i]] over all i with segment_ids[i] == j
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INT, INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.folding import fold_rows
from flowgraph.ops.array import shape
from flowgraph.ops.gather import gather
from flowgraph.ops.segment import unsorted_segment_sum
from flowgraph.ops.sparse_add import REAL_NUMBERS, of_rank
from flowgraph.shapes import Sizes
from flowgraph.sizes import merge

Weights = Callable[[np.ndarray], np.ndarray]
"""What the sum of a segment is divided by, from the numbers of its rows."""

_FLOATS = (dt.float32, dt.float64)
_IDX = TypeAttr(INDEX, dt.int32)

# -- shapes and checks -------------------------------------------------------------------------------------


def _rows_of(data: Any, indices: Any, segment_ids: Any, count: int | None) -> Sizes:
    if data.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    of_rank(indices, 1)
    merge(of_rank(indices, 1), of_rank(segment_ids, 1))
    return None if data.sizes is None else (count, *data.sizes[1:])


def _known_count(number: Any, name: str) -> int | None:
    of_rank(number, 0)
    known = number.constant()
    if known is not None and known < 0:
        raise ValueError(f"Cannot specify a negative value for {name}")
    return None if known is None else int(known)


def _sizes_with_count(data: Any, indices: Any, segment_ids: Any, number: Any) -> Sizes:
    count = _known_count(number, "num_segments")
    return _rows_of(data, indices, segment_ids, count)


def _check(data: Any, indices: Any, segment_ids: Any, rows: int | None) -> int:
    """The number of rows of the output, if everything fits."""
    for array, name in ((indices, "indices"), (segment_ids, "segment_ids")):
        if array.ndim != 1:
            raise invalid(f"{name} should be a vector.")
    if len(indices) != len(segment_ids):
        raise invalid("segment_ids and indices should have same size.")
    if not data.ndim:
        raise invalid("data must have at least one axis.")
    needed = int(segment_ids[-1]) + 1 if len(segment_ids) else 0
    if rows is not None and needed > rows:
        raise invalid("segment ids must be < num_segments")
    total = needed if rows is None else rows
    if total < 0:
        raise invalid("segment ids must be >= 0")
    bad = (indices < 0) | (indices >= len(data))
    outside = (segment_ids < 0) | (segment_ids >= total)
    if bad.any() or outside.any() or (np.diff(segment_ids) < 0).any():
        _complain(data, indices, segment_ids, total)
    return total


def _complain(data: Any, indices: Any, segment_ids: Any, total: int) -> None:
    """Say what is wrong with the first segment that has something wrong."""
    ends = [*(np.flatnonzero(np.diff(segment_ids)) + 1), len(segment_ids)]
    start = 0
    for end in ends:
        number = int(segment_ids[start])
        if end < len(segment_ids) and segment_ids[end] < number:
            raise invalid("segment ids are not increasing")
        if not 0 <= number < total:
            why = "possibly because 'segment_ids' input is not sorted."
            raise invalid(f"Segment id {number} out of range [0, {total}), {why}")
        for i in range(start, end):
            if not 0 <= indices[i] < len(data):
                raise invalid(f"Bad: indices[{i}] == {indices[i]} out of range [0, {len(data)})")
        start = end


# -- the ops -----------------------------------------------------------------------------------------------


def _forward(weights: Weights | None) -> Callable[..., Any]:
    def forward(_xp: Any, data: Any, indices: Any, segment_ids: Any, rows: Any = None) -> Any:
        total = _check(data, indices, segment_ids, None if rows is None else int(rows))
        out = np.zeros((total, *data.shape[1:]), data.dtype)
        if len(indices):
            starts = np.flatnonzero(np.diff(segment_ids, prepend=segment_ids[0] - 1))
            fold_rows(np.add, out, segment_ids, data[indices])
            if weights is not None:
                counts = np.diff(starts, append=len(indices))
                scale = weights(counts).astype(data.dtype).reshape(-1, *[1] * (data.ndim - 1))
                out[segment_ids[starts]] /= scale
        return out

    return forward


def _backward(weights: Weights) -> Callable[..., Any]:
    def forward(_xp: Any, dy: Any, indices: Any, segment_ids: Any, rows: Any) -> Any:
        total = int(rows)
        for array, name, size in ((indices, "Index", total), (segment_ids, "Segment id", len(dy))):
            outside = np.flatnonzero((array < 0) | (array >= size))
            if len(outside):
                raise invalid(f"{name} {array[outside[0]]} out of range [0, {size}).")
        counts = np.maximum(np.bincount(segment_ids, minlength=len(dy)), 1)
        scale = (1.0 / weights(counts)).astype(dy.dtype)[segment_ids]
        out = np.zeros((total, *dy.shape[1:]), dy.dtype)
        fold_rows(np.add, out, indices, dy[segment_ids] * scale.reshape(-1, *[1] * (dy.ndim - 1)))
        return out

    return forward


def _sum_grad(op: Any, dy: Tensor) -> list[Any]:
    rows = shape(op.inputs[0])[0]
    of_data = unsorted_segment_sum(gather(dy, op.inputs[2]), op.inputs[1], rows)
    return [of_data, *[None] * (len(op.inputs) - 1)]


def _grad_by(name: str) -> Callable[..., Any]:
    def gradient(op: Any, dy: Tensor) -> list[Any]:
        rows = shape(op.inputs[0])[0]
        of_data = emit(_GRADIENTS[name], dy, op.inputs[1], op.inputs[2], rows)
        return [of_data, *[None] * (len(op.inputs) - 1)]

    return gradient


def _plain(name: str, allowed: Any, weights: Weights | None, gradient: Any) -> OpDef:
    second = weights is None
    return OpDef(
        f"{name}(data: T, indices: Tidx, segment_ids: int32) -> output: T",
        attrs={"T": TypeAttr(allowed), "Tidx": _IDX},
        infer=lambda data, indices, segment_ids: _rows_of(data, indices, segment_ids, None),
        forward=_forward(weights),
        gradient=gradient,
        data_shape=True,
        cases=[
            case(FLOAT(3, 2), INTS(0, 2, 1, 0), INTS(0, 0, 2, 3), second=second),
            case(FLOAT(3), INT([2, 2], dt.int64), INTS(1, 1), second=second),
            case(FLOAT(3), INTS(), INTS(), gradient=False),
        ],
    )


def _counted(name: str, allowed: Any, weights: Weights | None, gradient: Any) -> OpDef:
    return OpDef(
        f"{name}WithNumSegments(data: T, indices: Tidx, segment_ids: int32, num_segments: Tnumsegments) -> output: T",
        attrs={"T": TypeAttr(allowed), "Tidx": _IDX, "Tnumsegments": _IDX},
        infer=_sizes_with_count,
        forward=_forward(weights),
        gradient=gradient,
        cases=[
            case(FLOAT(3, 2), INTS(0, 2, 1), INTS(0, 0, 2), INT(5), second=weights is None),
            case(FLOAT(3), INTS(), INTS(), INT(2, dt.int64), gradient=False),
        ],
    )


def _gradient_op(name: str, weights: Weights) -> OpDef:
    return OpDef(
        f"{name}(grad: T, indices: Tidx, segment_ids: int32, output_dim0: int32) -> output: T",
        attrs={"T": TypeAttr(_FLOATS), "Tidx": _IDX},
        infer=lambda dy, indices, ids, rows: _rows_of(dy, indices, ids, _known_count(rows, "output_dim0")),
        forward=_backward(weights),
        gradient=MISSING_GRADIENT,
        cases=[case(FLOAT(3, 2), INTS(0, 2, 1), INTS(0, 0, 2), INT(4), gradient=False)],
    )


_GRADIENTS = {
    "mean": _gradient_op("SparseSegmentMeanGrad", lambda counts: counts),
    "sqrt_n": _gradient_op("SparseSegmentSqrtNGrad", np.sqrt),
}
SPARSE_SEGMENT_SUM = _plain("SparseSegmentSum", REAL_NUMBERS, None, _sum_grad)
SPARSE_SEGMENT_MEAN = _plain("SparseSegmentMean", _FLOATS, lambda counts: counts, _grad_by("mean"))
SPARSE_SEGMENT_SQRT_N = _plain("SparseSegmentSqrtN", _FLOATS, np.sqrt, _grad_by("sqrt_n"))
SPARSE_SEGMENT_SUM_COUNTED = _counted("SparseSegmentSum", REAL_NUMBERS, None, _sum_grad)
SPARSE_SEGMENT_MEAN_COUNTED = _counted("SparseSegmentMean", _FLOATS, lambda counts: counts, _grad_by("mean"))
SPARSE_SEGMENT_SQRT_N_COUNTED = _counted("SparseSegmentSqrtN", _FLOATS, np.sqrt, _grad_by("sqrt_n"))


def _segment(plain: OpDef, counted: OpDef, rows: Any, name: str | None, num_segments: Any) -> Tensor:
    if num_segments is None:
        return emit(plain, *rows, name=name)
    return emit(counted, *rows, num_segments, name=name)


def sparse_segment_sum(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """The sums of rows of `data`, gathered by `indices`, over segments.

    Args:
      data: the rows.
      indices: which rows to take, an int32 or int64 vector.
      segment_ids: the segment of each of them, an int32 vector that does not descend.
      name: the op's name.
      num_segments: how many segments there are; by default as many as the last id says.

    Returns:
      A row for each segment; zeros for one without rows.

    Raises:
      ValueError: the shapes do not fit, or `num_segments` is negative.
      InvalidArgumentError: (when run) an index or id lies outside, or the ids descend.

    >>> run(sparse_segment_sum([[1, 2], [3, 4], [5, 6]], [0, 2, 1], [0, 0, 2]))
    array([[6, 8],
           [0, 0],
           [3, 4]], dtype=int32)
    """
    rows = data, indices, segment_ids
    return _segment(SPARSE_SEGMENT_SUM, SPARSE_SEGMENT_SUM_COUNTED, rows, name, num_segments)


def sparse_segment_mean(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """The means of rows of `data`, gathered by `indices`, over segments; see `sparse_segment_sum`.

    >>> run(sparse_segment_mean([[1.0, 2.0], [3.0, 4.0]], [0, 1], [0, 0]))
    array([[2., 3.]], dtype=float32)
    """
    rows = data, indices, segment_ids
    return _segment(SPARSE_SEGMENT_MEAN, SPARSE_SEGMENT_MEAN_COUNTED, rows, name, num_segments)


def sparse_segment_sqrt_n(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """Sums over segments divided by the square root of the number of their rows; see `sparse_segment_sum`.

    >>> run(sparse_segment_sqrt_n([[2.0], [4.0]], [0, 0, 1, 1], [0, 0, 0, 0]))
    array([[6.]], dtype=float32)
    """
    rows = data, indices, segment_ids
    return _segment(SPARSE_SEGMENT_SQRT_N, SPARSE_SEGMENT_SQRT_N_COUNTED, rows, name, num_segments)
