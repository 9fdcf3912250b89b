"""Pipelines that make sparse tensors of batches, parse batches of examples, and reduce groups of elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from flowgraph.errors import DataLossError
from flowgraph.kernels.pipeline import Element, Elements, Pipeline, Run, complaint
from flowgraph.kernels.pipeline_batches import bracketed


@dataclass(frozen=True)
class SparseBatched:
    """Elements of different shapes as the rows of one sparse tensor.

    Args:
      source: the pipeline; its elements have one component.
      size: how many make a batch.
      row: the shape of a row; -1 for the largest size in the batch.
    """

    source: Pipeline
    size: int
    row: tuple[int, ...]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _SparseBatches(self, self.source.begin(run))


class _SparseBatches:
    def __init__(self, spec: SparseBatched, elements: Elements) -> None:
        self._spec, self._elements = spec, elements

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        parts: list[np.ndarray] = []
        while len(parts) < self._spec.size:
            element = next(self._elements, None)
            if element is None:
                break
            parts.append(self._fitting(element[0]))
        if not parts:
            raise StopIteration
        return (self._together(parts),)

    def _fitting(self, part: np.ndarray) -> np.ndarray:
        row = self._spec.row
        told = f"Input element had shape ({bracketed(part.shape)}) that is "
        if part.ndim != len(row):
            raise complaint(f"{told}incompatible with the row shape ({_told(row)}).")
        if any(-1 < wanted < size for wanted, size in zip(row, part.shape, strict=True)):
            raise DataLossError(None, None, f"{told}larger than the row shape ({_told(row)}).")
        return part

    def _together(self, parts: list[np.ndarray]) -> np.ndarray:
        places = [np.indices(part.shape).reshape(part.ndim, -1).T for part in parts]
        rows = np.repeat(np.arange(len(parts)), [part.size for part in parts])
        indices = np.column_stack([rows, np.concatenate(places)]).astype(np.int64)
        values = np.concatenate([part.reshape(-1) for part in parts])
        largest = np.max([part.shape for part in parts], axis=0)
        full = [int(size) if wanted < 0 else wanted for wanted, size in zip(self._spec.row, largest, strict=True)]
        return carried(indices, values, np.array([len(parts), *full], np.int64))


def _told(row: tuple[int, ...]) -> str:
    return bracketed(["?" if size < 0 else size for size in row])


def carried(*parts: Any) -> np.ndarray:
    """The three parts of a sparse tensor, or of several, as one variant."""
    carrier = np.empty(len(parts), object)
    for at, part in enumerate(parts):
        carrier[at] = part
    return carrier


@dataclass(frozen=True)
class Parsed:
    """What a function that is no graph's makes of each element."""

    source: Pipeline
    parse: Callable[[Element], Element]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return map(self.parse, self.source.begin(run))


@dataclass(frozen=True)
class Reduced:
    """One element for each key, in the order of keys: what functions make of all elements that have it.

    Args:
      source: the pipeline.
      key: function of an element: an int64 scalar.
      first: function of a key: a state.
      step: function of a state and an element: the next state.
      last: function of a state: an element.
    """

    source: Pipeline
    key: Any
    first: Any
    step: Any
    last: Any

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Reducing(self, run)


class _Reducing:
    def __init__(self, spec: Reduced, run: Run) -> None:
        self._elements = spec.source.begin(run)
        self._key, self._first = run.bind(spec.key), run.bind(spec.first)
        self._step, self._last = run.bind(spec.step), run.bind(spec.last)
        self._states: dict[int, list[Any]] = {}
        self._left: list[int] | None = None

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._left is None:
            for element in self._elements:
                key = self._key(*element)[0]
                state = self._states.get(int(key))
                self._states[int(key)] = self._step(*(self._first(key) if state is None else state), *element)
            self._left = sorted(self._states, reverse=True)
        if not self._left:
            raise StopIteration
        return tuple(self._last(*self._states.pop(self._left.pop())))
