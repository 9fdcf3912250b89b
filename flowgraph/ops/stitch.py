"""Merging rows of several tensors into one, each row to the place that its index names."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import Sizes, merge, to_text


def _stitched_sizes(indices: list[Any], data: list[Any]) -> Sizes:
    rows: int | None = 0
    tail: Sizes = None
    for where, what in zip(indices, data):
        known = where.constant()
        rows = None if rows is None or known is None else max(rows, int(known.max(initial=-1)) + 1)
        if where.sizes is None or what.sizes is None:
            continue
        depth = len(where.sizes)
        if len(what.sizes) < depth:
            raise ValueError(f"Shape must be at least rank {depth} but is rank {len(what.sizes)}")
        for x, y in zip(what.sizes, where.sizes):
            if x != y and x is not None and y is not None:
                raise ValueError(f"Dimensions must be equal, but are {x} and {y}")
        tail = merge(tail, what.sizes[depth:])
    return None if tail is None else (rows, *tail)


def _stitch(xp: Any, indices: list[Any], data: list[Any]) -> Any:
    for where, what in zip(indices, data):
        if where.min(initial=0) < 0 or what.shape[: where.ndim] != where.shape:
            raise ValueError("bad indices")  # which numpy would take from the end, or broadcast
    rows = max(where.max(initial=-1) for where in indices) + 1
    merged = xp.zeros((rows, *data[0].shape[indices[0].ndim :]), data[0].dtype)
    for where, what in zip(indices, data):
        merged[where] = what
    return merged


def _stitch_failure(indices: list[Any], data: list[Any]) -> str | None:
    """TF's words for indices and data that do not fit."""
    for i, (where, what) in enumerate(zip(indices, data)):
        if what.shape[: where.ndim] != where.shape:
            return (
                f"data[{i}].shape = {to_text(what.shape)} does not start with "
                f"indices[{i}].shape = {to_text(where.shape)}"
            )
        first, tail = data[0].shape[indices[0].ndim :], what.shape[where.ndim :]
        if first != tail:
            return (
                f"Need data[0].shape[{indices[0].ndim}:] = data[{i}].shape[{where.ndim}:], "
                f"got data[0].shape = {to_text(data[0].shape)}, data[{i}].shape = {to_text(what.shape)}, "
                f"indices[0].shape = {to_text(indices[0].shape)}, indices[{i}].shape = {to_text(where.shape)}"
            )
    flat = np.concatenate([where.reshape(-1) for where in indices])
    outside = np.flatnonzero(flat < 0)
    return f"indices[{outside[0]}] is out of range" if len(outside) else None


def _stitch_grad(op: Any, dy: Any) -> list[Any]:
    """Each row of the data gets the gradient of the row that it became."""
    from flowgraph.ops.array import shape
    from flowgraph.ops.gather import gather
    from flowgraph.ops.segment import unsorted_segment_sum

    if not isinstance(dy, Tensor):  # slices of the rows
        rows: Any = shape(op.outputs[0])
        dy = unsorted_segment_sum(dy.values, dy.indices, rows[0])
    count = len(op.inputs) // 2
    return [None] * count + [gather(dy, where) for where in op.inputs[:count]]


DYNAMIC_STITCH = OpDef(
    "DynamicStitch(indices: N*int32, data: N*T) -> merged: T",
    attrs={"T": TypeAttr()},
    infer=_stitched_sizes,
    forward=_stitch,
    failure=_stitch_failure,
    gradient=_stitch_grad,
    data_shape=True,
    cases=[
        case([INTS(0, 2), INTS(1)], [FLOAT(2, 3), FLOAT(1, 3)]),
        case([INT(1), INT([[2, 0]])], [DOUBLE(2), DOUBLE(1, 2, 2)]),
        case([INTS(0, 1, 2, 3), INTS(1, 2)], [RANDOM_INT(4), RANDOM_INT(2)]),
        case([INT(np.zeros(0))], [FLOAT(0, 3)]),
    ],
)


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """Merge tensors row by row: `merged[indices[m][i, ...]] = data[m][i, ...]`; later rows win.

    Args:
      indices: a list of int32 tensors.
      data: a list of as many tensors of one dtype; each has the shape of its indices and then a common one.
      name: the op's name.

    Raises:
      ValueError: the lists are empty or not of one length, or shapes do not fit.

    >>> run(dynamic_stitch([[0, 2], [1]], [[10, 30], [20]]))
    array([10, 20, 30], dtype=int32)
    """
    for what, values in (("indices", indices), ("data", data)):
        if not isinstance(values, list | tuple):
            raise TypeError(f"Expected list for '{what}' argument to 'dynamic_stitch' Op, not {values!r}.")
    if len(indices) != len(data):
        raise ValueError(
            f"List argument 'data' to 'dynamic_stitch' Op with length {len(data)} must match length "
            f"{len(indices)} of argument 'indices'."
        )
    if not indices:
        line = "List argument 'indices' to 'DynamicStitch' Op with length 0 shorter than minimum length 1."
        raise ValueError(errors.explain(line))
    return emit(DYNAMIC_STITCH, list(indices), list(data), name=name)
