"""The normal and the Laplace distribution, which are moved by a location and stretched by a scale."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones_like, zeros_like
from flowgraph.ops.checks import assert_positive
from flowgraph.ops.compare import greater, less
from flowgraph.ops.constant import constant
from flowgraph.ops.joining import concat
from flowgraph.ops.math import maximum, minimum, squared_difference
from flowgraph.ops.random import random_normal, random_uniform
from flowgraph.ops.select import where_v2
from flowgraph.ops.special import erf, erfc
from flowgraph.ops.unary import abs, exp, log, log1p, sign, square
from flowgraph.probability.divergence import RegisterKL
from flowgraph.probability.parameters import TwoParameters


class _LocationAndScale(TwoParameters):
    _parameter_names = ("loc", "scale")

    def __init__(self, loc: Any, scale: Any, validate_args: bool, allow_nan_stats: bool, name: str) -> None:
        super().__init__(loc, scale, lambda: [assert_positive(scale)], validate_args, allow_nan_stats, name)

    @property
    def loc(self) -> Tensor:
        """The location: mean and mode."""
        return self._first

    @property
    def scale(self) -> Tensor:
        """How wide it is."""
        return self._second


class Normal(_LocationAndScale):
    """The normal distribution.

    Args:
      loc: its mean.
      scale: its standard deviation, positive.
      validate_args: whether runs check that.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> normal = Normal(loc=[0.0, 1.0], scale=2.0)
    >>> run(normal.prob([0.0, 0.0]))
    array([0.199471, 0.176033], dtype=float32)
    >>> normal.sample(3, seed=1).shape
    TensorShape([Dimension(3), Dimension(2)])
    """

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Normal",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        sizes = concat([[n], self.batch_shape_tensor()], 0)
        return random_normal(sizes, 0.0, 1.0, dtype=self.loc.dtype, seed=seed) * self.scale + self.loc

    def _log_prob(self, value: Tensor) -> Tensor:
        return -0.5 * square(self._standardized(value)) - (0.5 * math.log(2.0 * math.pi) + log(self.scale))

    def _cdf(self, value: Tensor) -> Tensor:
        return standard_normal_cdf(self._standardized(value))

    def _log_cdf(self, value: Tensor) -> Tensor:
        return log_standard_normal_cdf(self._standardized(value))

    def _survival_function(self, value: Tensor) -> Tensor:
        return standard_normal_cdf(-self._standardized(value))

    def _log_survival_function(self, value: Tensor) -> Tensor:
        return log_standard_normal_cdf(-self._standardized(value))

    def _entropy(self) -> Tensor:
        scale = self.scale * ones_like(self.loc)
        return 0.5 * math.log(2.0 * math.pi * math.e) + log(scale)

    def _mean(self) -> Tensor:
        return self.loc * ones_like(self.scale)

    def _stddev(self) -> Tensor:
        return self.scale * ones_like(self.loc)

    def _mode(self) -> Tensor:
        return self._mean()

    def _standardized(self, value: Tensor) -> Tensor:
        with name_scope("standardize", values=[value]):
            return (value - self.loc) / self.scale


@RegisterKL(Normal, Normal)
def _kl_of_normals(a: Normal, b: Normal, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_normal_normal", [a.loc, b.loc]):
        one = constant(1, dtype=a.dtype)
        two = constant(2, dtype=a.dtype)
        half = constant(0.5, dtype=a.dtype)
        a_variance = square(a.scale)
        b_variance = square(b.scale)
        ratio = a_variance / b_variance
        return squared_difference(a.loc, b.loc) / (two * b_variance) + half * (ratio - one - log(ratio))


def standard_normal_cdf(x: Any) -> Tensor:
    """How likely a sample of the standard normal distribution is not greater than `x`.

    >>> run(standard_normal_cdf([-1.0, 0.0, 1.0]))
    array([0.158655, 0.5     , 0.841345], dtype=float32)
    """
    with name_scope("ndtr", values=[x]):
        return _standard_normal_cdf(_single_or_double(x, "is not handled, see docstring for supported types."))


def _single_or_double(x: Any, complaint: str) -> Tensor:
    x = convert_to_tensor(x, name="x")
    if x.dtype not in (dt.float32, dt.float64):
        raise refusal(f"x.dtype={x.dtype} {complaint}", TypeError)
    return x


def _standard_normal_cdf(x: Tensor) -> Tensor:
    """By erf near 0, elsewhere by erfc, which keeps what is left."""
    half_root = constant(0.5 * np.sqrt(2.0), dtype=x.dtype, name="half_sqrt_2")
    w = x * half_root
    z = abs(w)
    near = less(z, half_root)
    middle = 1.0 + erf(w)
    above = greater(w, 0.0)
    high = 2.0 - erfc(z)
    return 0.5 * where_v2(near, middle, where_v2(above, high, erfc(z)))


_SEGMENTS = {dt.float64: (np.float64(-20), np.float64(8)), dt.float32: (np.float32(-10), np.float32(5))}
"""For each dtype below which x the logarithm is taken from a series, and above which it is about the rest to 1."""

_TERMS = 3
"""How many terms of that series are taken."""


def log_standard_normal_cdf(x: Any) -> Tensor:
    """The logarithm of `standard_normal_cdf`, exact also where that is 0 or 1 to the last bit.

    >>> run(log_standard_normal_cdf([-20.0, 0.0])).round(3)
    array([-203.917,   -0.693], dtype=float32)
    """
    with name_scope("log_ndtr", values=[x]):
        x = _single_or_double(x, "is not supported.")
        lower, upper = _SEGMENTS[x.dtype]
        is_high = greater(x, upper)
        high = -_standard_normal_cdf(-x)
        is_middle = greater(x, lower)
        middle = log(_standard_normal_cdf(maximum(x, lower)))
        return where_v2(is_high, high, where_v2(is_middle, middle, _log_of_tail(minimum(x, lower))))


def _log_of_tail(x: Tensor) -> Tensor:
    scale = -0.5 * square(x) - log(-x) - 0.5 * np.log(2.0 * np.pi)
    return scale + log(_tail_series(x))


def _tail_series(x: Tensor) -> Tensor:
    """1 - 1/x^2 + 3/x^4 - 15/x^6: terms of both signs are summed apart."""
    kind = x.dtype.as_numpy_dtype
    squared = square(x)
    even, odd = zeros_like(x), zeros_like(x)
    power = squared
    for n in range(1, _TERMS + 1):
        term = np.array(np.prod(np.arange(2 * n - 1, 1, -2)), kind) / power
        if n % 2:
            odd += term
        else:
            even += term
        power *= squared
    return 1.0 + even - odd


class Laplace(_LocationAndScale):
    """The Laplace distribution, whose density falls off exponentially to both sides.

    Args:
      loc: its mean.
      scale: the mean distance from it, positive.
      validate_args: whether runs check that.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> laplace = Laplace(loc=0.0, scale=[1.0, 2.0])
    >>> run(laplace.cdf(0.0)), run(laplace.stddev())
    (array([0.5, 0.5], dtype=float32), array([1.414214, 2.828427], dtype=float32))
    """

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Laplace",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        sizes = concat([[n], self.batch_shape_tensor()], 0)
        kind = self.dtype.as_numpy_dtype
        lowest = np.nextafter(kind(-1.0), kind(0.0))  # -1 itself would give infinity
        uniform = random_uniform(sizes, lowest, 1.0, dtype=self.dtype, seed=seed)
        return self.loc - self.scale * sign(uniform) * log1p(-abs(uniform))

    def _log_prob(self, value: Tensor) -> Tensor:
        return -abs(self._standardized(value)) - (math.log(2.0) + log(self.scale))

    def _cdf(self, value: Tensor) -> Tensor:
        z = self._standardized(value)
        return 0.5 + 0.5 * sign(z) * (1.0 - exp(-abs(z)))

    def _log_cdf(self, value: Tensor) -> Tensor:
        return _log_laplace_cdf(self._standardized(value))

    def _log_survival_function(self, value: Tensor) -> Tensor:
        return _log_laplace_cdf(-self._standardized(value))

    def _entropy(self) -> Tensor:
        scale = self.scale + zeros_like(self.loc)
        return math.log(2.0) + 1.0 + log(scale)

    def _mean(self) -> Tensor:
        return self.loc + zeros_like(self.scale)

    def _stddev(self) -> Tensor:
        return math.sqrt(2.0) * self.scale + zeros_like(self.loc)

    def _mode(self) -> Tensor:
        return self._mean()

    def _standardized(self, value: Tensor) -> Tensor:
        return (value - self.loc) / self.scale


def _log_laplace_cdf(x: Tensor) -> Tensor:
    with name_scope("log_cdf_laplace", values=[x]):
        below = -np.log(2.0) + x
        # where x is large the exponential of -|x| is the small one
        safe = exp(-abs(x))
        above = log1p(-0.5 * safe)
        return where_v2(x < 0.0, below, above)
