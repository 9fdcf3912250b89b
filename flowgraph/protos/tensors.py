"""Tensors as TensorProto messages, and back."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import protos
from flowgraph.conversion import fill_to_shape, to_numpy
from flowgraph.dtypes import DType, as_dtype
from flowgraph.shapes import TensorShape

_FIELDS = {
    dt.float32: "float_val", dt.float64: "double_val", dt.int32: "int_val", dt.int16: "int_val", dt.int8: "int_val",
    dt.uint8: "int_val", dt.uint16: "int_val", dt.qint8: "int_val", dt.quint8: "int_val", dt.qint16: "int_val",
    dt.quint16: "int_val", dt.qint32: "int_val", dt.complex64: "scomplex_val", dt.complex128: "dcomplex_val",
    dt.int64: "int64_val", dt.bool: "bool_val", dt.float16: "half_val", dt.bfloat16: "half_val",
    dt.uint32: "uint32_val", dt.uint64: "uint64_val", dt.string: "string_val",
}  # fmt: skip
"""The field with the entries of each dtype, where they do not lie in `tensor_content`."""


_LISTED = {dt.float16, dt.bfloat16, dt.bool, dt.complex64, dt.complex128, dt.uint16}


def make_tensor_proto(
    values: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False, allow_broadcast: bool = False
) -> Any:
    """A TensorProto with the value that `tf.constant` of the same arguments would have.

    Args:
      values: numbers or strings, nested lists of them, or a numpy array; a TensorProto is handed back as it is.
      dtype: what its entries become; by default what suits them.
      shape: its shape; missing entries repeat the last one.
      verify_shape: the values must have that shape already.
      allow_broadcast: only a single value may be repeated.

    Raises:
      TypeError: the values do not suit the dtype, or do not have the shape that was to be verified.
      ValueError: there is no value, or too many for the shape.

    >>> make_tensor_proto([1, 2]).dtype
    3
    """
    if isinstance(values, protos.message("TensorProto")):
        return values
    dtype = None if dtype is None else as_dtype(dtype).base_dtype
    array = to_numpy(values, dtype, shape, verify_shape, allow_broadcast)
    dtype = dtype or as_dtype(array.dtype)
    given = array if shape is None else to_numpy(values, dtype)
    if not 0 < given.size < array.size:
        return of_array(array, dtype)
    proto = of_array(given, dtype, size_of_lists=given.size)  # the last of which stands for the others
    proto.tensor_shape.CopyFrom(of_sizes(array.shape))
    return proto


def of_array(array: np.ndarray, dtype: DType, size_of_lists: int = 1) -> Any:
    """An array as a TensorProto: as it lies in memory, or, for few entries, as a list of numbers.

    Dtypes that TF does not write as they lie in memory are always lists, unless `size_of_lists` is 0.
    """
    proto = protos.message("TensorProto")(dtype=dtype.enum)
    for size in np.shape(array):
        proto.tensor_shape.dim.add().size = size
    proto.tensor_shape.SetInParent()
    array = np.asarray(array)
    if dtype is dt.string:
        proto.string_val.extend(array.ravel().tolist())
    elif array.size > size_of_lists and (dtype not in _LISTED or not size_of_lists):
        proto.tensor_content = array.tobytes()
    else:
        getattr(proto, _FIELDS[dtype]).extend(_numbers(array.ravel(), dtype))
    return proto


def of_constant(array: np.ndarray, dtype: DType) -> Any:
    """The array of a constant as a TensorProto; where one entry stands for all, as it does there."""
    if array.size <= 1 or any(array.strides):
        return of_array(array, dtype)
    proto = of_array(array[(slice(1),) * array.ndim].ravel(), dtype)
    proto.tensor_shape.CopyFrom(of_sizes(array.shape))
    return proto


def _numbers(flat: np.ndarray, dtype: DType) -> list[Any]:
    if dtype.is_complex:
        return flat.view(dtype.real_dtype.np).tolist()
    if dtype in (dt.float16, dt.bfloat16):
        return flat.view(np.uint16).tolist()
    return flat.tolist()


def make_ndarray(tensor: Any) -> np.ndarray:
    """The array in a TensorProto; strings come as bytes in an array of objects.

    One entry may stand for many, all alike: of more than 128 megabytes of those the array is a view that repeats the
    one and cannot be written to.

    Args:
      tensor: a TensorProto, or what has its fields.

    Raises:
      TypeError: no array has entries of its dtype.
      ValueError: it has too many or too few bytes, no array has its shape, or a few entries stand for more than 128
        megabytes and 64 times themselves.

    >>> make_ndarray(make_tensor_proto([[1.0, 2.0]]))
    array([[1., 2.]], dtype=float32)
    """
    array = array_of(tensor)
    return array if array.flags.writeable or array.nbytes > _MOST_FILLED else array.copy()


_MOST_FILLED, _MOST_TIMES = 1 << 27, 64
"""So many bytes, or so many times the bytes that are given, come at most of entries the last of which is repeated."""


def array_of(tensor: Any) -> np.ndarray:
    """The array in a TensorProto, as `make_ndarray` gives it; one entry that stands for many takes no memory for them.

    >>> huge = make_tensor_proto(7, shape=[2])
    >>> huge.tensor_shape.dim[0].size = 2**40
    >>> array_of(huge).shape
    (1099511627776,)
    """
    dtype = as_dtype(tensor.dtype).base_dtype
    sizes = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if dtype not in _FIELDS:
        raise TypeError(f"Unsupported tensor type: {tensor.dtype}")
    if min(sizes, default=0) < 0 or tensor.tensor_shape.unknown_rank:
        raise ValueError(f"Shape {_text(tensor.tensor_shape)} is not fully defined")
    _check_shape(tensor.tensor_shape)
    if tensor.tensor_content and dtype is not dt.string:
        return np.frombuffer(tensor.tensor_content, dtype.np).copy().reshape(sizes)
    items = list(getattr(tensor, _FIELDS[dtype]))
    flat: np.ndarray
    if dtype is dt.string:
        flat = np.empty(len(items), object)
        flat[:] = items
    elif dtype.is_complex:
        flat = np.array(items, dtype.real_dtype.np).view(dtype.np)
    elif dtype in (dt.float16, dt.bfloat16):
        flat = np.array(items, np.int64).astype(np.uint16).view(dtype.np)
    else:
        flat = np.array(items).astype(dtype.np)
    count = prod(sizes)
    if count <= max(len(flat), 1):
        return fill_to_shape(flat[:count], sizes)
    if len(flat) > 1:
        if count * flat.itemsize > max(_MOST_FILLED, _MOST_TIMES * flat.nbytes):
            raise ValueError(f"{len(flat)} entries cannot stand for the {count} of the shape {list(sizes)}")
        return fill_to_shape(flat, sizes)
    last = flat[0] if len(flat) else b"" if dtype is dt.string else flat.dtype.type(0)
    return np.broadcast_to(np.array(last, flat.dtype), sizes)


def of_sizes(sizes: Any) -> Any:
    """A shape as a TensorShapeProto; None is an unknown rank, and inside an unknown size."""
    proto = protos.message("TensorShapeProto")()
    if sizes is None:
        proto.unknown_rank = True
        return proto
    for size in sizes:
        proto.dim.add().size = -1 if size is None else size
    return proto


def shape_of(proto: Any) -> TensorShape:
    """The shape in a TensorShapeProto.

    Raises:
      ValueError: there is none.
    """
    if proto.unknown_rank:
        if proto.dim:
            raise ValueError("An unknown shape must not have any dimensions set.")
        return TensorShape(None)
    _check_shape(proto)
    return TensorShape([None if dim.size == -1 else dim.size for dim in proto.dim])


def _check_shape(proto: Any) -> None:
    if len(proto.dim) > _MOST_DIMENSIONS:
        raise ValueError(f"Shape {_text(proto)} has too many dimensions")
    if any(dim.size < -1 for dim in proto.dim):
        raise ValueError(f"Shape {_text(proto)} has dimensions with values below -1 (where -1 means unknown)")
    if prod(dim.size for dim in proto.dim if dim.size > 0) > 2**63 - 1 and all(dim.size for dim in proto.dim):
        raise ValueError(f"Shape {_text(proto)} is too large (more than 2**63 - 1 entries)")


_MOST_DIMENSIONS = 254


def _text(proto: Any) -> str:
    return f"[{','.join('?' if dim.size == -1 else str(dim.size) for dim in proto.dim)}]"
