"""The metrics of tf.metrics as they were called before: predictions come first (tf.contrib.metrics)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import name_scope
from flowgraph.neural.metrics import classes, counts, curves, means, ranked, ranks, thresholds
from flowgraph.neural.metrics.state import Metric
from flowgraph.ops.cast import cast
from flowgraph.ops.ranking import in_top_k

_Function = Callable[..., Any]


def _renamed(metric: _Function, name: str, parameters: list[inspect.Parameter], story: str) -> _Function:
    """A metric under another name, with these parameters in this order."""
    signature = inspect.signature(metric).replace(parameters=parameters)

    @functools.wraps(metric)
    def renamed(*args: Any, **kwargs: Any) -> Any:
        return metric(**signature.bind(*args, **kwargs).arguments)

    renamed.__signature__ = signature  # type: ignore[attr-defined]
    renamed.__name__ = renamed.__qualname__ = name
    renamed.__doc__ = f"`tf.metrics.{metric.__name__}`{story}."
    renamed.__module__ = __name__
    return renamed


def _predictions_first(metric: _Function, name: str | None = None, without: tuple[str, ...] = ()) -> _Function:
    """A metric of tf.metrics with predictions before labels, and without its newer arguments."""
    given = inspect.signature(metric).parameters
    order = ["predictions", "labels", *(p for p in given if p not in ("predictions", "labels", *without))]
    return _renamed(metric, f"streaming_{name or metric.__name__}", [given[p] for p in order], ", predictions first")


def _same(metric: _Function, name: str) -> _Function:
    """A metric of tf.metrics under its old name."""
    return _renamed(metric, name, list(inspect.signature(metric).parameters.values()), " under its old name")


streaming_true_positives = _predictions_first(counts.true_positives)
streaming_true_negatives = _predictions_first(counts.true_negatives)
streaming_false_positives = _predictions_first(counts.false_positives)
streaming_false_negatives = _predictions_first(counts.false_negatives)
streaming_precision = _predictions_first(counts.precision)
streaming_recall = _predictions_first(counts.recall)
streaming_accuracy = _predictions_first(means.accuracy)
streaming_mean = _same(means.mean, "streaming_mean")
streaming_mean_tensor = _same(means.mean_tensor, "streaming_mean_tensor")
streaming_percentage_less = _same(means.percentage_below, "streaming_percentage_less")
streaming_mean_absolute_error = _predictions_first(means.mean_absolute_error)
streaming_mean_relative_error = _predictions_first(means.mean_relative_error)
streaming_mean_squared_error = _predictions_first(means.mean_squared_error)
streaming_root_mean_squared_error = _predictions_first(means.root_mean_squared_error)
streaming_mean_cosine_distance = _predictions_first(means.mean_cosine_distance)
streaming_mean_iou = _predictions_first(classes.mean_iou)
streaming_auc = _predictions_first(curves.auc, without=("summation_method", "thresholds"))
streaming_specificity_at_sensitivity = _predictions_first(curves.specificity_at_sensitivity)
streaming_sensitivity_at_specificity = _predictions_first(curves.sensitivity_at_specificity)
streaming_precision_at_thresholds = _predictions_first(thresholds.precision_at_thresholds)
streaming_recall_at_thresholds = _predictions_first(thresholds.recall_at_thresholds)
streaming_sparse_recall_at_k = _predictions_first(ranked.recall_at_k, "sparse_recall_at_k")
streaming_sparse_precision_at_k = _predictions_first(ranked.precision_at_k, "sparse_precision_at_k")
streaming_sparse_average_precision_at_k = _predictions_first(
    ranked.average_precision_at_k, "sparse_average_precision_at_k"
)


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """How often the label is one of the `k` likeliest classes.

    Args:
      predictions: [batch, classes].
      labels: [batch], the number of the right class.
      k: how many classes count.
      weights, metrics_collections, updates_collections, name: see `tf.metrics.mean`.

    >>> value, update = streaming_recall_at_k(tf.constant([[0.1, 0.5, 0.4], [0.6, 0.3, 0.1]]), tf.constant([2, 2]), 2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.5
    """
    found = cast(in_top_k(predictions, labels, k), dt.float32)
    return means.mean(found, weights, metrics_collections, updates_collections, name or ranks.name_at_k("recall", k))


def streaming_sparse_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`tf.metrics.precision_at_top_k`, predictions first."""
    default = ranks.name_at_k("precision", None, class_id)
    with name_scope(name, default, (top_k_predictions, labels, weights)) as scope:
        return ranked.precision_at_top_k(
            labels, top_k_predictions, None, class_id, weights, metrics_collections, updates_collections, scope
        )


def sparse_recall_at_top_k(
    labels: Any,
    top_k_predictions: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`tf.metrics.recall_at_top_k`, whose k is the number of predictions."""
    default = ranks.name_at_k("recall", None, class_id)
    with name_scope(name, default, (top_k_predictions, labels, weights)) as scope:
        return ranked.recall_at_top_k(
            labels, top_k_predictions, None, class_id, weights, metrics_collections, updates_collections, scope
        )


def streaming_sparse_average_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`tf.metrics.average_precision_at_k` of classes that are ranked already, predictions first."""
    return ranked.mean_of_averages(labels, top_k_predictions, weights, metrics_collections, updates_collections, name)
