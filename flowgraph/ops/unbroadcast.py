"""Undoing a broadcast: the sums that bring a gradient back to the shape of an input that was stretched."""

from __future__ import annotations

from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import reshape, shape, shape_op
from flowgraph.ops.broadcast import broadcast_gradient_args, stretched_axes
from flowgraph.ops.reduction import reduce_sum


class Unbroadcast:
    """Brings gradients of `z = f(x, y)` back to the shapes of `x` and `y`.

    With both shapes known, a gradient that has its input's shape already is left alone and the axes are
    constants, asked of one op for each pair of shapes in a graph, as in TF; otherwise the axes are worked
    out at run time.
    """

    __slots__ = ("x_axes", "x_reduces", "x_shape", "y_axes", "y_reduces", "y_shape")

    x_shape: Any
    y_shape: Any
    x_axes: Any
    y_axes: Any

    def __init__(self, x: Tensor, y: Tensor, grad: Any) -> None:
        self.x_reduces = self.y_reduces = True
        if not isinstance(grad, Tensor):  # slices, of which TF asks less
            self.x_shape, self.y_shape = shape(x), shape(y)
        elif x.sizes is None or y.sizes is None or None in x.sizes or None in y.sizes:
            self.x_shape, self.y_shape = shape_op(x), shape_op(y)
        else:
            self.x_shape, self.y_shape = x.sizes, y.sizes
            self.x_reduces, self.y_reduces = x.sizes != grad.sizes, y.sizes != grad.sizes
            self.x_axes, self.y_axes = _known_axes(x, y)
            return
        self.x_axes, self.y_axes = broadcast_gradient_args(self.x_shape, self.y_shape)

    def x(self, grad: Tensor) -> Tensor:
        """A gradient of the broadcast shape, summed to the shape of x."""
        return reshape(reduce_sum(grad, self.x_axes), self.x_shape) if self.x_reduces else grad

    def y(self, grad: Tensor) -> Tensor:
        """A gradient of the broadcast shape, summed to the shape of y."""
        return reshape(reduce_sum(grad, self.y_axes), self.y_shape) if self.y_reduces else grad


def _known_axes(x: Tensor, y: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes to sum over, of two known shapes.

    TF adds the op that works them out once for each pair of shapes in a graph, takes its values and leaves it
    behind unused; so do we, for the names that everything after it gets.
    """
    cache = x.graph.memory.setdefault("broadcast_gradient_args", {})
    axes = cache.get((x.sizes, y.sizes))
    if axes is None:
        broadcast_gradient_args(x.sizes, y.sizes)
        of_x, of_y = stretched_axes(x.sizes, y.sizes)  # type: ignore[arg-type]
        axes = cache[x.sizes, y.sizes] = tuple(of_x), tuple(of_y)
    return axes


class DynamicUnbroadcast(Unbroadcast):
    """The same for the ops whose TF gradient always sums, over axes worked out at run time."""

    __slots__ = ()

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x_shape, self.y_shape = shape(x), shape(y)
        self.x_axes, self.y_axes = broadcast_gradient_args(self.x_shape, self.y_shape)
        self.x_reduces = self.y_reduces = True


def all_shapes_equal(x: Tensor, y: Tensor, grad: Any) -> bool:
    """Whether nothing was stretched, known while building: then TF adds no shape ops at all."""
    if not isinstance(grad, Tensor):
        return False
    sizes = x.sizes
    return sizes is not None and sizes == y.sizes == grad.sizes and None not in sizes
