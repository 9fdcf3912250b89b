"""How numbers are distributed, as TensorBoard shows it: counts in buckets of which each is a tenth larger."""

from __future__ import annotations

from typing import Any

import numpy as np

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


def histogram(values: np.ndarray) -> dict[str, Any]:
    """The fields of a HistogramProto: the extremes, the number, sum and sum of squares, and the buckets.

    >>> found = histogram(np.array([1.0, 2.0, 2.0]))
    >>> found["num"], found["sum"], [count for count in found["bucket"] if count]
    (3.0, 5.0, [1.0, 2.0])
    """
    numbers = np.asarray(values, np.float64).ravel()
    smallest, largest = (numbers.min(), numbers.max()) if numbers.size else (_LARGEST, -_LARGEST)
    buckets = np.searchsorted(_LIMIT_OF, numbers, side="right")
    counts = np.bincount(np.minimum(buckets, len(_LIMIT_OF) - 1), minlength=len(_LIMIT_OF)).astype(np.float64)
    kept = _ends_of_runs(counts)
    return {  # (plus zero: a negative zero would be written out, which TF leaves out)
        "min": float(smallest) + 0.0,
        "max": float(largest) + 0.0,
        "num": float(numbers.size),
        "sum": _sum_in_order(numbers) + 0.0,
        "sum_squares": _sum_in_order(numbers * numbers),
        "bucket_limit": _LIMIT_OF[kept].tolist(),
        "bucket": counts[kept].tolist(),
    }


def _sum_in_order(numbers: np.ndarray) -> float:
    return float(np.cumsum(numbers)[-1]) if numbers.size else 0.0


def _ends_of_runs(counts: np.ndarray) -> np.ndarray:
    """The buckets to write: those with entries, and of neighbours without, the last one."""
    is_empty = counts == 0
    return np.flatnonzero(~is_empty | ~np.append(is_empty[1:], False))
