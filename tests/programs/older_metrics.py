"""tf.contrib.metrics: the metrics of tf.metrics with predictions first, and those that only contrib has."""

from __future__ import annotations

import numpy as np

from .data import uniform

_LABELS = np.array([0, 1, 1, 0, 1, 0], np.int64)


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


def counted_old(tf):
    labels, scores, batches = _probabilities(tf)
    guess = tf.cast(scores > 0.5, tf.int64)
    m = tf.contrib.metrics
    names = ["true_positives", "true_negatives", "false_positives", "false_negatives", "precision", "recall"]
    metrics = [getattr(m, "streaming_" + name)(guess, labels) for name in [*names, "accuracy"]]
    metrics.append(m.streaming_false_positive_rate(guess, labels, name="fpr"))
    metrics.append(m.streaming_false_negative_rate(guess, labels, weights=tf.constant([1.0, 2, 1, 0, 1, 1])))
    metrics.append(m.count(scores))
    metrics.append(m.count(scores, weights=tf.constant([1.0, 2, 1, 0, 1, 1])))
    return _run(tf, metrics, batches)


def means_old(tf):
    x = tf.placeholder(tf.float32, [4, 2], name="x")
    y = tf.placeholder(tf.float32, [4, 2], name="y")
    m = tf.contrib.metrics
    metrics = [
        m.streaming_mean(x, tf.ones([4, 1])),
        m.streaming_mean_tensor(x),
        m.streaming_percentage_less(x, 0.2),
        m.streaming_mean_absolute_error(x, y),
        m.streaming_mean_squared_error(x, y, weights=[[1.0], [2.0], [0.0], [1.0]]),
        m.streaming_root_mean_squared_error(x, y),
        m.streaming_mean_relative_error(x, y, tf.ones([4, 2]) * 2.0),
        m.streaming_mean_cosine_distance(x, y, 1),
        m.streaming_covariance(x, y),
        m.streaming_covariance(x, y, weights=tf.constant([[1.0], [2.0], [1.0], [0.5]])),
        m.streaming_pearson_correlation(x, y, metrics_collections="values", updates_collections=["updates"]),
    ]
    return _run(tf, metrics, [{x: uniform(4, 2, seed=k), y: uniform(4, 2, seed=k + 5)} for k in (1, 2)])


def at_thresholds_old(tf):
    labels, scores, batches = _probabilities(tf)
    m = tf.contrib.metrics
    thresholds = [0.2, 0.5, 0.8]
    kinds = ["true_positives", "true_negatives", "false_positives", "false_negatives"]
    metrics = [getattr(m, "streaming_%s_at_thresholds" % kind)(scores, labels, thresholds) for kind in kinds]
    weights = tf.constant([1.0, 2, 1, 0, 1, 1])
    rates = ["precision", "recall", "false_positive_rate", "false_negative_rate"]
    metrics += [getattr(m, "streaming_%s_at_thresholds" % kind)(scores, labels, thresholds, weights) for kind in rates]
    return _run(tf, metrics, batches)


def binned(tf):
    labels, scores, batches = _probabilities(tf)
    m = tf.contrib.metrics
    area, update = m.auc_using_histogram(tf.cast(labels, tf.bool), scores, [0.0, 1.0], nbins=8)
    curve, curve_update = m.precision_recall_at_equal_thresholds(tf.cast(labels, tf.bool), scores, num_thresholds=4)
    runs = [(tf.local_variables_initializer(), None)]
    for batch in batches:
        runs += [([update, curve_update], batch), ([area, *curve], batch)]
    return runs


def of_one_batch(tf):
    labels = tf.constant([1, 2, 3, 4])
    guess = tf.constant([1, 2, 2, 4])
    m = tf.contrib.metrics
    values, updates = m.aggregate_metrics(m.streaming_accuracy(guess, labels), m.streaming_mean(labels))
    named, named_updates = m.aggregate_metric_map({"accuracy": m.streaming_accuracy(guess, labels)})
    fetches = [
        m.accuracy(guess, labels),
        m.accuracy(tf.constant(["a", "b"]), tf.constant(["a", "c"]), weights=tf.constant([1.0, 3.0])),
        m.confusion_matrix(labels, guess, num_classes=5),
    ]
    runs = [(tf.local_variables_initializer(), None), (fetches, None)]
    return [*runs, (updates, None), (values, None), (named_updates["accuracy"], None), (named["accuracy"], None)]
