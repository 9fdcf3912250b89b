"""Cutting boxes out of images, each resized to one size, with the gradients to images and boxes."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import FLOAT, INTS, RANDOM_INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import crop_boxes as kernel
from flowgraph.ops.array import shape, shape_argument
from flowgraph.ops.attributes import choice, real
from flowgraph.ops.conv import four_axes
from flowgraph.ops.reduction import one_of
from flowgraph.sizes import Size, Sizes

_PIXELS = (
    dt.uint8, dt.uint16, dt.int8, dt.int16, dt.int32, dt.int64, dt.float16, dt.float32, dt.float64,
)  # fmt: skip
_FLOATS = (dt.float32, dt.float16, dt.float64)
METHODS = ("bilinear", "nearest")

# -- shapes ----------------------------------------------------------------------------------------------


def box_count(boxes: Any) -> Size:
    """How many boxes [boxes, 4] there are."""
    if boxes.sizes is None:
        return None
    if len(boxes.sizes) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(boxes.sizes)}")
    return boxes.sizes[0]


def demand_four(boxes: Any) -> None:
    """Insist that what is known of the last axis of boxes is 4."""
    if boxes.sizes is not None and boxes.sizes[-1] not in (4, None):
        raise ValueError(f"Dimension must be 4 but is {boxes.sizes[-1]}")


def _indexed_count(boxes: Any, box_ind: Any) -> Size:
    count = box_count(boxes)
    demand_rank(box_ind, 1)
    known = None if box_ind.sizes is None else box_ind.sizes[0]
    if None not in (count, known) and count != known:
        raise ValueError(f"Dimensions must be equal, but are {count} and {known}")
    demand_four(boxes)
    return known if count is None else count


def demand_rank(x: Any, rank: int) -> None:
    """Insist that a tensor has no other number of axes, as far as is known."""
    if x.sizes is not None and len(x.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(x.sizes)}")


def _crop_sizes(image: Any, boxes: Any, box_ind: Any, crop_size: Any, **_: Any) -> Sizes:
    known = four_axes(image)
    count = _indexed_count(boxes, box_ind)
    demand_rank(crop_size, 1)
    if crop_size.sizes is not None and crop_size.sizes[0] not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {crop_size.sizes[0]}")
    # sizes that are not positive are for the kernel to refuse
    size = crop_size.constant()
    if size is not None:
        rows, columns = (int(number) if number >= 0 else None for number in size)
    else:
        rows, columns = shape_argument(crop_size) or (None, None)
    return (count, rows, columns, known[3])


def _image_sizes(_grads: Any, _boxes: Any, _box_ind: Any, image_size: Any, **_: Any) -> Sizes:
    sizes = shape_argument(image_size)
    sizes = (None,) * 4 if sizes is None else sizes
    if len(sizes) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {len(sizes)}")
    return sizes


def _run_image_gradient(_xp: Any, grads: Any, boxes: Any, box_ind: Any, size: Any, *, method: str, T: Any) -> Any:
    return kernel.image_gradient(grads, boxes, box_ind, size, method, T.np)


# -- the ops ---------------------------------------------------------------------------------------------


def _gradient(op: Any, dy: Tensor) -> list[Any]:
    image, boxes, box_ind, _ = op.inputs
    known = image.sizes
    size = list(known) if known is not None and None not in known else shape(image)
    to_image = None
    if image.dtype in _FLOATS:
        attrs = {"T": image.dtype, "method": op.attrs["method"]}
        to_image = emit(CROP_AND_RESIZE_GRAD_IMAGE, dy, boxes, box_ind, size, **attrs)
    to_boxes = emit(CROP_AND_RESIZE_GRAD_BOXES, dy, image, boxes, box_ind, method="bilinear")
    return [to_image, to_boxes, None, None]


_BOXES = VALUE([[0.1, 0.2, 0.83, 0.71], [0.9, 0.05, 0.23, 0.62], [-0.3, 0.1, 0.6, 1.3]])
_WHICH = INTS(1, 0, 1)

CROP_AND_RESIZE = OpDef(
    "CropAndResize(image: T, boxes: float32, box_ind: int32, crop_size: int32) -> crops: float32",
    attrs={"T": TypeAttr(_PIXELS), "method": "bilinear", "extrapolation_value": 0.0},
    infer=_crop_sizes,
    forward=lambda xp, *inputs, **attrs: kernel.crop_and_resize(*inputs, **attrs),
    gradient=_gradient,
    cases=[
        case(FLOAT(2, 5, 6, 2), _BOXES, _WHICH, INTS(3, 4), gradient=False),
        case(FLOAT(2, 5, 6, 2), _BOXES, _WHICH, INTS(1, 4), method="nearest", extrapolation_value=7.5, gradient=False),
        case(RANDOM_INT(2, 5, 6, 1, dtype=dt.uint8), _BOXES, _WHICH, INTS(3, 1), gradient=False),
        case(FLOAT(2, 5, 6, 2), FLOAT(0, 4), INTS(), INTS(3, 4), gradient=False),
    ],
)

CROP_AND_RESIZE_GRAD_IMAGE: OpDef = OpDef(
    "CropAndResizeGradImage(grads: float32, boxes: float32, box_ind: int32, image_size: int32) -> output: T",
    attrs={"T": TypeAttr(_FLOATS), "method": "bilinear"},
    infer=_image_sizes,
    forward=_run_image_gradient,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(3, 3, 4, 2), _BOXES, _WHICH, INTS(2, 5, 6, 2), T=dt.float32),
        case(FLOAT(3, 3, 4, 2), _BOXES, _WHICH, INTS(2, 5, 6, 2), T=dt.float16, method="nearest"),
    ],
)

CROP_AND_RESIZE_GRAD_BOXES: OpDef = OpDef(
    "CropAndResizeGradBoxes(grads: float32, image: T, boxes: float32, box_ind: int32) -> output: float32",
    attrs={"T": TypeAttr(_PIXELS), "method": "bilinear"},
    infer=lambda grads, image, boxes, box_ind, **_: (box_count(boxes), 4),
    forward=lambda xp, *inputs, method: kernel.boxes_gradient(*inputs),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(3, 3, 4, 2), FLOAT(2, 5, 6, 2), _BOXES, _WHICH),
        case(FLOAT(3, 1, 4, 2), FLOAT(2, 5, 6, 2), _BOXES, _WHICH),
    ],
)


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_ind: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices: Any = None,
) -> Tensor:
    """Cut boxes out of images and resize each to one size.

    Args:
      image: [batch, rows, columns, channels], of a real number type.
      boxes: float32 [boxes, 4]: y1, x1, y2, x2 of each in fractions of its image; it is flipped where y1 > y2 or
        x1 > x2, and may reach outside.
      box_ind: int32 [boxes]: which image each is of.
      crop_size: int32 [2]: the rows and columns of each crop.
      method: "bilinear" or "nearest".
      extrapolation_value: what stands outside an image.
      name: the op's name.
      box_indices: another name of `box_ind`.

    Returns:
      float32 [boxes, rows, columns, channels].

    Raises:
      InvalidArgumentError, OutOfRangeError: when it runs, and a box is of no image, or an image or a crop is empty.

    >>> image = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> run(crop_and_resize(image, [[0.0, 0.0, 1.0, 0.5]], [0], [2, 2]))[0, :, :, 0]
    array([[0., 1.],
           [6., 7.]], dtype=float32)
    """
    box_ind = one_of("box_indices", box_indices, "box_ind", box_ind)
    attrs = {
        "method": choice("method", method, METHODS, "CropAndResize"),
        "extrapolation_value": real("extrapolation_value", extrapolation_value),
    }
    return emit(CROP_AND_RESIZE, image, boxes, box_ind, crop_size, name=name, **attrs)
