"""Checks of the indices of sparse tensors, in the words of TF's kernels."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph.ir.refusal import invalid
from flowgraph.sizes import to_text


def check_sorted(indices: np.ndarray, shape: Any) -> None:
    """Demand indices inside a shape, each row once, and in the order of the entries of a dense tensor.

    Raises:
      InvalidArgumentError: the first row that is outside, out of order or a repetition.
    """
    outside = np.any((indices < 0) | (indices >= np.asarray(shape, np.int64)), axis=1)
    step = indices[1:] - indices[:-1]
    first_change = np.argmax(step != 0, axis=1) if step.size else np.zeros(len(step), np.int64)
    change = np.zeros(len(indices), np.int64)
    if step.size:
        change[1:] = step[np.arange(len(step)), first_change]
    follows = np.arange(len(indices)) > 0
    wrong = outside | (follows & (change <= 0))
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    named = f"indices[{row}] = {to_text(tuple(indices[row].tolist()))}"
    if outside[row]:
        raise invalid(f"{named} is out of bounds: need 0 <= index < {to_text(tuple(shape))}")
    if change[row] < 0:
        raise invalid(f"{named} is out of order. Many sparse ops require sorted indices.")
    raise invalid(f"{named} is repeated")


def keys_of(*arrays: np.ndarray) -> list[np.ndarray] | None:
    """For each row of each array of indices a number; the numbers are in the order of the rows, those of all arrays.

    None where that cannot be: there are no columns, an index is negative, or the numbers would be too large.

    >>> keys_of(np.array([[0, 1], [2, 0]]), np.array([[0, 2]]))
    [array([1, 6]), array([2])]
    """
    rows = np.concatenate(arrays)
    if not rows.size or rows.min() < 0:
        return None
    sizes = [int(size) + 1 for size in rows.max(axis=0)]
    if prod(sizes) >= 1 << 62:
        return None
    steps = [prod(sizes[column + 1 :]) for column in range(len(sizes))]
    return [array @ np.array(steps, np.int64) for array in arrays]


def distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows of indices in their order, and for each row which of them it is.

    >>> distinct(np.array([[1, 2], [0, 3], [1, 2]]))[1]
    array([1, 0, 1])
    """
    keys = keys_of(rows)
    if keys is None:
        places, group = np.unique(rows, axis=0, return_inverse=True)
        return places, group.reshape(-1)
    (key,) = keys
    if (np.diff(key) >= 0).all():  # as those of sparse tensors usually are
        starts = np.concatenate([[True], key[1:] != key[:-1]])
        return rows[starts], np.cumsum(starts) - 1
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return rows[first], group.reshape(-1)


def inside(indices: np.ndarray, shape: Any) -> bool:
    """Whether all rows of indices lie inside a shape."""
    return not ((indices < 0) | (indices >= np.asarray(shape, np.int64))).any()


def check_shape(shape: np.ndarray) -> tuple[int, ...]:
    """A vector of sizes as a tuple.

    Raises:
      InvalidArgumentError: a size is negative.
    """
    sizes = tuple(int(size) for size in shape)
    for size in sizes:
        if size < 0:
            raise invalid(f"Dimension {size} must be >= 0")
    return sizes
