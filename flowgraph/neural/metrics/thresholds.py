"""Metrics of predicted probabilities: what comes out wherever the threshold is put (tf.metrics)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import control_dependencies
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, fitted, metric_variable
from flowgraph.ops.array import reshape, shape
from flowgraph.ops.cast import cast
from flowgraph.ops.checks import assert_greater_equal, assert_less_equal
from flowgraph.ops.compare import greater, logical_and, logical_not
from flowgraph.ops.constant import constant
from flowgraph.ops.division import div
from flowgraph.ops.identity import identity
from flowgraph.ops.joining import stack
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims, tile, transpose
from flowgraph.ops.state import assign_add
from flowgraph.ops.weights import broadcast_weights
from flowgraph.variables.block import variable_scope

OUTCOMES = {
    "tp": "true_positives",
    "fn": "false_negatives",
    "tn": "true_negatives",
    "fp": "false_positives",
}
"""The short names of what a prediction can turn out to be, in the order in which TF counts them."""


def counts_at_thresholds(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any = None, kinds: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """At each threshold, how many predictions turn out in which way; when run, predictions must be probabilities.

    Args:
      labels: what is true; cast to bool.
      predictions: a tensor of probabilities: above the threshold it is a prediction.
      thresholds: the thresholds.
      weights: what each counts; None: 1.
      kinds: keys of `OUTCOMES`; by default all of them.

    Returns:
      By kind the variables that count, and the ops that take a batch into them.
    """
    return outcomes_at_thresholds(*_checked(labels, predictions, weights), thresholds, kinds or tuple(OUTCOMES))


def outcomes_at_thresholds(
    labels: Tensor, predictions: Tensor, weights: Any, thresholds: Sequence[float], kinds: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The same for labels, predictions and weights whose ranks fit, whatever predictions are."""
    count = len(thresholds)
    column = reshape(predictions, [-1, 1])
    row = reshape(cast(labels, dt.bool), [1, -1])
    entries = shape(column)[0] if column.shape[0].value is None else column.shape[0].value
    levels = tile(expand_dims(constant(thresholds), [1]), stack([1, entries]))
    predicted: dict[bool, Tensor] = {True: greater(tile(transpose(column), [count, 1]), levels)}
    if {"fn", "tn"} & set(kinds):
        predicted[False] = logical_not(predicted[True])
    true: dict[bool, Tensor] = {True: tile(row, [count, 1])}
    if {"fp", "tn"} & set(kinds):
        true[False] = logical_not(true[True])
    if weights is not None:
        weights = broadcast_weights(cast(weights, dt.float32), predictions)
        weights = tile(reshape(weights, [1, -1]), [count, 1])
        levels.shape.assert_is_compatible_with(weights.shape)
    variables, updates = {}, {}
    for kind in (kind for kind in OUTCOMES if kind in kinds):
        variables[kind] = metric_variable([count], dt.float32, OUTCOMES[kind])
        found = cast(logical_and(true[kind in ("tp", "fn")], predicted[kind in ("tp", "fp")]), dt.float32)
        if weights is not None:
            found *= weights
        updates[kind] = assign_add(variables[kind], reduce_sum(found, 1))
    return variables, updates


def _checked(labels: Any, predictions: Any, weights: Any) -> tuple[Tensor, Tensor, Any]:
    """Labels as bool and predictions as float32, of ranks that fit; casts wait until predictions are found to be
    probabilities (but where nothing is cast, nothing waits).
    """
    outside = "predictions must be in [0, 1]"
    checks = [
        assert_greater_equal(predictions, cast(0.0, dtype=predictions.dtype), message=outside),
        assert_less_equal(predictions, cast(1.0, dtype=predictions.dtype), message=outside),
    ]
    with control_dependencies(checks):
        predictions, labels = cast(predictions, dt.float32), cast(labels, dt.bool)
        return fitted(labels, predictions, weights)


def _count_at(
    kind: str,
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Metric:
    """One kind of outcome, counted at thresholds."""
    with variable_scope(name, OUTCOMES[kind], (predictions, labels, weights)):
        variables, updates = counts_at_thresholds(labels, predictions, thresholds, weights, (kind,))
        value = collected(identity(variables[kind]), metrics_collections)
        return value, collected(updates[kind], updates_collections)


def true_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many probabilities are above each threshold, rightly.

    Args:
      labels: what is true; cast to bool.
      predictions: a tensor of probabilities, of the same shape.
      thresholds: the thresholds, a list of floats.
      weights, metrics_collections, updates_collections, name: see `true_positives`.

    Returns:
      (counts, update): the counts so far, one for each threshold, and an op that takes a batch into them.

    Raises:
      InvalidArgumentError: when run, where a prediction is no probability.

    >>> value, update = true_positives_at_thresholds([1, 1, 0], tf.constant([0.9, 0.4, 0.6]), [0.3, 0.5])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    [2. 1.]
    """
    collections = metrics_collections, updates_collections
    return _count_at("tp", labels, predictions, thresholds, weights, *collections, name)


def true_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many probabilities are not above each threshold, rightly; see `true_positives_at_thresholds`."""
    collections = metrics_collections, updates_collections
    return _count_at("tn", labels, predictions, thresholds, weights, *collections, name)


def false_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many probabilities are above each threshold, wrongly; see `true_positives_at_thresholds`."""
    collections = metrics_collections, updates_collections
    return _count_at("fp", labels, predictions, thresholds, weights, *collections, name)


def false_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How many probabilities are not above each threshold, wrongly; see `true_positives_at_thresholds`."""
    collections = metrics_collections, updates_collections
    return _count_at("fn", labels, predictions, thresholds, weights, *collections, name)


def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is above each threshold is true; see `true_positives_at_thresholds`.

    >>> value, update = precision_at_thresholds([1, 0, 1], tf.constant([0.9, 0.4, 0.6]), [0.3, 0.5])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    [0.6667 1.    ]
    """
    with variable_scope(name, "precision_at_thresholds", (predictions, labels, weights)):
        variables, updates = counts_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fp"))
        value = _share(variables["tp"], variables["fp"], "precision_value")
        collected(value, metrics_collections)
        return value, collected(_share(updates["tp"], updates["fp"], "precision_update_op"), updates_collections)


def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is true is above each threshold; see `true_positives_at_thresholds`.

    >>> value, update = recall_at_thresholds([1, 0, 1], tf.constant([0.9, 0.4, 0.6]), [0.3, 0.7])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    [1.  0.5]
    """
    with variable_scope(name, "recall_at_thresholds", (predictions, labels, weights)):
        variables, updates = counts_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fn"))
        value = _share(variables["tp"], variables["fn"], "recall_value")
        collected(value, metrics_collections)
        return value, collected(_share(updates["tp"], updates["fn"], "recall_update_op"), updates_collections)


def _share(right: Any, wrong: Any, name: str) -> Tensor:
    """What is right as a part of what is right or wrong."""
    return div(right, 1e-7 + right + wrong, name=name)
