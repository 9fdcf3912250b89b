"""Colours between RGB and HSV, and the ops that change contrast, hue and saturation."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.errors import FailedPreconditionError, InvalidArgumentError
from flowgraph.ir.cases import FLOAT, HALF, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels import colors as kernel
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import logical_and
from flowgraph.ops.division import div_no_nan
from flowgraph.ops.joining import stack
from flowgraph.ops.math import add
from flowgraph.ops.unary import square
from flowgraph.sizes import Sizes

_T = TypeAttr((dt.float16, dt.bfloat16, dt.float32, dt.float64), dt.float32)
_NARROW = TypeAttr((dt.float16, dt.float32), dt.float32)


def _color_sizes(images: Any) -> Sizes:
    sizes = images.sizes
    if sizes is None:
        return None
    if not sizes:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if sizes[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {sizes[-1]}")
    return (*sizes[:-1], 3)


def _image_sizes(images: Any, scalar: Any) -> Sizes:
    """The shape rule of an adjustment; only that of the contrast insists on a scalar (see `_contrast_sizes`)."""
    del scalar
    if images.sizes is not None and len(images.sizes) < 3:
        raise ValueError(f"Shape must be at least rank 3 but is rank {len(images.sizes)}")
    return images.sizes


def _contrast_sizes(images: Any, factor: Any) -> Sizes:
    sizes = _image_sizes(images, factor)
    if factor.sizes:
        raise ValueError(f"Shape must be rank 0 but is rank {len(factor.sizes)}")
    return sizes


def _checked(images: Any) -> Any:
    """Three channels; TF has another kind of error for these two ops."""
    try:
        return kernel.check_channels(images)
    except InvalidArgumentError as error:
        if images.ndim:
            raise FailedPreconditionError(None, None, error.message) from None
        raise


class _Hue:
    """The parts of the derivative of the hue, as TF writes them out: in degrees, for each order of the channels."""

    def __init__(self, saturation: Tensor, value: Tensor) -> None:
        self._saturation, self._value = saturation, value

    def of_largest(self, x: Tensor, is_largest: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """By the largest channel, of which the hue depends through the span."""
        start = cast(x > 0, dt.float32) * is_largest * -1 * (first - second)
        return 60 * (start * _reciprocal(square(self._saturation)) * _reciprocal(square(self._value)))

    @staticmethod
    def of_smallest(largest: Tensor, is_largest: Tensor, is_smallest: Tensor, pair: Any, span: Any) -> Tensor:
        """By the smallest channel."""
        start = cast(largest > 0, dt.float32) * is_largest * is_smallest * (pair[0] - pair[1])
        return 60 * (start * _reciprocal(square(span[0] - span[1])))

    @staticmethod
    def of_middle(largest: Tensor, is_largest: Tensor, is_smallest: Tensor, span: Any, falls: bool) -> Tensor:
        """By the channel between the two others."""
        start = cast(largest > 0, dt.float32) * is_largest * is_smallest
        if falls:
            start = start * -1
        return 60 * (start * _reciprocal(span[0] - span[1]))


def _reciprocal(x: Tensor) -> Tensor:
    return div_no_nan(1.0, x)


def _saturation_slope(x: Tensor, is_largest: Tensor, is_smallest: Tensor, others: Any, maxima: Any) -> Tensor:
    positive = cast(x > 0, dt.float32)
    (first_small, first), (second_small, second) = others
    rising = is_largest * add(first_small * first, second_small * second) * _reciprocal(square(x))
    (a_large, a), (b_large, b) = maxima
    falling = is_smallest * -1 * _reciprocal((a_large * a) + (b_large * b))
    return positive * add(rising, falling)


def _rgb_to_hsv_grad(op: Any, d: Tensor) -> list[Any]:
    """Piecewise, for each order of red, green and blue, in TF's own order of ops."""
    rgb, hsv = op.inputs[0], op.outputs[0]
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    saturation, value = hsv[..., 1], hsv[..., 2]
    r_max = cast(logical_and(r >= b, r >= g, name="and"), dt.float32)
    g_max = cast(logical_and(g > r, g >= b, name="and"), dt.float32)
    b_max = cast(logical_and(b > r, b > g, name="and"), dt.float32)
    r_min = cast(logical_and(r < b, r < g, name="and"), dt.float32)
    g_min = cast(logical_and(g <= r, g < b, name="and"), dt.float32)
    b_min = cast(logical_and(b <= r, b <= g, name="and"), dt.float32)
    ds = [
        _saturation_slope(r, r_max, r_min, [(g_min, g), (b_min, b)], [(g_max, g), (b_max, b)]),
        _saturation_slope(g, g_max, g_min, [(r_min, r), (b_min, b)], [(r_max, r), (b_max, b)]),
        _saturation_slope(b, b_max, b_min, [(g_min, g), (r_min, r)], [(g_max, g), (r_max, r)]),
    ]
    hue = _Hue(saturation, value)
    dr = [
        hue.of_largest(r, r_max, g, b),
        hue.of_smallest(g, g_max, r_min, (b, g), (r, g)),
        hue.of_middle(g, g_max, b_min, (g, b), True),
        hue.of_smallest(b, b_max, r_min, (b, g), (b, r)),
        hue.of_middle(b, b_max, g_min, (b, g), False),
    ]
    dh_r = _mean_turn(dr)
    dg = [
        hue.of_largest(g, g_max, b, r),
        hue.of_smallest(r, r_max, g_min, (r, b), (r, g)),
        hue.of_middle(r, r_max, b_min, (r, b), False),
        hue.of_smallest(b, b_max, g_min, (r, b), (b, g)),
        hue.of_middle(b, b_max, r_min, (b, r), True),
    ]
    dh_g = _mean_turn(dg)
    db = [
        hue.of_largest(b, b_max, r, g),
        hue.of_smallest(r, r_max, b_min, (g, r), (r, b)),
        hue.of_middle(r, r_max, g_min, (r, g), True),
        hue.of_smallest(g, g_max, b_min, (g, r), (g, b)),
        hue.of_middle(g, g_max, r_min, (g, r), False),
    ]
    dh_b = _mean_turn(db)
    of_value = stack([d[..., 2] * slope for slope in (r_max, g_max, b_max)], axis=-1)
    of_saturation = stack([d[..., 1] * slope for slope in ds], axis=-1)
    of_hue = stack([d[..., 0] * slope for slope in (dh_r, dh_g, dh_b)], axis=-1)
    return [add(add(of_value, of_saturation), of_hue)]


def _mean_turn(parts: list[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total / 360


# every order of red, green and blue, none of them near another
_COLORS = VALUE(
    np.array([[0.1, 0.5, 0.9], [0.9, 0.5, 0.1], [0.5, 0.1, 0.9], [0.5, 0.9, 0.1], [0.1, 0.9, 0.5], [0.9, 0.1, 0.5]])
)

RGB_TO_HSV = OpDef(
    "RGBToHSV(images: T) -> output: T",
    attrs={"T": _T},
    infer=_color_sizes,
    forward=lambda xp, images: kernel.rgb_to_hsv(_checked(images)),
    gradient=_rgb_to_hsv_grad,
    cases=[
        case(_COLORS, gradient=False),
        case(FLOAT(2, 0, 3, low=0.0, high=1.0), gradient=False),
        case(HALF(2, 3, low=0.0, high=1.0), gradient=False),
    ],
)

HSV_TO_RGB = OpDef(
    "HSVToRGB(images: T) -> output: T",
    attrs={"T": _T},
    infer=_color_sizes,
    forward=lambda xp, images: kernel.hsv_to_rgb(_checked(images)),
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2, 2, 3, low=0.0, high=1.0)), case(HALF(0, 3))],
)

ADJUST_CONTRAST = OpDef(
    "AdjustContrastv2(images: T, contrast_factor: float32) -> output: T",
    attrs={"T": _NARROW},
    infer=_contrast_sizes,
    forward=lambda xp, images, factor: kernel.adjust_contrast(images, factor),
    gradient=MISSING_GRADIENT,
    cases=[case(FLOAT(2, 2, 3, 2), FLOAT(), gradient=False), case(FLOAT(0, 2, 2, 3), FLOAT(), gradient=False)],
)

ADJUST_HUE = OpDef(
    "AdjustHue(images: T, delta: float32) -> output: T",
    attrs={"T": _NARROW},
    infer=_image_sizes,
    forward=lambda xp, images, delta: kernel.adjust_hue(images, delta),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 2, 2, 3, low=0.0, high=1.0), FLOAT(), gradient=False),
        case(FLOAT(0, 2, 3), FLOAT(), gradient=False),
    ],
)

ADJUST_SATURATION = OpDef(
    "AdjustSaturation(images: T, scale: float32) -> output: T",
    attrs={"T": _NARROW},
    infer=_image_sizes,
    forward=lambda xp, images, scale: kernel.adjust_saturation(images, scale),
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 2, 2, 3, low=0.0, high=1.0), FLOAT(), gradient=False),
        case(FLOAT(0, 2, 3), FLOAT(), gradient=False),
    ],
)


def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value of RGB colours, each in [0, 1].

    Args:
      images: [..., 3], of floats in [0, 1].
      name: the op's name.

    Raises:
      FailedPreconditionError: when it runs, and there are not three channels.

    >>> run(rgb_to_hsv([0.0, 0.5, 0.0]))
    array([0.333333, 1.      , 0.5     ], dtype=float32)
    """
    return emit(RGB_TO_HSV, images, name=name)


def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """RGB colours of hue, saturation and value; no gradient flows through it, as in TF.

    Args:
      images: [..., 3], of floats in [0, 1].
      name: the op's name.

    Raises:
      FailedPreconditionError: when it runs, and there are not three channels.

    >>> run(hsv_to_rgb([0.0, 1.0, 0.5]))
    array([0.5, 0. , 0. ], dtype=float32)
    """
    return emit(HSV_TO_RGB, images, name=name)
