"""The uniform distribution."""

from __future__ import annotations

import math
from typing import Any

from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import ones, ones_like, shape, zeros, zeros_like
from flowgraph.ops.broadcasting import broadcast_dynamic_shape
from flowgraph.ops.checks import assert_less
from flowgraph.ops.compare import is_nan, logical_or
from flowgraph.ops.joining import concat
from flowgraph.ops.random import random_uniform
from flowgraph.ops.select import where_v2
from flowgraph.ops.unary import log, square
from flowgraph.probability.parameters import TwoParameters


class Uniform(TwoParameters):
    """The uniform distribution on [low, high).

    Args:
      low, high: its bounds.
      validate_args: whether runs check that `low` is less than `high`.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> uniform = Uniform(low=0.0, high=[1.0, 4.0])
    >>> run(uniform.prob(2.0)), run(uniform.mean())
    (array([0.  , 0.25], dtype=float32), array([0.5, 2. ], dtype=float32))
    """

    _parameter_names = ("low", "high")

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        message = "uniform not defined when low >= high."
        super().__init__(
            low, high, lambda: [assert_less(low, high, message=message)], validate_args, allow_nan_stats, name
        )

    @property
    def low(self) -> Tensor:
        """The lower bound, which may be drawn."""
        return self._first

    @property
    def high(self) -> Tensor:
        """The upper bound, which is never drawn."""
        return self._second

    def range(self, name: str = "range") -> Tensor:
        """How far the bounds are apart."""
        with self._name_scope(name):
            return self.high - self.low

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        sizes = concat([[n], self.batch_shape_tensor()], 0)
        samples = random_uniform(sizes, dtype=self.dtype, seed=seed)
        return self.low + self.range() * samples

    def _prob(self, value: Tensor) -> Tensor:
        x = value * ones(self.batch_shape_tensor(), dtype=value.dtype)
        unknown = is_nan(x)
        outside = logical_or(x < self.low, x >= self.high)
        return where_v2(unknown, x, where_v2(outside, zeros_like(x), ones_like(x) / self.range()))

    def _cdf(self, value: Tensor) -> Tensor:
        sizes = broadcast_dynamic_shape(shape(value), self.batch_shape_tensor())
        none = zeros(sizes, dtype=self.dtype)
        all_of_them = ones(sizes, dtype=self.dtype)
        x = value * all_of_them
        below = where_v2(value < self.low, none, (x - self.low) / self.range())
        return where_v2(value >= self.high, all_of_them, below)

    def _entropy(self) -> Tensor:
        return log(self.range())

    def _mean(self) -> Tensor:
        return (self.low + self.high) / 2.0

    def _variance(self) -> Tensor:
        return square(self.range()) / 12.0

    def _stddev(self) -> Tensor:
        return self.range() / math.sqrt(12.0)
