"""`tf.image`: images as tensors: in other sizes, places, and colours."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ops.crop_boxes import crop_and_resize
from flowgraph.ops.glimpse import extract_glimpse
from flowgraph.ops.image_boxes import draw_bounding_boxes, sample_distorted_bounding_box
from flowgraph.ops.image_color import (
    adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_saturation, convert_image_dtype,
    grayscale_to_rgb, per_image_standardization, random_brightness, random_contrast, random_hue, random_saturation,
    rgb_to_grayscale, rgb_to_yiq, rgb_to_yuv, yiq_to_rgb, yuv_to_rgb,
)
from flowgraph.ops.image_crop import (
    ResizeMethod, central_crop, crop_to_bounding_box, pad_to_bounding_box, resize_image_with_crop_or_pad,
    resize_image_with_crop_or_pad as resize_with_crop_or_pad, resize_image_with_pad, resize_images,
    resize_images as resize,
)
from flowgraph.ops.image_decoding import (
    adjust_jpeg_quality, decode_and_crop_jpeg, decode_bmp, decode_gif, decode_image, decode_jpeg, decode_png,
    encode_jpeg, encode_png, extract_jpeg_shape, is_jpeg, random_jpeg_quality,
)
from flowgraph.ops.image_flip import (
    flip_left_right, flip_up_down, random_flip_left_right, random_flip_up_down, rot90, transpose,
    transpose as transpose_image,
)
from flowgraph.ops.image_hsv import hsv_to_rgb, rgb_to_hsv
from flowgraph.ops.image_quality import (
    image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation,
)
from flowgraph.ops.image_resize import resize_area, resize_bicubic, resize_bilinear, resize_nearest_neighbor
from flowgraph.ops.patches import extract_image_patches, extract_patches
from flowgraph.ops.random_crop import random_crop
from flowgraph.ops.suppression import (
    combined_non_max_suppression, non_max_suppression, non_max_suppression_overlaps, non_max_suppression_padded,
    non_max_suppression_with_scores,
)

__all__ = [
    "ResizeMethod", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_jpeg_quality",
    "adjust_saturation", "central_crop", "combined_non_max_suppression", "convert_image_dtype",
    "crop_and_resize", "crop_to_bounding_box", "decode_and_crop_jpeg", "decode_bmp", "decode_gif",
    "decode_image", "decode_jpeg", "decode_png", "draw_bounding_boxes", "encode_jpeg", "encode_png",
    "extract_glimpse", "extract_image_patches", "extract_jpeg_shape", "extract_patches", "flip_left_right",
    "flip_up_down", "grayscale_to_rgb", "hsv_to_rgb", "image_gradients", "is_jpeg", "non_max_suppression",
    "non_max_suppression_overlaps", "non_max_suppression_padded", "non_max_suppression_with_scores",
    "pad_to_bounding_box", "per_image_standardization", "psnr", "random_brightness", "random_contrast",
    "random_crop", "random_flip_left_right", "random_flip_up_down", "random_hue", "random_jpeg_quality",
    "random_saturation", "resize", "resize_area", "resize_bicubic", "resize_bilinear",
    "resize_image_with_crop_or_pad", "resize_image_with_pad", "resize_images", "resize_nearest_neighbor",
    "resize_with_crop_or_pad", "rgb_to_grayscale", "rgb_to_hsv", "rgb_to_yiq", "rgb_to_yuv", "rot90",
    "sample_distorted_bounding_box", "sobel_edges", "ssim", "ssim_multiscale", "total_variation", "transpose",
    "transpose_image", "yiq_to_rgb", "yuv_to_rgb",
]

_absent.watch(__name__)
