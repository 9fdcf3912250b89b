"""`tf.image`: images as tensors: in other sizes, places, and colours."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ops.image_crop import (
    ResizeMethod, central_crop, crop_to_bounding_box, pad_to_bounding_box, resize_image_with_crop_or_pad,
    resize_image_with_crop_or_pad as resize_with_crop_or_pad, resize_image_with_pad, resize_images,
    resize_images as resize,
)
from flowgraph.ops.image_flip import (
    flip_left_right, flip_up_down, random_flip_left_right, random_flip_up_down, rot90, transpose,
    transpose as transpose_image,
)
from flowgraph.ops.image_resize import resize_area, resize_bicubic, resize_bilinear, resize_nearest_neighbor

__all__ = [
    "ResizeMethod", "central_crop", "crop_to_bounding_box", "flip_left_right", "flip_up_down", "pad_to_bounding_box",
    "random_flip_left_right", "random_flip_up_down", "resize", "resize_area", "resize_bicubic", "resize_bilinear",
    "resize_image_with_crop_or_pad", "resize_image_with_pad", "resize_images", "resize_nearest_neighbor",
    "resize_with_crop_or_pad", "rot90", "transpose", "transpose_image",
]
