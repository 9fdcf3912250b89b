"""Cases: the inputs on which an op tests itself, written down as briefly as they can be.

    cases=[case(FLOAT(3, 4)), case(FLOAT(3, 1), FLOAT(4)), case(FLOAT(0, 2))]

The suite runs every case of every OpDef: the inferred shape and dtype against those at run time, the gradient against
finite differences, every engine against the reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType


@dataclass(frozen=True)
class Input:
    """One input of a case: random entries of a dtype and shape between two bounds, or exactly `value`.

    Attributes:
      smooth: whether to take differences along it; no for indices, masks and the like.
      gap: entries keep at least this distance from each other and from integers, for ops with kinks there.
    """

    dtype: DType
    shape: tuple[int, ...] = ()
    low: float = -2.0
    high: float = 2.0
    value: Any = None
    smooth: bool = True
    gap: float = 0.0

    def make(self, rng: np.random.Generator, dtype: DType | None = None) -> np.ndarray:
        """The array; floating ones as `dtype` when that is given (tests of gradients want float64)."""
        if self.value is not None:
            made = np.array(self.value, self.dtype.np)
        elif self.dtype.is_bool:
            made = rng.integers(0, 2, self.shape).astype(bool)
        elif self.dtype.is_integer:
            low = max(self.low, self.dtype.min) if self.dtype.is_unsigned else self.low
            made = rng.integers(int(low), int(self.high) + 1, self.shape).astype(self.dtype.np)
        elif self.dtype.is_complex:
            made = (self._real(rng) + 1j * self._real(rng)).astype(self.dtype.np)
        else:
            made = self._real(rng).astype(self.dtype.np)
        if dtype is not None and self.dtype.is_floating:
            made = made.astype(dtype.np)
        elif dtype is not None and self.dtype.is_complex:
            made = made.astype(np.complex128)
        return made

    def _real(self, rng: np.random.Generator) -> np.ndarray:
        if not self.gap:
            return rng.uniform(self.low, self.high, self.shape)
        # distinct multiples of the gap, shuffled, moved off the integers by half a gap
        count = int(np.prod(self.shape))
        steps = max(count, int((self.high - self.low) / self.gap))
        picked = rng.choice(steps, count, replace=False)
        return (self.low + (picked + 0.5) * (self.high - self.low) / steps).reshape(self.shape)


def FLOAT(*shape: int, low: float = -2.0, high: float = 2.0, gap: float = 0.0) -> Input:
    """float32 entries between `low` and `high`."""
    return Input(dt.float32, shape, low, high, gap=gap)


def POSITIVE(*shape: int, low: float = 0.1, high: float = 2.0) -> Input:
    """float32 entries above zero."""
    return Input(dt.float32, shape, low, high)


def HALF(*shape: int, low: float = -2.0, high: float = 2.0) -> Input:
    """float16 entries between `low` and `high`."""
    return Input(dt.float16, shape, low, high)


def DOUBLE(*shape: int, low: float = -2.0, high: float = 2.0) -> Input:
    """float64 entries between `low` and `high`."""
    return Input(dt.float64, shape, low, high)


def COMPLEX(*shape: int, low: float = -2.0, high: float = 2.0) -> Input:
    """complex64 entries, real and imaginary parts between `low` and `high`."""
    return Input(dt.complex64, shape, low, high)


def INTS(*values: int, dtype: DType = dt.int32) -> Input:
    """A vector of exactly these integers: an axis list, a shape, indices."""
    return Input(dtype, (len(values),), value=np.array(values, dtype.np), smooth=False)


def INT(value: Any, dtype: DType = dt.int32) -> Input:
    """Exactly this integer, or array of integers."""
    return Input(dtype, np.shape(value), value=np.array(value, dtype.np), smooth=False)


def RANDOM_INT(*shape: int, low: int = -5, high: int = 5, dtype: DType = dt.int32) -> Input:
    """Integers from `low` to `high`, both included."""
    return Input(dtype, shape, low, high, smooth=False)


def BOOL(*shape: int) -> Input:
    """True and False at random."""
    return Input(dt.bool, shape, smooth=False)


def VALUE(value: Any, dtype: DType = dt.float32, smooth: bool = True) -> Input:
    """Exactly this value."""
    return Input(dtype, np.shape(value), value=value, smooth=smooth)


@dataclass(frozen=True)
class Case:
    """One call of the op: its inputs (a list of inputs for a list argument) and its attrs.

    Attributes:
      gradient: whether the gradient is compared with finite differences here.
      second: the same for the gradient's gradient.
    """

    inputs: tuple[Any, ...]
    attrs: dict[str, Any] = field(default_factory=dict)
    gradient: bool = True
    second: bool = True


def case(*inputs: Any, gradient: bool = True, second: bool = True, **attrs: Any) -> Case:
    """Write one `Case`: `case(FLOAT(2, 3), INTS(0), keep_dims=True)`."""
    return Case(inputs, attrs, gradient, second and gradient)
