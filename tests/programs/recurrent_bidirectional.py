"""Loops that read their inputs forwards and backwards, and stacks of them."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def both_directions(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    cells = tf.nn.rnn_cell.BasicRNNCell(3), tf.nn.rnn_cell.GRUCell(2)
    outputs, states = tf.nn.bidirectional_dynamic_rnn(*cells, inputs=x, dtype=tf.float32)
    return [(tf.global_variables_initializer(), None), ([tf.concat(outputs, 2), states], {x: _values(2, 3, 4)})]


def both_directions_with_lengths(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    cells = tf.nn.rnn_cell.BasicRNNCell(3), tf.nn.rnn_cell.BasicRNNCell(2)
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        *cells, inputs=x, sequence_length=lengths, dtype=tf.float32, time_major=True, scope="net"
    )
    feed = {x: _values(3, 2, 4), lengths: [3, 1]}
    return [(tf.global_variables_initializer(), None), ([outputs, states], feed)]


def stacked_in_both_directions(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, None, 4], name="x")
    forward = [tf.nn.rnn_cell.BasicRNNCell(size) for size in (3, 2)]
    backward = [tf.nn.rnn_cell.BasicRNNCell(size) for size in (2, 3)]
    outputs, states_fw, states_bw = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        forward, backward, x, sequence_length=[2, 3], dtype=tf.float32
    )
    return [(tf.global_variables_initializer(), None), ([outputs, states_fw, states_bw], {x: _values(2, 3, 4)})]
