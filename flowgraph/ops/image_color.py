"""Images in other colours: brightness, contrast, gamma, hue, saturation, grey, and other colour spaces."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import identity, ones, rank, shape
from flowgraph.ops.cast import cast, saturate_cast
from flowgraph.ops.checks import assert_equal, assert_greater_equal
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.division import div
from flowgraph.ops.image_checks import checked, demand
from flowgraph.ops.image_hsv import ADJUST_CONTRAST, ADJUST_HUE, ADJUST_SATURATION
from flowgraph.ops.joining import concat
from flowgraph.ops.math import add, maximum, multiply
from flowgraph.ops.random import random_uniform
from flowgraph.ops.reduction import reduce_mean, reduce_prod
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.statistics import reduce_std
from flowgraph.ops.tensordot import tensordot
from flowgraph.ops.unary import rsqrt

_FLOATS = (dt.float16, dt.float32)
_LUMA = [0.2989, 0.5870, 0.1140]
_RGB_TO_YIQ = [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]]
_YIQ_TO_RGB = [[1.0, 1.0, 1.0], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]]
_RGB_TO_YUV = [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]]
_YUV_TO_RGB = [[1.0, 1.0, 1.0], [0.0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0.0]]


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Tensor:
    """Images in another dtype, in the range that images of that dtype have: [0, 1] for floats, [0, max] for integers.

    Args:
      image: a tensor of a floating or an integer dtype.
      dtype: one of these.
      saturate: whether what lies outside the new range is clipped to it, instead of wrapping round.
      name: the op's name.

    Raises:
      AttributeError: `dtype` is neither.

    >>> run(convert_image_dtype(tf.constant([0.0, 1.0]), tf.uint8))
    array([  0, 255], dtype=uint8)
    """
    image = convert_to_tensor(image, name="image")
    dtype = dt.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if dtype == image.dtype:
        return identity(image, name=name)
    with name_scope(name, "convert_image", [image]) as scope:
        convert = saturate_cast if saturate else cast
        if image.dtype.is_integer and dtype.is_integer:
            largest, new_largest = int(image.dtype.max), int(dtype.max)
            if largest > new_largest:
                scaled = div(image, (largest + 1) // (new_largest + 1))
                return convert(scaled, dtype, name=scope)
            return multiply(convert(image, dtype), (new_largest + 1) // (largest + 1), name=scope)
        if image.dtype.is_floating and dtype.is_floating:
            return cast(image, dtype, name=scope)
        if image.dtype.is_integer:
            return multiply(cast(image, dtype), 1.0 / image.dtype.max, name=scope)
        # half a step more keeps the cast, which cuts, from losing one
        return convert(multiply(image, dtype.max + 0.5), dtype, name=scope)


def _as_float(image: Tensor) -> Tensor:
    return image if image.dtype in _FLOATS else convert_image_dtype(image, dt.float32)


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """Add `delta` to all of images, whose range is that of their dtype.

    Args:
      image: images of any shape.
      delta: a scalar; the range is taken to be [0, 1].

    >>> run(adjust_brightness([0.25, 0.5], 0.25))
    array([0.5 , 0.75], dtype=float32)
    """
    with name_scope(None, "adjust_brightness", [image, delta]) as scope:
        image = convert_to_tensor(image, name="image")
        wide = _as_float(image)
        adjusted = add(wide, cast(delta, wide.dtype), name=scope)
        return convert_image_dtype(adjusted, image.dtype, saturate=True)


def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Tensor:
    """`adjust_brightness` by a random number of [-max_delta, max_delta).

    Args:
      image: images of any shape.
      max_delta: not negative.
      seed: the op's seed; see `tf.set_random_seed`.

    Raises:
      ValueError: `max_delta` is negative.

    >>> run(random_brightness([0.5], 0.25, seed=1))
    array([0.369519], dtype=float32)
    """
    if max_delta < 0:
        raise refusal("max_delta must be non-negative.")
    return adjust_brightness(image, random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """(x - mean) * contrast_factor + mean, with the mean of each channel of each image.

    Args:
      images: [..., rows, columns, channels].
      contrast_factor: a scalar.

    >>> run(adjust_contrast([[[1.0], [3.0]]], 2.0)).ravel()
    array([0., 4.], dtype=float32)
    """
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as scope:
        images = convert_to_tensor(images, name="images")
        adjusted = emit(ADJUST_CONTRAST, _as_float(images), contrast_factor, name=scope)
        return convert_image_dtype(adjusted, images.dtype, saturate=True)


def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Tensor:
    """`adjust_contrast` by a random factor of [lower, upper).

    Args:
      image: [..., rows, columns, channels].
      lower, upper: the range, not negative.
      seed: the op's seed; see `tf.set_random_seed`.

    Raises:
      ValueError: the range is none.

    >>> run(random_contrast([[[1.0], [3.0]]], 1.0, 2.0, seed=1)).ravel()
    array([0.760963, 3.239038], dtype=float32)
    """
    _check_range(lower, upper)
    return adjust_contrast(image, random_uniform([], lower, upper, seed=seed))


def _check_range(lower: float, upper: float) -> None:
    if upper <= lower:
        raise refusal("upper must be > lower.")
    if lower < 0:
        raise refusal("lower must be non-negative.")


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """Gamma correction: gain * image ** gamma, of images whose range is that of their dtype.

    Args:
      image: images of any shape.
      gamma: not negative; more than 1 makes them darker.
      gain: the factor.

    Raises:
      ValueError: `gamma` is negative (InvalidArgumentError when it runs, if it is a tensor).

    >>> run(adjust_gamma([0.25, 0.5], 2.0))
    array([0.0625, 0.25  ], dtype=float32)
    """
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        wide = _as_float(image)
        asserts = demand(gamma >= 0, "Gamma should be a non-negative real number.")
        if asserts:
            gamma = with_dependencies(asserts, gamma)
        return convert_image_dtype(gain * wide**gamma, image.dtype, saturate=True)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Turn the hue of RGB images.

    Args:
      image: [..., rows, columns, 3].
      delta: a scalar in [-1, 1]; 1 is the whole circle.
      name: the scope of the ops.

    Raises:
      InvalidArgumentError: when it runs, and there are not three channels.

    >>> run(adjust_hue([[[1.0, 0.0, 0.0]]], 0.5)).ravel()
    array([0., 1., 1.], dtype=float32)
    """
    with name_scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")
        return convert_image_dtype(emit(ADJUST_HUE, _as_float(image), delta), image.dtype)


def random_hue(image: Any, max_delta: float, seed: Any = None) -> Tensor:
    """`adjust_hue` by a random angle of [-max_delta, max_delta).

    Args:
      image: [..., rows, columns, 3].
      max_delta: in [0, 0.5].
      seed: the op's seed; see `tf.set_random_seed`.

    Raises:
      ValueError: `max_delta` is not in that range.

    >>> run(random_hue([[[1.0, 0.0, 0.0]]], 0.0, seed=1)).ravel()
    array([1., 0., 0.], dtype=float32)
    """
    if max_delta > 0.5:
        raise refusal("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise refusal("max_delta must be non-negative.")
    return adjust_hue(image, random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Multiply the saturation of RGB images, up to 1.

    Args:
      image: [..., rows, columns, 3].
      saturation_factor: a scalar.
      name: the scope of the ops.

    Raises:
      InvalidArgumentError: when it runs, and there are not three channels.

    >>> run(adjust_saturation([[[1.0, 0.5, 0.5]]], 2.0)).ravel()
    array([1., 0., 0.], dtype=float32)
    """
    with name_scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")
        return convert_image_dtype(emit(ADJUST_SATURATION, _as_float(image), saturation_factor), image.dtype)


def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Tensor:
    """`adjust_saturation` by a random factor of [lower, upper).

    Args:
      image: [..., rows, columns, 3].
      lower, upper: the range, not negative.
      seed: the op's seed; see `tf.set_random_seed`.

    Raises:
      ValueError: the range is none.

    >>> run(random_saturation([[[1.0, 0.5, 0.5]]], 2.0, 3.0, seed=1)).ravel()
    array([1., 0., 0.], dtype=float32)
    """
    _check_range(lower, upper)
    return adjust_saturation(image, random_uniform([], lower, upper, seed=seed))


def per_image_standardization(image: Any) -> Tensor:
    """(x - mean) / max(standard deviation, 1 / sqrt(number of entries)) of each image.

    Args:
      image: [..., rows, columns, channels].

    >>> run(per_image_standardization([[[1.0], [3.0]]])).ravel()
    array([-1.,  1.], dtype=float32)
    """
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = checked(convert_to_tensor(image, name="image"))
        dtype = image.dtype
        image = _as_float(image)
        count = reduce_prod(shape(image)[-3:])
        mean = reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        deviation = reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        least = rsqrt(cast(count, image.dtype))
        deviation = maximum(deviation, least)
        image = div(image - mean, deviation, name=scope)
        return convert_image_dtype(image, dtype, saturate=True)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """Grey images: how bright the colours of RGB images seem.

    Args:
      images: [..., 3].
      name: the op's name.

    Returns:
      [..., 1], of the same dtype.

    >>> run(rgb_to_grayscale([[1.0, 0.0, 0.0]]))
    array([[0.2989]], dtype=float32)
    """
    with name_scope(name, "rgb_to_grayscale", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        gray = tensordot(convert_image_dtype(images, dt.float32), _LUMA, [-1, -1])
        return convert_image_dtype(expand_dims(gray, -1), images.dtype, name=scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """RGB images that are grey.

    Args:
      images: [..., 1].
      name: the op's name.

    Returns:
      [..., 3], of the same dtype.

    Raises:
      ValueError: there is more than one channel.

    >>> run(grayscale_to_rgb(tf.constant([[0.5]])))
    array([[0.5, 0.5, 0.5]], dtype=float32)
    """
    with name_scope(name, "grayscale_to_rgb", [images]) as scope:
        images = with_dependencies(_check_gray(images), images)
        images = convert_to_tensor(images, name="images")
        others = expand_dims(rank(images) - 1, 0)
        multiples = concat([ones(others, dtype=dt.int32), expand_dims(3, 0)], 0)
        rgb = tile(images, multiples, name=scope)
        rgb.set_shape(images.shape[:-1].concatenate([3]))
        return rgb


def _check_gray(image: Any) -> list[Any]:
    known = image.get_shape()
    try:
        known = known.with_rank(2) if known.ndims is None else known.with_rank_at_least(2)
    except ValueError:
        raise refusal("A grayscale image must be at least two-dimensional.") from None
    line = "Last dimension of a grayscale image should be size 1."
    if known.is_fully_defined():
        if known[-1] != 1:
            raise refusal(line)
        return []
    message = "A grayscale image must be at least two-dimensional."
    return [assert_equal(shape(image)[-1], 1, message=line), assert_greater_equal(rank(image), 3, message=message)]


def _linear(images: Any, matrix: list[list[float]]) -> Tensor:
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(matrix, dtype=images.dtype, name="kernel")
    return tensordot(images, kernel, axes=[[images.shape.ndims - 1], [0]])


def rgb_to_yiq(images: Any) -> Tensor:
    """Colours in YIQ, as analogue NTSC television had them.

    Args:
      images: [..., 3], of floats in [0, 1].

    >>> run(rgb_to_yiq([[1.0, 0.0, 0.0]]))
    array([[0.299   , 0.595901, 0.2115  ]], dtype=float32)
    """
    return _linear(images, _RGB_TO_YIQ)


def yiq_to_rgb(images: Any) -> Tensor:
    """The inverse of `rgb_to_yiq`.

    >>> run(yiq_to_rgb([[0.5, 0.0, 0.0]]))
    array([[0.5, 0.5, 0.5]], dtype=float32)
    """
    return _linear(images, _YIQ_TO_RGB)


def rgb_to_yuv(images: Any) -> Tensor:
    """Colours in YUV: brightness and two differences of colour.

    Args:
      images: [..., 3], of floats in [0, 1].

    >>> run(rgb_to_yuv([[1.0, 0.0, 0.0]]))
    array([[ 0.299   , -0.147141,  0.614975]], dtype=float32)
    """
    return _linear(images, _RGB_TO_YUV)


def yuv_to_rgb(images: Any) -> Tensor:
    """The inverse of `rgb_to_yuv`.

    >>> run(yuv_to_rgb([[0.5, 0.0, 0.0]]))
    array([[0.5, 0.5, 0.5]], dtype=float32)
    """
    return _linear(images, _YUV_TO_RGB)
