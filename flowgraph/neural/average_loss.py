"""Means of losses over the whole batch, for loops of one's own."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from flowgraph import dtypes as dt
from flowgraph import errors
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.graph import user_site
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_greater_equal
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.math import multiply
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.weights import broadcast_weights

_REPLICAS = 1
"""How many copies of the program work on a batch together."""


def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Tensor:
    """The sum of the losses of a batch over its size: what is wanted of losses that nobody has averaged yet.

    Args:
      per_example_loss: losses [batch, ...].
      sample_weight: by what they are multiplied first: of their shape, of one axis less or more, or a scalar.
      global_batch_size: the batch's size; by default that of the losses' first axis.

    Returns:
      A scalar.

    Raises:
      ValueError: the losses are a scalar, or the weights do not fit.

    >>> run(compute_average_loss([1.0, 2.0, 3.0], sample_weight=[1.0, 0.0, 1.0], global_batch_size=2))
    2.0
    """
    losses = convert_to_tensor(per_example_loss)
    dtype = losses.dtype
    with _checked_rank(losses):
        if sample_weight is not None:
            losses = _weighted(losses, sample_weight)
        losses = cast(losses, dtype)
        if global_batch_size is None:
            global_batch_size = cast(shape(losses)[0] * _REPLICAS, dtype)
        return reduce_sum(losses) / global_batch_size


def _checked_rank(losses: Tensor) -> Any:
    """What holds back the rest until it is known that the losses are no scalar."""
    message = "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1"
    if losses.sizes is None:
        axes = rank(losses)
        return control_dependencies([assert_greater_equal(axes, cast(1, dt.int32), message=f"{message}.")])
    if not losses.sizes:
        raise ValueError(errors.explain(f"{message}, received: {losses}", where=user_site()))
    return nullcontext()


def _weighted(losses: Tensor, weights: Any) -> Tensor:
    losses = cast(losses, dt.float32)
    weights = _of_same_rank(cast(weights, dt.float32), losses)
    return multiply(losses, broadcast_weights(weights, losses))


def _of_same_rank(weights: Tensor, losses: Tensor) -> Tensor:
    """Weights with a last axis of one size more or less, where that makes them fit; scalars stay."""
    if weights.sizes == ():
        return weights
    if weights.sizes is not None and losses.sizes is not None:
        difference = len(weights.sizes) - len(losses.sizes)
        if difference == 1:
            return squeeze(weights, [-1])
        return expand_dims(weights, [-1]) if difference == -1 else weights
    axes = rank(weights)
    surplus = axes - rank(losses)

    def longer() -> Tensor:
        return cond(equal(surplus, -1), lambda: expand_dims(weights, [-1]), lambda: weights)

    def fitting() -> Tensor:
        return cond(equal(surplus, 1), lambda: squeeze(weights, [-1]), longer)

    return cond(equal(axes, 0), lambda: weights, fitting)


def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of regularization losses as each copy of the program is to add it: with one copy, all of it.

    >>> run(scale_regularization_loss([1.0, 2.0]))
    3.0
    """
    return reduce_sum(regularization_loss) / _REPLICAS
