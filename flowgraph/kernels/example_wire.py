"""Examples read right out of their bytes, without making messages of them.

An Example is a message, and a message is a row of fields, each of them a tag (the field's number and how it is laid
out), a length, and so many bytes (https://protobuf.dev/programming-guides/encoding). Lengths and integers are
*varints*: seven bits a byte, the lowest first, and every byte but the last has its top bit set. The features of an
Example lie in each other like this, here a feature "age" of one integer, 300:

    0a 0f                                the features: 15 bytes
       0a 0d                             one of them: 13 bytes
          0a 03 61 67 65                 its key: 3 bytes, "age"
          12 06                          its value: 6 bytes
             1a 04                       a list of integers (0a: of strings, 12: of floats): 4 bytes
                0a 02 ac 02              its entries, one after the other: 2 bytes, the payload

Whatever stands in front of a payload, the *head* of a feature, is the same bytes in all examples in which the payload
has the same length. So a head is taken apart once; from then on it is looked up in a dict. Bytes that are laid out in
any other way, which the format allows (fields in another order or in several pieces, numbers one by one, fields that
nobody knows), and bytes that are damaged, are none of this file's business: then the answer is None, and the protobuf
library has the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

STRINGS, FLOATS, INTEGERS = 0x0A, 0x12, 0x1A
"""The tags of the lists, and what these hold."""

_FIRST, _SECOND = 0x0A, 0x12  # tags of fields number 1 and 2 that have a length
_HEADS_KEPT = 4096
_SKIPPED, _LOOKED_AT = -1, -2  # instead of a place: nobody wants it; nor these integers, but they may be damaged
_FEW = 32  # bytes: so many are quicker one by one
_LONGEST = 10  # bytes in a varint, of 64 bits


class Head(NamedTuple):
    """What the bytes in front of a payload say.

    Attributes:
      place: of the feature among those that are wanted.
      size: of the head.
      length: of the payload.
    """

    place: int
    size: int
    length: int


class Reader:
    """Finds the payloads of certain features.

    Args:
      wanted: the kind of each feature (STRINGS, FLOATS or INTEGERS) by its key.

    >>> data = bytes.fromhex("0a 0f 0a 0d 0a 03 616765 12 06 1a 04 0a 02 ac02")
    >>> found = Reader({b"age": INTEGERS, b"name": STRINGS}).payloads(data)
    >>> found, integers(found[0])
    ([b'\\xac\\x02', None], array([300]))
    """

    def __init__(self, wanted: Mapping[bytes, int]) -> None:
        self._places = {key: (place, kind) for place, (key, kind) in enumerate(wanted.items())}
        self._heads: dict[bytes, Head] = {}
        self._sizes: dict[int, int] = {}  # of the head that an example's first, second ... feature had last

    def payloads(self, data: bytes) -> list[bytes | None] | None:
        """The payload of each wanted feature, None for one that is not there; or None if the library must look."""
        heads, sizes = self._heads, self._sizes
        try:
            end, at = _field(data, 0, _FIRST)
        except IndexError:
            return None
        if end != len(data):
            return None
        found: list[bytes | None] = [None] * len(self._places)
        number = 0
        while at < end:
            head = heads.get(data[at : at + sizes.get(number, 0)]) or self._meet(data, at, number)
            if head is None:
                return None
            place, size, length = head
            at += size
            if place >= 0:
                found[place] = data[at : at + length]
            elif place == _LOOKED_AT and integers(data[at : at + length]) is None:
                return None
            at += length
            number += 1
        return found if at == end else None

    def _meet(self, data: bytes, at: int, number: int) -> Head | None:
        """A head that is new, or has not been here before."""
        head = self._taken_apart(data, at)
        if head is not None:
            self._sizes[number] = head.size
            if len(self._heads) < _HEADS_KEPT:
                self._heads[data[at : at + head.size]] = head
        return head

    def _taken_apart(self, data: bytes, start: int) -> Head | None:
        try:
            end, at = _field(data, start, _FIRST)
            key_end, at = _field(data, at, _FIRST)
            key = data[at:key_end]
            key.decode()
            value_end, at = _field(data, key_end, _SECOND)
            kind = data[at]
            list_end, at = _field(data, at, kind)
            if at == list_end and kind != STRINGS:
                payload_end = at
            else:
                payload_end, at = _field(data, at, _FIRST)
        except (IndexError, UnicodeDecodeError):
            return None
        length = payload_end - at
        if not (end == value_end == list_end == payload_end) or (kind == FLOATS and length % 4):
            return None
        place, wanted = self._places.get(key, (_SKIPPED, kind))
        if kind != wanted or kind not in (STRINGS, FLOATS, INTEGERS):
            return None
        if place == _SKIPPED and kind == INTEGERS:
            place = _LOOKED_AT
        return Head(place, at - start, length)


def _field(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """The end and the beginning of what is in a field.

    Raises:
      IndexError: it is another field, or not all there.
    """
    if data[at] != tag:
        raise IndexError
    length, at = _varint(data, at + 1)
    return at + length, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A length, and the place behind it.

    Raises:
      IndexError: it is not all there, longer than any length, or longer than it need be.
    """
    number = data[at]
    if number < 0x80:
        return number, at + 1
    number &= 0x7F
    for shift in (7, 14, 21):
        at += 1
        octet = data[at]
        number |= (octet & 0x7F) << shift
        if 0 < octet < 0x80:
            return number, at + 1
    raise IndexError


# -- numbers -------------------------------------------------------------------------------------------------


def floats(payload: bytes) -> np.ndarray:
    """The numbers in a payload of floats."""
    return np.frombuffer(payload, "<f4").astype(np.float32)


def integers(payload: bytes) -> np.ndarray | None:
    """The numbers in a payload of integers; None if it is damaged.

    >>> integers(b"\\x01\\xac\\x02" + b"\\xff" * 9 + b"\\x01"), integers(b"\\xac")
    (array([  1, 300,  -1]), None)
    """
    if payload.isascii():
        return np.frombuffer(payload, np.uint8).astype(np.int64)
    if len(payload) > _FEW:
        found = integer_rows([payload])
        return None if found is None else found[0]
    numbers, number, shift = [], 0, 0
    for octet in payload:
        number |= (octet & 0x7F) << shift
        if octet >= 0x80:
            shift += 7
            continue
        if number >> 64 or shift >= 7 * _LONGEST:
            return None
        numbers.append(number)
        number = shift = 0
    return None if shift else np.array(numbers, np.uint64).view(np.int64)


def integer_rows(payloads: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray] | None:
    """The numbers in payloads of integers, and how many are in each; None if one is damaged.

    >>> integer_rows([b"\\x01\\x02", b"", b"\\xac\\x02"])
    (array([  1,   2, 300]), array([2, 0, 1]))
    """
    lengths = np.array([len(payload) for payload in payloads], np.int64)
    joined = b"".join(payloads)
    octets = np.frombuffer(joined, np.uint8)
    if joined.isascii():
        return octets.astype(np.int64), lengths
    is_last = octets < 0x80
    bounds = np.cumsum(lengths)
    if not is_last[bounds[lengths > 0] - 1].all():
        return None
    ends = np.flatnonzero(is_last) + 1
    sizes = np.diff(ends, prepend=0)
    longest = sizes.max()
    if longest > _LONGEST or (longest == _LONGEST and (octets[ends[sizes == _LONGEST] - 1] > 1).any()):
        return None
    starts = ends - sizes
    shifts = (np.arange(len(octets)) - np.repeat(starts, sizes)).astype(np.uint64) * np.uint64(7)
    parts = (octets & np.uint8(0x7F)).astype(np.uint64) << shifts
    counts = np.diff(np.searchsorted(ends, bounds, "right"), prepend=0)
    return np.add.reduceat(parts, starts).view(np.int64), counts
