"""Boxes in images: drawing them, and sampling parts of images that show enough of them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from flowgraph.kernels.philox import WordStream
from flowgraph.kernels.window import Array

F = np.float32

PALETTE = np.array(
    [
        [1, 1, 0, 1],  # yellow
        [0, 0, 1, 1],  # blue
        [1, 0, 0, 1],  # red
        [0, 1, 0, 1],  # lime
        [0.5, 0, 0.5, 1],  # purple
        [0.5, 0.5, 0, 1],  # olive
        [0.5, 0, 0, 1],  # maroon
        [0, 0, 0.5, 1],  # navy
        [0, 1, 1, 1],  # aqua
        [1, 0, 1, 1],  # fuchsia
    ],
    F,
)
"""TF's colours of the boxes of an image, in turn."""


def draw(images: Array, boxes: Array, colors: Array | None) -> Array:
    """Images with the edges of boxes drawn on them, one pixel wide.

    Args:
      images: [batch, rows, columns, 1, 3 or 4].
      boxes: float32 [batch, boxes, 4]: y1, x1, y2, x2 in fractions of the image.
      colors: float32 [colors, channels or more], taken in turn; None: TF's.
    """
    made = images.copy()
    rows, columns, depth = images.shape[1:]
    if colors is None or not colors.size:
        colors = np.ones((1, 1), F) if depth == 1 else PALETTE
    last = np.array([rows - 1, columns - 1] * 2, F)
    with np.errstate(all="ignore"):
        edges = (boxes * last).astype(np.int64)
    for image, own in zip(made, edges.tolist(), strict=True):
        for number, edge in enumerate(own):
            _draw_one(image, edge, colors[number % len(colors), :depth].astype(images.dtype))
    return made


def _draw_one(image: Array, edge: list[int], color: Array) -> None:
    rows, columns, _ = image.shape
    top, left, bottom, right = edge
    if top > bottom or left > right or top >= rows or bottom < 0 or left >= columns or right < 0:
        return
    down = slice(max(top, 0), min(bottom, rows - 1) + 1)
    across = slice(max(left, 0), min(right, columns - 1) + 1)
    if top >= 0:
        image[top, across] = color
    if bottom < rows:
        image[bottom, across] = color
    if left >= 0:
        image[down, left] = color
    if right < columns:
        image[down, right] = color


class Rectangle(NamedTuple):
    """Whole pixels from (left, top) up to but not including (right, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    def common(self, other: Rectangle) -> Rectangle:
        """What two rectangles share."""
        return Rectangle(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


def sample(
    words: WordStream,
    whole: Rectangle,
    objects: list[Rectangle],
    min_object_covered: float,
    aspect_ratio_range: tuple[float, ...],
    area_range: tuple[float, ...],
    max_attempts: int,
) -> Rectangle:
    """A part of an image that shows enough of one object; all of it when no attempt finds one.

    Args:
      words: where random numbers come from.
      whole: the image.
      objects: where the objects are.
      min_object_covered: how much of an object must be seen.
      aspect_ratio_range: the least and the largest width / height.
      area_range: the least and the largest part of the image's area.
      max_attempts: how many parts are tried.
    """
    low, high = (F(ratio) for ratio in aspect_ratio_range)
    for _ in range(max_attempts):
        aspect = F(words.single()) * (high - low) + low
        part = _part(words, whole, F(area_range[0]), F(area_range[1]), aspect)
        if part is not None and part.area >= 1 and _shows_one(part, objects, min_object_covered):
            return part
    return whole


def _shows_one(part: Rectangle, objects: list[Rectangle], least: float) -> bool:
    seen = (F(part.common(one).area) / F(one.area) for one in objects if one.area >= 1)
    return any(share >= F(least) for share in seen)


def _nearest(number: np.float32) -> int:
    """The nearest whole number, halves to even."""
    return int(np.rint(number))


def _part(
    words: WordStream, whole: Rectangle, least: np.float32, most: np.float32, aspect: np.float32
) -> Rectangle | None:
    """A part with an aspect and an area between two bounds, anywhere in the image; None if it does not fit."""
    columns, rows = whole.right, whole.bottom
    if most <= 0 or aspect <= 0 or columns <= 0 or rows <= 0 or least > most:
        return None
    least, most = (bound * F(columns) * F(rows) for bound in (least, most))
    height, highest = (_nearest(np.sqrt(area / aspect)) for area in (least, most))
    if _nearest(F(highest) * aspect) > columns:
        highest = math.floor((columns + 0.5 - 1e-7) / float(aspect))
    highest = min(highest, rows)
    height = min(height, highest)
    if height < highest:
        height += words.below(highest - height + 1)
    width = _nearest(F(height) * aspect)
    if width * height < least:
        height += 1
        width = _nearest(F(height) * aspect)
    if width * height > most:
        height -= 1
        width = _nearest(F(height) * aspect)
    fits = 0 < width <= columns and 0 < height <= rows
    if not fits or not least <= width * height <= most:
        return None
    y = words.below(rows - height) if height < rows else 0
    x = words.below(columns - width) if width < columns else 0
    return Rectangle(x, y, x + width, y + height)
