"""Means of losses over a batch."""

from __future__ import annotations

import numpy as np

from .data import uniform


def averages(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    row = tf.placeholder(tf.float64, [3], name="row")
    outputs = [
        tf.nn.compute_average_loss([1.0, 2.0, 3.0]),
        tf.nn.compute_average_loss(row, global_batch_size=6),
        tf.nn.compute_average_loss(x, tf.reduce_sum(x, 1)),
        tf.nn.compute_average_loss(row, tf.constant([[1.0], [0.0], [2.0]]), tf.constant(5.0, tf.float64)),
        tf.nn.compute_average_loss(x, 0.5),
        tf.nn.compute_average_loss(tf.constant([1, 2, 4])),
        tf.nn.scale_regularization_loss([1.0, 2.0]),
        tf.nn.scale_regularization_loss(row),
        tf.nn.scale_regularization_loss(tf.constant([1, 2])),
    ]
    grads = tf.gradients(outputs[2], x)
    return [(outputs + grads, {x: uniform(3, 2), row: uniform(3).astype(np.float64)})]


def averages_of_unknown_ranks(tf):
    x = tf.placeholder(tf.float32, name="x")
    weights = tf.placeholder(tf.float32, name="weights")
    known = tf.placeholder(tf.float32, [None], name="known")
    outputs = [
        tf.nn.compute_average_loss(x),
        tf.nn.compute_average_loss(x, weights),
        tf.nn.compute_average_loss(known, weights),
        tf.nn.compute_average_loss(x, 2.0),
    ]
    feeds = [{x: uniform(3), weights: uniform(3, 1, seed=1), known: uniform(3, seed=2)}]
    feeds.append({x: uniform(3), weights: 0.5, known: uniform(3, seed=2)})
    return [(outputs, feed) for feed in feeds]
