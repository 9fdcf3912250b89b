"""Gradients that users register themselves, and the scopes in which they stand in for an op's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import REGISTRY
from flowgraph.ir.tensor import Operation

_registered: dict[str, tuple[Callable[..., Any] | None, Any]] = {}


class RegisterGradient:
    """Decorator that registers a gradient function under the name of an op type, or of an override.

    The function gets the op and a gradient for each of its outputs, and returns one for each of its inputs.

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
    if name in _registered or name in REGISTRY:
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


def gradient_override(op: Operation) -> Callable[..., Any] | None:
    """The user's gradient of this op, or None.

    Raises:
      LookupError: the op was made under an override that nobody registered.
    """
    name = (op.marks or {}).get("_gradient_op_type")
    if name is None:
        return None
    if name not in _registered:
        raise LookupError(f"No gradient defined for operation '{op.name}' (op type: {op.type})")
    function = _registered[name][0]
    return function if function is not None else lambda op, *dys: [None] * len(op.inputs)
