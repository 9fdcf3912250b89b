"""Pipelines that bring elements into another order: shuffled, interleaved, grouped."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flowgraph.kernels.philox import WordStream
from flowgraph.kernels.pipeline import Element, Elements, Pipeline, Run, boxed, complaint, ending, pipeline_of, unboxed
from flowgraph.kernels.pipeline_rows import Rearranged
from flowgraph.kernels.seeds import fresh_pair, words_of


@dataclass
class Shuffled(Rearranged):
    """Elements in random order: each is drawn from a buffer, in which the next one of the source takes its place.

    Args:
      source: the pipeline.
      size: of the buffer.
      seeds: of TF's generator.
      anew: whether each iterator has an order of its own, else they all have one.
    """

    source: Pipeline
    size: int
    seeds: tuple[int, int]
    anew: bool

    def __post_init__(self) -> None:
        if self.seeds == (0, 0):
            self.seeds = fresh_pair()
        self._generator = words_of(*self.seeds)

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        seeds = (self._generator.word(), self._generator.word()) if self.anew else self.seeds
        return _Shuffling(self.source, self.size, 1, words_of(*seeds), run)


@dataclass
class ShuffledRepeats(Rearranged):
    """As `Shuffled` and then repeated, with one generator for all times; TF's optimizer makes this of the two."""

    source: Pipeline
    size: int
    seeds: tuple[int, int]
    count: int

    def __post_init__(self) -> None:
        if self.seeds == (0, 0):
            self.seeds = fresh_pair()

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Shuffling(self.source, self.size, self.count, words_of(*self.seeds), run)


class _Shuffling:
    """The buffer is a ring in which the elements of one time through the source, an epoch, are a slice."""

    def __init__(self, source: Pipeline, size: int, count: int, words: WordStream, run: Run) -> None:
        self._source, self._size, self._left, self._words, self._run = source, size, count, words, run
        self._elements: Elements | None = source.begin(run)
        self._buffer: dict[int, Element] = {}
        self._slices: deque[list[int]] = deque([[0, 0]])  # first and one past the last
        self._had_any = False

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        slices, buffer, size = self._slices, self._buffer, self._size
        while self._elements is not None and len(buffer) < size:
            self._fill_place()
        if not buffer:
            raise StopIteration
        while slices[0][0] == slices[0][1]:
            slices.popleft()
        here = slices[0]
        first, end = here
        here[0] = first + 1
        place = (first + self._words.word() % (end - first)) % size
        last = buffer.pop(first % size)
        if place == first % size:
            return last
        taken = buffer[place]
        buffer[place] = last
        return taken

    def _fill_place(self) -> None:
        """Take up the next element, of the next epoch if this one is at its end."""
        assert self._elements is not None
        element = next(self._elements, None)
        if element is not None:
            self._had_any = True
            here = self._slices[-1]
            self._buffer[here[1] % self._size] = element
            here[1] += 1
            return
        self._left -= 1
        if self._left == 0 or not self._had_any:
            self._elements = None
            return
        end = self._slices[-1][1]
        self._slices.append([end, end])
        self._elements = self._source.begin(self._run)


@dataclass
class RandomNumbers:
    """Random numbers without end, each an int64 scalar."""

    seeds: tuple[int, int]

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        words = words_of(*self.seeds)
        return ((np.asarray(words.word(), np.int64),) for _ in itertools.count())


@dataclass(frozen=True)
class Interleaved:
    """Elements of the pipelines that a function makes of elements, of several in turn.

    Args:
      source: the pipeline.
      function: makes a pipeline of an element.
      cycle: how many are open at a time; -1 for one each processor.
      block: how many elements of one come together.
      inner: what is done with such a pipeline first.
    """

    source: Pipeline
    function: Any
    cycle: int
    block: int
    inner: Callable[[Any], Any] = unboxed

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Interleaving(self, run)


class _Interleaving:
    def __init__(self, pipeline: Interleaved, run: Run) -> None:
        cycle = pipeline.cycle if pipeline.cycle > 0 else os.cpu_count() or 1
        self._outer: Elements | None = pipeline.source.begin(run)
        self._call, self._run, self._block = ending(run.bind(pipeline.function)), run, pipeline.block
        self._inner = pipeline.inner
        self._open: list[Elements | None] = [None] * cycle
        self._place, self._taken = 0, 0

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        while self._outer is not None or any(inner is not None for inner in self._open):
            inner = self._open[self._place]
            if inner is not None:
                element = next(inner, None)
                if element is not None:
                    self._taken += 1
                    if self._taken == self._block:
                        self._move_on()
                    return element
                self._open[self._place] = None
                self._move_on()
            elif self._outer is not None:
                self._open_next()
            else:
                self._move_on()
        raise StopIteration

    def _open_next(self) -> None:
        assert self._outer is not None
        element = next(self._outer, None)
        if element is None:
            self._outer = None
        else:
            self._open[self._place] = self._inner(pipeline_of(self._call, element)).begin(self._run)

    def _move_on(self) -> None:
        self._taken = 0
        self._place = (self._place + 1) % len(self._open)


@dataclass(frozen=True)
class Windowed:
    """Pipelines over as many elements each: for every component one.

    Args:
      source: the pipeline.
      size: how many elements a window has.
      shift: how far the next one begins behind it.
      stride: how far apart its elements are.
      drops: whether the last windows, which have fewer, are left out.
    """

    source: Pipeline
    size: int
    shift: int
    stride: int
    drops: bool

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Windows(self, self.source.begin(run))


class _Windows:
    def __init__(self, spec: Windowed, elements: Elements) -> None:
        self._spec, self._elements = spec, elements
        self._buffer: list[Element] = []

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        spec, buffer = self._spec, self._buffer
        whole = (spec.size - 1) * spec.stride + 1
        buffer.extend(itertools.islice(self._elements, whole - len(buffer)))
        if not buffer or (spec.drops and len(buffer) < whole):
            raise StopIteration
        chosen = buffer[:: spec.stride]
        if spec.shift > len(buffer):
            for _ in itertools.islice(self._elements, spec.shift - len(buffer)):
                pass
        del buffer[: spec.shift]
        return tuple(boxed(Listed([(part,) for part in parts])) for parts in zip(*chosen, strict=True))


@dataclass(frozen=True)
class Listed:
    """Elements that are there already."""

    elements: list[Element]

    def begin(self, run: Run) -> Elements:  # noqa: ARG002
        """See `Pipeline`."""
        return iter(self.elements)


@dataclass(frozen=True)
class Grouped:
    """What a function makes of groups of elements of one key: of each group when it has enough elements.

    Args:
      source: the pipeline.
      key: function of an element: an int64 scalar.
      reduce: function of a key and a pipeline over the group: a pipeline.
      size: function of a key: how many elements make a group full.
    """

    source: Pipeline
    key: Any
    reduce: Any
    size: Any

    def begin(self, run: Run) -> Elements:
        """See `Pipeline`."""
        return _Groups(self, run)


@dataclass
class _Groups:
    spec: Grouped
    run: Run
    groups: dict[int, list[Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bind = self.run.bind
        self._key, self._size = bind(self.spec.key), bind(self.spec.size)
        self._reduce: Callable[[Element], Element] = ending(bind(self.spec.reduce))
        self._elements = self.spec.source.begin(self.run)
        self._sizes: dict[int, int] = {}
        self._now: Elements = iter(())

    def __iter__(self) -> Elements:
        return self

    def __next__(self) -> Element:
        while True:
            element = next(self._now, None)
            if element is not None:
                return element
            key = self._full()
            if key is None:
                raise StopIteration
            group = (np.asarray(key, np.int64), boxed(Listed(self.groups.pop(key))))
            self._sizes.pop(key)
            self._now = pipeline_of(self._reduce, group).begin(self.run)

    def _full(self) -> int | None:
        """The key of a group to give out, after the source's end the smallest; None if there is none."""
        for element in self._elements:
            key = int(self._key(*element)[0])
            if key not in self._sizes:
                size = int(self._size(np.asarray(key, np.int64))[0])
                if size <= 0:
                    raise complaint(f"Window size must be greater than zero, but got {size}.")
                self._sizes[key] = size
            group = self.groups.setdefault(key, [])
            group.append(element)
            if len(group) == self._sizes[key]:
                return key
        return min(self.groups, default=None)
