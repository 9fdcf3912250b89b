"""In which order TensorFlow leaves the k largest entries of a row that need not be sorted: as they lie in a heap.

TF keeps the k largest so far in a heap, whose root is the smallest of them and gives way to a larger entry, with the
C++ library's heap functions. Their steps are repeated here for all rows at once, on ranks: 0 is a row's largest entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def heap_order(ranks: Array, count: int) -> Array:
    """The columns of the `count` largest entries, in the heap's order.

    Args:
      ranks: for each row (the first axis) and column the place of the entry, from the largest down.
      count: how many; fewer than there are columns, and at least 1.

    >>> heap_order(np.array([[1, 3, 0, 2]]), 2)
    array([[0, 2]])
    """
    heap = ranks[:, : count + 1].copy()
    if len(heap) == 0:
        return heap[:, :count]
    for parent in range((count - 1) // 2, -1, -1):
        _sink(heap, parent, heap[:, parent].copy())
    _pop(heap, count)
    start = count + 1
    while start < ranks.shape[1]:
        block = ranks[:, start : 2 * start]
        for column in np.nonzero((block < heap[:, :1]).any(axis=0))[0]:  # few, in a row much longer than the heap
            better = np.nonzero(block[:, column] < heap[:, 0])[0]
            some = heap[better]
            some[:, count] = block[better, column]
            _pop(some, count)
            heap[better] = some
        start *= 2
    return np.take_along_axis(np.argsort(ranks, axis=1), heap[:, :count], axis=1)


def _pop(heap: Array, last: int) -> None:
    """The root goes to the end, and what was there into the heap before it."""
    value = heap[:, last].copy()
    heap[:, last] = heap[:, 0]
    _sink(heap[:, :last], 0, value)


def _sink(heap: Array, top: int, value: Array) -> None:
    """Move the larger ranks up from below `top` to the very bottom, and let `value` rise from there."""
    size, rows = heap.shape[1], np.arange(len(heap))
    hole: Array = np.full(len(heap), top)
    while True:
        left = 2 * hole + 1
        going = left < size
        if not going.any():
            break
        right = np.minimum(left + 1, size - 1)
        child = np.where(heap[rows, right] < heap[rows, np.minimum(left, size - 1)], left, right)
        child = np.where(going, child, hole)
        heap[rows, hole] = heap[rows, child]
        hole = child
    _rise(heap, hole, top, value)


def _rise(heap: Array, hole: Array, top: int, value: Array) -> None:
    """Put `value` where no parent has a smaller rank, starting at `hole`."""
    rows = np.arange(len(heap))
    while True:
        parent = np.maximum(hole - 1, 0) // 2
        going = (hole > top) & (heap[rows, parent] < value)
        if not going.any():
            break
        heap[rows, hole] = np.where(going, heap[rows, parent], heap[rows, hole])
        hole = np.where(going, parent, hole)
    heap[rows, hole] = value
