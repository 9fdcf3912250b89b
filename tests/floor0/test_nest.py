"""Structures that go less deep than others: what TensorFlow 1.15.5 gives, and says."""

from __future__ import annotations

from collections import namedtuple

import pytest

from flowgraph import nest, nest_paths

Pair = namedtuple("Pair", "a b")  # noqa: PYI024  # what the structures are made of


@pytest.mark.parametrize(
    ("shallow", "deep", "flat"),
    [
        (3, [1], [[1]]),
        ({"b": 0, "a": 0}, {"a": 1, "b": [2]}, [1, [2]]),
        (Pair(0, [0, 0]), Pair([5], [1, {"x": 2}]), [[5], 1, {"x": 2}]),
    ],
)
def test_flatten_up_to(shallow, deep, flat):
    assert nest.flatten_up_to(shallow, deep) == flat


@pytest.mark.parametrize(
    ("shallow", "deep", "kind", "line"),
    [
        ([0, [0]], [1, 2], TypeError, "If shallow structure is a sequence, input must also be a sequence. Input has "),
        ([0, 0], [1, 2, 3], ValueError, "The two structures don't have the same sequence length. Input structure has "),
        ([0, 0], (1, 2), TypeError, "The two structures don't have the same sequence type. Input structure has type "),
        (Pair(0, 0), (1, 2), TypeError, "The two structures don't have the same sequence type. Input structure has "),
        ({"a": 0, "b": 0}, {"a": 1, "c": 2}, ValueError, "The shallow_tree's keys are not a subset of the input_tree"),
    ],
)
def test_flatten_up_to_refuses_what_begins_otherwise(shallow, deep, kind, line):
    with pytest.raises(kind) as caught:
        nest.flatten_up_to(shallow, deep)
    assert str(caught.value).startswith(line)


def test_types_need_not_agree():
    assert nest.flatten_up_to([0, 0], (1, 2), check_types=False) == [1, 2]


def test_map_structure_up_to():
    assert nest.map_structure_up_to([0, 0], lambda x, y: (x, y), [1, 2], [[3], 4]) == [(1, [3]), (2, 4)]
    with pytest.raises(ValueError, match="Cannot map over no sequences"):
        nest.map_structure_up_to([0, 0], lambda x: x)


@pytest.mark.parametrize(
    ("answer", "structure", "expected"),
    [
        (lambda part: True, [1, (2, 3)], [True, (True, True)]),
        (lambda part: False, [1, (2, 3)], False),
        (lambda part: not isinstance(part, tuple), [1, (2, 3)], [True, False]),
        (
            lambda part: {"a": True, "b": False} if isinstance(part, dict) else True,
            {"a": 1, "b": (2, 3)}, {"a": True, "b": False},
        ),
        (
            lambda part: Pair(True, False) if isinstance(part, Pair) else True,
            Pair([1, 2], (2, 3)), Pair([True, True], False),
        ),
    ],
)  # fmt: skip
def test_get_traverse_shallow_structure(answer, structure, expected):
    assert nest.get_traverse_shallow_structure(answer, structure) == expected


@pytest.mark.parametrize(
    ("answer", "kind", "line"),
    [
        (lambda part: True if isinstance(part, list) else [True], TypeError, "traverse_fn returned structure: [True] "),
        (lambda part: 3, TypeError, "traverse_fn returned a non-bool scalar: 3 for input: [1, (2, 3)]"),
        (lambda part: [True], ValueError, "The two structures don't have the same sequence length."),
        (lambda part: [True, 3], TypeError, "traverse_fn didn't return a depth=1 structure of bools.  saw: [True, 3]"),
    ],
)
def test_get_traverse_shallow_structure_wants_bools(answer, kind, line):
    with pytest.raises(kind) as caught:
        nest.get_traverse_shallow_structure(answer, [1, (2, 3)])
    assert str(caught.value).startswith(line)


def test_longer_structures_may_be_cut():
    assert nest.flatten_up_to([0, 0], [1, 2, 3], check_subtrees_length=False) == [1, 2]
    with pytest.raises(
        ValueError, match=r"The input_tree has fewer elements than the shallow_tree. Input structure has"
    ):
        nest.flatten_up_to([0, 0], [1], check_subtrees_length=False)


def test_paths():
    assert list(nest_paths.yield_flat_paths({"b": Pair(1, [2]), "a": 3})) == [("a",), ("b", "a"), ("b", "b", 0)]
    assert nest_paths.flatten_with_joined_string_paths(Pair(1, {"x": 2})) == [("a", 1), ("b/x", 2)]
    assert nest_paths.map_structure_with_paths(lambda path, x, y: (path, x + y), [1, (2,)], [3, (4,)]) == [
        ("0", 4),
        (("1/0", 6),),
    ]


@pytest.mark.parametrize(
    ("dictionary", "kind", "line"),
    [
        ([1], TypeError, "input must be a dictionary"),
        ({("a", "b"): (1, 2), "a": 3}, ValueError, "Could not flatten dictionary: key a is not unique."),
        (
            {("a", "b"): 1},
            ValueError,
            "Could not flatten dictionary. Key had 2 elements, but value had 1 elements. Key",
        ),
    ],
)
def test_flatten_dict_items_refuses(dictionary, kind, line):
    with pytest.raises(kind) as caught:
        nest_paths.flatten_dict_items(dictionary)
    assert str(caught.value).startswith(line)
