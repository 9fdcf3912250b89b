"""Covariance and correlation over many batches (tf.contrib.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, fitted, metric_variable
from flowgraph.ops.array import size
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import less_equal
from flowgraph.ops.division import div_no_nan, truediv
from flowgraph.ops.math import multiply
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.state import assign_add
from flowgraph.ops.unary import sqrt
from flowgraph.ops.weights import broadcast_weights
from flowgraph.variables.block import variable_scope


def streaming_covariance(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The unbiased covariance of predictions and labels, NaN while there are less than two.

    Each batch is merged with what was there: means, counts and co-moments of two parts give those of the whole (Chan,
    Golub and LeVeque, 1979).

    Args:
      predictions, labels: float32, of the same shape.
      weights: how often each counts; None: once.
      metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    >>> x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    >>> value, update = streaming_covariance(x, y)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     _ = session.run(update, {x: [1, 2], y: [2, 4]})
    ...     print(session.run(update, {x: [3], y: [6]}))
    2.0
    """
    with variable_scope(name, "covariance", (predictions, labels, weights)):
        labels, predictions, weights = fitted(labels, predictions, weights)
        names = ("count", "mean_prediction", "mean_label", "comoment")
        count, mean_x, mean_y, comoment = (metric_variable([], dt.float32, variable) for variable in names)
        if weights is None:
            new, weighted_x, weighted_y = cast(size(labels), dt.float32), predictions, labels
        else:
            weights = broadcast_weights(weights, labels)
            new = reduce_sum(weights)
            weighted_x, weighted_y = multiply(predictions, weights), multiply(labels, weights)
        total = assign_add(count, new)
        before = total - new
        batch_x, before_x = _merged_mean(mean_x, weighted_x, new, total)
        batch_y, before_y = _merged_mean(mean_y, weighted_y, new, total)
        products = (predictions - batch_x) * (labels - batch_y)
        of_batch = reduce_sum(products) if weights is None else reduce_sum(products * weights)
        change = of_batch + (before_x - batch_x) * (before_y - batch_y) * (before * new / total)
        updated = assign_add(comoment, change)
        value = _unbiased(comoment, count, "covariance")
        with control_dependencies([updated]):
            update = _unbiased(comoment, count, "update_op")
    return collected(value, metrics_collections), collected(update, updates_collections)


def _merged_mean(mean: Any, weighted: Tensor, new: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
    """Update a mean by a batch; gives the batch's mean, and the mean before."""
    of_batch = div_no_nan(reduce_sum(weighted), new)
    change = div_no_nan((of_batch - mean) * new, total)
    updated = assign_add(mean, change)
    return of_batch, updated - change


def _unbiased(comoment: Any, count: Any, name: str) -> Tensor:
    return where(less_equal(count, 1.0), float("nan"), truediv(comoment, count - 1), name=name)


def streaming_pearson_correlation(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Pearson's correlation coefficient of predictions and labels; see `streaming_covariance`."""
    with variable_scope(name, "pearson_r", (predictions, labels, weights)):
        labels, predictions, weights = fitted(labels, predictions, weights)
        if weights is not None:
            weights = broadcast_weights(weights, labels)
        both = streaming_covariance(predictions, labels, weights=weights, name="covariance")
        of_x = streaming_covariance(predictions, predictions, weights=weights, name="variance_predictions")
        of_y = streaming_covariance(labels, labels, weights=weights, name="variance_labels")
        value, update = (
            truediv(covariance, multiply(sqrt(x), sqrt(y)), name=op_name)
            for covariance, x, y, op_name in zip(both, of_x, of_y, ("pearson_r", "update_op"), strict=True)
        )
    return collected(value, metrics_collections), collected(update, updates_collections)
