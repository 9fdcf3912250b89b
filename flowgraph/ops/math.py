"""Binary elementwise arithmetic: sums, differences, products, powers, the larger and the smaller."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import COMPLEX as COMPLEX_INPUT
from flowgraph.ir.cases import FLOAT, HALF, INT, INTS, POSITIVE, VALUE, case
from flowgraph.ir.convert import convert_to_tensor, to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import COMPLEX, INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, reshape, shape, zeros, zeros_like
from flowgraph.ops.broadcast import broadcast_gradient_args, broadcast_shape, incompatible
from flowgraph.ops.compare import greater_equal, less_equal, not_equal
from flowgraph.ops.complex import conj
from flowgraph.ops.elementwise import (
    ADDABLE,
    ARITHMETIC,
    INTEGERS_BINARY,
    NUMERIC,
    REAL,
    SMALL_INTEGERS_BINARY,
    SMOOTH_BINARY,
    WIDE,
)  # fmt: skip
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.unbroadcast import DynamicUnbroadcast, Unbroadcast, all_shapes_equal

# -- sums and differences ----------------------------------------------------------------------------------


def _add_grad(op: Any, dy: Any) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy):
        return [dy, dy]
    back = Unbroadcast(x, y, dy)
    return [back.x(dy), back.y(dy)]


ADD = OpDef(
    "Add(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr((*ADDABLE, dt.string))},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.add(x, y),
    gradient=_add_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        *SMOOTH_BINARY,
        *INTEGERS_BINARY,
        case(VALUE([b"a", b"b"], dt.string), VALUE(b"c", dt.string), gradient=False),
    ],
)

ADD_V2 = OpDef(
    "AddV2(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ADDABLE)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.add(x, y),
    gradient=_add_grad,
    elementwise=True,
    failure=incompatible,
    cases=[*SMOOTH_BINARY, *INTEGERS_BINARY, *SMALL_INTEGERS_BINARY],
)


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The sum x + y, entry by entry; strings are joined.

    Args:
      x, y: tensors of one number type or of strings, whose shapes broadcast.

    >>> run(add([1, 2], 3))
    array([4, 5], dtype=int32)
    """
    return emit(ADD, x, y, name=name)


def _sub_grad(op: Any, dy: Any) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy):
        return [dy, -dy]
    back = Unbroadcast(x, y, dy)
    return [back.x(dy), back.y(-dy)]


SUB = OpDef(
    "Sub(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.subtract(x, y),
    gradient=_sub_grad,
    elementwise=True,
    failure=incompatible,
    cases=[*SMOOTH_BINARY, *INTEGERS_BINARY, *SMALL_INTEGERS_BINARY],
)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The difference x - y, entry by entry.

    Args:
      x, y: tensors of one number type, whose shapes broadcast.

    >>> run(subtract([1.0, 2.0], 3.0))
    array([-2., -1.], dtype=float32)
    """
    return emit(SUB, x, y, name=name)


def _squared_difference(xp: Any, x: Any, y: Any) -> Any:
    difference = xp.subtract(x, y)
    return xp.multiply(difference, xp.conj(difference)) if x.dtype.kind == "c" else xp.square(difference)


def _squared_difference_grad(op: Any, dy: Any) -> list[Any]:
    x, y = op.inputs
    with control_dependencies([dy]):
        of_x = scalar_mul(2.0, dy) * (x - y)
    if all_shapes_equal(x, y, dy):
        return [of_x, -of_x]
    back = Unbroadcast(x, y, dy)
    return [back.x(of_x), -back.y(of_x)]


SQUARED_DIFFERENCE = OpDef(
    "SquaredDifference(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(NUMERIC)},
    infer=broadcast_shape,
    forward=_squared_difference,
    gradient=_squared_difference_grad,
    elementwise=True,
    failure=incompatible,
    cases=[*SMOOTH_BINARY, *INTEGERS_BINARY],
)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The square of the difference, (x - y)(x - y), entry by entry.

    >>> run(squared_difference([1.0, 5.0], 3.0))
    array([4., 4.], dtype=float32)
    """
    return emit(SQUARED_DIFFERENCE, x, y, name=name)


# -- products ----------------------------------------------------------------------------------------------


def _mul_grad(op: Any, dy: Any) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy) and dy.dtype in (dt.float32, dt.int32):
        return [emit(MUL, dy, y), emit(MUL, dy, x)]
    back = Unbroadcast(x, y, dy)
    x, y = conj(x), conj(y)
    return [back.x(emit(MUL, dy, y)), back.y(emit(MUL, x, dy))]


MUL = OpDef(
    "Mul(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(ARITHMETIC)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.multiply(x, y),
    gradient=_mul_grad,
    elementwise=True,
    failure=incompatible,
    cases=[*SMOOTH_BINARY, *INTEGERS_BINARY, *SMALL_INTEGERS_BINARY],
)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product of x and y, entry by entry (`tf.matmul` is the product of matrices).

    Args:
      x, y: tensors of one number type, whose shapes broadcast.

    >>> run(multiply([[1, 2], [3, 4]], [10, 100]))
    array([[ 10, 200],
           [ 30, 400]], dtype=int32)
    """
    return emit(MUL, x, y, name=name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """The product of a number and a tensor, or of a number and IndexedSlices.

    Args:
      scalar: a number, or a tensor known to be one.
      x: a Tensor or IndexedSlices.

    Raises:
      ValueError: `scalar` is not known to have rank 0.

    >>> run(scalar_mul(3.0, tf.constant([1.0, 2.0])))
    array([3., 6.], dtype=float32)
    """
    scalar = to_tensor(scalar, x.dtype.base_dtype, "scalar")
    if scalar.sizes != ():
        raise ValueError(f"Only scalar multiply works, got shape {scalar.shape}")
    if isinstance(x, Tensor) or not hasattr(x, "dense_shape"):
        return emit(MUL, scalar, x, name=name)
    return type(x)(emit(MUL, scalar, x.values, name=name), x.indices, x.dense_shape)


def _mul_no_nan_grad(op: Any, dy: Any) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy):
        return [mul_no_nan(dy, y), mul_no_nan(x, dy)]
    back = DynamicUnbroadcast(x, y)
    return [back.x(mul_no_nan(dy, y)), back.y(mul_no_nan(x, dy))]


MUL_NO_NAN = OpDef(
    "MulNoNan(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(WIDE)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.where(y == 0, 0, xp.multiply(x, y)),
    gradient=_mul_no_nan_grad,
    elementwise=True,
    failure=incompatible,
    cases=[*SMOOTH_BINARY, case(VALUE([np.nan, np.inf, 1]), VALUE([0.0, 0.0, 2.0]), gradient=False)],
)


def mul_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The MulNoNan op itself; `multiply_no_nan` is its public face."""
    return emit(MUL_NO_NAN, x, y, name=name)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product x * y, and 0 where y is 0 even if x is infinite or no number.

    Args:
      x, y: floating or complex tensors of one dtype, whose shapes broadcast.

    Raises:
      TypeError: their dtypes differ.

    >>> run(multiply_no_nan([np.nan, 2.0], [0.0, 3.0]))
    array([0., 6.], dtype=float32)
    """
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        return mul_no_nan(x, same_type(x, y), name=scope)


def same_type(x: Tensor, y: Any) -> Tensor:
    """`y` as a tensor of the dtype of `x`."""
    return to_tensor(y, x.dtype.base_dtype, "y")


# -- powers and logarithms -----------------------------------------------------------------------------------


def _pow(xp: Any, x: Any, y: Any) -> Any:
    if y.dtype.kind == "i" and x.size and y.size and y.min() < 0:
        xp.broadcast_shapes(x.shape, y.shape)  # (that they do not fit is said first)
        raise errors.InvalidArgumentError(None, None, "Integers to negative integer powers are not allowed")
    return xp.power(x, y)


def _pow_grad(op: Any, dy: Any) -> list[Any]:
    from flowgraph.ops.unary import log

    x, y = op.inputs
    back = Unbroadcast(x, y, dy)
    x, y = conj(x), conj(y)
    of_x = back.x(dy * y * pow(x, y - 1))
    z = conj(op.outputs[0])
    # a real x below 0 has no real logarithm: its gradient is 0 then, as that of 0 itself
    mask = not_equal(x, 0) if x.dtype.is_complex else x > 0
    safe_x = where(mask, x, ones_like(x))
    log_x = where(mask, log(safe_x), zeros_like(x))
    return [of_x, back.y(dy * z * log_x)]


POW = OpDef(
    "Pow(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr((dt.bfloat16, dt.float32, dt.float16, dt.float64, *INDEX, *COMPLEX))},
    infer=broadcast_shape,
    forward=_pow,
    gradient=_pow_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(POSITIVE(2, 3), FLOAT(2, 3)),
        case(POSITIVE(2, 3), FLOAT(3)),
        case(POSITIVE(), FLOAT(2, 1)),
        case(POSITIVE(0, 3), FLOAT(1, 3)),
        case(HALF(3, low=0.5), HALF(3), gradient=False),
        case(COMPLEX_INPUT(3), COMPLEX_INPUT(3), gradient=False),
        case(INTS(-3, 2, 50), INTS(3, 0, 6), gradient=False),
    ],
)


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The power x ** y, entry by entry.

    Args:
      x, y: tensors of one dtype (floating, complex, int32, int64), whose shapes broadcast.

    Raises:
      InvalidArgumentError: when run, where an integer y is negative.

    >>> run(pow([2, 3], [8, 2]))
    array([256,   9], dtype=int32)
    """
    return emit(POW, x, y, name=name)


def _xlogy_grad(op: Any, dy: Any) -> list[Any]:
    from flowgraph.ops.division import xdivy

    x, y = op.inputs
    back = DynamicUnbroadcast(x, y)
    with control_dependencies([dy]):
        of_x = xlogy(is_not_zero(x), y)
        of_y = xdivy(x, y)
        return [back.x(of_x * dy), back.y(of_y * dy)]


def is_not_zero(x: Tensor) -> Tensor:
    """1 where x is not 0 and 0 where it is, in the dtype of x."""
    from flowgraph.ops.cast import cast

    return cast(not_equal(x, cast(0.0, x.dtype)), x.dtype)


XLOGY = OpDef(
    "Xlogy(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(WIDE)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.where(x == 0, 0, xp.multiply(x, xp.log(y))),
    gradient=_xlogy_grad,
    elementwise=True,
    failure=incompatible,
    cases=[
        case(FLOAT(2, 3), POSITIVE(2, 3)),
        case(FLOAT(2, 3), POSITIVE(3)),
        case(FLOAT(), POSITIVE(2, 1)),
        case(HALF(2), HALF(2, low=0.5), gradient=False),
        case(COMPLEX_INPUT(2), COMPLEX_INPUT(2), gradient=False),
        case(VALUE([0.0, 0.0, 1.0]), VALUE([0.0, np.inf, 0.5]), gradient=False),
    ],
)


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The product x * log(y), and 0 where x is 0 even if log(y) is infinite or no number.

    >>> run(xlogy([0.0, 2.0], [0.0, 1.0]))
    array([0., 0.], dtype=float32)
    """
    return emit(XLOGY, x, y, name=name)


# -- the larger and the smaller ------------------------------------------------------------------------------


def _first_of_two(xp: Any, x: Any, y: Any, extreme: Any) -> Any:
    """TF compares with `<`: it chooses x also where the two are equal zeros, or y is no number.

    numpy, asked the other way round, chooses x of two zeros, but always what is no number.
    """
    chosen = extreme(y, x)
    if y.dtype.kind in "iu":
        return chosen
    unordered = xp.isnan(y)
    return xp.where(unordered, x, chosen) if unordered.any() else chosen


def _extreme_grad(op: Any, dy: Any, first_is_chosen: Any) -> list[Any]:
    x, y = op.inputs
    x_shape, y_shape, dy_shape = shape(x), shape(y), shape(dy)
    nothing = zeros(dy_shape, dy.dtype)
    mask = first_is_chosen(x, y)
    x_axes, y_axes = broadcast_gradient_args(x_shape, y_shape)
    return [
        reshape(reduce_sum(where(mask, dy, nothing), x_axes), x_shape),
        reshape(reduce_sum(where(mask, nothing, dy), y_axes), y_shape),
    ]


_EXTREME_CASES = (
    case(FLOAT(2, 3), FLOAT(2, 3)),
    case(FLOAT(2, 3), FLOAT(3)),
    case(FLOAT(2, 1, 3), FLOAT(4, 1)),
    case(FLOAT(), FLOAT(2, 2)),
    case(FLOAT(0, 3), FLOAT(1, 3)),
    case(HALF(2, 2), HALF(2, 2), gradient=False),
    case(INT([1, 5]), INT(3), gradient=False),
    case(VALUE([np.nan, 1.0]), VALUE([1.0, np.nan]), gradient=False),
)

MAXIMUM = OpDef(
    "Maximum(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(REAL)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: _first_of_two(xp, x, y, xp.maximum),
    gradient=lambda op, dy: _extreme_grad(op, dy, greater_equal),
    elementwise=True,
    failure=incompatible,
    cases=_EXTREME_CASES,
)

MINIMUM = OpDef(
    "Minimum(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(REAL)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: _first_of_two(xp, x, y, xp.minimum),
    gradient=lambda op, dy: _extreme_grad(op, dy, less_equal),
    elementwise=True,
    failure=incompatible,
    cases=_EXTREME_CASES,
)


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of x and y, entry by entry.

    Args:
      x, y: tensors of one real dtype, whose shapes broadcast.

    >>> run(maximum([-1.0, 2.0], 0.0))
    array([0., 2.], dtype=float32)
    """
    return emit(MAXIMUM, x, y, name=name)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of x and y, entry by entry.

    >>> run(minimum([-1.0, 2.0], 0.0))
    array([-1.,  0.], dtype=float32)
    """
    return emit(MINIMUM, x, y, name=name)
