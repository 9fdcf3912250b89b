"""tf.metrics of rankings: labels among the k classes that are predicted first."""

from __future__ import annotations

import numpy as np

from .data import uniform

_SETS = np.array([[1, 2], [0, 3], [4, 4]], np.int64)
_ROWS = np.array([1.0, 0.5, 2.0], np.float32)


def _batches(tf, metrics, feeds):
    updates = [metric[1] for metric in metrics]
    runs = [(tf.local_variables_initializer(), None)]
    for feed in feeds:
        runs += [(updates, feed), ([metric[0] for metric in metrics], feed)]
    return [*runs, (tf.get_collection(tf.GraphKeys.METRIC_VARIABLES), None)]


def _inputs(tf, sets=(3, 2), scores=(3, 5)):
    labels = tf.placeholder(tf.int64, sets, name="labels")
    predictions = tf.placeholder(tf.float32, scores, name="predictions")
    feeds = [{labels: _SETS, predictions: uniform(3, 5, seed=seed)} for seed in (1, 2)]
    return labels, predictions, feeds


def dense_labels(tf):
    labels, predictions, feeds = _inputs(tf)
    metrics = [
        tf.metrics.recall_at_k(labels, predictions, 2),
        tf.metrics.recall_at_k(labels, predictions, 3, class_id=4),
        tf.metrics.recall_at_k(labels, predictions, 3, weights=_ROWS),
        tf.metrics.precision_at_k(labels, predictions, 2),
        tf.metrics.precision_at_k(labels, predictions, 3, 4, _ROWS),
        tf.metrics.sparse_precision_at_k(labels, predictions, 2, name="older"),
        tf.metrics.recall_at_top_k(labels, tf.constant([[1, 2, 3], [0, 1, 4], [4, 2, 0]])),
        tf.metrics.precision_at_top_k(labels, tf.constant([[1, 2], [0, 1], [4, 2]], tf.int64), 2, name="ranked"),
    ]
    return _batches(tf, metrics, feeds)


def one_label_a_row(tf):
    labels = tf.constant([1, 3, 4], tf.int64)
    _, predictions, feeds = _inputs(tf)
    collections = {"metrics_collections": ["seen"], "updates_collections": "updates"}
    with tf.variable_scope("eval"):
        metrics = [
            tf.metrics.recall_at_k(labels, predictions, 2, **collections),
            tf.metrics.precision_at_k(labels, predictions, 2, **collections),
            tf.metrics.average_precision_at_k(labels, predictions, 2, **collections),
        ]
    return _batches(tf, metrics, feeds)


def average_precisions(tf):
    labels, predictions, feeds = _inputs(tf)
    metrics = [
        tf.metrics.average_precision_at_k(labels, predictions, 1),
        tf.metrics.average_precision_at_k(labels, predictions, 3),
        tf.metrics.average_precision_at_k(labels, predictions, 5, _ROWS),
        tf.metrics.sparse_average_precision_at_k(labels + 1, predictions, 3, 0.5, name="older"),
    ]
    return _batches(tf, metrics, feeds)


def sparse_labels(tf):
    _, predictions, feeds = _inputs(tf)
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [2, 0]], tf.constant([1, 4, 3, 0], tf.int64), [3, 2])
    metrics = [
        tf.metrics.recall_at_k(labels, predictions, 2),
        tf.metrics.recall_at_k(labels, predictions, 2, class_id=3),
        tf.metrics.precision_at_k(labels, predictions, 2, class_id=3, weights=_ROWS),
        tf.metrics.average_precision_at_k(labels, predictions, 1),
        tf.metrics.average_precision_at_k(labels, predictions, 3),
    ]
    return _batches(tf, metrics, feeds)


def of_unknown_shapes(tf):
    labels, predictions, feeds = _inputs(tf, None, [None, 5])
    weights = tf.placeholder(tf.float32, None, name="weights")
    metrics = [
        tf.metrics.recall_at_k(labels, predictions, 2, weights=weights),
        tf.metrics.precision_at_k(labels, predictions, 2, class_id=1),
        tf.metrics.average_precision_at_k(labels, predictions, 3, weights),
    ]
    return _batches(tf, metrics, [{**feeds[0], weights: _ROWS}, {**feeds[1], weights: 1.0}])
