"""Constraints that layers can be told by name: what an optimizer makes of a variable after each update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.cast import cast
from flowgraph.ops.clip import clip_by_value
from flowgraph.ops.compare import greater_equal
from flowgraph.ops.constant import constant
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.unary import sqrt, square

_EPSILON = 1e-7
"""What keeps norms away from zero."""


class Constraint:
    """What the constraints have in common: their arguments are known, so that they can be made again."""

    def __call__(self, w: Any) -> Any:
        """What is to become of the variable `w`."""
        return w

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values."""
        return dict(vars(self))


class MaxNorm(Constraint):
    """Norms along an axis of at most `max_value`.

    >>> run(MaxNorm(2.0)(tf.constant([[3.0], [4.0]])))
    array([[1.2],
           [1.6]], dtype=float32)
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: Any) -> Any:
        """`w`, scaled down where it is too long."""
        norms = _norms(w, self.axis)
        return w * (_clip(norms, 0, self.max_value) / (_EPSILON + norms))


class NonNeg(Constraint):
    """No negative numbers: zeros in their place.

    >>> run(NonNeg()(tf.constant([-1.0, 2.0])))
    array([-0.,  2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """`w`, with zeros where it was negative."""
        return w * cast(greater_equal(w, 0.0), dt.float32)


class UnitNorm(Constraint):
    """Norms along an axis of 1."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """`w`, scaled to length 1."""
        return w / (_EPSILON + _root(reduce_sum(square(w), axis=self.axis, keepdims=True)))


class MinMaxNorm(Constraint):
    """Norms along an axis between two bounds; a `rate` below 1 takes only part of the way there."""

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: Any) -> Any:
        """`w`, scaled to a length between the bounds."""
        norms = _norms(w, self.axis)
        wanted = self.rate * _clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (_EPSILON + norms))


def _norms(w: Any, axis: Any) -> Tensor:
    return _root(reduce_sum(square(w), axis=axis, keepdims=True))


def _root(x: Tensor) -> Tensor:
    """The root of what may have come out a little below zero."""
    return sqrt(_between(x, 0.0, np.inf))


def _clip(x: Tensor, low: float, high: float) -> Tensor:
    return _between(x, low, max(low, high))


def _between(x: Tensor, low: float, high: float) -> Tensor:
    dtype = x.dtype.base_dtype
    clipped: Tensor = clip_by_value(x, constant(low, dtype=dtype), constant(high, dtype=dtype))
    return clipped


_NAMES_OF: Mapping[type[Constraint], tuple[str, ...]] = {
    MaxNorm: ("max_norm", "maxnorm"),
    NonNeg: ("non_neg", "nonneg"),
    UnitNorm: ("unit_norm", "unitnorm"),
    MinMaxNorm: ("min_max_norm",),
}
CONSTRAINTS: Mapping[str, Callable[..., Constraint]] = {
    name: cls for cls, names in _NAMES_OF.items() for name in (cls.__name__, *names)
}
"""What makes the constraint of each name."""
