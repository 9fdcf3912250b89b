"""Glimpses: windows on images, each at a place of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph.ir.cases import FLOAT, INTS, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, Effect, OpDef
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.attributes import flag
from flowgraph.ops.conv import four_axes
from flowgraph.ops.crop_boxes import demand_rank
from flowgraph.ops.reshape import shape_argument
from flowgraph.sizes import Sizes, to_text


def _sizes(x: Any, size: Any, offsets: Any, *, uniform_noise: bool, noise: str, **_: Any) -> Sizes:
    batch, _rows, _columns, channels = four_axes(x)
    demand_rank(offsets, 2)
    count, pair = (None, None) if offsets.sizes is None else offsets.sizes
    if None not in (batch, count) and batch != count:
        raise ValueError(f"Dimensions must be equal, but are {batch} and {count}")
    if pair not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {pair}")
    if uniform_noise and noise != "uniform":
        raise ValueError("The uniform_noise and noise should not be specified at the same time")
    demand_rank(size, 1)
    if size.sizes is not None and size.sizes[0] not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {size.sizes[0]}")
    rows, columns = shape_argument(size) or (None, None)
    return (count if batch is None else batch, rows, columns, channels)


def _check(x: Any, size: Any, offsets: Any, noise: str) -> None:
    if noise not in ("uniform", "gaussian", "zero"):
        raise invalid(f"The noise could only be uniform, gaussian, or zero, got{noise}")
    if x.ndim != 4:
        raise invalid(f"input must be 4-dimensional (batch_size, height, width, depth){to_text(x.shape)}")
    if size.shape != (2,):
        raise invalid(f"input must be a vector of size 2 (height, width){to_text(size.shape)}")
    if size.min() < 0:
        raise invalid(f"a glimpse cannot have {size[0]} rows and {size[1]} columns")
    if offsets.ndim != 2:
        raise invalid(f"input must be a matrix{to_text(offsets.shape)}")
    if len(offsets) != len(x):
        raise invalid(f"first dimension should be batch{to_text(offsets.shape)}")
    if offsets.shape[1] != 2:
        raise invalid(f"second dimension should be of size 2 (y,x){to_text(offsets.shape)}")


def _glimpses(
    ctx: Any, x: Any, size: Any, offsets: Any, *, centered: bool, normalized: bool, uniform_noise: bool, noise: str
) -> Any:
    noise = "uniform" if uniform_noise else noise
    _check(x, size, offsets, noise)
    seed, seed2, used = ctx.draw(0, 0, 1)
    rng = np.random.default_rng([seed & (2**64 - 1), seed2 & (2**64 - 1), used])
    image_size, window = np.array(x.shape[1:3], np.float32), np.array(size, np.float32)
    places = offsets * image_size if normalized else offsets
    if centered:
        places = places / 2 + image_size / 2
    corners = (places - window / 2).astype(np.int64)
    made = np.empty((len(x), int(size[0]), int(size[1]), x.shape[3]), np.float32)
    for image, glimpse, corner in zip(x, made, corners, strict=True):
        _glimpse(image, glimpse, corner, noise, rng)
    return made


def _glimpse(image: Any, glimpse: Any, corner: Any, noise: str, rng: np.random.Generator) -> None:
    begin, end = np.maximum(corner, 0), np.minimum(corner + glimpse.shape[:2], image.shape[:2])
    if (begin > corner).any() or (end < corner + glimpse.shape[:2]).any():
        glimpse[:] = _noise(image, glimpse.shape, noise, rng)
    if (begin < end).all():
        seen = tuple(slice(a, b) for a, b in zip(begin - corner, end - corner, strict=True))
        glimpse[seen] = image[begin[0] : end[0], begin[1] : end[1]]


def _noise(image: Any, shape: tuple[int, ...], noise: str, rng: np.random.Generator) -> Any:
    """Zeros, or random numbers in the image's range: even ones, or those of its channels' normal distributions."""
    if noise == "zero" or not image.size:
        return 0
    low, high = image.min(), image.max()
    if noise == "uniform":
        return low + rng.random(shape, np.float32) * (high - low)
    numbers = rng.standard_normal(shape, np.float32) * image.std((0, 1)) + image.mean((0, 1))
    return np.clip(numbers, low, high)


EXTRACT_GLIMPSE = OpDef(
    "ExtractGlimpse(input: float32, size: int32, offsets: float32) -> glimpse: float32",
    attrs={"centered": True, "normalized": True, "uniform_noise": True, "noise": "uniform"},
    infer=_sizes,
    effect=Effect.RANDOM,
    forward=_glimpses,
    gradient=NO_GRADIENT,
    cases=[
        case(FLOAT(2, 5, 6, 2), INTS(2, 3), VALUE([[0.2, 0.1], [-0.1, -0.2]])),
        case(FLOAT(2, 5, 6, 2), INTS(7, 3), VALUE([[0.2, 0.1], [3, 4]]), uniform_noise=False, noise="zero"),
        case(FLOAT(1, 5, 6, 2), INTS(7, 3), VALUE([[2.0, 1.0]]), centered=False, normalized=False),
    ],
)


def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Tensor:
    """A window on each image, with noise where it reaches outside.

    Args:
      input: float32 [batch, rows, columns, channels].
      size: int32 [2]: the window's rows and columns.
      offsets: float32 [batch, 2]: the middle of each window, y and x.
      centered: whether offsets count from the middle of the image, -1 and 1 (if normalized) being its edges; else from
        its upper left corner.
      normalized: whether offsets are in sizes of the image, else in pixels (halves of these, if centered).
      uniform_noise: has no effect, as in TF 1.15: the noise is always uniform in the image's range.
      name: the op's name.

    >>> image = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    >>> run(extract_glimpse(image, [2, 2], [[0.0, 0.5]]))[0, :, :, 0]
    array([[ 6.,  7.],
           [10., 11.]], dtype=float32)
    """
    attrs: dict[str, Any] = {
        "centered": flag("centered", centered),
        "normalized": flag("normalized", normalized),
        "uniform_noise": flag("uniform_noise", uniform_noise),
    }
    return emit(EXTRACT_GLIMPSE, input, size, offsets, name=name, **attrs)
