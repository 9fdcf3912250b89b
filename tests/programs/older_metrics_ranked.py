"""tf.contrib.metrics: the metrics of tf.metrics with predictions first: curves and classes."""

from __future__ import annotations

import numpy as np

from .data import uniform

_LABELS = np.array([0, 1, 1, 0, 1, 0], np.int64)
_CLASSES = np.array([0, 2, 1, 1, 2, 0], np.int64)


def _run(tf, metrics, batches):
    runs = [(tf.local_variables_initializer(), None)]
    values = [value for value, _ in metrics]
    for batch in batches:
        runs += [([update for _, update in metrics], batch), (values, batch)]
    return runs


def _probabilities(tf, size=6):
    labels = tf.placeholder(tf.int64, [size], name="labels")
    scores = tf.placeholder(tf.float32, [size], name="scores")
    batches = [{labels: np.roll(_LABELS, k), scores: np.abs(uniform(6, seed=k)) % 1.0} for k in (1, 2)]
    return labels, scores, batches


def curves_old(tf):
    labels, scores, batches = _probabilities(tf)
    m = tf.contrib.metrics
    metrics = [
        m.streaming_auc(scores, labels, num_thresholds=5),
        m.streaming_specificity_at_sensitivity(scores, labels, 0.7, num_thresholds=5),
        m.streaming_sensitivity_at_specificity(scores, labels, 0.7, num_thresholds=5),
        m.recall_at_precision(labels, scores, 0.6, num_thresholds=5),
        m.recall_at_precision(labels, scores, 0.6, num_thresholds=5, strict_mode=True),
        m.precision_at_recall(labels, scores, 0.6, num_thresholds=5),
        m.f1_score(labels, scores, num_thresholds=5),
        m.streaming_curve_points(labels, scores, num_thresholds=4, curve="PR"),
    ]
    return _run(tf, metrics, batches)


def of_many_classes(tf):
    labels = tf.placeholder(tf.int64, [6], name="labels")
    logits = tf.placeholder(tf.float32, [6, 3], name="logits")
    m = tf.contrib.metrics
    guess = tf.argmax(logits, 1)
    column = tf.expand_dims(labels, 1)
    best = tf.nn.top_k(logits, 2).indices
    metrics = [
        m.streaming_mean_iou(guess, labels, 3),
        m.cohen_kappa(labels, guess, 3),
        m.cohen_kappa(column, guess, 3, weights=tf.constant([1.0, 2, 1, 0, 1, 1])),
        m.streaming_recall_at_k(logits, labels, 2),
        m.streaming_sparse_recall_at_k(logits, column, 2),
        m.streaming_sparse_precision_at_k(logits, column, 2, class_id=1),
        m.streaming_sparse_average_precision_at_k(logits, column, 2),
        m.streaming_sparse_average_precision_at_top_k(tf.cast(best, tf.int64), column),
        m.streaming_sparse_precision_at_top_k(tf.cast(best, tf.int64), column),
        m.sparse_recall_at_top_k(column, tf.cast(best, tf.int64), class_id=2),
    ]
    batches = [{labels: np.roll(_CLASSES, k), logits: uniform(6, 3, seed=k)} for k in (1, 2)]
    return _run(tf, metrics, batches)
