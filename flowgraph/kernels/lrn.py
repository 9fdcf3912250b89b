"""Local response normalization: each entry divided by what its neighbours among the channels amount to.

    scale = bias + alpha Σ x² over the neighbours                   y  = x scale^-beta
                                                                    dx = dy scale^-beta
                                                                         - 2 alpha beta x Σ (dy y / scale)
Sums over the neighbours of all channels are a product with a band matrix, as in TensorFlow: where a channel is
infinite or NaN, they are NaN for each channel of the pixel that does not have it for a neighbour, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowgraph.kernels.channels import Lines
from flowgraph.kernels.threads import blas_alone
from flowgraph.kernels.window import Array


def lrn(x: Array, depth_radius: int, bias: float, alpha: float, beta: float) -> Array:
    """Normalize the channels of each pixel; `x` is [batch, rows, columns, channels] of a floating dtype.

    >>> lrn(np.float32([3, 4]).reshape(1, 1, 1, 2), 5, 0.0, 1.0, 0.5).ravel()
    array([0.6, 0.8], dtype=float32)
    """

    def normalize(band: Array, values: Array) -> Array:
        return values * _power(_scale(values, band, bias, alpha), beta)

    return _by_pixels(normalize, depth_radius, x)


def lrn_grad(dy: Array, x: Array, y: Array, depth_radius: int, bias: float, alpha: float, beta: float) -> Array:
    """The gradient of `lrn` for `x`, of which it made `y`."""

    def send_back(band: Array, grads: Array, values: Array, made: Array) -> Array:
        scale = _scale(values, band, bias, alpha)
        through_neighbours = (grads * made / scale) @ band
        return grads * _power(scale, beta) - values.dtype.type(2 * alpha * beta) * values * through_neighbours

    return _by_pixels(send_back, depth_radius, dy, x, y)


def _by_pixels(function: Callable[..., Array], radius: int, *images: Array) -> Array:
    """`function(band, ...)` of some pixels [pixels, channels] of all the images at a time, in float32 at least."""
    shape, dtype = images[0].shape, images[0].dtype
    if images[0].size == 0:
        return np.zeros(shape, dtype)
    wide = np.promote_types(dtype, np.float32)
    channels = np.arange(shape[3])
    band = (np.abs(np.subtract.outer(channels, channels)) <= radius).astype(wide)
    lines = Lines(shape, first=False)
    sources, made = [lines.of(array) for array in images], np.empty(lines.shape, dtype)

    def work(piece: slice, _number: int) -> None:
        pixels = [source[piece].reshape(-1, shape[3]).astype(wide, copy=False) for source in sources]
        made[piece] = function(band, *pixels).reshape(made[piece].shape)

    with blas_alone():
        lines.for_each(work)
    return made.reshape(shape)


def _scale(values: Array, band: Array, bias: float, alpha: float) -> Array:
    kind: Any = values.dtype.type
    scale = np.square(values) @ band
    scale *= kind(alpha)
    scale += kind(bias)
    return scale


def _power(scale: Array, beta: float) -> Array:
    """The power of -beta, computed as TensorFlow does, which numpy does many times faster than `**`."""
    if beta == 1:
        return np.reciprocal(scale)
    if beta == 0.5:
        return np.reciprocal(np.sqrt(scale))
    power = np.log(scale)
    power *= scale.dtype.type(-beta)
    return np.exp(power, out=power)
