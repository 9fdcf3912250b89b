"""Max pooling that also says where each maximum is, and its gradient, which goes there.

Positions are flat: (row * columns + column) * channels + channel of the image, or of the whole batch. What TensorFlow
1.15 makes of NaNs: one that comes first in its window is the maximum, any other is skipped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels.pool import first_maximum, place_windows
from flowgraph.kernels.window import Array


def max_pool_with_argmax(
    x: Array, ksize: Any, strides: Any, padding: str, include_batch_in_index: bool
) -> tuple[Array, Array]:
    """The largest value of each window of NHWC images, and its int64 position.

    >>> maxima, places = max_pool_with_argmax(np.arange(4.0).reshape(1, 2, 2, 1), [1, 2, 2, 1], [1, 2, 2, 1], "SAME", 0)
    >>> maxima.item(), places.item()
    (3.0, 3)
    """
    if x.ndim != 4:
        raise InvalidArgumentError(None, None, f"tensor_in_shape must have 2 spatial dimensions. {x.ndim} 0")
    rows, cols = place_windows(x.shape, ksize, strides, padding, "NHWC", "MaxPoolWithArgmax")
    taps = first_maximum(x.astype(np.float32) if x.dtype.kind == "V" else x, (rows, cols)).astype(np.int64)
    down = np.arange(rows.out)[:, None, None] * rows.stride - rows.before + taps // cols.kernel
    right = np.arange(cols.out)[:, None] * cols.stride - cols.before + taps % cols.kernel
    places = (down * cols.size + right) * x.shape[3] + np.arange(x.shape[3])
    size = rows.size * cols.size * x.shape[3]
    flat = places + np.arange(len(x)).reshape(-1, 1, 1, 1) * size
    return x.reshape(-1)[flat], flat if include_batch_in_index else places


def max_pool_grad_with_argmax(x: Array, dy: Array, argmax: Array, include_batch_in_index: bool) -> Array:
    """Send `dy` to the positions that pooling `x` gave.

    Raises:
      InvalidArgumentError: a position is outside the images.
    """
    dx = np.zeros(x.size, dy.dtype)
    places = argmax.astype(np.int64)
    if not include_batch_in_index and len(x):
        places = places + np.arange(len(x)).reshape(-1, 1, 1, 1) * (x.size // len(x))
    outside = (places < 0) | (places >= x.size)
    if outside.any():
        line = f"invalid output image index: {places[outside][0]} outside of [0, {x.size})"
        raise InvalidArgumentError(None, None, line)
    np.add.at(dx, places.reshape(-1), dy.reshape(-1))
    return dx.reshape(x.shape)


def max_pool_grad_grad_with_argmax(x: Array, ddx: Array, argmax: Array, include_batch_in_index: bool) -> Array:
    """Gather `ddx`, which has the shape of `x`, at the positions that pooling `x` gave."""
    places = argmax.astype(np.int64)
    if not include_batch_in_index and len(x):
        places = places + np.arange(len(x)).reshape(-1, 1, 1, 1) * (x.size // len(x))
    return ddx.reshape(-1)[places]
