"""tf.losses: each loss, its weights, its reductions, and what a graph collects of them."""

from __future__ import annotations

import numpy as np

from .data import uniform

_LABELS = np.array([[0, 1, 0], [1, 0, 0]], np.float32)
_KINDS = ("none", "weighted_sum", "weighted_mean", "weighted_sum_over_batch_size", "weighted_sum_by_nonzero_weights")


def _pair(tf, shape=(2, 3)):
    labels = tf.placeholder(tf.float32, shape, name="labels")
    predictions = tf.placeholder(tf.float32, shape, name="predictions")
    return labels, predictions, {labels: _LABELS, predictions: np.abs(uniform(2, 3, seed=1))}


def _entry_losses(tf):
    losses = tf.losses
    return [
        losses.absolute_difference,
        losses.hinge_loss,
        losses.huber_loss,
        losses.log_loss,
        losses.mean_squared_error,
        losses.mean_pairwise_squared_error,
        losses.sigmoid_cross_entropy,
        losses.softmax_cross_entropy,
    ]


def each_with_gradients(tf):
    labels, predictions, feed = _pair(tf)
    values = [loss(labels, predictions) for loss in _entry_losses(tf)]
    values.append(tf.losses.cosine_distance(labels, predictions, axis=1))
    values.append(tf.losses.get_total_loss())
    gradients = [tf.gradients(value, predictions)[0] for value in values]
    return [(values, feed), (gradients, feed)]


def of_unknown_shapes(tf):
    labels, predictions, feed = _pair(tf, None)
    weights = tf.placeholder(tf.float32, None, name="weights")
    values = [loss(labels, predictions, weights) for loss in _entry_losses(tf)[:6:2]]
    values.append(tf.gradients(values[0], predictions)[0])
    return [(values, {**feed, weights: given}) for given in (2.0, [[1.0], [0.0]], [[1.0, 0.5, 0.0]])]


def of_unknown_batches(tf):
    labels, predictions, feed = _pair(tf, [None, 3])
    weights = tf.placeholder(tf.float32, [None, 1], name="weights")
    values = [loss(labels, predictions, weights) for loss in _entry_losses(tf)[:6:2]]
    return [(values, {**feed, weights: [[1.0], [3.0]]})]


def reductions(tf):
    labels, predictions, feed = _pair(tf)
    values = [
        tf.losses.mean_squared_error(labels, predictions, weights, reduction=kind)
        for kind in _KINDS
        for weights in (1.0, [[1.0], [0.0]], 0.0)
    ]
    return [(values, feed)]


def weights_of_many_kinds(tf):
    labels, predictions, feed = _pair(tf)
    kinds = [
        2,
        0.5,
        np.ones((2, 3), np.float32),
        tf.constant([[1, 0, 2]]),
        tf.constant([[True], [False]]),
        tf.constant(3.0, tf.float64),
    ]
    return [([tf.losses.absolute_difference(labels, predictions, weights) for weights in kinds], feed)]


def names_and_collections(tf):
    labels, predictions, feed = _pair(tf)
    with tf.variable_scope("net"):
        first = tf.losses.huber_loss(labels, predictions, delta=0.25, scope="robust")
        tf.losses.log_loss(labels, predictions, 0.5, 1e-3, loss_collection="mine")
    second = tf.losses.mean_squared_error(labels, predictions, loss_collection=None)
    tf.losses.add_loss(second)
    tf.losses.add_loss(tf.constant(1.0), "mine")
    with tf.name_scope("train"):
        tf.losses.compute_weighted_loss([1.0, 2.0], [0.5, 0.0], "weighted")
    tf.get_variable("w", [2], initializer=tf.ones_initializer(), regularizer=tf.contrib.layers.l2_regularizer(0.1))
    totals = [
        tf.losses.get_total_loss(),
        tf.losses.get_total_loss(False, "plain"),
        tf.losses.get_total_loss(scope="net"),
        tf.add_n(tf.losses.get_losses("net")),
        tf.add_n(tf.losses.get_losses(loss_collection="mine")),
        tf.losses.get_regularization_loss(),
    ]
    return [(tf.global_variables_initializer(), None), ([first, *totals], feed)]


def of_python_numbers(tf):
    values = [
        tf.losses.absolute_difference([1, 2], [2.5, 4.0]),
        tf.losses.mean_squared_error(np.array([1.0, 2.0]), [0.0, 4.0], [1, 2]),
        tf.losses.compute_weighted_loss(np.array([1.0, 2.0])),
        tf.losses.compute_weighted_loss([1, 2, 4], 0.5, reduction=tf.losses.Reduction.MEAN),
        tf.losses.hinge_loss([0, 1, 1], [0.5, 0.5, 3.0], reduction="none"),
        tf.losses.cosine_distance([[1, 0]], [[0.6, 0.8]], dim=1),
        tf.losses.mean_pairwise_squared_error([[0.0, 1.0], [2.0, 5.0]], [[1.0, 2.0], [3.0, 3.0]], [[1.0], [0.0]]),
    ]
    return [(values, None)]


def smooth_labels(tf):
    logits = tf.constant(uniform(2, 3, seed=2))
    halves = tf.constant(uniform(2, 3, seed=3).astype(np.float16))
    labels = tf.constant(_LABELS.astype(np.int64))
    values = [
        tf.losses.sigmoid_cross_entropy(labels, logits, label_smoothing=0.1),
        tf.losses.softmax_cross_entropy(labels, logits, label_smoothing=0.1),
        tf.losses.softmax_cross_entropy(labels, logits, [1.0, 0.0], 0.3, "smooth", reduction="none"),
        tf.losses.sigmoid_cross_entropy(_LABELS, halves),
        tf.losses.softmax_cross_entropy(_LABELS, halves, label_smoothing=0.2),
    ]
    return [([*values, tf.gradients(values[:3], logits)[0]], None)]


def sparse_labels(tf):
    logits = tf.constant(uniform(2, 3, seed=2))
    images = tf.constant(uniform(2, 2, 3, seed=4))
    values = [
        tf.losses.sparse_softmax_cross_entropy([1, 2], logits),
        tf.losses.sparse_softmax_cross_entropy([[1], [2]], logits, [[1.0], [0.5]]),
        tf.losses.sparse_softmax_cross_entropy([[1, 0], [2, 2]], images, [[1.0], [0.5]]),
        tf.losses.sparse_softmax_cross_entropy([1, 0], logits, reduction=tf.losses.Reduction.SUM),
    ]
    return [([*values, tf.gradients(values, logits)[0]], None)]


def sparse_labels_of_unknown_shapes(tf):
    labels = tf.placeholder(tf.int32, None, name="labels")
    logits = tf.placeholder(tf.float32, None, name="logits")
    known = tf.placeholder(tf.float32, [None, 3], name="known")
    weights = tf.placeholder(tf.float32, None, name="weights")
    first = tf.losses.sparse_softmax_cross_entropy(labels, logits, weights)
    second = tf.losses.sparse_softmax_cross_entropy(labels, known, tf.constant([[1.0], [2.0]]))
    feed = {logits: uniform(2, 3, seed=5), known: uniform(2, 3, seed=6)}
    return [
        (first, {**feed, labels: [1, 2], weights: 1.0}),
        ([first, second], {**feed, labels: [1, 2], weights: [[1.0], [0.5]]}),
        ([first, second], {**feed, labels: [[1], [2]], weights: [1.0, 0.0]}),
    ]


def a_classifier_learns(tf):
    tf.set_random_seed(1)
    inputs = tf.placeholder(tf.float32, [None, 4])
    labels = tf.placeholder(tf.int64, [None])
    kernel = tf.get_variable("kernel", [4, 3], regularizer=tf.contrib.layers.l2_regularizer(0.01))
    tf.losses.sparse_softmax_cross_entropy(labels, tf.matmul(inputs, kernel))
    total = tf.losses.get_total_loss()
    train = tf.train.GradientDescentOptimizer(0.5).minimize(total)
    feed = {inputs: uniform(6, 4), labels: [0, 1, 2, 2, 1, 0]}
    return [(tf.global_variables_initializer(), None), *[([train, total], feed)] * 4]
