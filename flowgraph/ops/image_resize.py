"""Resizing images, by TensorFlow's four methods, with their gradients."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.cases import DOUBLE, FLOAT, INTS, RANDOM_INT, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import resize as kernel
from flowgraph.ops.array import shape, shape_argument
from flowgraph.ops.attributes import flag
from flowgraph.ops.conv import four_axes
from flowgraph.sizes import Size, Sizes

_INTS = (dt.int8, dt.uint8, dt.int16, dt.uint16, dt.int32, dt.int64)
_PIXELS = (*_INTS, dt.float16, dt.float32, dt.float64)
_WITH_BFLOAT = (*_INTS, dt.bfloat16, dt.float16, dt.float32, dt.float64)
_CENTERS = {"align_corners": False, "half_pixel_centers": False}

# -- shapes ----------------------------------------------------------------------------------------------


def resized_sizes(images: Any, size: Any, **_: Any) -> Sizes:
    """The shape rule of ops that resize: [batch, *size, channels]."""
    known_images = four_axes(images)
    if size.sizes is not None and len(size.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(size.sizes)}")
    if size.sizes is not None and size.sizes[0] not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {size.sizes[0]}")
    known = None if size.constant() is None else shape_argument(size)  # one size alone does not help
    rows, columns = (None, None) if known is None else known
    return (known_images[0], rows, columns, known_images[3])


# -- nearest ---------------------------------------------------------------------------------------------


def _nearest_grad(op: Any, dy: Tensor) -> list[Any]:
    images = op.inputs[0]
    known: tuple[Size, ...] = (None, None) if images.sizes is None else images.sizes[1:3]
    size = shape(images)[1:3] if None in known else list(known)
    return [emit(RESIZE_NEAREST_GRAD, dy, size, **op.attrs), None]


RESIZE_NEAREST = OpDef(
    "ResizeNearestNeighbor(images: T, size: int32) -> resized_images: T",
    attrs={"T": TypeAttr(_PIXELS), **_CENTERS},
    infer=resized_sizes,
    forward=lambda xp, images, size, **attrs: kernel.nearest(images, size, **attrs),
    gradient=_nearest_grad,
    cases=[
        case(FLOAT(2, 3, 4, 2), INTS(5, 3), second=False),
        case(FLOAT(1, 3, 4, 1), INTS(5, 6), align_corners=True, second=False),
        case(DOUBLE(1, 3, 4, 1), INTS(2, 6), half_pixel_centers=True, second=False),
        case(RANDOM_INT(0, 3, 4, 1, dtype=dt.int64), INTS(2, 6)),
    ],
)

RESIZE_NEAREST_GRAD: OpDef = OpDef(
    "ResizeNearestNeighborGrad(grads: T, size: int32) -> output: T",
    attrs={"T": TypeAttr((dt.uint8, dt.int8, dt.int32, dt.float16, dt.float32, dt.float64)), **_CENTERS},
    infer=resized_sizes,
    forward=lambda xp, grads, size, **attrs: kernel.nearest_grad(grads, size, **attrs),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 5, 3, 2), INTS(3, 4), gradient=False)],
)

# -- bilinear and bicubic --------------------------------------------------------------------------------


def _bilinear_grad(op: Any, dy: Tensor) -> list[Any]:
    return [emit(RESIZE_BILINEAR_GRAD, dy, op.inputs[0], **op.attrs), None]


def _bicubic_grad(op: Any, dy: Tensor) -> list[Any]:
    if op.inputs[0].dtype not in (dt.float32, dt.float64):
        return [None, None]
    return [emit(RESIZE_BICUBIC_GRAD, dy, op.inputs[0], **op.attrs), None]


RESIZE_BILINEAR = OpDef(
    "ResizeBilinear(images: T, size: int32) -> resized_images: float32",
    attrs={"T": TypeAttr(_WITH_BFLOAT), **_CENTERS},
    infer=resized_sizes,
    forward=lambda xp, images, size, **attrs: kernel.bilinear(images, size, **attrs),
    gradient=_bilinear_grad,
    cases=[
        case(FLOAT(2, 3, 4, 2), INTS(5, 3), gradient=False),
        case(FLOAT(1, 3, 4, 1), INTS(5, 6), align_corners=True, gradient=False),
        case(FLOAT(1, 3, 4, 1), INTS(2, 6), half_pixel_centers=True, gradient=False),
        case(RANDOM_INT(0, 3, 4, 1, dtype=dt.int64), INTS(2, 6)),
    ],
)

RESIZE_BILINEAR_GRAD: OpDef = OpDef(
    "ResizeBilinearGrad(grads: float32, original_image: T) -> output: T",
    attrs={"T": TypeAttr((dt.float32, dt.bfloat16, dt.float16, dt.float64)), **_CENTERS},
    infer=lambda grads, like, **_: like.sizes,
    forward=lambda xp, grads, like, **attrs: kernel.taps_grad(grads, like, kernel.bilinear_taps, **attrs),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 5, 3, 2), FLOAT(1, 3, 4, 2), gradient=False)],
)

RESIZE_BICUBIC = OpDef(
    "ResizeBicubic(images: T, size: int32) -> resized_images: float32",
    attrs={"T": TypeAttr(_PIXELS), **_CENTERS},
    infer=resized_sizes,
    forward=lambda xp, images, size, **attrs: kernel.bicubic(images, size, **attrs),
    gradient=_bicubic_grad,
    cases=[
        case(FLOAT(2, 3, 4, 2), INTS(5, 3), gradient=False),
        case(FLOAT(1, 3, 4, 1), INTS(5, 6), align_corners=True, gradient=False),
        case(FLOAT(1, 3, 4, 1), INTS(2, 6), half_pixel_centers=True, gradient=False),
        case(RANDOM_INT(0, 3, 4, 1, dtype=dt.int64), INTS(2, 6)),
    ],
)

RESIZE_BICUBIC_GRAD: OpDef = OpDef(
    "ResizeBicubicGrad(grads: float32, original_image: T) -> output: T",
    attrs={"T": TypeAttr((dt.float32, dt.float64)), **_CENTERS},
    infer=lambda grads, like, **_: like.sizes,
    forward=lambda xp, grads, like, **attrs: kernel.taps_grad(grads, like, kernel.bicubic_taps, **attrs),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(1, 5, 3, 2), FLOAT(1, 3, 4, 2), gradient=False)],
)

# -- area ------------------------------------------------------------------------------------------------

RESIZE_AREA = OpDef(
    "ResizeArea(images: T, size: int32) -> resized_images: float32",
    attrs={"T": TypeAttr(_PIXELS), "align_corners": False},
    infer=resized_sizes,
    forward=lambda xp, images, size, align_corners: kernel.area(images, size, align_corners),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 3, 4, 2), INTS(5, 3), gradient=False),
        case(FLOAT(1, 7, 4, 1), INTS(2, 6), align_corners=True, gradient=False),
        case(RANDOM_INT(0, 3, 4, 1, dtype=dt.int64), INTS(2, 6)),
    ],
)

# -- the public functions --------------------------------------------------------------------------------


def _centers(align_corners: Any, half_pixel_centers: Any) -> dict[str, bool]:
    return {
        "align_corners": flag("align_corners", align_corners),
        "half_pixel_centers": flag("half_pixel_centers", half_pixel_centers),
    }


def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Resize images: each new pixel is the old one nearest to it.

    Args:
      images: [batch, rows, columns, channels], of a real number type.
      size: int32 [2]: the new numbers of rows and columns.
      align_corners: whether the centers of the corner pixels stay where they are.
      name: the op's name.
      half_pixel_centers: whether pixels are squares whose centers lie half a pixel inside, and not points.

    Raises:
      InvalidArgumentError: when it runs, and images or size are empty, or both flags are set.

    >>> run(resize_nearest_neighbor([[[[1], [2]]]], [1, 4])).ravel()
    array([1, 1, 2, 2], dtype=int32)
    """
    return emit(RESIZE_NEAREST, images, size, name=name, **_centers(align_corners, half_pixel_centers))


def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Resize images, to float32: each new pixel is made of the four old ones around it, by their distances.

    Args and errors: see `resize_nearest_neighbor`.

    >>> run(resize_bilinear([[[[1.0], [2.0]]]], [1, 4])).ravel()
    array([1. , 1.5, 2. , 2. ], dtype=float32)
    """
    return emit(RESIZE_BILINEAR, images, size, name=name, **_centers(align_corners, half_pixel_centers))


def resize_bicubic(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Resize images, to float32: each new pixel is made of the sixteen old ones around it, by cubics of the distances.

    Args and errors: see `resize_nearest_neighbor`.

    >>> run(resize_bicubic([[[[1.0], [2.0]]]], [1, 4])).ravel()
    array([1.    , 1.5   , 2.    , 2.09375], dtype=float32)
    """
    return emit(RESIZE_BICUBIC, images, size, name=name, **_centers(align_corners, half_pixel_centers))


def resize_area(images: Any, size: Any, align_corners: bool = False, name: str | None = None) -> Tensor:
    """Resize images, to float32: each new pixel is the mean of the area that it covers.

    Args and errors: see `resize_nearest_neighbor`.

    >>> run(resize_area([[[[1.0], [2.0], [3.0]]]], [1, 2])).ravel()
    array([1.333333, 2.666667], dtype=float32)
    """
    return emit(RESIZE_AREA, images, size, name=name, align_corners=flag("align_corners", align_corners))
