"""JPEG, read and written with Pillow."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from flowgraph.kernels.pillow import LARGEST, Damaged, loaded, opened, pillow

_MOST_PIXELS = 1 << 9
"""So many pixels at most lie in a byte: eight blocks of eight by eight, a bit for each."""
_END = b"\xff\xd9"


def shape(data: bytes) -> tuple[int, int, int]:
    """The rows, columns and channels of a file, of which nothing but the header is read.

    Raises:
      Damaged: it is no JPEG file.
    """
    image = opened(data, "JPEG")
    return image.height, image.width, len(image.getbands())


def decode(data: bytes, channels: int = 0, ratio: int = 1, recover: bool = False) -> np.ndarray:
    """The pixels of a file: [rows, columns, 1 or 3].

    Args:
      data: the file.
      channels: 0: those that it has; 1: gray; 3: colours.
      ratio: 1, 2, 4 or 8: how many times smaller the picture becomes.
      recover: whether a file may be cut off; what is missing of the picture then has one colour.

    Raises:
      Damaged: it is no whole JPEG file.
    """
    image = opened(data, "JPEG")
    width, height = image.size
    if (width // ratio) * (height // ratio) * 3 >= LARGEST:
        raise Damaged("the picture is too large")
    if recover:
        data += _END
        image = opened(data, "JPEG")
    elif width * height > _MOST_PIXELS * len(data) or data.rstrip(b"\0").find(_END, -_TAIL) < 0:
        raise Damaged("the file is cut off")
    if image.mode == "CMYK" and channels == 1:
        raise Damaged("no gray is made of four inks")
    # half a pixel more, so that Pillow's division gives `ratio` itself
    image.draft("L" if channels == 1 else image.mode, (width / (ratio + 0.5), height / (ratio + 0.5)))
    pixels = np.asarray(loaded(image))
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    elif pixels.shape[2] == 4:
        pixels = _without_black(pixels)
    if channels == 3 and pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels)


_TAIL = 1 << 16
"""What may stand behind the end of the picture."""


def _without_black(inks: np.ndarray) -> np.ndarray:
    """Red, green and blue of four inks; Adobe's files hold them upside down, and Pillow has turned those."""
    light = 255 - inks.astype(np.int32)
    return (light[..., :3] * light[..., 3:] // 255).astype(np.uint8)


def encode(
    pixels: np.ndarray,
    quality: int = 95,
    progressive: bool = False,
    optimize: bool = False,
    downsample: bool = True,
    density: tuple[str, int, int] = ("in", 300, 300),
    xmp: bytes = b"",
) -> bytes:
    """A JPEG file of pixels [rows, columns, 1 or 3].

    Args:
      pixels: the picture, of uint8.
      quality: 0 to 100.
      progressive: whether it is to become sharper while it loads.
      optimize: whether to spend time on a smaller file.
      downsample: whether colours are kept at half the resolution.
      density: a unit, "in" or "cm", and the pixels in it across and down.
      xmp: a description in Adobe's format.
    """
    import io

    image = pillow().fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    file = io.BytesIO()
    more: dict[str, Any] = {"xmp": xmp} if xmp else {}
    colours = {} if image.mode == "L" else {"subsampling": "4:2:0" if downsample else "4:4:4"}
    # (Pillow takes quality 0 for "the usual one")
    image.save(file, "JPEG", quality=quality or 1, progressive=progressive, optimize=optimize, **colours, **more)
    data = bytearray(file.getvalue())
    unit, across, down = density
    data[13:18] = struct.pack(">BHH", 1 if unit == "in" else 2, across, down)  # in the JFIF header, which comes first
    return bytes(data)
