"""How a function of ordinary tensors also takes ragged ones: four kinds of wrappers.

The function itself is tried first; what it does to the names in the graph before it gives up is part of TF's graphs.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from flowgraph.ir.convert import to_tensor
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.ragged_parts import same_splits, splits_dtype_of
from flowgraph.ops.ragged_shape import RaggedShape, broadcast_rows, broadcast_shape
from flowgraph.ops.ragged_tensor import RaggedTensor, is_ragged
from flowgraph.ops.sparse_tensor import SparseTensor

F = TypeVar("F", bound=Callable[..., Any])
Args = Sequence[Any]
Keywords = Mapping[str, Any]
Handler = Callable[[Args, Keywords], Any]

NOT_SUPPORTED = object()


def _dispatching(function: F, handle: Handler) -> F:
    """`function`, or `handle` of its arguments if it refuses them and some are ragged."""

    @functools.wraps(function)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError) as error:
            if not any(map(_has_ragged, (*args, *kwargs.values()))):
                raise
            refusal = error.with_traceback(None)
        result = handle(args, kwargs)
        if result is NOT_SUPPORTED:
            raise refusal
        return result

    return dispatch  # type: ignore[return-value]


def _has_ragged(value: Any) -> bool:
    return is_ragged(value) or (isinstance(value, list | tuple) and any(map(is_ragged, value)))


def _convertible(value: Any) -> bool:
    """Whether it can become an ordinary tensor (lists do so at once, and stay in the graph as in TF)."""
    if value is None or isinstance(value, Tensor | np.ndarray | int | float | str):
        return True
    if isinstance(value, SparseTensor):
        return False
    if hasattr(type(value), "_as_graph_element"):
        return True
    try:
        to_tensor(value)
    except (TypeError, ValueError):
        return False
    return True


def entry_by_entry(function: F) -> F:
    """A function whose first argument may be ragged: it is applied to the innermost values."""
    first = next(iter(inspect.signature(function).parameters))

    def handle(args: Args, kwargs: Keywords) -> Any:
        x, others, named = _first_of(first, args, kwargs)
        if not isinstance(x, RaggedTensor):
            return NOT_SUPPORTED
        return x.with_flat_values(function(x.flat_values, *others, **named))

    return _dispatching(function, handle)


def _first_of(name: str, args: Args, kwargs: Keywords) -> tuple[Any, Args, dict[str, Any]]:
    """The first argument, the other positional ones, and the other named ones."""
    named = dict(kwargs)
    return (args[0], args[1:], named) if args else (named.pop(name, None), (), named)


def of_several(function: F) -> F:
    """A function of a list, some of which may be ragged, all with the same rows: of the innermost values."""
    first = next(iter(inspect.signature(function).parameters))

    def handle(args: Args, kwargs: Keywords) -> Any:
        given, others, named = _first_of(first, args, kwargs)
        if not all(is_ragged(one) or _convertible(one) for one in given):
            return NOT_SUPPORTED
        splits_dtype_of(given)
        nested = [one.nested_row_splits for one in given if is_ragged(one)]
        flat = [one.flat_values if is_ragged(one) else one for one in given]
        with control_dependencies(same_splits(nested)):
            result = function(flat, *others, **named)
            return RaggedTensor.from_nested_row_splits(result, nested[0], validate=False)

    return _dispatching(function, handle)


def of_two(function: F) -> F:
    """A function of two tensors, one of which may be ragged, or both: they are broadcast against each other."""
    names = list(inspect.signature(function).parameters)[:2]

    def handle(args: Args, kwargs: Keywords) -> Any:
        named = dict(kwargs)
        x, y = (args[i] if i < len(args) else named.pop(names[i], None) for i in range(2))
        try:
            if not is_ragged(x):
                x = to_tensor(x, None, names[0], y.dtype)
            if not is_ragged(y):
                y = to_tensor(y, None, names[1], x.dtype)
        except (TypeError, ValueError):
            return NOT_SUPPORTED
        x, y = _with_the_same_rows(x, y)
        flat_x, flat_y = (one.flat_values if isinstance(one, RaggedTensor) else one for one in (x, y))
        result = function(flat_x, flat_y, *args[2:], **named)
        return (x if isinstance(x, RaggedTensor) else y).with_flat_values(result)

    return _dispatching(function, handle)


def _with_the_same_rows(x: Any, y: Any) -> tuple[Any, Any]:
    splits_dtype_of([x, y])
    both = is_ragged(x) and is_ragged(y)
    if both or _needs_rows(x, y) or _needs_rows(y, x):
        shape = broadcast_shape(RaggedShape.of(x), RaggedShape.of(y))
        x = broadcast_rows(x, shape)
        y = broadcast_rows(y, shape)
    return x, y


def _needs_rows(ragged: Any, other: Any) -> bool:
    """Whether the other is no scalar or such that goes with each of the innermost values."""
    return is_ragged(ragged) and ragged.flat_values.shape.ndims <= other.shape.ndims


def of_its_own(function: F, ragged_function: Callable[..., Any], *names: str) -> F:
    """A function that has a namesake for ragged tensors; `names`: where they may stand, `[x]` is a list of them."""
    parameters = list(inspect.signature(function).parameters)
    places = [(name.strip("[]"), name.startswith("["), parameters.index(name.strip("[]"))) for name in names]

    def handle(args: Args, kwargs: Keywords) -> Any:
        found = False
        for name, is_list, place in places:
            value = args[place] if place < len(args) else kwargs.get(name)
            if is_list and not isinstance(value, list | tuple):
                return NOT_SUPPORTED
            for one in value if isinstance(value, list | tuple) and is_list else [value]:
                if is_ragged(one):
                    found = True
                elif not _convertible(one):
                    return NOT_SUPPORTED
        return ragged_function(*args, **kwargs) if found else NOT_SUPPORTED

    return _dispatching(function, handle)
