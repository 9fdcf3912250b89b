"""Kernels of sums: over axes, and of several arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import (
    Call,
    InPlace,
    Kernel,
    Operand,
    binary_call,
    first_two,
    is_wide_float,
    reader,
    unary_call,
)
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.threads import in_parallel, ranges
from flowgraph.ops import add_n, reduction

BLOCK = 1 << 14
"""Entries of several arrays that are added up together."""

LARGE = 1 << 17
"""Entries of arrays of which three or more are worth several threads."""


def _add_n(_step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    if len(operands) < 2 or not is_wide_float(out):
        return None
    if not all(o.known is not None and o.known.is_full for o in operands):
        return None  # numpy would broadcast what AddN refuses
    if len(operands) == 2:
        return binary_call(np.add, operands[0], operands[1], out, slots)

    readers = [reader(operand, slots) for operand in operands]
    if out.size < LARGE:
        return lambda: _add_up([read() for read in readers], out), ()
    flat, parts = out.reshape(-1), ranges(out.size)

    def call() -> None:
        values = [np.reshape(read(), -1) for read in readers]
        in_parallel([partial(_add_up_by_blocks, [value[part] for value in values], flat[part]) for part in parts])

    return call, ()


def _add_up(values: Sequence[np.ndarray], out: np.ndarray) -> None:
    np.add(values[0], values[1], out)
    for value in values[2:]:
        np.add(out, value, out)


def _add_up_by_blocks(values: Sequence[np.ndarray], out: np.ndarray) -> None:
    """The same where a sum is not to leave the processor's cache before it is complete."""
    for start in range(0, out.size, BLOCK):
        block = slice(start, start + BLOCK)
        _add_up([value[block] for value in values], out[block])


def _sum(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """A sum over axes that are known; over none of them, or over those of size 1, it is a copy (of -0.0, too)."""
    x, axes = operands
    if axes.known is None or axes.known.value is None or not is_wide_float(out) or x.known is None:
        return None
    if x.known.sizes is None:
        return None
    rank = len(x.known.sizes)
    axis = tuple({int(i) % rank: None for i in np.atleast_1d(axes.known.value)}) if rank else ()
    if all(x.known.sizes[i] == 1 for i in axis):
        return unary_call(_copy if x.known.sizes == out.shape else _copy_reshaped, x, out, slots)
    keep = bool(step.attrs["keep_dims"])
    reduce: Callable[..., Any] = np.add.reduce  # numpy's stubs want `out` by name, which takes longer
    if x.slot is None:
        return reduce, (x.array, axis, None, out, keep)
    at = x.slot
    return lambda: reduce(slots[at], axis, None, out, keep), ()


def _copy(source: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, source)


def _copy_reshaped(source: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, source.reshape(out.shape))


KERNELS: dict[OpDef, Kernel] = {add_n.ADD_N: _add_n, reduction.SUM: _sum}

IN_PLACE: dict[OpDef, InPlace] = {add_n.ADD_N: first_two}
