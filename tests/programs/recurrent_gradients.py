"""Gradients through the loops of recurrent nets."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def basic(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(3), x, dtype=tf.float32)
    gradients = tf.gradients(tf.reduce_sum(tf.square(outputs)), [*tf.trainable_variables(), x])
    return [(tf.global_variables_initializer(), None), (gradients, {x: _values(2, 3, 4)})]


def lengths(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, dtype=tf.float32)
    loss = tf.reduce_mean(outputs) + tf.reduce_sum(state.c * state.h)
    gradients = tf.gradients(loss, [*tf.trainable_variables(), x])
    return [
        (tf.global_variables_initializer(), None),
        ([loss, gradients], {x: _values(2, 3, 4), lengths: [1, 3]}),
        ([loss, gradients], {x: _values(3, 4, 4), lengths: [0, 2, 1]}),
    ]


def last_output(tf):
    """A gradient that reaches the loop through one row of its outputs, and only through the state."""
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
    by_output = tf.gradients(outputs[:, -1], tf.trainable_variables())
    by_state = tf.gradients(state, tf.trainable_variables())
    return [(tf.global_variables_initializer(), None), ([by_output, by_state], {x: _values(2, 3, 4)})]
