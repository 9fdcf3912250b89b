"""Non-maximum suppression: of boxes that overlap, the one with the best score stays.

TF's general form walks through the candidates from the best score down (the first of equal ones before the others). A
candidate is compared with the boxes selected since it was last looked at:

- similar beyond the threshold (at it, too): it is dropped;
- otherwise, with a sigma, its score shrinks by exp(-similarity^2 / (2 sigma)), and it goes back in line;
- with its score unchanged it is selected.

A selected candidate stays in line: as every box is as similar to itself as can be, it is dropped when its turn comes
again. Only a box without an area resembles nothing, and comes again and again, in TF as here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from flowgraph.errors import InvalidArgumentError
from flowgraph.kernels.window import Array
from flowgraph.sizes import to_text

Similarity = Callable[[int, list[int]], Array]
"""`similarity(i, others)`: how similar box i is to each of the others."""


def scalar(name: str, value: Any) -> Any:
    """A number that an op takes as a tensor.

    Raises:
      InvalidArgumentError: it has axes.
    """
    if np.ndim(value):
        raise InvalidArgumentError(None, None, f"{name} must be 0-D, got shape {to_text(np.shape(value))}")
    return np.asarray(value)[()]


def fraction(name: str, value: Any) -> Any:
    """A number between 0 and 1.

    Raises:
      InvalidArgumentError: it is none.
    """
    value = scalar(name, value)
    if not 0 <= value <= 1:
        raise InvalidArgumentError(None, None, f"{name} must be in [0, 1]")
    return value


def check_boxes(boxes: Array) -> None:
    """Check that boxes are [boxes, 4].

    Raises:
      InvalidArgumentError: they are not.
    """
    if boxes.ndim != 2:
        raise InvalidArgumentError(None, None, f"boxes must be 2-D{to_text(boxes.shape)}")
    if boxes.shape[1] != 4:
        raise InvalidArgumentError(None, None, "boxes must have 4 columns")


def check_scores(scores: Array, boxes: int) -> None:
    """Check that there is a score for each box.

    Raises:
      InvalidArgumentError: there is not.
    """
    if scores.ndim != 1:
        raise InvalidArgumentError(None, None, f"scores must be 1-D{to_text(scores.shape)}")
    if len(scores) != boxes:
        raise InvalidArgumentError(None, None, "scores has incompatible shape")


def corners(boxes: Array) -> Array:
    """Boxes with their edges in order: y from, x from, y to, x to."""
    low, high = np.minimum(boxes[..., :2], boxes[..., 2:]), np.maximum(boxes[..., :2], boxes[..., 2:])
    return np.concatenate([low, high], -1)


def intersection_over_union(boxes: Array) -> Similarity:
    """The part of two boxes' common area in the area that either covers; 0 for boxes without an area.

    >>> iou = intersection_over_union(np.array([[0, 0, 1, 1], [0, 0, 1, 0.5], [1, 1, 1, 1]]))
    >>> iou(0, [0, 1, 2])
    array([1. , 0.5, 0. ])
    """
    boxes = corners(boxes)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    nothing = boxes.dtype.type(0)

    def similarity(i: int, others: list[int]) -> Array:
        low = np.maximum(boxes[i, :2], boxes[others, :2])
        high = np.minimum(boxes[i, 2:], boxes[others, 2:])
        sides = np.maximum(high - low, nothing)
        common = sides[:, 0] * sides[:, 1]
        with np.errstate(all="ignore"):
            made = common / (areas[i] + areas[others] - common)
        return np.where((areas[i] <= 0) | (areas[others] <= 0), nothing, made)

    return similarity


class Selection(NamedTuple):
    """Which boxes are selected, in the order of their scores, and these scores."""

    indices: Array
    scores: Array


def select(
    scores: Array, most: int, similarity: Similarity, threshold: Any, score_threshold: Any, sigma: Any = 0.0
) -> Selection:
    """Select at most `most` boxes with scores above `score_threshold`; see the module.

    >>> boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 2, 1, 3]])
    >>> select(np.array([0.5, 0.9, 0.7]), 3, intersection_over_union(boxes), 0.5, 0.0).indices
    array([1, 2], dtype=int32)
    """
    number = scores.dtype.type
    scale = number(-0.5) / number(sigma) if sigma > 0 else None
    line = [(-float(score), i, score, 0) for i, score in enumerate(scores) if score > score_threshold]
    heapq.heapify(line)
    chosen: list[int] = []
    kept: list[Any] = []
    while line and len(chosen) < most:
        _, i, score, begin = heapq.heappop(line)
        before = score
        alike = similarity(i, chosen[begin:])[::-1]
        if scale is None:
            dropped = bool((alike >= threshold).any())
        else:
            score, dropped = _weakened(score, alike, threshold, score_threshold, scale)
        begin = len(chosen)
        if dropped:
            continue
        if score == before:
            chosen.append(i)
            kept.append(score)
        if score > score_threshold:
            heapq.heappush(line, (-float(score), i, score, begin))
    return Selection(np.array(chosen, np.int32), np.array(kept, scores.dtype))


def _weakened(score: Any, alike: Array, threshold: Any, least: Any, scale: Any) -> tuple[Any, bool]:
    """A score after comparing its box with others, and whether one of them is too similar."""
    for sim in alike:
        score = score * (np.exp(scale * sim * sim) if sim <= threshold else type(scale)(0))
        if sim >= threshold:
            return score, True
        if score <= least:
            break
    return score, False


def padded(values: Array, size: int) -> Array:
    """Values with zeros after them up to a number."""
    made = np.zeros(max(size, len(values)), values.dtype)
    made[: len(values)] = values
    return made


def of_one_class(boxes: Array, scores: Array, most: int, threshold: Any, score_threshold: Any) -> list[int]:
    """The boxes that stay of one class in the combined form: a candidate goes only if it is *more* similar.

    >>> boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5], [1, 1, 1, 1]])
    >>> of_one_class(boxes, np.array([0.5, 0.9, 0.7]), 3, 0.5, 0.0)
    [1, 2, 0]
    """
    similarity = intersection_over_union(boxes)
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) >= most or not scores[i] > score_threshold:
            break
        if not (similarity(i, chosen) > threshold).any():
            chosen.append(i)
    return chosen


def combined(
    boxes: Array, scores: Array, most: int, total: int, threshold: Any, score_threshold: Any, pads_class: bool,
    clips: bool,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Select boxes of each class, then the best of all classes, for each image of a batch.

    Args:
      boxes: [batch, boxes, 1 or classes, 4].
      scores: [batch, boxes, classes].
      most: how many boxes of a class stay at most.
      total: how many of an image.
      pads_class: whether there are no more rows than `most` for each class.
      clips: whether boxes are cut off at 0 and 1.

    Returns:
      The boxes, scores and classes, with zeros after the last one of an image, and their numbers.
    """
    batch, _, classes = scores.shape
    rows = min(total, max(most, 0) * classes) if pads_class else total
    made_boxes = np.zeros((batch, rows, 4), np.float32)
    made_scores = np.zeros((batch, rows), np.float32)
    made_classes = np.zeros((batch, rows), np.float32)
    counts = np.zeros(batch, np.int32)
    for image in range(batch):
        found = []
        for which in range(classes):
            own = boxes[image, :, which if boxes.shape[2] > 1 else 0]
            score = scores[image, :, which]
            found += [(which, own[i], score[i]) for i in of_one_class(own, score, most, threshold, score_threshold)]
        found.sort(key=lambda one: -one[2])
        counts[image] = min(len(found), rows)
        for row, (which, box, score) in enumerate(found[:rows]):
            made_boxes[image, row] = np.clip(box, 0, 1) if clips else box
            made_scores[image, row] = score
            made_classes[image, row] = which
    return made_boxes, made_scores, made_classes, counts
