"""Integers as rows of bits: and, or, exclusive or, not, shifts, and how many bits are set."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import broadcast_shape, incompatible, same

_ALL_INTS = (dt.int8, dt.int16, dt.int32, dt.int64, dt.uint8, dt.uint16, dt.uint32, dt.uint64)
_ATTRS = {"T": TypeAttr(_ALL_INTS)}
_CASES = (
    case(RANDOM_INT(2, 3), RANDOM_INT(2, 3)),
    case(RANDOM_INT(2, 1, 3), RANDOM_INT(4, 1)),
    case(RANDOM_INT(0, 3), RANDOM_INT(1, 3)),
    case(RANDOM_INT(5, dtype=dt.int8), RANDOM_INT(dtype=dt.int8)),
    case(RANDOM_INT(5, dtype=dt.uint64), RANDOM_INT(5, dtype=dt.uint64)),
)


def _binary(signature: str, forward: Any, cases: Any = _CASES) -> OpDef:
    return OpDef(
        signature,
        attrs=_ATTRS,
        infer=broadcast_shape,
        forward=forward,
        failure=incompatible,
        gradient=NO_GRADIENT,
        elementwise=True,
        cases=cases,
    )


BITWISE_AND = _binary("BitwiseAnd(x: T, y: T) -> z: T", lambda xp, x, y: xp.bitwise_and(x, y))
BITWISE_OR = _binary("BitwiseOr(x: T, y: T) -> z: T", lambda xp, x, y: xp.bitwise_or(x, y))
BITWISE_XOR = _binary("BitwiseXor(x: T, y: T) -> z: T", lambda xp, x, y: xp.bitwise_xor(x, y))


def _within_width(xp: Any, y: Any) -> Any:
    """How far to shift: TF takes a shift below 0 as none, one off the end as the longest."""
    return xp.clip(y, 0, y.dtype.itemsize * 8 - 1)


_SHIFT_CASES = (*_CASES, case(INTS(1, -1, 5, -7), INTS(31, 32, -1, 1)))

LEFT_SHIFT = _binary(
    "LeftShift(x: T, y: T) -> z: T",
    lambda xp, x, y: xp.left_shift(x, _within_width(xp, y)),
    _SHIFT_CASES,
)
RIGHT_SHIFT = _binary(
    "RightShift(x: T, y: T) -> z: T",
    lambda xp, x, y: xp.right_shift(x, _within_width(xp, y)),
    _SHIFT_CASES,
)

_UNARY_CASES = (
    case(RANDOM_INT(2, 3)),
    case(RANDOM_INT()),
    case(RANDOM_INT(0, 3)),
    case(RANDOM_INT(5, dtype=dt.int8)),
    case(RANDOM_INT(5, dtype=dt.uint16)),
    case(INTS(-(2**63), 2**63 - 1, dtype=dt.int64)),
)

INVERT = OpDef(
    "Invert(x: T) -> y: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x: xp.invert(x),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=_UNARY_CASES,
)


def _count_bits(xp: Any, x: Any) -> Any:
    """Sums of neighbouring bits, of pairs of them, of fours ...: numpy 1 has no count of its own."""
    bits = 8 * x.dtype.itemsize
    whole = (1 << bits) - 1
    left = x.view(f"u{x.dtype.itemsize}")
    width = 1
    while width < bits:
        # a mask of `width` ones, `width` zeros, and so on
        mask = left.dtype.type(whole // ((1 << width) + 1))
        left = (left & mask) + ((left >> left.dtype.type(width)) & mask)
        width *= 2
    return left.astype(xp.uint8)


POPULATION_COUNT = OpDef(
    "PopulationCount(x: T) -> y: uint8",
    attrs=_ATTRS,
    infer=same,
    forward=_count_bits,
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=_UNARY_CASES,
)


def bitwise_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in both x and y, entry by entry.

    Args:
      x, y: tensors of one integer type, whose shapes broadcast.
      name: the op's name.

    >>> run(bitwise_and([0b1100, 7], [0b1010, 8]))
    array([8, 0], dtype=int32)
    """
    return emit(BITWISE_AND, x, y, name=name)


def bitwise_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in x or y or both, entry by entry.

    Args: see `bitwise_and`.

    >>> run(bitwise_or([0b1100, 7], [0b1010, 8]))
    array([14, 15], dtype=int32)
    """
    return emit(BITWISE_OR, x, y, name=name)


def bitwise_xor(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in x or y but not in both, entry by entry.

    Args: see `bitwise_and`.

    >>> run(bitwise_xor([0b1100, 7], [0b1010, 8]))
    array([ 6, 15], dtype=int32)
    """
    return emit(BITWISE_XOR, x, y, name=name)


def invert(x: Any, name: str | None = None) -> Tensor:
    """Every bit flipped, entry by entry; of a signed integer that is -x - 1.

    Args:
      x: a tensor of integers.
      name: the op's name.

    >>> run(invert([0, 5, -1]))
    array([-1, -6,  0], dtype=int32)
    """
    return emit(INVERT, x, name=name)


def left_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits of x moved y places up, zeros coming in below, entry by entry.

    Args:
      x, y: tensors of one integer type, whose shapes broadcast. A y below 0 counts as 0, one beyond the width of the
        type as the highest place.
      name: the op's name.

    >>> run(left_shift([1, 3], [4, 1]))
    array([16,  6], dtype=int32)
    """
    return emit(LEFT_SHIFT, x, y, name=name)


def right_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits of x moved y places down, entry by entry; a negative number stays negative.

    Args: see `left_shift`.

    >>> run(right_shift([16, -8], [4, 1]))
    array([ 1, -4], dtype=int32)
    """
    return emit(RIGHT_SHIFT, x, y, name=name)
