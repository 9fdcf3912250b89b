"""Numbers between two bounds as small integers, and back.

A quantized tensor is an array of integers with the floats that its least and greatest integer stand for. There are
three ways to share out the range (`mode`):

    MIN_COMBINED   the least integer is the minimum, the greatest the maximum, all steps alike
    MIN_FIRST      the same, but zero falls exactly on an integer
    SCALED         integers times one number: zero is zero, and the range is as wide on both sides

All sums are made in float32 and in the order of TensorFlow's kernels, so that the integers are TensorFlow's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph.errors import InvalidArgumentError

Array = np.ndarray[Any, np.dtype[Any]]
F = np.float32
HUGE = F(np.finfo(np.float32).max)


class Limits(NamedTuple):
    """The integers of a dtype: least, greatest, and what makes signed ones start at zero."""

    least: int
    greatest: int
    half: np.float32

    @classmethod
    def of(cls, dtype: np.dtype[Any]) -> Limits:
        """The limits of an integer dtype.

        >>> Limits.of(np.dtype(np.int8))
        Limits(least=-128, greatest=127, half=np.float32(128.0))
        """
        info = np.iinfo(dtype)
        least, greatest = int(info.min), int(info.max)
        return cls(least, greatest, (F(greatest) - F(least) + F(1)) / F(2) if least else F(0))


def round_away(x: Array) -> Array:
    """The nearest whole numbers; halves go away from zero.

    >>> round_away(np.float32([0.5, -2.5, 1.4]))
    array([ 1., -3.,  1.], dtype=float32)
    """
    whole = np.trunc(x)
    return whole + np.where(np.abs(x - whole) >= 0.5, np.copysign(x.dtype.type(1), x), x.dtype.type(0))


def to_integers(x: Array, dtype: np.dtype[Any]) -> Array:
    """Whole floats as integers; what does not fit (and NaN) becomes what x86 makes of it.

    Small integers are taken from the low bits of a 32-bit one, of which the least stands for all that is too large.

    >>> to_integers(np.float32([1e10, -1, 200]), np.dtype(np.int8))
    array([  0,  -1, -56], dtype=int8)
    """
    fits = (x >= -(2.0**31)) & (x < 2.0**31)
    return np.where(fits, x, -(2.0**31)).astype(np.int64).astype(np.int32).astype(dtype)


# -- with bounds -------------------------------------------------------------------------------------------------


def widened(low: np.float32, high: np.float32) -> tuple[np.float32, np.float32]:
    """Bounds with zero between them, and not too close together to tell the integers apart.

    >>> widened(np.float32(1), np.float32(2)), widened(np.float32(0), np.float32(0))
    ((np.float32(0.0), np.float32(2.0)), (np.float32(0.0), np.float32(0.01)))
    """
    if high < low:
        raise InvalidArgumentError(None, None, "input_max_range must be larger than input_min_range.")
    least_gap = max(F(1), abs(low), abs(high)) / F(100)
    low = min(F(0), low)
    return low, max(F(0), high, low + least_gap)


def quantize(
    x: Array, low: np.float32, high: np.float32, dtype: np.dtype[Any], mode: str, round_mode: str
) -> tuple[Array, np.float32, np.float32]:
    """Integers that stand for the entries of `x`, and the bounds that they stand for."""
    low, high = widened(low, high)
    limits = Limits.of(dtype)
    if mode == "SCALED":
        return _scaled(x, low, high, dtype, round_mode)
    if mode == "MIN_FIRST":
        return quantize_min_first(x, low, high, dtype), low, high
    scale = F(float(limits.greatest - limits.least) / float(high - low))
    steps = (np.maximum(np.minimum(x, high), low) - low) * scale
    if limits.least:
        return to_integers(round_away(steps - limits.half), dtype), low, high
    return to_integers(np.trunc(steps + F(0.5)), dtype), low, high


def _scaled(
    x: Array, low: np.float32, high: np.float32, dtype: np.dtype[Any], round_mode: str
) -> tuple[Array, np.float32, np.float32]:
    limits = Limits.of(dtype)
    of_low = F(limits.least) / low if limits.least * low > 0 else HUGE
    of_high = F(limits.greatest) / high if limits.greatest * high > 0 else HUGE
    scale = min(of_low, of_high)
    low, high = F(limits.least) / scale, F(limits.greatest) / scale
    steps = np.maximum(np.minimum(x, high), low) * scale
    rounded = np.rint(steps) if round_mode == "HALF_TO_EVEN" else round_away(steps)
    return to_integers(rounded, dtype), low, high


def quantize_min_first(x: Array, low: np.float32, high: np.float32, dtype: np.dtype[Any]) -> Array:
    """Integers of which one stands for zero exactly."""
    limits = Limits.of(dtype)
    if low == high:
        return np.zeros(x.shape, dtype)
    count = 2.0 ** (8 * dtype.itemsize)
    scale = F(count / ((float(high) - float(low)) * (count / (count - 1.0))))
    start = _round_once(low * scale)
    moved = round_away(x * scale) - (start - F(limits.least))
    # of int32, the greatest that is a float
    greatest = F(limits.greatest) if limits.greatest < 2**24 else np.nextafter(F(limits.greatest), F(0))
    return to_integers(np.minimum(np.maximum(moved, F(limits.least)), greatest), dtype)


def dequantize(x: Array, low: np.float32, high: np.float32, mode: str) -> Array:
    """What quantized entries stand for."""
    limits = Limits.of(x.dtype)
    if mode == "MIN_COMBINED":
        scale = (high - low) / (F(limits.greatest) - F(limits.least))
        return (x.astype(F) + limits.half) * scale + low
    if mode == "MIN_FIRST":
        return dequantize_min_first(x, low, high)
    if limits.least == 0:
        return x.astype(F) * (high / F(limits.greatest))
    return x.astype(F) * max(low / F(limits.least), high / F(limits.greatest))


def dequantize_min_first(x: Array, low: np.float32, high: np.float32) -> Array:
    """What entries stand for of which one is zero exactly."""
    limits = Limits.of(x.dtype)
    if low == high:
        return np.full(x.shape, low, F)
    step = F(float(high - low) / (2.0 ** (8 * x.dtype.itemsize) - 1.0))
    start = _round_once(low / step) * step
    return (start - F(limits.least) * step) + x.astype(F) * step


def _round_once(x: np.float32) -> np.float32:
    return F(round_away(np.asarray(x)))


# -- there and back ----------------------------------------------------------------------------------------------


def there_and_back(
    x: Array, low: Any, high: Any, bits: int, signed: bool, given: bool, half_up: bool, narrow: bool
) -> Array:
    """Each entry moved to the nearest of 2^bits evenly spaced values, zero among them.

    >>> there_and_back(np.float32([-1, 0.3, 1]), None, None, 2, True, False, False, False)
    array([-1.,  0.,  1.], dtype=float32)
    """
    kind = x.dtype.type
    if not given:
        low, high = (np.fmin.reduce(x, None), np.fmax.reduce(x, None)) if x.size else (kind(0), kind(0))
    least = -(1 << (bits - 1)) + narrow if signed else int(narrow)
    greatest = (1 << (bits - 1)) - 1 if signed else (1 << bits) - 1
    huge = np.finfo(x.dtype).max
    of_low = kind(least) / low if least * low > 0 else huge
    of_high = kind(greatest) / high if greatest * high > 0 else huge
    if of_low < of_high:
        scale, step = of_low, low / kind(least)
        high = kind(greatest) * step
    else:
        scale, step = of_high, high / kind(greatest)
        low = kind(least) * step
    inside = np.maximum(np.minimum(x, high), low) if given else x
    steps = inside * scale
    if half_up:
        return np.floor(steps + kind(0.5)) * step
    rounded = np.rint(steps)
    # what is rounded up to zero has no sign
    return np.where((rounded == 0) & (steps != 0), kind(0), rounded) * step


# -- fake quantization -------------------------------------------------------------------------------------------


class Grid(NamedTuple):
    """Evenly spaced values with zero among them: the first, the last and the step; float32 scalars or vectors."""

    low: Any
    high: Any
    step: Any


def grid(low: Any, high: Any, bits: int, narrow: bool) -> Grid:
    """The 2^bits values nearest to a range (one less with `narrow`), moved so that one of them is zero.

    >>> print(grid(np.float32(-0.1), np.float32(0.8), 2, False))
    Grid(low=np.float32(0.0), high=np.float32(0.90000004), step=np.float32(0.3))
    """
    first, last = F(1 if narrow else 0), F((1 << bits) - 1)
    step = (high - low) / (last - first)
    zero = first - low / step
    zero = np.where(zero < first, first, np.where(zero > last, last, np.floor(zero + F(0.5))))[()]
    return Grid((first - zero) * step, (last - zero) * step, step)


def on_grid(x: Array, to: Grid, divides: bool = True) -> Array:
    """Each entry moved to the nearest value of a grid.

    TF divides by the step where the range is a tensor, else it multiplies by the inverse; halfway between two values
    the two may differ.
    """
    moved = np.maximum(np.minimum(x, to.high), to.low) - to.low
    steps = moved / to.step if divides else moved * (F(1) / to.step)
    return np.floor(steps + F(0.5)) * to.step + to.low
