"""tensorflow.python.ops.gen_image_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.image import (
    decode_and_crop_jpeg, decode_bmp, decode_gif, decode_jpeg, decode_png, draw_bounding_boxes, encode_jpeg,
    encode_png, extract_jpeg_shape, hsv_to_rgb, resize_area, resize_bicubic, resize_bilinear,
    resize_nearest_neighbor, rgb_to_hsv,
)

__all__ = [
    "decode_and_crop_jpeg", "decode_bmp", "decode_gif", "decode_jpeg", "decode_png", "draw_bounding_boxes",
    "encode_jpeg", "encode_png", "extract_jpeg_shape", "hsv_to_rgb", "resize_area", "resize_bicubic",
    "resize_bilinear", "resize_nearest_neighbor", "rgb_to_hsv",
]

_absent.watch(__name__)
