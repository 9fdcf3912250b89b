"""Functions of elements, traced."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flowgraph import errors
from flowgraph.datasets import structure
from flowgraph.ir.function import Function, trace
from flowgraph.ir.graph import user_site
from flowgraph.ir.refusal import refusal
from flowgraph.ir.tensor import Tensor


class Traced:
    """A function of an element.

    Args:
      function: the user's.
      method: what it was given to, for its name and for messages: `Dataset.map()`.
      spec: of its argument: a tuple means several arguments.

    Attributes:
      function: the traced one.
      spec: of what it returns.
    """

    def __init__(self, function: Callable[..., Any], method: str, spec: Any) -> None:
        self.spec: Any = None
        specs = [one.carrier for one in structure.flatten(spec)]

        def call(tensors: list[Tensor]) -> list[Tensor]:
            arguments = structure.decoded(spec, tensors)
            result = function(*arguments) if type(arguments) is tuple else function(arguments)
            result = tuple(result) if isinstance(result, list) else result
            self.spec = _spec_of(result, method)
            return structure.encoded(self.spec, result)

        name = f"__inference_{method.replace('.', '_')[:-2]}_{_name_of(function)}"
        self.function: Function = trace(function, [(dtype, shape.sizes) for dtype, shape in specs], name, call)

    @property
    def name(self) -> str:
        """Its name in the graph's library."""
        return self.function.name

    @property
    def captured(self) -> list[Tensor]:
        """What it takes from the graph around."""
        return self.function.captured

    def inner_spec(self) -> Any:
        """The spec of the elements of the datasets that it returns.

        Raises:
          TypeError: it returns something else.
        """
        if not isinstance(self.spec, structure.DatasetSpec):
            raise refusal(f"`map_func` must return a `Dataset` object. Got {type(self.spec)}", TypeError)
        return self.spec.element_spec

    @property
    def has_refs(self) -> bool:
        """Whether anything that it takes comes from a variable of the old kind."""
        return any(_comes_from_ref(tensor) for tensor in self.captured)


def _comes_from_ref(tensor: Tensor) -> bool:
    seen: set[Tensor] = set()
    left = [tensor]
    while left:
        one = left.pop()
        if one in seen:
            continue
        if one.dtype.is_ref:
            return True
        seen.add(one)
        left.extend(one.op.inputs)
    return False


def _spec_of(result: Any, method: str) -> Any:
    try:
        return structure.spec_of(result)
    except (TypeError, ValueError):
        line = f"Unsupported return value from function passed to {method}: {result}."
        raise TypeError(errors.explain(line, where=user_site())) from None


def _name_of(function: Any) -> str:
    if isinstance(function, functools.partial):
        return _name_of(function.func)
    if inspect.ismethod(function):
        return f"{type(function.__self__).__name__}.{function.__name__}"
    return str(getattr(function, "__name__", type(function).__name__))
