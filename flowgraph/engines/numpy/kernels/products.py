"""Kernels of matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Kernel, Operand, is_wide_float
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.product import product
from flowgraph.ops import matmul


def _matmul(step: Step, operands: list[Operand], out: np.ndarray, slots: list[Any]) -> Call | None:
    """A transposed operand is a view: BLAS takes it as it is."""
    a, b = operands
    if not is_wide_float(out):
        return None
    first, second = step.attrs["transpose_a"], step.attrs["transpose_b"]
    if a.slot is None and b.slot is None:
        return product, (a.array.T if first else a.array, b.array.T if second else b.array, out)

    def call() -> None:
        x = a.array if a.slot is None else slots[a.slot]
        y = b.array if b.slot is None else slots[b.slot]
        product(x.T if first else x, y.T if second else y, out)

    return call, ()


KERNELS: dict[OpDef, Kernel] = {matmul.MATMUL: _matmul}
