"""Kernels of losses: the loss of each row and its gradient, each into its buffer."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Kernel, Operand, is_wide_float, reader
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels.cross_entropy import are_classes, dense_cross_entropy, sparse_cross_entropy
from flowgraph.ops import cross_entropy

Pair = tuple[np.ndarray, np.ndarray]


def _dense(_step: Step, operands: list[Operand], out: Pair, slots: list[Any]) -> Call | None:
    if not is_wide_float(out[1]) or any(operand.known.sizes != out[1].shape for operand in operands):
        return None
    logits, labels = (reader(operand, slots) for operand in operands)
    return lambda: dense_cross_entropy(logits(), labels(), out), ()


def _sparse(_step: Step, operands: list[Operand], out: Pair, slots: list[Any]) -> Call | None:
    if not is_wide_float(out[1]) or operands[0].known.sizes != out[1].shape:
        return None
    read_logits, read_labels = (reader(operand, slots) for operand in operands)

    def call() -> None:
        labels = read_labels()
        if not are_classes(labels, out[1].shape):
            raise ValueError("bad labels")
        sparse_cross_entropy(read_logits(), labels, out)

    return call, ()


KERNELS: dict[OpDef, Kernel] = {
    cross_entropy.SOFTMAX_CROSS_ENTROPY: _dense,
    cross_entropy.SPARSE_SOFTMAX_CROSS_ENTROPY: _sparse,
}
