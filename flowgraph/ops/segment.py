"""Sums, means, products and extremes over the rows that belong together: row i belongs to segment
`segment_ids[i]`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, Case, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, REALS, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.folding import fold_rows
from flowgraph.ops import segment_grad as grads
from flowgraph.ops.array import ones, reshape, shape
from flowgraph.ops.math import maximum
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.shapes import Sizes, to_text

_REALS = tuple(dtype for dtype in NUMBER_TYPES if dtype in REALS)


# -- any order -------------------------------------------------------------------------------------


def unsorted_sizes(data: Any, ids: Any, count: Any) -> Sizes:
    """Shape rule of what is collected by segments whose ids are in any order."""
    if count.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(count.sizes)}")
    if ids.sizes is None:
        return None
    depth = len(ids.sizes)
    if data.sizes is not None:
        if len(data.sizes) < depth:
            raise ValueError(f"Shape must be at least rank {depth} but is rank {len(data.sizes)}")
        for a, b in zip(data.sizes, ids.sizes, strict=False):
            if a != b and a is not None and b is not None:
                raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    known = count.constant()
    if known is not None and known < 0:
        raise ValueError(f"Dimension size, given by scalar input 2, must be non-negative but is {int(known)}")
    return None if data.sizes is None else (None if known is None else int(known), *data.sizes[depth:])


def _unsorted_failure(data: Any, ids: Any, count: Any) -> str | None:
    if count.ndim:
        return f"num_segments should be a scalar, not shape {to_text(count.shape)}"
    if data.shape[: ids.ndim] != ids.shape:
        return f"data.shape = {to_text(data.shape)} does not start with segment_ids.shape = {to_text(ids.shape)}"
    if count < 0:
        return f"Input num_segments == {int(count)} must not be negative."
    outside = np.argwhere(ids >= count)
    if not len(outside):
        return None
    at = tuple(outside[0])
    where = f"[{','.join(map(str, at))}]" if at else ""
    return f"segment_ids{where} = {ids[at]} is out of range [0, {int(count)})"


def _collect(xp: Any, ufunc: Any, data: Any, ids: Any, count: Any, start: Any) -> Any:
    """Fold every row into its segment; rows of negative segments are dropped."""
    if data.shape[: ids.ndim] != ids.shape:
        raise ValueError("another number of ids than of rows")
    if count.ndim:  # (int() of a vector is refused by newer numpys only)
        raise ValueError("count is not a scalar")
    rows, ids = data.reshape(ids.size, *data.shape[ids.ndim :]), ids.reshape(-1)
    if ids.size and ids.min() < 0:
        rows, ids = rows[ids >= 0], ids[ids >= 0]
    made = xp.full((int(count), *rows.shape[1:]), start, data.dtype)
    fold_rows(ufunc, made, ids, rows)
    return made


def _limits(dtype: Any) -> Any:
    """The lowest and highest finite number of a numpy dtype, as `.min` and `.max`."""
    if dtype.kind in "iu":
        return np.iinfo(dtype)
    if dtype.kind == "f":
        return np.finfo(dtype)
    import ml_dtypes

    return ml_dtypes.finfo(dtype)


_UNSORTED_CASES: tuple[Case, ...] = (
    case(FLOAT(4, 3, gap=0.05), INTS(0, 2, 0, 1), INT(3)),
    case(FLOAT(2, 2, 3, gap=0.05), INT([[0, 1], [1, 1]]), INT(2, dt.int64)),
    case(FLOAT(5, gap=0.05), INTS(2, -1, 0, 2, 1, dtype=dt.int64), INT(3)),
)


def _unsorted(name: str, ufunc: Any, start: Callable[[Any], Any], gradient: Any, types: Any) -> OpDef:
    """One of the four ops: which function folds the rows, and what an empty segment holds."""
    return OpDef(
        f"{name}(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> output: T",
        attrs={"T": TypeAttr(types), "Tindices": TypeAttr(INDEX), "Tnumsegments": TypeAttr(INDEX, dt.int32)},
        infer=unsorted_sizes,
        forward=lambda xp, data, ids, count: _collect(xp, ufunc, data, ids, count, start(data.dtype)),
        failure=_unsorted_failure,
        gradient=gradient,
        cases=[*_UNSORTED_CASES, case(RANDOM_INT(3, 2), INTS(1, 1, 0), INT(4))],
    )


UNSORTED_SEGMENT_SUM = _unsorted(
    "UnsortedSegmentSum", np.add, lambda dtype: 0, grads.unsorted_segment_sum_grad, NUMBER_TYPES
)
UNSORTED_SEGMENT_PROD = _unsorted(
    "UnsortedSegmentProd", np.multiply, lambda dtype: 1, grads.unsorted_segment_prod_grad, NUMBER_TYPES
)
UNSORTED_SEGMENT_MAX = _unsorted(
    "UnsortedSegmentMax",
    np.maximum,
    lambda dtype: _limits(dtype).min,
    grads.unsorted_segment_extreme_grad,
    _REALS,
)
UNSORTED_SEGMENT_MIN = _unsorted(
    "UnsortedSegmentMin",
    np.minimum,
    lambda dtype: _limits(dtype).max,
    grads.unsorted_segment_extreme_grad,
    _REALS,
)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the sum of the rows i of `data` with `segment_ids[i] == j`.

    Args:
      data: a tensor of a number type.
      segment_ids: integers in any order, of the shape of the first axes of `data`; rows of negative ids are
        dropped.
      num_segments: how many rows the result has.
      name: the op's name.

    >>> run(unsorted_segment_sum([1., 2., 3.], [1, 0, 1], 3))
    array([2., 4., 0.], dtype=float32)
    """
    return emit(UNSORTED_SEGMENT_SUM, data, segment_ids, num_segments, name=name)


def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the product of the rows of segment j, 1 where there are none.

    >>> run(unsorted_segment_prod([1., 2., 3.], [1, 0, 1], 3))
    array([2., 3., 1.], dtype=float32)
    """
    return emit(UNSORTED_SEGMENT_PROD, data, segment_ids, num_segments, name=name)


def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the largest of the rows of segment j, the lowest number there is where there
    are none.

    >>> run(unsorted_segment_max([1., 2., 3.], [1, 0, 1], 2))
    array([2., 3.], dtype=float32)
    """
    return emit(UNSORTED_SEGMENT_MAX, data, segment_ids, num_segments, name=name)


def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the smallest of the rows of segment j, the highest number there is where there
    are none.

    >>> run(unsorted_segment_min([1., 2., 3.], [1, 0, 1], 2))
    array([2., 1.], dtype=float32)
    """
    return emit(UNSORTED_SEGMENT_MIN, data, segment_ids, num_segments, name=name)


def _rows_in_segments(data: Tensor, segment_ids: Tensor, num_segments: Any) -> Tensor:
    """How many rows each segment has, at least 1, in a shape that broadcasts against its rows."""
    each = ones(shape(segment_ids), data.dtype)
    counts = unsorted_segment_sum(each, segment_ids, num_segments)
    if data.sizes is None or segment_ids.sizes is None:
        line = "The ranks of data and segment_ids must be known before a mean of segments is built"
        raise TypeError(errors.explain(line, details=[f"{data!r}", f"{segment_ids!r}"], where=user_site()))
    axes = len(data.sizes) - len(segment_ids.sizes)
    return maximum(reshape(counts, [num_segments] + [1] * axes), 1)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the mean of the rows of segment j, 0 where there are none.

    >>> run(unsorted_segment_mean([1., 2., 3.], [1, 0, 1], 3))
    array([2., 2., 0.], dtype=float32)
    """
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _rows_in_segments(data, segment_ids, num_segments)
        return unsorted_segment_sum(data, segment_ids, num_segments) / counts


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the sum of the rows of segment j, divided by the square root of their number.

    >>> run(unsorted_segment_sqrt_n([1., 2., 3., 4., 5.], [1, 0, 1, 1, 1], 2))
    array([2. , 6.5], dtype=float32)
    """
    from flowgraph.ops.unary import sqrt

    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _rows_in_segments(data, segment_ids, num_segments)
        return unsorted_segment_sum(data, segment_ids, num_segments) / sqrt(counts)


# -- sorted ----------------------------------------------------------------------------------------


def _sorted_sizes(data: Any, ids: Any) -> Sizes:
    if data.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if ids.sizes is not None and len(ids.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(ids.sizes)}")
    return None if data.sizes is None else (None, *data.sizes[1:])


def _sorted_failure(data: Any, ids: Any) -> str | None:
    if ids.ndim != 1:
        return "segment_ids should be a vector."
    if len(ids) != len(data):
        return "segment_ids should be the same size as dimension 0 of input."
    if not len(ids):
        return None
    if ids[0] < 0 or ids[-1] < 0:
        return (
            f"Segment id {min(ids[0], ids[-1])} out of range [0, {ids[-1] + 1}), possibly because "
            "'segment_ids' input "
            "is not sorted."
        )
    return "segment ids are not increasing" if (np.diff(ids) < 0).any() else None


def _fold_sorted(xp: Any, ufunc: Any, data: Any, ids: Any, gap: Any) -> Any:
    if _sorted_failure(data, ids):
        raise ValueError("ids that are not in order")
    made = xp.full((int(ids[-1]) + 1 if len(ids) else 0, *data.shape[1:]), gap, data.dtype)
    if ufunc in (xp.add, xp.multiply):
        fold_rows(ufunc, made, ids, data)  # one row after the other, as TF adds them up
    elif len(ids):
        is_first = xp.diff(ids, prepend=-1) > 0
        made[ids[is_first]] = data[is_first]
        fold_rows(ufunc, made, ids[~is_first], data[~is_first])
    return made


def _segment_mean(xp: Any, data: Any, ids: Any) -> Any:
    sums = _fold_sorted(xp, xp.add, data, ids, 0)
    counts = xp.maximum(xp.bincount(ids, minlength=len(sums)), 1).astype(data.dtype)
    counts = counts.reshape(-1, *[1] * (data.ndim - 1))
    # integers are cut off, not rounded down
    return sums / counts if data.dtype.kind in "fc" else xp.sign(sums) * (xp.abs(sums) // counts)


_SORTED_CASES: tuple[Case, ...] = (
    case(FLOAT(4, 3, gap=0.05), INTS(0, 0, 1, 1)),
    case(FLOAT(3, gap=0.05), INTS(0, 2, 2, dtype=dt.int64)),
)


def _sorted(name: str, forward: Callable[..., Any], gradient: Any, types: Any) -> OpDef:
    return OpDef(
        f"{name}(data: T, segment_ids: Tindices) -> output: T",
        attrs={"T": TypeAttr(types), "Tindices": TypeAttr(INDEX)},
        infer=_sorted_sizes,
        forward=forward,
        failure=_sorted_failure,
        gradient=gradient,
        data_shape=True,
        cases=[*_SORTED_CASES, case(FLOAT(0, 2), INTS()), case(RANDOM_INT(3), INTS(0, 1, 1))],
    )


SEGMENT_SUM = _sorted(
    "SegmentSum",
    lambda xp, data, ids: _fold_sorted(xp, xp.add, data, ids, 0),
    grads.segment_sum_grad,
    NUMBER_TYPES,
)
SEGMENT_MEAN = _sorted("SegmentMean", _segment_mean, grads.segment_mean_grad, NUMBER_TYPES)
SEGMENT_PROD = _sorted(
    "SegmentProd",
    lambda xp, data, ids: _fold_sorted(xp, xp.multiply, data, ids, 1),
    grads.MISSING_GRADIENT,
    NUMBER_TYPES,
)
SEGMENT_MAX = _sorted(
    "SegmentMax",
    lambda xp, data, ids: _fold_sorted(xp, xp.maximum, data, ids, 0),
    grads.segment_extreme_grad,
    _REALS,
)
SEGMENT_MIN = _sorted(
    "SegmentMin",
    lambda xp, data, ids: _fold_sorted(xp, xp.minimum, data, ids, 0),
    grads.segment_extreme_grad,
    _REALS,
)


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the sum of the rows i of `data` with `segment_ids[i] == j`.

    Args:
      data: a tensor of a number type.
      segment_ids: for each row its segment, in increasing order from 0.
      name: the op's name.

    >>> run(segment_sum([[1, 2], [3, 4], [5, 6]], [0, 0, 1]))
    array([[4, 6],
           [5, 6]], dtype=int32)
    """
    return emit(SEGMENT_SUM, data, segment_ids, name=name)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the mean of the rows of segment j.

    >>> run(segment_mean([1., 3., 5.], [0, 0, 1]))
    array([2., 5.], dtype=float32)
    """
    return emit(SEGMENT_MEAN, data, segment_ids, name=name)


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the product of the rows of segment j.

    >>> run(segment_prod([2., 3., 5.], [0, 0, 1]))
    array([6., 5.], dtype=float32)
    """
    return emit(SEGMENT_PROD, data, segment_ids, name=name)


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the largest of the rows of segment j.

    >>> run(segment_max([2., 3., 5.], [0, 0, 1]))
    array([3., 5.], dtype=float32)
    """
    return emit(SEGMENT_MAX, data, segment_ids, name=name)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """Row j of the result is the smallest of the rows of segment j.

    >>> run(segment_min([2., 3., 5.], [0, 0, 1]))
    array([2., 5.], dtype=float32)
    """
    return emit(SEGMENT_MIN, data, segment_ids, name=name)
