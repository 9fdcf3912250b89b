"""Evenly spaced numbers: range and linspace."""

from __future__ import annotations

import math
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.dtypes import as_dtype
from flowgraph.ir.cases import DOUBLE, INT, VALUE, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, NO_GRADIENT, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.shapes import Sizes, to_text


def _require_scalars(**inputs: Any) -> None:
    for name, value in inputs.items():
        if value.sizes:
            raise ValueError(f"Shape must be rank 0 but is rank {len(value.sizes)}\n\t for '{name}'")


def _text(number: Any) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _count(start: Any, limit: Any, delta: Any) -> int:
    """How many numbers there are from `start` on before `limit`."""
    if delta == 0:
        raise ValueError("Requires delta != 0")
    if delta > 0:
        if not start <= limit:
            raise ValueError(f"Requires start <= limit when delta > 0: {_text(start)}/{_text(limit)}")
    elif not start >= limit:
        raise ValueError(f"Requires start >= limit when delta < 0: {_text(start)}/{_text(limit)}")
    if isinstance(start, int):
        return (abs(limit - start) + abs(delta) - 1) // abs(delta)
    return math.ceil(abs((limit - start) / delta))


def _entry(value: Any) -> Any:
    """A Python int, or a numpy number that computes in its own precision."""
    return int(value) if value.dtype.kind == "i" else value[()]


def _range_sizes(start: Any, limit: Any, delta: Any) -> Sizes:
    _require_scalars(start=start, limit=limit, delta=delta)
    known = [start.constant(), limit.constant(), delta.constant()]
    if any(value is None for value in known):
        return (None,)
    return (_count(*map(_entry, known)),)


def _range(xp: Any, start: Any, limit: Any, delta: Any) -> Any:
    # (int() of a vector is refused by newer numpys only, so it is refused here)
    if _not_scalar(start=start, limit=limit, delta=delta):
        raise ValueError("not scalars")
    count = _count(_entry(start), _entry(limit), _entry(delta))
    if start.dtype.kind == "i":
        return start + delta * xp.arange(count, dtype=start.dtype)
    # one step after the other, as TF adds them up, roundings included
    steps = xp.full(count, delta)
    steps[:1] = start
    return xp.add.accumulate(steps, dtype=start.dtype)


def _not_scalar(**inputs: Any) -> str | None:
    for name, value in inputs.items():
        if value.ndim:
            return f"{name} must be a scalar, not shape {to_text(value.shape)}"
    return None


def _range_failure(start: Any, limit: Any, delta: Any) -> str | None:
    complaint = _not_scalar(start=start, limit=limit, delta=delta)
    if complaint:
        return complaint
    try:
        _count(_entry(start), _entry(limit), _entry(delta))
    except ValueError as error:
        return f"{error}: {delta:g}" if delta == 0 else str(error)
    return None


RANGE = OpDef(
    "Range(start: Tidx, limit: Tidx, delta: Tidx) -> output: Tidx",
    attrs={"Tidx": TypeAttr((dt.bfloat16, dt.float32, dt.float64, dt.int32, dt.int64), dt.int32)},
    infer=_range_sizes,
    forward=_range,
    failure=_range_failure,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[
        case(INT(0), INT(5), INT(1)),
        case(INT(7, dt.int64), INT(-2, dt.int64), INT(-3, dt.int64)),
        case(VALUE(0.0), VALUE(1.0), VALUE(0.1)),
        case(INT(3), INT(3), INT(1)),
    ],
)


def range_op(start: Any, limit: Any, delta: Any, name: str | None = None) -> Tensor:
    """The Range op itself; `range` settles the dtypes first."""
    return emit(RANGE, start, limit, delta, name=name)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """The numbers from `start` up to but not including `limit`, `delta` apart: Python's range as a tensor.

    Args:
      start: the first number; with no `limit` given, the limit, and the first number is 0.
      limit: where to stop.
      delta: the step.
      dtype: the dtype; by default the widest of the arguments'.
      name: the op's name.

    Raises:
      ValueError: the step is zero or leads away from the limit.

    >>> run(range(3, 18, 3))
    array([ 3,  6,  9, 12, 15], dtype=int32)
    """
    from flowgraph.ops.cast import cast

    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as scope:
        wanted = None if dtype is None else as_dtype(dtype)
        parts = [
            convert_to_tensor(start, wanted, "start"),
            convert_to_tensor(limit, wanted, "limit"),
            convert_to_tensor(delta, wanted, "delta"),
        ]
        if wanted is None:
            widening = [dt.int32, dt.int64, dt.float32, dt.float64]
            if any(part.dtype.base_dtype not in widening for part in parts):
                raise AssertionError(f"tf.range knows {', '.join(d.name for d in widening)}")
            widest = max((part.dtype.base_dtype for part in parts), key=widening.index)
            parts = [cast(part, widest) for part in parts]
        return emit(RANGE, *parts, name=scope)


def _linspace_sizes(start: Any, stop: Any, num: Any) -> Sizes:
    _require_scalars(start=start, stop=stop, num=num)
    count = num.constant()
    if count is None:
        return (None,)
    if count <= 0:
        raise ValueError(f"Requires num > 0: {int(count)}")
    return (int(count),)


def _linspace(xp: Any, start: Any, stop: Any, num: Any) -> Any:
    if _not_scalar(start=start, stop=stop, num=num):
        raise ValueError("not scalars")
    count = int(num)
    if count <= 0:
        raise ValueError("no numbers")
    if count == 1:
        return xp.array([start], start.dtype)
    step = (stop - start) / start.dtype.type(count - 1)
    made = start + step * xp.arange(count, dtype=start.dtype)
    made[-1] = stop  # which rounding may have missed
    return made


def _linspace_failure(start: Any, stop: Any, num: Any) -> str | None:
    complaint = _not_scalar(start=start, stop=stop, num=num)
    return complaint or (f"Requires num > 0: {int(num)}" if num <= 0 else None)


LINSPACE = OpDef(
    "LinSpace(start: T, stop: T, num: Tidx) -> output: T",
    attrs={"T": TypeAttr((dt.bfloat16, dt.float32, dt.float64)), "Tidx": TypeAttr(INDEX, dt.int32)},
    infer=_linspace_sizes,
    forward=_linspace,
    failure=_linspace_failure,
    gradient=NO_GRADIENT,
    data_shape=True,
    cases=[case(VALUE(0.0), VALUE(1.0), INT(5)), case(DOUBLE(), DOUBLE(), INT(1, dt.int64))],
)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """`num` evenly spaced numbers, `start` first and `stop` last.

    Args:
      start: the first, a floating scalar.
      stop: the last, of the same dtype.
      num: how many, an int32 or int64 scalar above 0.
      name: the op's name.

    >>> run(linspace(10.0, 12.0, 3))
    array([10., 11., 12.], dtype=float32)
    """
    return emit(LINSPACE, start, stop, num, name=name)


lin_space = linspace
