"""Running sums, products and log-sums of exponentials along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.cases import FLOAT, HALF, INT, POSITIVE, RANDOM_INT, case
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.emit import emit
from flowgraph.ir.opdef import INDEX, OpDef, TypeAttr
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.broadcast import same
from flowgraph.ops.reduction import NUMBER_TYPES
from flowgraph.sizes import to_text

_ATTRS = {
    "exclusive": False,
    "reverse": False,
    "T": TypeAttr(NUMBER_TYPES),
    "Tidx": TypeAttr(INDEX, dt.int32),
}


def _scan(xp: Any, ufunc: Any, x: Any, axis: Any, start: Any, exclusive: bool, reverse: bool) -> Any:
    if axis.ndim:
        message = f"ScanOp: axis must be a scalar, not {to_text(axis.shape)}"
        raise errors.InvalidArgumentError(None, None, message)
    if not -x.ndim <= axis < x.ndim:
        counted = axis + x.ndim if axis < 0 else axis
        message = f"ScanOp: Expected scan axis in the range [{-x.ndim}, {x.ndim}), but got {counted}"
        raise errors.InvalidArgumentError(None, None, message)
    out = xp.empty_like(x)
    source, target = xp.moveaxis(x, int(axis), 0), xp.moveaxis(out, int(axis), 0)
    if reverse:
        source, target = source[::-1], target[::-1]
    if exclusive:
        target[:1] = start
        source, target = source[:-1], target[1:]
    ufunc.accumulate(source, axis=0, out=target, dtype=x.dtype)
    return out


def _cumsum_grad(op: Any, dy: Tensor) -> list[Any]:
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    return [cumsum(dy, op.inputs[1], exclusive=exclusive, reverse=not reverse), None]


def _cumprod_grad(op: Any, dy: Tensor) -> list[Any]:
    """As TF's: wrong (nan) where an entry is 0."""
    x, axis = op.inputs
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    product = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
    total = cumsum(product * dy, axis, exclusive=exclusive, reverse=not reverse)
    return [total / x, None]


CUMSUM = OpDef(
    "Cumsum(x: T, axis: Tidx) -> out: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x, axis, *, exclusive, reverse: _scan(xp, xp.add, x, axis, 0, exclusive, reverse),
    gradient=_cumsum_grad,
    cases=[
        case(FLOAT(2, 3), INT(1)),
        case(FLOAT(2, 3), INT(-2), exclusive=True),
        case(FLOAT(4), INT(0), reverse=True),
        case(FLOAT(4), INT(0, dt.int64), exclusive=True, reverse=True),
        case(FLOAT(0, 2), INT(0), exclusive=True),
        case(HALF(3), INT(0), gradient=False),
        case(RANDOM_INT(3), INT(0), gradient=False),
    ],
)

CUMPROD = OpDef(
    "Cumprod(x: T, axis: Tidx) -> out: T",
    attrs=_ATTRS,
    infer=same,
    forward=lambda xp, x, axis, *, exclusive, reverse: _scan(xp, xp.multiply, x, axis, 1, exclusive, reverse),
    gradient=_cumprod_grad,
    cases=[
        case(POSITIVE(2, 3), INT(1)),
        case(POSITIVE(4), INT(0), exclusive=True),
        case(POSITIVE(4), INT(0), reverse=True),
        case(POSITIVE(4, low=0.5), INT(0), exclusive=True, reverse=True),
        case(FLOAT(0, 2), INT(0)),
        case(RANDOM_INT(3), INT(0), gradient=False),
    ],
)


def _cumulative_logsumexp_grad(op: Any, dy: Tensor) -> list[Any]:
    """The positive and the negative part of the gradient apart, so that logarithms can be taken of both."""
    from flowgraph.ops.compare import greater, less
    from flowgraph.ops.select import where_v2
    from flowgraph.ops.unary import exp, log

    x, axis = op.inputs
    exclusive, reverse = op.attrs["exclusive"], op.attrs["reverse"]
    y = op.outputs[0]

    def part(log_grad: Tensor) -> Tensor:
        running = emit(CUMULATIVE_LOGSUMEXP, log_grad - y, axis, exclusive=exclusive, reverse=not reverse)
        return exp(running + x)

    log_positive = where_v2(greater(dy, 0), log(dy), dy.dtype.min)
    log_negative = where_v2(less(dy, 0), log(-dy), dy.dtype.min)
    positive = part(log_positive)
    return [positive - part(log_negative), None]


class _LogAdd:
    """log(exp(a) + exp(b)) as TF works it out, with its comparisons that pass over nan."""

    @staticmethod
    def accumulate(x: Any, axis: int, out: Any, dtype: Any) -> None:
        total = np.full(x.shape[:axis] + x.shape[axis + 1 :], np.finfo(dtype).min, dtype)
        for place, entry in enumerate(x):
            low, high = np.where(entry < total, entry, total), np.where(total < entry, entry, total)
            total = np.log1p(np.exp(low - high)) + high
            out[place] = total


def _log_scan(xp: Any, x: Any, axis: Any, *, exclusive: bool, reverse: bool) -> Any:
    # TF starts from the lowest number, not from -inf: no result is below it
    lowest = x.dtype.type(xp.finfo(x.dtype).min)
    if not xp.isfinite(x).all():
        return _scan(xp, _LogAdd, x, axis, lowest, exclusive, reverse)
    return xp.maximum(_scan(xp, xp.logaddexp, x, axis, lowest, exclusive, reverse), lowest)


CUMULATIVE_LOGSUMEXP = OpDef(
    "CumulativeLogsumexp(x: T, axis: Tidx) -> out: T",
    attrs={
        "exclusive": False,
        "reverse": False,
        "T": TypeAttr((dt.float16, dt.float32, dt.float64)),
        "Tidx": TypeAttr(INDEX, dt.int32),
    },
    infer=same,
    forward=_log_scan,
    gradient=_cumulative_logsumexp_grad,
    # (a second derivative meets the logarithm of the part that was not chosen: nan, in TF too)
    cases=[
        case(FLOAT(2, 3), INT(1), second=False),
        case(FLOAT(2, 3), INT(-2), reverse=True, second=False),
        # (an exclusive one gives the lowest number, of which no difference can be taken)
        case(FLOAT(4), INT(0, dt.int64), exclusive=True, gradient=False),
        case(FLOAT(0, 2), INT(0), exclusive=True, gradient=False),
        case(HALF(3), INT(0), gradient=False),
    ],
)


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """Running sums: each entry becomes the sum of itself and all before it.

    Args:
      x: a tensor of a number type.
      axis: the axis to run along.
      exclusive: whether an entry leaves itself out: the first becomes 0.
      reverse: whether to run from the end to the start.
      name: the op's name.

    >>> run([cumsum([1, 2, 3]), cumsum([1, 2, 3], exclusive=True), cumsum([1, 2, 3], reverse=True)])
    [array([1, 3, 6], dtype=int32), array([0, 1, 3], dtype=int32), array([6, 5, 3], dtype=int32)]
    """
    with name_scope(name, "Cumsum", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return emit(CUMSUM, x, axis, exclusive=exclusive, reverse=reverse, name=scope)


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """Running products: each entry becomes the product of itself and all before it.

    Args: see `cumsum`; an exclusive product starts with 1.

    >>> run(cumprod([2, 3, 4]))
    array([ 2,  6, 24], dtype=int32)
    """
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return emit(CUMPROD, x, axis, exclusive=exclusive, reverse=reverse, name=scope)


def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """Running log-sums: each entry becomes log(sum(exp(...))) of itself and all before it, without overflow.

    Args: see `cumsum`, of floats; an exclusive log-sum starts with the lowest number of the dtype.

    >>> run(cumulative_logsumexp([0.0, 0.0, 1000.0]))
    array([   0.      ,    0.693147, 1000.      ], dtype=float32)
    """
    with name_scope(name, "CumulativeLogsumexp", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return emit(CUMULATIVE_LOGSUMEXP, x, axis, exclusive=exclusive, reverse=reverse, name=scope)
