"""Integers as bytes: varints, and codes whose order as bytes is the order of what they stand for (OrderedCode)."""

from __future__ import annotations

import re

from flowgraph.errors import DataLossError


def varint(number: int) -> bytes:
    """An unsigned number, seven bits to a byte and the lowest first.

    >>> varint(300)
    b'\\xac\\x02'
    """
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes((*octets, number))


def read_varint(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """A number of at most 64 bits at a place in bytes, and the place behind it.

    Raises:
      DataLossError: the bytes end before the number, or it has more than 64 bits.
    """
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        octet = data[at]
        at += 1
        number |= (octet & 127) << shift
        if octet < 128:
            if number >> 64:
                break
            return number, at
    raise DataLossError(None, None, "a number is cut short")


# -- ordered codes -----------------------------------------------------------------------------------------


def ordered_string(text: bytes) -> bytes:
    """Bytes with an end that no other bytes can be taken for.

    >>> ordered_string(b"a\\0")
    b'a\\x00\\xff\\x00\\x01'
    """
    return re.sub(b"[\0\xff]", lambda match: _ESCAPED[match[0]], text) + b"\0\x01"


_ESCAPED = {b"\0": b"\0\xff", b"\xff": b"\xff\0"}


def ordered_number(number: int) -> bytes:
    """A number from 0: how many bytes it has, and those.

    >>> ordered_number(0), ordered_number(300)
    (b'\\x00', b'\\x02\\x01,')
    """
    size = (number.bit_length() + 7) // 8
    return bytes([size]) + number.to_bytes(size, "big")


def ordered_signed(number: int) -> bytes:
    """A number of either sign: as many ones in front as it has further bytes, its sign turned.

    >>> ordered_signed(0), ordered_signed(-1), ordered_signed(64)
    (b'\\x80', b'\\x7f', b'\\xc0@')
    """
    bits = (~number if number < 0 else number).bit_length()
    size = bits // 7 + 1
    ones = ((1 << size) - 1) << 7 * size
    return ((number & ((1 << 8 * size) - 1)) ^ ones).to_bytes(size, "big")
