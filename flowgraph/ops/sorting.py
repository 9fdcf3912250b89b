"""Sorted rows: sorting, and where in a sorted row a value belongs."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.constant import constant
from flowgraph.ops.ranking import top_k
from flowgraph.ops.static_value import constant_value
from flowgraph.sizes import Sizes

# -- places in sorted rows -----------------------------------------------------------------------------------


def _bound_sizes(sorted_inputs: Any, values: Any, *, out_type: Any) -> Sizes:
    del out_type
    for x in (sorted_inputs, values):
        if x.sizes is not None and len(x.sizes) != 2:
            raise ValueError(f"Shape must be rank 2 but is rank {len(x.sizes)}")
    return values.sizes


def _bound(xp: Any, rows: Any, values: Any, side: str, out_type: Any) -> Any:
    if len(rows) != len(values):
        raise errors.InvalidArgumentError(None, None, "Leading dim_size of both tensors must match.")
    found = xp.empty(values.shape, out_type.np)
    for i, row in enumerate(rows):
        found[i] = xp.searchsorted(row, values[i], side)
    if values.dtype.kind == "f":
        # nothing is below nan, and nothing above it
        found[xp.isnan(values)] = 0 if side == "left" else rows.shape[1]
    return found


_BOUND_CASES = (
    case(VALUE([[0.0, 3.0, 9.0, 9.0, 10.0], [1.0, 2.0, 3.0, 4.0, 5.0]]), VALUE([[2.0, 4.0, 9.0], [0.0, 2.0, 6.0]])),
    case(INT([[1, 5, 7]]), INT([[5, 0, 9]]), out_type=dt.int64),
    case(FLOAT(2, 0), FLOAT(2, 1)),
)

LOWER_BOUND = OpDef(
    "LowerBound(sorted_inputs: T, values: T) -> output: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr(INDEX, dt.int32)},
    infer=_bound_sizes,
    forward=lambda xp, rows, values, *, out_type: _bound(xp, rows, values, "left", out_type),
    gradient=MISSING_GRADIENT,
    cases=_BOUND_CASES,
)

UPPER_BOUND = OpDef(
    "UpperBound(sorted_inputs: T, values: T) -> output: out_type",
    attrs={"T": TypeAttr(), "out_type": TypeAttr(INDEX, dt.int32)},
    infer=_bound_sizes,
    forward=lambda xp, rows, values, *, out_type: _bound(xp, rows, values, "right", out_type),
    gradient=MISSING_GRADIENT,
    cases=_BOUND_CASES,
)


def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = dt.int32,
    name: str | None = None,
) -> Tensor:
    """Where in a sorted row each value would have to be put so that the row stays sorted.

    Args:
      sorted_sequence: a tensor, sorted along its last axis.
      values: a tensor of the same shape but for the last axis.
      side: "left": before all entries equal to the value; "right": after them.
      out_type: the dtype of the result, int32 or int64.
      name: the name of the search op.

    >>> run(searchsorted([[0, 3, 9, 9, 10]], [[2, 9, 20]]))
    array([[1, 2, 5]], dtype=int32)
    """
    row_length = shape(sorted_sequence)[-1]
    count = shape(values)[-1]
    rows = reshape(sorted_sequence, [-1, row_length])
    wanted = reshape(values, [-1, count])
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'.  Saw: {side}.")
    opdef = UPPER_BOUND if side == "right" else LOWER_BOUND
    found = emit(opdef, rows, wanted, out_type=dt.as_dtype(out_type), name=name)
    return reshape(found, shape(values))


# -- sorting -------------------------------------------------------------------------------------------------


def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """The entries in order along an axis.

    Args:
      values: a tensor of a real number type.
      axis: the axis, a number known while building.
      direction: "ASCENDING" or "DESCENDING".
      name: the name of the scope of its ops.

    Raises:
      ValueError: another direction; an axis that is not a constant number.

    >>> run(sort([3.0, 1.0, 2.0]))
    array([1., 2., 3.], dtype=float32)
    """
    with name_scope(name, "sort"):
        values, axis = _checked(values, axis, direction)
        if direction == "DESCENDING":
            return _largest_first(values, axis, 0)
        return -_largest_first(-values, axis, 0)


def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """The indices that would put the entries in order along an axis.

    Args:
      values: a tensor of a real number type.
      axis: the axis, a number known while building.
      direction: "ASCENDING" or "DESCENDING".
      stable: whether equal entries have to keep their order; they always do.
      name: the name of the scope of its ops.

    Raises:
      ValueError: another direction; an axis that is not a constant number.

    >>> run(argsort([3.0, 1.0, 2.0]))
    array([1, 2, 0], dtype=int32)
    """
    del stable
    with name_scope(name, "argsort"):
        values, axis = _checked(values, axis, direction)
        return _largest_first(values if direction == "DESCENDING" else -values, axis, 1)


def _checked(values: Any, axis: Any, direction: str) -> tuple[Tensor, int]:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"{direction} should be one of ASCENDING, DESCENDING")
    axis = convert_to_tensor(axis, name="axis")
    known = constant_value(axis)
    if axis.sizes != () or known is None:
        raise ValueError("axis must be a constant scalar")
    return convert_to_tensor(values, name="values"), int(known)


def _largest_first(values: Tensor, axis: int, output: int) -> Tensor:
    """Output 0 (the entries) or 1 (their indices) of `top_k` of all entries along an axis."""
    from flowgraph.ops.shaping import transpose

    count = shape(values)[axis]
    axes = rank(values)
    known_rank = None if values.sizes is None else len(values.sizes)
    if axis == -1 or axis + 1 == known_rank:
        return top_k(values, count)[output]
    swapped = _swap_with_last(axis, axes if known_rank is None else known_rank)
    return transpose(top_k(transpose(values, swapped), count)[output], swapped)


def _swap_with_last(axis: Any, axes: Any) -> Tensor:
    """The permutation that exchanges an axis and the last one."""
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op

    if axis < 0:
        axis += axes
    if isinstance(axes, Tensor):
        return concat([range_op(axis), [axes - 1], range_op(axis + 1, axes - 1), [axis]], axis=0)
    order = [*range(axis), axes - 1, *range(axis + 1, axes - 1), axis]
    return constant(np.array(order), name="transposition")
