"""Softmax and its logarithm, along any axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import errors
from flowgraph.ir.cases import DOUBLE, FLOAT, HALF, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.graph import user_site
from flowgraph.ir.opdef import OpDef, TypeAttr
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import FLOAT_TYPES
from flowgraph.ops.reduction import one_of, reduce_sum
from flowgraph.ops.static_value import constant_value
from flowgraph.sizes import Sizes

# -- the op types: along the last axis -------------------------------------------------------------------


def _not_a_scalar(logits: Any) -> Sizes:
    if logits.sizes == ():
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return logits.sizes


def _failure(logits: Any) -> str | None:
    """TF's words for a scalar."""
    return None if logits.ndim else "logits must have >= 1 dimension, got []"


def wide(x: Any) -> Any:
    """Half-width floats as float32, in which the sums of exponentials are taken."""
    return x.astype(np.float32) if x.dtype.itemsize < 4 else x


def shifted(xp: Any, logits: Any, axis: int = -1) -> Any:
    """Each row of logits less its largest, so that no exponential overflows."""
    return logits - xp.max(logits, axis=axis, keepdims=True, initial=-np.inf)


NARROW = 32
"""Rows of no more logits than this are many: laid out as columns, all are worked on at once."""


def _by_rows_or_columns(compute: Any, xp: Any, logits: Any) -> Any:
    """What `compute(xp, logits, axis)` makes of the rows."""
    width = logits.shape[-1]
    if not 0 < width <= NARROW or logits.size < 1000 * width:
        return compute(xp, wide(logits), -1).astype(logits.dtype, copy=False)
    columns = xp.ascontiguousarray(wide(logits).reshape(-1, width).T)
    made = compute(xp, columns, 0).astype(logits.dtype, copy=False)
    return xp.ascontiguousarray(made.T).reshape(logits.shape)


def _softmax(xp: Any, logits: Any) -> Any:
    return _by_rows_or_columns(_powers, xp, logits)


def _powers(xp: Any, logits: Any, axis: int) -> Any:
    powers = xp.exp(shifted(xp, logits, axis))
    # TF multiplies with the reciprocal too
    return powers * xp.reciprocal(xp.sum(powers, axis=axis, keepdims=True))


def _log_softmax(xp: Any, logits: Any) -> Any:
    return _by_rows_or_columns(_logarithms, xp, logits)


def _logarithms(xp: Any, logits: Any, axis: int) -> Any:
    x = shifted(xp, logits, axis)
    return x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))


def _softmax_grad(op: Any, dy: Tensor) -> list[Any]:
    y = op.outputs[0]
    total = reduce_sum(dy * y, -1, keepdims=True)
    return [(dy - total) * y]


def _log_softmax_grad(op: Any, dy: Tensor) -> list[Any]:
    from flowgraph.ops.unary import exp

    y = exp(op.outputs[0])
    return [dy - reduce_sum(dy, -1, keepdims=True) * y]


_CASES = (
    case(FLOAT(2, 3)),
    case(FLOAT(4)),
    case(DOUBLE(2, 2, 3)),
    case(FLOAT(0, 3)),
    case(FLOAT(2, 0)),
    case(HALF(2, 3), gradient=False),
)

SOFTMAX = OpDef(
    "Softmax(logits: T) -> softmax: T",
    attrs={"T": TypeAttr(FLOAT_TYPES)},
    infer=_not_a_scalar,
    forward=_softmax,
    failure=_failure,
    gradient=_softmax_grad,
    cases=_CASES,
)

LOG_SOFTMAX = OpDef(
    "LogSoftmax(logits: T) -> logsoftmax: T",
    attrs={"T": TypeAttr(FLOAT_TYPES)},
    infer=_not_a_scalar,
    forward=_log_softmax,
    failure=_failure,
    gradient=_log_softmax_grad,
    cases=_CASES,
)

# -- along any axis --------------------------------------------------------------------------------------


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """The exponentials of `logits`, divided by their sum along an axis: positive numbers that sum to 1.

    Args:
      logits: a tensor of floats, not a scalar.
      axis: the axis to sum over; the last one by default.
      name: the op's name.
      dim: the old name of `axis`.

    Raises:
      InvalidArgumentError: there is no such axis.
      ValueError: both `axis` and `dim` are given, or `logits` is a scalar.

    >>> run(softmax([[1.0, 1.0, 1.0, 1.0]]))
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """
    return _along(SOFTMAX, logits, one_of("axis", axis, "dim", dim), name)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """The logarithm of `softmax`, exact also where that is almost zero.

    Args: see `softmax`.

    >>> run(log_softmax([0.0, 1000.0]))
    array([-1000.,     0.], dtype=float32)
    """
    return _along(LOG_SOFTMAX, logits, one_of("axis", axis, "dim", dim), name)


def _along(opdef: OpDef, logits: Any, axis: Any, name: str | None) -> Tensor:
    """Swap the axis with the last one, apply the op, and swap back."""
    from flowgraph.ops.array import rank
    from flowgraph.ops.math import subtract

    axis = -1 if axis is None else axis
    logits = convert_to_tensor(logits)
    is_number = not isinstance(axis, Tensor)
    if is_number and axis == -1:
        return emit(opdef, logits, name=name)
    if logits.sizes is None:
        raise _unknown_rank(logits)
    count = len(logits.sizes)
    if is_number and axis == count - 1:
        return emit(opdef, logits, name=name)
    _check_axis(axis, count)
    dynamic_rank = rank(logits)
    axis = _not_negative(axis, dynamic_rank)
    input_rank = rank(logits)
    axis = axis % count
    y = emit(opdef, _swapped(logits, axis, subtract(input_rank, 1)))
    y = _swapped(y, axis, subtract(input_rank, 1), name)
    y.set_shape(logits.shape)
    return y


def _not_negative(axis: Any, rank: Tensor) -> Any:
    from flowgraph.ops.compare import less
    from flowgraph.ops.select import where

    if isinstance(axis, Tensor):
        return where(less(axis, 0), axis + rank, axis)
    return axis + rank if axis < 0 else axis


def _swapped(x: Tensor, axis: Any, last: Tensor, name: str | None = None) -> Tensor:
    from flowgraph.ops.joining import concat
    from flowgraph.ops.range import range as range_op
    from flowgraph.ops.shaping import transpose

    order = concat([range_op(axis), [last], range_op(axis + 1, last), [axis]], 0)
    return transpose(x, order, name=name or "transpose")


def _check_axis(axis: Any, count: int) -> None:
    known = constant_value(axis)
    if known is not None and not -count <= known < count:
        line = (
            f"Dimension ({int(known)}) must be in the range [{-count}, {count}) where {count} is the number "
            "of dimensions in the input."
        )
        raise errors.InvalidArgumentError(None, None, errors.explain(line, where=user_site()))


def _unknown_rank(logits: Tensor) -> TypeError:
    return TypeError(
        errors.explain(
            "unsupported operand type(s) for -: 'NoneType' and 'int'",
            details=[f"the rank of logits is not known: {logits!r}"],
            mend="Only axis=-1 needs no rank; logits.set_shape([...]) tells it.",
            where=user_site(),
        )
    )
