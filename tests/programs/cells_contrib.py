"""tf.contrib.rnn: one step of each cell, and a few, by hand."""

from __future__ import annotations

from .cells import _inputs, _trained


def embedding(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.int32, [None, 1], name="x")
    cell = tf.contrib.rnn.EmbeddingWrapper(tf.contrib.rnn.BasicRNNCell(3), 5, 4)
    return _trained(tf, x, cell, {x: [[1], [4], [0]]}, dtype=tf.float32)


def projections(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.OutputProjectionWrapper(tf.contrib.rnn.BasicRNNCell(3), 2, activation=tf.nn.relu)
    return _trained(tf, x, tf.contrib.rnn.InputProjectionWrapper(cell, 5), feed, steps=2)


def nas(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.NASCell(3, num_proj=2, use_bias=True), feed)


def coupled_gates(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.CoupledInputForgetGateLSTMCell(3, use_peepholes=True), feed)
