"""Sequence examples, whose lists of features hold a feature for each step, as arrays: a batch of them, or one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from flowgraph.kernels.examples import (
    Coordinates,
    Dense,
    Kind,
    Sparse,
    invalid,
    joined,
    ragged_places,
    readable,
    shape_of,
)
from flowgraph.protos import message


class Wanted(NamedTuple):
    """The features that are asked for: of the example as a whole, and of its steps.

    Attributes:
      may_be_missing: the names of those in `dense_steps` that an example may lack: it has no steps then.
    """

    sparse: Sequence[Sparse]
    dense: Sequence[Dense]
    sparse_steps: Sequence[Sparse]
    dense_steps: Sequence[Dense]
    may_be_missing: frozenset[str]


class Found(NamedTuple):
    """What was asked for, in the order of `Wanted`; of a batch also how many steps each example has."""

    sparse: list[Coordinates]
    dense: list[np.ndarray]
    sparse_steps: list[Coordinates]
    dense_steps: list[np.ndarray]
    lengths: list[np.ndarray]


def _read(item: bytes) -> Any:
    """The message, or None if the bytes are none."""
    from google.protobuf.message import DecodeError

    try:
        return message("SequenceExample").FromString(item)
    except DecodeError:
        return None


def _values(feature: Any, kind: Kind) -> Any:
    """The entries of a feature; None if it is of another type."""
    which = feature.WhichOneof("kind")
    if which == kind.field:
        return getattr(feature, kind.field).value
    return () if which is None else None


# -- one ---------------------------------------------------------------------------------------------------


def parse_one(serialized: bytes, name: bytes, wanted: Wanted) -> Found:
    """The features of one sequence example.

    Args:
      serialized: the example.
      name: what messages call it.
      wanted: the features.

    Raises:
      Trouble: it is damaged, or has not what it should have.
    """
    example = _read(serialized)
    if example is None:
        raise invalid(f"Could not parse example input, value: '{readable(serialized)}'")
    called = f"Name: {readable(name)}, "
    context, lists = example.context.feature, example.feature_lists.feature_list
    dense = [_whole(context.get(spec.key), spec, called) for spec in wanted.dense]
    sparse = [_entries(context.get(spec.key), spec, called) for spec in wanted.sparse]
    dense_steps = [_steps(lists.get(spec.key), spec, called, wanted.may_be_missing) for spec in wanted.dense_steps]
    sparse_steps = [_uneven_steps(lists.get(spec.key), spec, called) for spec in wanted.sparse_steps]
    return Found(sparse, dense, sparse_steps, dense_steps, [])


def _mismatch(kind: Kind, feature: Any) -> str:
    return f"Data types don't match. Expected type: {kind.type}  Feature is: {feature}"


def _whole(feature: Any, spec: Dense, called: str) -> np.ndarray:
    if feature is None:
        if not spec.default.size:
            raise invalid(f"{called}Context feature '{spec.key}' is required but could not be found.")
        return np.array(spec.default, spec.kind.np).reshape(spec.row)
    if feature.WhichOneof("kind") != spec.kind.field:
        raise invalid(f"{called}Context feature: {spec.key}.  {_mismatch(spec.kind, feature)}")
    return _sized(_values(feature, spec.kind), spec, called, 0)


def _sized(values: Any, spec: Dense, called: str, index: int) -> np.ndarray:
    if len(values) != math.prod(spec.row):
        raise invalid(
            f"{called}Key: {spec.key}, Index: {index}.  Number of {spec.kind.noun} values != expected.  values size: "
            f"{len(values)} but output shape: {shape_of(spec.row)}"
        )
    return np.array(values[:], spec.kind.np).reshape(spec.row)


def _entries(feature: Any, spec: Sparse, called: str) -> Coordinates:
    values = () if feature is None else _values(feature, spec.kind)
    if values is None:
        raise invalid(f"{called}Context feature: {spec.key}.  {_mismatch(spec.kind, feature)}")
    return Coordinates(np.arange(len(values))[:, None], joined([values], spec.kind), np.array([len(values)]))


def _steps(steps: Any, spec: Dense, called: str, may_be_missing: frozenset[str]) -> np.ndarray:
    if steps is None and spec.key not in may_be_missing:
        raise invalid(
            f"{called}Feature list '{spec.key}' is required but could not be found.  Did you mean to include it in "
            "feature_list_dense_missing_assumed_empty or feature_list_dense_defaults?"
        )
    rows = []
    for index, feature in enumerate(() if steps is None else steps.feature):
        if feature.WhichOneof("kind") != spec.kind.field:
            raise invalid(f"{called}Feature list: {spec.key}, Index: {index}.  {_mismatch(spec.kind, feature)}")
        rows.append(_sized(_values(feature, spec.kind), spec, called, index))
    return np.array(rows, spec.kind.np).reshape(len(rows), *spec.row)


def _uneven_steps(steps: Any, spec: Sparse, called: str) -> Coordinates:
    rows = []
    for index, feature in enumerate(() if steps is None else steps.feature):
        rows.append(_values(feature, spec.kind))
        if rows[-1] is None:
            raise invalid(f"{called}Feature List: {spec.key}, Index: {index}.  {_mismatch(spec.kind, feature)}")
    counts = np.array([len(row) for row in rows], np.int64)
    shape = np.array([len(rows), max(counts, default=0)])
    return Coordinates(ragged_places(counts), joined(rows, spec.kind), shape)


# -- several -----------------------------------------------------------------------------------------------


def parse_batch(serialized: Sequence[bytes], names: Sequence[bytes], wanted: Wanted) -> Found:
    """The features of several sequence examples; see `parse_one`."""
    called = [readable(name) for name in names] or ["<unknown>"] * len(serialized)
    examples = [_read(item) for item in serialized]
    for example, name in zip(examples, called, strict=True):
        if example is None:
            raise invalid(f"Invalid protocol message input, example id: {name}")
    contexts = [example.context.feature for example in examples]
    lists = [example.feature_lists.feature_list for example in examples]
    dense = [_whole_rows(contexts, spec, called) for spec in wanted.dense]
    sparse = [_entry_rows(contexts, spec, called) for spec in wanted.sparse]
    of_steps = [_step_rows(lists, spec, called, wanted.may_be_missing) for spec in wanted.dense_steps]
    sparse_steps = [_uneven_step_rows(lists, spec, called) for spec in wanted.sparse_steps]
    return Found(sparse, dense, sparse_steps, [rows for rows, _ in of_steps], [sizes for _, sizes in of_steps])


def _of_type(feature: Any, kind: Kind, complaint: Callable[[], str]) -> Any:
    values = _values(feature, kind)
    if values is None:
        raise invalid(complaint())
    return values


def _context_rows(contexts: Sequence[Any], spec: Dense | Sparse, called: Sequence[str]) -> list[Any]:
    """The entries of a feature in each example, None where it is missing."""
    return [
        None
        if context.get(spec.key) is None
        else _of_type(context[spec.key], spec.kind, lambda: f"Error in context feature {spec.key} in example {name}")  # noqa: B023 (called at once)
        for context, name in zip(contexts, called, strict=True)
    ]


def _whole_rows(contexts: Sequence[Any], spec: Dense, called: Sequence[str]) -> np.ndarray:
    rows = _context_rows(contexts, spec, called)
    if None in rows and not spec.default.size:
        raise invalid(f"Feature: {spec.key} (data type: {spec.kind.type}) is required but could not be found.")
    instead = spec.default.ravel().tolist()
    rows = [instead if row is None else row for row in rows]
    size = math.prod(spec.row)
    most = max([len(instead), *map(len, rows)])
    if most != size:
        raise invalid(f"Inconsistent number of elements for feature {spec.key}: {most} vs 1")
    for row, name in zip(rows, called, strict=True):
        if len(row) != size:
            raise invalid(f"Unexpected number of elements in example {name}")
    return joined(rows, spec.kind).reshape(len(rows), *spec.row)


def _entry_rows(contexts: Sequence[Any], spec: Sparse, called: Sequence[str]) -> Coordinates:
    rows = [() if row is None else row for row in _context_rows(contexts, spec, called)]
    counts = np.array([len(row) for row in rows], np.int64)
    shape = np.array([len(rows), max(counts, default=0)])
    return Coordinates(ragged_places(counts), joined(rows, spec.kind), shape)


def _all_steps(lists: Sequence[Any], spec: Dense | Sparse, called: Sequence[str]) -> list[list[Any]]:
    """The entries of each step of each example."""
    found = []
    for steps, name in zip(lists, called, strict=True):
        features = steps[spec.key].feature if spec.key in steps else ()
        complaint = f"Error in sequence feature {spec.key} in example {name}"
        found.append([_of_type(feature, spec.kind, lambda: complaint) for feature in features])  # noqa: B023
    return found


def _step_rows(
    lists: Sequence[Any], spec: Dense, called: Sequence[str], may_be_missing: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """The steps of each example, filled up with zeros to as many as the longest has; and how many there are."""
    for steps, name in zip(lists, called, strict=True):
        if spec.key not in steps and spec.key not in may_be_missing:
            raise invalid(f"Missing feature {spec.key} in example {name}")
    found = _all_steps(lists, spec, called)
    size = math.prod(spec.row)
    most = max((sum(map(len, rows)) for rows in found), default=0)
    if most % size if size else most:
        raise invalid(f"Unexpected shape error in feature {spec.key}")
    for rows, name in zip(found, called, strict=True):
        if any(len(row) != size for row in rows):
            raise invalid(f"Unexpected number of elements in feature {spec.key}, example {name}")
    lengths = np.array([len(rows) for rows in found], np.int64)
    empty: Any = b"" if spec.kind.np is object else 0
    filled = np.full((len(found), max(lengths, default=0), size), empty, spec.kind.np)
    for place, rows in zip(filled, found, strict=True):
        place[: len(rows)] = joined(rows, spec.kind).reshape(len(rows), size)
    return filled.reshape(*filled.shape[:2], *spec.row), lengths


def _uneven_step_rows(lists: Sequence[Any], spec: Sparse, called: Sequence[str]) -> Coordinates:
    found = _all_steps(lists, spec, called)
    steps = np.array([len(rows) for rows in found], np.int64)
    flat = [row for rows in found for row in rows]
    counts = np.array([len(row) for row in flat], np.int64)
    inner = ragged_places(counts)
    indices = np.column_stack([ragged_places(steps)[inner[:, 0]], inner[:, 1]])
    shape = np.array([len(found), max(steps, default=0), max(counts, default=0)])
    return Coordinates(indices, joined(flat, spec.kind), shape)
