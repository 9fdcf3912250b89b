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
from flowgraph.ops import activation, division, hyperbolic, math, unary


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


def _relu(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    zero = out.dtype.type(0)
    return unary_call(lambda x, y: np.maximum(zero, x, out=y), operands[0], out, slots) if is_wide_float(out) else None


def _relu6(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    zero, six = out.dtype.type(0), out.dtype.type(6)

    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.maximum(zero, x, out=y)
        np.minimum(y, six, out=y)

    return unary_call(call, operands[0], out, slots) if is_wide_float(out) else None


def _sigmoid(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    def call(x: np.ndarray, y: np.ndarray) -> None:
        np.negative(x, y)
        np.exp(y, y)
        np.add(1, y, y)
        np.reciprocal(y, y)

    return unary_call(call, operands[0], out, slots) if is_wide_float(out) else None


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
}

IN_PLACE: dict[OpDef, InPlace] = dict.fromkeys(KERNELS, any_operand)
