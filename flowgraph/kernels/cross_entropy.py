"""Cross entropies of rows of logits, and their gradients: in one go for some rows at a time, on several threads.

    logits ── less the row's largest ── exp ── sum ── log ──► loss, with the true class's logit
                                         └────── divided by the sum, less the labels ──► gradient

A few rows stay in the processor's cache from the first of these steps to the last. The powers are made where the
gradient is to be, so nothing as large as the logits is made besides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from flowgraph.kernels.threads import in_parallel, ranges

BLOCK = 1 << 16
"""Entries of the rows that are worked on together."""

LARGE = 1 << 17
"""Entries of logits that are worth several threads."""

TASKS = 8
"""Into so many shares large logits are cut."""


def are_classes(labels: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether labels name a class for each row of logits of a shape."""
    if len(shape) != 2 or labels.shape != shape[:1] or not shape[1]:
        return False
    return not labels.size or bool(labels.min() >= 0 and labels.max() < shape[1])


def sparse_cross_entropy(logits: np.ndarray, labels: np.ndarray, out: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """The loss of each row of logits, whose true class a label tells, and the losses' gradients.

    Args:
      logits: [rows, classes], float32 or float64, one class at least.
      labels: [rows], integers in [0, classes).
      out: arrays of the shapes of the two results, to put them in.

    >>> loss, gradient = sparse_cross_entropy(np.zeros([1, 2]), np.array([1]))
    >>> loss.round(3), gradient
    (array([0.693]), array([[ 0.5, -0.5]]))
    """
    loss, gradient = out or _made(logits)
    row = np.arange(len(logits))
    largest, total = np.empty((2, len(logits), 1), logits.dtype)

    def work(rows: slice) -> None:
        powers, sums = gradient[rows], total[rows]
        _powers(logits[rows], largest[rows], powers, sums)
        np.divide(powers, sums, powers)

    _by_rows(work, logits.shape)
    np.subtract(np.log(total[:, 0]), logits[row, labels] - largest[:, 0], loss)
    gradient[row, labels] -= 1
    return loss, gradient


def dense_cross_entropy(logits: np.ndarray, labels: np.ndarray, out: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """The same of labels that give each class a probability: [rows, classes], of the logits' dtype.

    >>> dense_cross_entropy(np.zeros([1, 2]), np.array([[0.0, 1.0]]))[1]
    array([[ 0.5, -0.5]])
    """
    loss, gradient = out or _made(logits)
    largest, total = np.empty((2, len(logits), 1), logits.dtype)

    def work(rows: slice) -> None:
        given, true, powers, sums = logits[rows], labels[rows], gradient[rows], total[rows]
        _powers(given, largest[rows], powers, sums)
        shares = np.subtract(given, largest[rows])
        np.subtract(np.log(sums), shares, shares)
        np.add.reduce(np.multiply(true, shares, shares), axis=-1, out=loss[rows])
        np.divide(powers, sums, powers)
        np.subtract(powers, true, powers)

    _by_rows(work, logits.shape)
    return loss, gradient


def _made(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.empty(len(logits), logits.dtype), np.empty(logits.shape, logits.dtype)


def _powers(logits: np.ndarray, largest: np.ndarray, powers: np.ndarray, sums: np.ndarray) -> None:
    """Of some rows the largest logit, the powers of all logits less that, and their sum."""
    np.maximum.reduce(logits, axis=-1, out=largest, keepdims=True, initial=-np.inf)
    np.subtract(logits, largest, powers)
    np.exp(powers, powers)
    np.add.reduce(powers, axis=-1, out=sums, keepdims=True)


def _by_rows(work: Callable[[slice], None], shape: tuple[int, ...]) -> None:
    """`work` for all rows, some at a time, on several threads if there are many entries."""
    rows, classes = shape
    step = max(1, BLOCK // max(1, classes))

    def share(part: slice) -> None:
        for first in range(part.start, part.stop, step):
            work(slice(first, min(first + step, part.stop)))

    if rows * classes < LARGE:
        share(slice(0, rows))
    else:
        in_parallel([partial(share, part) for part in ranges(rows, TASKS)])
