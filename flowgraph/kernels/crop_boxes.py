"""Cutting boxes out of images and resizing each to one size, with the gradients to images and boxes.

A box is [y1, x1, y2, x2] in fractions of the image, 0 the middle of the first pixel and 1 that of the last. Along each
axis the cells of a crop are spread evenly from the box's one edge to the other (a crop of one cell takes the box's
middle); a cell that falls outside the image has no pixel. All places are computed in float32, as TF does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph.errors import OutOfRangeError
from flowgraph.kernels.product import product
from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array
from flowgraph.sizes import to_text

F = np.float32


class Places(NamedTuple):
    """Where the cells of all crops fall along one axis; each array is [boxes, cells].

    Attributes:
      inside: whether the cell is in the image; the rest is zero where it is not.
      low, high: the pixels below and above.
      part: how far it is from the one below to the one above.
      nearest: the nearest pixel, halves going up.
    """

    inside: Array
    low: Array
    high: Array
    part: Array
    nearest: Array


def places(starts: Array, ends: Array, size: int, cells: int) -> Places:
    """Where `cells` cells between `starts` and `ends` fall along an axis of `size` pixels."""
    last = F(size - 1)
    with np.errstate(all="ignore"):
        if cells > 1:
            step = (ends - starts) * last / F(cells - 1)
            at = (starts * last)[:, None] + np.arange(cells, dtype=F) * step[:, None]
        else:
            at = (0.5 * (starts + ends).astype(np.float64) * (size - 1)).astype(F)[:, None]
        inside = (at >= 0) & (at <= last)
    at = np.where(inside, at, F(0))
    low = np.floor(at)
    numbers = (low, np.ceil(at), np.floor(at + F(0.5)))
    below, above, nearest = (number.astype(np.int64) for number in numbers)
    return Places(inside, below, above, at - low, np.minimum(nearest, size - 1))


def check(image: Array, boxes: Array, box_ind: Array, what: str = "input image") -> None:
    """Check what all three ops are given.

    Raises:
      InvalidArgumentError, OutOfRangeError: in TF's words, where it does not fit.
    """
    if image.ndim != 4:
        raise invalid(f"{what} must be 4-D{to_text(image.shape)}")
    if image.shape[1] <= 0 or image.shape[2] <= 0:
        raise invalid(f"{what.removeprefix('input ')} dimensions must be positive")
    if boxes.size == 0 and box_ind.size == 0:
        return
    if boxes.ndim != 2:
        raise invalid(f"boxes must be 2-D{to_text(boxes.shape)}")
    if boxes.shape[1] != 4:
        raise invalid("boxes must have 4 columns")
    if box_ind.ndim != 1:
        raise invalid(f"box_index must be 1-D{to_text(box_ind.shape)}")
    if len(box_ind) != len(boxes):
        raise invalid("box_index has incompatible shape")


def check_indices(box_ind: Array, batch: int) -> None:
    """Check that every box is of an image that there is.

    Raises:
      OutOfRangeError: it is not.
    """
    if box_ind.size and (box_ind.min() < 0 or box_ind.max() >= batch):
        raise OutOfRangeError(None, None, "box_index has values outside [0, batch_size)")


def crop_and_resize(
    image: Array, boxes: Array, box_ind: Array, crop_size: Array, method: str, extrapolation_value: float
) -> Array:
    """The crops, float32 [boxes, *crop_size, channels].

    >>> image = np.array([[0.0, 10.0], [20.0, 30.0]], np.float32).reshape(1, 2, 2, 1)
    >>> box = np.array([[0, 0, 1, 0.5]], np.float32)
    >>> crop_and_resize(image, box, np.array([0]), np.array([2, 3]), "bilinear", 0.0)[0, :, :, 0]
    array([[ 0. ,  2.5,  5. ],
           [20. , 22.5, 25. ]], dtype=float32)
    """
    check(image, boxes, box_ind)
    if crop_size.ndim != 1:
        raise invalid(f"crop_size must be 1-D{to_text(crop_size.shape)}")
    if crop_size.shape != (2,):
        raise invalid(f"crop_size must have two elements{to_text(crop_size.shape)}")
    rows, columns = (int(size) for size in crop_size)
    if rows <= 0 or columns <= 0:
        raise invalid("crop dimensions must be positive")
    boxes = boxes.reshape(-1, 4)
    check_indices(box_ind, len(image))
    down = places(boxes[:, 0], boxes[:, 2], image.shape[1], rows)
    right = places(boxes[:, 1], boxes[:, 3], image.shape[2], columns)
    which = box_ind.reshape(-1, 1, 1)
    if method == "nearest":
        crops = image[which, down.nearest[:, :, None], right.nearest[:, None]].astype(F)
    else:
        corners = _corners(image, which, down, right)
        part = right.part[:, None, :, None]
        top = corners[0] + (corners[1] - corners[0]) * part
        bottom = corners[2] + (corners[3] - corners[2]) * part
        crops = top + (bottom - top) * down.part[:, :, None, None]
    inside = down.inside[:, :, None] & right.inside[:, None]
    return np.where(inside[..., None], crops, F(extrapolation_value))


def _corners(image: Array, which: Array, down: Places, right: Places) -> list[Array]:
    """The four pixels around each cell in float32: above left and right, below left and right."""
    return [
        image[which, row[:, :, None], column[:, None]].astype(F)
        for row in (down.low, down.high)
        for column in (right.low, right.high)
    ]


def image_gradient(grads: Array, boxes: Array, box_ind: Array, image_size: Array, method: str, dtype: Any) -> Array:
    """What each pixel of the images adds to the crops, times `grads`; [*image_size] of `dtype`."""
    check(grads, boxes, box_ind, "grads image")
    if image_size.ndim != 1:
        raise invalid(f"image_size must be 1-D{to_text(image_size.shape)}")
    if image_size.shape != (4,):
        raise invalid(f"image_size must have 4 elements{to_text(image_size.shape)}")
    sizes = tuple(int(size) for size in image_size)
    if sizes[1] <= 0 or sizes[2] <= 0:
        raise invalid("image dimensions must be positive")
    if len(grads) != len(boxes):
        raise invalid("boxes and grads have incompatible shape")
    if grads.shape[3] != sizes[3]:
        raise invalid("image_size and grads are incompatible")
    check_indices(box_ind, sizes[0])
    boxes = boxes.reshape(-1, 4)
    down = places(boxes[:, 0], boxes[:, 2], sizes[1], grads.shape[1])
    right = places(boxes[:, 1], boxes[:, 3], sizes[2], grads.shape[2])
    which = box_ind.reshape(-1, 1, 1)
    grads = np.where((down.inside[:, :, None] & right.inside[:, None])[..., None], grads, F(0))
    made = np.zeros(sizes, np.float64)
    if method == "nearest":
        np.add.at(made, (which, down.nearest[:, :, None], right.nearest[:, None]), grads)
        return made.astype(dtype)
    for row, down_weight in ((down.low, 1 - down.part), (down.high, down.part)):
        for column, right_weight in ((right.low, 1 - right.part), (right.high, right.part)):
            share = right_weight[:, None, :, None] * (down_weight[:, :, None, None] * grads)
            np.add.at(made, (which, row[:, :, None], column[:, None]), share)
    return made.astype(dtype)


def boxes_gradient(grads: Array, image: Array, boxes: Array, box_ind: Array) -> Array:
    """How the crops, by bilinear resizing, change with the boxes' edges, times `grads`; float32 [boxes, 4]."""
    check(grads, boxes, box_ind, "grads image")
    check(image, boxes, box_ind)
    if grads.shape[3] != image.shape[3]:
        raise invalid("image, grads depth differ")
    if len(grads) != len(boxes):
        raise invalid("boxes and grads have incompatible shape")
    check_indices(box_ind, len(image))
    boxes = boxes.reshape(-1, 4)
    rows, columns = image.shape[1:3]
    down = places(boxes[:, 0], boxes[:, 2], rows, grads.shape[1])
    right = places(boxes[:, 1], boxes[:, 3], columns, grads.shape[2])
    corners = _corners(image, box_ind.reshape(-1, 1, 1), down, right)
    across, along = right.part[:, None, :, None], down.part[:, :, None, None]
    dy = (1 - across) * (corners[2] - corners[0]) + across * (corners[3] - corners[1])
    dx = (1 - along) * (corners[1] - corners[0]) + along * (corners[3] - corners[2])
    inside = (down.inside[:, :, None] & right.inside[:, None])[..., None]
    dy, dx = (np.where(inside, slope * grads, F(0)).astype(np.float64) for slope in (dy, dx))
    made = np.empty((len(boxes), 4))
    made[:, [0, 2]] = product(dy.sum((2, 3)), _edge_shares(rows, grads.shape[1]))
    made[:, [1, 3]] = product(dx.sum((1, 3)), _edge_shares(columns, grads.shape[2]))
    return made.astype(F)


def _edge_shares(size: int, cells: int) -> Array:
    """How far each cell moves along an axis of `size` pixels with the box's first and last edge; [cells, 2]."""
    if cells == 1:
        return np.full((1, 2), 0.5 * (size - 1))
    moved = np.arange(cells) * (size - 1) / (cells - 1)
    return np.stack([size - 1 - moved, moved], 1)
