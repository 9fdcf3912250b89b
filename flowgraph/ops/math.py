"""Binary elementwise arithmetic: add, subtract, multiply, divide, powers, maximum and minimum."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import BOOL, FLOAT, HALF, INTS, POSITIVE, RANDOM_INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import COMPLEX, FLOATS, INTS as INT_TYPES, NO_GRADIENT, NUMBERS, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import DynamicUnbroadcast, Unbroadcast, all_shapes_equal, broadcast_shape

# what TF's kernels and op registry allow; a few ops know strings, some lack a type
_SMALL_INTS = (dt.uint8, dt.int8, dt.uint16, dt.int16)
_ADD_TYPES = (dt.bfloat16, dt.float16, dt.float32, dt.float64, dt.uint8, dt.int8, dt.int16, dt.int32, dt.int64,
              dt.complex64, dt.complex128)  # fmt: skip

_BINARY_CASES = (
    case(FLOAT(2, 3), FLOAT(2, 3)),
    case(FLOAT(2, 3), FLOAT(3)),
    case(FLOAT(2, 1, 3), FLOAT(4, 1)),
    case(FLOAT(), FLOAT(2, 2)),
    case(FLOAT(0, 3), FLOAT(1, 3)),
    case(HALF(2, 2), HALF(2, 2), gradient=False),
)


def _add_grad(op: Any, dy: Tensor) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy):
        return [dy, dy]
    back = Unbroadcast(x, y, dy)
    return [back.x(dy), back.y(dy)]


ADD = OpDef(
    "Add(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr((*_ADD_TYPES, dt.string))},
    infer=broadcast_shape,
    forward=lambda xp, x, y: x + y,
    gradient=_add_grad,
    elementwise=True,
    cases=[*_BINARY_CASES, case(RANDOM_INT(3), RANDOM_INT(3))],
)

ADD_V2 = OpDef(
    "AddV2(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr(_ADD_TYPES)},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.add(x, y),
    gradient=_add_grad,
    elementwise=True,
    cases=_BINARY_CASES,
)


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The sum x + y, entry by entry; strings are joined.

    Args:
      x, y: tensors of one dtype (a number or string type), whose shapes broadcast.

    >>> run(add([1, 2], 3))
    array([4, 5], dtype=int32)
    """
    return emit(ADD, x, y, name=name)


def add_v2(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The sum as Python's `+` builds it."""
    return emit(ADD_V2, x, y, name=name)


def _sub_grad(op: Any, dy: Tensor) -> list[Any]:
    x, y = op.inputs
    if all_shapes_equal(x, y, dy):
        return [dy, -dy]
    back = Unbroadcast(x, y, dy)
    return [back.x(dy), back.y(-dy)]


SUB = OpDef(
    "Sub(x: T, y: T) -> z: T",
    attrs={"T": TypeAttr((*FLOATS, *_SMALL_INTS, dt.int32, dt.int64, *COMPLEX))},
    infer=broadcast_shape,
    forward=lambda xp, x, y: xp.subtract(x, y),
    gradient=_sub_grad,
    elementwise=True,
    cases=_BINARY_CASES,
)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The difference x - y, entry by entry.

    >>> run(subtract([1.0, 2.0], 3.0))
    array([-2., -1.], dtype=float32)
    """
    return emit(SUB, x, y, name=name)
