"""Prebound calls: what a kernel gets, and what it gives.

A kernel is asked once, when a frame is bound: `kernel(step, operands, out, slots)` returns a prebound call, or None
when it does not apply. It must compute exactly what the op's own forward computes. `out` is the array that the call is
to fill at each run, a tuple of arrays for a step with several outputs; what it held before the call is unknown. For
some ops (`PARTLY`) that tuple has a number in place of an array of unknown shape: the slot into which the value goes.

The table `IN_PLACE` tells what memory may be used twice: `(step) -> positions` of the operands over which the kernel
may write its first output, because it has read an entry of each of them before it writes that entry. `out` may then be
the memory of one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from flowgraph.ir.program import Step


class Operand:
    """One input of a step: an array that is the same at every run, or a slot that is filled during the run."""

    __slots__ = ("array", "known", "slot")

    def __init__(self, known: Any, array: Any, slot: int | None) -> None:
        self.known, self.array, self.slot = known, array, slot


Call = tuple[Callable[..., Any], tuple[Any, ...]]
Kernel = Callable[..., Call | None]
Update = Callable[[Step, list[Operand], list[Any]], Call | None]
"""Of an op that changes variables: `update(step, operands, slots)`; an operand that is a variable is its cell."""
InPlace = Callable[[Step], Sequence[int]]
Forward = Callable[..., Any]


def any_operand(step: Step) -> Sequence[int]:
    """For `IN_PLACE`: any operand may be written over."""
    return range(len(step.inputs))


def first_two(step: Step) -> Sequence[int]:
    """For `IN_PLACE`: the first two operands may be written over, those after them are read later."""
    return range(min(2, len(step.inputs)))


def operands_at(*positions: int) -> InPlace:
    """For `IN_PLACE`: the operands at these positions may be written over."""
    return lambda _step: positions


def reader(operand: Operand, slots: list[Any]) -> Callable[[], Any]:
    """What gives the operand's value during the run."""
    array = operand.array
    return (lambda: array) if operand.slot is None else partial(slots.__getitem__, operand.slot)


def unary_call(ufunc: Callable[..., Any], a: Operand, out: np.ndarray, slots: list[Any]) -> Call:
    """`ufunc(a, out)`, whatever `a` is."""
    if a.slot is None:
        return ufunc, (a.array, out)
    at = a.slot
    return lambda: ufunc(slots[at], out), ()


def binary_call(ufunc: Callable[..., Any], a: Operand, b: Operand, out: np.ndarray, slots: list[Any]) -> Call:
    """`ufunc(a, b, out)`, whatever `a` and `b` are."""
    first, second, left, right = a.slot, b.slot, a.array, b.array
    if first is None:
        return (ufunc, (left, right, out)) if second is None else (lambda: ufunc(left, slots[second], out), ())
    if second is None:
        return lambda: ufunc(slots[first], right, out), ()
    return lambda: ufunc(slots[first], slots[second], out), ()


def is_wide_float(out: np.ndarray) -> bool:
    """Whether numpy computes in this dtype as the op does: it widens half for most of its functions."""
    return out.dtype.kind == "f" and out.dtype.itemsize >= 4
