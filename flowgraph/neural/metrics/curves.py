"""Metrics read off the curve that a classifier draws as its threshold moves: ROC, precision and recall (tf.metrics)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected
from flowgraph.neural.metrics.thresholds import counts_at_thresholds
from flowgraph.ops.array import ones_like
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, logical_and
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.math import maximum, minimum, multiply
from flowgraph.ops.ranking import argmax, argmin
from flowgraph.ops.reduction import reduce_min, reduce_sum
from flowgraph.ops.select import where
from flowgraph.ops.unary import abs as abs_op
from flowgraph.ops.unary import log
from flowgraph.platform import logs
from flowgraph.variables.block import variable_scope

_BEYOND = 1e-7
"""By how much the outermost thresholds lie outside [0, 1], and what keeps some divisors from 0."""


def _between(count: int) -> list[float]:
    """Thresholds between 0 and 1, evenly spread, without the two ends."""
    return [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)]


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Metric:
    """The area under a curve, from the points at some thresholds.

    Args:
      labels: what is true; cast to bool.
      predictions: a tensor of probabilities, of the same shape.
      weights: what each counts: a scalar, or a tensor of the same rank with each size 1 or that of `labels`; None: 1.
      num_thresholds: how many thresholds there are, evenly spread from 0 to 1.
      metrics_collections: the collections to which the metric is added, a name or a list; None: none.
      updates_collections: those to which the op that updates it is added.
      curve: 'ROC': true positives over false positives; 'PR': precision over recall.
      name: the name of the variable scope of its variables.
      summation_method: 'trapezoidal', 'minoring', 'majoring' (the area from below, or above), or, for 'PR',
        'careful_interpolation', which is the one to choose there.
      thresholds: the thresholds between 0 and 1, instead of `num_thresholds`.

    Returns:
      (area, update): the area so far, and an op that takes a batch into the counts and gives the new area.

    Raises:
      ValueError: there is no such curve or method, or shapes do not fit.
      InvalidArgumentError: when run, where a prediction is no probability.

    >>> value, update = auc([0, 0, 1, 1], tf.constant([0.1, 0.4, 0.35, 0.8]))
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.75
    """
    with variable_scope(name, "auc", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        inner = _between(num_thresholds) if thresholds is None else sorted(thresholds)
        levels = [0.0 - _BEYOND, *inner, 1.0 + _BEYOND]
        variables, updates = counts_at_thresholds(labels, predictions, levels, weights)
        last = (num_thresholds if thresholds is None else len(levels)) - 1
        value = collected(_area(variables, last, curve, summation_method, "value"), metrics_collections)
        update = _area(updates, last, curve, summation_method, "update_op")
        return value, collected(update, updates_collections)


def _area(counts: dict[str, Any], last: int, curve: str, method: str, name: str) -> Tensor:
    """The area under the curve through the points 0 to `last`."""
    if curve == "PR" and method == "trapezoidal":
        logs.warning(
            'Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "careful_interpolation" instead.'
        )
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated(counts["tp"], counts["fp"], counts["fn"], last)
    x, y = _points(counts, curve)
    if method in ("trapezoidal", "careful_interpolation"):
        return reduce_sum(multiply(x[:last] - x[1:], (y[:last] + y[1:]) / 2.0), name=name)
    if method == "minoring":
        return reduce_sum(multiply(x[:last] - x[1:], minimum(y[:last], y[1:])), name=name)
    if method == "majoring":
        return reduce_sum(multiply(x[:last] - x[1:], maximum(y[:last], y[1:])), name=name)
    raise ValueError(f"Invalid summation_method: {method}")


def _points(counts: dict[str, Any], curve: str) -> tuple[Tensor, Tensor]:
    """The curve's points."""
    tp, fp, epsilon = counts["tp"], counts["fp"], 1.0e-6
    recall = div(tp + epsilon, tp + counts["fn"] + epsilon)
    if curve == "ROC":
        return div(fp, fp + counts["tn"] + epsilon), recall
    return recall, div(tp + epsilon, tp + fp + epsilon)


def _interpolated(tp: Any, fp: Any, fn: Any, last: int) -> Tensor:
    """The area under precision over recall, with true positives interpolated linearly between points.

    Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves", 2006: in between, true positives
    are a linear function of all positives, whose integral has a logarithm.
    """
    gained = tp[:last] - tp[1:]
    positives = tp + fp
    width = maximum(positives[:last] - positives[1:], 0)
    slope = div_no_nan(gained, width, name="prec_slope")
    start = tp[1:] - multiply(slope, positives[1:])
    both = logical_and(positives[:last] > 0, positives[1:] > 0)
    ratio = div_no_nan(positives[:last], maximum(positives[1:], 0), name="recall_relative_ratio")
    ratio = where(both, ratio, ones_like(positives[1:]))
    area = slope * (gained + start * log(ratio))
    increments = div_no_nan(area, maximum(tp[1:] + fn[1:], 0), name="pr_auc_increment")
    return reduce_sum(increments, name="interpolate_pr_auc")


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is true is found (the sensitivity), where the threshold is such that of what is false the
    part `specificity` is told as false.

    Args:
      specificity: from 0 to 1.
      labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: see `auc`.

    Raises:
      ValueError: `specificity` is not within [0, 1], or shapes do not fit.

    >>> value, update = sensitivity_at_specificity([0, 0, 1, 1], tf.constant([0.1, 0.4, 0.3, 0.8]), 1.0)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.5
    """
    if specificity < 0 or specificity > 1:
        raise ValueError("`specificity` must be in the range [0, 1].")

    def found(counts: dict[str, Any], name: str) -> Tensor:
        tp, fn = counts["tp"], counts["fn"]
        specificities = div(counts["tn"], counts["tn"] + counts["fp"] + _BEYOND)
        nearest = cast(argmin(abs_op(specificities - specificity), 0), dt.int32)
        return div(tp[nearest], tp[nearest] + fn[nearest] + _BEYOND, name)

    with variable_scope(name, "sensitivity_at_specificity", (predictions, labels, weights)):
        levels = [0.0 - _BEYOND, *_between(num_thresholds), 1.0 + _BEYOND]
        return _read_off(found, labels, predictions, levels, weights, metrics_collections, updates_collections)


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of what is false is told as false (the specificity), where the threshold is such that of what is
    true the part `sensitivity` is found; the highest such threshold.

    Args:
      sensitivity: from 0 to 1.
      labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, name: see `auc`.

    Raises:
      ValueError: `sensitivity` is not within [0, 1], or shapes do not fit.

    >>> value, update = specificity_at_sensitivity([0, 0, 1, 1], tf.constant([0.1, 0.4, 0.3, 0.8]), 1.0)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update).round(4))
    0.5
    """
    if sensitivity < 0 or sensitivity > 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")

    def told(counts: dict[str, Any], name: str) -> Tensor:
        tn, fp = counts["tn"], counts["fp"]
        sensitivities = div(counts["tp"], counts["tp"] + counts["fn"] + _BEYOND)
        smallest = reduce_min(abs_op(sensitivities - sensitivity))
        is_nearest = cast(equal(abs_op(sensitivities - sensitivity), smallest), dt.int64)
        last = cast(argmax(cumsum(is_nearest), 0), dt.int32)
        return div(tn[last], tn[last] + fp[last] + _BEYOND, name)

    with variable_scope(name, "specificity_at_sensitivity", (predictions, labels, weights)):
        levels = [0.0 - _BEYOND, *_between(num_thresholds), 1.0 - _BEYOND]
        return _read_off(told, labels, predictions, levels, weights, metrics_collections, updates_collections)


def _read_off(
    read: Callable[[dict[str, Any], str], Tensor],
    labels: Any,
    predictions: Any,
    levels: list[float],
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
) -> Metric:
    """What a function reads off the counts at thresholds, before and after the update."""
    variables, updates = counts_at_thresholds(labels, predictions, levels, weights)
    value = collected(read(variables, "value"), metrics_collections)
    return value, collected(read(updates, "update_op"), updates_collections)
