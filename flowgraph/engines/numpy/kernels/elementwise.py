"""Kernels of elementwise ops."""

from __future__ import annotations

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
    unary_call,
)
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.ops import activation, bias, division, hyperbolic, math, trigonometry, unary


def _ufunc(ufunc: np.ufunc) -> Kernel:
    """A kernel for an op whose forward is exactly one ufunc."""

    def kernel(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
        if len(operands) == 1:
            return unary_call(ufunc, operands[0], out, slots)
        return binary_call(ufunc, operands[0], operands[1], out, slots)

    return kernel


def _floats(ufunc: np.ufunc) -> Kernel:
    """A kernel for an op whose forward on floats is exactly one ufunc; of what else it takes, forward knows more."""
    plain = _ufunc(ufunc)
    return lambda step, operands, out, slots: plain(step, operands, out, slots) if is_wide_float(out) else None


_ZEROS = {np.dtype(code): np.zeros(1 << 15, code) for code in ("f4", "f8")}
_SHORTEST_ROW = 64


def _zeros_for(out: np.ndarray) -> Any:
    """Zeros to compare with `out`: many, for numpy compares two arrays seven times as fast as an array and a number."""
    zeros = _ZEROS[out.dtype]
    if out.size <= zeros.size:
        return zeros[: out.size].reshape(out.shape)
    row = out.shape[-1]
    return zeros[:row] if _SHORTEST_ROW <= row <= zeros.size else zeros[0]


def _relu(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    if not is_wide_float(out):
        return None
    zeros = _zeros_for(out)
    return unary_call(lambda x, y: np.maximum(zeros, x, out=y), operands[0], out, slots)


def _relu6(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    zero, six = out.dtype.type(0), out.dtype.type(6)

    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.maximum(zero, x, out=y)
        np.minimum(y, six, out=y)

    return unary_call(call, operands[0], out, slots) if is_wide_float(out) else None


def _sigmoid(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    one = np.ones((), out.dtype)

    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.negative(x, y)
        np.exp(y, y)
        np.add(one, y, y)
        np.divide(one, y, y)  # the same as np.reciprocal, which is slower

    return unary_call(call, operands[0], out, slots) if is_wide_float(out) else None


def _rsqrt(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    one = np.ones((), out.dtype)

    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.sqrt(x, y)
        np.divide(one, y, y)

    return unary_call(call, operands[0], out, slots) if is_wide_float(out) else None


def _squared_difference(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    def call(x: Any, y: Any, z: np.ndarray) -> None:
        np.subtract(x, y, z)
        np.square(z, z)

    return binary_call(call, operands[0], operands[1], out, slots) if is_wide_float(out) else None


def _bias_add(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """Of a fused step (alone, `images.py` adds it), with the channels last; forward refuses what does not fit."""
    value, bias = (o.known.sizes if o.known is not None and o.known.is_full else None for o in operands)
    if not is_wide_float(out) or step.attrs["data_format"] != "NHWC" or value is None or len(value) < 2:
        return None
    return binary_call(np.add, operands[0], operands[1], out, slots) if bias == value[-1:] else None


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
    unary.LOG1P: _floats(np.log1p),
    unary.EXPM1: _floats(np.expm1),
    unary.RSQRT: _rsqrt,
    unary.RECIPROCAL: _floats(np.reciprocal),
    unary.INV: _floats(np.reciprocal),
    unary.FLOOR: _floats(np.floor),
    unary.CEIL: _floats(np.ceil),
    unary.RINT: _floats(np.rint),
    math.POW: _floats(np.power),
    math.SQUARED_DIFFERENCE: _squared_difference,
    trigonometry.SIN: _floats(np.sin),
    trigonometry.COS: _floats(np.cos),
    bias.BIAS_ADD: _bias_add,
    hyperbolic.TANH: _floats(np.tanh),
    hyperbolic.SIGMOID: _sigmoid,
    activation.RELU: _relu,
    activation.RELU6: _relu6,
}

IN_PLACE: dict[OpDef, InPlace] = dict.fromkeys(KERNELS, any_operand)
