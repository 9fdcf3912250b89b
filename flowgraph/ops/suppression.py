"""Non-maximum suppression: of boxes that overlap, the one with the best score stays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.errors import InvalidArgumentError
from flowgraph.ir.cases import FLOAT, INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import suppression as kernel
from flowgraph.ops.attributes import flag
from flowgraph.ops.conv import four_axes
from flowgraph.ops.crop_boxes import box_count, demand_four, demand_rank
from flowgraph.sizes import Size, Sizes, to_text


class NonMaxSuppressionV4(NamedTuple):
    """What `non_max_suppression_padded` returns: int32 [boxes] and how many of them count."""

    selected_indices: Tensor
    valid_outputs: Tensor


class CombinedNonMaxSuppression(NamedTuple):
    """What `combined_non_max_suppression` returns: [batch, total, 4], twice [batch, total], and int32 [batch]."""

    nmsed_boxes: Tensor
    nmsed_scores: Tensor
    nmsed_classes: Tensor
    valid_detections: Tensor


_HALVES = (dt.float16, dt.float32)
_TYPES = {"T": TypeAttr(_HALVES, dt.float32), "T_threshold": TypeAttr(_HALVES, dt.float32)}
_NEVER = float("-inf")

# -- shapes ----------------------------------------------------------------------------------------------


def _demand_scores(boxes: Any, scores: Any, *scalars: Any) -> None:
    count = box_count(boxes)
    demand_rank(scores, 1)
    for scalar in scalars:
        demand_rank(scalar, 0)
    _same(count, None if scores.sizes is None else scores.sizes[0])
    demand_four(boxes)


def _same(a: Size, b: Size) -> None:
    if None not in (a, b) and a != b:
        raise ValueError(f"Dimensions must be equal, but are {a} and {b}")


def _selected(boxes: Any, scores: Any, *scalars: Any, **_: Any) -> Sizes:
    _demand_scores(boxes, scores, *scalars)
    return (None,)


def _padded_count(most: Any, pads: bool) -> Size:
    value = most.constant() if pads else None
    if value is None:
        return None
    if int(value) < 0:
        line = f"Dimension size, given by scalar input 2, must be non-negative but is {int(value)}"
        raise ValueError(line)
    return int(value)


def _selected_padded(
    boxes: Any, scores: Any, most: Any, *scalars: Any, pad_to_max_output_size: bool, **_: Any
) -> list[Sizes]:
    _demand_scores(boxes, scores, most, *scalars)
    return [(_padded_count(most, pad_to_max_output_size),), ()]


def _selected_scores(
    boxes: Any, scores: Any, most: Any, *scalars: Any, pad_to_max_output_size: bool, **_: Any
) -> list[Sizes]:
    count, valid = _selected_padded(boxes, scores, most, *scalars, pad_to_max_output_size=pad_to_max_output_size)
    return [count, count, valid]


def _selected_of_overlaps(overlaps: Any, scores: Any, *scalars: Any, **_: Any) -> Sizes:
    demand_rank(overlaps, 2)
    demand_rank(scores, 1)
    for scalar in scalars:
        demand_rank(scalar, 0)
    if overlaps.sizes is not None:
        rows, columns = overlaps.sizes
        _same(rows, None if scores.sizes is None else scores.sizes[0])
        _same(rows, columns)
    return (None,)


def _combined_sizes(
    boxes: Any, scores: Any, most: Any, total: Any, iou: Any, least: Any, pad_per_class: bool, **_: Any
) -> list[Sizes]:
    own = four_axes(boxes)
    demand_rank(scores, 3)
    for scalar in (most, total, iou, least):
        demand_rank(scalar, 0)
    if own[3] not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {own[3]}")
    known = (None,) * 3 if scores.sizes is None else scores.sizes
    _same(own[1], known[1])
    if own[2] not in (None, 1) and known[2] is not None and own[2] != known[2]:
        raise ValueError("third dimension of boxes must be either 1 or equal to the third dimension of scores")
    rows = _row_count(most.constant(), total.constant(), known[2], pad_per_class)
    batch = own[0]
    return [(batch, rows, 4), (batch, rows), (batch, rows), (batch,)]


def _row_count(most: Any, total: Any, classes: Size, pads: bool) -> Size:
    """How many rows the combined form makes for an image."""
    if total is None:
        return None
    if int(total) <= 0:
        raise ValueError("max_total_size should be > 0 ")
    if not pads:
        return int(total)
    if most is None or classes is None:
        return None
    return min(int(total), int(most) * classes)


# -- what runs -------------------------------------------------------------------------------------------


def _select(boxes: Any, scores: Any, most: Any, iou: Any, least: Any, sigma: Any = 0.0) -> tuple[kernel.Selection, int]:
    """The selection, and how many there may be."""
    count = int(kernel.scalar("max_output_size", most))
    threshold = kernel.fraction("iou_threshold", iou)
    bound = kernel.scalar("score_threshold", least)
    width = kernel.scalar("soft_nms_sigma", sigma)
    if width < 0:
        raise InvalidArgumentError(None, None, "soft_nms_sigma_val must be >= 0")
    kernel.check_boxes(boxes)
    kernel.check_scores(scores, len(boxes))
    # TF selects one more box before it looks whether there are enough, if the number is negative
    count = count if count >= 0 else len(scores)
    if not len(boxes):
        return kernel.Selection(np.zeros(0, np.int32), scores[:0]), count
    similarity = kernel.intersection_over_union(boxes)
    return kernel.select(scores, count, similarity, threshold, bound, width), count


def _run(_xp: Any, boxes: Any, scores: Any, most: Any, iou: Any, least: Any = _NEVER) -> Any:
    return _select(boxes, scores, most, iou, least)[0].indices


def _run_padded(_xp: Any, *inputs: Any, pad_to_max_output_size: bool) -> tuple[Any, Any]:
    made, count = _select(*inputs)
    indices = kernel.padded(made.indices, count) if pad_to_max_output_size else made.indices
    return indices, np.int32(len(made.indices))


def _run_scores(_xp: Any, *inputs: Any, pad_to_max_output_size: bool) -> tuple[Any, Any, Any]:
    made, count = _select(*inputs)
    size = count if pad_to_max_output_size else 0
    return kernel.padded(made.indices, size), kernel.padded(made.scores, size), np.int32(len(made.indices))


def _run_overlaps(_xp: Any, overlaps: Any, scores: Any, most: Any, threshold: Any, least: Any) -> Any:
    count = int(kernel.scalar("max_output_size", most))
    if overlaps.ndim != 2:
        raise InvalidArgumentError(None, None, f"overlaps must be 2-D{to_text(overlaps.shape)}")
    if overlaps.shape[0] != overlaps.shape[1]:
        raise InvalidArgumentError(None, None, f"overlaps must be square{to_text(overlaps.shape)}")
    kernel.check_scores(scores, len(overlaps))
    limit = kernel.scalar("overlap_threshold", threshold)
    bound = kernel.scalar("score_threshold", least)
    count = count if count >= 0 else len(scores)
    return kernel.select(scores, count, lambda i, others: overlaps[i, others], limit, bound).indices


def _run_combined(
    _xp: Any, boxes: Any, scores: Any, most: Any, total: Any, iou: Any, least: Any, *,
    pad_per_class: bool, clip_boxes: bool,
) -> tuple[Any, ...]:  # fmt: skip
    count = int(kernel.scalar("max_size_per_class", most))
    rows = int(kernel.scalar("max_total_size", total))
    if rows <= 0:
        raise InvalidArgumentError(None, None, "max_total_size must be > 0")
    threshold = kernel.scalar("iou_threshold", iou)
    bound = kernel.scalar("score_threshold", least)
    threshold = kernel.fraction("iou_threshold", threshold)
    if boxes.shape[:1] != scores.shape[:1]:
        raise InvalidArgumentError(None, None, "boxes and scores must have same batch size")
    if boxes.ndim != 4:
        raise InvalidArgumentError(None, None, "boxes must be 4-D")
    if scores.ndim != 3:
        raise InvalidArgumentError(None, None, "scores must be 3-D")
    if scores.shape[1] != boxes.shape[1]:
        raise InvalidArgumentError(None, None, "scores has incompatible shape")
    if boxes.shape[2] not in (1, scores.shape[2]):
        raise InvalidArgumentError(None, None, "third dimension of boxes must be either 1 or num classes")
    if boxes.shape[3] != 4:
        raise InvalidArgumentError(None, None, "boxes must have 4 columns")
    return kernel.combined(boxes, scores, count, rows, threshold, bound, pad_per_class, clip_boxes)


# -- the ops ---------------------------------------------------------------------------------------------

_BOXES = VALUE([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0], [1.0, 1.1, 0.1, 0.0]])
_SCORES = VALUE([0.5, 0.9, 0.7, 0.8])
_MOST, _HALF, _LOW = INT(3), VALUE(0.5), VALUE(0.1)
_ARGS = "boxes: T, scores: T, max_output_size: int32"

NON_MAX_SUPPRESSION = OpDef(
    "NonMaxSuppression(boxes: float32, scores: float32, max_output_size: int32) -> selected_indices: int32",
    attrs={"iou_threshold": 0.5},
    infer=_selected,
    forward=lambda xp, boxes, scores, most, iou_threshold: _run(xp, boxes, scores, most, np.float32(iou_threshold)),
    data_shape=True,
    gradient=NO_GRADIENT,
    cases=[case(_BOXES, _SCORES, _MOST)],
)

NON_MAX_SUPPRESSION_V2 = OpDef(
    f"NonMaxSuppressionV2({_ARGS}, iou_threshold: T_threshold) -> selected_indices: int32",
    attrs=_TYPES,
    infer=_selected,
    forward=_run,
    data_shape=True,
    gradient=NO_GRADIENT,
    cases=[case(_BOXES, _SCORES, _MOST, _HALF)],
)

NON_MAX_SUPPRESSION_V3 = OpDef(
    f"NonMaxSuppressionV3({_ARGS}, iou_threshold: T_threshold, score_threshold: T_threshold)"
    " -> selected_indices: int32",
    attrs=_TYPES,
    infer=_selected,
    forward=_run,
    data_shape=True,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_BOXES, _SCORES, _MOST, _HALF, _LOW),
        case(FLOAT(0, 4), FLOAT(0), _MOST, _HALF, _LOW),
        case(FLOAT(9, 4), FLOAT(9), INT(20), VALUE(0.2), VALUE(-1.0)),
    ],
)

NON_MAX_SUPPRESSION_V4 = OpDef(
    f"NonMaxSuppressionV4({_ARGS}, iou_threshold: T_threshold, score_threshold: T_threshold)"
    " -> (selected_indices: int32, valid_outputs: int32)",
    attrs={**_TYPES, "pad_to_max_output_size": False},
    infer=_selected_padded,
    forward=_run_padded,
    data_shape=True,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_BOXES, _SCORES, _MOST, _HALF, _LOW),
        case(_BOXES, _SCORES, INT(7), _HALF, _LOW, pad_to_max_output_size=True),
    ],
)

NON_MAX_SUPPRESSION_V5 = OpDef(
    f"NonMaxSuppressionV5({_ARGS}, iou_threshold: T, score_threshold: T, soft_nms_sigma: T)"
    " -> (selected_indices: int32, selected_scores: T, valid_outputs: int32)",
    attrs={"T": TypeAttr(_HALVES, dt.float32), "pad_to_max_output_size": False},
    infer=_selected_scores,
    forward=_run_scores,
    data_shape=True,
    gradient=MISSING_GRADIENT,
    cases=[
        case(_BOXES, _SCORES, _MOST, _HALF, _LOW, VALUE(0.5)),
        case(_BOXES, _SCORES, INT(7), VALUE(1.0), _LOW, VALUE(0.2), pad_to_max_output_size=True),
    ],
)

NON_MAX_SUPPRESSION_WITH_OVERLAPS = OpDef(
    "NonMaxSuppressionWithOverlaps(overlaps: float32, scores: float32, max_output_size: int32, "
    "overlap_threshold: float32, score_threshold: float32) -> selected_indices: int32",
    infer=_selected_of_overlaps,
    forward=_run_overlaps,
    data_shape=True,
    gradient=NO_GRADIENT,
    cases=[
        case(VALUE([[1.0, 0.2, 0.7], [0.2, 1.0, 0.4], [0.7, 0.4, 1.0]]), VALUE([0.5, 0.9, 0.7]), _MOST, _HALF, _LOW),
    ],
)

COMBINED_NON_MAX_SUPPRESSION = OpDef(
    "CombinedNonMaxSuppression(boxes: float32, scores: float32, max_output_size_per_class: int32, "
    "max_total_size: int32, iou_threshold: float32, score_threshold: float32) -> "
    "(nmsed_boxes: float32, nmsed_scores: float32, nmsed_classes: float32, valid_detections: int32)",
    attrs={"pad_per_class": False, "clip_boxes": True},
    infer=_combined_sizes,
    forward=_run_combined,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 5, 1, 4), FLOAT(2, 5, 3), INT(2), INT(9), _HALF, VALUE(-1.0)),
        case(FLOAT(2, 5, 3, 4), FLOAT(2, 5, 3), INT(2), INT(9), _HALF, _LOW, pad_per_class=True, clip_boxes=False),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _thresholds(**values: Any) -> list[Tensor]:
    return [convert_to_tensor(value, name=name) for name, value in values.items()]


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NEVER,
    name: str | None = None,
) -> Tensor:
    """Of boxes that overlap, keep the one with the best score.

    Args:
      boxes: [boxes, 4]: two opposite corners of each, y and x; float32 or float16.
      scores: [boxes].
      max_output_size: a scalar: how many are kept at most.
      iou_threshold: boxes go whose common area with a better one is this part of the area both cover, or more.
      score_threshold: boxes go whose score is not above.
      name: the name of the scope.

    Returns:
      int32 [kept]: which boxes are kept, the best first.

    Raises:
      InvalidArgumentError: when it runs, and iou_threshold is not between 0 and 1.

    >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]]
    >>> run(non_max_suppression(boxes, [0.5, 0.9, 0.7], 3))
    array([1, 2], dtype=int32)
    """
    with name_scope(name, "non_max_suppression"):
        limits = _thresholds(iou_threshold=iou_threshold, score_threshold=score_threshold)
        return emit(NON_MAX_SUPPRESSION_V3, boxes, scores, max_output_size, *limits)


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NEVER,
    pad_to_max_output_size: bool = False,
    name: str | None = None,
) -> NonMaxSuppressionV4:
    """As `non_max_suppression`, with zeros up to `max_output_size` if wanted, and the number of boxes kept.

    >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]]
    >>> kept, count = non_max_suppression_padded(boxes, [0.5, 0.9, 0.7], 4, pad_to_max_output_size=True)
    >>> run([kept, count])
    [array([1, 2, 0, 0], dtype=int32), 2]
    """
    with name_scope(name, "non_max_suppression_padded"):
        limits = _thresholds(iou_threshold=iou_threshold, score_threshold=score_threshold)
        pads = flag("pad_to_max_output_size", pad_to_max_output_size)
        made = emit(NON_MAX_SUPPRESSION_V4, boxes, scores, max_output_size, *limits, pad_to_max_output_size=pads)
        return NonMaxSuppressionV4(*made)


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NEVER,
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """As `non_max_suppression`, with the scores; these may shrink with the overlap (soft suppression).

    Args:
      soft_nms_sigma: with more than 0, a box that overlaps a better one by iou < iou_threshold keeps its score times
        exp(-iou^2 / (2 * soft_nms_sigma)).
      others: see `non_max_suppression`.

    >>> boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 1.0, 1.5]]
    >>> run(non_max_suppression_with_scores(boxes, [0.5, 0.9], 3, soft_nms_sigma=0.5))
    (array([1, 0], dtype=int32), array([0.9    , 0.44742], dtype=float32))
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        limits = _thresholds(
            iou_threshold=iou_threshold, score_threshold=score_threshold, soft_nms_sigma=soft_nms_sigma
        )
        made = emit(NON_MAX_SUPPRESSION_V5, boxes, scores, max_output_size, *limits, pad_to_max_output_size=False)
        return made[0], made[1]


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = _NEVER,
    name: str | None = None,
) -> Tensor:
    """As `non_max_suppression`, of things whose overlaps are given.

    Args:
      overlaps: float32 [things, things].
      scores: float32 [things].
      max_output_size: a scalar: how many are kept at most.
      overlap_threshold: things go that overlap a better one by this or more.
      score_threshold: things go whose score is not above.
      name: the name of the scope.

    >>> run(non_max_suppression_overlaps([[1.0, 0.7], [0.7, 1.0]], [0.5, 0.9], 3))
    array([1], dtype=int32)
    """
    with name_scope(name, "non_max_suppression_overlaps"):
        (limit,) = _thresholds(overlap_threshold=overlap_threshold)
        return emit(NON_MAX_SUPPRESSION_WITH_OVERLAPS, overlaps, scores, max_output_size, limit, score_threshold)


def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = _NEVER,
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> CombinedNonMaxSuppression:
    """Suppress overlapping boxes of each class of each image, then keep the best of all classes.

    Args:
      boxes: float32 [batch, boxes, 1 or classes, 4]: two opposite corners of each, y and x.
      scores: float32 [batch, boxes, classes].
      max_output_size_per_class: how many boxes of a class are kept at most.
      max_total_size: how many of an image.
      iou_threshold: boxes go that overlap a better one by more; see `non_max_suppression`.
      score_threshold: boxes go whose score is not above.
      pad_per_class: whether there are no more rows than max_output_size_per_class * classes.
      clip_boxes: whether boxes are cut off at 0 and 1.
      name: the name of the scope.

    >>> boxes = tf.constant([[[[0.0, 0.0, 1.0, 1.0]], [[0.0, 0.0, 1.0, 0.9]]]])
    >>> made = combined_non_max_suppression(boxes, [[[0.5, 0.9], [0.7, 0.2]]], 1, 3)
    >>> run([made.nmsed_scores, made.nmsed_classes, made.valid_detections])
    [array([[0.9, 0.7, 0. ]], dtype=float32), array([[1., 0., 0.]], dtype=float32), array([2], dtype=int32)]
    """
    with name_scope(name, "combined_non_max_suppression"):
        limits = [
            convert_to_tensor(iou_threshold, dt.float32, "iou_threshold"),
            convert_to_tensor(score_threshold, dt.float32, "score_threshold"),
        ]
        made = emit(
            COMBINED_NON_MAX_SUPPRESSION, boxes, scores, max_output_size_per_class, max_total_size, *limits,
            pad_per_class=flag("pad_per_class", pad_per_class), clip_boxes=flag("clip_boxes", clip_boxes),
        )  # fmt: skip
        return CombinedNonMaxSuppression(*made)
