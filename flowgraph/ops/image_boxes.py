"""Boxes in images: drawing them, and sampling parts of images that show enough of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, HALF, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, Effect, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import image_boxes as kernel
from flowgraph.kernels.image_boxes import Rectangle
from flowgraph.kernels.philox import WordStream
from flowgraph.ops.attributes import flag, reals, whole
from flowgraph.ops.conv import four_axes
from flowgraph.ops.crop_boxes import demand_four, demand_rank
from flowgraph.ops.random import own_stream
from flowgraph.sizes import Sizes, to_text


class SampleDistortedBoundingBoxV2(NamedTuple):
    """What `sample_distorted_bounding_box` returns: two vectors for `tf.slice`, and the part as a box [1, 1, 4]."""

    begin: Tensor
    size: Tensor
    bboxes: Tensor


# -- drawing ---------------------------------------------------------------------------------------------


def _drawn_sizes(images: Any, boxes: Any, *_: Any) -> Sizes:
    known = four_axes(images)
    if known[3] not in (None, 1, 3, 4):
        raise ValueError("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    demand_rank(boxes, 3)
    demand_four(boxes)
    return images.sizes if images.sizes is not None else (None,) * 4


def _draw(_xp: Any, images: Any, boxes: Any, colors: Any = None) -> Any:
    if images.ndim != 4:
        raise invalid("The rank of the images should be 4")
    if boxes.ndim != 3:
        raise invalid("The rank of the boxes tensor should be 3")
    if len(images) != len(boxes):
        raise invalid("The batch sizes should be the same")
    if images.shape[3] not in (1, 3, 4):
        raise invalid("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    if boxes.shape[2] != 4:
        raise invalid(f"boxes must have 4 columns{to_text(boxes.shape)}")
    if colors is not None and colors.ndim != 2:
        raise invalid(f"colors must be a 2-D matrix{to_text(colors.shape)}")
    if colors is not None and colors.shape[1] < images.shape[3]:
        raise invalid(f"colors must have equal or more channels than the image provided: {to_text(colors.shape)}")
    return kernel.draw(images, boxes, colors)


_HALVES = TypeAttr((dt.float32, dt.float16), dt.float32)
_BOXES = VALUE([[[0.1, 0.2, 0.8, 0.9], [-0.3, 0.4, 0.5, 1.7], [0.9, 0.1, 0.2, 0.4]]])

DRAW_BOUNDING_BOXES = OpDef(
    "DrawBoundingBoxes(images: T, boxes: float32) -> output: T",
    attrs={"T": _HALVES},
    infer=_drawn_sizes,
    forward=_draw,
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(1, 6, 7, 3), _BOXES), case(HALF(1, 6, 7, 1), _BOXES), case(FLOAT(2, 3, 3, 4), FLOAT(2, 0, 4))],
)

DRAW_BOUNDING_BOXES_V2 = OpDef(
    "DrawBoundingBoxesV2(images: T, boxes: float32, colors: float32) -> output: T",
    attrs={"T": _HALVES},
    infer=_drawn_sizes,
    forward=_draw,
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 6, 7, 3), _BOXES, FLOAT(2, 4))],
)


def draw_bounding_boxes(images: Any, boxes: Any, name: str | None = None, colors: Any = None) -> Tensor:
    """Draw the edges of boxes on images, one pixel wide.

    Args:
      images: [batch, rows, columns, channels] with 1, 3 or 4 channels: float32 or float16.
      boxes: float32 [batch, boxes, 4]: y1, x1, y2, x2 of each in fractions of the image.
      name: the op's name.
      colors: float32 [colors, channels], which the boxes take in turn; None: ten colours of TF's.

    Raises:
      InvalidArgumentError: when it runs, and the shapes do not fit each other.

    >>> run(draw_bounding_boxes(tf.zeros([1, 3, 4, 1]), [[[0.0, 0.0, 1.0, 0.7]]]))[0, :, :, 0]
    array([[1., 1., 1., 0.],
           [1., 0., 1., 0.],
           [1., 1., 1., 0.]], dtype=float32)
    """
    if colors is None:
        return emit(DRAW_BOUNDING_BOXES, images, boxes, name=name)
    return emit(DRAW_BOUNDING_BOXES_V2, images, boxes, colors, name=name)


# -- sampling --------------------------------------------------------------------------------------------


def _sampled_sizes(image_size: Any, bounding_boxes: Any, *scalars: Any, **_: Any) -> list[Sizes]:
    demand_rank(image_size, 1)
    demand_rank(bounding_boxes, 3)
    for scalar in scalars:
        demand_rank(scalar, 0)
    if image_size.sizes is not None and image_size.sizes[0] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {image_size.sizes[0]}")
    demand_four(bounding_boxes)
    return [(3,), (3,), (1, 1, 4)]


def _check_ranges(aspect_ratio_range: Any, area_range: Any, max_attempts: int) -> None:
    for name, bounds in (("Aspect ratio", aspect_ratio_range), ("Area", area_range)):
        if len(bounds) != 2:
            raise invalid(f"{name} range field must specify 2 dimensions")
        written = f"[{bounds[0]:g}, {bounds[1]:g}]"
        if min(bounds) <= 0:
            raise invalid(f"{name} range must be non-negative: {written}")
        if name == "Area" and max(bounds) > 1:
            raise invalid(f"{name} range must be less then or equal to 1.0: {written}")
    if max_attempts <= 0:
        raise invalid(f"Max attempts must be non-negative: {max_attempts}")


def _objects(boxes: Any, rows: int, columns: int, may_be_none: bool) -> list[Rectangle]:
    """The boxes in whole pixels; the whole image if there are none."""
    if not boxes.size:
        if may_be_none:
            return [Rectangle(0, 0, columns, rows)]
        raise invalid(
            "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes "
            "if you wish to not provide any bounding boxes."
        )
    if boxes.ndim != 3:
        raise invalid(f"input boxes must be 3-dimensional [batch, num_boxes, coords]: {to_text(boxes.shape)}")
    if boxes.shape[2] != 4:
        raise invalid(f"bounding boxes must have shape [4] or [*, 4], got {to_text(boxes.shape)}")
    for coordinate in boxes.ravel():
        if not 0 <= coordinate <= 1:
            raise invalid(f"All bounding box coordinates must be in [0.0, 1.0]: {coordinate:g}")
    scales = np.array([rows, columns] * 2, np.float32)
    pixels = (boxes.reshape(-1, 4) * scales).astype(np.int64).tolist()
    return [Rectangle(left, top, right, bottom) for top, left, bottom, right in pixels]


def _sample(
    ctx: Any, image_size: Any, boxes: Any, covered: Any = None, *, seed: int, seed2: int,
    aspect_ratio_range: Any, area_range: Any, max_attempts: int, use_image_if_no_bounding_boxes: bool,
    min_object_covered: float = 0.0,
) -> tuple[Any, Any, Any]:  # fmt: skip
    _check_ranges(aspect_ratio_range, area_range, max_attempts)
    if image_size.ndim != 1:
        raise invalid(f"image_size must be 1-dimensional{to_text(image_size.shape)}")
    if len(image_size) != 3:
        raise invalid(f"image_size must contain 3 elements{to_text(image_size.shape)}")
    rows, columns = (int(size) for size in image_size[:2])
    for side, pixels in (("height", rows), ("width", columns)):
        if not 0 <= pixels < 2**31 - 1:
            raise invalid(f"image {side} cannot be >= int32 max")
    objects = _objects(boxes, rows, columns, use_image_if_no_bounding_boxes)
    if covered is not None and np.ndim(covered):
        raise invalid(f"min_object_covered must be 0-D, got shape {to_text(covered.shape)}")
    least = min_object_covered if covered is None else float(covered)
    if least < 0:
        raise invalid(f"Min object covered must be non-negative: {least:g}")
    words = WordStream(own_stream(ctx, seed, seed2, max_attempts))
    everything = Rectangle(0, 0, columns, rows)
    part = kernel.sample(words, everything, objects, least, aspect_ratio_range, area_range, max_attempts)
    begin = np.array([part.top, part.left, 0]).astype(image_size.dtype)
    size = np.array([part.bottom - part.top, part.right - part.left, -1]).astype(image_size.dtype)
    corners = np.array([part.top, part.left, part.bottom, part.right], np.float32)
    with np.errstate(all="ignore"):
        box = corners / np.array([rows, columns] * 2, np.float32)
    return begin, size, box.reshape(1, 1, 4)


_SIZES = TypeAttr((dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64))
_SAMPLING = {
    "aspect_ratio_range": (0.75, 1.3300000429153442), "area_range": (0.05000000074505806, 1.0), "max_attempts": 100,
    "use_image_if_no_bounding_boxes": False,
}  # fmt: skip
_OUTPUTS = " -> (begin: T, size: T, bboxes: float32)"
_OBJECTS = VALUE([[[0.1, 0.2, 0.8, 0.9], [0.3, 0.4, 0.5, 0.6]]])

SAMPLE_DISTORTED_BOUNDING_BOX = OpDef(
    "SampleDistortedBoundingBox(image_size: T, bounding_boxes: float32)" + _OUTPUTS,
    attrs={"T": _SIZES, "seed": 0, "seed2": 0, "min_object_covered": 0.10000000149011612, **_SAMPLING},
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sample,
    gradient=NO_GRADIENT,
    cases=[case(INTS(40, 50, 3), _OBJECTS, seed=1, seed2=2)],
)

SAMPLE_DISTORTED_BOUNDING_BOX_V2 = OpDef(
    "SampleDistortedBoundingBoxV2(image_size: T, bounding_boxes: float32, min_object_covered: float32)" + _OUTPUTS,
    attrs={"T": _SIZES, "seed": 0, "seed2": 0, **_SAMPLING},
    infer=_sampled_sizes,
    effect=Effect.RANDOM,
    forward=_sample,
    gradient=NO_GRADIENT,
    cases=[
        case(INTS(40, 50, 3), _OBJECTS, VALUE(0.2), seed=1, seed2=2),
        case(INTS(40, 50, 1), FLOAT(1, 0, 4), VALUE(0.2), seed=1, use_image_if_no_bounding_boxes=True),
    ],
)


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampleDistortedBoundingBoxV2:
    """Choose at random a part of an image that shows enough of an object, to train with.

    Args:
      image_size: integers [3]: rows, columns, channels.
      bounding_boxes: float32 [batch, objects, 4]: y1, x1, y2, x2 of each in fractions of the image.
      seed, seed2: together the seed, as they are; both 0 or None: each session draws its own.
      min_object_covered: a scalar: how much of at least one object must be seen.
      aspect_ratio_range: the least and largest width / height; by default 0.75 and 1.33.
      area_range: the least and largest part of the image's area; by default 0.05 and 1.
      max_attempts: how many parts are tried before the whole image is taken; by default 100.
      use_image_if_no_bounding_boxes: whether the image is the one object where there is none, which else is an error.
      name: the name of the scope.

    Returns:
      begin and size, two vectors for `tf.slice`, and the part as a box for `draw_bounding_boxes`.

    Raises:
      InvalidArgumentError: when it runs, and a box is not in the image or a range is none.

    >>> run(sample_distorted_bounding_box([40, 50, 3], [[[0.1, 0.2, 0.8, 0.9]]], seed=1, seed2=2).begin)
    array([6, 1, 0], dtype=int32)
    """
    function = "sample_distorted_bounding_box_v2"
    attrs: dict[str, Any] = {}
    for key, value in (("seed", seed), ("seed2", seed2), ("max_attempts", max_attempts)):
        if value is not None:
            attrs[key] = whole(key, value)
    for key, bounds in (("aspect_ratio_range", aspect_ratio_range), ("area_range", area_range)):
        if bounds is not None:
            attrs[key] = reals(key, bounds, function)
    if use_image_if_no_bounding_boxes is not None:
        attrs["use_image_if_no_bounding_boxes"] = flag("use_image_if_no_bounding_boxes", use_image_if_no_bounding_boxes)
    with name_scope(name, "sample_distorted_bounding_box"):
        made = emit(
            SAMPLE_DISTORTED_BOUNDING_BOX_V2, image_size, bounding_boxes, min_object_covered, name=name, **attrs
        )
        return SampleDistortedBoundingBoxV2(*made)
