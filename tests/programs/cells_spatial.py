"""tf.contrib.rnn: cells of independent units, of images, and with attention, one step or two by hand."""

from __future__ import annotations

from .cells import _inputs, _trained
from .data import uniform


def sru(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.SRUCell(3), feed, steps=2)


def independent(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.IndRNNCell(3), feed, steps=2)


def independent_gru(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.IndyGRUCell(3, bias_initializer=tf.ones_initializer()), feed, steps=2)


def independent_lstm(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.IndyLSTMCell(3, forget_bias=0.5, name="own"), feed, steps=2)


def convolutions_of_sequences(tf):
    x = tf.placeholder(tf.float32, [None, 5, 2], name="x")
    tf.set_random_seed(3)
    cell = tf.contrib.rnn.Conv1DLSTMCell(input_shape=[5, 2], output_channels=2, kernel_shape=[3])
    return _trained(tf, x, cell, {x: uniform(2, 5, 2)})


def convolutions_of_images(tf):
    x = tf.placeholder(tf.float32, [None, 3, 4, 1], name="x")
    tf.set_random_seed(3)
    cell = tf.contrib.rnn.ConvLSTMCell(
        2, [3, 4, 1], output_channels=2, kernel_shape=[2, 2], use_bias=False, skip_connection=True
    )
    return _trained(tf, x, cell, {x: uniform(2, 3, 4, 1)})


def convolutions_of_volumes(tf):
    x = tf.placeholder(tf.float32, [None, 2, 2, 2, 1], name="x")
    tf.set_random_seed(3)
    cell = tf.contrib.rnn.Conv3DLSTMCell(input_shape=[2, 2, 2, 1], output_channels=2, kernel_shape=[2, 1, 2])
    return _trained(tf, x, cell, {x: uniform(2, 2, 2, 2, 1)})


def attention(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.AttentionCellWrapper(tf.contrib.rnn.BasicLSTMCell(3), 2), feed)


def attention_with_joined_state(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.AttentionCellWrapper(
        tf.contrib.rnn.BasicRNNCell(3), 3, attn_size=2, attn_vec_size=4, input_size=5, state_is_tuple=False
    )
    return _trained(tf, x, cell, feed)


def highways(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.HighwayWrapper(tf.contrib.rnn.BasicRNNCell(4))
    other = tf.contrib.rnn.HighwayWrapper(tf.contrib.rnn.BasicRNNCell(4), False, 0.5)
    return _trained(tf, x, tf.contrib.rnn.MultiRNNCell([cell, other]), feed)
