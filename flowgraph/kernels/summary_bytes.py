"""Summaries as bytes, in the form of TF's Summary: what TensorBoard reads."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.kernels.tensor_bytes import field, fields

_VALUE, _TAG, _NUMBER, _HISTOGRAM = 1, 1, 2, 5
_LIMITS, _COUNTS = 6, 7
_LARGEST = float(np.finfo(np.float64).max)


def _limits() -> np.ndarray:
    """The upper limits of all the buckets of histograms: each a tenth larger than the one before."""
    positive, limit = [], 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(_LARGEST)
    return np.array([-limit for limit in reversed(positive)] + [0.0] + positive)


_LIMIT_OF = _limits()


def scalar_value(tag: bytes, number: Any) -> bytes:
    """A number under a tag.

    >>> scalar_value(b"loss", 1.5)
    b'\\n\\x0b\\n\\x04loss\\x15\\x00\\x00\\xc0?'
    """
    return field(_VALUE, field(_TAG, tag) + bytes([_NUMBER << 3 | 5]) + np.float32(number).tobytes())


def histogram_value(tag: bytes, values: np.ndarray) -> bytes:
    """How numbers are distributed: the extremes, their number, sum and sum of squares, and counts of buckets."""
    numbers = np.asarray(values, np.float64).ravel()
    smallest, largest = (numbers.min(), numbers.max()) if numbers.size else (_LARGEST, -_LARGEST)
    sums = [_sum_in_order(numbers), _sum_in_order(numbers * numbers)]
    moments = b"".join(_double(i, x) for i, x in enumerate((smallest, largest, numbers.size, *sums), start=1))
    buckets = np.searchsorted(_LIMIT_OF, numbers, side="right")
    counts = np.bincount(np.minimum(buckets, len(_LIMIT_OF) - 1), minlength=len(_LIMIT_OF)).astype(np.float64)
    kept = _ends_of_runs(counts)
    histogram = moments + field(_LIMITS, _LIMIT_OF[kept].tobytes()) + field(_COUNTS, counts[kept].tobytes())
    return field(_VALUE, field(_TAG, tag) + field(_HISTOGRAM, histogram))


def _sum_in_order(numbers: np.ndarray) -> float:
    return float(np.cumsum(numbers)[-1]) if numbers.size else 0.0


def _double(number: int, value: float) -> bytes:
    """A field with a number, which is left out where it is zero."""
    return struct.pack("<Bd", number << 3 | 1, value) if value else b""


def _ends_of_runs(counts: np.ndarray) -> np.ndarray:
    """The buckets to write: those with entries, and of neighbours without, the last one."""
    is_empty = counts == 0
    return np.flatnonzero(~is_empty | ~np.append(is_empty[1:], False))


def tags_of(summary: bytes) -> list[bytes]:
    """The tags of the values in a summary.

    Raises:
      IndexError, KeyError: the bytes are no summary.
    """
    values = [value for number, value in fields(summary) if number == _VALUE]
    if any(not isinstance(value, bytes) for value in values):
        raise KeyError("a value is no message")
    return [_tag_of(list(fields(value))) for value in values]


def _tag_of(value: Sequence[tuple[int, Any]]) -> bytes:
    found: bytes = next((data for number, data in reversed(value) if number == _TAG), b"")
    return found
