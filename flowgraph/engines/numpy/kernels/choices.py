"""Kernels of comparisons, and of what chooses between two arrays entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import (
    Call,
    InPlace,
    Kernel,
    Operand,
    any_operand,
    binary_call,
    is_wide_float,
    operands_at,
    unary_call,
)
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.choose import WORTH_IT, choose
from flowgraph.ops import compare, math, select, unary

_WORDS: dict[int, Any] = {4: np.int32, 8: np.int64}


def _extreme(ufunc: Callable[..., Any]) -> Kernel:
    """The first of two where they are equal zeros or the second is no number, as TF's comparison has it."""

    def function(x: Any, y: Any, out: np.ndarray) -> None:
        ufunc(y, x, out=out)
        unordered = np.isnan(y)
        if unordered.any():
            np.copyto(out, x, where=unordered)

    def kernel(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
        return binary_call(function, operands[0], operands[1], out, slots) if is_wide_float(out) else None

    return kernel


def _compared(ufunc: Callable[..., Any]) -> Kernel:
    return lambda _step, operands, out, slots: binary_call(ufunc, operands[0], operands[1], out, slots)


def _sign(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    def function(x: Any, y: np.ndarray) -> None:
        np.greater(x, 0, y)
        np.subtract(y, x < 0, y)

    return unary_call(function, operands[0], out, slots) if is_wide_float(out) else None


def _select(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """Large arrays of one shape: the same words as `choose` makes, in place."""
    shapes = [o.known.sizes for o in operands if o.known is not None and o.known.is_full]
    if not is_wide_float(out) or len(shapes) < 3 or len(set(shapes)) > 1 or not shapes[0]:
        return None
    word = _WORDS[out.dtype.itemsize]

    def function(condition: Any, t: Any, e: Any) -> None:
        if out.size < WORTH_IT:
            np.copyto(out, choose(condition, t, e))
            return
        bits, other = out.view(word), e.view(word)
        np.bitwise_xor(t.view(word), other, bits)
        np.bitwise_and(bits, np.negative(condition.view(np.int8)), bits)
        np.bitwise_xor(bits, other, bits)

    def call() -> None:
        function(*[o.array if o.slot is None else slots[o.slot] for o in operands])

    return call, ()


KERNELS: dict[OpDef, Kernel] = {
    compare.LESS: _compared(np.less),
    compare.LESS_EQUAL: _compared(np.less_equal),
    compare.GREATER: _compared(np.greater),
    compare.GREATER_EQUAL: _compared(np.greater_equal),
    compare.LOGICAL_AND: _compared(np.logical_and),
    compare.LOGICAL_OR: _compared(np.logical_or),
    math.MAXIMUM: _extreme(np.maximum),
    math.MINIMUM: _extreme(np.minimum),
    select.SELECT: _select,
    unary.SIGN: _sign,
}

IN_PLACE: dict[OpDef, InPlace] = {
    compare.LOGICAL_AND: any_operand,
    compare.LOGICAL_OR: any_operand,
    select.SELECT: operands_at(1),
}
