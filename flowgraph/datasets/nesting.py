"""How elements of datasets are nested: by tuples, named tuples, dicts and attrs classes. A list is a leaf: a tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any


def _children(value: Any) -> list[Any] | None:
    if isinstance(value, Mapping):
        return [value[key] for key in sorted(value)]
    if hasattr(type(value), "__attrs_attrs__"):
        return [getattr(value, attribute.name) for attribute in type(value).__attrs_attrs__]
    return list(value) if isinstance(value, tuple) else None


def is_nested(value: Any) -> bool:
    """Whether something is no leaf."""
    return _children(value) is not None


def same_nesting(one: Any, other: Any, by_types: bool = True) -> bool:
    """Whether two structures are nested alike, and by the same types.

    >>> same_nesting((1, {"a": 2}), (3, {"a": [4]})), same_nesting((1, 2), (1, (2,)))
    (True, False)
    """
    mine, theirs = _children(one), _children(other)
    if mine is None or theirs is None:
        return mine is theirs
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        alike = set(one) == set(other)
    else:
        alike = type(one) is type(other) or not by_types
    parts = zip(mine, theirs, strict=False)
    return alike and len(mine) == len(theirs) and all(same_nesting(a, b, by_types) for a, b in parts)


def flatten(structure: Any) -> list[Any]:
    """The leaves; those of a dict in the order of its keys.

    >>> flatten((1, {"b": [2], "a": 3}))
    [1, 3, [2]]
    """
    children = _children(structure)
    return [structure] if children is None else [leaf for child in children for leaf in flatten(child)]


def flatten_up_to(shallow: Any, deep: Any) -> list[Any]:
    """What stands in `deep` where `shallow` has leaves.

    Raises:
      TypeError: something nested in `shallow` is not in `deep`.
      ValueError: it has another number of children.
    """
    parts = _children(shallow)
    if parts is None:
        return [deep]
    others = _children(deep)
    if others is None:
        raise TypeError(
            f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(deep)}."
        )
    if isinstance(shallow, Mapping) != isinstance(deep, Mapping):
        raise TypeError(
            f"The two structures don't have the same sequence type. Input structure has type {type(deep)}, while "
            f"shallow structure has type {type(shallow)}."
        )
    if len(others) != len(parts):
        raise ValueError(
            "The two structures don't have the same sequence length. Input structure has length "
            f"{len(others)}, while shallow structure has length {len(parts)}."
        )
    if isinstance(shallow, Mapping) and set(shallow) != set(deep):
        raise ValueError(
            f"The two structures don't have the same keys. Input structure has keys {list(deep)}, while shallow "
            f"structure has keys {list(shallow)}."
        )
    pairs = zip(parts, others, strict=True)
    return [leaf for part, other in pairs for leaf in flatten_up_to(part, other)]


def pack(structure: Any, leaves: Sequence[Any]) -> Any:
    """Leaves, nested as a structure is.

    >>> pack((0, {"b": 0, "a": 0}), [1, 2, 3])
    (1, {'b': 3, 'a': 2})
    """
    return _pack(structure, iter(leaves))


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        made = {key: _pack(structure[key], leaves) for key in sorted(structure)}
        return type(structure)((key, made[key]) for key in structure)  # type: ignore[call-arg]
    parts = _children(structure)
    if parts is not None:
        children = [_pack(child, leaves) for child in parts]
        plain = isinstance(structure, tuple) and not hasattr(structure, "_fields")
        return tuple(children) if plain else type(structure)(*children)
    return next(leaves)


def map_leaves(function: Callable[..., Any], structure: Any, *others: Any) -> Any:
    """What a function makes of the leaves of structures that are nested alike."""
    flat = [flatten(structure), *[flatten_up_to(structure, other) for other in others]]
    return pack(structure, [function(*leaves) for leaves in zip(*flat, strict=True)])
