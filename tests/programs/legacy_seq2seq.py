"""Sequence to sequence models over lists: decoders, losses, buckets (tf.contrib.legacy_seq2seq)."""

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


def decoder(tf):
    tf.set_random_seed(1)
    x, inputs = _vectors(tf, "x", 2)
    cell = tf.nn.rnn_cell.GRUCell(2)
    state = cell.zero_state(2, tf.float32)
    outputs, last = tf.contrib.legacy_seq2seq.rnn_decoder(inputs, state, cell)
    with tf.variable_scope("again"):
        heard, _ = tf.contrib.legacy_seq2seq.rnn_decoder(inputs, state, cell, lambda output, i: output * i, scope="own")
    return [(tf.global_variables_initializer(), None), ([outputs, last, heard], {x: _values(2, 2, 2)})]


def basic(tf):
    tf.set_random_seed(1)
    x, inputs = _vectors(tf, "x", 2)
    y, decoder_inputs = _vectors(tf, "y", 2)
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(inputs, decoder_inputs, cell)
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {x: _values(2, 2, 2), y: _values(2, 2, 2)}),
    ]


def tied(tf):
    tf.set_random_seed(1)
    x, inputs = _vectors(tf, "x", 2)
    y, decoder_inputs = _vectors(tf, "y", 2)
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    outputs, state = tf.contrib.legacy_seq2seq.tied_rnn_seq2seq(inputs, decoder_inputs, cell)
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {x: _values(2, 2, 2), y: _values(2, 2, 2)}),
    ]


def embedding(tf):
    """With a projection of its own, which is used only to hear itself."""
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    cell = tf.nn.rnn_cell.GRUCell(3)
    projection = (tf.get_variable("w", [3, 4]), tf.get_variable("b", [4]))
    outputs, state = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        x, y, cell, 3, 4, 2, output_projection=projection, feed_previous=True
    )
    return [(tf.global_variables_initializer(), None), ([outputs, state], _spoken([x, y]))]


def one_to_many(tf):
    tf.set_random_seed(1)
    x, y, z = _symbols(tf, "x", 2), _symbols(tf, "y", 2), _symbols(tf, "z", 1)
    cell = tf.nn.rnn_cell.GRUCell
    outputs, states = tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(
        x, {"y": y, "z": z}, cell(2), {"y": cell(2), "z": cell(2)}, 3, {"y": 4, "z": 3}, 2
    )
    return [(tf.global_variables_initializer(), None), ([outputs, states], _spoken([x, y, z]))]


def losses(tf):
    x, logits = _vectors(tf, "x", 2, size=4)
    targets = _symbols(tf, "y", 2)
    weights = [tf.constant([1.0, 0.5]), tf.constant([0.0, 1.0])]
    found = [
        tf.contrib.legacy_seq2seq.sequence_loss_by_example(logits, targets, weights),
        tf.contrib.legacy_seq2seq.sequence_loss_by_example(logits, targets, weights, average_across_timesteps=False),
        tf.contrib.legacy_seq2seq.sequence_loss(logits, targets, weights, name="loss"),
        tf.contrib.legacy_seq2seq.sequence_loss(
            logits,
            targets,
            weights,
            average_across_batch=False,
            softmax_loss_function=lambda labels, logits: tf.reduce_sum(logits, 1) * tf.cast(labels, tf.float32),
        ),
    ]
    return [(found, {x: _values(2, 2, 4), **_spoken([targets])})]


def buckets(tf):
    """Steps of training in buckets of two lengths."""
    tf.set_random_seed(1)
    x, y, targets = _symbols(tf, "x", 2), _symbols(tf, "y", 2), _symbols(tf, "targets", 2)
    weights = [tf.placeholder(tf.float32, [None], name="weights%d" % i) for i in range(2)]

    def seq2seq(encoder_inputs, decoder_inputs):
        cell = tf.nn.rnn_cell.BasicRNNCell(2)
        return tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, 3, 3, 2)

    _, losses = tf.contrib.legacy_seq2seq.model_with_buckets(x, y, targets, weights, [(1, 1), (2, 2)], seq2seq)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        _, each = tf.contrib.legacy_seq2seq.model_with_buckets(
            x, y, targets, weights, [(1, 1)], seq2seq, per_example_loss=True
        )
    train = tf.train.GradientDescentOptimizer(0.5).minimize(losses[1])
    feed = {**_spoken([x, y, targets]), weights[0]: [1.0, 1.0], weights[1]: [1.0, 0.0]}
    return [(tf.global_variables_initializer(), None), ([losses[1], train], feed), ([losses, each], feed)]
