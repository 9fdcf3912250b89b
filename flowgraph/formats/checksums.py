"""CRC-32C, the checksum of all of TensorFlow's files, in the masked form in which they hold it."""

from __future__ import annotations

from typing import Any

import numpy as np

_MASK = 0xA282EAD8


def crc32c(data: Any, start: int = 0) -> int:
    """The checksum of bytes (or whatever has a buffer), going on from that of bytes before them.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    import google_crc32c

    octets = data if isinstance(data, bytes) else np.frombuffer(data, np.uint8)  # (it takes no memoryviews)
    return int(google_crc32c.extend(start, octets))


def mask(crc: int) -> int:
    """A checksum as files hold it: a checksum of bytes that themselves hold checksums is no longer special.

    >>> hex(mask(crc32c(b"123456789")))
    '0xc78ab0e5'
    """
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def unmask(masked: int) -> int:
    """The checksum itself.

    >>> unmask(mask(12345))
    12345
    """
    rotated = (masked - _MASK) & 0xFFFFFFFF
    return (rotated >> 17 | rotated << 15) & 0xFFFFFFFF
