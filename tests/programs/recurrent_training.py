"""Steps of training of recurrent nets."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def adam_with_clipping(tf):
    """Steps of Adam with clipped gradients, swapping noted."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
    y = tf.placeholder(tf.int32, [None], name="y")
    cell = tf.nn.rnn_cell.LSTMCell(4)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, swap_memory=True)
    logits = tf.layers.dense(outputs[:, -1, :], 2)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    variables = tf.trainable_variables()
    clipped, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 1.0)
    train = tf.train.AdamOptimizer(0.05).apply_gradients(list(zip(clipped, variables)))
    feed = {x: _values(5, 4, 3), y: [0, 1, 1, 0, 1]}
    return [(tf.global_variables_initializer(), None), *[([loss, train], feed)] * 3, (loss, feed)]


def in_both_directions(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3, 3], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cells = tf.nn.rnn_cell.BasicRNNCell(3), tf.nn.rnn_cell.BasicRNNCell(3)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(*cells, inputs=x, sequence_length=lengths, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(tf.concat(outputs, 2) - 0.5))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feed = {x: _values(3, 3, 3), lengths: [3, 1, 2]}
    return [(tf.global_variables_initializer(), None), *[([loss, train], feed)] * 2, (loss, feed)]
