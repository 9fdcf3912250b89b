"""Comparisons, logic, and questions to floating point numbers, entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.cases import BOOL, FLOAT, HALF, INT, VALUE, case
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import FLOATS, MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import broadcast_shape, incompatible, same
from flowgraph.sizes import broadcast, is_full, merge

_EQUATABLE = (
    *FLOATS, dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64, dt.complex64, dt.quint8, dt.qint8, dt.qint32,
    dt.string, dt.bool, dt.complex128,
)  # fmt: skip
_ORDERED = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.int64, dt.bfloat16, dt.uint16,
    dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip
_NEAR = (
    dt.float32, dt.float64, dt.int32, dt.uint8, dt.int16, dt.int8, dt.complex64, dt.int64, dt.qint8,
    dt.quint8, dt.qint32, dt.bfloat16, dt.uint16, dt.complex128, dt.float16, dt.uint32, dt.uint64,
)  # fmt: skip

_CASES = (
    case(FLOAT(2, 3), FLOAT(2, 3)),
    case(VALUE([1.0, 2.0, np.nan]), VALUE([[1.0], [np.nan]])),
    case(FLOAT(0, 3), FLOAT(1, 3)),
    case(INT([1, 5, 3]), INT(3)),
    case(HALF(2), HALF(2)),
)


# -- equality ----------------------------------------------------------------------------------------------


def _equal_sizes(x: Any, y: Any, *, incompatible_shape_error: bool) -> Any:
    if incompatible_shape_error:
        return broadcast_shape(x, y)
    if not is_full(x.sizes) or not is_full(y.sizes):
        return None
    try:
        return broadcast(x.sizes, y.sizes)
    except ValueError:
        return ()


def _equal(xp: Any, x: Any, y: Any, *, incompatible_shape_error: bool) -> Any:
    if not incompatible_shape_error and incompatible(x, y):
        return xp.asarray(False)
    return xp.equal(x, y)


def _not_equal(xp: Any, x: Any, y: Any, *, incompatible_shape_error: bool) -> Any:
    if not incompatible_shape_error and incompatible(x, y):
        return xp.asarray(True)
    return xp.not_equal(x, y)


_EQUALITY_CASES = (
    *_CASES,
    case(VALUE([b"a", b"b"], dt.string), VALUE(b"b", dt.string)),
    case(BOOL(3), BOOL(3)),
    case(VALUE([1 + 2j, 3], dt.complex64), VALUE([1 + 2j, 4], dt.complex64)),
    case(FLOAT(2), FLOAT(3), incompatible_shape_error=False),
)

EQUAL = OpDef(
    "Equal(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_EQUATABLE), "incompatible_shape_error": True},
    infer=_equal_sizes,
    forward=_equal,
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_EQUALITY_CASES,
)

NOT_EQUAL = OpDef(
    "NotEqual(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_EQUATABLE), "incompatible_shape_error": True},
    infer=_equal_sizes,
    forward=_not_equal,
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_EQUALITY_CASES,
)

APPROXIMATE_EQUAL = OpDef(
    "ApproximateEqual(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_NEAR), "tolerance": 1e-5},
    infer=lambda x, y, *, tolerance: merge(x.sizes, y.sizes),
    forward=lambda xp, x, y, *, tolerance: xp.abs(xp.subtract(x, y)) < x.real.dtype.type(tolerance),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=[case(VALUE([1.0, 2.0]), VALUE([1.001, 2.5]), tolerance=0.1), case(FLOAT(2, 3), FLOAT(2, 3))],
)


def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x is y, entry by entry. (`x == y` on tensors asks whether they are the same tensor.)

    Args:
      x, y: tensors of one dtype, whose shapes broadcast.

    >>> run(equal([1, 2, 3], [1, 5, 3]))
    array([ True, False,  True])
    """
    return emit(EQUAL, x, y, name=name)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x differs from y, entry by entry.

    >>> run(not_equal([1, 2, 3], 2))
    array([ True, False,  True])
    """
    return emit(NOT_EQUAL, x, y, name=name)


def approximate_equal(x: Any, y: Any, tolerance: float = 1e-5, name: str | None = None) -> Tensor:
    """Whether |x - y| < tolerance, entry by entry; x and y have one shape.

    >>> run(approximate_equal([1.0, 2.0], [1.000001, 2.1]))
    array([ True, False])
    """
    return emit(APPROXIMATE_EQUAL, x, y, tolerance=tolerance, name=name)


# -- order -------------------------------------------------------------------------------------------------

LESS = OpDef(
    "Less(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_ORDERED)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.less(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_CASES,
)

LESS_EQUAL = OpDef(
    "LessEqual(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_ORDERED)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.less_equal(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_CASES,
)

GREATER = OpDef(
    "Greater(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_ORDERED)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.greater(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_CASES,
)

GREATER_EQUAL = OpDef(
    "GreaterEqual(x: T, y: T) -> z: bool",
    attrs={"T": TypeAttr(_ORDERED)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.greater_equal(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_CASES,
)


def less(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x < y, entry by entry.

    Args:
      x, y: tensors of one real dtype, whose shapes broadcast.

    >>> run(less([1, 2, 3], 2))
    array([ True, False, False])
    """
    return emit(LESS, x, y, name=name)


def less_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x <= y, entry by entry.

    >>> run(less_equal([1, 2, 3], 2))
    array([ True,  True, False])
    """
    return emit(LESS_EQUAL, x, y, name=name)


def greater(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x > y, entry by entry.

    >>> run(greater([1, 2, 3], 2))
    array([False, False,  True])
    """
    return emit(GREATER, x, y, name=name)


def greater_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x >= y, entry by entry.

    >>> run(greater_equal([1, 2, 3], 2))
    array([False,  True,  True])
    """
    return emit(GREATER_EQUAL, x, y, name=name)


# -- logic -------------------------------------------------------------------------------------------------

_LOGIC_CASES = (
    case(VALUE([True, True, False, False], dt.bool), VALUE([True, False, True, False], dt.bool)),
    case(BOOL(2, 3), BOOL(3)),
    case(BOOL(), BOOL(0, 2)),
)

LOGICAL_AND = OpDef(
    "LogicalAnd(x: bool, y: bool) -> z: bool",
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.logical_and(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_LOGIC_CASES,
)

LOGICAL_OR = OpDef(
    "LogicalOr(x: bool, y: bool) -> z: bool",
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.logical_or(x, y),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_LOGIC_CASES,
)

LOGICAL_NOT = OpDef(
    "LogicalNot(x: bool) -> y: bool",
    infer=same,
    forward=lambda xp, x: xp.logical_not(x),
    gradient=NO_GRADIENT,
    elementwise=True,
    cases=[case(BOOL(2, 3)), case(BOOL())],
)


def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether both x and y are true, entry by entry.

    Args:
      x, y: tensors of bools, whose shapes broadcast.

    >>> run(logical_and([True, True, False], [True, False, False]))
    array([ True, False, False])
    """
    return emit(LOGICAL_AND, x, y, name=name)


def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x or y or both are true, entry by entry.

    >>> run(logical_or([True, True, False], [True, False, False]))
    array([ True,  True, False])
    """
    return emit(LOGICAL_OR, x, y, name=name)


def logical_not(x: Any, name: str | None = None) -> Tensor:
    """Whether x is false, entry by entry.

    >>> run(logical_not([True, False]))
    array([False,  True])
    """
    return emit(LOGICAL_NOT, x, name=name)


def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Whether either x or y is true but not both, entry by entry.

    >>> run(logical_xor([True, True, False], [True, False, False]))
    array([False,  True, False])
    """
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


# -- questions to floating point numbers -------------------------------------------------------------------

_ODD_CASES = (case(VALUE([1.0, np.nan, np.inf, -np.inf])), case(FLOAT(2, 3)), case(HALF()), case(FLOAT(0, 2)))

IS_NAN = OpDef(
    "IsNan(x: T) -> y: bool",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.isnan(x),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    cases=_ODD_CASES,
)

IS_INF = OpDef(
    "IsInf(x: T) -> y: bool",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.isinf(x),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    cases=_ODD_CASES,
)

IS_FINITE = OpDef(
    "IsFinite(x: T) -> y: bool",
    attrs={"T": TypeAttr(FLOATS)},
    infer=same,
    forward=lambda xp, x: xp.isfinite(x),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    cases=_ODD_CASES,
)


def is_nan(x: Any, name: str | None = None) -> Tensor:
    """Whether each entry is nan, no number.

    >>> run(is_nan([1.0, np.nan, np.inf]))
    array([False,  True, False])
    """
    return emit(IS_NAN, x, name=name)


def is_inf(x: Any, name: str | None = None) -> Tensor:
    """Whether each entry is infinite.

    >>> run(is_inf([1.0, np.nan, np.inf]))
    array([False, False,  True])
    """
    return emit(IS_INF, x, name=name)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """Whether each entry is a number and not infinite.

    >>> run(is_finite([1.0, np.nan, np.inf]))
    array([ True, False, False])
    """
    return emit(IS_FINITE, x, name=name)
