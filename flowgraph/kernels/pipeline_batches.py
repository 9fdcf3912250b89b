"""Pipelines that put elements together, keep them, or compute them ahead."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from flowgraph.errors import DataLossError, InvalidArgumentError
from flowgraph.formats import cached
from flowgraph.kernels.pipeline import Element, Elements, Pipeline, Run, Zipped, complaint, ending, unboxed
from flowgraph.kernels.pipeline_orders import Windowed
from flowgraph.kernels.pipeline_rows import numbered, rows
from flowgraph.kernels.workers import Pool


@dataclass(frozen=True)
class Batched:
    """Elements stacked, `size` of them at a time.

    Args:
      source: the pipeline.
      size: how many make a batch.
      drops: whether a last batch that has fewer is left out.
      mapped: whether TF's optimizer makes one of this and a map in front: then the words of an error are others.
    """

    source: Pipeline
    size: int
    drops: bool
    mapped: bool = False

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        found = numbered(self.source)
        if found is None:
            return batches(self.source.begin(run), self.size, self.drops, self._stacked)
        arrays, numbers = found
        return batches(numbers.begin(run), self.size, self.drops, partial(rows, arrays))

    def _stacked(self, chosen: list[Element]) -> Element:
        return tuple(self._stack(at, parts) for at, parts in enumerate(zip(*chosen, strict=True)))

    def _stack(self, at: int, parts: Sequence[Any]) -> Any:
        first = parts[0]
        shape = first.shape
        if len({part.shape for part in parts}) > 1:
            number, other = next((i, part.shape) for i, part in enumerate(parts) if part.shape != shape)
            raise complaint(self._unlike(at, shape, number, other))
        if not shape and first.dtype != object:
            return np.array(parts, first.dtype)
        out = np.empty((len(parts), *shape), first.dtype)
        for row, part in enumerate(parts):
            out[row] = part[()] if not shape else part
        return out

    def _unlike(self, at: int, first: Any, number: int, other: Any) -> str:
        if self.mapped and np.prod(first) != np.prod(other):
            return (
                "Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: "
                f"{bracketed(other)}, [batch]: {bracketed(first)}"
            )
        return (
            f"Cannot batch tensors with different shapes in component {at}. First element had shape "
            f"{bracketed(first)} and element {number} had shape {bracketed(other)}."
        )


def bracketed(sizes: Sequence[Any]) -> str:
    """A shape as TF's kernels write it."""
    return f"[{','.join(map(str, sizes))}]"


class batches:  # noqa: N801 (used as a function)
    """What `put_together` makes of so many elements at a time."""

    def __init__(self, elements: Elements, size: int, drops: bool, put_together: Any) -> None:
        self._elements, self._size, self._drops, self._put_together = elements, size, drops, put_together

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        chosen = list(itertools.islice(self._elements, self._size))
        if not chosen or (self._drops and len(chosen) < self._size):
            raise StopIteration
        made: Element = self._put_together(chosen)
        return made


@dataclass(frozen=True)
class Padded:
    """Elements of different shapes stacked, each filled up.

    Args:
      source: the pipeline.
      size: how many make a batch.
      shapes: for each component the shape to fill up to; -1 for the largest size in the batch.
      values: for each component what to fill up with.
      drops: whether a last batch that has fewer is left out.
    """

    source: Pipeline
    size: int
    shapes: Sequence[Sequence[int]]
    values: Sequence[Any]
    drops: bool

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return batches(self.source.begin(run), self.size, self.drops, self._together)

    def _together(self, chosen: list[Element]) -> Element:
        parts = zip(*chosen, strict=True)
        rows = zip(parts, self.shapes, self.values, strict=True)
        return tuple(self._fill(at, *row) for at, row in enumerate(rows))

    def _fill(self, at: int, parts: Sequence[np.ndarray], shape: Sequence[int], value: Any) -> np.ndarray:
        for part in parts:
            if part.ndim != len(shape):
                raise complaint(
                    f"All elements in a batch must have the same rank as the padded shape for component{at}: "
                    f"expected rank {len(shape)} but got element with rank {part.ndim}"
                )
            if any(-1 < wanted < size for wanted, size in zip(shape, part.shape, strict=True)):
                raise DataLossError(None, None, "Attempted to pad to a smaller size than the input element.")
        largest = np.max([part.shape for part in parts], axis=0)
        full = [int(size) if wanted < 0 else wanted for wanted, size in zip(shape, largest, strict=True)]
        out = np.empty((len(parts), *full), parts[0].dtype)
        out[...] = value
        for row, part in zip(out, parts, strict=True) if full else ():
            row[tuple(slice(size) for size in part.shape)] = part
        if not full:
            out[:] = [part[()] for part in parts]
        return out


@dataclass
class Kept:
    """Elements that are kept in memory from the first time through on."""

    source: Pipeline
    elements: list[Element] | None = None
    lock: Any = field(default_factory=threading.Lock)

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return iter(self.elements) if self.elements is not None else _Keeping(self, run)


class _Keeping:
    def __init__(self, kept: Kept, run: Run) -> None:
        self._kept, self._elements = kept, kept.source.begin(run)
        self._seen: list[Element] = []

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        try:
            element = next(self._elements)
        except StopIteration:
            self._kept.elements = self._seen
            raise
        self._seen.append(element)
        return element


@dataclass(frozen=True)
class KeptInFile:
    """Elements that are kept in files from the first time through on; see `formats/cached.py`.

    Args:
      source: the pipeline.
      prefix: the name of the files.
      types: the dtypes of the components.
    """

    source: Pipeline
    prefix: str
    types: Sequence[Any]

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return cached.Reader(self.prefix, self.types) if cached.is_kept(self.prefix) else _KeepingInFile(self, run)


class _KeepingInFile:
    def __init__(self, kept: KeptInFile, run: Run) -> None:
        self._kept, self._elements = kept, kept.source.begin(run)
        self._writer: cached.Writer | None = None
        self._ended = False

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._ended:
            raise StopIteration
        if self._writer is None:
            self._writer = cached.Writer(self._kept.prefix, self._kept.types)
        try:
            element = next(self._elements)
        except StopIteration:
            self._writer.finish()
            self._ended = True
            raise
        self._writer.add(element)
        return element


@dataclass(frozen=True)
class MappedAhead:
    """What a function makes of each element, in order, of several elements at a time in as many threads."""

    source: Pipeline
    function: Any
    threads: int

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _MappingAhead(self.source.begin(run), ending(run.bind(self.function)), self.threads)


class _MappingAhead:
    def __init__(self, elements: Elements, call: Any, threads: int) -> None:
        self._elements, self._threads = elements, threads
        self._pool: Pool | None = None
        self._coming: deque[Future[Element]] = deque()
        self._call = call

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._pool is None:
            self._pool = Pool(self._threads, "map")
        trouble: Exception | None = None
        while len(self._coming) < self._threads and trouble is None:
            try:
                self._coming.append(self._pool.submit(_outcome, self._call, next(self._elements)))
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001  # it comes in its turn
                trouble = error
                self._coming.append(_failed(error))
        if not self._coming:
            raise StopIteration
        element = self._coming.popleft().result()
        if element is None:
            self._coming.clear()
            self._elements = iter(())
            raise StopIteration
        return element


def _outcome(call: Any, element: Element) -> Any:
    """What a function makes of an element; None for the end (a Future cannot raise StopIteration)."""
    try:
        return call(element)
    except StopIteration:
        return None


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


@dataclass(frozen=True)
class Sliding:
    """Batches of as many elements each, which overlap; last elements that fill none are left out.

    Args:
      source, size, shift, stride: see `Windowed`.
    """

    source: Pipeline
    size: int
    shift: int
    stride: int

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        windows = Windowed(self.source, self.size, self.shift, self.stride, drops=True).begin(run)

        def stacked(window: Element) -> Element:
            return next(Batched(Zipped([unboxed(part) for part in window]), self.size, False).begin(run))

        return map(stacked, windows)


@dataclass(frozen=True)
class Ahead:
    """Elements that another thread computes ahead of the time when they are asked for, so many at most."""

    source: Pipeline
    size: int

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        elements = self.source.begin(run)
        return _ComingAhead(elements, self.size if self.size > 0 else _BY_ITSELF) if self.size else elements


_BY_ITSELF = 2
"""How many elements are computed ahead where the user leaves the number to the library."""


class _ComingAhead:
    """A task in the thread takes one element; whoever takes an element out sees to it that enough tasks are under way.

    No thread waits for room: so nothing is left behind when an iterator is given up.
    """

    def __init__(self, elements: Elements, size: int) -> None:
        self._elements, self._size = elements, size
        self._pool: Pool | None = None
        self._coming: deque[Future[Any]] = deque()
        self._ended = False

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        if self._ended:
            raise StopIteration
        if self._pool is None:
            self._pool = Pool(1, "prefetch")
        while len(self._coming) <= self._size:
            self._coming.append(self._pool.submit(next, self._elements, None))
        element = self._coming.popleft().result()
        if element is None:
            self._ended = True
            self._coming.clear()
            raise StopIteration
        return tuple(element)


def positive(number: Any, name: str, words: str = "must be greater than zero") -> int:
    """A number that a pipeline was given, if it is one that it can be made with.

    Raises:
      InvalidArgumentError: it is not positive.
    """
    value = int(number)
    if value <= 0:
        raise InvalidArgumentError(None, None, f"{name} {words}.")
    return value
