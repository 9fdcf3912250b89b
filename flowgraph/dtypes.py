"""The types of a tensor's entries, and turning Python and numpy values into arrays of them.

The public face of `dtype_table.py` and `conversion.py`, and `tf.dtypes`.
"""

from __future__ import annotations

import typing as _typing

from flowgraph import absent as _absent
from flowgraph.conversion import fill_to_shape as fill_to_shape
from flowgraph.conversion import to_numpy as to_numpy
from flowgraph.dtype_table import (
    QUANTIZED_DTYPES,
    DType,
    as_dtype,
    bfloat16,
    bool,
    complex64,
    complex128,
    double,
    float16,
    float32,
    float64,
    half,
    int8,
    int16,
    int32,
    int64,
    qint8,
    qint16,
    qint32,
    quint8,
    quint16,
    resource,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
    variant,
)

if _typing.TYPE_CHECKING:
    from flowgraph.ops.cast import cast as cast
    from flowgraph.ops.cast import saturate_cast as saturate_cast
    from flowgraph.ops.complex import complex as complex
    from flowgraph.ops.string_numbers import as_string as as_string
else:

    def __getattr__(name: str) -> object:
        """TF has these ops in `tf.dtypes` too; they live on a higher floor, and are looked up when asked for."""
        rooms = {"as_string": "string_numbers", "cast": "cast", "complex": "complex", "saturate_cast": "cast"}
        if name in rooms:
            import importlib

            return getattr(importlib.import_module(f"flowgraph.ops.{rooms[name]}"), name)
        raise AttributeError(f"module 'flowgraph.dtypes' has no attribute '{name}'")


__all__ = [
    "QUANTIZED_DTYPES", "DType", "as_dtype", "as_string", "bfloat16", "bool", "cast", "complex", "complex64",
    "complex128", "double", "float16", "float32", "float64", "half", "int8", "int16", "int32", "int64", "qint8",
    "qint16", "qint32", "quint8", "quint16", "resource", "saturate_cast", "string", "uint8", "uint16", "uint32",
    "uint64", "variant",
]  # fmt: skip

_absent.watch(__name__)
