"""Picture files as tensors and back: JPEG, PNG, GIF and BMP (through Pillow, but for BMP)."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType
from flowgraph.ir.cases import VALUE, case
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.kernels import bmp, gif, jpeg, png
from flowgraph.kernels.pillow import Damaged
from flowgraph.sizes import to_text

_JPEG, _PNG, _GIF = "JPEG", "PNG", "GIF"
_BEGINNINGS = {_JPEG: b"\xff\xd8\xff", _PNG: png.SIGNATURE, _GIF: b"GIF8"}


def demand_rank(tensor: Any, rank: int) -> None:
    """Refuse, within a shape rule, a tensor that is known to have another number of axes."""
    if tensor.sizes is not None and len(tensor.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.sizes)}")


# -- reading -----------------------------------------------------------------------------------------------


def _bytes_of(contents: Any) -> bytes:
    if np.ndim(contents):
        raise invalid(f"contents must be scalar, got shape {to_text(np.shape(contents))}")
    data: bytes = np.asarray(contents).item()
    return data


def _picture_sizes(contents: Any, *, channels: int = 0, **_attrs: Any) -> tuple[int | None, ...]:
    demand_rank(contents, 0)
    if channels < 0:
        raise ValueError(f"channels must be non-negative, got {channels}")
    return (None, None, channels or None)


def _escaped(data: bytes) -> str:
    """Bytes as C writes them."""
    short = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(short.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in data)


def _format(data: bytes) -> str:
    for name, beginning in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    found = f"unknown format starting with '{_escaped(data[:16])}'" if data else "empty file"
    raise invalid(f"Expected image (JPEG, PNG, or GIF), got {found}")


def _checked(channels: int, ratio: int = 1, dct_method: str = "") -> None:
    if channels not in (0, 1, 3, 4):
        raise invalid(f"channels must be 0, 1, 3, or 4, got {channels}")
    if ratio not in (1, 2, 4, 8):
        raise invalid(f"ratio must be 1, 2, 4, or 8, got {ratio}")
    if dct_method not in {"", "INTEGER_FAST", "INTEGER_ACCURATE"}:
        raise invalid("dct_method must be one of {'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}")


def _pixels(data: bytes, channels: int = 0, wide: bool = False, window: Any = None, **how: Any) -> np.ndarray:
    """The pixels of a file of any of the three formats: of a GIF [frames, rows, columns, 3], else without frames."""
    kind = _format(data)
    if kind != _PNG and wide:
        raise invalid(f"{kind} does not support uint16 output")
    try:
        if kind == _PNG:
            return png.decode(data, channels, wide)
        if kind == _GIF:
            if channels not in (0, 3):
                raise invalid(f"channels must be 0 or 3 for GIF, got {channels}")
            return gif.decode(data)
        if channels == 4:
            raise invalid("channels must be 0, 1, or 3 for JPEG, got 4")
        return _cropped(jpeg.decode(data, channels, **how), window)
    except Damaged as error:
        raise invalid(_complaint(kind, data, error)) from None


def _complaint(kind: str, data: bytes, error: Damaged) -> str:
    """TF's words for a damaged file."""
    if kind == _GIF:
        return f"Invalid GIF data (size {len(data)}), {error}"
    if kind == _JPEG:
        return f"Invalid JPEG data or crop window, data size {len(data)}"
    if isinstance(error, png.BadHeader):
        return f"Invalid PNG header, data size {len(data)}"
    return str(error) if str(error).startswith("PNG size") else f"Invalid PNG data, size {len(data)}"


def _cropped(pixels: np.ndarray, window: Any) -> np.ndarray:
    if window is None:
        return pixels
    top, left, rows, columns = (int(size) for size in window)
    if min(top, left) < 0 or min(rows, columns) <= 0 or top + rows > len(pixels) or left + columns > pixels.shape[1]:
        raise Damaged("crop window")
    return np.ascontiguousarray(pixels[top : top + rows, left : left + columns])


def _one_picture(pixels: np.ndarray) -> np.ndarray:
    """Without the axis of frames, where there is but one."""
    if pixels.ndim == 4:
        if len(pixels) != 1:
            line = f"Got {len(pixels)} frames, but animated gifs can only be decoded by tf.image.decode_gif or "
            raise invalid(line + "tf.image.decode_image")
        return pixels[0]
    return pixels


def _decode_jpeg(
    _xp: Any, contents: Any, window: Any = None, *, channels: int, ratio: int, try_recover_truncated: bool,
    dct_method: str, **_fine: Any,
) -> np.ndarray:  # fmt: skip
    _checked(channels, ratio, dct_method)
    data = _bytes_of(contents)
    return _one_picture(_pixels(data, channels, window=window, ratio=ratio, recover=try_recover_truncated))


def _decode_and_crop(_xp: Any, contents: Any, window: Any, **attrs: Any) -> np.ndarray:
    if np.ndim(window) != 1:
        raise invalid(f"crop_window must be 1-D, got shape {to_text(np.shape(window))}")
    if len(window) != 4:
        raise invalid(f"crop_size must have four elements {to_text(np.shape(window))}")
    return _decode_jpeg(np, contents, window, **attrs)


def _crop_sizes(contents: Any, window: Any, *, channels: int, **_attrs: Any) -> tuple[int | None, ...]:
    _picture_sizes(contents, channels=channels)
    demand_rank(window, 1)
    if window.sizes is not None and window.sizes[0] not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {window.sizes[0]}")
    place = window.constant()
    rows, columns = (None, None) if place is None else (int(size) for size in place[2:])
    return (rows, columns, channels or None)


_JPEG_ATTRS = {
    "channels": 0, "ratio": 1, "fancy_upscaling": True, "try_recover_truncated": False, "acceptable_fraction": 1.0,
    "dct_method": "",
}  # fmt: skip
_RAMP = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
_PICTURE = png.encode(_RAMP)

DECODE_JPEG = OpDef(
    "DecodeJpeg(contents: string) -> image: uint8",
    attrs=_JPEG_ATTRS,
    infer=_picture_sizes,
    forward=_decode_jpeg,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(VALUE(_PICTURE, dt.string), channels=1)],
)

DECODE_AND_CROP_JPEG = OpDef(
    "DecodeAndCropJpeg(contents: string, crop_window: int32) -> image: uint8",
    attrs=_JPEG_ATTRS,
    infer=_crop_sizes,
    forward=_decode_and_crop,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(VALUE(_PICTURE, dt.string), VALUE([0, 0, 2, 4], dt.int32), channels=3)],
)


def _decode_png(_xp: Any, contents: Any, *, channels: int, dtype: DType) -> np.ndarray:
    _checked(channels)
    return _one_picture(_pixels(_bytes_of(contents), channels, dtype is dt.uint16))


DECODE_PNG = OpDef(
    "DecodePng(contents: string) -> image: dtype",
    attrs={"channels": 0, "dtype": TypeAttr((dt.uint8, dt.uint16), dt.uint8)},
    infer=_picture_sizes,
    forward=_decode_png,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(VALUE(_PICTURE, dt.string)),
        case(VALUE(_PICTURE, dt.string), channels=4, dtype=dt.uint16),
    ],
)


def _film_sizes(contents: Any) -> tuple[int | None, ...]:
    demand_rank(contents, 0)
    return (None, None, None, 3)


def _decode_gif(_xp: Any, contents: Any) -> np.ndarray:
    pixels = _pixels(_bytes_of(contents), channels=3)
    return pixels if pixels.ndim == 4 else pixels[None]


DECODE_GIF = OpDef(
    "DecodeGif(contents: string) -> image: uint8",
    infer=_film_sizes,
    forward=_decode_gif,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(VALUE(_PICTURE, dt.string))],
)


def _decode_bmp(_xp: Any, contents: Any, *, channels: int) -> np.ndarray:
    if channels not in (0, 1, 3, 4):
        raise invalid(f"channels must be 0, 1, 3 or 4, got {channels}")
    try:
        return bmp.decode(_bytes_of(contents), channels)
    except Damaged as error:
        raise invalid(str(error)) from None


DECODE_BMP = OpDef(
    "DecodeBmp(contents: string) -> image: uint8",
    attrs={"channels": 0},
    infer=_picture_sizes,
    forward=_decode_bmp,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(
            VALUE(
                b"BM" + bytes([0] * 8 + [32, 0, 0, 0] * 2 + [1, 0, 0, 0] * 2 + [1, 0, 24, 0, 0, 0, 1, 2, 3]), dt.string
            )
        )
    ],
)


def _shape_sizes(contents: Any, **_attrs: Any) -> tuple[int]:
    demand_rank(contents, 0)
    return (3,)


def _jpeg_shape(_xp: Any, contents: Any, *, output_type: DType) -> np.ndarray:
    data = _bytes_of(contents)
    try:
        return np.array(jpeg.shape(data), output_type.np)
    except Damaged:
        raise invalid(f"Invalid JPEG data, size {len(data)}") from None


_JPEG_HEADER = bytes.fromhex("ffd8 ffc0 000b 08 0003 0005 01 011100 ffda 0008 01 0100 003f00")

EXTRACT_JPEG_SHAPE = OpDef(
    "ExtractJpegShape(contents: string) -> image_shape: output_type",
    attrs={"output_type": TypeAttr((dt.int32, dt.int64), dt.int32)},
    infer=_shape_sizes,
    forward=_jpeg_shape,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(_JPEG_HEADER, dt.string)), case(VALUE(_JPEG_HEADER, dt.string), output_type=dt.int64)],
)


# -- writing -----------------------------------------------------------------------------------------------


def _file_sizes(image: Any, **_attrs: Any) -> tuple[()]:
    demand_rank(image, 3)
    return ()


def _encode_png(_xp: Any, image: Any, *, compression: int) -> np.ndarray:
    if not -1 <= compression <= 9:
        raise invalid(f"compression should be in [-1,9], got {compression}")
    if np.ndim(image) != 3:
        raise invalid(f"image must be 3-dimensional{to_text(np.shape(image))}")
    channels = image.shape[2]
    if not 1 <= channels <= 4:
        raise invalid(f"image must have 1, 2, 3, or 4 channels, got {channels}")
    if not image.size:
        raise errors.InternalError(None, None, "PNG encoding failed")
    return np.array(png.encode(image, compression), object)


ENCODE_PNG = OpDef(
    "EncodePng(image: T) -> contents: string",
    attrs={"compression": -1, "T": TypeAttr((dt.uint8, dt.uint16), dt.uint8)},
    infer=_file_sizes,
    forward=_encode_png,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(_RAMP, dt.uint8)), case(VALUE(_RAMP[..., :2], dt.uint16), compression=0)],
)


def _jpeg_file(image: Any, form: str = "", **how: Any) -> np.ndarray:
    if np.ndim(image) != 3:
        raise invalid(f"image must be 3-dimensional{to_text(np.shape(image))}")
    wanted = {"grayscale": 1, "rgb": 3}.get(form)
    if wanted and image.shape[2] != wanted:
        raise invalid(f"format {form} expects {wanted} channels, got {to_text(image.shape)}")
    if image.shape[2] not in (1, 3):
        raise invalid(f"image must have 1 or 3 channels, got {to_text(image.shape)}")
    if not image.size or max(image.shape) > _LONGEST:
        raise errors.InternalError(None, None, "JPEG encoding failed")
    return np.array(jpeg.encode(image, **how), object)


_LONGEST = 65500
"""So many rows or columns at most have room in a JPEG file."""


def _encode_jpeg(
    _xp: Any, image: Any, *, format: str, quality: int, progressive: bool, optimize_size: bool,
    chroma_downsampling: bool, density_unit: str, x_density: int, y_density: int, xmp_metadata: str,
) -> np.ndarray:  # fmt: skip
    if not 0 <= quality <= 100:
        raise invalid(f"quality must be in [0,100], got {quality}")
    density = (density_unit, x_density % 2**16, y_density % 2**16)
    xmp = xmp_metadata.encode()
    return _jpeg_file(image, format, quality=quality, progressive=progressive, optimize=optimize_size,
                      downsample=chroma_downsampling, density=density, xmp=xmp)  # fmt: skip


ENCODE_JPEG = OpDef(
    "EncodeJpeg(image: uint8) -> contents: string",
    attrs={
        "format": "", "quality": 95, "progressive": False, "optimize_size": False, "chroma_downsampling": True,
        "density_unit": "in", "x_density": 300, "y_density": 300, "xmp_metadata": "",
    },
    infer=_file_sizes,
    forward=_encode_jpeg,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(_RAMP, dt.uint8)), case(VALUE(_RAMP[..., :1], dt.uint8), quality=30, progressive=True)],
)  # fmt: skip


def _variable_sizes(images: Any, _quality: Any) -> tuple[()]:
    return _file_sizes(images)


def _encode_variable(_xp: Any, images: Any, quality: Any) -> np.ndarray:
    if np.ndim(quality):
        raise invalid(f"quality must be scalar: {to_text(np.shape(quality))}")
    return _jpeg_file(images, quality=min(max(int(quality), 0), 100))


ENCODE_JPEG_VARIABLE_QUALITY = OpDef(
    "EncodeJpegVariableQuality(images: uint8, quality: int32) -> contents: string",
    infer=_variable_sizes,
    forward=_encode_variable,
    gradient=NO_GRADIENT,
    cases=[case(VALUE(_RAMP, dt.uint8), VALUE(50, dt.int32))],
)
