"""tensorflow.python.ops.image_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.image import (
    adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_saturation, central_crop,
    combined_non_max_suppression, convert_image_dtype, crop_to_bounding_box, draw_bounding_boxes, extract_glimpse,
    flip_left_right, flip_up_down, grayscale_to_rgb, hsv_to_rgb, image_gradients, non_max_suppression,
    non_max_suppression_padded, non_max_suppression_with_scores, pad_to_bounding_box, per_image_standardization,
    psnr, random_brightness, random_contrast, random_flip_left_right, random_flip_up_down, random_hue,
    random_saturation, resize_area, resize_bicubic, resize_bilinear, resize_image_with_crop_or_pad, resize_images,
    resize_nearest_neighbor, rgb_to_grayscale, rgb_to_hsv, rgb_to_yiq, rgb_to_yuv, rot90,
    sample_distorted_bounding_box, sobel_edges, ssim, ssim_multiscale, total_variation, transpose, yiq_to_rgb,
    yuv_to_rgb,
)

__all__ = [
    "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation", "central_crop",
    "combined_non_max_suppression", "convert_image_dtype", "crop_to_bounding_box", "draw_bounding_boxes",
    "extract_glimpse", "flip_left_right", "flip_up_down", "grayscale_to_rgb", "hsv_to_rgb", "image_gradients",
    "non_max_suppression", "non_max_suppression_padded", "non_max_suppression_with_scores", "pad_to_bounding_box",
    "per_image_standardization", "psnr", "random_brightness", "random_contrast", "random_flip_left_right",
    "random_flip_up_down", "random_hue", "random_saturation", "resize_area", "resize_bicubic", "resize_bilinear",
    "resize_image_with_crop_or_pad", "resize_images", "resize_nearest_neighbor", "rgb_to_grayscale", "rgb_to_hsv",
    "rgb_to_yiq", "rgb_to_yuv", "rot90", "sample_distorted_bounding_box", "sobel_edges", "ssim",
    "ssim_multiscale", "total_variation", "transpose", "yiq_to_rgb", "yuv_to_rgb",
]

_absent.watch(__name__)
