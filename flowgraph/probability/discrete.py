"""Yes or no, and one of several classes."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.activation import softplus
from flowgraph.ops.array import ones, ones_like, rank, reshape, shape, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import less
from flowgraph.ops.constant import constant
from flowgraph.ops.cross_entropy import sparse_softmax_cross_entropy_with_logits
from flowgraph.ops.hyperbolic import sigmoid
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import concat
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits
from flowgraph.ops.masking import sequence_mask
from flowgraph.ops.random import random_uniform
from flowgraph.ops.random_choice import multinomial
from flowgraph.ops.ranking import argmax
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.shaping import transpose
from flowgraph.ops.softmax import log_softmax, softmax
from flowgraph.probability.base import NOT_REPARAMETERIZED, Distribution
from flowgraph.probability.divergence import RegisterKL
from flowgraph.probability.parameters import demand_classes, demand_integers, logits_and_probs
from flowgraph.shapes import TensorShape, dimension_value


class _LogitsAndProbs(Distribution):
    """A distribution of scalars, given by logits or by probabilities."""

    _logits: Tensor
    _probs: Tensor

    def _finish(
        self, logits: Any, probs: Any, dtype: Any, validate_args: bool, allow_nan_stats: bool, name: str, scope: str
    ) -> None:
        given = {
            "logits": logits,
            "probs": probs,
            "dtype": dtype,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        super().__init__(
            dtype=dtype,
            reparameterization_type=NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters=given,
            graph_parents=[self._logits, self._probs],
            name=scope,
        )

    @property
    def logits(self) -> Tensor:
        """The logarithms of probabilities, up to a constant, or of odds."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """The probabilities."""
        return self._probs

    def _event_shape_tensor(self) -> Tensor:
        return constant([], dtype=dt.int32)

    def _event_shape(self) -> TensorShape:
        return TensorShape([])


class Bernoulli(_LogitsAndProbs):
    """1 with a probability, else 0.

    Args:
      logits: the logarithms of the odds.
      probs: or the probabilities.
      dtype: that of samples.
      validate_args: whether runs check that probabilities and values are possible.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    Raises:
      ValueError: both logits and probabilities are given, or none.

    >>> coin = Bernoulli(probs=[0.25, 0.5])
    >>> run(coin.variance()), run(coin.prob(1))
    (array([0.1875, 0.25  ], dtype=float32), array([0.25, 0.5 ], dtype=float32))
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = dt.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ) -> None:
        with name_scope(name) as scope:
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, scope)
        self._finish(logits, probs, dtype, validate_args, allow_nan_stats, name, scope)

    @staticmethod
    def _param_shapes(sample_shape: Any) -> dict[str, Tensor]:
        return {"logits": convert_to_tensor(sample_shape, dtype=dt.int32)}

    def _batch_shape_tensor(self) -> Tensor:
        return shape(self._logits)

    def _batch_shape(self) -> TensorShape:
        return self._logits.shape

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        sizes = concat([[n], self.batch_shape_tensor()], 0)
        uniform = random_uniform(sizes, seed=seed, dtype=self.probs.dtype)
        return cast(less(uniform, self.probs), self.dtype)

    def _log_prob(self, value: Tensor) -> Tensor:
        if self.validate_args:
            value = demand_integers(value, dt.bool)
        value, logits = cast(value, self.logits.dtype), self.logits
        known = value.shape.is_fully_defined() and logits.shape.is_fully_defined()
        if not known or value.shape != logits.shape:
            logits, value = ones_like(value) * logits, ones_like(logits) * value
        return -sigmoid_cross_entropy_with_logits(labels=value, logits=logits)

    def _entropy(self) -> Tensor:
        return -self.logits * (sigmoid(self.logits) - 1) + softplus(-self.logits)

    def _mean(self) -> Tensor:
        return identity(self.probs)

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self.probs)

    def _mode(self) -> Tensor:
        return cast(self.probs > 0.5, self.dtype)


@RegisterKL(Bernoulli, Bernoulli)
def _kl_of_coins(a: Bernoulli, b: Bernoulli, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_bernoulli_bernoulli", values=[a.logits, b.logits]):
        of_no = softplus(-b.logits) - softplus(-a.logits)
        of_yes = softplus(b.logits) - softplus(a.logits)
        return sigmoid(a.logits) * of_no + sigmoid(-a.logits) * of_yes


class Categorical(_LogitsAndProbs):
    """The number of one of several classes.

    Args:
      logits: `[..., classes]`, the logarithms of the classes' relative probabilities.
      probs: or the probabilities.
      dtype: that of samples.
      validate_args: whether runs check that probabilities and values are possible.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      name: the name of its scope.

    Raises:
      ValueError: both logits and probabilities are given, or none.

    >>> policy = Categorical(probs=[[0.1, 0.9], [0.5, 0.5]])
    >>> run(policy.log_prob([1, 0]))
    array([-0.105361, -0.693147], dtype=float32)
    >>> run(policy.entropy())
    array([0.325083, 0.693147], dtype=float32)
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = dt.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ) -> None:
        with name_scope(name, values=[logits, probs]) as scope:
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, scope, multidimensional=True)
            if validate_args:
                self._logits = demand_classes(self._logits)
            self._measure()
        self._finish(logits, probs, dtype, validate_args, allow_nan_stats, name, scope)

    def _measure(self) -> None:
        """Keep the numbers of axes and classes and the shape of the batch, as constants where they are known."""
        known = self._logits.shape.with_rank_at_least(1)
        if known.ndims is not None:
            self._batch_rank = convert_to_tensor(known.ndims - 1, dtype=dt.int32, name="batch_rank")
        else:
            with name_scope("batch_rank"):
                self._batch_rank = rank(self._logits) - 1
        sizes = shape(self._logits, name="logits_shape")
        classes = dimension_value(known[-1]) if known.ndims is not None else None
        if classes is not None:
            self._event_size = convert_to_tensor(classes, dtype=dt.int32, name="event_size")
        else:
            with name_scope("event_size"):
                self._event_size = sizes[self._batch_rank]
        if known[:-1].is_fully_defined():
            self._batch_sizes = constant(known[:-1].as_list(), dtype=dt.int32, name="batch_shape")
        else:
            with name_scope("batch_shape"):
                self._batch_sizes = sizes[:-1]

    @property
    def event_size(self) -> Tensor:
        """How many classes there are, an int32 scalar."""
        return self._event_size

    def _batch_shape_tensor(self) -> Tensor:
        return identity(self._batch_sizes)

    def _batch_shape(self) -> TensorShape:
        return self.logits.shape[:-1]

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:
        rows = self.logits if self.logits.shape.ndims == 2 else reshape(self.logits, [-1, self.event_size])
        kind = dt.int64 if self.dtype.size > 4 else dt.int32
        draws = multinomial(rows, n, seed=seed, output_dtype=kind)
        draws = reshape(transpose(draws), concat([[n], self.batch_shape_tensor()], 0))
        return cast(draws, self.dtype)

    def _log_prob(self, value: Tensor) -> Tensor:
        value, logits = self._together(value, self.logits)
        return -sparse_softmax_cross_entropy_with_logits(labels=value, logits=logits)

    def _cdf(self, value: Tensor) -> Tensor:
        value, probs = self._together(value, self.probs)
        rows = reshape(probs, (-1, self._event_size))
        flat = reshape(value, [-1])
        smaller = where(sequence_mask(flat, self._event_size), rows, zeros_like(rows))
        return reshape(reduce_sum(smaller, axis=-1), shape(value))

    def _together(self, value: Any, parameter: Tensor) -> tuple[Tensor, Tensor]:
        """Values and a parameter, broadcast to one shape."""
        value = convert_to_tensor(value, name="k")
        if self.validate_args:
            value = demand_integers(value, dt.int32)
        if value.dtype.is_floating:
            value = cast(value, dtype=dt.int32)
        elif not value.dtype.is_integer:
            raise refusal(f"`value` should have integer `dtype` or `self.dtype` ({self.dtype.base_dtype})", TypeError)
        rows = parameter.shape
        known = rows.ndims is not None and rows[:-1].is_fully_defined() and value.shape.is_fully_defined()
        if known and rows[:-1] == value.shape:
            return value, parameter
        parameter *= ones_like(value[..., None], dtype=parameter.dtype)
        value *= ones(shape(parameter)[:-1], dtype=value.dtype)
        if parameter.shape.ndims is not None:
            value.set_shape(parameter.shape[:-1])
        return value, parameter

    def _entropy(self) -> Tensor:
        return -reduce_sum(log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self) -> Tensor:
        mode = cast(argmax(self.logits, axis=self._batch_rank), self.dtype)
        mode.set_shape(self.batch_shape)
        return mode


@RegisterKL(Categorical, Categorical)
def _kl_of_classes(a: Categorical, b: Categorical, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_categorical_categorical", values=[a.logits, b.logits]):
        differences = log_softmax(a.logits) - log_softmax(b.logits)
        return reduce_sum(softmax(a.logits) * differences, axis=-1)
