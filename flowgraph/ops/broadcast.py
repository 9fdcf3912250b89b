"""Undoing a broadcast: the sums that bring a gradient back to the shape of an input that was stretched."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import INTS, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.sizes import broadcast


def same(x: Any, *others: Any, **attrs: Any) -> Any:
    """Shape rule: the output has the shape of the first input."""
    return x.sizes


def broadcast_shape(x: Any, y: Any, **attrs: Any) -> Any:
    """Shape rule of the binary elementwise ops."""
    return x.sizes if x.sizes == y.sizes else broadcast(x.sizes, y.sizes)


def _stretched_axes(xp: Any, s0: Any, s1: Any) -> tuple[Any, Any]:
    """For two shapes: the axes of the broadcast result along which each was stretched (or which it lacks)."""
    rank = max(len(s0), len(s1))
    a = [1] * (rank - len(s0)) + list(map(int, s0))
    b = [1] * (rank - len(s1)) + list(map(int, s1))
    for x, y in zip(a, b, strict=True):
        if x != y and x != 1 and y != 1:
            raise ValueError(f"Incompatible shapes: [{','.join(map(str, s0))}] vs. [{','.join(map(str, s1))}]")
    # an axis of size 1 in both may be summed or not, it is all the same: TF sums it
    r0 = [i for i in range(rank) if a[i] == 1]
    r1 = [i for i in range(rank) if b[i] == 1]
    if list(s0) == list(s1):
        r0, r1 = [], []
    return xp.asarray(r0, s0.dtype), xp.asarray(r1, s0.dtype)


BROADCAST_GRADIENT_ARGS = OpDef(
    "BroadcastGradientArgs(s0: T, s1: T) -> (r0: T, r1: T)",
    attrs={"T": TypeAttr(INDEX, dt.int32)},
    infer=lambda s0, s1: [(None,), (None,)],
    forward=_stretched_axes,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(INTS(2, 3), INTS(3)), case(INTS(2, 3), INTS(2, 3)), case(INTS(), INTS(4))],
)


def broadcast_gradient_args(s0: Any, s1: Any, name: str | None = None) -> list[Tensor]:
    """The axes to sum over, for each of two shapes that were broadcast together."""
    return emit(BROADCAST_GRADIENT_ARGS, s0, s1, name=name)


class Unbroadcast:
    """Brings gradients of `z = f(x, y)` back to the shapes of `x` and `y`.

    With both shapes known, a gradient that has its input's shape already is left alone and the axes are constants,
    asked of one op for each pair of shapes in a graph, as in TF; otherwise the axes are worked out at run time.
    """

    def __init__(self, x: Tensor, y: Tensor, grad: Tensor) -> None:
        from flowgraph.ops.array import shape_op

        if x.sizes is None or y.sizes is None or None in x.sizes or None in y.sizes:
            self.x_shape, self.y_shape = shape_op(x), shape_op(y)
            self.x_axes, self.y_axes = broadcast_gradient_args(self.x_shape, self.y_shape)
            self.x_reduces = self.y_reduces = True
            return
        self.x_shape, self.y_shape = x.sizes, y.sizes
        self.x_reduces, self.y_reduces = x.sizes != grad.sizes, y.sizes != grad.sizes
        cache = x.graph.memory.setdefault("broadcast_gradient_args", {})
        axes = cache.get((x.sizes, y.sizes))
        if axes is None:
            broadcast_gradient_args(x.sizes, y.sizes)
            r0, r1 = _stretched_axes(np, np.array(x.sizes, np.int32), np.array(y.sizes, np.int32))
            axes = cache[x.sizes, y.sizes] = tuple(r0.tolist()), tuple(r1.tolist())
        self.x_axes, self.y_axes = axes

    def x(self, grad: Tensor) -> Tensor:
        """A gradient of the broadcast shape, summed to the shape of x."""
        return self._reduced(grad, self.x_axes, self.x_shape) if self.x_reduces else grad

    def y(self, grad: Tensor) -> Tensor:
        """A gradient of the broadcast shape, summed to the shape of y."""
        return self._reduced(grad, self.y_axes, self.y_shape) if self.y_reduces else grad

    @staticmethod
    def _reduced(grad: Tensor, axes: Any, shape: Any) -> Tensor:
        from flowgraph.ops.array import reshape
        from flowgraph.ops.reduction import reduce_sum

        return reshape(reduce_sum(grad, axes), shape)


class DynamicUnbroadcast(Unbroadcast):
    """The same for the ops whose TF gradient always asks for the shapes with `tf.shape` first."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        from flowgraph.ops.array import shape

        self.x_shape, self.y_shape = shape(x), shape(y)
        self.x_axes, self.y_axes = broadcast_gradient_args(self.x_shape, self.y_shape)
        self.x_reduces = self.y_reduces = True


def all_shapes_equal(x: Tensor, y: Tensor, grad: Any) -> bool:
    """Whether nothing was stretched, known while building: then TF adds no shape ops at all."""
    sizes = x.sizes
    return isinstance(grad, Tensor) and sizes is not None and None not in sizes and sizes == y.sizes == grad.sizes
