"""Metrics of rankings: whether labels are among the k classes that are ranked highest (tf.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.scope import name_scope
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics import ranks
from flowgraph.neural.metrics.state import Metric, collected, metric_variable
from flowgraph.ops.array import ones_like, shape, size
from flowgraph.ops.cast import cast
from flowgraph.ops.cumulative import cumsum
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.math import add, multiply
from flowgraph.ops.ranking import top_k
from flowgraph.ops.reduction import reduce_sum
from flowgraph.ops.shaping import expand_dims
from flowgraph.ops.state import assign_add
from flowgraph.ops.weights import broadcast_weights


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of the labels is among the k classes predicted to be most likely.

    Args:
      labels: int64, of shape [..., labels of a row], may be sparse; or [...], one label a row.
      predictions: a tensor of floats [..., classes]: the higher, the more likely.
      k: how many classes are predicted.
      class_id: the class that counts; None: all.
      weights: what each row counts: a scalar, or a tensor of shape [...] with sizes of 1 where they do not matter;
        None: 1.
      metrics_collections: the collections to which the metric is added, a name or a list; None: none.
      updates_collections: those to which the op that updates it is added.
      name: the name of the scope of its ops and variables.

    Returns:
      (recall, update), float64 scalars: the metric, and an op that takes a batch into it and gives its new value.
      NaN while there are no labels.

    Raises:
      ValueError: shapes do not fit.

    >>> labels = tf.constant([[0], [1]], tf.int64)
    >>> value, update = recall_at_k(labels, tf.constant([[0.1, 0.2, 0.7], [0.3, 0.5, 0.2]]), k=2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.5
    """
    with name_scope(name, ranks.name_at_k("recall", k, class_id), (predictions, labels, weights)) as scope:
        ranking = top_k(predictions, k).indices
        return recall_at_top_k(labels, ranking, k, class_id, weights, metrics_collections, updates_collections, scope)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`recall_at_k` of classes that are predicted already.

    Args:
      predictions_idx: a tensor of integers, of shape [..., k]: the classes predicted for each row.
      k: the number of these, for the default name.
      labels, class_id, weights, metrics_collections, updates_collections, name: see `recall_at_k`.
    """
    with name_scope(name, ranks.name_at_k("recall", k, class_id), (predictions_idx, labels, weights)) as scope:
        labels = ranks.with_class_axis(labels, predictions_idx)
        ranking = cast(predictions_idx, dt.int64)
        found = ranks.counted(ranks.true_positives, "true_positive", labels, ranking, k, class_id, weights)
        missed = ranks.counted(ranks.false_negatives, "false_negative", labels, ranking, k, class_id, weights)
        return _part(found, missed, scope, metrics_collections, updates_collections)


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """Which part of the k classes predicted to be most likely is among the labels.

    Args: see `recall_at_k`.

    Returns:
      (precision, update), float64 scalars: the metric, and an op that takes a batch into it and gives its new value.

    >>> labels = tf.constant([[0], [1]], tf.int64)
    >>> value, update = precision_at_k(labels, tf.constant([[0.1, 0.2, 0.7], [0.3, 0.5, 0.2]]), k=2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.25
    """
    with name_scope(name, ranks.name_at_k("precision", k, class_id), (predictions, labels, weights)) as scope:
        ranking = top_k(predictions, k).indices
        return precision_at_top_k(
            labels, ranking, k, class_id, weights, metrics_collections, updates_collections, scope
        )


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`precision_at_k` of classes that are predicted already.

    Args:
      predictions_idx: a tensor of integers, of shape [..., k]: the classes predicted for each row.
      k: the number of these, for the default name.
      labels, class_id, weights, metrics_collections, updates_collections, name: see `recall_at_k`.
    """
    with name_scope(name, ranks.name_at_k("precision", k, class_id), (predictions_idx, labels, weights)) as scope:
        labels = ranks.with_class_axis(labels, predictions_idx)
        ranking = cast(predictions_idx, dt.int64)
        found = ranks.counted(ranks.true_positives, "true_positive", labels, ranking, k, class_id, weights)
        wrong = ranks.counted(ranks.false_positives, "false_positive", labels, ranking, k, class_id, weights)
        return _part(found, wrong, scope, metrics_collections, updates_collections)


def _part(right: Metric, wrong: Metric, name: str, metrics_collections: Any, updates_collections: Any) -> Metric:
    """What is right as a part of what is right or wrong, before and after the update."""
    value = collected(div(right[0], add(right[0], wrong[0]), name=name), metrics_collections)
    update = div(right[1], add(right[1], wrong[1]), name="update")
    return value, collected(update, updates_collections)


def sparse_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The old name of `precision_at_k`."""
    return precision_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over the rows of the average precision of their k most likely classes: the mean, over the places of
    the ranking where a label stands, of the precision down to there.

    Args: see `recall_at_k`; labels that are no class do not count.

    Returns:
      (mean, update), float64 scalars: the metric, and an op that takes a batch into it and gives its new value.

    Raises:
      ValueError: k is below 1, or shapes do not fit.

    >>> labels = tf.constant([[0], [1]], tf.int64)
    >>> value, update = average_precision_at_k(labels, tf.constant([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]), k=2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update))
    0.25
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    with name_scope(name, ranks.name_at_k("average_precision", k), (predictions, labels, weights)) as scope:
        ranking = top_k(predictions, k).indices
        labels = ranks.without_unknown(labels, cast(shape(predictions)[-1], dt.int64))
        return mean_of_averages(labels, ranking, weights, metrics_collections, updates_collections, scope)


def sparse_average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The old name of `average_precision_at_k`."""
    return average_precision_at_k(labels, predictions, k, weights, metrics_collections, updates_collections, name)


def mean_of_averages(
    labels: Any, ranking: Tensor, weights: Any, metrics_collections: Any, updates_collections: Any, name: str | None
) -> Metric:
    """The mean of the average precisions of all rows of all batches."""
    with name_scope(name, "average_precision_at_top_k", (ranking, labels, weights)) as scope:
        averages = _average_precision(labels, ranking)
        if weights is not None:
            weights = broadcast_weights(cast(weights, dt.float64), averages)
            averages = multiply(averages, weights)
        with name_scope(None, "max", (averages,)) as inner:
            most: Any = metric_variable([], dt.float64, inner)
            if weights is None:
                most_of_batch = cast(size(averages, name="batch_max"), dt.float64)
            else:
                most_of_batch = reduce_sum(weights, name="batch_max")
            new_most = assign_add(most, most_of_batch, name="update")
        with name_scope(None, "total", (averages,)) as inner:
            total: Any = metric_variable([], dt.float64, inner)
            new_total = assign_add(total, reduce_sum(averages, name="batch_total"), name="update")
        value = collected(div_no_nan(total, most, name="mean"), metrics_collections)
        return value, collected(div_no_nan(new_total, new_most, name=scope), updates_collections)


def _average_precision(labels: Any, ranking: Tensor) -> Tensor:
    """Of each row the average precision."""
    with name_scope(None, "average_precision", (ranking, labels)) as scope:
        ranking = cast(ranking, dt.int64, name="predictions_idx")
        places = ranking.shape.as_list()[-1]
        if places is None:
            raise ValueError("The last dimension of predictions_idx must be set.")
        labels = ranks.with_class_axis(labels, ranking)
        each_place = expand_dims(ranking, -1, name="predictions_idx_per_k")
        labels_of_each = ranks.repeated(labels, places, "labels_per_k")
        is_label = ranks.found_in_rows(ranks.true_positives, labels_of_each, each_place, None, None, "relevant_per_k")
        found = cumsum(is_label, axis=-1, name="tp_per_k")
        so_far = cumsum(ones_like(is_label), axis=-1, name="retrieved_per_k")
        precisions = div(cast(found, dt.float64), cast(so_far, dt.float64), name="precision_per_k")
        of_labels = multiply(precisions, cast(is_label, dt.float64), name="relevant_precision_per_k")
        total = reduce_sum(of_labels, axis=(-1,), name="precision_sum")
        return div(total, cast(ranks.relevant(labels, places), dt.float64), name=scope)
