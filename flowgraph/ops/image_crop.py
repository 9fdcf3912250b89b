"""Images cut out and framed: crops, paddings, and other sizes."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor, is_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import shape
from flowgraph.ops.attributes import flag
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.image_checks import as_batch, check_image, demand, dimensions, from_batch, larger, smaller
from flowgraph.ops.image_resize import RESIZE_AREA, RESIZE_BICUBIC, RESIZE_BILINEAR, RESIZE_NEAREST
from flowgraph.ops.joining import stack
from flowgraph.ops.math import minimum
from flowgraph.ops.padding import pad
from flowgraph.ops.reshape import reshape
from flowgraph.ops.slicing import slice as slice_op
from flowgraph.ops.static_value import constant_shape
from flowgraph.ops.unary import floor
from flowgraph.ops.unary import round as round_op


class ResizeMethod:
    """How `tf.image.resize_images` makes new pixels of old ones."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_RESIZERS = {
    0: RESIZE_BILINEAR, "bilinear": RESIZE_BILINEAR,
    1: RESIZE_NEAREST, "nearest": RESIZE_NEAREST,
    2: RESIZE_BICUBIC, "bicubic": RESIZE_BICUBIC,
    3: RESIZE_AREA, "area": RESIZE_AREA,
}  # fmt: skip


def central_crop(image: Any, central_fraction: float) -> Tensor:
    """The middle of images: so much of their rows and columns.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      central_fraction: how much is left, in (0, 1].

    Raises:
      ValueError: the fraction is not in that range, or `image` is no image.

    >>> run(central_crop(tf.reshape(tf.range(16), [4, 4, 1]), 0.5))[:, :, 0]
    array([[ 5,  6],
           [ 9, 10]], dtype=int32)
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise refusal("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        with_dependencies(check_image(image), image)
        axes = image.shape.ndims
        if axes not in (3, 4):
            raise refusal(f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {axes}.")
        first = axes - 3
        sizes = [_size(image, axis) for axis in (first, first + 1)]
        starts = [_start(size, central_fraction) for size in sizes]
        lengths = [size - start * 2 for size, start in zip(sizes, starts, strict=True)]
        begin, length = stack([*[0] * first, *starts, 0]), stack([*[-1] * first, *lengths, -1])
        cropped = slice_op(image, begin, length)
        known = [None if is_tensor(size) else size for size in lengths]
        cropped.set_shape([*image.shape.as_list()[:first], *known, image.shape[-1]])
        return cropped


def _size(image: Tensor, axis: int) -> Any:
    known = image.shape.as_list()[axis]
    return shape(image)[axis] if known is None else known


def _start(size: Any, fraction: float) -> Any:
    if is_tensor(size):
        wide = cast(size, dt.float64)
        return cast((wide - wide * fraction) / 2, dt.int32)
    return int((float(size) - float(size) * fraction) / 2)


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Lay images on a larger ground of zeros.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      offset_height, offset_width: how many rows of zeros come above, and how many columns to the left.
      target_height, target_width: the rows and columns of the result. All four are integers or int32 scalars.

    Raises:
      ValueError: an offset is negative, or the image does not fit.

    >>> run(pad_to_bounding_box([[[7]]], 1, 0, 2, 2))[:, :, 0]
    array([[0, 0],
           [7, 0]], dtype=int32)
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        images, is_batch = as_batch(image)
        asserts = check_image(images)
        batch, height, width, depth = dimensions(images, 4)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        asserts += demand(offset_height >= 0, "offset_height must be >= 0")
        asserts += demand(offset_width >= 0, "offset_width must be >= 0")
        asserts += demand(right >= 0, "width must be <= target - offset")
        asserts += demand(below >= 0, "height must be <= target - offset")
        images = with_dependencies(asserts, images)
        cells = stack([0, 0, offset_height, below, offset_width, right, 0, 0])
        padded = pad(images, reshape(cells, [4, 2]))
        padded.set_shape([None if is_tensor(size) else size for size in (batch, target_height, target_width, depth)])
        return from_batch(padded, is_batch)


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Cut a piece out of images.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      offset_height, offset_width: the piece's first row and column.
      target_height, target_width: its rows and columns. All four are integers or int32 scalars.

    Raises:
      ValueError: an offset is negative, the piece is empty, or reaches beyond the image.

    >>> run(crop_to_bounding_box(tf.reshape(tf.range(9), [3, 3, 1]), 1, 0, 2, 2))[:, :, 0]
    array([[3, 4],
           [6, 7]], dtype=int32)
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        images, is_batch = as_batch(image)
        asserts = check_image(images)
        batch, height, width, depth = dimensions(images, 4)
        asserts += demand(offset_width >= 0, "offset_width must be >= 0.")
        asserts += demand(offset_height >= 0, "offset_height must be >= 0.")
        asserts += demand(target_width > 0, "target_width must be > 0.")
        asserts += demand(target_height > 0, "target_height must be > 0.")
        asserts += demand(width >= (target_width + offset_width), "width must be >= target + offset.")
        asserts += demand(height >= (target_height + offset_height), "height must be >= target + offset.")
        images = with_dependencies(asserts, images)
        begin = stack([0, offset_height, offset_width, 0])
        cropped = slice_op(images, begin, stack([-1, target_height, target_width, -1]))
        cropped.set_shape([None if is_tensor(size) else size for size in (batch, target_height, target_width, depth)])
        return from_batch(cropped, is_batch)


def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """Images in another size: what is too large is cut on both sides, what is too small gets a frame of zeros.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      target_height, target_width: the rows and columns of the result, integers or int32 scalars.

    Raises:
      ValueError: a size is not positive, or `image` is no image.

    >>> run(resize_image_with_crop_or_pad([[[7], [8], [9]]], 3, 1))[:, :, 0]
    array([[0],
           [8],
           [0]], dtype=int32)
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        images, is_batch = as_batch(image)
        asserts = check_image(images)
        asserts += demand(target_width > 0, "target_width must be > 0.")
        asserts += demand(target_height > 0, "target_height must be > 0.")
        images = with_dependencies(asserts, images)
        if is_tensor(target_height):
            target_height = with_dependencies(asserts, target_height)
        if is_tensor(target_width):
            target_width = with_dependencies(asserts, target_width)
        _, height, width, _ = dimensions(images, 4)
        wider = target_width - width
        crop_left, pad_left = larger(-wider // 2, 0), larger(wider // 2, 0)
        taller = target_height - height
        crop_top, pad_top = larger(-taller // 2, 0), larger(taller // 2, 0)
        rows, columns = smaller(target_height, height), smaller(target_width, width)
        cropped = crop_to_bounding_box(images, crop_top, crop_left, rows, columns)
        resized = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
        _, height, width, _ = dimensions(resized, 4)
        asserts = demand(_same(height, target_height), "resized height is not correct.")
        asserts += demand(_same(width, target_width), "resized width is not correct.")
        return from_batch(with_dependencies(asserts, resized), is_batch)


def _same(x: Any, y: Any) -> Any:
    return equal(x, y) if is_tensor(x) or is_tensor(y) else x == y


def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Tensor:
    """Images in another size.

    Args:
      images: [rows, columns, channels], or [batch, rows, columns, channels].
      size: int32 [2]: the new numbers of rows and columns.
      method: a `ResizeMethod`, or "bilinear", "nearest", "bicubic" or "area".
      align_corners: whether the centers of the corner pixels stay where they are.
      preserve_aspect_ratio: whether to keep the ratio of rows to columns, inside of `size`.
      name: the scope of the ops.

    Returns:
      float32 images, unless the method is nearest, or the size is what it was: then they keep their dtype.

    Raises:
      ValueError: an argument is none of these.

    >>> run(resize_images([[[1.0], [2.0]]], [1, 4])).ravel()
    array([1. , 1.5, 2. , 2. ], dtype=float32)
    """
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.ndims is None:
            raise refusal("'images' contains no shape.")
        batch, is_batch = as_batch(images, "images")
        size, rows, columns = _wanted_size(size)
        if preserve_aspect_ratio:
            size, rows, columns = _in_proportion(batch, rows, columns)
        known = batch.shape.as_list()[1:3]
        if None not in known and known == [rows, columns]:
            return from_batch(batch, is_batch)
        resizer = _RESIZERS.get(method)
        if resizer is None:
            raise refusal("Resize method is not implemented.")
        resized = emit(resizer, batch, size, align_corners=flag("align_corners", align_corners))
        resized.set_shape([None, rows, columns, None])
        return from_batch(resized, is_batch)


def _wanted_size(size: Any) -> tuple[Tensor, Any, Any]:
    try:
        size = convert_to_tensor(size, dt.int32, name="size")
    except (TypeError, ValueError):
        raise refusal("'size' must be a 1-D int32 Tensor") from None
    if not size.shape.is_compatible_with([2]):
        raise refusal("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    return size, *_known_size(size)


def _known_size(size: Tensor) -> tuple[Any, Any]:
    rows, columns = constant_shape(size) or (None, None)
    return rows, columns


def _in_proportion(images: Tensor, rows: Any, columns: Any) -> tuple[Tensor, Any, Any]:
    _, height, width, _ = dimensions(images, 4)
    tall = cast(rows, dt.float32) / cast(height, dt.float32)
    wide = cast(columns, dt.float32) / cast(width, dt.float32)
    factor = minimum(tall, wide)
    scaled = [cast(round_op(factor * cast(length, dt.float32)), dt.int32) for length in (height, width)]
    size = convert_to_tensor(scaled, dt.int32, name="size")
    return size, *_known_size(size)


def resize_image_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
) -> Tensor:
    """Images in another size, in proportion, on a ground of zeros where the ratio differs.

    Args:
      image: [rows, columns, channels], or [batch, rows, columns, channels].
      target_height, target_width: the rows and columns of the result, integers or int32 scalars.
      method, align_corners: see `resize_images`.

    Raises:
      ValueError: a size is not positive, or `image` is no image.

    >>> run(resize_image_with_pad([[[1.0], [2.0]]], 2, 2))[:, :, 0]
    array([[1., 2.],
           [0., 0.]], dtype=float32)
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        images, is_batch = as_batch(image)
        asserts = check_image(images)
        asserts += demand(target_width > 0, "target_width must be > 0.")
        asserts += demand(target_height > 0, "target_height must be > 0.")
        images = with_dependencies(asserts, images)
        _, height, width, _ = dimensions(images, 4)
        tall, wide, target_tall, target_wide = (
            cast(size, dt.float64) for size in (height, width, target_height, target_width)
        )
        ratio = larger(wide / target_wide, tall / target_tall)
        new_tall, new_wide = tall / ratio, wide / ratio
        size = [cast(floor(length), dt.int32) for length in (new_tall, new_wide)]
        above, left = (target_tall - new_tall) / 2, (target_wide - new_wide) / 2
        above, left = floor(above), floor(left)
        top, start = (larger(0, cast(cells, dt.int32)) for cells in (above, left))
        resized = resize_images(images, size, method, align_corners=align_corners)
        padded = pad_to_bounding_box(resized, top, start, target_height, target_width)
        dimensions(padded, 4)
        return from_batch(padded, is_batch)
