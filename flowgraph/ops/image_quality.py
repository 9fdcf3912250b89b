"""How alike two images are (PSNR, SSIM), how rough one is, and where its edges are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import relu
from flowgraph.ops.array import identity, shape, shape_n, size, zeros
from flowgraph.ops.assertion import Assert
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, greater_equal, not_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.constant import constant
from flowgraph.ops.depthwise import depthwise_conv2d
from flowgraph.ops.image_color import convert_image_dtype
from flowgraph.ops.joining import concat, stack, unstack
from flowgraph.ops.math import pow as pow_op
from flowgraph.ops.math import squared_difference, subtract
from flowgraph.ops.padding import pad
from flowgraph.ops.pool import avg_pool
from flowgraph.ops.range import range as range_op
from flowgraph.ops.reduction import reduce_all, reduce_any, reduce_mean, reduce_prod, reduce_sum
from flowgraph.ops.reshape import reshape
from flowgraph.ops.shaping import expand_dims, tile
from flowgraph.ops.softmax import softmax
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log, square

_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def total_variation(images: Any, name: str | None = None) -> Tensor:
    """How rough images are: the sum of the differences of neighbouring pixels, without their signs.

    Args:
      images: [rows, columns, channels], or [batch, rows, columns, channels].
      name: the scope of the ops.

    Returns:
      A scalar, or [batch].

    Raises:
      ValueError: `images` has another number of axes.

    >>> run(total_variation(tf.constant([[[1.0], [3.0]], [[2.0], [2.0]]])))
    4.0
    """
    with name_scope(name, "total_variation"):
        if images.shape.ndims == 3:
            down = images[1:, :, :] - images[:-1, :, :]
            right = images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif images.shape.ndims == 4:
            down = images[:, 1:, :, :] - images[:, :-1, :, :]
            right = images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise refusal("'images' must be either 3 or 4-dimensional.")
        return reduce_sum(abs_op(down), axis=axes) + reduce_sum(abs_op(right), axis=axes)


def _compatible(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor, list[Any]]:
    """The shapes of two (batches of) images, and checks of what is not known of them yet.

    Raises:
      ValueError: they do not fit each other.
    """
    known_a, known_b = a.shape.with_rank_at_least(3), b.shape.with_rank_at_least(3)
    known_a[-3:].assert_is_compatible_with(known_b[-3:])
    if known_a.ndims is not None and known_b.ndims is not None:
        pairs = zip(reversed(list(known_a)[:-3]), reversed(list(known_b)[:-3]), strict=False)
        if not all(x == 1 or y == 1 or x.is_compatible_with(y) for x, y in pairs):
            raise refusal(f"Two images are not compatible: {known_a} and {known_b}")
    shape_a, shape_b = shape_n([a, b])
    checks = [Assert(greater_equal(size(shape_a), 3), [shape_a, shape_b], summarize=10)]
    same = reduce_all(equal(shape_a[-3:], shape_b[-3:]))
    checks.append(Assert(same, [shape_a, shape_b], summarize=10))
    return shape_a, shape_b, checks


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of two images, in decibels: 20 log10(max_val) - 10 log10(mean squared error).

    Args:
      a, b: [..., rows, columns, channels].
      max_val: how far apart the lowest and the highest possible pixel are.
      name: the scope of the ops.

    Returns:
      A float32 for each pair of images.

    >>> round(run(psnr(tf.zeros([1, 2, 1]), tf.fill([1, 2, 1], 0.1), max_val=1.0)), 3)
    20.0
    """
    with name_scope(name, "PSNR", [a, b]):
        max_val = convert_image_dtype(cast(max_val, a.dtype), dt.float32)
        a = convert_image_dtype(a, dt.float32)
        b = convert_image_dtype(b, dt.float32)
        error = reduce_mean(squared_difference(a, b), [-3, -2, -1])
        ratio = subtract(20 * log(max_val) / log(10.0), np.float32(10 / np.log(10)) * log(error), name="psnr")
        _, _, checks = _compatible(a, b)
        with control_dependencies(checks):
            return identity(ratio)


def _gauss(width: Any, sigma: Any) -> Tensor:
    """A Gaussian window of width x width that sums to 1: [width, width, 1, 1]."""
    width = convert_to_tensor(width, dt.int32)
    sigma = convert_to_tensor(sigma)
    places = cast(range_op(width), sigma.dtype)
    places = places - cast(width - 1, sigma.dtype) / 2.0
    g = square(places)
    g = g * (-0.5 / square(sigma))
    g = reshape(g, [1, -1]) + reshape(g, [-1, 1])
    g = softmax(reshape(g, [1, -1]))
    return reshape(g, [width, width, 1, 1])


def _similarity(x: Tensor, y: Tensor, blur: Callable[[Tensor], Tensor], max_val: Any, k1: Any, k2: Any) -> Any:
    """Luminance, and contrast and structure, where two images are seen through a window."""
    c1 = (k1 * max_val) ** 2
    c2 = (k2 * max_val) ** 2
    mean_x, mean_y = blur(x), blur(y)
    product = mean_x * mean_y * 2.0
    squares = square(mean_x) + square(mean_y)
    luminance = (product + c1) / (squares + c1)
    both = blur(x * y) * 2.0
    each = blur(square(x) + square(y))
    c2 = c2 * 1.0  # TF's compensation for the window's size, which it leaves at 1
    return luminance, (both - product + c2) / (each - squares + c2)


def _by_channel(
    a: Tensor, b: Tensor, max_val: Any, filter_size: int, filter_sigma: float, k1: float, k2: float
) -> tuple[Tensor, Tensor]:
    """SSIM, and its part of contrast and structure, for each channel: both [..., channels]."""
    width = constant(filter_size, dtype=dt.int32)
    sigma = constant(filter_sigma, dtype=a.dtype)
    shape_a, shape_b = shape_n([a, b])
    checks = [
        Assert(reduce_all(greater_equal(sizes[-3:-1], width)), [sizes, width], summarize=8)
        for sizes in (shape_a, shape_b)
    ]
    with control_dependencies(checks):
        a = identity(a)
    window = tile(_gauss(width, sigma), [1, 1, shape_a[-1], 1])

    def blur(x: Tensor) -> Tensor:
        sizes = shape(x)
        flat = reshape(x, concat([[-1], sizes[-3:]], 0))
        y = depthwise_conv2d(flat, window, [1, 1, 1, 1], "VALID")
        return reshape(y, concat([sizes[:-3], shape(y)[1:]], 0))

    luminance, structure = _similarity(a, b, blur, max_val, k1, k2)
    axes = constant([-3, -2], dtype=dt.int32)
    whole = reduce_mean(luminance * structure, axes)
    return whole, reduce_mean(structure, axes)


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity of two images: 1 where they are the same.

    Args:
      img1, img2: [..., rows, columns, channels].
      max_val: how far apart the lowest and the highest possible pixel are.
      filter_size, filter_sigma: the Gaussian window through which they are compared.
      k1, k2: keep the divisors away from 0.

    Returns:
      A float32 for each pair of images.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment" (2004).

    >>> image = tf.random_uniform([16, 16, 1], seed=1)
    >>> round(run(ssim(image, tf.identity(image), max_val=1.0)), 4)
    1.0
    """
    _, _, checks = _compatible(img1, img2)
    with control_dependencies(checks):
        img1 = identity(img1)
    max_val = convert_image_dtype(cast(max_val, img1.dtype), dt.float32)
    a = convert_image_dtype(img1, dt.float32)
    b = convert_image_dtype(img2, dt.float32)
    whole, _ = _by_channel(a, b, max_val, filter_size, filter_sigma, k1, k2)
    return reduce_mean(whole, [-1])


def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = _SCALE_WEIGHTS,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity of two images at several scales, each half as large as the one before.

    Args:
      img1, img2: [..., rows, columns, channels], large enough for the window at the smallest scale.
      power_factors: the weight of each scale.
      The others are those of `ssim`.

    Returns:
      A float32 for each pair of images.

    Source: Wang, Simoncelli and Bovik, "Multi-scale structural similarity for image quality assessment" (2003).

    >>> image = tf.random_uniform([32, 32, 1], seed=1)
    >>> round(run(ssim_multiscale(image, tf.identity(image), 1.0, power_factors=[0.5, 0.5])), 4)
    1.0
    """
    with name_scope(None, "MS-SSIM", [img1, img2]):
        img1 = convert_to_tensor(img1, name="img1")
        img2 = convert_to_tensor(img2, name="img2")
        shape_a, shape_b, checks = _compatible(img1, img2)
        with control_dependencies(checks):
            img1 = identity(img1)
        max_val = convert_image_dtype(cast(max_val, img1.dtype), dt.float32)
        images = [convert_image_dtype(img1, dt.float32), convert_image_dtype(img2, dt.float32)]
        heads = [sizes[:-3] for sizes in (shape_a, shape_b)]
        tails = [sizes[-3:] for sizes in (shape_a, shape_b)]
        halves = constant([2, 2, 1], dtype=dt.int32)
        parts = []
        whole: Any = None
        for number in range(len(power_factors)):
            with name_scope(None, f"Scale{number}", images):
                if number:
                    images, tails = _halved(images, heads, tails, halves)
                whole, structure = _by_channel(images[0], images[1], max_val, filter_size, filter_sigma, k1, k2)
                parts.append(relu(structure))
        parts[-1:] = [relu(whole)]  # of the smallest scale all counts, of the others only contrast and structure
        weighted = pow_op(stack(parts, axis=-1), power_factors)
        return reduce_mean(reduce_prod(weighted, [-1]), [-1])


def _halved(
    images: list[Tensor], heads: list[Tensor], tails: list[Tensor], halves: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """Images half as large, and the sizes of their last three axes; what is odd is padded first."""
    flat = [reshape(x, concat([[-1], tail], 0)) for x, tail in zip(images, tails, strict=True)]
    remainder = tails[0] % halves
    is_odd = reduce_any(not_equal(remainder, 0))

    def padded() -> list[Tensor]:
        cells = pad(expand_dims(remainder, -1), [[1, 0], [1, 0]])
        return [pad(x, cells, mode="SYMMETRIC") for x in flat]

    even = cond(is_odd, padded, lambda: flat)
    small = [avg_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID") for x in even]
    tails = [sizes[1:] for sizes in shape_n(small)]
    return [reshape(x, concat([head, tail], 0)) for x, head, tail in zip(small, heads, tails, strict=True)], tails


def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """The differences of each pixel from the one below and from the one to the right; 0 at the last row and column.

    Args:
      image: [batch, rows, columns, channels].

    Returns:
      (dy, dx), both of the shape of `image`.

    Raises:
      ValueError: `image` has another number of axes.

    >>> dy, dx = image_gradients(tf.reshape([1.0, 3.0, 2.0, 2.0], [1, 2, 2, 1]))
    >>> run(dx)[0, :, :, 0]
    array([[2., 0.],
           [0., 0.]], dtype=float32)
    """
    if image.shape.ndims != 4:
        raise refusal(f"('image_gradients expects a 4D tensor [batch_size, h, w, d], not %s.', {image.shape!r})")
    sizes = shape(image)
    batch, rows, columns, depth = unstack(sizes)
    dy = image[:, 1:, :, :] - image[:, :-1, :, :]
    dx = image[:, :, 1:, :] - image[:, :, :-1, :]
    edge = stack([batch, 1, columns, depth])
    dy = concat([dy, zeros(edge, image.dtype)], 1)
    dy = reshape(dy, sizes)
    edge = stack([batch, rows, 1, depth])
    dx = concat([dx, zeros(edge, image.dtype)], 2)
    return dy, reshape(dx, sizes)


def sobel_edges(image: Any) -> Tensor:
    """How bright and dark change downwards and rightwards at each pixel, by Sobel's filters.

    Args:
      image: [batch, rows, columns, channels], of floats, at least 2 x 2.

    Returns:
      [batch, rows, columns, channels, 2]: (dy, dx).

    >>> run(sobel_edges(tf.reshape(tf.range(9.0), [1, 3, 3, 1])))[0, 1, 1, 0]
    array([24.,  8.], dtype=float32)
    """
    known = image.shape
    sizes = shape(image)
    filters = np.transpose([[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]], (1, 2, 0))
    window = constant(np.expand_dims(filters, -2), dtype=image.dtype)
    window = tile(window, [1, 1, sizes[-1], 1], name="sobel_filters")
    padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = depthwise_conv2d(padded, window, [1, 1, 1, 1], "VALID")
    edges = reshape(edges, concat([sizes, [2]], 0))
    edges.set_shape(known.concatenate([2]))
    return edges
