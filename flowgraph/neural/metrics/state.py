"""What all metrics share: their variables, how weights fit their values, and the collections that they join.

A metric is a pair: the value that its variables stand for, and an op that takes a batch into them and gives the value
after it.
"""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.convert import convert_to_tensor
from flowgraph.ir.scope import GraphKeys, add_to_collections
from flowgraph.ir.tensor import Tensor
from flowgraph.ops.array import rank, zeros
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal
from flowgraph.ops.cond import cond
from flowgraph.ops.confusion import squeezed_to_ranks
from flowgraph.ops.math import multiply
from flowgraph.ops.shaping import expand_dims, squeeze
from flowgraph.ops.weights import broadcast_weights
from flowgraph.variables.options import VariableAggregation, VariableSynchronization
from flowgraph.variables.variable import Variable

Metric = tuple[Tensor, Tensor]
"""A metric's value, and the op that updates it."""


def metric_variable(shape: Any, dtype: dt.DType, name: str, validate_shape: bool = True) -> Variable:
    """A variable of a metric: local, not trained, zeros at first; it may change its shape if that is not validated."""
    return Variable(
        lambda: zeros(shape, dtype),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape,
        name=name,
        synchronization=VariableSynchronization.ON_READ,
        aggregation=VariableAggregation.SUM,
    )


def collected(x: Tensor, collections: Any) -> Tensor:
    """The tensor, after it has been added to collections; None or []: to none."""
    if collections:
        add_to_collections(collections, x)
    return x


def fitted(labels: Any, predictions: Any, weights: Any) -> tuple[Tensor, Tensor, Any]:
    """Labels, predictions and weights, without or with a last axis of size 1 so that their ranks are the same.

    Scalar weights stay scalars, and None stays None.

    Raises:
      ValueError: the shapes of labels and predictions do not fit.
    """
    predictions = convert_to_tensor(predictions)
    labels, predictions = squeezed_to_ranks(labels, predictions)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions, fitted_weights(weights, predictions)


def fitted_weights(weights: Any, values: Tensor) -> Any:
    """Weights with one axis of size 1 more or less at their end, if that makes their rank the one of the values."""
    if weights is None:
        return None
    weights = convert_to_tensor(weights)
    if weights.sizes == ():
        return weights
    if weights.sizes is None or values.sizes is None:
        return _fitted_when_run(weights, values)
    excess = len(weights.sizes) - len(values.sizes)
    if excess == 1:
        return squeeze(weights, [-1])
    return expand_dims(weights, [-1]) if excess == -1 else weights


def _fitted_when_run(weights: Tensor, values: Tensor) -> Tensor:
    """The same where a rank is not known before the run."""
    weights_rank = rank(weights)
    excess = weights_rank - rank(values)
    may_shrink = weights.sizes is None or weights.sizes[-1] in (None, 1)

    def shrunk() -> Tensor:
        return squeeze(weights, [-1]) if may_shrink else weights

    def grown_if_short() -> Any:
        return cond(equal(excess, -1), lambda: expand_dims(weights, [-1]), lambda: weights)

    def changed() -> Any:
        return cond(equal(excess, 1), shrunk, grown_if_short)

    chosen: Tensor = cond(equal(weights_rank, 0), lambda: weights, changed)
    return chosen


def weighted(values: Tensor, weights: Any) -> tuple[Tensor, Tensor]:
    """Values times their weights, and the weights in the shape of the values."""
    weights = in_shape(values, weights)
    return multiply(values, weights), weights


def in_shape(values: Tensor, weights: Any) -> Tensor:
    """Weights in the shape of the values."""
    return broadcast_weights(cast(fitted_weights(weights, values), dt.float32), values)
