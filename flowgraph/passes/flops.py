"""How many additions and multiplications an op does, by the shapes of what it takes and gives.

A product of matrices does 2 · m · k · n, a convolution likewise, a reduction one for each entry that it takes, and an
elementwise op one for each entry that it makes, whatever function that is. Ops that only move numbers do none. How an
engine goes about it (by a transform that saves some, say) does not matter: the figure is the definition's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from flowgraph.ir.opdef import Effect, OpDef
from flowgraph.ir.program import Program
from flowgraph.ops import (
    batch_norm,
    bias,
    conv,
    conv3d,
    cross_entropy,
    depthwise,
    matmul,
    pool,
    pool3d,
    reduction,
    resource,
    softmax,
    state,
    statistics,
)

Shape = tuple[int, ...]
Count = Callable[[Mapping[str, Any], Sequence[Shape], Sequence[Shape]], float]


def flops(opdef: OpDef, attrs: Mapping[str, Any], inputs: Sequence[Shape], outputs: Sequence[Shape]) -> float:
    """The additions and multiplications of one execution.

    Args:
      opdef, attrs: the op.
      inputs, outputs: the shapes; of a variable that is handed over, that of its value.

    >>> flops(matmul.MATMUL, {"transpose_a": False, "transpose_b": False}, [(3, 4), (4, 5)], [(3, 5)])
    120.0
    """
    count = _COUNTS.get(opdef)
    if count is not None:
        return count(attrs, inputs, outputs)
    if isinstance(attrs.get("body"), Program):  # steps made into one, each of which makes what the whole makes
        whole, steps = max(outputs, key=prod), attrs["body"].steps
        return sum(flops(step.opdef, step.attrs, [whole] * len(step.inputs), [whole]) for step in steps)
    if opdef.effect is Effect.WRITE and inputs and opdef.n_inputs > 1:
        return float(prod(inputs[0]))
    return float(sum(map(prod, outputs))) if opdef.elementwise else 0.0


def _product(attrs: Mapping[str, Any], inputs: Sequence[Shape], outputs: Sequence[Shape]) -> float:
    turned = attrs.get("transpose_a") or attrs.get("adj_x")
    inner = inputs[0][-2 if turned else -1] if len(inputs[0]) > 1 else 1
    return 2.0 * prod(outputs[0]) * inner


def _convolution(kernel: int, result: int, last: int = -1) -> Count:
    """`kernel` and `result` tell which inputs are the kernel and the forward result; -1: the op's own output.

    Each entry of the result is a sum over the first axes of the kernel, up to `last`.
    """

    def count(_attrs: Mapping[str, Any], inputs: Sequence[Shape], outputs: Sequence[Shape]) -> float:
        weights = outputs[0] if kernel < 0 else inputs[kernel]
        made = outputs[0] if result < 0 else inputs[result]
        return 2.0 * prod(made) * prod(weights[:last])

    return count


def _each_input(times: int = 1) -> Count:
    return lambda _attrs, inputs, _outputs: float(times * prod(inputs[0]))


def _window(_attrs: Mapping[str, Any], _inputs: Sequence[Shape], outputs: Sequence[Shape]) -> float:
    return float(prod(outputs[0]) * prod(_attrs["ksize"]))


def _normalization(attrs: Mapping[str, Any], inputs: Sequence[Shape], _outputs: Sequence[Shape]) -> float:
    """A difference, a product and a sum; before it in training a sum, a difference, a square and a sum."""
    return (7.0 if attrs["is_training"] else 3.0) * prod(inputs[0])


_COUNTS: dict[OpDef, Count] = {
    **dict.fromkeys((matmul.MATMUL, matmul.BATCH_MATMUL, matmul.BATCH_MATMUL_V2, matmul.SPARSE_MATMUL), _product),
    **dict.fromkeys((conv.CONV2D, conv3d.CONV3D), _convolution(1, -1)),
    **dict.fromkeys((conv.CONV2D_BACKPROP_INPUT, conv3d.CONV3D_BACKPROP_INPUT), _convolution(1, 2)),
    **dict.fromkeys((conv.CONV2D_BACKPROP_FILTER, conv3d.CONV3D_BACKPROP_FILTER), _convolution(-1, 2)),
    depthwise.DEPTHWISE: _convolution(1, -1, -2),
    depthwise.DEPTHWISE_BACKPROP_INPUT: _convolution(1, 2, -2),
    depthwise.DEPTHWISE_BACKPROP_FILTER: _convolution(-1, 2, -2),
    **dict.fromkeys((reduction.SUM, reduction.MEAN, reduction.PROD, reduction.MAX, reduction.MIN), _each_input()),
    **dict.fromkeys((softmax.SOFTMAX, softmax.LOG_SOFTMAX, bias.BIAS_ADD, bias.BIAS_ADD_GRAD), _each_input()),
    **dict.fromkeys((cross_entropy.SOFTMAX_CROSS_ENTROPY, cross_entropy.SPARSE_SOFTMAX_CROSS_ENTROPY), _each_input()),
    **dict.fromkeys((pool.MAX_POOL, pool.AVG_POOL, pool3d.MAX_POOL_3D, pool3d.AVG_POOL_3D), _window),
    **dict.fromkeys(
        (batch_norm.FUSED_BATCH_NORM, batch_norm.FUSED_BATCH_NORM_V2, batch_norm.FUSED_BATCH_NORM_V3), _normalization
    ),
    statistics.L2_LOSS: _each_input(2),
    **dict.fromkeys((state.ASSIGN, resource.ASSIGN_VARIABLE_OP), _each_input(0)),
    **dict.fromkeys((state.APPLY_GRADIENT_DESCENT, resource.RESOURCE_APPLY_GRADIENT_DESCENT), _each_input(2)),
}
"""What ops do whose work is not one operation for each number of their outputs."""
