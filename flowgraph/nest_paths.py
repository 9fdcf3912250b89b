"""Where in a structure its leaves stand, and the rest of what TensorFlow's own code does with structures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flowgraph import nest

__all__ = [
    "assert_shallow_structure",
    "flatten_dict_items",
    "flatten_with_joined_string_paths",
    "flatten_with_tuple_paths",
    "is_sequence",
    "map_structure_with_paths",
    "map_structure_with_tuple_paths",
    "yield_flat_paths",
]


def is_sequence(o: Any) -> bool:
    """Whether a value is a structure and not a leaf: the older name of `tf.nest.is_nested`.

    >>> is_sequence([1]), is_sequence("text")
    (True, False)
    """
    return nest.is_nested(o)


def assert_shallow_structure(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    expand_composites: bool = False,
    check_subtrees_length: bool = True,
) -> None:
    """Check that a structure begins like another one, which goes less deep.

    Args:
      shallow_tree: the structure that goes less deep.
      input_tree: the structure.
      check_types, expand_composites, check_subtrees_length: see `flatten_up_to`.

    Raises:
      TypeError, ValueError: it does not.

    >>> assert_shallow_structure([0, 0], [1, [2, 3]])
    """
    nest.flatten_up_to(shallow_tree, input_tree, check_types, expand_composites, check_subtrees_length)


def yield_flat_paths(nest: Any, expand_composites: bool = False) -> Iterator[tuple[Any, ...]]:
    """The place of each leaf of a structure: the keys, names and numbers that lead to it.

    >>> list(yield_flat_paths({"b": [1, (2,)], "a": 3}))
    [('a',), ('b', 0), ('b', 1, 0)]
    """
    return (path for path, _ in _leaves_with_paths(nest, expand_composites))


def _leaves_with_paths(structure: Any, expand: bool, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any]]:
    if not nest.is_nested(structure) and not (expand and nest.is_composite(structure)):
        yield path, structure
        return
    for key, child in nest.keyed_children(structure):
        yield from _leaves_with_paths(child, expand, (*path, key))


def flatten_with_tuple_paths(structure: Any, expand_composites: bool = False) -> list[tuple[Any, Any]]:
    """The leaves of a structure, each after its place.

    >>> flatten_with_tuple_paths({"b": [1], "a": 3})
    [(('a',), 3), (('b', 0), 1)]
    """
    return list(_leaves_with_paths(structure, expand_composites))


def flatten_with_joined_string_paths(
    structure: Any, separator: str = "/", expand_composites: bool = False
) -> list[tuple[str, Any]]:
    """The leaves of a structure, each after its place, as text.

    >>> flatten_with_joined_string_paths({"b": [1], "a": 3})
    [('a', 3), ('b/0', 1)]
    """
    leaves = _leaves_with_paths(structure, expand_composites)
    return [(separator.join(map(str, path)), leaf) for path, leaf in leaves]


def map_structure_with_tuple_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """`map_structure` of a function that takes a leaf's place first.

    Args:
      func: takes the place, a tuple, and one leaf of each structure.
      *structure: the structures.
      **kwargs: `check_types`, `expand_composites`, `check_subtrees_length`: see `flatten_up_to`; others are for `func`.

    Raises:
      TypeError, ValueError: the structures are not alike.

    >>> map_structure_with_tuple_paths(lambda path, x: (path, x), {"a": [1]})
    {'a': [(('a', 0), 1)]}
    """
    options = {
        name: kwargs.pop(name, default)
        for name, default in (("check_types", True), ("expand_composites", False), ("check_subtrees_length", True))
    }
    columns = [nest.flatten_up_to(structure[0], one, **options) for one in structure]
    paths = yield_flat_paths(structure[0], options["expand_composites"])
    results = [func(path, *leaves, **kwargs) for path, *leaves in zip(paths, *columns, strict=True)]
    return nest.pack_sequence_as(structure[0], results, options["expand_composites"])


def map_structure_with_paths(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """`map_structure_with_tuple_paths` with the places as text.

    >>> map_structure_with_paths(lambda path, x: f"{path}={x}", {"a": [1]})
    {'a': ['a/0=1']}
    """

    def with_text(path: tuple[Any, ...], *leaves: Any, **options: Any) -> Any:
        return func("/".join(map(str, path)), *leaves, **options)

    return map_structure_with_tuple_paths(with_text, *structure, **kwargs)


def flatten_dict_items(dictionary: Mapping[Any, Any]) -> dict[Any, Any]:
    """A dictionary in which keys and values that are structures of one form have been taken apart.

    Raises:
      TypeError: it is no dictionary.
      ValueError: a key has another number of leaves than its value, or comes twice.

    >>> flatten_dict_items({("a", ("b",)): (1, [2]), "c": 3})
    {'a': 1, 'b': 2, 'c': 3}
    """
    if not isinstance(dictionary, Mapping):
        raise TypeError("input must be a dictionary")
    flat: dict[Any, Any] = {}
    for key, value in dictionary.items():
        keys, values = (nest.flatten(key), nest.flatten(value)) if nest.is_nested(key) else ([key], [value])
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had {len(values)} elements. "
                f"Key: {keys}, value: {values}."
            )
        for one, leaf in zip(keys, values, strict=True):
            if one in flat:
                raise ValueError(f"Could not flatten dictionary: key {one} is not unique.")
            flat[one] = leaf
    return flat
