"""The types of a tensor's entries, and turning Python and numpy values into arrays of them.

The public face of `dtype_table.py` and `conversion.py`.
"""

from __future__ import annotations

from flowgraph.conversion import fill_to_shape, to_numpy
from flowgraph.dtype_table import (
    QUANTIZED_DTYPES,
    DType,
    as_dtype,
    bfloat16,
    bool,  # noqa: A004  # TF's name
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

__all__ = [
    "QUANTIZED_DTYPES",
    "DType",
    "as_dtype",
    "bfloat16",
    "bool",
    "complex64",
    "complex128",
    "double",
    "fill_to_shape",
    "float16",
    "float32",
    "float64",
    "half",
    "int8",
    "int16",
    "int32",
    "int64",
    "qint8",
    "qint16",
    "qint32",
    "quint8",
    "quint16",
    "resource",
    "string",
    "to_numpy",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "variant",
]
