"""A map in which sparse tensors lie under numbers, so that the numbers can go through a queue for them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Parts(NamedTuple):
    """A sparse tensor."""

    indices: np.ndarray
    values: np.ndarray
    shape: np.ndarray


class SparseMap:
    """Sparse tensors that wait to be taken, each once."""

    def __init__(self) -> None:
        self._held: dict[int, Parts] = {}
        self._count = 0
        self._lock = threading.Lock()

    def put(self, parts: Parts) -> int:
        """Keep a sparse tensor; returns its number."""
        with self._lock:
            number = self._count
            self._held[number] = Parts(*(np.array(part) for part in parts))
            self._count += 1
        return number

    def put_rows(self, parts: Parts) -> np.ndarray:
        """Keep the rows of a sparse tensor, those with entries first; returns their numbers in order."""
        rows = int(parts.shape[0])
        at = parts.indices[:, 0]
        numbers = np.empty(rows, np.int64)
        filled = np.unique(at)
        for row in [*filled.tolist(), *np.setdiff1d(np.arange(rows), filled).tolist()]:
            here = at == row
            numbers[row] = self.put(Parts(parts.indices[here, 1:], parts.values[here], parts.shape[1:]))
        return numbers

    def take(self, numbers: Sequence[int]) -> list[Parts]:
        """Take out sparse tensors.

        Raises:
          KeyError: one is not there; its number is the argument.
        """
        with self._lock:
            return [self._held.pop(number) for number in numbers]


def joined(parts: Sequence[Parts]) -> Parts:
    """Sparse tensors of one rank as the rows of one.

    Raises:
      ValueError: their ranks differ; TF's words.
    """
    ranks = [len(part.shape) + 1 for part in parts]
    for place, rank in enumerate(ranks):
        if rank != ranks[0]:
            before = f"rank prior to SparseTensor[{place}] was: {ranks[0] - 1}"
            raise ValueError(
                f"Inconsistent rank across SparseTensors: {before} but rank of SparseTensor[{place}] is: {rank - 1}"
            )
    rows: list[Any] = [
        np.concatenate([np.full((len(part.values), 1), row, np.int64), part.indices], axis=1)
        for row, part in enumerate(parts)
    ]
    shape = np.array([len(parts), *np.max([part.shape for part in parts], axis=0)], np.int64)
    return Parts(np.concatenate(rows), np.concatenate([part.values for part in parts]), shape)
