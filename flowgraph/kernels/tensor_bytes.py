"""Tensors as bytes, in the form of TF's TensorProto: what serialize_tensor writes and parse_tensor reads."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.dtypes import DType
from flowgraph.protos.tensors import make_ndarray

_SHAPE, _CONTENT, _STRINGS = 2, 4, 8


def varint(number: int) -> bytes:
    """A number of 64 bits, seven to a byte and the lowest first.

    >>> varint(300), len(varint(-1))
    (b'\\xac\\x02', 10)
    """
    number &= 2**64 - 1
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    return bytes((*octets, number))


def field(number: int, data: bytes) -> bytes:
    """A field of a message that holds bytes, a string or a message."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def pack(dtype: DType, array: np.ndarray, listed: bool = True) -> bytes:
    """A tensor as bytes.

    Args:
      dtype: what its entries are.
      array: the entries.
      listed: whether strings become a field each; otherwise their lengths come first and then all of them.

    >>> pack(dt.float32, np.array([1, 2], np.float32))
    b'\\x08\\x01\\x12\\x04\\x12\\x02\\x08\\x02"\\x08\\x00\\x00\\x80?\\x00\\x00\\x00@'
    """
    sizes = [field(2, b"\x08" + varint(size) if size else b"") for size in array.shape]
    head = b"\x08" + varint(dtype.enum) + field(_SHAPE, b"".join(sizes))
    if dtype is not dt.string:
        return head + (field(_CONTENT, array.tobytes()) if array.size else b"")
    items = array.ravel().tolist()
    if listed:
        return head + b"".join(field(_STRINGS, item) for item in items)
    return head + (field(_CONTENT, b"".join([*(varint(len(item)) for item in items), *items])) if items else b"")


class NotATensor(ValueError):
    """Bytes that are no tensor.

    Attributes:
      is_message: whether they could be read as a message at all.
      dtype: what the entries would have been, if that is known.
    """

    def __init__(self, is_message: bool, dtype: DType | None = None) -> None:
        super().__init__("not a tensor")
        self.is_message, self.dtype = is_message, dtype


def unpack(data: bytes) -> tuple[DType, np.ndarray]:
    """The dtype and the entries of a tensor in bytes.

    Raises:
      NotATensor: the bytes hold no tensor.

    >>> unpack(pack(dt.int32, np.array([[1, 2]], np.int32)))
    (tf.int32, array([[1, 2]], dtype=int32))
    """
    from google.protobuf.message import DecodeError

    proto = protos.message("TensorProto")()
    try:
        proto.ParseFromString(data)
    except DecodeError:
        raise NotATensor(is_message=False) from None
    try:
        dtype = DType(proto.dtype)
    except TypeError:
        raise NotATensor(is_message=True) from None
    try:
        return dtype, _entries(dtype, proto)
    except (IndexError, TypeError, ValueError):
        raise NotATensor(is_message=True, dtype=dtype) from None


def _entries(dtype: DType, proto: Any) -> np.ndarray:
    if dtype in (dt.resource, dt.variant) or dtype is not dtype.base_dtype:
        raise ValueError("entries that are no numbers or strings")
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if min(sizes, default=0) < 0:
        raise ValueError("a negative size")
    if dtype is dt.string and proto.tensor_content:
        strings = _strings(proto.tensor_content, prod(sizes))
        items = np.empty(len(strings), object)
        items[:] = strings
        return items.reshape(sizes)
    array = make_ndarray(proto)
    if not array.flags.writeable:
        raise ValueError("one entry that is to fill more memory than is believed")
    return array


def _strings(content: bytes, count: int) -> list[bytes]:
    lengths, at = [], 0
    for _ in range(count):
        end = next(i for i in range(at, len(content) + 1) if content[i] < 128) + 1
        lengths.append(sum((octet & 127) << 7 * i for i, octet in enumerate(content[at:end])))
        at = end
    if at + sum(lengths) != len(content):
        raise ValueError("too few or too many bytes")
    ends = np.cumsum([at, *lengths]).tolist()
    return [content[start:end] for start, end in pairwise(ends)]
