"""Uniform and normal numbers from a Philox stream, in TensorFlow's order and with its bits.

Each function takes a `Stream`, a shape and a numpy dtype, and returns a new C-ordered array. The stream is
where this run begins; the run reserves `reserved(n)` blocks for n output elements, however many it used, and
the next run of the same op begins after them:

    run 0:  uniform(Stream.seeded(seed, seed2), ...)
    run 1:  uniform(Stream.seeded(seed, seed2, skip=reserved(n)), ...)

The float dtypes are float16, float32, float64 and ml_dtypes' bfloat16. The stateless ops differ only in how
the stream is made: `Stream.stateless(seed0, seed1)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels import libm
from flowgraph.kernels.philox import Blocks, Stream, UInts, Words, interleaved, pieces

Shape = int | Sequence[int]
Floats = NDArray[np.float32] | NDArray[np.float64]
Convert = Callable[[list[UInts]], Any]
"""From the four words of n blocks (see `Blocks.at`) to an [n, numbers per block] array."""

BLOCKS_PER_ELEMENT = 256
"""What a run reserves for each output element, whatever it takes to make one."""

_FRACTION_BITS = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
_TINY = 1e-7  # TensorFlow's floor under the argument of the logarithm
_CUT = 2.0  # a truncated normal lies strictly between -2 and 2


def reserved(elements: int) -> int:
    """Blocks that one run of a uniform, normal, truncated normal, gamma or Poisson op reserves.

    >>> reserved(6)
    1536
    """
    return BLOCKS_PER_ELEMENT * elements


def uniform(stream: Stream, shape: Shape, dtype: DTypeLike) -> NDArray[Any]:
    """Uniform numbers in [0, 1).

    >>> uniform(Stream.seeded(87654321, 1), [2, 3], np.float32)
    array([[0.239037, 0.9204  , 0.050512],
           [0.495744, 0.835522, 0.02647 ]], dtype=float32)
    """
    dtype, bits = _float_dtype(dtype)
    if bits == 52:
        return _fill(stream, shape, dtype, 2, uniforms64)
    return _fill(stream, shape, dtype, 4, lambda words: _fractions(interleaved(words), bits))


def uniform_int(stream: Stream, shape: Shape, low: int, high: int, dtype: DTypeLike) -> NDArray[Any]:
    """Whole numbers in [low, high), as int32 or int64. Raises InvalidArgumentError where there are none.

    They are remainders modulo `high - low`, so the lower ones come up a little more often unless that is a
    power of two.

    >>> uniform_int(Stream.seeded(87654321, 1), [7], -5, 5, np.int32)
    array([ 2,  4, -2, -3,  2, -1,  1], dtype=int32)
    """
    dtype = np.dtype(dtype)
    if dtype not in {np.dtype(np.int32), np.dtype(np.int64)}:
        raise TypeError(f"no random integers of type {dtype}: int32 or int64")
    if low >= high and _size(shape):
        raise InvalidArgumentError(None, None, f"Need minval < maxval, got {low} >= {high}")
    unsigned = np.dtype(f"u{dtype}").type
    span, start = unsigned(max(high - low, 1)), unsigned(low % (1 << 8 * dtype.itemsize))

    def in_range(words: list[UInts]) -> NDArray[Any]:
        numbers = interleaved(words) if dtype == np.int32 else _joined(low=words[0::2], high=words[1::2])
        numbers %= span
        numbers += start  # wraps around, as two's complement needs
        return numbers.view(dtype)

    return _fill(stream, shape, dtype, 16 // dtype.itemsize, in_range)


def normal(stream: Stream, shape: Shape, dtype: DTypeLike) -> NDArray[Any]:
    """Normal numbers with mean 0 and standard deviation 1.

    >>> normal(Stream.seeded(87654321, 1), [2, 3], np.float32)
    array([[-0.811318,  1.484599,  0.065329],
           [-2.442704,  0.099248,  0.591224]], dtype=float32)
    """
    dtype, bits = _float_dtype(dtype)
    width, convert = _normals(bits)
    return _fill(stream, shape, dtype, width, convert)


def truncated_normal(stream: Stream, shape: Shape, dtype: DTypeLike) -> NDArray[Any]:
    """Normal numbers of which those at 2 and beyond, on either side, are passed over.

    The outputs are made in groups of 4 (2 for float64), as many as come from one block. Each group has a
    stretch of the stream to itself, and takes the first numbers from there that are within the bounds.

    >>> truncated_normal(Stream.seeded(87654321, 1), [2, 3], np.float32)
    array([[-0.811318,  1.484599,  0.065329],
           [ 0.099248,  0.639697,  1.610871]], dtype=float32)
    """
    dtype, bits = _float_dtype(dtype)
    width, convert = _normals(bits)
    stride = BLOCKS_PER_ELEMENT * width // 4
    size = _size(shape)
    result = np.empty((-(-size // width), width), dtype)
    for start, words in pieces(stream, len(result), stride):
        groups = convert(words)
        _replace_outliers(groups, stream.skip(start * stride), stride, convert)
        result[start : start + len(groups)] = groups
    return result.reshape(-1)[:size].reshape(shape)


def _replace_outliers(groups: Floats, stream: Stream, stride: int, convert: Convert) -> None:
    """Complete the groups (rows, made of their block 0) with outliers from their further blocks, in place."""
    width = groups.shape[1]
    inside = np.abs(groups) < _CUT
    all_true = int.from_bytes(b"\1" * width, "little")  # one integer for a row is 80 times as fast as all()
    short = np.flatnonzero(inside.view(f"u{width}")[:, 0] != all_true)
    source = Blocks(stream.key, len(short))
    pool, number = groups[short], 0
    while len(short):
        number += 1
        more = convert(source.at(stream.counter + number, short.astype(np.uint64) * np.uint64(stride)))
        pool = np.concatenate([pool, more], axis=1)
        inside = np.abs(pool) < _CUT
        rank = np.cumsum(inside, axis=1, dtype=np.int32)
        full = rank[:, -1] >= width
        chosen = inside & (rank <= width) & full[:, None]
        groups[short[full]] = pool[chosen].reshape(-1, width)
        short, pool = short[~full], pool[~full]


def _fill(stream: Stream, shape: Shape, dtype: np.dtype[Any], width: int, convert: Convert) -> NDArray[Any]:
    """An array of `shape`, filled in order with the `width` values that `convert` makes of each block."""
    size = _size(shape)
    result = np.empty((-(-size // width), width), dtype)
    for start, words in pieces(stream, len(result)):
        result[start : start + len(words[0])] = convert(words)
    return result.reshape(-1)[:size].reshape(shape)


def _normals(bits: int) -> tuple[int, Convert]:
    """How many normal numbers a block gives, and the function that makes them, for floats of `bits` bits."""
    if bits == 52:
        return 2, normals64
    return 4, _normals32


def _normals32(words: list[UInts]) -> NDArray[np.float32]:
    """Box and Muller's transform of words (0, 1) and of words (2, 3): from n blocks to [n, 4]."""
    pairs = np.array(words, np.uint32)
    u = np.maximum(_fractions(pairs[0::2], 23), np.float32(_TINY))
    v = _fractions(pairs[1::2], 23)
    radius = libm.log(u)
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)
    sine, cosine = libm.sincos(np.multiply(v, 2 * math.pi, dtype=np.float64).astype(np.float32))
    result = np.empty((pairs.shape[1], 2, 2), np.float32)
    np.multiply(sine, radius, out=result[:, :, 0].T)
    np.multiply(cosine, radius, out=result[:, :, 1].T)
    return result.reshape(-1, 4)


def normals64(words: list[UInts]) -> NDArray[np.float64]:
    """Box and Muller's transform in doubles: from the words of n blocks to [n, 2]. See `Blocks.at`."""
    u, v = uniforms64(words).T
    radius = np.sqrt(-2.0 * libm.log64(np.maximum(u, _TINY)))
    sine, cosine = libm.sincos64(2 * math.pi * v)
    return np.stack([sine * radius, cosine * radius], axis=1)


def uniforms64(words: list[UInts]) -> NDArray[np.float64]:
    """Doubles in [0, 1), of two words each, the upper one first: from the words of n blocks to [n, 2]."""
    bits = _joined(low=words[1::2], high=words[0::2])
    bits &= np.uint64((1 << 52) - 1)
    bits |= np.uint64(0x3FF << 52)  # a double in [1, 2)
    doubles = bits.view(np.float64)
    doubles -= 1.0
    return doubles


def _joined(low: list[UInts], high: list[UInts]) -> UInts:
    """The two 64-bit integers of each of n blocks, [n, 2]."""
    joined = np.stack(high, axis=1)
    joined <<= np.uint64(32)
    joined |= np.stack(low, axis=1)
    return joined


def _fractions(words: Words, bits: int) -> NDArray[np.float32]:
    """The lowest `bits` bits of each word as a fraction in [0, 1). Consumes `words`.

    The bits become the upper mantissa bits of a float in [1, 2), of which 1 is then taken away.
    """
    words <<= np.uint32(23 - bits)
    words &= np.uint32(0x007F_FFFF)
    words |= np.uint32(0x3F80_0000)
    floats = words.view(np.float32)
    floats -= np.float32(1)
    return floats


def _float_dtype(dtype: DTypeLike) -> tuple[np.dtype[Any], int]:
    """The dtype, and how many random bits a number of this type has."""
    dtype = np.dtype(dtype)
    if dtype.name not in _FRACTION_BITS:
        raise TypeError(f"no random floats of type {dtype}: one of {', '.join(_FRACTION_BITS)}")
    return dtype, _FRACTION_BITS[dtype.name]


def _size(shape: Shape) -> int:
    return int(np.prod(shape, dtype=np.int64))
