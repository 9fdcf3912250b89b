"""Cells inside cells: dropout and its seeds, shortcuts, devices."""

from __future__ import annotations

from .cells import _inputs, _trained


def _kept(tf, value=0.6):
    return tf.placeholder_with_default(value, [], name="keep_prob")


def dropout(tf):
    x, feed = _inputs(tf)
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(3), output_keep_prob=0.8)
    return _trained(tf, x, cell, feed, steps=2)


def dropout_with_a_seed(tf):
    x, feed = _inputs(tf)
    cell = tf.nn.rnn_cell.LSTMCell(3, num_proj=2)
    keep_prob = _kept(tf)
    cell = tf.nn.rnn_cell.DropoutWrapper(cell, 0.9, keep_prob, state_keep_prob=0.5, seed=42)
    return _trained(tf, x, cell, feed)


def variational_dropout(tf):
    x, feed = _inputs(tf)
    cells = [tf.nn.rnn_cell.BasicLSTMCell(2), tf.nn.rnn_cell.GRUCell(3)]
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.MultiRNNCell(cells), 0.9, 0.7, 0.5, variational_recurrent=True, input_size=4,
        dtype=tf.float32, seed=5,
    )  # fmt: skip
    return _trained(tf, x, cell, feed, steps=2)


def variational_dropout_with_seeds_of_the_graph(tf):
    x, feed = _inputs(tf)
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.BasicRNNCell(2), _kept(tf), variational_recurrent=True, input_size=tf.TensorShape([4]),
        dtype=tf.float32,
    )  # fmt: skip
    return _trained(tf, x, cell, feed)


def dropout_of_chosen_states(tf):
    def of_second(part):
        return (False, True) if type(part) is tuple else True

    x, feed = _inputs(tf)
    cells = [tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicLSTMCell(2)]
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.MultiRNNCell(cells), state_keep_prob=0.5, dropout_state_filter_visitor=of_second
    )
    return _trained(tf, x, cell, feed)


def shortcuts(tf):
    x, feed = _inputs(tf)

    def both(inputs, outputs):
        return tf.concat([inputs, outputs], 1)

    lower = tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(4))
    upper = tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.BasicRNNCell(2), residual_fn=both)
    return _trained(tf, x, tf.nn.rnn_cell.MultiRNNCell([lower, upper]), feed, steps=2)


def devices(tf):
    x, feed = _inputs(tf)
    lower = tf.nn.rnn_cell.DeviceWrapper(tf.nn.rnn_cell.BasicRNNCell(3), "/cpu:0")
    dropped = tf.contrib.rnn.DropoutWrapper(tf.contrib.rnn.GRUCell(2), 0.5)
    return _trained(tf, x, tf.contrib.rnn.MultiRNNCell([lower, dropped]), feed)
