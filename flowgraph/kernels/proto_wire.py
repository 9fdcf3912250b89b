"""Fields of any message, read out of its bytes and written into bytes, by the kind of each field.

A message is a row of fields: a tag (the field's number and how it is laid out), then a payload: a varint, eight bytes,
four bytes, or a length and so many bytes (https://protobuf.dev/programming-guides/encoding).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

_VARINT, _EIGHT, _LENGTH, _GROUP, _END, _FOUR = range(6)
_LONGEST = 10  # bytes in a varint, of 64 bits
_WHOLE = "CountFields: Failed to consume entire buffer"
_MALFORMED = "CollectField: Failed skipping malformed field"


class Damaged(ValueError):
    """Bytes that are no message."""


class Kind(NamedTuple):
    """How the values of a field are laid out.

    Attributes:
      wire: the layout in a tag.
      dtypes: the names of the dtypes that hold its values.
      read: the value of a varint, or of bytes.
      write: the bytes of a value.
      default: what stands where there is none.
    """

    wire: int
    dtypes: tuple[str, ...]
    read: Callable[[Any], Any]
    write: Callable[[Any], bytes]
    default: Any = 0


def _signed(number: int, bits: int) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number


def varint(number: int) -> bytes:
    """An integer as a varint; a negative one as of 64 bits.

    >>> varint(300).hex(), len(varint(-1))
    ('ac02', 10)
    """
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _zigzag(bits: int) -> Kind:
    dtypes = ("int32", "int64") if bits == 32 else ("int64",)
    return Kind(
        _VARINT, dtypes, lambda n: (n & ((1 << bits) - 1)) >> 1 ^ -(n & 1), lambda n: varint(int(n) << 1 ^ int(n) >> 63)
    )


def _plain(bits: int, signed: bool, dtypes: tuple[str, ...]) -> Kind:
    def read(number: int) -> int:
        return _signed(number, bits) if signed else number & ((1 << bits) - 1)

    return Kind(_VARINT, dtypes, read, lambda n: varint(read(int(n))))


def _fixed(code: str, dtypes: tuple[str, ...], default: Any = 0) -> Kind:
    packing = struct.Struct("<" + code)
    bits, number = packing.size * 8, float if code in "df" else int

    def write(value: Any) -> bytes:
        return packing.pack(value if number is float else _signed(int(value), bits) if code in "iq" else int(value))

    return Kind(_EIGHT if bits == 64 else _FOUR, dtypes, lambda data: packing.unpack(data)[0], write, default)


def _bytes(wire: int = _LENGTH) -> Kind:
    return Kind(wire, ("string",), bytes, lambda data: varint(len(data)) + data, b"")


KINDS = {
    1: _fixed("d", ("float64",), 0.0), 2: _fixed("f", ("float32", "float64"), 0.0),
    3: _plain(64, True, ("int64",)), 4: _plain(64, False, ("uint64",)), 5: _plain(32, True, ("int32", "int64")),
    6: _fixed("Q", ("uint64",)), 7: _fixed("I", ("uint32", "uint64")),
    8: Kind(_VARINT, ("bool",), bool, lambda flag: varint(bool(flag)), False),
    9: _bytes(), 10: _bytes(_GROUP), 11: _bytes(), 12: _bytes(),
    13: _plain(32, False, ("uint32", "uint64")), 14: _plain(32, True, ("int32",)),
    15: _fixed("i", ("int32", "int64")), 16: _fixed("q", ("int64",)), 17: _zigzag(32), 18: _zigzag(64),
}  # fmt: skip
"""By the number that a FieldDescriptorProto has for a field's type."""

_SIZES = {_EIGHT: 8, _FOUR: 4}


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(data[at : at + _LONGEST]):
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return number & ((1 << 64) - 1), at + shift + 1
    raise Damaged(_WHOLE)


def _payload(data: bytes, at: int, tag: int) -> tuple[Any, int]:
    """The payload behind a tag, and where it ends."""
    wire = tag & 7
    if wire == _VARINT:
        return _varint_at(data, at)
    if wire == _GROUP:
        return _group(data, at, tag >> 3)
    if wire == _LENGTH:
        size, at = _varint_at(data, at)
    elif wire in _SIZES:
        size = _SIZES[wire]
    else:
        raise Damaged(_WHOLE)
    if size > len(data) - at:
        raise Damaged(_WHOLE)
    return data[at : at + size], at + size


def _group(data: bytes, at: int, number: int) -> tuple[bytes, int]:
    """The bytes up to the end of a group; those within it are passed over, too."""
    begin, opened = at, [number]
    while True:
        before = at
        tag, at = _varint_at(data, at)
        if tag & 7 == _GROUP:
            opened.append(tag >> 3)
        elif tag & 7 != _END:
            _, at = _payload(data, at, tag)
        elif opened.pop() != tag >> 3:
            raise Damaged(_WHOLE)
        elif not opened:
            return data[begin:before], at


def values_of(data: bytes, wanted: dict[int, Kind]) -> dict[int, list[Any]]:
    """The values of certain fields, by the fields' numbers; a field that is laid out otherwise is passed over.

    Raises:
      Damaged: the bytes are no message.

    >>> values_of(bytes.fromhex("08 96 01 12 01 61 0a 02 01 02"), {1: KINDS[3], 2: KINDS[9]})
    {1: [150, 1, 2], 2: [b'a']}
    """
    found: dict[int, list[Any]] = {number: [] for number in wanted}
    at = 0
    while at < len(data):
        tag, at = _varint_at(data, at)
        kind, wire = wanted.get(tag >> 3), tag & 7
        is_packed = kind is not None and wire == _LENGTH and kind.wire not in (_LENGTH, _GROUP)
        try:
            payload, at = _payload(data, at, tag)
        except Damaged:
            raise Damaged(_complaint(kind, wire, is_packed)) from None
        if kind is None:
            continue
        if wire == kind.wire:
            found[tag >> 3].append(kind.read(payload))
        elif is_packed:
            found[tag >> 3].extend(kind.read(one) for one in _packed(payload, kind.wire))
    return found


def _complaint(kind: Kind | None, wire: int, is_packed: bool) -> str:
    """What TF says of a field that ends too early."""
    if kind is None:
        return "Failed skipping unrequested field"
    if is_packed:
        return "ReadPackedValues: Skipping packed field failed"
    return "ReadValue: Failed skipping field when counting" if wire == kind.wire else _MALFORMED


def _packed(data: bytes, wire: int) -> Iterator[Any]:
    size = _SIZES.get(wire, 1)
    if len(data) % size:
        raise Damaged(f"Illegal data length for packed fixed-size type: {len(data)}")
    at = 0
    try:
        while at < len(data):
            one, at = _payload(data, at, wire)
            yield one
    except Damaged:
        raise Damaged("Corrupt packed varint") from None


def written(number: int, kind: Kind, values: Any, is_packed: bool) -> bytes:
    """The bytes of a field.

    >>> written(1, KINDS[3], [1, 2], is_packed=True).hex(" ")
    '0a 02 01 02'
    """
    if is_packed and len(values):
        data = b"".join(map(kind.write, values))
        return varint(number << 3 | _LENGTH) + varint(len(data)) + data
    if kind.wire == _GROUP:
        return b"".join(varint(number << 3 | _GROUP) + value + varint(number << 3 | _END) for value in values)
    tag = varint(number << 3 | kind.wire)
    return b"".join(tag + kind.write(value) for value in values)
