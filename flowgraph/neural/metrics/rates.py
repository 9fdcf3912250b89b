"""Metrics of what goes wrong, and of what can be had at which threshold (tf.contrib.metrics)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics import counts
from flowgraph.neural.metrics.state import Metric, collected, fitted
from flowgraph.neural.metrics.thresholds import OUTCOMES, counts_at_thresholds, outcomes_at_thresholds
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import greater, greater_equal
from flowgraph.ops.cond import cond
from flowgraph.ops.control_flow import group
from flowgraph.ops.division import div
from flowgraph.ops.joining import stack
from flowgraph.ops.ranking import argmax, argmin
from flowgraph.ops.reduction import reduce_max, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.unary import abs as absolute
from flowgraph.variables.block import variable_scope

_EPSILON = 1e-7


def _thresholds(count: int) -> list[float]:
    """Thresholds from 0 to 1, evenly spread; the outermost a little outside."""
    return [0.0 - _EPSILON, *((i + 1) * 1.0 / (count - 1) for i in range(count - 2)), 1.0 + _EPSILON]


def _outcomes(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any, kinds: Sequence[str] = tuple(OUTCOMES)
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """By kind of outcome the variables that count, and the ops that take a batch into them."""
    return outcomes_at_thresholds(*fitted(labels, predictions, weights), thresholds, kinds)


def streaming_false_positive_rate(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is false is predicted as true.

    Args:
      predictions, labels: cast to bool.
      weights, metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    >>> value, update = streaming_false_positive_rate([1, 1, 0, 0], [1, 0, 0, 0])
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.33333334
    """
    pair = counts.false_positives, counts.true_negatives
    with variable_scope(name, "false_positive_rate", (predictions, labels, weights)):
        return _rate(pair, predictions, labels, weights, metrics_collections, updates_collections)


def streaming_false_negative_rate(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is true is predicted as false; see `streaming_false_positive_rate`."""
    pair = counts.false_negatives, counts.true_positives
    with variable_scope(name, "false_negative_rate", (predictions, labels, weights)):
        return _rate(pair, predictions, labels, weights, metrics_collections, updates_collections)


def _rate(
    pair: tuple[Callable[..., Metric], ...],
    predictions: Any,
    labels: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
) -> Metric:
    """How much of both is the first."""
    predictions, labels = cast(predictions, dt.bool), cast(labels, dt.bool)
    labels, predictions, weights = fitted(labels, predictions, weights)
    (wrong, new_wrong), (right, new_right) = (count(labels, predictions, weights) for count in pair)

    def part(wrong: Tensor, right: Tensor, name: str) -> Tensor:
        return where(greater(wrong + right, 0), div(wrong, wrong + right), 0, name)

    value, update = part(wrong, right, "value"), part(new_wrong, new_right, "update_op")
    return collected(value, metrics_collections), collected(update, updates_collections)


def streaming_true_positives_at_thresholds(
    predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any = None
) -> Metric:
    """At each threshold, how many predictions are true, rightly: a variable, and the op that takes a batch into it.

    Args:
      predictions: a tensor; what is above the threshold counts as true.
      labels: cast to bool.
      thresholds: a list of floats.
      weights: what each counts; None: 1.
    """
    return _counted("tp", predictions, labels, thresholds, weights)


def streaming_false_negatives_at_thresholds(
    predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any = None
) -> Metric:
    """At each threshold, how many predictions are false, wrongly; see `streaming_true_positives_at_thresholds`."""
    return _counted("fn", predictions, labels, thresholds, weights)


def streaming_false_positives_at_thresholds(
    predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any = None
) -> Metric:
    """At each threshold, how many predictions are true, wrongly; see `streaming_true_positives_at_thresholds`."""
    return _counted("fp", predictions, labels, thresholds, weights)


def streaming_true_negatives_at_thresholds(
    predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any = None
) -> Metric:
    """At each threshold, how many predictions are false, rightly; see `streaming_true_positives_at_thresholds`."""
    return _counted("tn", predictions, labels, thresholds, weights)


def _counted(kind: str, predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any) -> Metric:
    variables, updates = _outcomes(labels, predictions, thresholds, weights, (kind,))
    return variables[kind], updates[kind]


def streaming_false_positive_rate_at_thresholds(
    predictions: Any,
    labels: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """At each threshold, which part of what is false is predicted as true.

    Args:
      predictions, labels, thresholds, weights: see `streaming_true_positives_at_thresholds`.
      metrics_collections, updates_collections, name: see `tf.metrics.mean`.
    """
    with variable_scope(name, "false_positive_rate_at_thresholds", (predictions, labels, weights)):
        outcomes = _outcomes(labels, predictions, thresholds, weights, ("fp", "tn"))
        return _rates(*outcomes, "fp", "tn", metrics_collections, updates_collections)


def streaming_false_negative_rate_at_thresholds(
    predictions: Any,
    labels: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """At each threshold, which part of what is true is predicted as false.

    Args: see `streaming_false_positive_rate_at_thresholds`.
    """
    with variable_scope(name, "false_negative_rate_at_thresholds", (predictions, labels, weights)):
        outcomes = _outcomes(labels, predictions, thresholds, weights, ("fn", "tp"))
        return _rates(*outcomes, "fn", "tp", metrics_collections, updates_collections)


def _rates(
    variables: Any, updates: Any, wrong: str, right: str, metrics_collections: Any, updates_collections: Any
) -> Metric:
    def part(counted: Any, name: str) -> Tensor:
        return div(counted[wrong], _EPSILON + counted[wrong] + counted[right], name=f"{wrong}r_{name}")

    value, update = part(variables, "value"), part(updates, "update_op")
    return collected(value, metrics_collections), collected(update, updates_collections)


def streaming_curve_points(
    labels: Any = None,
    predictions: Any = None,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
) -> tuple[Tensor, Any]:
    """Points of the curve that predictions describe while the threshold rises.

    Args:
      labels: cast to bool.
      predictions: between 0 and 1.
      num_thresholds: how many points.
      curve: "ROC", recall over false positive rate; or "PR", precision over recall.
      weights, metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    Returns:
      ([num_thresholds, 2] points, and the op that takes a batch into them).

    Raises:
      ValueError: `curve` is neither.
    """
    with variable_scope(name, "curve_points", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        found, updates = _outcomes(labels, predictions, _thresholds(num_thresholds), weights)
        recall = div(found["tp"] + 1e-6, found["tp"] + found["fn"] + 1e-6)
        if curve == "ROC":
            points = [div(found["fp"], found["fp"] + found["tn"] + 1e-6), recall]
        else:
            points = [recall, div(found["tp"] + 1e-6, found["tp"] + found["fp"] + 1e-6)]
        value = stack(points, axis=1)
        update: Any = group(*updates.values())
        return collected(value, metrics_collections), collected(update, updates_collections)


def recall_at_precision(
    labels: Any,
    predictions: Any,
    precision: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
    strict_mode: bool = False,
) -> Metric:
    """The recall at the threshold whose precision is nearest to the given one.

    Args:
      labels: cast to bool.
      predictions: between 0 and 1.
      precision: between 0 and 1.
      num_thresholds: how many thresholds are tried.
      strict_mode: whether the precision must be reached: 0 where it is not.
      weights, metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    Raises:
      ValueError: `precision` is outside [0, 1].
    """
    if not 0 <= precision <= 1:
        raise ValueError("`precision` must be in the range [0, 1].")
    with variable_scope(name, "recall_at_precision", (predictions, labels, weights)):
        variables, updates = _outcomes(labels, predictions, _thresholds(num_thresholds), weights)
        value = _recall_at(variables, precision, "value", strict_mode)
        update = _recall_at(updates, precision, "update_op", strict_mode)
        return collected(value, metrics_collections), collected(update, updates_collections)


def _recall_at(counted: Any, precision: float, name: str, strict: bool) -> Any:
    tp, fp, fn = counted["tp"], counted["fp"], counted["fn"]
    precisions = div(tp, tp + fp + _EPSILON)
    if not strict:
        best = argmin(absolute(precisions - precision), 0, output_type=dt.int32)
        return div(tp[best], tp[best] + fn[best] + _EPSILON, name)
    best = argmax(div(1.0, precisions - precision + _EPSILON), 0, output_type=dt.int32)

    def recall() -> Tensor:
        return div(tp[best], tp[best] + fn[best] + _EPSILON, name)

    return cond(precisions[best] >= precision, recall, lambda: 0.0)


def precision_at_recall(
    labels: Any,
    predictions: Any,
    target_recall: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The precision at the highest threshold at which a recall is reached.

    Args:
      target_recall: between 0 and 1.
      labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: see
        `recall_at_precision`.

    Raises:
      ValueError: `target_recall` is outside [0, 1].
    """
    if target_recall < 0 or target_recall > 1:
        raise ValueError("`target_recall` must be in the range [0, 1].")

    def precision(counted: Any, name: str) -> Tensor:
        tp, fp, fn = counted["tp"], counted["fp"], counted["fn"]
        recalls = div(tp, tp + fn + _EPSILON)
        last = reduce_sum(cast(greater_equal(recalls, target_recall), dt.int64)) - 1
        return div(tp[last] + _EPSILON, tp[last] + fp[last] + _EPSILON, name)

    with variable_scope(name, "precision_at_recall", (predictions, labels, weights)):
        variables, updates = _outcomes(labels, predictions, _thresholds(num_thresholds), weights)
        value, update = precision(variables, "value"), precision(updates, "update_op")
        return collected(value, metrics_collections), collected(update, updates_collections)


def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The best harmonic mean of precision and recall that some threshold gives.

    Args:
      labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: see
        `recall_at_precision`.

    >>> value, update = f1_score(tf.constant([0, 1, 1]), tf.constant([0.2, 0.6, 0.9]), num_thresholds=5)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    1.0
    """

    def best(counted: Any, name: str) -> Tensor:
        tp, fp, fn = counted["tp"], counted["fp"], counted["fn"]
        precision = div(tp, _EPSILON + tp + fp, name=f"precision_{name}")
        recall = div(tp, _EPSILON + tp + fn, name=f"recall_{name}")
        return reduce_max(2.0 * precision * recall / (precision + recall + _EPSILON))

    with variable_scope(name, "f1", (labels, predictions, weights)):
        labels, predictions, weights = fitted(labels, predictions, weights)
        kinds = ("tp", "fp", "fn")
        variables, updates = counts_at_thresholds(labels, predictions, _thresholds(num_thresholds), weights, kinds)
        value, update = best(variables, "value"), best(updates, "update")
        return collected(value, metrics_collections), collected(update, updates_collections)
