"""Division: true, truncating, flooring, and the remainders that go with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX, FLOAT, HALF, POSITIVE, VALUE, Input, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import FLOATS, INDEX, MISSING_GRADIENT, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import broadcast_shape, incompatible
from flowgraph.ops.cast import cast
from flowgraph.ops.complex import conj
from flowgraph.ops.constant import constant
from flowgraph.ops.elementwise import ARITHMETIC, WIDE
from flowgraph.ops.math import MUL, is_not_zero, same_type
from flowgraph.ops.unbroadcast import DynamicUnbroadcast

_MODULAR = (*INDEX, *FLOATS)


def _refuse_zero(x: Any, y: Any) -> None:
    """Integers have no infinity to be the result of a division by zero."""
    if y.dtype.kind in "iu" and x.size and not y.all():
        raise errors.InvalidArgumentError(None, None, "Integer division by zero")


def _quiet(forward: Any) -> Any:
    """As TF's TruncateDiv and TruncateMod, which find a division by zero but not the words for it."""

    def careful(xp: Any, x: Any, y: Any) -> Any:
        try:
            return forward(xp, x, y)
        except errors.InvalidArgumentError:
            line = "Unexpected error in binary operator (only integer div and mod should have errors)"
            raise errors.InternalError(None, None, line) from None

    return careful


def _truncate_div(xp: Any, x: Any, y: Any) -> Any:
    if x.dtype.kind not in "iu":
        return xp.trunc(xp.divide(x, y))
    _refuse_zero(x, y)
    return xp.floor_divide(xp.subtract(x, xp.fmod(x, y)), y)


def _divide(xp: Any, x: Any, y: Any) -> Any:
    return _truncate_div(xp, x, y) if x.dtype.kind in "iu" else xp.divide(x, y)


def _floor_div(xp: Any, x: Any, y: Any) -> Any:
    if x.dtype.kind not in "iu":
        return xp.floor(xp.divide(x, y))
    _refuse_zero(x, y)
    return xp.floor_divide(x, y)


def _floor_mod(xp: Any, x: Any, y: Any) -> Any:
    _refuse_zero(x, y)
    rest = xp.fmod(x, y)
    return xp.where((rest != 0) & ((rest < 0) != (y < 0)), xp.add(rest, y), rest)


def _truncate_mod(xp: Any, x: Any, y: Any) -> Any:
    _refuse_zero(x, y)
    return xp.fmod(x, y)


def _int(values: Any, dtype: dt.DType = dt.int32) -> Input:
    return VALUE(values, dtype, smooth=False)


_DIVISION_CASES = (
    case(FLOAT(2, 3), POSITIVE(2, 3)),
    case(FLOAT(2, 3), POSITIVE(3)),
    case(FLOAT(2, 1, 3), POSITIVE(4, 1)),
    case(FLOAT(), POSITIVE(2, 2)),
    case(FLOAT(0, 3), POSITIVE(1, 3)),
    case(HALF(2, 2), HALF(2, 2, low=0.5), gradient=False),
)
_COMPLEX_CASES = (case(COMPLEX(3), COMPLEX(3), gradient=False),)
_INTEGER_CASES = (
    case(_int([7, -7, 7, -7]), _int([2, 2, -2, -2]), gradient=False),
    case(_int([7, -7], dt.int64), _int(3, dt.int64), gradient=False),
    case(_int([], dt.int32), _int(0), gradient=False),
)
_SMALL_INTEGER_CASES = (
    case(_int([7, -100], dt.int8), _int([2, 3], dt.int8), gradient=False),
    case(_int([7, 200], dt.uint8), _int([2, 3], dt.uint8), gradient=False),
)


# -- quotients ---------------------------------------------------------------------------------------------


def _quotient_grad(op: Any, dy: Any, quotient: Any) -> list[Any]:
    """The gradients dz / y and dz * (-x / y / y), with whichever division the op was."""
    x, y = op.inputs
    back = DynamicUnbroadcast(x, y)
    x, y = conj(x), conj(y)
    return [back.x(quotient(dy, y)), back.y(dy * quotient(quotient(-x, y), y))]


DIV = OpDef(
    "Div(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=_divide,
    gradient=lambda op, dy: _quotient_grad(op, dy, divide),
    times_reciprocal=MUL,
    elementwise=True,
    failure=incompatible,
    cases=[*_DIVISION_CASES, *_COMPLEX_CASES, *_INTEGER_CASES, *_SMALL_INTEGER_CASES],
)

REAL_DIV = OpDef(
    "RealDiv(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=_divide,
    gradient=lambda op, dy: _quotient_grad(op, dy, realdiv),
    times_reciprocal=MUL,
    elementwise=True,
    failure=incompatible,
    cases=[*_DIVISION_CASES, *_COMPLEX_CASES],
)

DIV_NO_NAN = OpDef(
    "DivNoNan(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(WIDE)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.where(y == 0, 0, xp.divide(x, y)),
    gradient=lambda op, dy: _quotient_grad(op, dy, div_no_nan),
    elementwise=True,
    failure=incompatible,
    cases=[
        *_DIVISION_CASES,
        *_COMPLEX_CASES,
        case(VALUE([0.0, 1.0, np.nan, np.inf]), VALUE([0.0, 0.0, 0.0, 2.0]), gradient=False),
    ],
)


def _xdivy_grad(op: Any, dy: Any) -> list[Any]:
    from flowgraph.ops.unary import negative

    x, y = op.inputs
    back = DynamicUnbroadcast(x, y)
    with control_dependencies([dy]):
        of_x = xdivy(is_not_zero(x), y)
        of_y = xdivy(negative(x), y**2)
        return [back.x(of_x * dy), back.y(of_y * dy)]


XDIVY = OpDef(
    "Xdivy(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(WIDE)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.where(x == 0, 0, xp.divide(x, y)),
    gradient=_xdivy_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        *_DIVISION_CASES,
        *_COMPLEX_CASES,
        case(VALUE([0.0, 0.0, 1.0]), VALUE([0.0, np.nan, 0.0]), gradient=False),
    ],
)

TRUNCATE_DIV = OpDef(
    "TruncateDiv(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=_quiet(_truncate_div),
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=[*_INTEGER_CASES, *_SMALL_INTEGER_CASES],
)

FLOOR_DIV = OpDef(
    "FloorDiv(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=_floor_div,
    gradient=NO_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=[*_DIVISION_CASES, *_INTEGER_CASES, *_SMALL_INTEGER_CASES],
)


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient x / y as Python 3's `/` has it: integers are divided as floating point numbers.

    Args:
      x, y: tensors of one number type, whose shapes broadcast. 8- and 16-bit integers become float32,
        32- and 64-bit ones float64.

    Raises:
      TypeError: their dtypes differ.

    >>> run(truediv([7, 8], 2))
    array([3.5, 4. ])
    """
    with name_scope(name, "truediv", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        dtype = x.dtype.base_dtype
        _check_types(x, y)
        if dtype not in ARITHMETIC:
            raise TypeError(errors.explain(f"Invalid dtype {dtype!r} in __truediv__", where=user_site()))
        if dtype.is_integer:
            wide = dt.float64 if dtype in INDEX else dt.float32
            x, y = cast(x, wide), cast(y, wide)
        return emit(REAL_DIV, x, y, name=scope)


def _check_types(x: Tensor, y: Tensor) -> None:
    if x.dtype.base_dtype is not y.dtype.base_dtype:
        raise TypeError(
            errors.explain(
                f"x and y must have the same dtype, got {x.dtype.base_dtype!r} != {y.dtype.base_dtype!r}",
                details=[f"x = {x!r}", f"y = {y!r}"],
                mend=f"tf.cast(y, tf.{x.dtype.base_dtype.name}) converts a tensor.",
                where=user_site(),
            )
        )


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient `x / y`; see `truediv`.

    >>> run(divide(tf.constant([1.0, 2.0]), 4.0))
    array([0.25, 0.5 ], dtype=float32)
    """
    return truediv(x, y, name) if name is not None else x / y


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient as Python 2 had it: of integers an integer, rounded down.

    >>> run(div([7, -7], 2))
    array([ 3, -4], dtype=int32)
    """
    with name_scope(name, "div", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = same_type(x, y)
        dtype = x.dtype
        return emit(REAL_DIV if dtype.is_floating or dtype.is_complex else FLOOR_DIV, x, y, name=scope)


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient of floating point or complex numbers.

    >>> run(realdiv(1.0, 4.0))
    0.25
    """
    return emit(REAL_DIV, x, y, name=name)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient x / y, and 0 where y is 0.

    Args:
      x, y: floating or complex tensors of one dtype, whose shapes broadcast.

    >>> run(div_no_nan([1.0, 3.0], [0.0, 2.0]))
    array([0. , 1.5], dtype=float32)
    """
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        return emit(DIV_NO_NAN, x, same_type(x, y), name=scope)


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, and 0 where x is 0.

    >>> run(reciprocal_no_nan([0.0, 2.0]))
    array([0. , 0.5], dtype=float32)
    """
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return div_no_nan(constant(1, dtype=x.dtype.base_dtype, name="one"), x, name=scope)


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient x / y, and 0 where x is 0 even if y is 0 too.

    >>> run(xdivy([0.0, 3.0], [0.0, 2.0]))
    array([0. , 1.5], dtype=float32)
    """
    return emit(XDIVY, x, y, name=name)


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient of integers, rounded towards zero.

    Raises:
      InvalidArgumentError: when run, where an integer y is 0.

    >>> run(truncatediv([7, -7], 2))
    array([ 3, -3], dtype=int32)
    """
    return emit(TRUNCATE_DIV, x, y, name=name)


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The quotient rounded down, as Python's `//` has it.

    Args:
      x, y: tensors of one real dtype, whose shapes broadcast.

    Raises:
      InvalidArgumentError: when run, where an integer y is 0.

    >>> run(floordiv([7, -7], 2))
    array([ 3, -4], dtype=int32)
    """
    return emit(FLOOR_DIV, x, y, name="floordiv" if name is None else name)


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The FloorDiv op itself; like `floordiv`, but for the name it gives the op."""
    return emit(FLOOR_DIV, x, y, name=name)


# -- remainders --------------------------------------------------------------------------------------------


def _floor_mod_grad(op: Any, dy: Any) -> list[Any]:
    from flowgraph.ops.unary import negative

    x, y = conj(op.inputs[0]), conj(op.inputs[1])
    back = DynamicUnbroadcast(x, y)
    quotient = floor_div(x, y)
    return [back.x(dy), back.y(dy * negative(quotient))]


# far from the multiples of y, where a remainder jumps
_REMAINDER_CASES = (
    case(VALUE([[1.25, -0.75, 2.5]]), VALUE([[1.0], [2.0]])),
    case(VALUE(5.5), VALUE([2.0, -3.0])),
    case(HALF(2, 2), HALF(2, 2, low=0.5), gradient=False),
    case(FLOAT(0, 3), POSITIVE(1, 3)),
    *_INTEGER_CASES,
)

FLOOR_MOD = OpDef(
    "FloorMod(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(_MODULAR)},
    infer=broadcast_shape,
    forward=_floor_mod,
    gradient=_floor_mod_grad,
    elementwise=True,
    failure=incompatible,
    cases=_REMAINDER_CASES,
)

MOD = OpDef(
    "Mod(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr((*INDEX, dt.float16, dt.float16, dt.bfloat16, dt.float32, dt.float64))},
    infer=broadcast_shape,
    forward=_truncate_mod,
    gradient=MISSING_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_REMAINDER_CASES,
)

TRUNCATE_MOD = OpDef(
    "TruncateMod(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(_MODULAR)},
    infer=broadcast_shape,
    forward=_quiet(_truncate_mod),
    gradient=MISSING_GRADIENT,
    elementwise=True,
    failure=incompatible,
    cases=_REMAINDER_CASES,
)


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """What remains of x / y rounded down: it has the sign of y, as Python's `%` has it.

    Args:
      x, y: tensors of one real dtype, whose shapes broadcast.

    Raises:
      InvalidArgumentError: when run, where an integer y is 0.

    >>> run(floormod([7, -7], [3, 3]))
    array([1, 2], dtype=int32)
    """
    return emit(FLOOR_MOD, x, y, name=name)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """What remains of x / y rounded towards zero: it has the sign of x.

    >>> run(truncatemod([7, -7], 3))
    array([ 1, -1], dtype=int32)
    """
    return emit(TRUNCATE_MOD, x, y, name=name)


mod = floormod
