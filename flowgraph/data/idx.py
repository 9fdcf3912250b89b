"""IDX, the file format in which MNIST and its kin are published.

A file is a magic number, one size for each dimension (all big-endian 32-bit), then the bytes themselves. It
may be compressed with gzip, as published, or not; its first two bytes tell.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from typing import BinaryIO

import numpy as np

IMAGE_MAGIC = 0x0803  # 08: unsigned bytes, 03: three dimensions (which image, row, column)
LABEL_MAGIC = 0x0801
_LARGEST = 1 << 28
"""So many bytes at most a file unpacks to; the largest in use has 47 million."""


def extract_images(f: BinaryIO) -> np.ndarray:
    """The images in an IDX file, uint8 [images, rows, columns, 1].

    Prints the file's name, as TF does.

    Raises:
      ValueError: not an image file, or one cut short.
      OSError, EOFError, zlib.error: compressed, but damaged.

    >>> import io, struct
    >>> two_by_one = io.BytesIO(struct.pack(">4I", 2051, 1, 2, 1) + bytes([0, 255]))
    >>> extract_images(two_by_one).shape
    Extracting <unnamed file>
    (1, 2, 1, 1)
    """
    return _read(f, "image", IMAGE_MAGIC, sizes=3, depth=(1,))


def extract_labels(f: BinaryIO, one_hot: bool = False, num_classes: int = 10) -> np.ndarray:
    """The labels in an IDX file: uint8 [labels], or float64 [labels, num_classes] when `one_hot`.

    Prints the file's name, as TF does. Raises what `extract_images` and `dense_to_one_hot` raise.

    >>> import io, struct
    >>> three = io.BytesIO(struct.pack(">2I", 2049, 3) + bytes([7, 2, 1]))
    >>> extract_labels(three)
    Extracting <unnamed file>
    array([7, 2, 1], dtype=uint8)
    """
    labels = _read(f, "label", LABEL_MAGIC, sizes=1)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: np.ndarray, num_classes: int) -> np.ndarray:
    """One row for each label, zero but for a one in the label's column: float64 [labels, num_classes].

    Raises:
      ValueError: a label is not in 0 .. num_classes - 1 (TF would put its one into another label's row).

    >>> dense_to_one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    labels = labels_dense.ravel()
    outside = labels[(labels < 0) | (labels >= num_classes)]
    if outside.size:
        raise ValueError(f"Labels should be between 0 and {num_classes - 1}. Received: {outside[0]}.")
    one_hot = np.zeros((labels_dense.shape[0], num_classes))
    one_hot[np.arange(labels.size), labels] = 1
    return one_hot


def _read(f: BinaryIO, kind: str, magic: int, sizes: int, depth: tuple[int, ...] = ()) -> np.ndarray:
    """The array in `f`, which must start with `magic` and so many sizes; `depth` is added to its shape."""
    name = getattr(f, "name", "<unnamed file>")
    print("Extracting", name)  # noqa: T201 - TF's scripts show these lines, and so do the books
    data = _uncompressed(f.read(), name)

    header = struct.Struct(f">{1 + sizes}I")
    found = int.from_bytes(data[:4], "big")
    if len(data) >= 4 and found != magic:
        raise ValueError(
            f"Invalid magic number {found} in MNIST {kind} file: {name}\n"
            f"Such a file starts with {magic}{_what_else_starts_with(found)}."
        )
    if len(data) < header.size:
        raise ValueError(
            f"MNIST {kind} file is cut short inside its header: {name}\n"
            f"It has {len(data)} bytes, and the header alone takes {header.size}. Fetch the file again."
        )
    shape = header.unpack_from(data)[1:] + depth
    expected, held = math.prod(shape), len(data) - header.size
    if held < expected:
        numpy_text = str(shape).replace(" ", "")
        raise ValueError(
            f"cannot reshape array of size {held} into shape {numpy_text}\n"
            f"MNIST {kind} file is cut short: {name}\n"
            f"Its header promises {expected} bytes, and {held} follow. Fetch the file again."
        )
    return np.frombuffer(data, np.uint8, expected, header.size).reshape(shape)


def _uncompressed(data: bytes, name: str) -> bytes:
    """`data` without its compression by gzip, if it has one."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            found = file.read(_LARGEST + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise type(error)(f"{error}\nThe compressed file is damaged: {name}\nFetch it again.") from error
    if len(found) > _LARGEST:
        raise ValueError(f"{name} unpacks to more than {_LARGEST} bytes, which no such file has.")
    return found


def _what_else_starts_with(magic: int) -> str:
    """A guess at what the user has named wrongly."""
    if magic == IMAGE_MAGIC:
        return "; this one holds images"
    if magic == LABEL_MAGIC:
        return "; this one holds labels"
    return ""
