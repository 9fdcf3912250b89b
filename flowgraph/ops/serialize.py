"""serialize_tensor and parse_tensor: a tensor as one string, in the form of TF's TensorProto."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.cases import FLOAT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.refusal import invalid
from flowgraph.ir.tensor import Tensor
from flowgraph.kernels.tensor_bytes import NotATensor, pack, unpack
from flowgraph.sizes import to_text

_ONES = pack(dt.float32, np.ones(2, np.float32))


def bytes_of(array: Any, listed: bool = True) -> bytes:
    """An array as bytes; see `pack`."""
    return pack(dt.as_dtype(array.dtype), array, listed)


def _serialized(_xp: Any, tensor: Any) -> np.ndarray:
    return np.array(bytes_of(np.asarray(tensor)), object)


SERIALIZE_TENSOR = OpDef(
    "SerializeTensor(tensor: T) -> serialized: string",
    attrs={"T": TypeAttr()},
    infer=lambda _tensor: (),
    forward=_serialized,
    gradient=NO_GRADIENT,
    cases=[case(FLOAT(2, 3)), case(VALUE([b"a", b"bc"], dt.string)), case(VALUE([True, False], dt.bool))],
)


def _parsed(_xp: Any, serialized: Any, *, out_type: DType) -> np.ndarray:
    if np.ndim(serialized):
        raise invalid(f"Expected `serialized` to be a scalar, got shape: {to_text(np.shape(serialized))}")
    try:
        dtype, array = unpack(serialized.item())
    except NotATensor as error:
        named = "" if error.dtype is None else f"dtype: {_enum_name(error.dtype)}"
        raise invalid(f"Cannot parse tensor from proto: {named}") from None
    if dtype is not out_type:
        found, wanted = (cpp_name(one) for one in (dtype, out_type))
        raise invalid(f"Type mismatch between parsed tensor ({found}) and dtype ({wanted})")
    return array


def cpp_name(dtype: DType) -> str:
    """What TF's kernels call a dtype."""
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


def _enum_name(dtype: DType) -> str:
    return "DT_" + cpp_name(dtype).upper()


PARSE_TENSOR = OpDef(
    "ParseTensor(serialized: string) -> output: out_type",
    attrs={"out_type": TypeAttr()},
    infer=lambda _serialized, **attrs: None,
    forward=_parsed,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(VALUE(_ONES, dt.string), out_type=dt.float32)],
)


def serialize_tensor(tensor: Any, name: str | None = None) -> Tensor:
    """A tensor as a string, from which `parse_tensor` makes it again.

    >>> run(parse_tensor(serialize_tensor([[1, 2], [3, 4]]), tf.int32))
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return emit(SERIALIZE_TENSOR, tensor, name=name)


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor in a string.

    Args:
      serialized: a scalar string: what `serialize_tensor` gives, or a TensorProto of TF as bytes.
      out_type: the dtype of the tensor; another one is refused when the op runs.
      name: the op's name.

    >>> run(parse_tensor(b"\\x08\\x03\\x12\\x00:\\x01\\x07", tf.int32))
    7
    """
    return emit(PARSE_TENSOR, serialized, out_type=out_type, name=name)
