"""Decoders that hear themselves if a tensor says so: both kinds are in the graph (tf.contrib.legacy_seq2seq)."""

from __future__ import annotations


def _symbols(tf, name, count):
    return [tf.placeholder(tf.int32, [None], name="%s%d" % (name, i)) for i in range(count)]


def _spoken(lists):
    return {tensor: [(i + k) % 3 for k in range(2)] for tensors in lists for i, tensor in enumerate(tensors)}


def embedding_with_a_choice(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    hears_itself = tf.placeholder(tf.bool, [], name="hears_itself")
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    outputs, state = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        x, y, cell, 3, 4, 2, feed_previous=hears_itself, dtype=tf.float32
    )
    gradients = tf.gradients(outputs, tf.trainable_variables())
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {hears_itself: False, **_spoken([x, y])}),
        ([outputs, state, gradients], {hears_itself: True, **_spoken([x, y])}),
    ]


def embedding_tied(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    hears_itself = tf.placeholder(tf.bool, [], name="hears_itself")
    cell = tf.nn.rnn_cell.BasicRNNCell(2)
    outputs, state = tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(
        x, y, cell, 4, 2, num_decoder_symbols=3, feed_previous=hears_itself
    )
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, state], {hears_itself: False, **_spoken([x, y])}),
        ([outputs, state], {hears_itself: True, **_spoken([x, y])}),
    ]


def one_to_many_with_a_choice(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 1), _symbols(tf, "y", 2)
    hears_itself = tf.placeholder(tf.bool, [], name="hears_itself")
    cell = tf.nn.rnn_cell.BasicLSTMCell
    outputs, states = tf.contrib.legacy_seq2seq.one2many_rnn_seq2seq(
        x, {"y": y}, cell(2), {"y": cell(2)}, 3, {"y": 4}, 2, feed_previous=hears_itself
    )
    return [
        (tf.global_variables_initializer(), None),
        ([outputs, states], {hears_itself: False, **_spoken([x, y])}),
        ([outputs, states], {hears_itself: True, **_spoken([x, y])}),
    ]


def embedding_tied_plain(tf):
    tf.set_random_seed(1)
    x, y = _symbols(tf, "x", 2), _symbols(tf, "y", 2)
    projection = (tf.get_variable("w", [3, 4]), tf.get_variable("b", [4]))
    outputs, state = tf.contrib.legacy_seq2seq.embedding_tied_rnn_seq2seq(
        x, y, tf.nn.rnn_cell.GRUCell(3), 4, 2, output_projection=projection, feed_previous=True, scope="model"
    )
    return [(tf.global_variables_initializer(), None), ([outputs, state], _spoken([x, y]))]
