"""Kernels of the numpy engine: steps that can write into a buffer instead of making a new array.

A kernel is asked once, when a frame is bound: `kernel(step, operands, out, slots)` returns a prebound call, or None
when it does not apply. It must compute exactly what the op's own forward computes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.product import product
from flowgraph.ops import activation, add_n, division, hyperbolic, math, matmul, reduction, unary


class Operand:
    """One input of a step: an array that is the same at every run, or a slot that is filled during the run."""

    __slots__ = ("array", "known", "slot")

    def __init__(self, known: Any, array: Any, slot: int | None) -> None:
        self.known, self.array, self.slot = known, array, slot


Call = tuple[Callable[..., Any], tuple[Any, ...]]
Kernel = Callable[[Step, list[Operand], np.ndarray, list[Any]], Call | None]


def _ufunc(ufunc: np.ufunc) -> Kernel:
    """A kernel for an op whose forward is exactly one ufunc."""

    def kernel(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
        if len(operands) == 1:
            return _unary_call(ufunc, operands[0], out, slots)
        return _binary_call(ufunc, operands[0], operands[1], out, slots)

    return kernel


def _floats(ufunc: np.ufunc) -> Kernel:
    """A kernel for an op whose forward on floats is exactly one ufunc; of what else it takes, forward knows more."""
    plain = _ufunc(ufunc)
    return lambda step, operands, out, slots: plain(step, operands, out, slots) if _is_wide_float(out) else None


def _relu(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    zero = out.dtype.type(0)
    return (
        _unary_call(lambda x, y: np.maximum(zero, x, out=y), operands[0], out, slots) if _is_wide_float(out) else None
    )


def _relu6(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    zero, six = out.dtype.type(0), out.dtype.type(6)

    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.maximum(zero, x, out=y)
        np.minimum(y, six, out=y)

    return _unary_call(call, operands[0], out, slots) if _is_wide_float(out) else None


def _sigmoid(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.negative(x, y)
        np.exp(y, y)
        np.add(1, y, y)
        np.reciprocal(y, y)

    return _unary_call(call, operands[0], out, slots) if _is_wide_float(out) else None


def _unary_call(ufunc: Callable[..., Any], a: Operand, out: np.ndarray, slots: list[Any]) -> Call:
    if a.slot is None:
        return ufunc, (a.array, out)
    at = a.slot
    return lambda: ufunc(slots[at], out), ()


def _binary_call(ufunc: Callable[..., Any], a: Operand, b: Operand, out: np.ndarray, slots: list[Any]) -> Call:
    first, second, left, right = a.slot, b.slot, a.array, b.array
    if first is None:
        return (ufunc, (left, right, out)) if second is None else (lambda: ufunc(left, slots[second], out), ())
    if second is None:
        return lambda: ufunc(slots[first], right, out), ()
    return lambda: ufunc(slots[first], slots[second], out), ()


def _matmul(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """A transposed operand is a view: BLAS takes it as it is."""
    a, b = operands
    if not _is_wide_float(out):
        return None
    first, second = step.attrs["transpose_a"], step.attrs["transpose_b"]
    if a.slot is None and b.slot is None:
        return product, (a.array.T if first else a.array, b.array.T if second else b.array, out)

    def call() -> None:
        x = a.array if a.slot is None else slots[a.slot]
        y = b.array if b.slot is None else slots[b.slot]
        product(x.T if first else x, y.T if second else y, out)

    return call, ()


def _add_n(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    if len(operands) < 2 or not _is_wide_float(out):
        return None
    if not all(o.known is not None and o.known.is_full for o in operands):
        return None  # numpy would broadcast what AddN refuses
    if len(operands) == 2:
        return _binary_call(np.add, operands[0], operands[1], out, slots)

    def call() -> None:
        values = [o.array if o.slot is None else slots[o.slot] for o in operands]
        np.add(values[0], values[1], out)
        for value in values[2:]:
            np.add(out, value, out)

    return call, ()


def _sum(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """A sum over axes that are known; over none of them, or over those of size 1, it is a copy (of -0.0, too)."""
    x, axes = operands
    if axes.array is None or not _is_wide_float(out) or x.known is None:
        return None
    if x.known.sizes is None:
        return None
    rank = len(x.known.sizes)
    axis = tuple({int(i) % rank: None for i in np.atleast_1d(axes.array)}) if rank else ()
    if all(x.known.sizes[i] == 1 for i in axis):
        return _unary_call(_copy if x.known.sizes == out.shape else _copy_reshaped, x, out, slots)
    keep = bool(step.attrs["keep_dims"])
    reduce: Callable[..., Any] = np.add.reduce  # numpy's stubs want `out` by name, which takes longer
    if x.slot is None:
        return reduce, (x.array, axis, None, out, keep)
    at = x.slot
    return lambda: reduce(slots[at], axis, None, out, keep), ()


def _is_wide_float(out: np.ndarray) -> bool:
    return out.dtype.kind == "f" and out.dtype.itemsize >= 4


def _copy(source: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, source)


def _copy_reshaped(source: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, source.reshape(out.shape))


KERNELS: dict[OpDef, Kernel] = {
    math.ADD: _ufunc(np.add),
    math.ADD_V2: _ufunc(np.add),
    math.SUB: _ufunc(np.subtract),
    math.MUL: _ufunc(np.multiply),
    division.DIV: _floats(np.divide),
    division.REAL_DIV: _floats(np.divide),
    unary.NEG: _floats(np.negative),
    unary.ABS: _floats(np.abs),
    unary.SQUARE: _floats(np.square),
    unary.SQRT: _floats(np.sqrt),
    unary.EXP: _floats(np.exp),
    unary.LOG: _floats(np.log),
    hyperbolic.TANH: _floats(np.tanh),
    hyperbolic.SIGMOID: _sigmoid,
    activation.RELU: _relu,
    activation.RELU6: _relu6,
    matmul.MATMUL: _matmul,
    add_n.ADD_N: _add_n,
    reduction.SUM: _sum,
}
"""By OpDef object; what is not here runs its own forward."""
