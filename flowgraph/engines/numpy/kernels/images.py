"""What this engine computes of images in its own way: into a buffer, and convolutions by tiles where they win.

Results by tiles (`flowgraph/kernels/winograd.py`) are up to 1e-5 of the largest entry off what direct sums give. With
FLOWGRAPH_EXACT_CONV=1 in the environment no convolution is computed so; nor is it with TF's own variable for this,
TF_ENABLE_WINOGRAD_NONFUSED=0.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import numpy as np

from flowgraph.engines.numpy.kernels.calls import Call, Forward, InPlace, Kernel, Operand, operands_at, reader
from flowgraph.ir.opdef import OpDef
from flowgraph.ir.program import Step
from flowgraph.kernels import conv as sums
from flowgraph.ops import batch_norm, bias, conv, pool


def by_tiles() -> bool:
    """Whether convolutions may be computed by tiles.

    >>> os.environ["FLOWGRAPH_EXACT_CONV"] = "1"
    >>> by_tiles()
    False
    >>> del os.environ["FLOWGRAPH_EXACT_CONV"]
    """
    exact = os.environ.get("FLOWGRAPH_EXACT_CONV", "0").lower() in ("1", "true")
    return not exact and os.environ.get("TF_ENABLE_WINOGRAD_NONFUSED", "1").lower() not in ("0", "false")


def _convolution(function: Any) -> Forward:
    def forward(_xp: Any, *arrays: Any, **attrs: Any) -> Any:
        return function(*arrays, **conv.numbers(attrs), by_tiles=by_tiles())

    return forward


def _into(forward: Forward) -> Kernel:
    """A kernel for an op whose forward can be told, as `out`, where its first output goes."""

    def kernel(step: Step, operands: list[Operand], out: Any, slots: list[Any]) -> Call:
        first, *others = out if isinstance(out, tuple) else (out,)
        compute = partial(forward, np, **step.attrs, out=first)
        values = [reader(operand, slots) for operand in operands]

        def call() -> None:
            made = compute(*[value() for value in values])
            for target, value in zip(others, made[1:] if others else (), strict=True):
                if isinstance(target, int):
                    slots[target] = value
                else:
                    target[...] = value

        return call, ()

    return kernel


FORWARDS: dict[OpDef, Forward] = {
    conv.CONV2D: _convolution(sums.conv2d),
    conv.CONV2D_BACKPROP_INPUT: _convolution(sums.conv2d_backprop_input),
    conv.CONV2D_BACKPROP_FILTER: _convolution(sums.conv2d_backprop_filter),
}

_BATCH_NORMS = (
    batch_norm.FUSED_BATCH_NORM,
    batch_norm.FUSED_BATCH_NORM_V2,
    batch_norm.FUSED_BATCH_NORM_V3,
)

_BATCH_NORM_GRADS = (
    batch_norm.FUSED_BATCH_NORM_GRAD,
    batch_norm.FUSED_BATCH_NORM_GRAD_V2,
    batch_norm.FUSED_BATCH_NORM_GRAD_V3,
)

KERNELS: dict[OpDef, Kernel] = {
    **{opdef: _into(forward) for opdef, forward in FORWARDS.items()},
    **{opdef: _into(opdef.forward) for opdef in (pool.MAX_POOL, pool.MAX_POOL_GRAD, bias.BIAS_ADD)},
    **{opdef: _into(opdef.forward) for opdef in (*_BATCH_NORMS, *_BATCH_NORM_GRADS)},
}

IN_PLACE: dict[OpDef, InPlace] = {
    **dict.fromkeys((bias.BIAS_ADD, *_BATCH_NORMS), operands_at(0)),
    **dict.fromkeys(_BATCH_NORM_GRADS, operands_at(0, 1)),
}
"""Statistics are made of all images before the first result is written."""

PARTLY = frozenset((*_BATCH_NORMS, *_BATCH_NORM_GRADS))
