"""Philox 4x32-10, the counter-based generator behind TensorFlow's random ops.

A generator is plain data, a `Stream`: a 64-bit key and a 128-bit counter. The counter names a *block* of four
32-bit words, and the block is a pure function of (key, counter):

    key     = seed                      block i of a stream = philox(key, counter + i)
    counter = seed2 << 64 | blocks used before

So nothing here has state. Whoever runs a kernel keeps one number, the count of blocks its earlier runs have
reserved, and hands it in as `skip`; streams can be split, restarted and shared between threads at will.

The algorithm is that of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UInts = NDArray[np.uint64]
Words = NDArray[np.uint32]

PIECE = 16_384
"""Blocks worked on at a time: six arrays of them stay in a core's second-level cache."""

_LOW = 0xFFFF_FFFF
_LOW64 = (1 << 64) - 1
_LOW128 = (1 << 128) - 1
_ROUNDS = 10
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_STATELESS_KEY = 0x02461E29_3EC8F720
_FEW = 10
"""Up to so many blocks plain integers beat the fixed cost of some ninety numpy calls."""

_P_ARRAY, _Q_ARRAY = (np.uint64(m) for m in _MULTIPLIERS)
_LOW_ARRAY, _HALF_ARRAY = np.uint64(_LOW), np.uint64(32)


class Stream(NamedTuple):
    """An endless run of Philox blocks: `key` (64 bits) and the `counter` (128 bits) of its first block."""

    key: int
    counter: int

    @classmethod
    def seeded(cls, seed: int, seed2: int, skip: int = 0) -> Stream:
        """The stream of a random op with attributes `seed` and `seed2`, `skip` blocks after its start.

        Both seeds are signed or unsigned 64-bit integers, viewed as unsigned. (0, 0) is a stream like any
        other here; that TensorFlow takes it for "not reproducible" is for the caller to act on (`seeds.py`).

        >>> [hex(word) for word in words(Stream.seeded(87654321, 1), 4)]
        ['0xab1e98c7', '0xcdf5cfa7', '0xf1867731', '0x4c3f748e']
        """
        return cls(int(seed) & _LOW64, (((int(seed2) & _LOW64) << 64) + skip) & _LOW128)

    @classmethod
    def stateless(cls, seed0: int, seed1: int) -> Stream:
        """The stream of a `Stateless*` op: the two seeds, scrambled by Philox itself, make key and counter.

        >>> Stream.stateless(1, 2) == Stream(0x908502c9_6d2f7fba, 0xf7734320_619cb60b << 64)
        True
        """
        mixed = block(Stream(_STATELESS_KEY, (int(seed1) & _LOW64) << 64 | int(seed0) & _LOW64))
        return cls(mixed[1] << 32 | mixed[0], (mixed[3] << 32 | mixed[2]) << 64)

    def skip(self, blocks: int) -> Stream:
        """The same stream, `blocks` blocks further on."""
        return Stream(self.key, (self.counter + blocks) & _LOW128)


def block(stream: Stream) -> tuple[int, int, int, int]:
    """The first block of `stream`, in plain integers: the definition that `Blocks` computes for whole arrays.

    >>> [f"{word:08x}" for word in block(Stream(key=0, counter=0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    key0, key1 = stream.key & _LOW, stream.key >> 32
    c0, c1, c2, c3 = _split(stream.counter)
    for _ in range(_ROUNDS):
        p, q = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = q >> 32 ^ c1 ^ key0, q & _LOW, p >> 32 ^ c3 ^ key1, p & _LOW
        key0, key1 = key0 + _KEY_STEPS[0] & _LOW, key1 + _KEY_STEPS[1] & _LOW
    return c0, c1, c2, c3


class Blocks:
    """Computes many blocks under one `key` at a time, at most `capacity`, in scratch arrays of its own.

    Make one for each call and never share it: what `at` returns lies in the scratch arrays.
    """

    def __init__(self, key: int, capacity: int) -> None:
        self._key = key
        self._keys = _key_schedule(key)
        self._scratch = np.empty((5, capacity), np.uint64)

    def at(self, counter: int, offsets: UInts) -> list[UInts]:
        """The blocks at `counter + offsets`; the offsets ascend and stay below 2**63.

        Returns four uint64 arrays of numbers below 2**32, one for each word of a block. They are the caller's
        until the next call.

        >>> four_words = Blocks(87654321, capacity=16).at(1 << 64, np.arange(16, dtype=np.uint64))
        >>> [hex(array[1].astype(np.uint32)) for array in four_words]
        ['0xeaf265', '0xc4836362', '0xa50b474a', '0x8f3a73d9']
        """
        if len(offsets) <= _FEW:
            few = [block(Stream(self._key, counter + offset & _LOW128)) for offset in offsets.tolist()]
            return list(np.array(few, np.uint64).reshape(-1, 4).T)
        scratch = self._scratch[:, : len(offsets)]
        low = np.add(offsets, np.uint64(counter & _LOW), out=scratch[0])
        parts = []
        begin = 0
        while begin < len(low):  # once, but where the counter's lowest word overflows on the way
            carry = int(low[begin]) >> 32
            overflow = np.uint64((carry + 1) << 32)
            end = len(low) if low[-1] < overflow else int(np.searchsorted(low, overflow))
            parts.append(self._rounds(counter + (carry << 32), scratch[:, begin:end]))
            begin = end
        return parts[0] if len(parts) == 1 else [np.concatenate(words) for words in zip(*parts)]

    def _rounds(self, counter: int, scratch: UInts) -> list[UInts]:
        """Ten rounds over five arrays; the first holds the counters' lowest words, all else is in `counter`.

        In the first two rounds some of the four words are the same for all blocks, and stay plain integers.
        """
        a, b, c, d, e = scratch
        keys = self._keys
        _, word1, word2, word3 = _split(counter)
        np.bitwise_and(a, _LOW_ARRAY, out=a)

        product = _MULTIPLIERS[1] * word2
        word0, word1 = product >> 32 ^ word1 ^ keys[0][0], product & _LOW
        _half_round(a, _P_ARRAY, None, np.uint64(word3 ^ keys[0][1]), b)

        product = _MULTIPLIERS[0] * word0
        np.bitwise_xor(b, np.uint64(product >> 32 ^ keys[1][1]), out=b)
        _half_round(a, _Q_ARRAY, None, np.uint64(word1 ^ keys[1][0]), c)

        _half_round(a, _P_ARRAY, None, np.uint64(product & _LOW ^ keys[2][1]), d)
        _half_round(b, _Q_ARRAY, c, np.uint64(keys[2][0]), e)

        word, spare = [b, e, a, d], c
        for key0, key1 in keys[3:]:
            _half_round(word[0], _P_ARRAY, word[3], np.uint64(key1), spare)
            _half_round(word[2], _Q_ARRAY, word[1], np.uint64(key0), word[3])
            word, spare = [word[2], word[3], word[0], spare], word[1]
        return word


def _half_round(word: UInts, factor: np.uint64, other: UInts | None, key: np.uint64, spare: UInts) -> None:
    """Half a round, in place: word, spare = high(word * factor) ^ other ^ key, low(word * factor)."""
    np.multiply(word, factor, spare)
    np.right_shift(spare, _HALF_ARRAY, word)
    if other is not None:
        np.bitwise_xor(word, other, word)
    np.bitwise_xor(word, key, word)
    np.bitwise_and(spare, _LOW_ARRAY, spare)


def _split(counter: int) -> tuple[int, int, int, int]:
    return counter & _LOW, counter >> 32 & _LOW, counter >> 64 & _LOW, counter >> 96 & _LOW


def _key_schedule(key: int) -> list[tuple[int, int]]:
    low, high = key & _LOW, key >> 32
    return [(low + i * _KEY_STEPS[0] & _LOW, high + i * _KEY_STEPS[1] & _LOW) for i in range(_ROUNDS)]


def pieces(stream: Stream, blocks: int, stride: int = 1) -> Iterator[tuple[int, list[UInts]]]:
    """The blocks 0, stride, 2 * stride ... of the stream, `blocks` of them, in pieces of `PIECE`.

    Yields how many blocks came before, and the words as four uint64 arrays (see `Blocks.at`), which are the
    caller's until the next piece.
    """
    size = min(blocks, PIECE)
    source = Blocks(stream.key, size)
    steps = np.arange(size, dtype=np.uint64) * np.uint64(stride)
    for start in range(0, blocks, PIECE):
        yield start, source.at(stream.counter + start * stride, steps[: blocks - start])


def words(stream: Stream, count: int) -> Words:
    """The first `count` words of the stream, a uint32 array of shape [count].

    >>> words(Stream.seeded(87654321, 1), 5)[4]
    np.uint32(15397477)
    """
    blocks = -(-count // 4)
    result = np.empty((blocks, 4), np.uint32)
    for start, four in pieces(stream, blocks):
        result[start : start + len(four[0])] = interleaved(four)
    return result.reshape(-1)[:count]


def interleaved(four: list[UInts]) -> Words:
    """The words of n blocks (see `Blocks.at`) in the order of the stream, uint32 [n, 4]."""
    return np.stack(four, axis=1, dtype=np.uint32, casting="unsafe")


class WordStream:
    """The words of a stream one after the other, for whoever cannot tell how many there will be.

    `taken`, the number of words taken so far, is the whole state: to go on later, pass it in again.

    >>> source = WordStream(Stream.seeded(87654321, 1))
    >>> hex(source.word()), source.below(10), source.taken
    ('0xab1e98c7', 9, 2)
    >>> WordStream(Stream.seeded(87654321, 1), taken=1).below(10)
    9
    """

    def __init__(self, stream: Stream, taken: int = 0) -> None:
        self.taken = taken
        self._stream = stream
        self._ahead: list[int] = []  # words computed already, the next one last
        self._blocks = 2

    def word(self) -> int:
        """The next word: an integer in [0, 2**32)."""
        if not self._ahead:
            self._look_ahead()
        self.taken += 1
        return self._ahead.pop()

    def _look_ahead(self) -> None:
        blocks_taken, words_taken = divmod(self.taken, 4)
        self._blocks = min(2 * self._blocks, 1024)
        ahead = words(self._stream.skip(blocks_taken), 4 * self._blocks)
        self._ahead = ahead[words_taken:][::-1].tolist()

    def long(self) -> int:
        """The next two words, the lower one first: an integer in [0, 2**64)."""
        lower = self.word()
        return self.word() << 32 | lower

    def single(self) -> float:
        """A float32 in [0, 1), of one word."""
        return (self.word() & 0x7F_FFFF) * 2.0**-23

    def double(self) -> float:
        """A float64 in [0, 1), of two words, the upper one first."""
        upper = self.word() & 0xF_FFFF
        return (upper << 32 | self.word()) * 2.0**-52

    def doubles(self, count: int) -> list[float]:
        """The next `count` of what `double` gives, made at once.

        >>> stream = Stream.seeded(1, 2)
        >>> WordStream(stream).doubles(1) == [WordStream(stream).double()]
        True
        """
        blocks_taken, words_taken = divmod(self.taken, 4)
        found = words(self._stream.skip(blocks_taken), words_taken + 2 * count)[words_taken:].astype(np.uint64)
        self.taken += 2 * count
        self._ahead = []
        upper, lower = found[::2] & np.uint64(0xF_FFFF), found[1::2]
        return ((upper << _HALF_ARRAY | lower) * 2.0**-52).tolist()

    def below(self, bound: int, bits: int = 32) -> int:
        """An integer in [0, bound), each equally likely, of draws of `bits` (32 or 64) until one fits."""
        draw = self.word if bits == 32 else self.long
        number = draw()
        if bound & (bound - 1):
            surplus = (2**bits - 1) % bound + 1
            while number < surplus:
                number = draw()
        return number % bound
