"""tf.contrib.losses and tf.contrib.nn: each loss, its weights, its gradients, what a graph collects of them."""

from __future__ import annotations

import numpy as np

from .data import uniform

_LABELS = np.array([[0, 1, 0], [1, 0, 0]], np.float32)


def _pair(tf, shape=(2, 3)):
    labels = tf.placeholder(tf.float32, shape, name="labels")
    predictions = tf.placeholder(tf.float32, shape, name="predictions")
    return labels, predictions, {labels: _LABELS, predictions: np.abs(uniform(2, 3, seed=1))}


def each_old_loss(tf):
    labels, predictions, feed = _pair(tf)
    losses = tf.contrib.losses
    values = [
        losses.absolute_difference(predictions, labels),
        losses.mean_squared_error(predictions, labels),
        losses.log_loss(predictions, labels),
        losses.mean_pairwise_squared_error(predictions, labels),
        losses.sigmoid_cross_entropy(predictions, labels),
        losses.softmax_cross_entropy(predictions, labels),
        losses.sparse_softmax_cross_entropy(predictions, tf.constant([[1], [0]])),
        losses.cosine_distance(predictions, labels, 1),
        tf.reduce_sum(losses.hinge_loss(predictions, labels)),
    ]
    values.append(losses.get_total_loss())
    gradients = [tf.gradients(value, predictions)[0] for value in values]
    return [(values, feed), (gradients, feed)]


def old_weights(tf):
    labels, predictions, feed = _pair(tf, [None, 3])
    losses = tf.contrib.losses
    by_example = tf.constant([0.0, 2.0])
    column = tf.constant([[1.0], [0.0]])
    values = [
        losses.mean_squared_error(predictions, labels, 0.5, scope="half"),
        losses.mean_squared_error(predictions, labels, 0.0),
        losses.mean_squared_error(predictions, labels, by_example),
        losses.absolute_difference(predictions, labels, column),
        losses.absolute_difference(predictions, labels, tf.constant([[1.0, 0.0, 2.0], [0.0, 0.0, 1.0]])),
        losses.mean_pairwise_squared_error(predictions, labels, by_example),
        losses.softmax_cross_entropy(predictions, labels, by_example, label_smoothing=0.1),
        losses.sigmoid_cross_entropy(predictions, labels, 1.5, label_smoothing=0.1),
        losses.compute_weighted_loss(tf.cast(predictions, tf.float64), 2),
    ]
    return [(values, feed)]


def old_collections(tf):
    labels, predictions, feed = _pair(tf)
    losses = tf.contrib.losses
    tf.get_variable("w", initializer=[3.0, 4.0], regularizer=tf.contrib.layers.l2_regularizer(0.1))
    losses.mean_squared_error(predictions, labels)
    losses.add_loss(tf.constant(2.0, name="mine"))
    losses.add_loss(tf.constant(3.0, name="yours"), "others")
    losses.add_loss(tf.constant(3.0, name="nowhere"), None)
    values = losses.get_losses() + losses.get_losses(scope="mine") + losses.get_losses(loss_collection="others")
    values += losses.get_regularization_losses()
    values += [losses.get_total_loss(), losses.get_total_loss(False, name="bare")]
    return [(tf.global_variables_initializer(), None), (values, feed)]


def alpha_dropouts(tf):
    x = tf.placeholder(tf.float32, [3, 4], name="x")
    values = [
        tf.contrib.nn.alpha_dropout(x, 0.7, seed=1),
        tf.contrib.nn.alpha_dropout(x, tf.constant(0.5), noise_shape=[3, 1], seed=1, name="rows"),
        tf.contrib.nn.alpha_dropout(x, 1.0),
    ]
    gradient = tf.gradients(values[0], x)
    return [([values, gradient], {x: uniform(3, 4)})]


def flipped_losses(tf):
    x = tf.placeholder(tf.float32, [3, 4], name="x")
    labels = tf.constant([[1], [2], [3]])
    w, b = tf.constant(uniform(10, 4, seed=2)), tf.constant(uniform(10, seed=3))
    sampled = (tf.constant([4, 7, 2], tf.int64), tf.constant([[0.1], [0.2], [0.3]]), tf.constant([0.3, 0.2, 0.1]))
    nn = tf.contrib.nn
    values = [
        nn.deprecated_flipped_softmax_cross_entropy_with_logits(x, tf.nn.softmax(x * 2.0)),
        nn.deprecated_flipped_sparse_softmax_cross_entropy_with_logits(x, tf.constant([1, 2, 3])),
        nn.deprecated_flipped_sigmoid_cross_entropy_with_logits(x, tf.ones([3, 4])),
        nn.sampled_sparse_softmax_loss(w, b, labels, x, 3, 10, sampled_values=sampled, partition_strategy="div"),
        nn.conv1d_transpose(tf.expand_dims(x, 0), tf.ones([2, 3, 4]), [1, 6, 3], 2),
    ]
    return [(values, {x: uniform(3, 4)})]
