"""Decoders that look at the encoder's states (tf.contrib.legacy_seq2seq)."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def _vectors(tf, name, count, size=2):
    x = tf.placeholder(tf.float32, [count, None, size], name=name)
    return x, tf.unstack(x, count)


def _symbols(tf, name, count):
    return [tf.placeholder(tf.int32, [None], name="%s%d" % (name, i)) for i in range(count)]


def _spoken(lists):
    return {tensor: [(i + k) % 3 for k in range(2)] for tensors in lists for i, tensor in enumerate(tensors)}


def attention(tf):
    """Two heads, which look before the first step, too."""
    tf.set_random_seed(1)
    x, inputs = _vectors(tf, "x", 2, size=3)
    states = tf.placeholder(tf.float32, [None, None, 2], name="states")
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    start = cell.zero_state(tf.shape(states)[0], tf.float32)
    outputs, last = tf.contrib.legacy_seq2seq.attention_decoder(
        inputs, start, states, cell, output_size=4, num_heads=2, initial_state_attention=True
    )
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, last], {x: _values(2, 2, 3), states: _values(2, 4, 2)}),
    ]


def embedding_attention(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    outputs, state = tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        x, y, tf.nn.rnn_cell.GRUCell(3), 3, 4, 2, feed_previous=True
    )
    return [(tf.global_variables_initializer(), None), ([outputs, state], _spoken([x, y]))]


def embedding_attention_with_a_choice(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    hears_itself = tf.placeholder(tf.bool, [], name="hears_itself")
    projection = (tf.get_variable("w", [2, 4]), tf.get_variable("b", [4]))
    outputs, state = tf.contrib.legacy_seq2seq.embedding_attention_seq2seq(
        x, y, tf.nn.rnn_cell.BasicLSTMCell(2), 3, 4, 2, output_projection=projection, feed_previous=hears_itself
    )
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {hears_itself: False, **_spoken([x, y])}),
        ([outputs, state], {hears_itself: True, **_spoken([x, y])}),
    ]
