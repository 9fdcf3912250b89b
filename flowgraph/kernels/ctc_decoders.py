"""From what a network says at each step of time to the labels it means: the best path, and a search with a beam."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from flowgraph.errors import FailedPreconditionError, InvalidArgumentError
from flowgraph.kernels.window import Array

_ZERO = -math.inf  # log 0


def check(inputs: Array, times: Array) -> None:
    """Check what a decoder is given: logits [time, batch, classes] and how many steps each example has.

    Raises:
      InvalidArgumentError, FailedPreconditionError: in TF's words, where it does not fit.
    """
    if inputs.ndim != 3:
        raise InvalidArgumentError(None, None, "inputs is not a 3-Tensor")
    if times.ndim != 1:
        raise InvalidArgumentError(None, None, "sequence_length is not a vector")
    if len(times) != inputs.shape[1]:
        line = f"len(sequence_length) != batch_size.  len(sequence_length):  {len(times)} batch_size: {inputs.shape[1]}"
        raise FailedPreconditionError(None, None, line)
    for example, time in enumerate(times.tolist()):
        if time > len(inputs):
            raise FailedPreconditionError(None, None, f"sequence_length({example}) <= {len(inputs)}")


def as_sparse(rows: list[list[int]]) -> tuple[Array, Array, Array]:
    """Rows of labels as the indices, values and shape of a sparse matrix.

    >>> as_sparse([[7], [], [8, 9]])
    (array([[0, 0],
           [2, 0],
           [2, 1]]), array([7, 8, 9]), array([3, 2]))
    """
    places = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = [label for row in rows for label in row]
    shape = [len(rows), max(map(len, rows), default=0)]
    return np.array(places, np.int64).reshape(-1, 2), np.array(values, np.int64), np.array(shape, np.int64)


def greedy(inputs: Array, times: Array, merges: bool) -> tuple[list[list[int]], Array]:
    """The labels on the most likely path of each example, and minus the sum of its logits; [batch, 1].

    >>> logits = np.array([[0.0, 5, 0], [0, 5, 0], [0, 0, 5], [0, 5, 0]])[:, None]
    >>> greedy(logits, np.array([4]), True)
    ([[1, 1]], array([[-20.]]))
    """
    blank = inputs.shape[2] - 1
    comparable = inputs.copy()
    comparable[..., 1:][np.isnan(inputs[..., 1:])] = -np.inf
    best = np.where(np.isnan(inputs[..., 0]), 0, comparable.argmax(2))
    logits = np.take_along_axis(inputs, best[..., None], 2)[..., 0]
    within = np.arange(len(inputs))[:, None] < times
    score = -np.where(within, logits, 0).sum(0, dtype=np.float64)
    rows = []
    for example, time in enumerate(times.tolist()):
        path = best[: max(time, 0), example].tolist()
        before = [-1, *path]
        rows.append(
            [now for now, old in zip(path, before, strict=False) if now != blank and not (merges and now == old)]
        )
    return rows, (score + 0.0).astype(inputs.dtype)[:, None]


class Chance(NamedTuple):
    """Logs of the probability that paths spell something and end in a blank, in its last label, or in either."""

    total: float = _ZERO
    blank: float = _ZERO
    label: float = _ZERO


_NONE = Chance()


class Prefix:
    """Some labels that paths may begin with: a node of the tree of all of them."""

    __slots__ = ("children", "label", "new", "old", "parent")

    def __init__(self, parent: Prefix | None = None, label: int = -1) -> None:
        self.parent = parent
        self.label = label
        self.children: dict[int, Prefix] = {}
        self.old = _NONE
        self.new = _NONE

    def child(self, label: int) -> Prefix:
        """This prefix with one label more."""
        if label not in self.children:
            self.children[label] = Prefix(self, label)
        return self.children[label]

    def labels(self, merges: bool) -> list[int]:
        """The labels from the first to the last; equal neighbours as one if `merges`."""
        found: list[int] = []
        node, before = self, -1
        while node.parent is not None:
            if not (merges and node.label == before):
                found.append(node.label)
            before, node = node.label, node.parent
        return found[::-1]


class Beam:
    """The most likely prefixes, at most `width` of them."""

    def __init__(self, width: int) -> None:
        root = Prefix()
        root.new = Chance(0.0, 0.0, _ZERO)
        self._width = width
        self._leaves = [root]

    def step(self, logits: Array) -> None:
        """Go on by one step of time."""
        with np.errstate(all="ignore"):
            highest = logits.max()
            logs = logits - (highest + np.log(np.exp(logits - highest).sum()))
        branches = self.best()
        for branch in branches:
            branch.old = branch.new
        for branch in branches:
            branch.new = _continued(branch, logs)
        self._leaves = list(branches)
        for branch in branches:
            if self._has_room(branch.old.total):
                self._grow(branch, logs)

    def best(self) -> list[Prefix]:
        """The prefixes, the most likely first."""
        return sorted(self._leaves, key=lambda leaf: -leaf.new.total)

    def _bottom(self) -> Prefix:
        return min(self._leaves, key=lambda leaf: leaf.new.total)

    def _has_room(self, total: float) -> bool:
        return total > _ZERO and (len(self._leaves) < self._width or total > self._bottom().new.total)

    def _grow(self, branch: Prefix, logs: Array) -> None:
        """Try the branch with each label more; what is better than the worst prefix takes its place."""
        previous = np.full(len(logs) - 1, branch.old.total)
        if branch.label >= 0:
            previous[branch.label] = branch.old.blank
        totals = previous + logs[:-1]
        least = self._bottom().new.total if len(self._leaves) >= self._width else _ZERO
        for label in sorted({*np.flatnonzero(totals > least).tolist(), *branch.children}):
            child = branch.child(label)
            if child.new.total != _ZERO:  # it is there already
                continue
            total = float(totals[label])
            if self._has_room(total):
                self._put(child, Chance(total, _ZERO, total))
            else:  # one that another has just pushed out does not grow any more, either
                child.old = child.new = _NONE

    def _put(self, leaf: Prefix, chance: Chance) -> None:
        if len(self._leaves) >= self._width:
            bottom = self._bottom()
            bottom.new = _NONE
            self._leaves.remove(bottom)
        leaf.new = chance
        self._leaves.append(leaf)


def _continued(branch: Prefix, logs: Array) -> Chance:
    """The chance of a prefix, one step later and with no label more."""
    label = branch.new.label
    if branch.parent is not None:
        if branch.parent.new.total != _ZERO:
            before = branch.parent.old
            label = _log_add(label, before.blank if branch.label == branch.parent.label else before.total)
        label += float(logs[branch.label])
    blank = branch.old.total + float(logs[-1])
    return Chance(_log_add(blank, label), blank, label)


def _log_add(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    low, high = (a, b) if a < b else (b, a)
    return high if low == _ZERO else high + math.log1p(math.exp(low - high))


def beam_search(
    inputs: Array, times: Array, width: int, paths: int, merges: bool
) -> Iterator[tuple[list[list[int]], list[float]]]:
    """For each example its `paths` most likely sequences of labels, and the logs of their probabilities.

    Raises:
      InvalidArgumentError: there are not as many.

    >>> logits = np.log(np.array([[[0.6, 0.4]], [[0.6, 0.4]]]))
    >>> [(labels, p)] = beam_search(logits, np.array([2]), width=3, paths=2, merges=False)
    >>> labels, np.exp(p).round(2)
    ([[0], []], array([0.84, 0.16]))
    """
    if paths > width:
        raise InvalidArgumentError(None, None, "requested more paths than the beam width.")
    for example, time in enumerate(times.tolist()):
        beam = Beam(width)
        for t in range(time):
            beam.step(inputs[t, example].astype(np.float64))
        best = beam.best()
        if paths > len(best):
            raise InvalidArgumentError(None, None, "Less leaves in the beam search than requested.")
        yield [leaf.labels(merges) for leaf in best[:paths]], [leaf.new.total for leaf in best[:paths]]


def decoded(inputs: Array, times: Array, width: int, paths: int, merges: bool) -> tuple[Any, ...]:
    """The outputs of CTCBeamSearchDecoder: for each path the indices, then values, then shapes; and the logs."""
    found = list(beam_search(inputs, times, width, paths, merges))
    sparse = [as_sparse([labels[path] for labels, _ in found]) for path in range(paths)]
    logs = np.array([log for _, log in found], inputs.dtype).reshape(-1, paths)
    return (*(part[i] for i in range(3) for part in sparse), logs)
