"""What a picture or a page says of an array: its shape, its range, its first entries, and a small picture of it."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

SIDE = 64
"""Pictures are at most so many entries wide and high."""
ENTRIES = 40
MOST_KERNEL = 11
"""The kernels of convolutions are at most about so wide; a batch of square images of this size is taken for one."""
CHANNELS = 4


def summary(value: Any) -> dict[str, Any]:
    """An array in a few words, as plain values that JSON can hold.

    Returns:
      `shape`, `dtype` and `text` (the first entries); of numbers also `min`, `mean`, `max` over the finite ones and
      the counts `nan` and `inf`; and `pixels` (height, width, one byte each in base64) where it has at least two axes.

    >>> summary(np.array([1.0, np.nan, 4.0], np.float32))["mean"], summary(np.eye(2))["pixels"]
    (2.5, [2, 2, '/wAA/w=='])
    """
    array = np.asarray(value)
    about: dict[str, Any] = {
        "shape": "scalar" if not array.ndim else "×".join(map(str, array.shape)),
        "dtype": "string" if array.dtype.kind in "OSU" else array.dtype.name,
        "text": text(array),
    }
    if array.dtype.kind not in "biufV" or not array.size:
        return about
    numbers = array.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    about["nan"] = int(np.isnan(numbers).sum())
    about["inf"] = int(np.isinf(numbers).sum())
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        about["min"], about["mean"], about["max"] = (_number(x) for x in (low, float(finite.mean()), high))
        picture = _plane(numbers)
        if picture is not None:
            about["pixels"] = _pixels(picture, low, high)
    return about


def text(array: np.ndarray, width: int = 60) -> str:
    """The first entries of an array, as numpy prints them; in one row when it has more than two axes.

    >>> text(np.arange(100.0).reshape(10, 10))[:22], text(np.zeros((2, 1, 2)))
    ('[[ 0.  1.  2. ...  7. ', '[0. 0. 0. 0.]')
    """
    with np.printoptions(threshold=ENTRIES, edgeitems=3, linewidth=width, precision=5):
        return str(array if array.ndim < 3 else array.reshape(-1))


def _number(value: float) -> float:
    return float(f"{value:.6g}")


def _plane(numbers: np.ndarray) -> np.ndarray | None:
    """Two axes of an array to look at: a kernel's, those of the first image of a batch, or the last two."""
    if numbers.ndim == 4:
        is_kernel = max(numbers.shape[:2]) <= MOST_KERNEL and numbers.shape[0] == numbers.shape[1]
        numbers = numbers[:, :, 0, 0] if is_kernel else numbers[0, :, :, 0]
    while numbers.ndim > 2:
        numbers = numbers[..., 0] if numbers.shape[-1] <= CHANNELS else numbers[0]
    if numbers.ndim < 2 or min(numbers.shape) < 2:
        return None
    down, along = (max(1, -(-size // SIDE)) for size in numbers.shape)
    return numbers[::down, ::along]


def _pixels(plane: np.ndarray, low: float, high: float) -> list[Any]:
    """Grey values: black for the least of the array, white for the most; what is no number is black."""
    span = high - low or 1.0
    with np.errstate(invalid="ignore"):
        grey = np.nan_to_num(np.clip((plane - low) / span, 0, 1), nan=0.0) * 255
    height, width = plane.shape
    return [height, width, base64.b64encode(grey.round().astype(np.uint8).tobytes()).decode()]
