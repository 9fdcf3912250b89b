"""Tensors as bytes, in the form of TF's TensorProto: what serialize_tensor writes and parse_tensor reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType

_TYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8
_FIXED = {5: "<f4", 6: "<f8", 9: "<c8", 12: "<c16"}
"""Fields with numbers as they lie in memory; the others of `_VALUES` have varints."""
_VALUES = {
    dt.float32: 5, dt.float64: 6, dt.int32: 7, dt.int16: 7, dt.int8: 7, dt.uint8: 7, dt.uint16: 7, dt.qint8: 7,
    dt.quint8: 7, dt.qint16: 7, dt.quint16: 7, dt.qint32: 7, dt.complex64: 9, dt.int64: 10, dt.bool: 11,
    dt.complex128: 12, dt.float16: 13, dt.bfloat16: 13, dt.uint32: 16, dt.uint64: 17,
}  # fmt: skip
"""The field with the numbers of each dtype, for tensors that are not written as they lie in memory."""


def varint(number: int) -> bytes:
    """A number of 64 bits, seven to a byte and the lowest first.

    >>> varint(300), len(varint(-1))
    (b'\\xac\\x02', 10)
    """
    number &= 2**64 - 1
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes((*octets, number))


def field(number: int, data: bytes) -> bytes:
    """A field of a message that holds bytes, a string or a message."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def pack(dtype: DType, array: np.ndarray, listed: bool = True) -> bytes:
    """A tensor as bytes.

    Args:
      dtype: what its entries are.
      array: the entries.
      listed: whether strings become a field each; otherwise their lengths come first and then all of them.

    >>> pack(dt.float32, np.array([1, 2], np.float32))
    b'\\x08\\x01\\x12\\x04\\x12\\x02\\x08\\x02"\\x08\\x00\\x00\\x80?\\x00\\x00\\x00@'
    """
    sizes = [field(2, b"\x08" + varint(size) if size else b"") for size in array.shape]
    head = b"\x08" + varint(dtype.enum) + field(_SHAPE, b"".join(sizes))
    if dtype is not dt.string:
        return head + (field(_CONTENT, array.tobytes()) if array.size else b"")
    items = array.ravel().tolist()
    if listed:
        return head + b"".join(field(_STRINGS, item) for item in items)
    return head + (field(_CONTENT, b"".join([*(varint(len(item)) for item in items), *items])) if items else b"")


# -- reading -----------------------------------------------------------------------------------------------


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number & 2**64 - 1, at


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: their numbers, and an integer or bytes.

    Raises:
      IndexError, KeyError: the bytes are no message.
    """
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        kind = key & 7
        value: Any
        if kind == 0:
            value, at = _read_varint(data, at)
        else:
            size, at = _read_varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = data[at : at + size], at + size
            if at > len(data):
                raise IndexError(at)
        yield key >> 3, value


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        number, at = _read_varint(data, at)
        yield number - 2**64 if number >= 2**63 else number


class NotATensor(ValueError):
    """Bytes that are no tensor.

    Attributes:
      is_message: whether they could be read as a message at all.
      dtype: what the entries would have been, if that is known.
    """

    def __init__(self, is_message: bool, dtype: DType | None = None) -> None:
        super().__init__("not a tensor")
        self.is_message, self.dtype = is_message, dtype


def unpack(data: bytes) -> tuple[DType, np.ndarray]:
    """The dtype and the entries of a tensor in bytes.

    Raises:
      NotATensor: the bytes hold no tensor.

    >>> unpack(pack(dt.int32, np.array([[1, 2]], np.int32)))
    (tf.int32, array([[1, 2]], dtype=int32))
    """
    found: dict[int, list[Any]] = {}
    try:
        for number, value in fields(data):
            found.setdefault(number, []).append(value)
        sizes = [_size(value) for number, value in fields(b"".join(found.get(_SHAPE, []))) if number == 2]
    except (IndexError, KeyError):
        raise NotATensor(is_message=False) from None
    try:
        dtype = DType(found.get(_TYPE, [0])[-1])
    except TypeError:
        raise NotATensor(is_message=True) from None
    try:
        return dtype, _entries(dtype, found, sizes)
    except (IndexError, KeyError, ValueError):
        raise NotATensor(is_message=True, dtype=dtype) from None


def _size(data: bytes) -> int:
    size = next((value for number, value in fields(data) if number == 1), 0)
    return size - 2**64 if size >= 2**63 else size


def _entries(dtype: DType, found: dict[int, list[Any]], sizes: Sequence[int]) -> np.ndarray:
    if min(sizes, default=0) < 0:
        raise ValueError("a negative size")
    count = prod(sizes)
    content = b"".join(found.get(_CONTENT, [])[-1:])
    if dtype is dt.string:
        items = np.empty(count, object)
        items[:] = _strings(content, count) if content else _extended(found.get(_STRINGS, []), count, b"")
        return items.reshape(sizes)
    if content:
        return np.frombuffer(content, dtype.np).reshape(sizes).copy()  # ValueError when their number is another
    number = _VALUES[dtype]
    parts = [part if isinstance(part, bytes) else varint(part) for part in found.get(number, [])]
    if number in _FIXED:
        numbers = np.frombuffer(b"".join(parts), _FIXED[number])
    else:
        numbers = np.array([value for part in parts for value in _varints(part)], np.int64)
        if number == 13:  # the sixteen bits of each number
            numbers = numbers.astype(np.uint16).view(dtype.np)
    return np.array(_extended(list(numbers), count, dtype.np.type(0))).astype(dtype.np).reshape(sizes)


def _strings(content: bytes, count: int) -> list[bytes]:
    lengths, at = [], 0
    for _ in range(count):
        length, at = _read_varint(content, at)
        lengths.append(length)
    if at + sum(lengths) != len(content):
        raise ValueError("too few or too many bytes")
    ends = np.cumsum([at, *lengths]).tolist()
    return [content[start:end] for start, end in pairwise(ends)]


def _extended(items: list[Any], count: int, nothing: Any) -> list[Any]:
    """Items to the number wanted: the last one again and again, or fewer."""
    last = items[-1] if items else nothing
    return [*items, *[last] * (count - len(items))][:count]
