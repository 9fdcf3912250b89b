"""Accumulators: gradients of several workers are gathered until there are enough of them to take their mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from flowgraph.kernels.attempts import Attempt, Desk, Progress, Trouble
from flowgraph.kernels.queues import shape_text

Shape = tuple[int | None, ...] | None


class Accumulator:
    """What the two kinds have in common.

    Args:
      shape: the shape of the gradients, as far as it is known.
      takes_mean: whether what is taken is the mean of the gradients, and not their sum.

    Attributes:
      count: how many gradients were gathered since some were taken.
      step: the time step; gradients of earlier ones are dropped.
    """

    def __init__(self, shape: Shape, takes_mean: bool) -> None:
        self.shape, self.takes_mean = shape, takes_mean
        self.count = self.step = 0
        self._desk = Desk(1)

    @property
    def _lock(self) -> Any:
        return self._desk.lock

    def set_step(self, step: int) -> None:
        """From now on gradients of earlier steps are dropped."""
        with self._lock:
            self.step = step

    def take(self, required: int) -> Attempt:
        """The mean or sum of the gradients, when there are `required` of them; then the next step begins.

        Raises:
          Trouble: `required` is not positive.
        """
        if required <= 0:
            raise Trouble("InvalidArgument", f"Argument num_required must be positive, but was {required}")

        def proceed(attempt: Attempt) -> Progress:
            if self.count < required:
                return Progress.NONE
            attempt.result = self._taken()
            self.count = 0
            self.step += 1
            return Progress.DONE

        return self._desk.begin(0, proceed, "TakeGrad operation was cancelled")

    def _gathered(self) -> None:
        """One gradient more."""
        self.count += 1
        self._desk.serve()

    def _taken(self) -> Any:
        raise NotImplementedError


class DenseAccumulator(Accumulator):
    """Gathers arrays."""

    _total: np.ndarray

    def apply(self, step: int, gradient: np.ndarray) -> None:
        """Gather a gradient, if it is not of an earlier step.

        Raises:
          Trouble: its shape is another one.
        """
        with self._lock:
            if step < self.step:
                return
            shape: Shape = self._total.shape if self.count else self.shape
            if not _fits(shape, gradient.shape):
                words = f"expected {shape_text(shape or ())}, got {shape_text(gradient.shape)}"
                raise Trouble("InvalidArgument", f"Shape mismatch: {words}")
            self._total = self._total + gradient if self.count else np.array(gradient)
            self._gathered()

    def _taken(self) -> np.ndarray:
        return self._total / self._total.dtype.type(self.count) if self.takes_mean else self._total


class SparseAccumulator(Accumulator):
    """Gathers rows of arrays, each under its index. The mean of a row is that of the gradients that have it."""

    _rows: list[tuple[int, np.ndarray, int]]  # index, sum, how many

    def apply(self, step: int, indices: np.ndarray, values: np.ndarray, shape: Sequence[int] | None) -> None:
        """Gather a gradient, if it is not of an earlier step; its indices ascend.

        Raises:
          Trouble: the shapes do not fit.
        """
        with self._lock:
            if step < self.step:
                return
            self._check(indices, values, shape)
            rows = [(index, np.array(value), 1) for index, value in zip(indices.tolist(), values, strict=True)]
            self._rows = _merged(self._rows, rows) if self.count else rows
            self._row_shape, self._dtype = values.shape[1:], values.dtype
            self._gathered()

    def _check(self, indices: np.ndarray, values: np.ndarray, shape: Sequence[int] | None) -> None:
        if indices.ndim != 1:
            raise _mismatch(f"Input indices should be vector but received shape: {shape_text(indices.shape)}")
        if values.ndim == 0:
            raise _mismatch("Values cannot be 0-dimensional.")
        if len(indices) != len(values):
            raise _mismatch(f"Expected {len(indices)} non-empty input values, got {len(values)}")
        known = (None, *self._row_shape) if self.count else self.shape
        for name, sizes in (("shape", shape), ("values", values.shape)):
            if sizes is None or known is None:
                continue
            if len(sizes) < len(known):
                raise _mismatch(f"Shape mismatch: expected {name} rank at least {len(known)}, got {len(sizes)}")
            for axis, (wanted, size) in enumerate(zip(known, sizes)):
                is_number_of_rows = name == "values" and axis == 0
                if wanted is not None and wanted != size and not is_number_of_rows:
                    raise _mismatch(f"Shape mismatch: expected {name} dim {axis} to be {wanted}, got {size}")

    def _taken(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        indices = np.array([index for index, _, _ in self._rows], np.int64)
        values = np.empty((len(self._rows), *self._row_shape), self._dtype)
        for place, (_, total, count) in enumerate(self._rows):
            values[place] = total / self._dtype.type(count) if self.takes_mean else total
        first = self.shape[0] if self.shape else None
        return indices, values, np.array([-1 if first is None else first, *self._row_shape], np.int64)

    _row_shape: tuple[int, ...]
    _dtype: Any


def _mismatch(line: str) -> Trouble:
    return Trouble("InvalidArgument", line)


def _fits(shape: Shape, sizes: tuple[int, ...]) -> bool:
    if shape is None:
        return True
    return len(shape) == len(sizes) and all(a in (None, b) for a, b in zip(shape, sizes, strict=True))


def _merged(ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Rows of two gradients, those of one index added."""
    found = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if ours[i][0] == theirs[j][0]:
            found.append((ours[i][0], ours[i][1] + theirs[j][1], ours[i][2] + 1))
            i, j = i + 1, j + 1
        elif ours[i][0] < theirs[j][0]:
            found.append(ours[i])
            i += 1
        else:
            found.append(theirs[j])
            j += 1
    return [*found, *ours[i:], *theirs[j:]]
