"""One piece of memory for all buffers of a Program: where in it each lies.

Buffers that live at the same time must not overlap; others may lie in the same place:

    bytes                                       greedy by size: the largest first, each at the lowest gap that
      │  ┌───────────┐┌───────┐                 is just large enough among those that live at the same time
      │  │     A     ││   C   │
      │  └───────────┘└───────┘┌──┐             (Yury Pisarchyk, Juhyun Lee: Efficient Memory Management for
      │      ┌──────────┐┌────┐│E │             Deep Neural Net Inference, 2020, section 5.2)
      └──────┤    B     ├┤ D  ├┴──┴──► steps

To find the smallest arena is as hard as bin packing; no arena is smaller than the most bytes that ever live at once
(`lower_bound`). A walk in the order of the steps, each buffer into the smallest hole that is free just then, takes no
time and reaches that bound for most programs; where it does not, greedy by size is tried, and a free list of each size.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from flowgraph.passes.liveness import Buffer

ARENA = "arena"
"""What to skip for values that share no memory, as if it were a pass."""

ALIGNMENT = 64
"""Buffers begin at multiples of this: a line of the cache, and the widest vector."""

_MOST = 1000  # buffers that are sorted by size: placing one looks at all before it


class Layout(NamedTuple):
    """Where buffers lie.

    Attributes:
      offsets: where each begins.
      size: the bytes of all together.
      strategy: how they were placed.
    """

    offsets: list[int]
    size: int
    strategy: str


def place(buffers: Sequence[Buffer]) -> Layout:
    """The smallest layout that some strategies find.

    >>> place([Buffer(100, 0), Buffer(60, 0), Buffer(100, 1)])
    Layout(offsets=[0, 128, 0], size=192, strategy='in order')
    """
    events = _Events(buffers)
    bound = events.most()
    best = in_order(buffers, events)
    for strategy in (by_size, by_lists):
        if best.size > bound and (strategy is by_lists or len(buffers) <= _MOST):
            found = strategy(buffers, events)
            best = found if found.size < best.size else best
    return best


def aligned(size: int) -> int:
    """The bytes that a buffer takes with the gap behind it; one of no bytes has a place, too."""
    return max(1, -(-size // ALIGNMENT)) * ALIGNMENT


def lower_bound(buffers: Sequence[Buffer]) -> int:
    """The most bytes that live at the same time.

    >>> lower_bound([Buffer(100, 0), Buffer(60, 0), Buffer(100, 1)])
    192
    """
    return _Events(buffers).most()


def most_at_once(buffers: Sequence[Buffer]) -> int:
    """The same, of the bytes themselves."""
    changes = [(buffer.first, 1, buffer.size) for buffer in buffers] + [(b.last + 1, 0, -b.size) for b in buffers]
    return max(accumulate(change for *_, change in sorted(changes)), default=0)


class _Events:
    """When buffers begin and end, step by step.

    Attributes:
      sizes: what each takes.
      order: their indices in the order of the steps in which they begin.
    """

    def __init__(self, buffers: Sequence[Buffer]) -> None:
        self.sizes = [aligned(buffer.size) for buffer in buffers]
        self.order = sorted(range(len(buffers)), key=lambda i: buffers[i].first)
        self._ends = sorted(range(len(buffers)), key=lambda i: buffers[i].last)
        self._buffers = buffers

    def walk(self, begin: Callable[[int], None], end: Callable[[int], None]) -> None:
        """Call `begin` and `end` with the index of each buffer; what ended before a step ends before others begin."""
        at, ends, buffers = 0, self._ends, self._buffers
        for index in self.order:
            first = buffers[index].first
            while buffers[ends[at]].last < first:
                end(ends[at])
                at += 1
            begin(index)

    def most(self) -> int:
        """The most bytes that live at the same time."""
        living, most, sizes = 0, 0, self.sizes

        def begin(index: int) -> None:
            nonlocal living, most
            living += sizes[index]
            most = max(most, living)

        def end(index: int) -> None:
            nonlocal living
            living -= sizes[index]

        self.walk(begin, end)
        return most


def in_order(buffers: Sequence[Buffer], events: _Events | None = None) -> Layout:
    """Each, as it begins, in the smallest hole that is large enough; holes beside each other become one."""
    events = events or _Events(buffers)
    sizes, offsets, holes = events.sizes, [0] * len(buffers), _Holes()

    def begin(index: int) -> None:
        offsets[index] = holes.take(sizes[index])

    events.walk(begin, lambda index: holes.give(offsets[index], sizes[index]))
    return Layout(offsets, holes.top, "in order")


class _Holes:
    """The free bytes between others.

    Attributes:
      top: where the bytes end that were ever used.
    """

    def __init__(self) -> None:
        self.top = 0
        self._by_size: list[tuple[int, int]] = []  # (size, offset), sorted
        self._size_at: dict[int, int] = {}  # where a hole begins -> its size
        self._begin_of: dict[int, int] = {}  # where a hole ends -> where it begins

    def take(self, size: int) -> int:
        at = bisect_left(self._by_size, (size, 0))
        if at < len(self._by_size):
            hole, offset = self._by_size[at]
            self._remove(offset)
            if hole > size:
                self._add(offset + size, hole - size)
            return offset
        offset = self._begin_of.get(self.top, self.top)  # the last hole grows
        if offset < self.top:
            self._remove(offset)
        self.top = offset + size
        return offset

    def give(self, offset: int, size: int) -> None:
        before = self._begin_of.get(offset)
        after = self._size_at.get(offset + size)
        if after is not None:
            self._remove(offset + size)
            size += after
        if before is not None:
            self._remove(before)
            offset, size = before, size + offset - before
        self._add(offset, size)

    def _add(self, offset: int, size: int) -> None:
        insort(self._by_size, (size, offset))
        self._size_at[offset] = size
        self._begin_of[offset + size] = offset

    def _remove(self, offset: int) -> None:
        size = self._size_at.pop(offset)
        del self._begin_of[offset + size]
        del self._by_size[bisect_left(self._by_size, (size, offset))]


def by_size(buffers: Sequence[Buffer], events: _Events | None = None) -> Layout:
    """The largest first, each in the smallest gap between those placed before it that live at the same time."""
    events = events or _Events(buffers)
    sizes, offsets = events.sizes, [0] * len(buffers)
    # the placed ones, by their offsets; a row for each: begin, end, first step, last step
    placed = np.empty((len(buffers), 4), np.int64)
    for count, index in enumerate(sorted(events.order, key=lambda i: -sizes[i])):
        buffer, size = buffers[index], sizes[index]
        rows = placed[:count]
        rows = rows[(rows[:, 2] <= buffer.last) & (rows[:, 3] >= buffer.first)]
        at = offsets[index] = _lowest_gap(rows[:, 0], rows[:, 1], size)
        row = int(np.searchsorted(placed[:count, 0], at))
        placed[row + 1 : count + 1] = placed[row:count].copy()
        placed[row] = at, at + size, buffer.first, buffer.last
    return Layout(offsets, max((o + s for o, s in zip(offsets, sizes, strict=True)), default=0), "by size")


def _lowest_gap(begins: np.ndarray, ends: np.ndarray, size: int) -> int:
    """Where the smallest gap begins that holds `size` bytes, or where all ends."""
    if not len(begins):
        return 0
    tops = np.maximum.accumulate(ends)
    edges = np.concatenate(([0], tops[:-1]))
    gaps = begins - edges
    fitting = np.flatnonzero(gaps >= size)
    return int(edges[fitting[np.argmin(gaps[fitting])]] if len(fitting) else tops[-1])


def by_lists(buffers: Sequence[Buffer], events: _Events | None = None) -> Layout:
    """Each where one of exactly its size lay before, or else behind all others."""
    events = events or _Events(buffers)
    sizes, offsets, top = events.sizes, [0] * len(buffers), 0
    free: dict[int, list[int]] = {}

    def begin(index: int) -> None:
        nonlocal top
        waiting = free.get(sizes[index])
        if waiting:
            offsets[index] = waiting.pop()
        else:
            offsets[index] = top
            top += sizes[index]

    events.walk(begin, lambda index: free.setdefault(sizes[index], []).append(offsets[index]))
    return Layout(offsets, top, "free lists")
