"""Casts: the same values as another dtype, or the same bits as another one."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.dtypes import DType, as_dtype
from flowgraph.ir.cases import BOOL, COMPLEX, DOUBLE, FLOAT, HALF, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor, to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import MISSING_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same
from flowgraph.ops.elementwise import told_where

_KERNEL_NAMES = {"float16": "half", "float32": "float", "float64": "double"}


def _cast(xp: Any, x: Any, *, DstT: DType, Truncate: bool) -> Any:
    if x.dtype.kind == "O" or DstT.np.kind == "O":
        source = "string" if x.dtype.kind == "O" else _KERNEL_NAMES.get(x.dtype.name, x.dtype.name)
        target = _KERNEL_NAMES.get(DstT.name, DstT.name)
        raise errors.UnimplementedError(None, None, f"Cast {source} to {target} is not supported")
    if x.dtype.kind == "c" and not DstT.is_complex:
        x = x.real
    made = x.astype(DstT.np)
    return _towards_zero(xp, x, made) if Truncate and DstT.is_floating else made


def _towards_zero(xp: Any, x: Any, rounded: Any) -> Any:
    """`x` with its last bits cut off, given `x` rounded to the nearest."""
    too_large = xp.isfinite(rounded) & (xp.abs(rounded.astype(x.dtype)) > xp.abs(x))
    return xp.where(too_large, xp.nextafter(rounded, xp.zeros_like(rounded)), rounded)


def _cast_grad(op: Any, dy: Tensor) -> list[Any]:
    source, target = op.inputs[0].dtype.base_dtype, dy.dtype.base_dtype
    smooth = all(dtype.is_floating or dtype.is_complex for dtype in (source, target))
    return [cast(dy, source) if smooth else None]


CAST = OpDef(
    "Cast(x: SrcT) -> y: DstT",
    attrs={"SrcT": TypeAttr(), "DstT": TypeAttr(), "Truncate": False},
    infer=same,
    forward=_cast,
    gradient=_cast_grad,
    elementwise=True,
    cases=[
        case(FLOAT(2, 3), DstT=dt.float64),
        case(DOUBLE(3), DstT=dt.float64),
        case(FLOAT(), DstT=dt.int32, gradient=False),
        case(RANDOM_INT(2, 3), DstT=dt.float32, gradient=False),
        case(RANDOM_INT(3), DstT=dt.bool, gradient=False),
        case(BOOL(0, 2), DstT=dt.float32, gradient=False),
        case(COMPLEX(2), DstT=dt.float32, gradient=False),
        case(FLOAT(2), DstT=dt.float16, Truncate=True, gradient=False),
        case(HALF(2), DstT=dt.complex64, gradient=False),
    ],
)


def cast_op(x: Any, dtype: DType, name: str | None = None) -> Tensor:
    """The Cast op itself, even to the dtype that `x` has already."""
    return emit(CAST, x, DstT=dtype, name=name)


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The entries of `x` as `dtype`; `x` itself when it has that dtype already.

    Floating point numbers lose what comes after the point when they become integers, complex ones their
    imaginary part when they become real; True becomes 1.

    Args:
      x: a tensor of numbers or bools, a SparseTensor or IndexedSlices.
      dtype: what to cast to.
      name: the op's name.

    >>> run(cast([1.8, -2.2], tf.int32))
    array([ 1, -2], dtype=int32)
    """
    base = _known_dtype(dtype)
    if x.__class__ is Tensor and x.dtype is base:
        return x
    if hasattr(x, "handle") and x.dtype is base:  # a resource variable, which stays one
        return x
    with name_scope(name, "Cast", [x]) as scope:
        if not isinstance(x, Tensor) and hasattr(x, "dense_shape"):
            values = cast(x.values, base, name=scope)
            return type(x)(indices=x.indices, values=values, dense_shape=x.dense_shape)
        x = convert_to_tensor(x, name="x")
        return x if x.dtype.base_dtype is base else cast_op(x, base, name=scope)


def _known_dtype(dtype: Any) -> DType:
    try:
        return as_dtype(dtype).base_dtype
    except TypeError as error:
        raise told_where(error) from None


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """The entries of `value` as `dtype`, those beyond its range clipped to its ends.

    Args:
      value: a real tensor.
      dtype: a real dtype.

    >>> run(saturate_cast([-5, 7, 300], tf.uint8))
    array([  0,   7, 255], dtype=uint8)
    """
    from flowgraph.ops.math import maximum, minimum

    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        target = _known_dtype(dtype)
        if value.dtype.min < target.min:
            value = maximum(value, to_tensor(target.min, value.dtype, "min"))
        if value.dtype.max > target.max:
            value = minimum(value, to_tensor(target.max, value.dtype, "max"))
        return cast(value, target, name=scope)


def to_float(x: Any, name: str = "ToFloat") -> Any:
    """`cast(x, tf.float32)`.

    >>> run(to_float([1, 2]))
    array([1., 2.], dtype=float32)
    """
    return cast(x, dt.float32, name=name)


def to_double(x: Any, name: str = "ToDouble") -> Any:
    """`cast(x, tf.float64)`."""
    return cast(x, dt.float64, name=name)


def to_int32(x: Any, name: str = "ToInt32") -> Any:
    """`cast(x, tf.int32)`."""
    return cast(x, dt.int32, name=name)


def to_int64(x: Any, name: str = "ToInt64") -> Any:
    """`cast(x, tf.int64)`."""
    return cast(x, dt.int64, name=name)


def to_bfloat16(x: Any, name: str = "ToBFloat16") -> Any:
    """`cast(x, tf.bfloat16)`."""
    return cast(x, dt.bfloat16, name=name)


def to_complex64(x: Any, name: str = "ToComplex64") -> Any:
    """`cast(x, tf.complex64)`."""
    return cast(x, dt.complex64, name=name)


def to_complex128(x: Any, name: str = "ToComplex128") -> Any:
    """`cast(x, tf.complex128)`."""
    return cast(x, dt.complex128, name=name)


# -- the same bits -----------------------------------------------------------------------------------------

_PLAIN = (
    dt.bfloat16, dt.float16, dt.float32, dt.float64, dt.int64, dt.int32, dt.uint8, dt.uint16, dt.uint32,
    dt.uint64, dt.int8, dt.int16, dt.complex64, dt.complex128, dt.qint8, dt.quint8, dt.qint16, dt.quint16,
    dt.qint32,
)  # fmt: skip


def _bitcast_sizes(x: Any, *, type: DType) -> Any:
    """Where the new entries are smaller, a new last axis holds them; where larger, the last is used up."""
    if x.sizes is None:
        return None
    before, after = x.dtype.size, type.size
    if before > after:
        return (*x.sizes, before // after)
    if before < after:
        parts = after // before
        if not x.sizes:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        if x.sizes[-1] is not None and x.sizes[-1] != parts:
            raise ValueError(f"Cannot bitcast due to shape. {x.sizes[-1]} does not match {parts}")
        return x.sizes[:-1]
    return x.sizes


def _bitcast(xp: Any, x: Any, *, type: DType) -> Any:
    whole = xp.ascontiguousarray(x).reshape(x.shape)
    before, after = whole.dtype.itemsize, type.np.itemsize
    if before >= after:
        bits = whole.reshape(-1).view(type.np)
        return bits.reshape(x.shape if before == after else (*x.shape, before // after)).copy()
    if not x.ndim or x.shape[-1] != after // before:
        message = f"Cannot bitcast from {as_dtype(x.dtype).enum} to {type.enum}"
        raise errors.InvalidArgumentError(None, None, message)
    return whole.reshape(-1).view(type.np).reshape(x.shape[:-1]).copy()


BITCAST = OpDef(
    "Bitcast(input: T) -> output: type",
    attrs={"T": TypeAttr(_PLAIN), "type": TypeAttr(_PLAIN)},
    infer=_bitcast_sizes,
    forward=_bitcast,
    gradient=MISSING_GRADIENT,
    cases=[
        case(FLOAT(2, 3), type=dt.int32),
        case(FLOAT(2), type=dt.uint8),
        case(VALUE(np.arange(8).reshape(2, 4), dt.uint8), type=dt.int32),
        case(FLOAT(), type=dt.uint16),
    ],
)


def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """The bits of `input`, read as another dtype.

    Args:
      input: a tensor of numbers.
      type: the dtype to read them as. If it is smaller, what one entry splits into makes a new last axis; if
        it is larger, the last axis must hold just the parts of one entry.

    >>> run(bitcast([1.0, 2.0], tf.int32))
    array([1065353216, 1073741824], dtype=int32)
    """
    return emit(BITCAST, input, type=type, name=name)
