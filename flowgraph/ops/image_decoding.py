"""tf.image.decode_image and its like: the functions over the ops of `image_files`."""

from __future__ import annotations

import logging
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops import attributes
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import equal, logical_and, not_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.gather import gather
from flowgraph.ops.image_color import convert_image_dtype
from flowgraph.ops.image_files import (
    DECODE_AND_CROP_JPEG,
    DECODE_BMP,
    DECODE_GIF,
    DECODE_JPEG,
    DECODE_PNG,
    ENCODE_JPEG,
    ENCODE_JPEG_VARIABLE_QUALITY,
    ENCODE_PNG,
    EXTRACT_JPEG_SHAPE,
)
from flowgraph.ops.random import random_uniform
from flowgraph.ops.string_parts import substr

_log = logging.getLogger("flowgraph")
_said: list[bool] = []


def _jpeg_attrs(
    channels: Any, ratio: Any, fancy_upscaling: Any, try_recover_truncated: Any, acceptable_fraction: Any, dct: Any
) -> dict[str, Any]:
    """The attributes of the two ops that read JPEG, None being the default."""
    fancy = True if fancy_upscaling is None else attributes.flag("fancy_upscaling", fancy_upscaling)
    if not fancy and not _said:
        _said.append(True)
        _log.warning("fancy_upscaling=False: Pillow smooths colours anyway; pixels differ from TensorFlow's.")
    recover = False if try_recover_truncated is None else try_recover_truncated
    fraction = 1.0 if acceptable_fraction is None else acceptable_fraction
    return {
        "channels": attributes.whole("channels", channels or 0),
        "ratio": attributes.whole("ratio", 1 if ratio is None else ratio),
        "fancy_upscaling": fancy,
        "try_recover_truncated": attributes.flag("try_recover_truncated", recover),
        "acceptable_fraction": attributes.real("acceptable_fraction", fraction),
        "dct_method": attributes.text("dct_method", dct or ""),
    }


def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """The pixels of a JPEG file; a PNG, or a GIF of one frame, is read as well.

    Pillow reads it, in JPEG's accurate way. With `dct_method="INTEGER_ACCURATE"` the pixels are TF's own; by default TF
    takes a faster way, which leads to pixels that are up to four steps of 255 off.

    Args:
      contents: a scalar string: the file.
      channels: 0: those that it has; 1: gray; 3: colours.
      ratio: 1, 2, 4 or 8: how many times smaller the picture becomes.
      fancy_upscaling: whether colours are smoothed where the file has fewer of them than pixels; here they always are.
      try_recover_truncated: whether to read a file that is cut off; what is missing then is gray here.
      acceptable_fraction: the part of the rows that such a file must have; TF reads every one that it recovers.
      dct_method: "INTEGER_FAST", "INTEGER_ACCURATE" or "": a hint; here it is always done the accurate way.
      name: the op's name.

    Returns:
      A uint8 [rows, columns, channels].

    Raises:
      InvalidArgumentError: (when run) it is no such file, or it is damaged.
      ImportError: (when run) Pillow is not installed.

    >>> run(decode_jpeg(encode_jpeg(tf.fill([16, 16, 3], tf.constant(90, tf.uint8)))))[0, 0]
    array([90, 90, 90], dtype=uint8)
    """
    attrs = _jpeg_attrs(channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method)
    return emit(DECODE_JPEG, contents, name=name, **attrs)


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """A part of the pixels of a JPEG file.

    It is cut out of the whole picture. TF's last column can be a little off from that, in files with fewer colours than
    pixels, for it does not look at the colours beside it.

    Args:
      contents: a scalar string: the file.
      crop_window: four int32: the first row and column, and how many rows and columns.
      channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method: as for `decode_jpeg`.
      name: the op's name.

    Returns:
      A uint8 [rows, columns, channels].

    Raises:
      InvalidArgumentError: (when run) it is no such file, is damaged, or does not have that part.

    >>> picture = encode_jpeg(tf.zeros([16, 16, 3], tf.uint8))
    >>> decode_and_crop_jpeg(picture, [2, 3, 4, 5], channels=1).shape
    TensorShape([Dimension(4), Dimension(5), Dimension(1)])
    """
    attrs = _jpeg_attrs(channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method)
    return emit(DECODE_AND_CROP_JPEG, contents, crop_window, name=name, **attrs)


def decode_png(contents: Any, channels: int = 0, dtype: Any = dt.uint8, name: str | None = None) -> Tensor:
    """The pixels of a PNG file; a JPEG, or a GIF of one frame, is read as well.

    Args:
      contents: a scalar string: the file.
      channels: 0: those that it has; 1: gray; 3: colours; 4: colours and alpha.
      dtype: uint8, or uint16 for all that is in files of 16 bits.
      name: the op's name.

    Returns:
      A [rows, columns, channels] of that dtype.

    Raises:
      InvalidArgumentError: (when run) it is no such file, or it is damaged.
      ImportError: (when run) Pillow is not installed.

    >>> run(decode_png(encode_png([[[1, 2, 3]]]), channels=4))
    array([[[  1,   2,   3, 255]]], dtype=uint8)
    """
    channels = attributes.whole("channels", channels or 0)
    return emit(DECODE_PNG, contents, channels=channels, dtype=dtype, name=name)


def decode_gif(contents: Any, name: str | None = None) -> Tensor:
    """The frames of a GIF file; a JPEG or PNG is read as a film of one frame.

    A frame that covers a part of the picture has the frame before it around it; transparent colours are not looked at.

    Args:
      contents: a scalar string: the file.
      name: the op's name.

    Returns:
      A uint8 [frames, rows, columns, 3].

    Raises:
      InvalidArgumentError: (when run) it is no such file, or it is damaged.
      ImportError: (when run) Pillow is not installed.

    >>> run(decode_gif(encode_png([[[1, 2, 3]]])))
    array([[[[1, 2, 3]]]], dtype=uint8)
    """
    return emit(DECODE_GIF, contents, name=name)


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Tensor:
    """The pixels of a BMP file of 8, 24 or 32 bits a pixel; a palette is not looked at.

    Args:
      contents: a scalar string: the file.
      channels: how many the file has to have: 1, 3 or 4; 0: any.
      name: the op's name.

    Returns:
      A uint8 [rows, columns, channels].

    Raises:
      InvalidArgumentError: (when run) it is no such file, or it is damaged.
    """
    return emit(DECODE_BMP, contents, channels=attributes.whole("channels", channels or 0), name=name)


def extract_jpeg_shape(contents: Any, output_type: Any = dt.int32, name: str | None = None) -> Tensor:
    """The rows, columns and channels of a JPEG file, of which nothing but the header is read.

    Args:
      contents: a scalar string: the file.
      output_type: int32 or int64.
      name: the op's name.

    Raises:
      InvalidArgumentError: (when run) it is no such file.

    >>> run(extract_jpeg_shape(encode_jpeg(tf.zeros([3, 5, 1], tf.uint8))))
    array([3, 5, 1], dtype=int32)
    """
    return emit(EXTRACT_JPEG_SHAPE, contents, output_type=output_type, name=name)


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Tensor:
    r"""A PNG file.

    Args:
      image: [rows, columns, channels] of uint8 or uint16, with 1 channel (gray), 2 (with alpha), 3 (colours) or 4.
      compression: 0 to 9: how hard to try to make it small; -1: as hard as is usual.
      name: the op's name.

    Returns:
      A scalar string.

    Raises:
      InvalidArgumentError: (when run) another number of channels, or another compression.

    >>> run(encode_png([[[0]]]))[:4]
    b'\x89PNG'
    """
    compression = attributes.whole("compression", -1 if compression is None else compression)
    return emit(ENCODE_PNG, image, compression=compression, name=name)


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Tensor:
    r"""A JPEG file, written by Pillow.

    Args:
      image: uint8 [rows, columns, channels], with 1 channel (gray) or 3 (colours).
      format: "grayscale" or "rgb", which then the image must be; "": what it is.
      quality: 0 to 100.
      progressive: whether it is to become sharper while it loads.
      optimize_size: whether to spend time on a smaller file.
      chroma_downsampling: whether colours are kept at half the resolution.
      density_unit: "in" or "cm": in what the next two count.
      x_density, y_density: how many pixels are in it.
      xmp_metadata: a description in Adobe's format.
      name: the op's name.

    Returns:
      A scalar string.

    Raises:
      InvalidArgumentError: (when run) another number of channels, or another quality.
      ImportError: (when run) Pillow is not installed.

    >>> run(encode_jpeg(tf.zeros([4, 4, 3], tf.uint8)))[:3]
    b'\xff\xd8\xff'
    """
    attrs = {
        "format": attributes.choice("format", format or "", ("", "grayscale", "rgb"), "EncodeJpeg"),
        "quality": attributes.whole("quality", 95 if quality is None else quality),
        "progressive": attributes.flag("progressive", bool(progressive)),
        "optimize_size": attributes.flag("optimize_size", bool(optimize_size)),
        "chroma_downsampling": True if chroma_downsampling is None else chroma_downsampling,
        "density_unit": attributes.choice("density_unit", density_unit or "in", ("in", "cm"), "EncodeJpeg"),
        "x_density": attributes.whole("x_density", 300 if x_density is None else x_density),
        "y_density": attributes.whole("y_density", 300 if y_density is None else y_density),
        "xmp_metadata": attributes.text("xmp_metadata", xmp_metadata or ""),
    }
    return emit(ENCODE_JPEG, image, name=name, **attrs)


# -- what a file is ----------------------------------------------------------------------------------------


def is_jpeg(contents: Any, name: str | None = None) -> Tensor:
    """Whether a string begins as a JPEG file does.

    Args:
      contents: a scalar string.
      name: the name of the result, and of the scope.

    >>> run(is_jpeg("GIF89a"))
    False
    """
    with name_scope(name, "is_jpeg"):
        return equal(substr(contents, 0, 3), b"\xff\xd8\xff", name=name)


def _is_png(contents: Any) -> Tensor:
    with name_scope(None, "is_png"):
        return equal(substr(contents, 0, 3), b"\x89PN")


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = dt.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The pixels of a JPEG, PNG, GIF or BMP file: a branch for each, of which the one that suits the file is run.

    Args:
      contents: a scalar string: the file.
      channels: None or 0: those that it has; 1: gray; 3: colours; 4: colours and alpha.
      dtype: what the pixels become, by `convert_image_dtype`.
      name: the scope of the ops.
      expand_animations: whether a GIF gives all its frames: [frames, rows, columns, 3]. Otherwise it gives the first.

    Returns:
      [rows, columns, channels] but for a GIF; the static shape is not known.

    Raises:
      ValueError: another number of channels.
      InvalidArgumentError: (when run) it is none of those files, it is damaged, or it has no such channels.
      ImportError: (when run) Pillow is not installed.

    >>> run(decode_image(encode_png([[[255, 0, 51]]]), dtype=tf.float32))
    array([[[1. , 0. , 0.2]]], dtype=float32)
    """
    with name_scope(name, "decode_image"):
        if channels not in (None, 0, 1, 3, 4):
            raise refusal("channels must be in (None, 0, 1, 3, 4)")
        start = substr(contents, 0, 3)
        dtype = as_dtype(dtype)

        def jpeg() -> Tensor:
            good = not_equal(channels or 0, 4, name="check_jpeg_channels")
            check = Assert(good, ["Channels must be in (None, 0, 1, 3) when decoding JPEG images"])
            with control_dependencies([check]):
                return convert_image_dtype(decode_jpeg(contents, channels or 0), dtype)

        def png() -> Tensor:
            read_as = dt.uint8 if dtype is dt.uint8 else dt.uint16
            return convert_image_dtype(decode_png(contents, channels or 0, dtype=read_as), dtype)

        def gif() -> Tensor:
            good = logical_and(
                not_equal(channels or 0, 1, name="check_gif_channels"),
                not_equal(channels or 0, 4, name="check_gif_channels"),
            )
            check = Assert(good, ["Channels must be in (None, 0, 3) when decoding GIF images"])
            with control_dependencies([check]):
                film = convert_image_dtype(decode_gif(contents), dtype)
                return film if expand_animations else gather(film, 0)

        def bmp() -> Tensor:
            is_bmp = equal(substr(contents, 0, 2), "BM", name="is_bmp")
            readable = Assert(is_bmp, ["Unable to decode bytes as JPEG, PNG, GIF, or BMP"])
            good = not_equal(channels or 0, 1, name="check_channels")
            check = Assert(good, ["Channels must be in (None, 0, 3) when decoding BMP images"])
            with control_dependencies([readable, check]):
                return convert_image_dtype(decode_bmp(contents), dtype)

        def gif_or_bmp() -> Tensor:
            return cond(equal(start, b"GIF", name="is_gif"), gif, bmp, name="cond_gif")

        def png_or_other() -> Tensor:
            return cond(_is_png(contents), png, gif_or_bmp, name="cond_png")

        return cond(is_jpeg(contents), jpeg, png_or_other, name="cond_jpeg")


# -- what JPEG does to a picture ---------------------------------------------------------------------------


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, name: str | None = None) -> Tensor:
    """A picture as it looks after it was a JPEG file.

    Args:
      image: [rows, columns, 1 or 3], of any dtype that `convert_image_dtype` takes.
      jpeg_quality: 0 to 100: a number or an int32 scalar.
      name: the scope of the ops.

    Returns:
      The same dtype; the static shape is not known.

    >>> run(adjust_jpeg_quality(tf.fill([8, 8, 3], 0.2), 90))[0, 0]
    array([0.2, 0.2, 0.2], dtype=float32)
    """
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        original = image.dtype
        image = convert_image_dtype(image, dt.uint8)
        if not isinstance(jpeg_quality, Tensor):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtype=dt.int32)
        file = emit(ENCODE_JPEG_VARIABLE_QUALITY, image, jpeg_quality)
        return convert_image_dtype(decode_jpeg(file), original)


def random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None) -> Tensor:
    """As `adjust_jpeg_quality`, with a random quality.

    Args:
      image: [rows, columns, 1 or 3].
      min_jpeg_quality, max_jpeg_quality: the least quality, and the one that is just not reached.
      seed: the op's seed.

    Raises:
      ValueError: they are not between 0 and 100, or the least is not the lesser.
    """
    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise refusal("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise refusal("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype=dt.int32)
    return adjust_jpeg_quality(image, quality)
