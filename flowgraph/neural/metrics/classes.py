"""Metrics that treat all classes alike, however rare they are (tf.metrics)."""

from __future__ import annotations

from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ir.tensor import Tensor
from flowgraph.neural.metrics.state import Metric, collected, metric_variable
from flowgraph.ops.array import ones, ones_like, reshape, size
from flowgraph.ops.cast import cast
from flowgraph.ops.compare import equal, greater, not_equal
from flowgraph.ops.confusion import confusion_matrix
from flowgraph.ops.diagonal import diag_part
from flowgraph.ops.division import div, div_no_nan
from flowgraph.ops.math import maximum
from flowgraph.ops.reduction import reduce_mean, reduce_sum
from flowgraph.ops.scatter import scatter_add
from flowgraph.ops.select import where
from flowgraph.ops.state import assign_add
from flowgraph.variables.block import variable_scope


def _flat(x: Any) -> Any:
    """A tensor as a vector, if its rank is more than 1."""
    return reshape(x, [-1]) if x.get_shape().ndims > 1 else x


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over the classes of the part of each class that is predicted right.

    Args:
      labels: the numbers of the true classes.
      predictions: those of the predicted ones, a tensor with as many entries.
      num_classes: how many classes there are.
      weights: what each entry counts, a tensor; None: 1.
      metrics_collections: the collections to which the metric is added, a name or a list; None: none.
      updates_collections: those to which the op that updates it is added.
      name: the name of the variable scope of its variables.

    Returns:
      (accuracy, update): the metric, and an op that takes a batch into it and gives the accuracy of each class.

    >>> value, update = mean_per_class_accuracy([0, 0, 0, 0, 1, 1], tf.constant([0, 0, 0, 0, 0, 1]), num_classes=2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update), session.run(value))
    [1.  0.5] 0.75
    """
    with variable_scope(name, "mean_accuracy", (predictions, labels, weights)):
        labels = _flat(cast(labels, dt.int64))
        predictions = _flat(predictions)
        predictions.get_shape().assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], dt.float32, "total")
        count = metric_variable([num_classes], dt.float32, "count")
        amount = ones([size(labels)], dt.float32)
        if labels.dtype != predictions.dtype:
            predictions = cast(predictions, labels.dtype)
        is_right = cast(equal(predictions, labels), dt.float32)
        if weights is not None:
            weights = cast(_flat(weights), dt.float32)
            is_right *= weights
            amount *= weights
        new_total = scatter_add(total, labels, amount)
        new_count = scatter_add(count, labels, is_right)
        value = reduce_mean(div_no_nan(count, maximum(total, 0)), name="mean_accuracy")
        collected(value, metrics_collections)
        update = div_no_nan(new_count, maximum(new_total, 0), name="update_op")
        return value, collected(update, updates_collections)


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The mean over the classes of intersection over union: of the entries that are of a class or predicted to be,
    the part that are both. Classes that never occur do not count.

    Args:
      labels, predictions: tensors with the numbers of classes, of the same shape.
      num_classes, weights, metrics_collections, updates_collections, name: see `mean_per_class_accuracy`.

    Returns:
      (mean, update): the metric, and an op that takes a batch into it and gives the confusion matrix of all batches.

    >>> value, update = mean_iou(tf.constant([0, 0, 1, 1]), tf.constant([0, 1, 1, 1]), num_classes=2)
    >>> with tf.Session() as session:
    ...     session.run(tf.local_variables_initializer())
    ...     print(session.run(update), session.run(value).round(4))
    [[1. 1.]
     [0. 2.]] 0.5833
    """
    with variable_scope(name, "mean_iou", (predictions, labels, weights)):
        predictions.get_shape().assert_is_compatible_with(labels.get_shape())
        matrix, update = _confusion(labels, predictions, num_classes, weights)
        value = collected(_mean_overlap(matrix), metrics_collections)
        return value, collected(update, updates_collections)


def _confusion(labels: Any, predictions: Any, num_classes: int, weights: Any) -> tuple[Any, Tensor]:
    """The confusion matrix of all batches, a variable, and its update."""
    matrix = metric_variable([num_classes, num_classes], dt.float64, "total_confusion_matrix")
    predictions, labels = cast(predictions, dt.int64), cast(labels, dt.int64)
    classes = cast(num_classes, dt.int64)
    predictions, labels = _flat(predictions), _flat(labels)
    weights = None if weights is None else _flat(weights)
    of_batch = confusion_matrix(labels, predictions, classes, weights=weights, dtype=dt.float64)
    return matrix, assign_add(matrix, of_batch)


def _mean_overlap(matrix: Any) -> Tensor:
    """Of each class intersection by union, and their mean."""
    predicted = cast(reduce_sum(matrix, 0), dt.float32)
    true = cast(reduce_sum(matrix, 1), dt.float32)
    both = cast(diag_part(matrix), dt.float32)
    union = predicted + true - both
    occurring = reduce_sum(cast(not_equal(union, 0), dt.float32))
    divisor = where(greater(union, 0), union, ones_like(union))
    overlaps = div(both, divisor)
    some = greater(occurring, 0)
    return where(some, reduce_sum(overlaps, name="mean_iou") / occurring, 0)
