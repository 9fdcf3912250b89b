"""Distributions made of gamma functions: gamma and exponential, of positive numbers, and beta, of probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import fill, ones, ones_like, shape
from flowgraph.ops.checks import assert_less, assert_positive
from flowgraph.ops.compare import logical_and
from flowgraph.ops.constant import constant
from flowgraph.ops.control_flow import with_dependencies
from flowgraph.ops.incomplete import betainc, igamma
from flowgraph.ops.joining import concat
from flowgraph.ops.math import xlogy
from flowgraph.ops.random import random_uniform
from flowgraph.ops.random_gamma import random_gamma
from flowgraph.ops.rank_checks import assert_same_float_dtype
from flowgraph.ops.select import where_v2
from flowgraph.ops.special import digamma, lgamma
from flowgraph.ops.unary import exp, log, log1p, sqrt, square
from flowgraph.probability.base import FULLY_REPARAMETERIZED, Distribution
from flowgraph.probability.divergence import RegisterKL
from flowgraph.probability.parameters import TwoParameters
from flowgraph.shapes import TensorShape


class Gamma(TwoParameters):
    """The gamma distribution.

    Args:
      concentration: its shape, positive.
      rate: the inverse of its scale, positive.
      validate_args: whether runs check that parameters and values are positive.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> gamma = Gamma(concentration=[1.0, 3.0], rate=2.0)
    >>> run(gamma.mean()), run(gamma.mode())
    (array([0.5, 1.5], dtype=float32), array([nan,  1.], dtype=float32))
    """

    _parameter_names = ("concentration", "rate")

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ) -> None:
        super().__init__(
            concentration,
            rate,
            lambda: [assert_positive(concentration), assert_positive(rate)],
            validate_args,
            allow_nan_stats,
            name,
        )

    @property
    def concentration(self) -> Tensor:
        """The shape of the distribution."""
        return self._first

    @property
    def rate(self) -> Tensor:
        """The inverse of its scale."""
        return self._second

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        return random_gamma([n], self.concentration, beta=self.rate, dtype=self.dtype, seed=seed)

    def _log_prob(self, value: Tensor) -> Tensor:
        x = self._checked(value)
        unnormalized = xlogy(self.concentration - 1.0, x) - self.rate * x
        return unnormalized - (lgamma(self.concentration) - self.concentration * log(self.rate))

    def _cdf(self, value: Tensor) -> Tensor:
        x = self._checked(value)
        return igamma(self.concentration, self.rate * x)

    def _entropy(self) -> Tensor:
        return (
            self.concentration
            - log(self.rate)
            + lgamma(self.concentration)
            + (1.0 - self.concentration) * digamma(self.concentration)
        )

    def _mean(self) -> Tensor:
        return self.concentration / self.rate

    def _variance(self) -> Tensor:
        return self.concentration / square(self.rate)

    def _stddev(self) -> Tensor:
        return sqrt(self.concentration) / self.rate

    def _mode(self) -> Tensor:
        mode = (self.concentration - 1.0) / self.rate
        if self.allow_nan_stats:
            nan = fill(self.batch_shape_tensor(), np.array(np.nan, self.dtype.as_numpy_dtype), name="nan")
            return where_v2(self.concentration > 1.0, mode, nan)
        message = "mode not defined when any concentration <= 1"
        return with_dependencies([assert_less(ones([], self.dtype), self.concentration, message=message)], mode)

    def _checked(self, value: Tensor) -> Tensor:
        assert_same_float_dtype(tensors=[value], dtype=self.dtype)
        return with_dependencies([assert_positive(value)], value) if self.validate_args else value


@RegisterKL(Gamma, Gamma)
def _kl_of_gammas(a: Gamma, b: Gamma, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_gamma_gamma", values=[a.concentration, a.rate, b.concentration, b.rate]):
        return (
            (a.concentration - b.concentration) * digamma(a.concentration)
            + lgamma(b.concentration)
            - lgamma(a.concentration)
            + b.concentration * log(a.rate)
            - b.concentration * log(b.rate)
            + a.concentration * (b.rate / a.rate - 1.0)
        )


class Exponential(Gamma):
    """The exponential distribution: how long one waits for what happens `rate` times in a unit of time.

    Args:
      rate: positive.
      validate_args: whether runs check that parameters and values are positive.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> run(Exponential(rate=[1.0, 4.0]).mean())
    array([1.  , 0.25], dtype=float32)
    """

    def __init__(
        self, rate: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Exponential"
    ) -> None:
        with name_scope(name, values=[rate]) as scope:
            given_rate = convert_to_tensor(rate, name="rate")
        super().__init__(
            concentration=ones([], dtype=given_rate.dtype),
            rate=given_rate,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            name=scope,
        )
        self._parameters = {
            "rate": rate,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        self._graph_parents.append(self.rate)

    @classmethod
    def _param_shapes(cls, sample_shape: Any) -> dict[str, Tensor]:
        return {"rate": convert_to_tensor(sample_shape, dtype=dt.int32)}

    def _log_survival_function(self, value: Tensor) -> Tensor:
        return self._log_prob(value) - log(self.rate)

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        sizes = concat([[n], shape(self.rate)], 0)
        least = np.finfo(self.dtype.as_numpy_dtype).tiny  # the logarithm of 0 would be infinite
        uniform = random_uniform(sizes, least, 1.0, seed=seed, dtype=self.dtype)
        return -log(uniform) / self.rate


class Beta(Distribution):
    """The beta distribution, of numbers between 0 and 1.

    Args:
      concentration1: how much it tends to 1, positive.
      concentration0: how much it tends to 0, positive.
      validate_args: whether runs check that parameters and values are possible.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    >>> beta = Beta([2.0, 3.0], 2.0)
    >>> run(beta.mean()), run(beta.prob([0.5, 0.5]))
    (array([0.5, 0.6], dtype=float32), array([1.5, 1.5], dtype=float32))
    """

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ) -> None:
        given = {
            "concentration1": concentration1,
            "concentration0": concentration0,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[concentration1, concentration0]) as scope:
            self._concentration1 = _concentration(concentration1, "concentration1", validate_args)
            self._concentration0 = _concentration(concentration0, "concentration0", validate_args)
            assert_same_float_dtype([self._concentration1, self._concentration0])
            self._total = self._concentration1 + self._concentration0
        super().__init__(
            dtype=self._total.dtype,
            reparameterization_type=FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters=given,
            graph_parents=[self._concentration1, self._concentration0, self._total],
            name=scope,
        )

    @staticmethod
    def _param_shapes(sample_shape: Any) -> dict[str, Tensor]:
        sizes = convert_to_tensor(sample_shape, dtype=dt.int32)
        return {"concentration1": sizes, "concentration0": sizes}

    @property
    def concentration1(self) -> Tensor:
        """How much it tends to 1."""
        return self._concentration1

    @property
    def concentration0(self) -> Tensor:
        """How much it tends to 0."""
        return self._concentration0

    @property
    def total_concentration(self) -> Tensor:
        """The sum of both."""
        return self._total

    def _batch_shape_tensor(self) -> Tensor:
        return shape(self.total_concentration)

    def _batch_shape(self) -> TensorShape:
        return self.total_concentration.shape

    def _event_shape_tensor(self) -> Tensor:
        return constant([], dtype=dt.int32)

    def _event_shape(self) -> TensorShape:
        return TensorShape([])

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        to_1 = ones_like(self.total_concentration, dtype=self.dtype) * self.concentration1
        to_0 = ones_like(self.total_concentration, dtype=self.dtype) * self.concentration0
        x = random_gamma([n], to_1, dtype=self.dtype, seed=seed)
        y = random_gamma([n], to_0, dtype=self.dtype, seed=_another_seed(seed, "beta"))
        return x / (x + y)

    def _log_prob(self, value: Tensor) -> Tensor:
        x = self._checked(value)
        unnormalized = xlogy(self.concentration1 - 1.0, x) + (self.concentration0 - 1.0) * log1p(-x)
        return unnormalized - self._log_normalization()

    def _prob(self, value: Tensor) -> Tensor:
        return exp(self._log_prob(value))

    def _cdf(self, value: Tensor) -> Tensor:
        return betainc(self.concentration1, self.concentration0, value)

    def _log_cdf(self, value: Tensor) -> Tensor:
        return log(self._cdf(value))

    def _log_normalization(self) -> Tensor:
        return lgamma(self.concentration1) + lgamma(self.concentration0) - lgamma(self.total_concentration)

    def _entropy(self) -> Tensor:
        return (
            self._log_normalization()
            - (self.concentration1 - 1.0) * digamma(self.concentration1)
            - (self.concentration0 - 1.0) * digamma(self.concentration0)
            + (self.total_concentration - 2.0) * digamma(self.total_concentration)
        )

    def _mean(self) -> Tensor:
        return self.concentration1 / self.total_concentration

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self._mean()) / (1.0 + self.total_concentration)

    def _mode(self) -> Tensor:
        mode = (self.concentration1 - 1.0) / (self.total_concentration - 2.0)
        if self.allow_nan_stats:
            nan = fill(self.batch_shape_tensor(), np.array(np.nan, self.dtype.as_numpy_dtype), name="nan")
            is_defined = logical_and(self.concentration1 > 1.0, self.concentration0 > 1.0)
            return where_v2(is_defined, mode, nan)
        checks = [
            assert_less(ones([], dtype=self.dtype), concentration, message=f"Mode undefined for {which} <= 1.")
            for which, concentration in (
                ("concentration1", self.concentration1),
                ("concentration0", self.concentration0),
            )
        ]
        return with_dependencies(checks, mode)

    def _checked(self, value: Tensor) -> Tensor:
        if not self.validate_args:
            return value
        checks = [
            assert_positive(value, message="sample must be positive"),
            assert_less(value, ones([], self.dtype), message="sample must be less than `1`."),
        ]
        return with_dependencies(checks, value)


def _concentration(value: Any, name: str, validate_args: bool) -> Tensor:
    value = convert_to_tensor(value, name=name)
    if not validate_args:
        return value
    message = "Concentration parameter must be positive."
    return with_dependencies([assert_positive(value, message=message)], value)


def _another_seed(seed: Any, salt: str) -> int | None:
    """A seed that follows from a seed, as TF makes it, for the second op of a sample."""
    import hashlib

    if seed is None:
        return None
    return int(hashlib.md5(f"{seed}{salt}".encode()).hexdigest()[:8], 16) & 0x7FFFFFFF  # noqa: S324


@RegisterKL(Beta, Beta)
def _kl_of_betas(a: Beta, b: Beta, name: str | None = None) -> Tensor:
    tensors = [each for d in (a, b) for each in (d.concentration1, d.concentration0, d.total_concentration)]
    with name_scope(name, "kl_beta_beta", values=tensors):
        b_normalization = b._log_normalization()
        return (
            b_normalization
            - a._log_normalization()
            - digamma(a.concentration1) * (b.concentration1 - a.concentration1)
            - digamma(a.concentration0) * (b.concentration0 - a.concentration0)
            + digamma(a.total_concentration) * (b.total_concentration - a.total_concentration)
        )
