"""Shuffles and draws of categories from a Philox stream, as TensorFlow's CPU kernels make them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels.distributions import BLOCKS_PER_ELEMENT, uniform
from flowgraph.kernels.philox import Stream, words


def permutation(stream: Stream, count: int) -> NDArray[np.int64]:
    """A random order of `count` rows: row i of the shuffled array is row `permutation[i]` of the given one.

    >>> permutation(Stream.seeded(87654321, 1), 10)
    array([7, 9, 3, 6, 5, 1, 8, 4, 0, 2])
    """
    order = list(range(count))
    place = np.arange(max(count - 1, 0))
    partner = place + words(stream, len(place)) % (count - place)
    for i, j in enumerate(partner.tolist()):
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.int64)


def permutation_reserved(rows: int, elements: int) -> int:
    """Blocks that one shuffle of `rows` rows with `elements` elements in all reserves.

    >>> permutation_reserved(10, 10), permutation_reserved(5, 0)
    (3, 0)
    """
    return (rows + 2) // 4 if rows > 1 and elements > 1 else 0


def multinomial(stream: Stream, logits: NDArray[Any], samples: int, dtype: DTypeLike) -> NDArray[Any]:
    """Draw `samples` classes for each row of `logits`: from [rows, classes] to integers of [rows, samples].

    A class is drawn with a probability proportional to the exponential of its logit; one whose logit is
    not finite is never drawn, and where no class is left the draws are `classes`, as they are in TensorFlow.
    The order is that of TensorFlow on one thread; on several it depends on their number.

    Raises InvalidArgumentError for a negative number of samples and for rows without classes.

    >>> multinomial(Stream.seeded(87654321, 1), np.array([[0.0, 1.0, -np.inf]]), 5, np.int64)
    array([[1, 1, 1, 1, 0]])
    """
    if samples < 0:
        raise InvalidArgumentError(None, None, f"num_samples should be nonnegative, got {samples}")
    if logits.shape[1] == 0:
        raise InvalidArgumentError(None, None, "num_classes should be positive, got 0")
    draws = uniform(stream, [len(logits), samples], np.float64)
    result = np.empty(draws.shape, dtype)
    for row, draw, classes in zip(logits.astype(np.float64), draws, result):
        finite = np.isfinite(row)
        weights = np.zeros(len(row))
        weights[finite] = np.exp(row[finite] - np.max(row[finite], initial=-np.inf))
        bounds = np.cumsum(weights)
        classes[:] = np.searchsorted(bounds, draw * bounds[-1], side="right")
    return result


def multinomial_reserved(rows: int, samples: int) -> int:
    """Blocks that one run drawing `samples` classes for each of `rows` rows reserves.

    >>> multinomial_reserved(2, 5)
    8192
    """
    return rows * 2 * (-(-samples // 4) * 4) * BLOCKS_PER_ELEMENT
