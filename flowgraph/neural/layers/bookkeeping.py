"""Small things that layers need: names, collections, what depends on what."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np

from flowgraph import nest
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import get_collection_ref
from flowgraph.ir.tensor import Operation, Tensor
from flowgraph.ir.walk import ancestors


def snake_case(name: str) -> str:
    """A class's name as layers are called.

    >>> snake_case("MaxPooling2D"), snake_case("BatchNormalization")
    ('max_pooling2d', 'batch_normalization')
    """
    words = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def as_tensor(x: Any) -> Any:
    """What is fed to a layer: numbers become tensors."""
    return convert_to_tensor(x) if isinstance(x, np.ndarray | float | int) else x


def pieces(variable: Any) -> list[Any]:
    """The pieces of a partitioned variable, or the variable."""
    return list(variable) if hasattr(variable, "_get_variable_list") else [variable]


def any_is(items: list[Any], among: list[Any]) -> bool:
    """Whether one of the items is, itself, among others."""
    known = {id(item) for item in among}
    return any(id(item) in known for item in items)


def add_new(items: list[Any], collection: str) -> None:
    """Add to a collection what is not in it yet."""
    members = get_collection_ref(collection)
    for item in items:
        if not any_is([item], members):
            members.append(item)


def depends(op: Operation, inputs: Any) -> bool:
    """Whether an op depends on any of these tensors."""
    needed = ancestors([op])
    return any(isinstance(x, Tensor) and x.op in needed for x in nest.flatten(inputs))


def twin_of(value: Any, memo: dict[int, Any]) -> Any:
    """A deep copy of an attribute; what belongs to a graph is shared."""
    if isinstance(value, list):
        return [twin_of(item, memo) for item in value]
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(twin_of(item, memo) for item in value)
    is_of_graph = isinstance(value, Tensor | Operation) or isinstance(getattr(value, "op", None), Operation)
    return value if is_of_graph else copy.deepcopy(value, memo)
