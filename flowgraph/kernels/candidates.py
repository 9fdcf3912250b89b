"""Candidate sampling: a few classes drawn from many, and how often each was to be expected among them.

A sampler draws classes one after the other from a word stream. With `unique`, a class that was drawn already is drawn
again, and the number of tries tells how often a class of probability p was to be expected:

    without repetition   1 - (1 - p) ** tries
    with                 p * samples

Source: Jean et al., "On using very large target vocabulary for neural machine translation" (2015); the streams are
those of TensorFlow's range samplers.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from flowgraph.kernels.philox import Stream, WordStream
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array

BLOCKS_OF_A_SAMPLE = 512
"""How many blocks of its stream a run reserves for each class that it draws."""


class UniformRange:
    """All classes below `size` alike."""

    def __init__(self, size: int) -> None:
        self.size = size

    def draw(self, source: WordStream) -> int:
        """One class."""
        return source.below(self.size, 64)

    def probability(self, classes: Array) -> Array:
        """float32 probabilities of classes."""
        return np.full(np.shape(classes), np.float32(1 / self.size))


class LogUniformRange:
    """Class k with a probability of log((k + 2) / (k + 1)) / log(size + 1), as of words sorted by frequency."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._log = math.log1p(size)

    def draw(self, source: WordStream) -> int:
        """One class."""
        return self._class_at(source.double())

    def several(self, source: WordStream, count: int) -> list[int]:
        """So many classes at once."""
        return [self._class_at(place) for place in source.doubles(count)]

    def _class_at(self, place: float) -> int:
        return (math.floor(math.exp(place * self._log)) - 1) % self.size

    def probability(self, classes: Array) -> Array:
        """float32 probabilities of classes."""
        k = np.asarray(classes, np.float64)
        with np.errstate(all="ignore"):
            return (np.log((k + 2) / (k + 1)) / self._log).astype(np.float32)


class UnigramRange:
    """Each class as often as it was a true one before, and once more; `learn` counts."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._weights = np.ones(size, np.int64)
        self._total = size
        self._upto: Array | None = None  # running sums, made when they are needed

    def draw(self, source: WordStream) -> int:
        """One class."""
        if self._upto is None:
            self._upto = np.cumsum(self._weights)
        return int(np.searchsorted(self._upto, source.below(self._total), side="right"))

    def probability(self, classes: Array) -> Array:
        """float32 probabilities of classes."""
        return (self._weights[classes] / np.float64(self._total)).astype(np.float32)

    def learn(self, classes: Array) -> None:
        """Count the true classes of a run."""
        np.add.at(self._weights, np.reshape(classes, -1), 1)
        self._total += np.size(classes)
        self._upto = None


class FixedUnigramRange:
    """Each class as often as its weight says, drawn by the alias method (Walker 1977, in Vose's form)."""

    def __init__(self, weights: Array) -> None:
        self.size = len(weights)
        self._weights = weights
        self._total = np.float32(math.fsum(weights.tolist()))
        share = [float(np.float32(w * np.float32(self.size)) / self._total) for w in weights]
        self._alias = list(range(self.size))
        low = [i for i, p in enumerate(share) if p < 1]
        high = [i for i, p in enumerate(share) if p >= 1]
        while low and high:
            small, large = low.pop(), high.pop()
            self._alias[small] = large
            share[large] -= 1 - share[small]
            (low if share[large] < 1 else high).append(large)
        for i in (*low, *high):
            share[i] = 1.0
        self._share = [float(np.float32(p)) for p in share]

    def draw(self, source: WordStream) -> int:
        """One class."""
        chance = source.single()
        i = source.below(self.size)
        return i if chance < self._share[i] else self._alias[i]

    def probability(self, classes: Array) -> Array:
        """float32 probabilities of classes."""
        return (self._weights[classes] / self._total).astype(np.float32)


Range = UniformRange | LogUniformRange | UnigramRange | FixedUnigramRange


def fixed_weights(
    vocab_file: str,
    unigrams: Sequence[float],
    distortion: float,
    num_reserved_ids: int,
    num_shards: int,
    shard: int,
    open_file: Callable[[str], Any] = open,
) -> Array:
    """The weights of a `FixedUnigramRange`: zeros for the reserved ids, then those of a list or of a file.

    Of a file, each line ends with a comma and the weight. Of every `num_shards` weights one is taken.
    """
    if vocab_file:
        with open_file(vocab_file) as lines:
            unigrams = [float(row[-1]) for row in csv.reader(lines) if row]
    mine = [w for i, w in enumerate(unigrams, num_reserved_ids) if i % num_shards == shard]
    powers = np.asarray(mine, np.float32) ** np.float32(distortion)
    reserved = [0.0 for i in range(num_reserved_ids) if i % num_shards == shard]
    return np.concatenate([np.asarray(reserved, np.float32), powers.astype(np.float32)])


def sample(source: Stream, classes: Range, count: int, unique: bool, true_classes: Array) -> tuple[Array, Array, Array]:
    """Draw `count` classes.

    Returns:
      The int64 classes [count], and the float32 expected counts of the true classes and of those drawn.

    Raises:
      InvalidArgumentError: `unique`, and there are fewer classes than that.

    >>> sample(Stream.seeded(1, 2), UniformRange(5), 5, True, np.array([[0]]))[2]
    array([0.931281, 0.931281, 0.931281, 0.931281, 0.931281], dtype=float32)
    """
    words = WordStream(source)
    drawn: list[int] = []
    tries = count
    if unique:
        if count > classes.size:
            raise invalid("Sampler's range is too small.")
        seen: dict[int, None] = {}
        tries = 0
        draws = _draws(classes, words, count)
        while len(seen) < count:
            seen.setdefault(next(draws))
            tries += 1
        drawn = list(seen)
    else:
        drawn = list(islice(_draws(classes, words, count), count))
    picked = np.array(drawn, np.int64)
    return picked, _expected(classes, true_classes, tries, count), _expected(classes, picked, tries, count)


def _draws(classes: Range, words: WordStream, count: int) -> Iterator[int]:
    """One class after the other, without end, where some more than `count` will be asked for."""
    while True:
        if isinstance(classes, LogUniformRange):
            yield from classes.several(words, count + count // 2)
        else:
            yield classes.draw(words)


def _expected(classes: Range, which: Array, tries: int, count: int) -> Array:
    p = classes.probability(which)
    if tries == count:
        return p * np.float32(count)
    with np.errstate(all="ignore"):
        return -np.expm1(np.float32(tries) * np.log1p(-p))


def check_true_classes(true_classes: Array, num_true: int, range_max: int | None) -> None:
    """Refuse true classes of another shape, or outside the range.

    Raises:
      InvalidArgumentError: see above.
    """
    if true_classes.ndim != 2:
        raise invalid("true_classes must be a matrix")
    if true_classes.shape[1] != num_true:
        raise invalid(f"true_classes must have num_true columns, expected: {true_classes.shape[1]} was: {num_true}")
    if range_max is None:
        return
    outside = (true_classes < 0) | (true_classes >= range_max)
    if outside.any():
        row, column = (int(i) for i in np.argwhere(outside)[0])
        raise invalid(
            f"true_classes[{row}, {column}] = {true_classes[row, column]} is outside the range [0, {range_max})"
        )


def accidental_hits(true_classes: Array, sampled: Array, num_true: int) -> tuple[Array, Array, Array]:
    """Where a sampled class is a true one of a row: (row, position in the sample, -FLT_MAX) for each.

    >>> accidental_hits(np.array([[3], [5]]), np.array([5, 4, 3]), 1)
    (array([0, 1], dtype=int32), array([2, 0]), array([-3.402823e+38, -3.402823e+38], dtype=float32))
    """
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise invalid("true_candidates must be a batch_size * num_true matrix")
    if sampled.ndim != 1:
        raise invalid("sampled_candidates must be a vector, which is typically an output from CandidateSampler")
    rows, columns = true_classes.shape
    place = {int(sampled[i]): i for i in range(len(sampled))}
    hits = [
        (row, place[int(true_classes[row, column])])
        for row in range(rows)
        for column in range(columns)
        if int(true_classes[row, column]) in place
    ]
    indices = np.array([row for row, _ in hits], np.int32)
    ids = np.array([position for _, position in hits], np.int64)
    return indices, ids, np.full(len(hits), -np.finfo(np.float32).max)
