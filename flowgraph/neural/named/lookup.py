"""From what a layer is told (a function, a name, a configuration) to the function, and back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowgraph import errors
from flowgraph.ir.graph import user_site
from flowgraph.neural.named.activations import ACTIVATIONS, linear
from flowgraph.neural.named.constraints import CONSTRAINTS
from flowgraph.neural.named.initializers import INITIALIZERS
from flowgraph.neural.named.regularizers import REGULARIZERS


def activation_of(given: Any) -> Callable[..., Any]:
    """The activation function that is given or named; None: the linear one.

    Raises:
      ValueError: there is none of that name.
      TypeError: it is nothing that could be one.

    >>> activation_of("relu").__name__
    'relu'
    """
    if given is None:
        return linear
    if isinstance(given, str):
        return _known(ACTIVATIONS, given, "activation function:", given)
    if callable(given):
        return given
    raise _unclear(TypeError, "activation function", repr(given), ACTIVATIONS)


def initializer_of(given: Any) -> Any:
    """The initializer that is given, named, or described by a configuration; None stays None.

    Raises:
      ValueError: it is none.

    >>> initializer_of("he_normal").scale
    2.0
    >>> initializer_of({"class_name": "Constant", "config": {"value": 3.0}}).value
    3.0
    """
    return _made(given, INITIALIZERS, "initializer", "initializer:")


def regularizer_of(given: Any) -> Any:
    """The regularizer that is given, named, or described by a configuration; None stays None.

    Raises:
      ValueError: it is none.
    """
    return _made(given, REGULARIZERS, "regularizer", "regularizer:")


def constraint_of(given: Any) -> Any:
    """The constraint that is given, named, or described by a configuration; None stays None.

    Raises:
      ValueError: it is none.
    """
    return _made(given, CONSTRAINTS, "constraint", "constraint: ")


def described(function: Any) -> Any:
    """What stands in a layer's configuration for a function: its name, or its class and arguments.

    >>> described(tf.nn.relu), described(tf.ones_initializer())
    ('relu', {'class_name': 'Ones', 'config': {'dtype': 'float32'}})
    """
    if hasattr(function, "get_config"):
        return {"class_name": type(function).__name__, "config": function.get_config()}
    return getattr(function, "__name__", function)


def _made(given: Any, known: Mapping[str, Callable[..., Any]], kind: str, label: str) -> Any:
    if given is None:
        return None
    if isinstance(given, str):
        return _known(known, given, label, given)()
    if isinstance(given, Mapping):
        if "class_name" not in given or "config" not in given:
            raise ValueError(f"Improper config format: {given}")
        return _known(known, given["class_name"], f"{kind}: ", given)(**given["config"])
    if callable(given):
        return given
    raise _unclear(ValueError, kind, str(given), known)


def _known(known: Mapping[str, Any], name: str, label: str, given: Any) -> Any:
    if name in known:
        return known[name]
    details = [] if given == name else [f"in {given}"]
    fix = f"The known ones: {', '.join(sorted(known))}. A function works, too."
    raise ValueError(errors.explain(f"Unknown {label}{name}", details=details, mend=fix, where=user_site()))


def _unclear(error: type[Exception], kind: str, given: str, known: Mapping[str, Any]) -> Exception:
    line = f"Could not interpret {kind} identifier: {given}"
    fix = f"Give a function, or one of these names: {', '.join(sorted(known))}."
    return error(errors.explain(line, mend=fix, where=user_site()))
