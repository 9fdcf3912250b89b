"""Metrics that are means: of values, of errors, of what is right (tf.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, fitted, metric_variable, weighted
from flowgraph.ops.array import ones_like, size, zeros_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, less
from flowgraph.ops.confusion import squeezed_to_ranks
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.math import maximum, multiply, squared_difference, subtract
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.state import assign_add
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import sqrt
from flowgraph.variables.block import variable_scope


def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of all values of all batches.

    Args:
      values: those of a batch, of any shape.
      weights: what each counts: a scalar, or a tensor of the same rank with each size 1 or that of the values (its
        last axis may be missing, or one of size 1 too many); None: 1.
      metrics_collections: the collections to which the mean is added, a name or a list; None: none.
      updates_collections: those to which the op that updates it is added.
      name: the name of the variable scope of its variables, 'total' and 'count'.

    Returns:
      (mean, update): what the local variables say, and the op that takes a batch into them and gives the new mean.

    Raises:
      ValueError: `weights` do not fit.
      InvalidArgumentError: when run, if weights turn out not to fit.

    >>> x = tf.placeholder(tf.float32, [None])
    >>> value, update = mean(x)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update, {x: [1.0, 2.0]}), session.run(update, {x: [6.0]}), session.run(value))
    1.5 3.0 3.0
    """
    with variable_scope(name, "mean", (values, weights)):
        values = cast(values, dt.float32)
        total, count = (metric_variable([], dt.float32, variable) for variable in ("total", "count"))
        if weights is None:
            amount = cast(size(values), dt.float32)
        else:
            values, weights = weighted(values, weights)
            amount = reduce_sum(weights)
        new_total = assign_add(total, reduce_sum(values))
        with control_dependencies([values]):
            new_count = assign_add(count, amount)
        return _quotient(total, count, new_total, new_count, metrics_collections, updates_collections)


def _quotient(
    total: Any, count: Any, new_total: Tensor, new_count: Tensor, metrics_collections: Any, updates_collections: Any
) -> Metric:
    """Total by count, before and after an update; 0 while nothing has been counted."""
    value = collected(div_no_nan(total, maximum(count, 0), name="value"), metrics_collections)
    update = div_no_nan(new_total, maximum(new_count, 0), name="update_op")
    return value, collected(update, updates_collections)


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of all batches, entry by entry; see `mean`.

    Args:
      values: those of a batch, of one shape that is known.
      weights, metrics_collections, updates_collections, name: see `mean`.

    >>> x = tf.placeholder(tf.float32, [2])
    >>> value, update = mean_tensor(x)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update, {x: [1.0, 2.0]}), session.run(update, {x: [3.0, 3.0]}))
    [1. 2.] [2.  2.5]
    """
    with variable_scope(name, "mean", (values, weights)):
        values = cast(values, dt.float32)
        total = metric_variable(values.shape, dt.float32, "total_tensor")
        count = metric_variable(values.shape, dt.float32, "count_tensor")
        amount = ones_like(values)
        if weights is not None:
            values, weights = weighted(values, weights)
            amount = multiply(amount, weights)
        new_total = assign_add(total, values)
        with control_dependencies([values]):
            new_count = assign_add(count, amount)
        return _quotient(total, count, new_total, new_count, metrics_collections, updates_collections)


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of the predictions are the labels; see `mean`.

    Args:
      labels: what is true.
      predictions: what was predicted, of the same shape; a last axis of size 1 of either does not matter.
      weights, metrics_collections, updates_collections, name: see `mean`.

    Raises:
      ValueError: the shapes do not fit.

    >>> value, update = accuracy([1, 2, 3, 4], [1, 2, 3, 5])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.75
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    if labels.dtype != predictions.dtype:
        predictions = cast(predictions, labels.dtype)
    is_right = cast(equal(predictions, labels), dt.float32)
    return mean(is_right, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `|predictions - labels|`; see `mean`.

    Args: see `accuracy`.

    >>> value, update = mean_absolute_error(tf.constant([1.0, 2.0]), tf.constant([2.0, 5.0]))
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    2.0
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    errors = abs_op(predictions - labels)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_absolute_error")


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `(predictions - labels) ** 2`; see `mean`.

    Args: see `accuracy`.

    >>> value, update = mean_squared_error(tf.constant([1.0, 2.0]), tf.constant([2.0, 5.0]))
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    5.0
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    errors = squared_difference(labels, predictions)
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_squared_error")


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The square root of the mean of `(predictions - labels) ** 2`; see `mean`.

    Args: see `accuracy`.

    >>> value, update = root_mean_squared_error(tf.constant([0.0, 0.0]), tf.constant([1.0, 7.0]))
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    5.0
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    name = name or "root_mean_squared_error"
    value, update = mean_squared_error(labels, predictions, weights, None, None, name)
    root = collected(sqrt(value), metrics_collections)
    return root, collected(sqrt(update), updates_collections)


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean of `|labels - predictions| / normalizer`; see `mean`.

    Args:
      normalizer: by what errors are divided, of the shape of `labels`; where it is 0, the error counts as 0.
      labels, predictions, weights, metrics_collections, updates_collections, name: see `accuracy`.

    >>> truth = tf.constant([2.0, 4.0])
    >>> value, update = mean_relative_error(truth, tf.constant([3.0, 3.0]), normalizer=truth)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.375
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    predictions, normalizer = squeezed_to_ranks(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    is_zero = equal(normalizer, 0.0)
    errors = where(is_zero, zeros_like(labels), div(abs_op(labels - predictions), normalizer))
    return mean(errors, weights, metrics_collections, updates_collections, name or "mean_relative_error")


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """One less the mean of the inner products of predictions and labels, which should have length 1; see `mean`.

    Args:
      dim: the axis of the vectors.
      labels, predictions, weights, metrics_collections, updates_collections, name: see `accuracy`.

    >>> value, update = mean_cosine_distance(tf.constant([[1.0, 0.0]]), tf.constant([[0.6, 0.8]]), dim=1)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.4
    """
    labels, predictions, weights = fitted(labels, predictions, weights)
    products = reduce_sum(multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update = mean(products, weights, None, None, name or "mean_cosine_distance")
    value, update = subtract(1.0, value), subtract(1.0, update)
    return collected(value, metrics_collections), collected(update, updates_collections)


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of the values, from 0 to 1, is below a threshold; see `mean`.

    >>> value, update = percentage_below(tf.constant([1.0, 2.0, 3.0, 4.0]), 2.0)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.25
    """
    is_below = cast(less(values, threshold), dt.float32)
    return mean(is_below, weights, metrics_collections, updates_collections, name or "percentage_below_threshold")
