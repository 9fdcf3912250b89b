"""Nested structures: lists, tuples, named tuples, dicts, their views and attrs classes, with anything for leaves.

With `expand_composites`, values that consist of tensors (IndexedSlices, SparseTensor) are taken apart too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from typing import Any

from flowgraph import absent as _absent

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]

_Parts = Callable[[Any], list[Any]]
_Join = Callable[[Any, list[Any]], Any]
_Spec = Callable[[Any], str]

_composites: dict[type, tuple[_Parts, _Join, _Spec]] = {}


def register_composite(kind: type, parts: _Parts, join: _Join, spec: _Spec) -> None:
    """Teach `expand_composites` a type.

    Args:
      kind: the type.
      parts: takes a value of the type apart.
      join: makes a value from one to resemble and the parts.
      spec: says in a message what kind of parts a value has.
    """
    _composites[kind] = parts, join, spec


def is_composite(value: Any) -> bool:
    """Whether a value consists of tensors."""
    return type(value) in _composites


def is_nested(seq: Any) -> bool:
    """Whether a value is a structure and not a leaf; strings and arrays are leaves."""
    if isinstance(seq, Mapping) or hasattr(type(seq), "__attrs_attrs__"):
        return True
    return isinstance(seq, Sequence | MappingView) and not isinstance(seq, str | bytes)


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _is_inner(value: Any, expand_composites: bool) -> bool:
    return is_nested(value) or (expand_composites and is_composite(value))


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def _children(value: Any) -> list[Any]:
    """What a structure holds; a dict's values in the order of their keys."""
    if is_composite(value):
        return _composites[type(value)][0](value)
    if isinstance(value, Mapping):
        return [value[key] for key in _sorted_keys(value)]
    if hasattr(type(value), "__attrs_attrs__"):
        return [getattr(value, attr.name) for attr in type(value).__attrs_attrs__]
    return list(value)


def keyed_children(value: Any) -> list[tuple[Any, Any]]:
    """What a structure holds, each with its key, its name or its number."""
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in _sorted_keys(value)]
    names: Any = getattr(value, "_fields", None) if _is_namedtuple(value) else None
    if hasattr(type(value), "__attrs_attrs__"):
        names = [attr.name for attr in type(value).__attrs_attrs__]
    children = _children(value)
    if is_composite(value):
        names = [type(value).__name__] * len(children)
    return list(zip(range(len(children)) if names is None else names, children, strict=True))


def _rebuild(value: Any, children: list[Any]) -> Any:
    """A structure like `value` that holds `children`."""
    kind: Any = type(value)
    if is_composite(value):
        return _composites[kind][1](value, children)
    if isinstance(value, Mapping):
        found = dict(zip(_sorted_keys(value), children, strict=True))
        items = [(key, found[key]) for key in value]
        return defaultdict(value.default_factory, items) if isinstance(value, defaultdict) else kind(items)
    if _is_namedtuple(value) or hasattr(kind, "__attrs_attrs__"):
        return kind(*children)
    return children if isinstance(value, MappingView) else kind(children)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of a structure, in order; a leaf alone gives a list of one.

    >>> flatten({"b": [1, (2,)], "a": 3})
    [3, 1, 2]
    """
    if not _is_inner(structure, expand_composites):
        return [structure]
    return [leaf for child in _children(structure) for leaf in flatten(child, expand_composites)]


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False) -> Any:
    """A structure like `structure` with other leaves.

    Raises:
      TypeError: `flat_sequence` is not a sequence.
      ValueError: it has another number of leaves.

    >>> pack_sequence_as({"b": [1, (2,)], "a": 3}, ["x", "y", "z"])
    {'b': ['y', ('z',)], 'a': 'x'}
    """
    if not is_nested(flat_sequence):
        raise TypeError("flat_sequence must be a sequence")
    if not _is_inner(structure, expand_composites):
        if len(flat_sequence) != 1:
            raise ValueError(f"Structure is a scalar but len(flat_sequence) == {len(flat_sequence)} > 1")
        return flat_sequence[0]
    count = len(flatten(structure, expand_composites))
    if count != len(flat_sequence):
        raise ValueError(
            f"Could not pack sequence. Structure had {count} elements, but flat_sequence had "
            f"{len(flat_sequence)} elements.  Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return _pack(structure, iter(flat_sequence), expand_composites)


def _pack(structure: Any, leaves: Iterator[Any], expand_composites: bool) -> Any:
    if not _is_inner(structure, expand_composites):
        return next(leaves)
    return _rebuild(structure, [_pack(child, leaves, expand_composites) for child in _children(structure)])


def map_structure(
    func: Callable[..., Any], *structure: Any, check_types: bool = True, expand_composites: bool = False
) -> Any:
    """Apply `func` to the leaves of one structure, or of several of one form.

    Args:
      func: takes one leaf of each structure.
      *structure: the structures.
      check_types: whether a list where another structure has a tuple is an error.
      expand_composites: whether what consists of tensors, as IndexedSlices do, is a structure and not a leaf.

    Raises:
      TypeError, ValueError: the structures are not alike.

    >>> map_structure(lambda x, y: x + y, [1, {"a": 2}], [10, {"a": 20}])
    [11, {'a': 22}]
    """
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand_composites)
    columns = zip(*[flatten(one, expand_composites) for one in structure], strict=True)
    return pack_sequence_as(structure[0], [func(*column) for column in columns], expand_composites)


def flatten_up_to(
    shallow_tree: Any,
    input_tree: Any,
    check_types: bool = True,
    expand_composites: bool = False,
    check_subtrees_length: bool = True,
) -> list[Any]:
    """What stands in a structure where another one, which goes less deep, has its leaves.

    Args:
      shallow_tree: the structure that says how deep to go.
      input_tree: the structure.
      check_types: whether a list where the other has a tuple is an error.
      expand_composites: whether what consists of tensors, as IndexedSlices do, is a structure and not a leaf.
      check_subtrees_length: whether it is an error if the structure has more entries; if not, these are left out.

    Raises:
      TypeError, ValueError: it does not begin like the shallow one.

    >>> flatten_up_to([0, [0, 0]], [[1, 2], [3, {"a": 4}]])
    [[1, 2], 3, {'a': 4}]
    """
    if not _is_inner(shallow_tree, expand_composites):
        return [input_tree]
    _check_begins_like(shallow_tree, input_tree, check_types, expand_composites, check_subtrees_length)
    if isinstance(shallow_tree, Mapping):
        pairs = [(shallow_tree[key], input_tree[key]) for key in _sorted_keys(shallow_tree)]
    else:
        pairs = list(zip(_children(shallow_tree), _children(input_tree), strict=False))
    options = check_types, expand_composites, check_subtrees_length
    return [leaf for shallow, deep in pairs for leaf in flatten_up_to(shallow, deep, *options)]


def _check_begins_like(shallow: Any, deep: Any, check_types: bool, expand: bool, check_length: bool) -> None:
    """Refuse two structures that differ at the top."""
    if not _is_inner(deep, expand):
        raise TypeError(
            f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(deep)}."
        )
    if check_types and not isinstance(deep, type(shallow)) and not _same_kind(shallow, deep):
        raise TypeError(
            f"The two structures don't have the same sequence type. Input structure has type {type(deep)}, while "
            f"shallow structure has type {type(shallow)}."
        )
    found, wanted = len(_children(deep)), len(_children(shallow))
    if check_length and found != wanted:
        raise ValueError(
            f"The two structures don't have the same sequence length. Input structure has length {found}, while "
            f"shallow structure has length {wanted}."
        )
    if found < wanted:
        raise ValueError(
            f"The input_tree has fewer elements than the shallow_tree. Input structure has length {found}, while "
            f"shallow structure has length {wanted}."
        )
    absent = set(shallow) - set(deep) if isinstance(shallow, Mapping) else None
    if absent:
        raise ValueError(
            f"The shallow_tree's keys are not a subset of the input_tree's keys. The shallow_tree has the following "
            f"keys that are not in the input_tree: {sorted(absent)}."
        )


def map_structure_up_to(
    shallow_tree: Any,
    func: Callable[..., Any],
    *inputs: Any,
    check_types: bool = True,
    expand_composites: bool = False,
    check_subtrees_length: bool = True,
) -> Any:
    """Apply `func` to what stands in structures where another one, which goes less deep, has its leaves.

    Args:
      shallow_tree: the structure that says how deep to go.
      func: takes one part of each input.
      *inputs: the structures.
      check_types, expand_composites, check_subtrees_length: see `flatten_up_to`.

    Raises:
      TypeError, ValueError: an input does not begin like the shallow one.

    >>> map_structure_up_to((0, 0), len, ([1, 2], [3, [4], 5]))
    (2, 3)
    """
    if not inputs:
        raise ValueError("Cannot map over no sequences")
    options = check_types, expand_composites, check_subtrees_length
    columns = zip(*[flatten_up_to(shallow_tree, tree, *options) for tree in inputs], strict=True)
    return pack_sequence_as(shallow_tree, [func(*column) for column in columns], expand_composites)


def get_traverse_shallow_structure(
    traverse_fn: Callable[[Any], Any], structure: Any, expand_composites: bool = False
) -> Any:
    """A structure of bools that goes as deep as a function wants.

    Args:
      traverse_fn: takes any part of the structure and says whether to look into it: True, False, or, for a part that
        is a structure, one of bools, of the same type.
      structure: the structure.
      expand_composites: whether what consists of tensors, as IndexedSlices do, is a structure and not a leaf.

    Raises:
      TypeError: the function says something else.

    >>> get_traverse_shallow_structure(lambda part: not isinstance(part, dict), [1, {"a": 2}])
    [True, False]
    """

    def inside(part: Any) -> Any:
        return get_traverse_shallow_structure(traverse_fn, part, expand_composites)

    answer = traverse_fn(structure)
    if not _is_inner(structure, expand_composites):
        if not isinstance(answer, bool):
            raise TypeError(f"traverse_fn returned structure: {answer} for non-structure: {structure}")
        return answer
    if isinstance(answer, bool):
        return answer and _rebuild(structure, [inside(child) for child in _children(structure)])
    if not _is_inner(answer, expand_composites):
        raise TypeError(f"traverse_fn returned a non-bool scalar: {answer} for input: {structure}")
    _check_begins_like(answer, structure, True, expand_composites, True)
    if not all(isinstance(choice, bool) for choice in _children(answer)):
        raise TypeError(
            f"traverse_fn didn't return a depth=1 structure of bools.  saw: {answer}  for structure: {structure}"
        )
    pairs = zip(_children(answer), _children(structure), strict=True)
    return _rebuild(structure, [choice and inside(child) for choice, child in pairs])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Check that two structures differ in their leaves only.

    Raises:
      ValueError: one has more, or deeper, or other keys.
      TypeError: their types differ (a list is no tuple) although the rest is alike.
    """
    problem = _difference(nest1, nest2, check_types, expand_composites)
    if problem is not None:
        kind, words = problem
        raise kind(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: {_describe(nest1)}\n\nSecond structure: {_describe(nest2)}\n\n"
            f"More specifically: {words}\n"
            f"Entire first structure:\n{_outline(nest1)}\nEntire second structure:\n{_outline(nest2)}"
        )


def _difference(a: Any, b: Any, check_types: bool, expand: bool) -> tuple[type[Exception], str] | None:
    """The first place where two structures differ, in TF's words."""
    inner = _is_inner(a, expand), _is_inner(b, expand)
    if inner == (False, False):
        return None
    if inner != (True, True):
        one, other = (a, b) if inner[0] else (b, a)
        return ValueError, (
            f'Substructure "{_describe(one)}" is a sequence, while substructure "{_describe(other)}" is not'
        )
    if check_types and not _same_kind(a, b):
        return TypeError, (
            f"The two namedtuples don't have the same sequence type. First structure {_describe(a)} has type "
            f"{type(a).__name__}, while second structure {_describe(b)} has type {type(b).__name__}"
        )
    if is_composite(a):
        return _difference_of_composites(a, b)
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) != set(b):
        return ValueError, (
            "The two dictionaries don't have the same set of keys. First structure has keys "
            f"{_describe(list(a))}, while second structure has keys {_describe(list(b))}"
        )
    left, right = _children(a), _children(b)
    for x, y in zip(left, right, strict=False):
        problem = _difference(x, y, check_types, expand)
        if problem is not None:
            return problem
    if len(left) != len(right):
        return ValueError, (
            "The two structures don't have the same number of elements. First structure: "
            f"{_describe(a)}. Second structure: {_describe(b)}"
        )
    return None


def _difference_of_composites(a: Any, b: Any) -> tuple[type[Exception], str] | None:
    of_a, of_b = ([getattr(part, "dtype", None) for part in _children(value)] for value in (a, b))
    if of_a == of_b:
        return None
    spec = _composites[type(a)][2]
    return ValueError, f"Incompatible CompositeTensor TypeSpecs: {spec(a)} vs. {spec(b)}"


def _same_kind(a: Any, b: Any) -> bool:
    if type(a) is type(b) or (isinstance(a, Mapping) and isinstance(b, Mapping)):
        return True
    if _is_namedtuple(a) and _is_namedtuple(b):
        return type(a).__name__ == type(b).__name__ and a._fields == b._fields
    return False


def _describe(value: Any) -> str:
    return f"type={type(value).__name__} str={value}"


class _Dot:
    def __repr__(self) -> str:
        return "."


_DOT = _Dot()


def _outline(structure: Any) -> str:
    return str(map_structure(lambda _: _DOT, structure))


_absent.watch(__name__)
