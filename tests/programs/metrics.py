"""tf.metrics: each over several batches, its weights, its names and its collections."""

from __future__ import annotations

import numpy as np

from .data import uniform

_LABELS = np.array([0, 1, 2, 1, 0, 2], np.int64)
_GUESSES = np.array([0, 1, 1, 1, 2, 2], np.int64)
_WEIGHTS = np.array([1.0, 0.5, 0.0, 2.0, 1.0, 3.0], np.float32)


def _batches(tf, metrics, *feeds):
    """Initialize, then update with each batch and look at the values."""
    values = [metric[0] for metric in metrics]
    updates = [metric[1] for metric in metrics]
    variables = tf.get_collection(tf.GraphKeys.METRIC_VARIABLES)
    runs = [(tf.local_variables_initializer(), None), (values, feeds[0])]
    for feed in feeds:
        runs += [(updates, feed), (values, feed)]
    return [*runs, (variables, None)]


def _floats(tf, shape=(6,)):
    labels = tf.placeholder(tf.float32, shape, name="labels")
    predictions = tf.placeholder(tf.float32, shape, name="predictions")
    feeds = [{labels: uniform(6, seed=seed), predictions: uniform(6, seed=seed + 10)} for seed in (1, 2)]
    return labels, predictions, feeds


def _classes(tf, shape=(6,)):
    labels = tf.placeholder(tf.int64, shape, name="labels")
    predictions = tf.placeholder(tf.int64, shape, name="predictions")
    feeds = [{labels: _LABELS, predictions: _GUESSES}, {labels: _LABELS[::-1], predictions: _GUESSES}]
    return labels, predictions, feeds


def _probabilities(tf, shape=(6,)):
    labels = tf.placeholder(tf.int64, shape, name="labels")
    predictions = tf.placeholder(tf.float32, shape, name="predictions")
    feeds = []
    for seed in (1, 2):
        guesses = np.random.RandomState(seed).rand(6).astype(np.float32)
        feeds.append({labels: _LABELS % 2, predictions: guesses})
    return labels, predictions, feeds


def means(tf):
    labels, predictions, feeds = _floats(tf)
    metrics = [
        tf.metrics.mean(labels),
        tf.metrics.mean_tensor(labels),
        tf.metrics.mean_absolute_error(labels, predictions),
        tf.metrics.mean_squared_error(labels, predictions),
        tf.metrics.root_mean_squared_error(labels, predictions),
        tf.metrics.mean_relative_error(labels, predictions, labels),
        tf.metrics.mean_relative_error(labels, predictions, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        tf.metrics.mean_cosine_distance(labels, predictions, 0),
        tf.metrics.percentage_below(labels, 0.25),
    ]
    return _batches(tf, metrics, *feeds)


def weighted_means(tf):
    labels, predictions, feeds = _floats(tf)
    metrics = [
        tf.metrics.mean(labels, _WEIGHTS),
        tf.metrics.mean(labels, 0.5),
        tf.metrics.mean(labels, _WEIGHTS[:, None]),
        tf.metrics.mean_tensor(labels, _WEIGHTS),
        tf.metrics.mean_absolute_error(labels, predictions, _WEIGHTS),
        tf.metrics.mean_squared_error(labels, predictions, [2]),
        tf.metrics.root_mean_squared_error(labels, predictions, _WEIGHTS),
        tf.metrics.mean_relative_error(labels, predictions, labels, _WEIGHTS),
        tf.metrics.mean_cosine_distance(labels, predictions, 0, weights=[3.0]),
        tf.metrics.percentage_below(labels, 0.25, _WEIGHTS),
    ]
    return _batches(tf, metrics, *feeds)


def means_of_unknown_shapes(tf):
    labels, predictions, feeds = _floats(tf, None)
    weights = tf.placeholder(tf.float32, None, name="weights")
    metrics = [
        tf.metrics.mean(labels, weights),
        tf.metrics.mean_absolute_error(labels, predictions),
        tf.metrics.mean_squared_error(labels, predictions, [[1.0]] * 6),
        tf.metrics.accuracy(labels, predictions, tf.placeholder_with_default(_WEIGHTS, [None])),
    ]
    first = {**feeds[0], weights: _WEIGHTS}
    second = {**feeds[1], weights: 2.0}
    third = {**feeds[0], weights: _WEIGHTS[:, None]}
    return _batches(tf, metrics, first, second, third)


def means_of_unknown_batches(tf):
    labels, predictions, feeds = _floats(tf, [None])
    weights = tf.placeholder(tf.float32, [None, 1], name="weights")
    columns = tf.placeholder(tf.float32, [None, 1], name="columns")
    metrics = [
        tf.metrics.mean(labels, weights),
        tf.metrics.mean_absolute_error(labels, columns, weights),
        tf.metrics.mean_squared_error(columns, predictions, weights),
    ]
    more = {weights: _WEIGHTS[:, None], columns: uniform(6, 1, seed=5)}
    return _batches(tf, metrics, *({**feed, **more} for feed in feeds))


def accuracies(tf):
    labels, predictions, feeds = _classes(tf)
    metrics = [
        tf.metrics.accuracy(labels, predictions),
        tf.metrics.accuracy(labels, tf.cast(predictions, tf.int32), _WEIGHTS, name="weighted"),
        tf.metrics.accuracy(labels[:, None], predictions),
        tf.metrics.mean_per_class_accuracy(labels, predictions, 3),
        tf.metrics.mean_per_class_accuracy(labels, tf.reshape(predictions, [2, 3]), 3, tf.constant(_WEIGHTS)),
        tf.metrics.mean_iou(labels, predictions, 3),
        tf.metrics.mean_iou(labels, predictions, 4, tf.constant(_WEIGHTS), name="overlap"),
        tf.metrics.mean_iou(tf.reshape(labels, [2, 3]), tf.reshape(predictions, [2, 3]), 3),
    ]
    return _batches(tf, metrics, *feeds)


def counts(tf):
    labels, predictions, feeds = _classes(tf)
    metrics = [
        metric(labels, predictions, *weights)
        for weights in ([], [_WEIGHTS[:, None]])
        for metric in (
            tf.metrics.true_positives,
            tf.metrics.true_negatives,
            tf.metrics.false_positives,
            tf.metrics.false_negatives,
            tf.metrics.precision,
            tf.metrics.recall,
        )
    ]
    return _batches(tf, metrics, *feeds)


def counts_of_unknown_shapes(tf):
    labels, predictions, feeds = _classes(tf, None)
    weights = tf.placeholder(tf.float32, None, name="weights")
    metrics = [
        tf.metrics.true_positives(labels, predictions, weights),
        tf.metrics.precision(labels, predictions),
        tf.metrics.recall(labels, tf.cast(predictions, tf.bool), weights),
    ]
    return _batches(tf, metrics, {**feeds[0], weights: _WEIGHTS}, {**feeds[1], weights: 2.0})


def counts_at_thresholds(tf):
    labels, predictions, feeds = _probabilities(tf)
    levels = [0.25, 0.5, 0.75]
    metrics = [
        metric(labels, predictions, levels, *weights)
        for weights in ([], [0.5])
        for metric in (
            tf.metrics.true_positives_at_thresholds,
            tf.metrics.true_negatives_at_thresholds,
            tf.metrics.false_positives_at_thresholds,
            tf.metrics.false_negatives_at_thresholds,
            tf.metrics.precision_at_thresholds,
            tf.metrics.recall_at_thresholds,
        )
    ]
    return _batches(tf, metrics, *feeds)


def curves(tf):
    labels, predictions, feeds = _probabilities(tf, [None])
    metrics = [
        tf.metrics.auc(labels, predictions),
        tf.metrics.auc(labels, predictions, _WEIGHTS, num_thresholds=5, curve="PR"),
        tf.metrics.auc(labels, predictions, curve="PR", summation_method="careful_interpolation"),
        tf.metrics.auc(labels, predictions, summation_method="minoring", num_thresholds=9),
        tf.metrics.auc(labels, predictions, curve="PR", summation_method="majoring", thresholds=[0.7, 0.2]),
        tf.metrics.sensitivity_at_specificity(labels, predictions, 0.6),
        tf.metrics.sensitivity_at_specificity(labels, predictions, 0.5, 2.0, 7, name="sensitive"),
        tf.metrics.specificity_at_sensitivity(labels, predictions, 0.6),
        tf.metrics.specificity_at_sensitivity(labels, predictions, 1.0, _WEIGHTS, 7),
    ]
    return _batches(tf, metrics, *feeds)


def names_and_collections(tf):
    labels, predictions, feeds = _probabilities(tf)
    truths = tf.cast(labels, tf.bool)
    guesses = predictions > 0.5
    collections = {"metrics_collections": "seen", "updates_collections": ["updates", "more"]}
    with tf.variable_scope("eval"):
        metrics = [tf.metrics.mean(predictions, name="loss", **collections)]
        metrics.append(tf.metrics.accuracy(truths, guesses, **collections))
    with tf.name_scope("tower"):
        metrics.append(tf.metrics.accuracy(truths, guesses, **collections))
        metrics.append(tf.metrics.precision(truths, guesses, name="exact", **collections))
    metrics += [
        tf.metrics.recall(truths, guesses, **collections),
        tf.metrics.root_mean_squared_error(tf.to_float(labels), predictions, **collections),
        tf.metrics.mean_cosine_distance(tf.to_float(labels), predictions, 0, **collections),
        tf.metrics.auc(labels, predictions, num_thresholds=3, **collections),
        tf.metrics.true_negatives_at_thresholds(labels, predictions, [0.5], **collections),
        tf.metrics.mean_iou(labels, tf.cast(guesses, tf.int64), 2, **collections),
        tf.metrics.mean_per_class_accuracy(labels, tf.cast(guesses, tf.int64), 2, **collections),
    ]
    return _batches(tf, metrics, *feeds)


def of_resource_variables(tf):
    labels, predictions, feeds = _classes(tf)
    with tf.variable_scope("resources", use_resource=True):
        metrics = [
            tf.metrics.mean(tf.to_float(labels)),
            tf.metrics.accuracy(labels, predictions, _WEIGHTS),
            tf.metrics.precision(labels, predictions),
            tf.metrics.true_positives_at_thresholds(labels % 2, tf.constant(_WEIGHTS / 3), [0.5]),
            tf.metrics.mean_iou(labels, predictions, 3),
        ]
    return _batches(tf, metrics, *feeds)


def of_python_numbers(tf):
    metrics = [
        tf.metrics.mean([1, 2, 3, 4]),
        tf.metrics.mean([1.0, 2.0], [0, 1]),
        tf.metrics.accuracy([1, 2, 3], [1, 2, 4]),
        tf.metrics.precision([1, 1, 0], [True, False, True]),
        tf.metrics.percentage_below([1.0, 2.0], 1.5),
        tf.metrics.mean_per_class_accuracy([0, 1, 1], tf.constant([0, 1, 0]), 2),
    ]
    return _batches(tf, metrics, None)
