"""Pipelines whose elements are rows of arrays: what is known of them without taking the rows out one by one.

Shuffled, repeated or cut off, the rows of arrays are still rows of these arrays. So all this is done with their
numbers, and a batch is one indexing for each array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

Numbered = tuple[Sequence[np.ndarray], Any]
"""Arrays, and a pipeline over the numbers of those rows that are a pipeline's elements."""


def numbered(pipeline: Any) -> Numbered | None:
    """The arrays and the numbers of rows that a pipeline's elements are; None if it does not know of any."""
    find = getattr(pipeline, "numbered", None)
    found: Numbered | None = None if find is None else find()
    return found


def rows(arrays: Sequence[np.ndarray], numbers: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Rows of arrays by their numbers.

    >>> rows([np.array([5, 6, 7])], [2, 0])
    (array([7, 5]),)
    """
    places = np.array(numbers)
    return tuple([array.take(places, axis=0) for array in arrays])


class Rearranged:
    """What a pipeline is that gives elements of its `source`, whatever they are, in some order."""

    source: Any

    def numbered(self) -> Numbered | None:
        """See `numbered`."""
        found = numbered(self.source)
        if found is None:
            return None
        arrays, numbers = found
        other = copy(self)  # a generator of random numbers is the same for both
        object.__setattr__(other, "source", numbers)
        return arrays, other


@dataclass(frozen=True)
class Numbers:
    """The numbers of so many rows: bare integers, for they never leave the pipeline."""

    count: int

    def begin(self, run: Any) -> Iterator[int]:  # noqa: ARG002
        """See `Pipeline`."""
        return iter(range(self.count))
