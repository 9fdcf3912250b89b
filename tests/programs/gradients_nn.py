"""tf.gradients of softmax, cross entropies and small networks."""

from __future__ import annotations

import numpy as np

from .data import one_hot, uniform


def softmax(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    grads = [tf.gradients(tf.square(f(x)), x)[0] for f in (tf.nn.softmax, tf.nn.log_softmax)]
    return [(grads, {x: uniform(2, 3)})]


def softmax_of_higher_rank(tf):
    x = tf.placeholder(tf.float32, [None, 2, 3], name="x")
    ops = [tf.nn.softmax(x), tf.nn.softmax(x, axis=1), tf.nn.softmax(x, 0), tf.nn.log_softmax(x, axis=1)]
    grads = [tf.gradients(tf.square(y), x)[0] for y in ops]
    return [(ops + grads, {x: uniform(2, 2, 3)})]


def softmax_cross_entropy(tf):
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    first = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    second = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    assert tf.gradients(first, labels) == [None]
    grads = [tf.gradients(first, logits), tf.gradients(second, [logits, labels])]
    return [([first, second, grads], {logits: uniform(4, 3), labels: one_hot(4, 3)})]


def softmax_cross_entropy_of_higher_rank(tf):
    logits = tf.placeholder(tf.float32, [2, None, 3], name="logits")
    labels = tf.placeholder(tf.float32, [2, None, 3], name="labels")
    loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    axis = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=0)
    feeds = {logits: uniform(2, 2, 3), labels: np.full([2, 2, 3], 1 / 3)}
    return [([loss, axis] + tf.gradients(loss, logits) + tf.gradients(axis, logits), feeds)]


def sparse_softmax_cross_entropy(tf):
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    grads = tf.gradients(tf.reduce_mean(loss), logits)
    return [([loss] + grads, {logits: uniform(4, 3), labels: [0, 2, 1, 1]})]


def sparse_softmax_cross_entropy_of_sequences(tf):
    logits = tf.placeholder(tf.float32, [None, None, 3], name="logits")
    labels = tf.placeholder(tf.int64, [None, None], name="labels")
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=labels)
    return [([loss] + tf.gradients(loss, logits), {logits: uniform(2, 2, 3), labels: [[0, 1], [2, 2]]})]


def sigmoid_cross_entropy(tf):
    logits = tf.placeholder(tf.float32, [None, 2], name="logits")
    labels = tf.placeholder(tf.float32, [None, 2], name="labels")
    loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    grads = tf.gradients(loss, [logits, labels])
    return [([loss] + grads, {logits: uniform(3, 2, low=-2.0, high=2.0), labels: one_hot(3, 2)})]


def second_order_cross_entropy(tf):
    logits = tf.placeholder(tf.float32, [2, 3], name="logits")
    labels = tf.constant(one_hot(2, 3))
    loss = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    grad = tf.gradients(loss, logits)[0]
    second = tf.gradients(tf.square(grad), logits)
    return [(second, {logits: uniform(2, 3)})]


def two_layers(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    w1 = tf.Variable(uniform(4, 5, seed=1), name="w1")
    b1 = tf.Variable(uniform(5, seed=2), name="b1")
    w2 = tf.Variable(uniform(5, 3, seed=3), name="w2")
    h = tf.nn.relu(tf.matmul(x, w1) + b1 - 1.0)
    y = tf.nn.softmax(tf.matmul(h, w2))
    loss = -tf.reduce_mean(tf.log(y[:, 0]))
    grads = tf.gradients(loss, tf.trainable_variables())
    return [(tf.global_variables_initializer(), None), (grads, {x: uniform(3, 4)})]


def skip_connection(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.Variable(uniform(3, 3, seed=1), name="w")
    h = x
    for _ in range(3):
        h = tf.nn.tanh(tf.matmul(h, w)) + h
    grads = tf.gradients(tf.reduce_sum(h), [w, x])
    return [(tf.global_variables_initializer(), None), (grads, {x: uniform(2, 3)})]


def recurrent_by_hand(tf):
    """Unrolled by a Python loop, as chapters on recurrent nets begin."""
    x0 = tf.placeholder(tf.float32, [None, 3])
    x1 = tf.placeholder(tf.float32, [None, 3])
    wx = tf.Variable(uniform(3, 5, seed=1), dtype=tf.float32)
    wy = tf.Variable(uniform(5, 5, seed=2), dtype=tf.float32)
    b = tf.Variable(tf.zeros([1, 5], dtype=tf.float32))
    y0 = tf.tanh(tf.matmul(x0, wx) + b)
    y1 = tf.tanh(tf.matmul(y0, wy) + tf.matmul(x1, wx) + b)
    grads = tf.gradients(y1, [wx, wy, b])
    feeds = {x0: uniform(4, 3), x1: uniform(4, 3, seed=9)}
    return [(tf.global_variables_initializer(), None), ([y0, y1], feeds), (grads, feeds)]


def moments_and_normalization(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    mean, variance = tf.nn.moments(x, [0])
    y = tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)
    return [(tf.gradients(tf.reduce_sum(y * y * y), x), {x: uniform(5, 3)})]


def embedding(tf):
    table = tf.Variable(uniform(6, 2, seed=4), name="table")
    ids = tf.placeholder(tf.int32, [None, 3], name="ids")
    y = tf.reduce_sum(tf.nn.embedding_lookup(table, ids), 1)
    grad = tf.gradients(tf.square(y), table)[0]
    feeds = {ids: [[0, 1, 1], [5, 0, 3]]}
    return [(tf.global_variables_initializer(), None), ([grad.values, grad.indices], feeds)]
