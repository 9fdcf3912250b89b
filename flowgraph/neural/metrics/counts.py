"""Metrics that count how predictions, true or false, turn out, and what is made of the counts (tf.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, fitted, metric_variable
from flowgraph.ops.array import rank
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, greater, logical_and
from flowgraph.ops.division import div
from flowgraph.ops.identity import identity
from flowgraph.ops.math import multiply
from flowgraph.ops.rank_checks import assert_rank_in, assert_type
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.state import assign_add
from flowgraph.variables.block import variable_scope


def _truths(labels: Any, predictions: Any, weights: Any) -> tuple[Tensor, Tensor, Any]:
    """All three of ranks that fit, labels and predictions as bool."""
    predictions, labels = cast(predictions, dt.bool), cast(labels, dt.bool)
    return fitted(labels, predictions, weights)


def _count(
    outcome: tuple[bool, bool],
    labels: Any,
    predictions: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
) -> Metric:
    """How often labels and predictions are a pair of truth values."""
    labels, predictions, weights = _truths(labels, predictions, weights)
    is_label = equal(labels, outcome[0])
    found = logical_and(is_label, equal(predictions, outcome[1]))
    assert_type(found, dt.bool)  # (certain, but TF's graph has its op)
    count = metric_variable([], dt.float32, "count")
    found = cast(found, dt.float32)
    if weights is not None:
        with control_dependencies((assert_rank_in(weights, (0, rank(found))),)):
            found = multiply(found, cast(weights, dt.float32))
    value = collected(identity(count), metrics_collections)
    return value, collected(assign_add(count, reduce_sum(found)), updates_collections)


def true_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many predictions are true, rightly.

    Args:
      labels: what is true; cast to bool.
      predictions: what was predicted, of the same shape; cast to bool.
      weights: what each counts: a scalar, or a tensor of the same rank with each size 1 or that of `labels`; None: 1.
      metrics_collections: the collections to which the metric is added, a name or a list; None: none.
      updates_collections: those to which the op that updates it is added.
      name: the name of the variable scope of its variable, 'count'.

    Returns:
      (count, update): the count so far, and an op that takes a batch into it and gives the new count.

    Raises:
      ValueError: the shapes do not fit.

    >>> value, update = true_positives([1, 1, 0, 0], [1, 0, 1, 1])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update), session.run(update))
    1.0 2.0
    """
    with variable_scope(name, "true_positives", (predictions, labels, weights)):
        return _count((True, True), labels, predictions, weights, metrics_collections, updates_collections)


def true_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many predictions are false, rightly; see `true_positives`."""
    with variable_scope(name, "true_negatives", (predictions, labels, weights)):
        return _count((False, False), labels, predictions, weights, metrics_collections, updates_collections)


def false_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many predictions are true, wrongly; see `true_positives`."""
    with variable_scope(name, "false_positives", (predictions, labels, weights)):
        return _count((False, True), labels, predictions, weights, metrics_collections, updates_collections)


def false_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many predictions are false, wrongly; see `true_positives`."""
    with variable_scope(name, "false_negatives", (predictions, labels, weights)):
        return _count((True, False), labels, predictions, weights, metrics_collections, updates_collections)


def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what was predicted is true; 0 while nothing was predicted.

    Args: see `true_positives`.

    >>> value, update = precision([1, 1, 0, 0], [1, 1, 1, 0])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.6667
    """
    with variable_scope(name, "precision", (predictions, labels, weights)):
        labels, predictions, weights = _truths(labels, predictions, weights)
        right = true_positives(labels, predictions, weights)
        wrong = false_positives(labels, predictions, weights)
        return _part(right, wrong, metrics_collections, updates_collections)


def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is true was predicted; 0 while nothing was true.

    Args: see `true_positives`.

    >>> value, update = recall([1, 1, 1, 0], [1, 1, 0, 0])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.6667
    """
    with variable_scope(name, "recall", (predictions, labels, weights)):
        labels, predictions, weights = _truths(labels, predictions, weights)
        right = true_positives(labels, predictions, weights)
        missed = false_negatives(labels, predictions, weights)
        return _part(right, missed, metrics_collections, updates_collections)


def _part(right: Metric, wrong: Metric, metrics_collections: Any, updates_collections: Any) -> Metric:
    """What is right as a part of what is right or wrong, before and after the update."""
    value = collected(_share(right[0], wrong[0], "value"), metrics_collections)
    return value, collected(_share(right[1], wrong[1], "update_op"), updates_collections)


def _share(right: Tensor, wrong: Tensor, name: str) -> Tensor:
    return where(greater(right + wrong, 0), div(right, right + wrong), 0, name)
