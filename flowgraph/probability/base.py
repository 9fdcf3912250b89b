"""What all distributions share (tf.distributions.Distribution)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from flowgraph import dtypes as dt
from flowgraph.dtypes import DType
from flowgraph.ir.convert import convert_to_tensor, is_tensor
from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, reshape, shape
from flowgraph.ops.compare import equal
from flowgraph.ops.joining import concat
from flowgraph.ops.reduction import reduce_prod
from flowgraph.ops.select import where, where_v2
from flowgraph.ops.slicing import slice
from flowgraph.ops.static_value import constant_value
from flowgraph.ops.unary import exp, log, log1p, sqrt, square
from flowgraph.shapes import TensorShape, as_shape


class ReparameterizationType:
    """Whether samples are a differentiable function of the parameters, so that gradients flow through them."""

    def __init__(self, rep_type: str) -> None:
        self._rep_type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameteriation Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


class Distribution:
    """A distribution, or a batch of them, one for each entry of the parameters.

    A subclass says in methods of the same names with an underscore what it knows (`_sample_n`, `_log_prob`, `_mean`,
    ...); what follows from it (`prob` from `_log_prob`, `stddev` from `_variance`, ...) need not be said.

    Args:
      dtype: that of samples.
      reparameterization_type: whether gradients flow through samples.
      validate_args: whether to check when run that parameters and values are possible.
      allow_nan_stats: whether a statistic that does not exist is NaN, rather than an error.
      parameters: the arguments that the distribution was made with.
      graph_parents: the tensors that it is made of.
      name: its name, which is that of the scope of its ops.

    Raises:
      ValueError: one of `graph_parents` is no tensor.

    >>> class Die(Distribution):
    ...     def __init__(self):
    ...         super().__init__(tf.int32, NOT_REPARAMETERIZED, validate_args=False, allow_nan_stats=True)
    ...     def _prob(self, value):
    ...         return tf.ones_like(value, tf.float32) / 6.0
    >>> run(Die().log_prob([1, 2]))
    array([-1.791759, -1.791759], dtype=float32)
    """

    def __init__(
        self,
        dtype: Any,
        reparameterization_type: ReparameterizationType,
        validate_args: bool,
        allow_nan_stats: bool,
        parameters: dict[str, Any] | None = None,
        graph_parents: Sequence[Any] | None = None,
        name: str | None = None,
    ) -> None:
        parents = list(graph_parents or [])
        for number, parent in enumerate(parents):
            if parent is None or not is_tensor(parent):
                raise refusal(f"Graph parent item {number} is not a Tensor; {parent}.")
        if not name or not name.endswith("/"):
            with name_scope(name or type(self).__name__) as scope:
                name = scope
        self._dtype = dtype
        self._reparameterization_type = reparameterization_type
        self._allow_nan_stats = allow_nan_stats
        self._validate_args = validate_args
        self._parameters = dict(parameters or {})
        self._graph_parents = parents
        self._name = name

    def __str__(self) -> str:
        shapes = "".join(
            f", {what}={known}"
            for what, known in (("batch_shape", self.batch_shape), ("event_shape", self.event_shape))
            if known.ndims is not None
        )
        return f'tfp.distributions.{type(self).__name__}("{self.name}"{shapes}, dtype={self.dtype.name})'

    def __repr__(self) -> str:
        return (
            f"<tfp.distributions.{type(self).__name__} '{self.name}' batch_shape={self.batch_shape} "
            f"event_shape={self.event_shape} dtype={self.dtype.name}>"
        )

    # -- what it is ------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the scope of its ops, with a slash at the end."""
        return self._name

    @property
    def dtype(self) -> DType:
        """The dtype of samples."""
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {key: value for key, value in self._parameters.items() if not key.startswith("__") and key != "self"}

    @property
    def reparameterization_type(self) -> ReparameterizationType:
        """Whether gradients flow through samples."""
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        """Whether a statistic that does not exist is NaN."""
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        """Whether runs check that parameters and values are possible."""
        return self._validate_args

    def copy(self, **override_parameters_kwargs: Any) -> Any:
        """A distribution with the same arguments but those given."""
        return type(self)(**{**self.parameters, **override_parameters_kwargs})

    @classmethod
    def param_shapes(cls, sample_shape: Any, name: str = "DistributionParamShapes") -> dict[str, Tensor]:
        """The shapes that parameters must have for samples of a shape."""
        with name_scope(name, values=[sample_shape]):
            return cls._param_shapes(sample_shape)

    @classmethod
    def param_static_shapes(cls, sample_shape: Any) -> dict[str, TensorShape]:
        """The same as TensorShapes.

        Raises:
          ValueError: the shape is not wholly known.
        """
        if isinstance(sample_shape, TensorShape):
            if not sample_shape.is_fully_defined():
                raise refusal("TensorShape sample_shape must be fully defined")
            sample_shape = sample_shape.as_list()
        found = {key: constant_value(sizes) for key, sizes in cls.param_shapes(sample_shape).items()}
        if any(sizes is None for sizes in found.values()):
            raise refusal("sample_shape must be a fully-defined TensorShape or list/tuple")
        return {key: TensorShape(sizes) for key, sizes in found.items()}

    # -- shapes ----------------------------------------------------------------------------------------------

    @property
    def batch_shape(self) -> TensorShape:
        """What is known of the shape of the batch of distributions."""
        return as_shape(self._batch_shape())

    @property
    def event_shape(self) -> TensorShape:
        """What is known of the shape of one sample of one distribution."""
        return as_shape(self._event_shape())

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The shape of the batch of distributions, an int32 vector."""
        with self._name_scope(name):
            known = self.batch_shape
            return _sizes(known, "batch_shape") if known.is_fully_defined() else self._batch_shape_tensor()

    def event_shape_tensor(self, name: str = "event_shape_tensor") -> Tensor:
        """The shape of one sample of one distribution, an int32 vector."""
        with self._name_scope(name):
            known = self.event_shape
            return _sizes(known, "event_shape") if known.is_fully_defined() else self._event_shape_tensor()

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Tensor:
        """Whether there is but one distribution, a bool scalar."""
        with self._name_scope(name):
            return convert_to_tensor(_is_scalar(self.batch_shape, self.batch_shape_tensor), name="is_scalar_batch")

    def is_scalar_event(self, name: str = "is_scalar_event") -> Tensor:
        """Whether samples are scalars, a bool scalar."""
        with self._name_scope(name):
            return convert_to_tensor(_is_scalar(self.event_shape, self.event_shape_tensor), name="is_scalar_event")

    # -- samples ---------------------------------------------------------------------------------------------

    def sample(self, sample_shape: Any = (), seed: Any = None, name: str = "sample") -> Tensor:
        """Draw samples, `[*sample_shape, *batch_shape, *event_shape]`.

        Args:
          sample_shape: how many of each distribution: a number or a shape.
          seed: the seed of the op that draws.
          name: the scope of the new ops.

        Raises:
          ValueError: `sample_shape` is neither a scalar nor a vector.
        """
        with self._name_scope(name, values=[sample_shape]):
            sample_shape = convert_to_tensor(sample_shape, dtype=dt.int32, name="sample_shape")
            sample_shape, count = _vector_and_product(sample_shape)
            samples = self._sample_n(count, seed)
            sizes = shape(samples)[1:]
            samples = reshape(samples, concat([sample_shape, sizes], 0))
            self._tell_shape(samples, TensorShape(constant_value(sample_shape)))
            return samples

    def _tell_shape(self, samples: Tensor, sample_shape: TensorShape) -> None:
        """Tell samples what is known of their shape: the first axes, the last, and those between."""
        batch, event = self.batch_shape, self.event_shape
        ranks = [sample_shape.ndims, batch.ndims, event.ndims]
        known = samples.shape.ndims
        if known is None and None not in ranks:
            known = sum(axes for axes in ranks if axes is not None)
        if known is None:
            return
        if ranks.count(None) == 1:
            ranks[ranks.index(None)] = known - sum(axes for axes in ranks if axes is not None)
        parts = [part if part.ndims is not None else None for part in (sample_shape, batch, event)]
        if None not in ranks:
            sizes = [
                TensorShape([None] * (axes or 0)) if part is None else part
                for part, axes in zip(parts, ranks, strict=True)
            ]
            samples.set_shape(sizes[0].concatenate(sizes[1]).concatenate(sizes[2]))
            return
        if parts[0] is not None:
            samples.set_shape(parts[0].concatenate([None] * (known - len(parts[0]))))
        if parts[2] is not None:
            samples.set_shape(TensorShape([None] * (known - len(parts[2]))).concatenate(parts[2]))

    # -- probabilities ---------------------------------------------------------------------------------------

    def log_prob(self, value: Any, name: str = "log_prob") -> Tensor:
        """The logarithm of the probability of a value, or of its density."""
        return self._of_value(name, value, self._log_prob, lambda x: log(self._prob(x)))

    def prob(self, value: Any, name: str = "prob") -> Tensor:
        """The probability of a value, or its density."""
        return self._of_value(name, value, self._prob, lambda x: exp(self._log_prob(x)))

    def log_cdf(self, value: Any, name: str = "log_cdf") -> Tensor:
        """The logarithm of `cdf`."""
        return self._of_value(name, value, self._log_cdf, lambda x: log(self._cdf(x)))

    def cdf(self, value: Any, name: str = "cdf") -> Tensor:
        """How likely it is that a sample is not greater than a value."""
        return self._of_value(name, value, self._cdf, lambda x: exp(self._log_cdf(x)))

    def log_survival_function(self, value: Any, name: str = "log_survival_function") -> Tensor:
        """The logarithm of `survival_function`."""
        return self._of_value(name, value, self._log_survival_function, lambda x: log1p(-self.cdf(x)))

    def survival_function(self, value: Any, name: str = "survival_function") -> Tensor:
        """How likely it is that a sample is greater than a value."""
        return self._of_value(name, value, self._survival_function, lambda x: 1.0 - self.cdf(x))

    def quantile(self, value: Any, name: str = "quantile") -> Tensor:
        """The value that a sample does not exceed with a probability."""
        return self._of_value(name, value, self._quantile)

    # -- statistics ------------------------------------------------------------------------------------------

    def entropy(self, name: str = "entropy") -> Tensor:
        """Shannon's entropy, in nats."""
        return self._first_known(name, self._entropy)

    def mean(self, name: str = "mean") -> Tensor:
        """The mean."""
        return self._first_known(name, self._mean)

    def mode(self, name: str = "mode") -> Tensor:
        """The most likely value."""
        return self._first_known(name, self._mode)

    def variance(self, name: str = "variance") -> Tensor:
        """The mean squared distance from the mean."""
        return self._first_known(name, self._variance, lambda: square(self._stddev()))

    def stddev(self, name: str = "stddev") -> Tensor:
        """The square root of the variance."""
        return self._first_known(name, self._stddev, lambda: sqrt(self._variance()))

    def covariance(self, name: str = "covariance") -> Tensor:
        """The covariances of the entries of a sample."""
        return self._first_known(name, self._covariance)

    def cross_entropy(self, other: Distribution, name: str = "cross_entropy") -> Tensor:
        """The entropy of this distribution if it is taken for another: `entropy() + kl_divergence(other)`."""
        from flowgraph.probability.divergence import cross_entropy

        with self._name_scope(name):
            return cross_entropy(self, other, allow_nan_stats=self.allow_nan_stats)

    def kl_divergence(self, other: Distribution, name: str = "kl_divergence") -> Tensor:
        """How far another distribution is from this one; see `tf.distributions.kl_divergence`."""
        from flowgraph.probability.divergence import kl_divergence

        with self._name_scope(name):
            return kl_divergence(self, other, allow_nan_stats=self.allow_nan_stats)

    # -- how questions are asked -----------------------------------------------------------------------------

    @contextmanager
    def _name_scope(self, name: str, values: Sequence[Any] = ()) -> Iterator[str]:
        with name_scope(self.name), name_scope(name, values=[*values, *self._graph_parents]) as scope:
            yield scope

    def _of_value(self, name: str, value: Any, *ways: Callable[[Tensor], Tensor]) -> Tensor:
        """What the first of `ways` that the subclass knows makes of a value."""
        with self._name_scope(name, values=[value]):
            value = convert_to_tensor(value, name="value", preferred_dtype=self.dtype)
            return _first(lambda way: way(value), ways)

    def _first_known(self, name: str, *ways: Callable[[], Tensor]) -> Tensor:
        """What the first of `ways` gives that the subclass knows."""
        with self._name_scope(name):
            return _first(lambda way: way(), ways)

    # -- what subclasses say ---------------------------------------------------------------------------------

    @staticmethod
    def _param_shapes(sample_shape: Any) -> dict[str, Tensor]:
        raise NotImplementedError("_param_shapes not implemented")

    def _unknown(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{what} is not implemented: {type(self).__name__}")

    def _batch_shape(self) -> Any:
        return TensorShape(None)

    def _event_shape(self) -> Any:
        return TensorShape(None)

    def _batch_shape_tensor(self) -> Tensor:
        raise self._unknown("batch_shape_tensor")

    def _event_shape_tensor(self) -> Tensor:
        raise self._unknown("event_shape_tensor")

    def _sample_n(self, n: Any, seed: Any = None) -> Tensor:  # noqa: ARG002
        raise self._unknown("sample_n")

    def _log_prob(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("log_prob")

    def _prob(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("prob")

    def _log_cdf(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("log_cdf")

    def _cdf(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("cdf")

    def _log_survival_function(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("log_survival_function")

    def _survival_function(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("survival_function")

    def _quantile(self, value: Tensor) -> Tensor:  # noqa: ARG002
        raise self._unknown("quantile")

    def _entropy(self) -> Tensor:
        raise self._unknown("entropy")

    def _mean(self) -> Tensor:
        raise self._unknown("mean")

    def _mode(self) -> Tensor:
        raise self._unknown("mode")

    def _variance(self) -> Tensor:
        raise self._unknown("variance")

    def _stddev(self) -> Tensor:
        raise self._unknown("stddev")

    def _covariance(self) -> Tensor:
        raise self._unknown("covariance")


def _first(ask: Callable[[Any], Tensor], ways: Sequence[Any]) -> Tensor:
    """The answer of the first way that is implemented; if none is, the first one's error."""
    unknown: NotImplementedError | None = None
    for way in ways:
        try:
            return ask(way)
        except NotImplementedError as error:
            unknown = unknown or error
    assert unknown is not None
    raise unknown


def _sizes(known: TensorShape, name: str) -> Tensor:
    return convert_to_tensor(known.as_list(), dtype=dt.int32, name=name)


def _is_scalar(known: TensorShape, shape_tensor: Callable[[], Tensor]) -> Any:
    if known.ndims is not None:
        return known.ndims == 0
    sizes = shape_tensor()
    if sizes.shape.is_fully_defined() and sizes.shape.ndims:
        return sizes.shape.as_list() == [0]
    return equal(shape(sizes)[0], 0)


def _vector_and_product(sizes: Tensor) -> tuple[Tensor, Any]:
    """A number or a vector of sizes as a vector, and the product of the sizes."""
    known = constant_value(sizes)
    product = reduce_prod(sizes) if known is None else np.prod(known, dtype=np.int32)
    axes = sizes.shape.ndims
    if axes is None:
        return reshape(sizes, _either(equal(rank(sizes), 0), np.array([1], np.int32), shape(sizes))), product
    if axes == 0:
        if known is None:
            return reshape(sizes, [1]), product
        return convert_to_tensor(np.array([known], np.int32), name="sample_shape"), product
    if axes != 1:
        raise refusal("Input is neither scalar nor vector.")
    return sizes, product


def _either(condition: Tensor, one: Any, other: Tensor) -> Tensor:
    """One vector or the other, which may differ in length, as a scalar says."""
    with name_scope("pick_vector", values=[condition, one, other]):
        one = convert_to_tensor(one, name="true_vector")
        count = shape(one)[0]
        return slice(concat([one, other], 0), [where_v2(condition, 0, count)], [where(condition, count, -1)])
