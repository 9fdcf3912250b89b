"""Colours: RGB to hue, saturation and value and back, and the adjustments of TensorFlow's image kernels.

    value       the largest of red, green and blue
    saturation  (value - the smallest) / value
    hue         where on the circle red - green - blue - red, in [0, 1)

Images are [..., 3]; half-width floats are computed in float32.
"""

from __future__ import annotations

import numpy as np

from flowgraph.kernels.refusal import invalid
from flowgraph.kernels.window import Array


def rgb_to_hsv(rgb: Array) -> Array:
    """Hue, saturation and value of colours.

    >>> rgb_to_hsv(np.array([[0.0, 0.5, 0.0]]))
    array([[0.333333, 1.      , 0.5     ]])
    """
    wide = _wide(rgb)
    one = wide.dtype.type
    red, green, blue = _channels(wide)
    value = wide.max(-1)
    span = value - wide.min(-1)
    with np.errstate(all="ignore"):
        saturation = np.where(value > 0, span / value, one(0))
        norm = one(1) / (one(6) * span)
        hue = np.where(
            red == value,
            norm * (green - blue),
            np.where(green == value, norm * (blue - red) + one(2 / 6), norm * (red - green) + one(4 / 6)),
        )
    hue = np.where(span > 0, hue, one(0))
    hue = np.where(hue < 0, hue + one(1), hue)
    return np.stack([hue, saturation, value], -1).astype(rgb.dtype, copy=False)


def hsv_to_rgb(hsv: Array) -> Array:
    """The colours of hue, saturation and value.

    >>> hsv_to_rgb(np.array([[1 / 3, 1.0, 0.5]])).round(6)
    array([[0. , 0.5, 0. ]])
    """
    wide = _wide(hsv)
    one = wide.dtype.type
    hue, saturation, value = _channels(wide)
    sixth = hue * one(6)
    parts = (np.abs(sixth - one(3)) - one(1), one(2) - np.abs(sixth - one(2)), one(2) - np.abs(sixth - one(4)))
    rest = one(1) - saturation
    colours = [(rest + saturation * np.clip(part, 0, 1)) * value for part in parts]
    return np.stack(colours, -1).astype(hsv.dtype, copy=False)


def adjust_contrast(images: Array, factor: Array) -> Array:
    """(x - mean) * factor + mean, with the mean of each channel of each image.

    >>> adjust_contrast(np.array([1.0, 3.0]).reshape(1, 2, 1), np.float32(2)).ravel()
    array([0., 4.])
    """
    if images.ndim < 3:
        raise invalid(f"input must be at least 3-D, got shape{_text(images.shape)}")
    if np.ndim(factor):
        raise invalid(f"contrast_factor must be scalar: {_text(np.shape(factor))}")
    wide = _wide(images)
    channels = [wide[..., i].mean(axis=(-2, -1), dtype=np.float64) for i in range(wide.shape[-1])]  # they are few
    mean = np.stack(channels, axis=-1)[..., None, None, :].astype(wide.dtype)
    with np.errstate(all="ignore"):
        return ((wide - mean) * wide.dtype.type(factor) + mean).astype(images.dtype, copy=False)


def adjust_hue(images: Array, delta: Array) -> Array:
    """Turn the hue of RGB images by `delta` (1 is the whole circle).

    >>> adjust_hue(np.array([1, 0, 0], np.float32).reshape(1, 1, 3), np.float32(1 / 3)).ravel()
    array([0., 1., 0.], dtype=float32)
    """
    _check_rgb(images, "delta", delta)
    wide = _wide(images)
    one = wide.dtype.type
    low, middle, high = np.moveaxis(np.sort(wide, -1), -1, 0)
    with np.errstate(all="ignore"):
        ratio = (middle - low) / (high - low)
    sector = _sector(wide)
    turned = sector + np.where(sector % 2 == 0, ratio, one(1) - ratio)
    hue = np.where(high == low, one(0), turned.astype(wide.dtype)) + one(delta) * one(6)
    hue = np.where(hue < 0, hue + one(6) * np.ceil(-hue / one(6)), hue)
    hue = np.where(hue >= 6, hue - one(6) * np.floor(hue / one(6)), hue)
    sector = np.floor(hue).astype(np.int64) % 6
    ratio = hue - np.floor(hue)
    ratio = np.where(sector % 2 == 0, ratio, one(1) - ratio)
    middle = low + ratio * (high - low)
    levels = np.stack([low, middle, high], -1)
    order = np.array([[2, 1, 0], [1, 2, 0], [0, 2, 1], [0, 1, 2], [1, 0, 2], [2, 0, 1]])[sector]
    return np.take_along_axis(levels, order, -1).astype(images.dtype, copy=False)


def _sector(rgb: Array) -> Array:
    """Which sixth of the circle a colour lies in, 0 being that between red and yellow."""
    red, green, blue = _channels(rgb)
    rising = np.where(blue < red, 1, np.where(blue > green, 3, 2))
    falling = np.where(blue < green, 0, np.where(blue > red, 4, 5))
    return np.where(red < green, rising, falling)


def adjust_saturation(images: Array, scale: Array) -> Array:
    """Multiply the saturation of RGB images by `scale`, up to 1.

    >>> adjust_saturation(np.array([1, 0.5, 0.5], np.float32).reshape(1, 1, 3), np.float32(2)).ravel()
    array([1., 0., 0.], dtype=float32)
    """
    _check_rgb(images, "scale", scale)
    hsv = rgb_to_hsv(_wide(images))
    one = hsv.dtype.type
    hue, saturation, value = _channels(hsv)
    saturation = np.minimum(one(1), np.maximum(one(0), saturation * one(scale)))
    chroma = saturation * value
    rest = value - chroma
    sixth = hue * one(6)
    second = chroma * (one(1) - np.abs(sixth % one(2) - one(1)))
    nothing = np.zeros_like(chroma)
    levels = np.stack([nothing, second, chroma], -1)
    sector = sixth.astype(np.int64)
    order = np.array([[2, 1, 0], [1, 2, 0], [0, 2, 1], [0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 0, 0]])
    order = order[np.where((sector >= 0) & (sector < 6), sector, 6)]
    return (np.take_along_axis(levels, order, -1) + rest[..., None]).astype(images.dtype, copy=False)


def _channels(images: Array) -> tuple[Array, Array, Array]:
    return images[..., 0], images[..., 1], images[..., 2]


def _wide(x: Array) -> Array:
    return x.astype(np.promote_types(x.dtype, np.float32), copy=False)


def check_channels(images: Array) -> Array:
    """Refuse what are no colours.

    Raises:
      InvalidArgumentError: there are not three channels.
    """
    if images.ndim < 1:
        raise invalid(f"input must be at least 1D{_text(images.shape)}")
    if images.shape[-1] != 3:
        raise invalid(f"input must have 3 channels but input only has {images.shape[-1]} channels.")
    return images


def _check_rgb(images: Array, name: str, scalar: Array) -> None:
    if images.ndim < 3:
        raise invalid(f"input must be at least 3-D, got shape{_text(images.shape)}")
    if np.ndim(scalar):
        raise invalid(f"{name} must be scalar: {_text(np.shape(scalar))}")
    if images.shape[-1] != 3:
        raise invalid(f"input must have 3 channels but instead has {images.shape[-1]} channels.")


def _text(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
