"""tf.gradients: a reverse walk over the graph that emits ops.

The walk starts at the ys with a gradient of ones and goes from op to op against the arrows (`walk.py`). An op's turn
comes when every path from it to the ys has brought its gradient; these are summed, the op's rule turns the gradient
of its outputs into gradients of its inputs, and so on until nothing between ys and xs is left:

    x ──► mul ──► sum ──► y          ones ──► tile ──► mul ──► d y/d x

All of it is ordinary graph building: the result can be run, drawn, and differentiated again.
"""

from __future__ import annotations

import enum
from typing import Any

from flowgraph.autodiff.walk import AggregationMethod, Walk, convert, tensor_of
from flowgraph.ir.convert import to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.pause import collector_paused
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ops.array import zeros, zeros_like
from flowgraph.ops.indexed_slices import IndexedSlices
from flowgraph.ops.resource import VAR_HANDLE_OP, variable_shape

__all__ = ["AggregationMethod", "UnconnectedGradients", "gradients", "gradients_of_call"]


class UnconnectedGradients(enum.Enum):
    """What `tf.gradients` gives for an x that the ys do not depend on: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: UnconnectedGradients = UnconnectedGradients.NONE,
) -> list[Any]:
    """Add ops that compute the derivative of the sum of `ys` with respect to each of `xs`.

    Args:
      ys: a tensor or a list of them.
      xs: a tensor or variable, or a list of them.
      grad_ys: for each y the gradient to start from, None for ones.
      name: the scope of the new ops.
      colocate_gradients_with_ops: put each gradient op where its op is.
      gate_gradients: let all gradients of an op be ready before any is used.
      aggregation_method: see `AggregationMethod`.
      stop_gradients: tensors to treat as constants.
      unconnected_gradients: what to return for an x that the ys do not depend on.

    Returns:
      For each x a Tensor, IndexedSlices (of an x that was gathered from), or None (nothing connects it to the ys).

    Raises:
      LookupError: an op on the way has no gradient.
      ValueError: the arguments do not fit each other.

    >>> x = tf.constant(3.0)
    >>> run(tf.gradients(x * x, x))
    [6.0]
    """
    unconnected = _unconnected(unconnected_gradients)
    ys, xs, stops = _as_list(ys), _as_list(xs), _as_list(stop_gradients if stop_gradients is not None else [])
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    with collector_paused(), name_scope(name, "gradients", [*ys, *xs, *stops, *grad_ys]):
        walk = Walk(colocate_gradients_with_ops, gate_gradients, aggregation_method)
        graph = walk.graph
        with graph.at_site(graph._site or user_site()):
            walk.uid = graph.unique_name("uid")
            ys = [convert(y, f"y_{i}") for i, y in enumerate(ys)]
            xs = [_convert_x(x, i) for i, x in enumerate(xs)]
            starts = walk.starting_gradients(ys, grad_ys)
            walk.run([tensor_of(y) for y in ys], xs, starts, [_stop_op(t) for t in stops])
    walk.finish()
    return [_result(walk, tensor_of(x), unconnected) for x in xs]


def gradients_of_call(y: Tensor, args: list[Tensor], variables: list[Any], dy: Any) -> list[Any]:
    """The gradients of one call's result, built in the scope that is open: no starting values, no scope for each op.

    Args:
      y: what the call returned.
      args: what it was given; the walk does not go on behind that.
      variables: what else to take the gradient by.
      dy: the gradient of `y`.
    """
    walk = Walk(scoped=False)
    xs = [_convert_x(x) for x in [*args, *variables]]
    walk.run([y], xs, [dy], [arg.op for arg in args])
    walk.finish()
    return [walk.sum(tensor_of(x)) for x in xs]


def _result(walk: Walk, x: Tensor, unconnected: UnconnectedGradients) -> Any:
    total = walk.sum(x)
    if total is None and unconnected is UnconnectedGradients.ZERO:
        if x.op.opdef is VAR_HANDLE_OP:
            return zeros(variable_shape(x), dtype=x.op.attrs["dtype"])
        return zeros_like(x)
    return total


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _unconnected(value: Any) -> UnconnectedGradients:
    try:
        return UnconnectedGradients(value)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {value!r}") from None


def _convert_x(value: Any, index: int = 0) -> Any:
    """An x as the tensor whose gradient is collected: for a variable the variable itself, not one read of it."""
    if isinstance(value, Tensor | IndexedSlices):
        return value
    if isinstance(getattr(value, "handle", None), Tensor):
        return value.handle
    return to_tensor(value, name=f"x_{index}", as_ref=True)


def _stop_op(value: Any) -> Operation:
    op = getattr(value, "op", None)
    if not isinstance(op, Operation):
        raise TypeError(f"stop_gradients takes tensors, not {value!r}")
    return op
