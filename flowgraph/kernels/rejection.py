"""Gamma and Poisson numbers from a Philox stream: samplers that try until they accept.

Nobody knows beforehand how many uniform and normal numbers an output will take, so each output (an *item*)
has a stretch of the stream to itself, 256 blocks of it. All items of a piece take each step together; those
that have accepted drop out. A run reserves `distributions.reserved(n)` blocks for n outputs.

Everything is computed in float64, with the C library's functions, and rounded at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels import libm
from flowgraph.kernels.distributions import BLOCKS_PER_ELEMENT, Convert, Shape, normals64, uniforms64
from flowgraph.kernels.philox import PIECE, Blocks, Stream

F64 = NDArray[np.float64]
Lanes = NDArray[np.int64]
"""Numbers of the items, ascending, that take part in a step."""


def gamma(stream: Stream, shape: Shape, alpha: NDArray[Any]) -> NDArray[Any]:
    """`shape` gamma numbers of scale 1 for each entry of `alpha` (float16, 32 or 64), in alpha's type.

    Returns an array of shape `shape + alpha.shape`.

    >>> gamma(Stream.seeded(87654321, 1), [2], np.array([0.3, 1.0]))
    array([[0.186109, 0.747532],
           [0.214245, 0.479686]])
    """
    return _by_item(stream, shape, alpha, _gamma, alpha.dtype)


def poisson(stream: Stream, shape: Shape, rate: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """`shape` Poisson numbers for each entry of `rate`, in type `dtype`.

    Returns an array of shape `shape + rate.shape`. Raises InvalidArgumentError for a rate that is not a
    number or beyond the range of `dtype`: with those TensorFlow tries for ever.

    >>> poisson(Stream.seeded(87654321, 1), [2], np.array([0.5, 55.5]), np.int32)
    array([[ 0, 56],
           [ 0, 53]], dtype=int32)
    """
    dtype = np.dtype(dtype)
    largest = float(np.iinfo(dtype).max if dtype.kind == "i" else np.finfo(dtype.name).max)
    rates = rate.astype(np.float64)
    possible = rates <= largest
    if not possible.all():
        raise InvalidArgumentError(None, None, f"No {dtype} has a Poisson rate of {rates[~possible][0]}")
    return _by_item(stream, shape, rates, lambda items, means: _poisson(items, means, largest), dtype)


class _Items:
    """The streams of `count` items, each giving normal and uniform numbers in pairs.

    A request takes a block of the item's stream, hands out its *second* number and stores the first for the
    next request of that kind. Normal and uniform numbers have a store each, and their blocks from one stream.
    """

    def __init__(self, stream: Stream, count: int) -> None:
        self._counter = stream.counter
        self._blocks = Blocks(stream.key, count)
        self._used = np.zeros(count, np.int64)
        self._normals = np.zeros(count), np.zeros(count, bool)
        self._uniforms = np.zeros(count), np.zeros(count, bool)

    def normals(self, lanes: Lanes) -> F64:
        """The next normal number of each lane."""
        return self._next(lanes, normals64, *self._normals)

    def uniforms(self, lanes: Lanes) -> F64:
        """The next uniform number of each lane."""
        return self._next(lanes, uniforms64, *self._uniforms)

    def _next(self, lanes: Lanes, convert: Convert, stored: F64, ready: NDArray[np.bool_]) -> F64:
        empty = lanes[~ready[lanes]]
        offsets = empty * BLOCKS_PER_ELEMENT + self._used[empty]
        pairs = convert(self._blocks.at(self._counter, offsets.astype(np.uint64)))
        self._used[empty] += 1
        stored[empty] = pairs[:, 1]
        result = stored[lanes]
        stored[empty] = pairs[:, 0]
        ready[lanes] = ~ready[lanes]
        return result


Sampler = Callable[[_Items, F64], F64]
"""Makes a number for each item, given the items' parameters."""


def _by_item(
    stream: Stream, shape: Shape, parameter: NDArray[Any], sample: Sampler, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Sample the items in pieces; all items of one parameter come before those of the next."""
    shape = (shape,) if isinstance(shape, int) else tuple(int(size) for size in shape)
    each = math.prod(shape)
    result = np.empty(parameter.size * each, dtype)
    parameters = np.repeat(parameter.reshape(-1).astype(np.float64), each)
    for start in range(0, len(result), PIECE):
        piece = parameters[start : start + PIECE]
        items = _Items(stream.skip(start * BLOCKS_PER_ELEMENT), len(piece))
        with np.errstate(all="ignore"):  # parameters like 0 and infinity give what they give in C
            numbers = sample(items, piece)
            if dtype == np.float16:  # rounded twice in TensorFlow, which makes halves of floats
                numbers = numbers.astype(np.float32)
            result[start : start + PIECE] = numbers
    return result.reshape(parameter.size, each).T.reshape(shape + parameter.shape)


def _gamma(items: _Items, alpha: F64) -> F64:
    """Marsaglia and Tsang's method; for alpha < 1, that of alpha + 1 times a power of a uniform number."""
    result = np.empty_like(alpha)
    exponential = np.flatnonzero(alpha == 1)
    result[exponential] = -libm.log64(1 - items.uniforms(exponential))

    small = alpha < 1
    d = np.where(small, alpha + 2 / 3, alpha - 1 / 3)
    c = 1 / 3 / np.sqrt(d)
    pending = np.flatnonzero(alpha != 1)
    while len(pending):
        x = items.normals(pending)
        v = 1 + c[pending] * x
        possible = ~(v <= 0)
        lanes, x, v = pending[possible], x[possible], v[possible]
        v = v * v * v
        u = items.uniforms(lanes)
        accepted = u < 1 - 0.0331 * (x * x) * (x * x)
        rest = np.flatnonzero(~accepted)
        bound = 0.5 * x[rest] * x[rest] + d[lanes[rest]] * (1 - v[rest] + libm.log64(v[rest]))
        accepted[rest] = libm.log64(u[rest]) < bound
        done = lanes[accepted]
        result[done] = d[done] * v[accepted]
        boosted = done[small[done]]
        result[boosted] *= libm.power64(items.uniforms(boosted), 1 / alpha[boosted])
        pending = np.setdiff1d(pending, done, assume_unique=True)
    return result


def _poisson(items: _Items, rate: F64, largest: float) -> F64:
    result = np.empty_like(rate)
    _count_arrivals(items, np.flatnonzero(rate < 10), rate, result)
    _transformed_rejection(items, np.flatnonzero(rate >= 10), rate, largest, result)
    return result


def _count_arrivals(items: _Items, pending: Lanes, rate: F64, result: F64) -> None:
    """Small rates: how many uniform numbers can be multiplied before the product falls to exp(-rate)."""
    limit = np.zeros_like(rate)
    limit[pending] = libm.each(math.exp, -rate[pending])
    product = np.ones_like(rate)
    arrivals = 0
    while len(pending):
        product[pending] *= items.uniforms(pending)
        over = product[pending] <= limit[pending]
        result[pending[over]] = arrivals
        pending = pending[~over]
        arrivals += 1


def _transformed_rejection(items: _Items, pending: Lanes, rate: F64, largest: float, result: F64) -> None:
    """Large rates: Hormann's transformed rejection with squeeze (PTRS, 1993)."""
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    log_rate = np.zeros_like(rate)
    log_rate[pending] = libm.log64(rate[pending])
    while len(pending):
        u = items.uniforms(pending) - 0.5
        v = items.uniforms(pending)
        us = 0.5 - np.abs(u)
        k = np.floor((2 * a[pending] / us + b[pending]) * u + rate[pending] + 0.43)
        fits = k <= largest
        inside = fits & (us >= 0.07) & (v <= 0.9277 - 3.6224 / (b[pending] - 2))
        unsure = np.flatnonzero(fits & ~inside & ~((k < 0) | ((us < 0.013) & (v > us))))
        lanes = pending[unsure]
        k_unsure, us_unsure = k[unsure], us[unsure]
        hat = a[lanes] / (us_unsure * us_unsure) + b[lanes]
        density = -rate[lanes] + k_unsure * log_rate[lanes] - libm.each(math.lgamma, k_unsure + 1)
        inside[unsure] = libm.log64(v[unsure] * inverse_alpha[lanes] / hat) <= density
        result[pending[inside]] = k[inside]
        pending = pending[~inside]
