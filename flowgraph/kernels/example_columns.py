"""The features of examples as arrays, the quick way: out of their payloads (`example_wire.py`).

Whatever is not as it should be is left to `examples.py`, which knows what to say of it: the answer is None then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from flowgraph.kernels import example_wire as wire
from flowgraph.kernels.examples import FLOAT, INT64, STRING, Coordinates, Dense, Kind, Sparse, ragged_places

_TAGS = {FLOAT: wire.FLOATS, INT64: wire.INTEGERS, STRING: wire.STRINGS}
Payloads = Sequence[bytes | None]
Found = tuple[list[Coordinates], list[np.ndarray]]


class _Odd(Exception):
    """Something that is not as it should be, or that is done elsewhere."""


class _Feature(NamedTuple):
    """A dense feature: where its payload is, what is in it, how many entries, and the shape of these."""

    place: int
    kind: Kind
    size: int
    spec: Dense
    shape: tuple[int, ...]


class Schema:
    """Features that examples have.

    Args:
      sparse, dense: the features.
      defaults: the arrays that the defaults were taken from.
    """

    def __init__(self, sparse: Sequence[Sparse], dense: Sequence[Dense], defaults: Sequence[Any] = ()) -> None:
        self.sparse, self.dense, self.defaults = sparse, dense, tuple(defaults)
        specs: list[Sparse | Dense] = [*sparse, *dense]
        wanted = {spec.key.encode(): _TAGS[spec.kind] for spec in specs}
        places = {key.decode(): place for place, key in enumerate(wanted)}
        self._payloads = wire.Reader(wanted).payloads
        self._sparse = [(places[spec.key], spec.kind) for spec in sparse]
        self._dense = [
            _Feature(
                places[spec.key], spec.kind, math.prod(spec.row), spec, ((-1,) if spec.is_variable else ()) + spec.row
            )
            for spec in dense
        ]

    def of_one(self, serialized: bytes) -> Found | None:
        """The features of one example; see `examples.parse_one`."""
        payloads = self._payloads(serialized)
        if payloads is None:
            return None
        try:
            return (
                [_coordinates(payloads[place], kind) for place, kind in self._sparse],
                [_array(payloads[feature.place], feature) for feature in self._dense],
            )
        except _Odd:
            return None

    def of_many(self, serialized: Sequence[bytes]) -> Found | None:
        """The features of several examples; see `examples.parse_batch`."""
        rows = []
        for item in serialized:
            payloads = self._payloads(item)
            if payloads is None:
                return None
            rows.append(payloads)
        columns = list(zip(*rows, strict=True))
        if not columns:
            return None
        try:
            return (
                [_rows_of_any_size(columns[place], kind) for place, kind in self._sparse],
                [_rows(columns[feature.place], feature) for feature in self._dense],
            )
        except _Odd:
            return None


# -- one example ---------------------------------------------------------------------------------------------


def _values(payload: bytes, kind: Kind) -> np.ndarray:
    if kind is FLOAT:
        return wire.floats(payload)
    if kind is STRING:
        return _strings([payload])
    found = wire.integers(payload)
    if found is None:
        raise _Odd
    return found


def _strings(payloads: Payloads) -> np.ndarray:
    array = np.empty(len(payloads), object)
    array[:] = payloads
    return array


def _coordinates(payload: bytes | None, kind: Kind) -> Coordinates:
    values = np.empty(0, kind.np) if payload is None else _values(payload, kind)
    size = len(values)
    return Coordinates(np.arange(size).reshape(-1, 1), values, np.array([size]))


def _array(payload: bytes | None, feature: _Feature) -> np.ndarray:
    _, kind, size, spec, shape = feature
    if payload is None:
        if spec.is_variable or not spec.default.size:
            raise _Odd
        return np.array(spec.default, kind.np)
    values = _values(payload, kind)
    if len(values) != size and (not spec.is_variable or not size or len(values) % size):
        raise _Odd
    return values.reshape(shape)


# -- several examples ----------------------------------------------------------------------------------------


def _numbers(payloads: Sequence[bytes], kind: Kind) -> tuple[np.ndarray, Any]:
    """The numbers in payloads, and how many are in each."""
    if kind is FLOAT:
        return wire.floats(b"".join(payloads)), np.array([len(payload) // 4 for payload in payloads], np.int64)
    found = wire.integer_rows(payloads)
    if found is None:
        raise _Odd
    return found


def _rows_of_any_size(column: Payloads, kind: Kind) -> Coordinates:
    if kind is STRING:
        counts = np.array([payload is not None for payload in column], np.int64)
        values = _strings([payload for payload in column if payload is not None])
    else:
        values, counts = _numbers([payload or b"" for payload in column], kind)
    return Coordinates(ragged_places(counts), values, np.array([len(column), counts.max()]))


def _rows(column: Payloads, feature: _Feature) -> np.ndarray:
    _, kind, size, spec, shape = feature
    if spec.is_variable:
        raise _Odd
    present = [payload for payload in column if payload is not None]
    values = _entries(present, kind, size)
    if len(present) < len(column):
        values = _with_defaults(column, values, spec)
    return values.reshape(len(column), *shape)


def _entries(payloads: Sequence[bytes], kind: Kind, size: int) -> np.ndarray:
    """The entries of features that all have `size` of them."""
    if kind is STRING:
        if size != 1:
            raise _Odd
        return _strings(payloads)
    values, counts = _numbers(payloads, kind)
    if (counts != size).any():
        raise _Odd
    return values


def _with_defaults(column: Payloads, values: np.ndarray, spec: Dense) -> np.ndarray:
    if not spec.default.size:
        raise _Odd
    is_there = np.array([payload is not None for payload in column])
    whole = np.empty((len(column), spec.default.size), values.dtype)
    whole[is_there] = values.reshape(-1, spec.default.size)
    whole[~is_there] = spec.default.ravel()
    return whole
