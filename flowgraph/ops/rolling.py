"""Entries moved along an axis: roll, and the first entries of each row in reverse order."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, INT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import INDEX, REQUIRED, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.reduction import one_of
from flowgraph.shapes import Sizes, merge, to_text


def _rolled_sizes(x: Any, shift: Any, axis: Any) -> Sizes:
    if x.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    for vector in (shift, axis):
        if vector.sizes is not None and len(vector.sizes) > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {len(vector.sizes)}")
    merge(shift.sizes, axis.sizes)
    return x.sizes


def _roll(xp: Any, x: Any, shift: Any, axis: Any) -> Any:
    if not x.ndim or shift.shape != axis.shape or shift.ndim > 1:
        raise ValueError("shifts and axes that do not fit")
    return xp.roll(x, tuple(np.ravel(shift)), tuple(np.ravel(axis).tolist()))


def _roll_failure(x: Any, shift: Any, axis: Any) -> str | None:
    if not x.ndim:
        return "input must be 1-D or higher"
    for name, vector in (("shift", shift), ("axis", axis)):
        if vector.ndim > 1:
            return f"{name} must be a scalar or a 1-D vector. Found: {to_text(vector.shape)}"
    if shift.shape != axis.shape:
        return "shift and axis must have the same size"
    for at in np.ravel(axis).tolist():
        if not -x.ndim <= at < x.ndim:
            return f"axis {at} is out of range"
    return None


ROLL = OpDef(
    "Roll(input: T, shift: Tshift, axis: Taxis) -> output: T",
    attrs={"T": TypeAttr(), "Tshift": TypeAttr(INDEX), "Taxis": TypeAttr(INDEX)},
    infer=_rolled_sizes,
    forward=_roll,
    failure=_roll_failure,
    gradient=lambda op, dy: [roll(dy, -op.inputs[1], op.inputs[2]), None, None],
    cases=[
        case(FLOAT(3, 4), INT(1), INT(-1)),
        case(FLOAT(3, 4), INTS(1, -2, 1), INTS(0, 1, 0)),
        case(RANDOM_INT(3), INT(5, dt.int64), INT(0)),
    ],
)


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """The tensor with its entries moved on along some axes; what falls off the end comes in at the beginning.

    Args:
      input: a tensor.
      shift: how far, an integer or a vector with an entry for each axis.
      axis: the axes.
      name: the op's name.

    >>> run(roll([0, 1, 2, 3, 4], 2, 0))
    array([3, 4, 0, 1, 2], dtype=int32)
    """
    return emit(ROLL, input, shift, axis, name=name)


def _turned_sizes(x: Any, lengths: Any, *, seq_dim: int, batch_dim: int) -> Sizes:
    if lengths.sizes is not None and len(lengths.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(lengths.sizes)}")
    if x.sizes is None:
        return None
    axes = len(x.sizes)
    if batch_dim >= axes:
        raise ValueError(f"batch_dim must be < input rank: {batch_dim} vs. {axes}")
    if seq_dim >= axes:
        raise ValueError(f"seq_dim must be < input rank: {seq_dim} vs. {axes}")
    batch = x.sizes[batch_dim]
    given = None if lengths.sizes is None else lengths.sizes[0]
    if batch is not None and given is not None and batch != given:
        raise ValueError(f"Dimensions must be equal, but are {batch} and {given}")
    found = list(x.sizes)
    found[batch_dim] = given if batch is None else batch
    return tuple(found)


def _turn(xp: Any, x: Any, lengths: Any, *, seq_dim: int, batch_dim: int) -> Any:
    if _turn_failure(x, lengths, seq_dim=seq_dim, batch_dim=batch_dim):
        raise ValueError("lengths that do not fit")
    places = xp.arange(x.shape[seq_dim])
    # [batch, places]: entry i of a row of length n comes from n - 1 - i, those behind stay
    ends = lengths[:, None]
    table = xp.where(places < ends, ends - 1 - places, places)
    if batch_dim > seq_dim:
        table = table.T
    others = tuple(axis for axis in range(x.ndim) if axis not in (seq_dim, batch_dim))
    return xp.take_along_axis(x, xp.expand_dims(table, others), seq_dim)


def _turn_failure(x: Any, lengths: Any, *, seq_dim: int, batch_dim: int) -> str | None:
    if lengths.ndim != 1:
        return f"seq_lens input must be 1-dim, not {lengths.ndim}"
    if batch_dim == seq_dim:
        return f"batch_dim == seq_dim == {seq_dim}"
    if seq_dim >= x.ndim:
        return f"seq_dim must be < input.dims()( {seq_dim} vs. {x.ndim})"
    if batch_dim >= x.ndim:
        return f"batch_dim must be < input.dims()( {batch_dim} vs. {x.ndim})"
    if len(lengths) != x.shape[batch_dim]:
        return f"len(seq_lens) != input.dims({batch_dim}), ({len(lengths)} vs. {x.shape[batch_dim]})"
    for i, length in enumerate(lengths.tolist()):
        if length < 0:
            return f"seq_lens({i}) < 0"
        if length > x.shape[seq_dim]:
            return f"seq_lens({i}) > input.dims({seq_dim})"
    return None


def _turn_grad(op: Any, dy: Tensor) -> list[Any]:
    attrs = op.attrs
    return [reverse_sequence(dy, op.inputs[1], attrs["seq_dim"], attrs["batch_dim"]), None]


REVERSE_SEQUENCE = OpDef(
    "ReverseSequence(input: T, seq_lengths: Tlen) -> output: T",
    attrs={"seq_dim": REQUIRED, "batch_dim": 0, "T": TypeAttr(), "Tlen": TypeAttr(INDEX, dt.int64)},
    infer=_turned_sizes,
    forward=_turn,
    failure=_turn_failure,
    gradient=_turn_grad,
    cases=[
        case(FLOAT(3, 4), INTS(0, 2, 4), seq_dim=1),
        case(FLOAT(4, 2, 3), INTS(4, 1, 3, dtype=dt.int64), seq_dim=0, batch_dim=2),
        case(RANDOM_INT(1, 3), INTS(2), seq_dim=1),
    ],
)


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Tensor:
    """Each row with its first entries in reverse order: as many as its length says, those behind stay.

    Args:
      input: a tensor.
      seq_lengths: for each row how many entries to reverse.
      seq_axis: the axis along which to reverse.
      batch_axis: the axis of the rows; by default the first.
      name: the op's name.
      seq_dim: the old name of `seq_axis`.
      batch_dim: the old name of `batch_axis`.

    Raises:
      ValueError: there is no such axis, another number of lengths than rows, an axis under both names.

    >>> run(reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1))
    array([[2, 1, 3],
           [6, 5, 4]], dtype=int32)
    """
    seq_axis = one_of("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch_axis = one_of("batch_axis", batch_axis, "batch_dim", batch_dim)
    if seq_axis is None:
        line = "Expected int for argument 'seq_dim' not None."
        raise TypeError(errors.explain(line, mend="Say which axis to reverse: seq_axis=1.", where=user_site()))
    return emit(REVERSE_SEQUENCE, input, seq_lengths, seq_dim=seq_axis, batch_dim=batch_axis, name=name)
