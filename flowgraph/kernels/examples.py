"""Examples, messages of named features, as arrays: a batch of them, or one.

A batch is read feature by feature: what is as expected takes a few calls a record. Only when something is not does
anybody look, in TF's order, for what to say about it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from flowgraph.kernels.attempts import Trouble
from flowgraph.protos import message


class Kind(NamedTuple):
    """What a feature may hold: the message's field, TF's names of the type and of its entries, numpy's dtype."""

    field: str
    type: str
    noun: str
    np: Any


FLOAT = Kind("float_list", "float", "float", np.float32)
INT64 = Kind("int64_list", "int64", "int64", np.int64)
STRING = Kind("bytes_list", "string", "bytes", object)
KINDS = {kind.type: kind for kind in (FLOAT, INT64, STRING)}
_BY_FIELD = {kind.field: kind for kind in KINDS.values()}
_MANY = 32  # from so many floats on, a message's bytes are quicker than its entries


class Dense(NamedTuple):
    """A feature with the same number of entries in every example; or rows of such, where the first size is None.

    Attributes:
      default: stands where the feature is missing, and fills up rows; with no entries: the feature may not be missing.
    """

    key: str
    kind: Kind
    shape: tuple[int | None, ...]
    default: np.ndarray

    @property
    def is_variable(self) -> bool:
        """Whether the examples may have different numbers of rows."""
        return bool(self.shape) and self.shape[0] is None

    @property
    def row(self) -> tuple[int, ...]:
        """The shape of what comes as a whole: of a row, or of all."""
        return self.shape[1:] if self.is_variable else self.shape  # type: ignore[return-value]


class Sparse(NamedTuple):
    """A feature with any number of entries."""

    key: str
    kind: Kind


class Coordinates(NamedTuple):
    """The parts of a sparse tensor."""

    indices: np.ndarray
    values: np.ndarray
    shape: np.ndarray


class Unexpected(Exception):
    """Something in a batch is not as it should be."""


# -- several examples --------------------------------------------------------------------------------------


def parse_batch(
    serialized: Sequence[bytes], names: Sequence[bytes], sparse: Sequence[Sparse], dense: Sequence[Dense]
) -> tuple[list[Coordinates], list[np.ndarray]]:
    """The features of examples, one array (or sparse tensor) a feature.

    Args:
      serialized: the examples.
      names: what messages call them; may be empty.
      sparse, dense: the features.

    Raises:
      Trouble: an example is damaged, or has not what it should have.
    """
    try:
        maps = maps_of(serialized)
        return [sparse_rows(maps, spec) for spec in sparse], [dense_rows(maps, spec) for spec in dense]
    except Unexpected:
        _complain_of_batch(serialized, names, sparse, dense)


def parse_one(
    serialized: bytes, sparse: Sequence[Sparse], dense: Sequence[Dense]
) -> tuple[list[Coordinates], list[np.ndarray]]:
    """The features of one example; see `parse_batch`."""
    try:
        maps = maps_of([serialized])
        found = [sparse_rows(maps, spec) for spec in sparse]
        arrays = [dense_rows(maps, spec)[0] for spec in dense]
    except Unexpected:
        _complain_of_one(serialized, sparse, dense)
    return [Coordinates(at[:, 1:], values, shape[1:]) for at, values, shape in found], [
        np.asarray(array, spec.kind.np) for array, spec in zip(arrays, dense, strict=True)
    ]


def maps_of(serialized: Iterable[bytes]) -> list[Any]:
    """The features of each example by their names."""
    from google.protobuf.message import DecodeError

    read = message("Example").FromString
    try:
        return [read(item).features.feature for item in serialized]
    except DecodeError:
        raise Unexpected from None


def _column(maps: Sequence[Any], key: str, kind: Kind) -> list[Any]:
    """The list of a feature in each example, None where it is missing."""
    found: list[Any] = []
    field = kind.field
    for features in maps:
        feature = features.get(key)
        which = None if feature is None else feature.WhichOneof("kind")
        if which == field:
            found.append(getattr(feature, field))
        elif which is None:
            found.append(None)
        else:
            raise Unexpected
    return found


def sparse_rows(maps: Sequence[Any], spec: Sparse) -> Coordinates:
    """A feature with any number of entries, in each example."""
    lists = [() if item is None else item.value for item in _column(maps, spec.key, spec.kind)]
    counts = np.array([len(values) for values in lists], np.int64)
    return Coordinates(ragged_places(counts), joined(lists, spec.kind), np.array([len(lists), max(counts, default=0)]))


def ragged_places(counts: np.ndarray) -> np.ndarray:
    """Row and column of each entry, where row i has counts[i] of them.

    >>> ragged_places(np.array([2, 0, 1])).tolist()
    [[0, 0], [0, 1], [2, 0]]
    """
    ends = np.cumsum(counts)
    places = np.empty((int(counts.sum()), 2), np.int64)
    places[:, 0] = np.repeat(np.arange(len(counts)), counts)
    places[:, 1] = np.arange(len(places)) - np.repeat(ends - counts, counts)
    return places


def joined(lists: Iterable[Iterable[Any]], kind: Kind) -> np.ndarray:
    """The entries of lists as one array."""
    return np.array(list(itertools.chain.from_iterable(lists)), kind.np)


def dense_rows(maps: Sequence[Any], spec: Dense) -> np.ndarray:
    """A feature that is dense, in each example."""
    column = _column(maps, spec.key, spec.kind)
    if spec.is_variable:
        return _padded(column, spec)
    size = math.prod(spec.row)
    if spec.kind is FLOAT and size >= _MANY and None not in column:
        return _floats(column, size).reshape(len(maps), *spec.row)
    return _whole(column, size, spec).reshape(len(maps), *spec.row)


def _floats(column: Sequence[Any], size: int) -> np.ndarray:
    """The entries of lists of floats that have all `size` entries, out of the messages' bytes."""
    if any(len(item.value) != size for item in column):
        raise Unexpected
    packed = b"".join([item.SerializeToString()[-4 * size :] for item in column])
    return np.frombuffer(packed, "<f4").astype(np.float32)


def _whole(column: Sequence[Any], size: int, spec: Dense) -> np.ndarray:
    flat: list[Any] = []
    instead: list[Any] | None = None
    for item in column:
        if item is not None:
            values = item.value
            if len(values) != size:
                raise Unexpected
            flat += values
        elif spec.default.size:
            instead = spec.default.ravel().tolist() if instead is None else instead
            flat += instead
        else:
            raise Unexpected
    return np.array(flat, spec.kind.np)


def _padded(column: Sequence[Any], spec: Dense) -> np.ndarray:
    """Lists of rows, filled up to as many rows as the longest has."""
    step = math.prod(spec.row)
    lists = [() if item is None else item.value for item in column]
    if any(len(values) % step if step else len(values) for values in lists):
        raise Unexpected
    longest = max(map(len, lists), default=0)
    filled = np.full((len(lists), longest), spec.default.ravel()[0] if spec.default.size else 0, spec.kind.np)
    for row, values in zip(filled, lists, strict=True):
        row[: len(values)] = values[:] if len(values) else ()
    return filled.reshape(len(lists), longest // step if step else 0, *spec.row)


# -- what is not as it should be ---------------------------------------------------------------------------


def invalid(line: str) -> Trouble:
    """The trouble with an input that does not fit."""
    return Trouble("InvalidArgument", line)


def readable(text: bytes) -> str:
    """Bytes in a message."""
    return text.decode(errors="replace")


def shape_of(sizes: Sequence[int | None]) -> str:
    """A shape as TF's messages have it."""
    return "[" + ",".join("?" if size is None else str(size) for size in sizes) + "]"


def _read(item: bytes) -> Mapping[str, Any]:
    try:
        return maps_of([item])[0]
    except Unexpected:
        raise invalid(f"Could not parse example input, value: '{readable(item)}'") from None


def _kind_of(feature: Any) -> Kind | None:
    which = None if feature is None else feature.WhichOneof("kind")
    return None if which is None else _BY_FIELD[which]


def _of_two_types(spec: Dense | Sparse, kind: Kind) -> str:
    if isinstance(spec, Dense):
        return f".  Data types don't match. Data type: {kind.type} but expected type: {spec.kind.type}"
    return f".  Data types don't match. Expected type: {spec.kind.type}, Actual type: {kind.type}"


def _missing(features: Mapping[str, Any], dense: Sequence[Dense]) -> str | None:
    """TF's words for a feature that is not there although it must be."""
    for spec in dense:
        if not spec.default.size and not spec.is_variable and _kind_of(features.get(spec.key)) is None:
            return f"Feature: {spec.key} (data type: {spec.kind.type}) is required but could not be found."
    return None


def _wrong_size(feature: Any, spec: Dense | Sparse) -> str | None:
    if isinstance(spec, Sparse):
        return None
    count, size = len(getattr(feature, spec.kind.field).value), math.prod(spec.row)
    start = f".  Number of {spec.kind.noun} values "
    if spec.is_variable:
        if count % size if size else count:
            return f"{start}is not a multiple of stride length. Saw {count} values but output shape is: " + shape_of(
                spec.shape
            )
    elif count != size:
        return f"{start}!= expected.  Values size: {count} but output shape: {shape_of(spec.shape)}"
    return None


def _all(dense: Sequence[Dense], sparse: Sequence[Sparse]) -> list[Dense | Sparse]:
    return [*dense, *sparse]


def _complain_of_batch(
    serialized: Sequence[bytes], names: Sequence[bytes], sparse: Sequence[Sparse], dense: Sequence[Dense]
) -> NoReturn:
    for row, item in enumerate(serialized):
        features = _read(item)
        called = f"Name: {readable(names[row]) if len(names) else '<unknown>'}, "
        for spec in _all(dense, sparse):
            feature = features.get(spec.key)
            kind = _kind_of(feature)
            if kind is None:
                continue
            words = _of_two_types(spec, kind) if kind is not spec.kind else _wrong_size(feature, spec)
            if words:
                raise invalid(f"{called}Key: {spec.key}, Index: {row}{words}")
        words = _missing(features, dense)
        if words:
            raise invalid(called + words)
    raise AssertionError("a batch of examples was refused for no reason")


def _complain_of_one(serialized: bytes, sparse: Sequence[Sparse], dense: Sequence[Dense]) -> NoReturn:
    features = _read(serialized)
    for spec in _all(dense, sparse):
        feature = features.get(spec.key)
        kind = _kind_of(feature)
        if kind is not None and kind is not spec.kind:
            raise invalid(f"Key: {spec.key}{_of_two_types(spec, kind)}")
        if kind is not None and _wrong_size(feature, spec):
            raise invalid(f"Key: {spec.key}.  Can't parse serialized Example.")
    raise invalid(_missing(features, dense) or "Can't parse serialized Example.")
