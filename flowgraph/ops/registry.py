"""Gradients that users register themselves, and the scopes in which they stand in for an op's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.ir.describe import at
from flowgraph.ir.graph import Graph, user_site
from flowgraph.ir.opdef import MISSING_GRADIENT, REGISTRY
from flowgraph.ir.tensor import Operation

_registered: dict[str, tuple[Callable[..., Any] | None, Any]] = {}


class RegisterGradient:
    """Decorator that registers a gradient function under the name of an op type, or of an override.

    The function gets the op and a gradient for each of its outputs, and returns one for each of its inputs. Op types
    that have a gradient keep it; `Graph.gradient_override_map` puts another in its place.

    Raises:
      KeyError: the name has a gradient already.

    >>> @RegisterGradient("Half")
    ... def half_grad(op, dy):
    ...     return dy * 0.5
    >>> x = tf.constant(2.0)
    >>> with tf.get_default_graph().gradient_override_map({"Identity": "Half"}):
    ...     y = tf.identity(x)
    >>> run(tf.gradients(y, x))
    [0.5]
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Register `function`, and give it back unchanged."""
        _register(self._op_type, function)
        return function


def _register(name: str, function: Callable[..., Any] | None) -> None:
    if name in _registered or (name in REGISTRY and REGISTRY[name].gradient is not MISSING_GRADIENT):
        site = _registered[name][1] if name in _registered else None
        raise KeyError(
            f"Registering two gradient with name '{name}'! (Previous registration was in "
            f"{errors.place(site) if site else 'flowgraph itself'})"
        )
    _registered[name] = (function, user_site())


def NotDifferentiable(op_type: str) -> None:
    """Declare that no gradient flows through ops of a type."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, None)


NoGradient = NotDifferentiable


def custom_gradients(graph: Graph) -> dict[str, Callable[..., Any]]:
    """The gradients that functions of one graph brought with them, by name: they are forgotten with the graph."""
    table: dict[str, Callable[..., Any]] = graph.memory.setdefault("custom gradients", {})
    return table


def gradient_of(op: Operation) -> Callable[..., Any] | None:
    """The gradient function of an op: the override under which it was made, the user's own for its type, or TF's.

    Returns:
      None where no gradient flows.

    Raises:
      LookupError: nobody registered one.
    """
    if not op.inputs:
        return None
    name = str((op.marks or {}).get("_gradient_op_type", op.opdef.name))
    own = custom_gradients(op.graph).get(name)
    if own is not None:
        return own
    if name in _registered:
        return _registered[name][0]
    opdef = op.opdef if name == op.opdef.name else REGISTRY.get(name)
    if opdef is None or opdef.gradient is MISSING_GRADIENT:
        raise LookupError(_no_gradient(op))
    return opdef.gradient if callable(opdef.gradient) else None


def is_differentiable(op: Operation) -> bool:
    """Whether gradients flow through ops of this op's type."""
    name = op.opdef.name
    if name in _registered:
        return _registered[name][0] is not None
    return callable(op.opdef.gradient)


def _no_gradient(op: Operation) -> str:
    return errors.explain(
        f"No gradient defined for operation '{op.name}' (op type: {op.type})",
        details=[f"its input: {tensor!r}, made by {tensor.op.type}{at(tensor.op)}" for tensor in op.inputs],
        mend="tf.stop_gradient keeps the walk away from it; @tf.RegisterGradient gives it a gradient.",
        where=op.site,
    )
