"""How far distributions are from each other, by formulas registered for pairs of kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowgraph.ir.refusal import refusal
from flowgraph.ir.scope import control_dependencies, name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.assertion import Assert
from flowgraph.ops.compare import is_nan, logical_not
from flowgraph.ops.identity import identity
from flowgraph.ops.reduction import reduce_any
from flowgraph.probability.base import Distribution

_FORMULAS: dict[tuple[type, type], Callable[..., Tensor]] = {}


class RegisterKL:
    """Registers a function that computes the Kullback-Leibler divergence of distributions of two classes.

    Args:
      dist_cls_a, dist_cls_b: the classes; the function is used for subclasses, too, that have none of their own.

    >>> class Coin(tf.distributions.Bernoulli):
    ...     pass
    >>> @RegisterKL(Coin, Coin)
    ... def coins(a, b, name=None):
    ...     return tf.zeros([])
    >>> run(tf.distributions.kl_divergence(Coin(probs=0.1), Coin(probs=0.5)))
    0.0
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type) -> None:
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """Register a function of two distributions and a `name`.

        Raises:
          TypeError: it is no function.
          ValueError: the classes have one already.
        """
        if not callable(kl_fn):
            raise refusal(f"kl_fn must be callable, received: {kl_fn}", TypeError)
        if self._key in _FORMULAS:
            a, b = self._key
            raise refusal(f"KL({a.__name__} || {b.__name__}) has already been registered to: {_FORMULAS[self._key]}")
        _FORMULAS[self._key] = kl_fn
        return kl_fn


def _formula(a: type, b: type) -> Callable[..., Tensor] | None:
    """That of the classes nearest to two classes among those they come from."""
    pairs = [(i + j, (p, q)) for i, p in enumerate(a.__mro__) for j, q in enumerate(b.__mro__) if (p, q) in _FORMULAS]
    return _FORMULAS[min(pairs, key=lambda pair: pair[0])[1]] if pairs else None


def kl_divergence(
    distribution_a: Distribution, distribution_b: Distribution, allow_nan_stats: bool = True, name: str | None = None
) -> Tensor:
    """The Kullback-Leibler divergence KL(a || b): the mean over a of the logarithm of how likelier a is than b.

    Args:
      distribution_a, distribution_b: two distributions.
      allow_nan_stats: whether the result may be NaN; if not, runs fail in which it is.
      name: the name of the scope that the formula gives to its ops.

    Raises:
      NotImplementedError: no formula is registered for the two kinds.

    >>> a, b = tf.distributions.Normal(0.0, 1.0), tf.distributions.Normal(1.0, 1.0)
    >>> run(kl_divergence(a, b))
    0.5
    """
    formula = _formula(type(distribution_a), type(distribution_b))
    if formula is None:
        raise refusal(
            "No KL(distribution_a || distribution_b) registered for distribution_a type "
            f"{type(distribution_a).__name__} and distribution_b type {type(distribution_b).__name__}",
            NotImplementedError,
        )
    with name_scope("KullbackLeibler"):
        found = formula(distribution_a, distribution_b, name=name)
        if allow_nan_stats:
            return found
        found = identity(found, name="kl")
        message = (
            f"KL calculation between {distribution_a.name} and {distribution_b.name} returned NaN values (and was "
            "called with allow_nan_stats=False). Values:"
        )
        with control_dependencies([Assert(logical_not(reduce_any(is_nan(found))), [message, found])]):
            return identity(found, name="checked_kl")


def cross_entropy(ref: Any, other: Any, allow_nan_stats: bool = True) -> Tensor:
    """The entropy of `ref` if it is taken for `other`."""
    with name_scope("cross_entropy"):
        return ref.entropy() + kl_divergence(ref, other, allow_nan_stats=allow_nan_stats)
