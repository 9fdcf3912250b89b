"""Strings in numpy arrays: bytes in arrays of dtype object, one entry at a time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Strings = np.ndarray[Any, np.dtype[np.object_]]


def of_entries(entries: Iterable[Any], shape: tuple[int, ...]) -> Strings:
    """An array of strings from its entries in order."""
    array = np.empty(int(np.prod(shape, dtype=np.int64)), object)
    array[:] = list(entries)
    return array.reshape(shape)


def each(function: Callable[[Any], bytes], array: Any) -> Strings:
    """A string for each entry of an array."""
    array = np.asarray(array)
    return of_entries(map(function, array.ravel().tolist()), array.shape)


def entries(array: Any) -> list[Any]:
    """The entries of an array in order, as Python objects."""
    return np.asarray(array).ravel().tolist()


# -- numbers in strings ------------------------------------------------------------------------------------

_MIDDLE = 2.0**25  # times a fraction in [0.5, 1): odd where this lies between two float32, which have 24 bits
_SPACE = b" \t\n\v\f\r"
_LONGEST = 31  # characters: TF takes no longer floats
_DECIMAL = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_HEXADECIMAL = re.compile(rb"[+-]?0[xX][0-9a-fA-F]+")
_SPECIAL = re.compile(rb"[+-]?(inf|nan)", re.IGNORECASE)
_INTEGER = re.compile(rb"-?\d+")


def to_float(text: bytes, single: bool = False) -> float | None:
    """The number that a string holds, space around it aside; None if it holds none.

    >>> to_float(b" -1.5e3 "), to_float(b"0x10"), to_float(b"1_000")
    (-1500.0, 16.0, None)
    """
    if len(text) > _LONGEST:
        return None
    text = text.strip(_SPACE)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return _before_rounding(number, text) if single else number
    if _HEXADECIMAL.fullmatch(text):
        return float(int(text, 16))
    return float(text) if _SPECIAL.fullmatch(text) else None


def _before_rounding(number: float, text: bytes) -> float:
    """The number moved off the middle between two float32, if it was rounded to there."""
    from fractions import Fraction

    if math.frexp(number)[0] * _MIDDLE % 2.0 != 1.0:
        return number
    exact, near = Fraction(text.decode()), Fraction(number)
    return number if exact == near else math.nextafter(number, math.inf if exact > near else -math.inf)


def to_integer(text: bytes, bits: int) -> int | None:
    """The integer that a string holds, space around it aside; None if it holds none, or one of more bits.

    >>> to_integer(b" -12 ", 32), to_integer(b"2147483648", 32), to_integer(b"1.0", 32)
    (-12, None, None)
    """
    text = text.strip(_SPACE)
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None
