"""Kernels of the elementwise ops that are gradients of others: each is its op's forward, step by step in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import (
    Call,
    InPlace,
    Kernel,
    Operand,
    binary_call,
    is_wide_float,
    operands_at,
)
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.ops import activation, unary_grad

Function = Callable[[Any, Any, np.ndarray], None]
"""Of two arrays, and where the result goes, which is none of theirs that it reads later (`IN_PLACE`)."""

# by the dtype's letter: beside a small array, numpy takes longer for a number than for an array of one
_ZERO, _ONE = ({char: np.full((), number, char) for char in "fdg"} for number in (0, 1))


def _relu(dy: Any, x: Any, out: np.ndarray) -> None:
    np.greater(x, _ZERO[out.dtype.char], out)
    np.multiply(dy, out, out)


def _relu6(dy: Any, x: Any, out: np.ndarray) -> None:
    np.multiply(dy, (x > 0) & (x < 6), out)


def _tanh(y: Any, dy: Any, out: np.ndarray) -> None:
    np.square(y, out)
    np.subtract(_ONE[out.dtype.char], out, out)
    np.multiply(dy, out, out)


def _sigmoid(y: Any, dy: Any, out: np.ndarray) -> None:
    np.subtract(_ONE[out.dtype.char], y, out)
    np.multiply(out, y, out)
    np.multiply(out, dy, out)


def _none_for_none(dy: Any, out: np.ndarray) -> None:
    """No gradient comes out where none came in, whatever the slope is there."""
    nothing = np.equal(dy, 0)
    if nothing.any():
        np.copyto(out, 0, where=nothing)


def _sqrt(y: Any, dy: Any, out: np.ndarray) -> None:
    np.multiply(dy, 0.5, out)
    np.divide(out, y, out)
    _none_for_none(dy, out)


def _rsqrt(y: Any, dy: Any, out: np.ndarray) -> None:
    np.multiply(dy, y, out)
    np.multiply(out, -0.5, out)
    np.multiply(out, np.square(y), out)
    _none_for_none(dy, out)


def _reciprocal(y: Any, dy: Any, out: np.ndarray) -> None:
    np.square(y, out)
    np.negative(out, out)
    np.multiply(out, dy, out)
    _none_for_none(dy, out)


def _softplus(dy: Any, x: Any, out: np.ndarray) -> None:
    np.negative(x, out)
    np.exp(out, out)
    np.add(out, _ONE[out.dtype.char], out)
    np.divide(dy, out, out)


def _kernel(function: Function) -> Kernel:
    def kernel(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
        x, y = operands
        are_alike = x.known is not None and x.known.is_full and y.known is not None and x.known.sizes == y.known.sizes
        return binary_call(function, x, y, out, slots) if are_alike and is_wide_float(out) else None

    return kernel


KERNELS: dict[OpDef, Kernel] = {
    activation.RELU_GRAD: _kernel(_relu),
    activation.RELU6_GRAD: _kernel(_relu6),
    activation.SOFTPLUS_GRAD: _kernel(_softplus),
    unary_grad.TANH_GRAD: _kernel(_tanh),
    unary_grad.SIGMOID_GRAD: _kernel(_sigmoid),
    unary_grad.SQRT_GRAD: _kernel(_sqrt),
    unary_grad.RSQRT_GRAD: _kernel(_rsqrt),
    unary_grad.RECIPROCAL_GRAD: _kernel(_reciprocal),
    unary_grad.INV_GRAD: _kernel(_reciprocal),
}

IN_PLACE: dict[OpDef, InPlace] = {
    activation.RELU_GRAD: operands_at(1),
    activation.RELU6_GRAD: operands_at(0, 1),
    activation.SOFTPLUS_GRAD: operands_at(1),
    unary_grad.TANH_GRAD: operands_at(0),
}
