"""BMP as TF reads it: uncompressed pixels of 8, 24 or 32 bits, palettes not looked at."""

from __future__ import annotations

import struct

import numpy as np

from flowgraph.kernels.pillow import Damaged


def decode(data: bytes, channels: int = 0) -> np.ndarray:
    """The pixels of a BMP file: [rows, columns, channels].

    Args:
      data: the file.
      channels: how many it has to have; 0: any.

    Raises:
      Damaged: it is no such file; the text is TF's.
    """
    if len(data) < 32:
        what = "to find the header size, width, height, and bpp"
        raise Damaged(f"Incomplete bmp content, requires at least 32 bytes {what}, got {len(data)} bytes")
    start, _, width, height, _, bits = struct.unpack_from("<iiiihh", data, 10)
    has = int(bits / 8)
    if channels and channels != has:
        raise Damaged(f"channels attribute {channels} does not match bits per pixel from file {has}")
    if has not in (1, 3, 4):
        raise Damaged(f"Number of channels must be 1, 3 or 4, was {has}")
    if width <= 0:
        raise Damaged("Width must be positive")
    if height == 0:
        raise Damaged("Height must be nonzero")
    if start < 0:
        raise Damaged("header size must be nonnegative")
    rows, stride = abs(height), (has * width + 3) // 4 * 4
    if width >= 1 << 30 or rows >= 1 << 30 or width * rows * has >= 1 << 30:
        raise Damaged("Total possible pixel bytes must be less than 2^30")
    needed = start + (rows - 1) * stride + width * has
    if len(data) < needed:
        raise Damaged(f"Incomplete bmp content, requires at least {needed} bytes, got {len(data)} bytes")
    pixels = np.zeros(rows * stride, np.uint8)
    body = np.frombuffer(data, np.uint8)[start : start + rows * stride]
    pixels[: len(body)] = body
    picture: np.ndarray = pixels.reshape(rows, stride)[:, : width * has].reshape(rows, width, has)
    if height > 0:
        picture = picture[::-1]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[has]
    return np.ascontiguousarray(picture[..., order])
