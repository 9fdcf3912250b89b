"""Resizing images: where TensorFlow's four methods look for each new pixel.

Along each axis, output pixel i looks at the place p of the input (all in float32, as TF computes it):

    p = i * scale                                      scale = input size / output size
    p = i * (input size - 1) / (output size - 1)       align_corners: the corners fall on the corners
    p = (i + 0.5) * scale - 0.5                        half_pixel_centers: pixels are squares, not points

and takes from there

    nearest    the pixel below p (with align_corners: the nearest one)
    bilinear   the two around p, by distance
    bicubic    four around p, by a cubic of their distances, of a table with 1024 steps (Keys 1981)
    area       all from p to p of the next pixel, by how much of each lies between
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.threads import blas_alone
from flowgraph.kernels.window import Array

F = np.float32
_STEPS = 1024


class Taps(NamedTuple):
    """For each output pixel of an axis: which input pixels it takes, and their weights; both [output size, taps]."""

    cells: Array
    weights: Array


def scale_of(size: int, out: int, align_corners: bool) -> Any:
    """How far apart two neighbouring output pixels are in the input."""
    return F((size - 1) / F(out - 1)) if align_corners and out > 1 else F(size / F(out))


def _places(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Array:
    scale = scale_of(size, out, align_corners)
    i = np.arange(out, dtype=F)
    return (i + F(0.5)) * scale - F(0.5) if half_pixel_centers else i * scale


def nearest_cells(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Array:
    """The input pixel of each output pixel, by method nearest."""
    scale = scale_of(size, out, align_corners)
    i = np.arange(out, dtype=F)
    p = (i + F(0.5)) * scale if half_pixel_centers else i * scale
    chosen = np.floor(p + F(0.5)) if align_corners else np.floor(p)
    return np.clip(chosen.astype(np.int64), 0, size - 1)


def bilinear_taps(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The two input pixels of each output pixel, by method bilinear."""
    p = _places(size, out, align_corners, half_pixel_centers)
    below = np.floor(p)
    part = p - below
    cells = [np.maximum(below, 0), np.minimum(np.ceil(p), size - 1)]
    return Taps(np.stack(cells, 1).astype(np.int64), np.stack([F(1) - part, part], 1))


@lru_cache(maxsize=2)
def _cubic(a: float) -> Array:
    """The cubic's values at distances k / 1024 (first column) and 1 + k / 1024 (second)."""
    x = np.arange(_STEPS + 1, dtype=F) * F(1.0 / _STEPS)
    c = F(a)
    near = ((c + F(2)) * x - (c + F(3))) * x * x + F(1)
    x = x + F(1)
    far = ((c * x - F(5) * c) * x + F(8) * c) * x - F(4) * c
    return np.stack([near, far], 1).astype(F)


def bicubic_taps(size: int, out: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The four input pixels of each output pixel, by method bicubic; half-pixel centers leave out those outside."""
    p = _places(size, out, align_corners, half_pixel_centers)
    below = np.floor(p)
    step = np.rint((p - below) * F(_STEPS)).astype(np.int64)
    table = _cubic(-0.5 if half_pixel_centers else -0.75)
    weights = np.stack([table[step, 1], table[step, 0], table[_STEPS - step, 0], table[_STEPS - step, 1]], 1)
    cells = below.astype(np.int64)[:, None] + np.arange(-1, 3)
    inside = np.clip(cells, 0, size - 1)
    if half_pixel_centers:
        weights = np.where(cells == inside, weights, F(0))
        total = weights.sum(1, keepdims=True)
        with np.errstate(all="ignore"):
            weights = np.where(np.abs(total) >= 1000 * np.finfo(F).tiny, weights / total, weights)
    return Taps(inside, weights.astype(F))


@lru_cache(maxsize=32)
def area_taps(size: int, out: int, align_corners: bool) -> Taps:
    """The input pixels of each output pixel, by method area: as many as the largest share takes."""
    weights = area_weights(size, out, align_corners)
    first = np.argmax(weights != 0, axis=1)
    last = size - 1 - np.argmax(weights[:, ::-1] != 0, axis=1)
    cells = first[:, None] + np.arange(int((last - first).max()) + 1)
    inside = np.minimum(cells, size - 1)
    return Taps(inside, np.where(cells == inside, np.take_along_axis(weights, inside, 1), F(0)))


def area_weights(size: int, out: int, align_corners: bool) -> Array:
    """[output size, input size]: how much of each input pixel belongs to each output pixel."""
    scale = scale_of(size, out, align_corners)
    weights = np.zeros((out, size), F)
    for i in range(out):
        low, high = F(i) * scale, F(i + 1) * scale
        for cell in range(int(np.floor(low)), int(np.ceil(high))):
            covered = min(F(cell + 1), high) - max(F(cell), low)
            weights[i, min(max(cell, 0), size - 1)] += covered
    return weights / scale


def check(images: Array, size: Array, align_corners: bool = False, half_pixel_centers: bool = False) -> tuple[int, int]:
    """The output's rows and columns.

    Raises:
      InvalidArgumentError: in TF's words, where images or size are none.
    """
    if half_pixel_centers and align_corners:
        raise invalid("If half_pixel_centers is True, align_corners must be False.")
    if images.ndim != 4:
        raise invalid(f"input must be 4-dimensional[{','.join(map(str, images.shape))}]")
    if size.shape != (2,):
        raise invalid(f"shape_t must have two elements[{','.join(map(str, size.shape))}]")
    rows, columns = (int(entry) for entry in size)
    if rows <= 0 or columns <= 0:
        raise invalid("output dimensions must be positive")
    if images.shape[1] <= 0 or images.shape[2] <= 0:
        raise invalid("input image must be of non-zero size")
    return rows, columns


def nearest(images: Array, size: Array, align_corners: bool, half_pixel_centers: bool) -> Array:
    """Resize NHWC images by method nearest.

    >>> nearest(np.array([1, 2]).reshape(1, 1, 2, 1), np.array([1, 4]), False, False).ravel()
    array([1, 1, 2, 2])
    """
    rows, columns = check(images, size, align_corners, half_pixel_centers)
    down = nearest_cells(images.shape[1], rows, align_corners, half_pixel_centers)
    right = nearest_cells(images.shape[2], columns, align_corners, half_pixel_centers)
    return images.take(down, 1).take(right, 2)


def nearest_grad(grads: Array, size: Array, align_corners: bool, half_pixel_centers: bool) -> Array:
    """The gradient of `nearest` for images of `size`."""
    rows, columns = check(grads, size, align_corners, half_pixel_centers)
    down = nearest_cells(rows, grads.shape[1], align_corners, half_pixel_centers)
    right = nearest_cells(columns, grads.shape[2], align_corners, half_pixel_centers)
    return _added_up(_added_up(grads, down, rows, 1), right, columns, 2)


def _added_up(grads: Array, cells: Array, size: int, axis: int) -> Array:
    """Along an axis, add to each of `size` cells what was taken from it; `cells` are in order."""
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    counts = np.diff(starts, append=len(cells))
    shape = list(grads.shape)
    shape[axis] = size
    dx = np.zeros(shape, grads.dtype)
    for turn in range(int(counts.max())):
        there = counts > turn
        at: Any = (*[slice(None)] * axis, cells[starts[there]])
        dx[at] += grads.take(starts[there] + turn, axis)
    return dx


def bilinear(images: Array, size: Array, align_corners: bool, half_pixel_centers: bool) -> Array:
    """Resize NHWC images by method bilinear, to float32.

    >>> bilinear(np.array([1, 2]).reshape(1, 1, 2, 1), np.array([1, 4]), False, False).ravel()
    array([1. , 1.5, 2. , 2. ], dtype=float32)
    """
    rows, columns = check(images, size, align_corners, half_pixel_centers)
    if images.shape[1:3] == (rows, columns):
        return images.astype(F)
    x = images.astype(F, copy=False)
    down = bilinear_taps(x.shape[1], rows, align_corners, half_pixel_centers)
    right = bilinear_taps(x.shape[2], columns, align_corners, half_pixel_centers)
    part = right.weights[:, 1, None]
    across = _between(x.take(right.cells[:, 0], 2), x.take(right.cells[:, 1], 2), part)
    top, bottom = across.take(down.cells[:, 0], 1), across.take(down.cells[:, 1], 1)
    return _between(top, bottom, down.weights[:, 1, None, None])


def _between(near: Array, far: Array, part: Array) -> Array:
    """What lies between two images: near + (far - near) * part, computed in the memory of `far`."""
    far -= near
    far *= part
    far += near
    return far


def bicubic(images: Array, size: Array, align_corners: bool, half_pixel_centers: bool) -> Array:
    """Resize NHWC images by method bicubic, to float32."""
    rows, columns = check(images, size, align_corners, half_pixel_centers)
    x = images.astype(F, copy=False)
    down = bicubic_taps(x.shape[1], rows, align_corners, half_pixel_centers)
    right = bicubic_taps(x.shape[2], columns, align_corners, half_pixel_centers)
    return _mixed(_mixed(x, down, 1), right, 2)


def _mixed(x: Array, taps: Taps, axis: int) -> Array:
    """The weighted sum of the cells that each output pixel takes along an axis."""
    shape = [1, 1, 1, 1]
    shape[axis] = len(taps.cells)
    total = x.take(taps.cells[:, 0], axis) * taps.weights[:, 0].reshape(shape)
    for k in range(1, taps.cells.shape[1]):
        part = x.take(taps.cells[:, k], axis)
        part *= taps.weights[:, k].reshape(shape)
        total += part
    return total


def area(images: Array, size: Array, align_corners: bool) -> Array:
    """Resize NHWC images by method area, to float32."""
    rows, columns = check(images, size, align_corners)
    down = area_taps(images.shape[1], rows, align_corners)
    right = area_taps(images.shape[2], columns, align_corners)
    return _mixed(_mixed(images.astype(F, copy=False), down, 1), right, 2)


def taps_grad(grads: Array, like: Array, method: Any, align_corners: bool, half_pixel_centers: bool) -> Array:
    """The gradient of bilinear or bicubic resizing (`method` gives the taps) for images like `like`."""
    if half_pixel_centers and align_corners:
        raise invalid("If half_pixel_centers is True, align_corners must be False.")
    for name, array in (("input_grad", grads), ("original_image", like)):
        if array.ndim != 4:
            raise invalid(f"{name} must be 4-dimensional[{','.join(map(str, array.shape))}]")
    down = method(like.shape[1], grads.shape[1], align_corners, half_pixel_centers)
    right = method(like.shape[2], grads.shape[2], align_corners, half_pixel_centers)
    wide = grads.astype(np.promote_types(like.dtype, F), copy=False)
    tall = _spread(wide, right, 2, like.shape[2])
    return _spread(tall, down, 1, like.shape[1]).astype(like.dtype, copy=False)


@blas_alone()
def _spread(grads: Array, taps: Taps, axis: int, size: int) -> Array:
    """Send each output pixel's gradient to the cells that it took: the transpose of `_mixed`."""
    matrix = np.zeros((size, len(taps.cells)), grads.dtype)
    for k in range(taps.cells.shape[1]):
        np.add.at(matrix, (taps.cells[:, k], np.arange(len(taps.cells))), taps.weights[:, k])
    return np.moveaxis(np.tensordot(matrix, grads, (1, axis)), 0, axis)
