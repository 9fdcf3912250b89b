"""tf.contrib.rnn: cells whose step, or whose whole run, is one op."""

from __future__ import annotations

from .cells import _inputs, _trained
from .data import uniform


def lstm_block(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.LSTMBlockCell(3), feed, steps=2)


def lstm_block_with_peepholes(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.LSTMBlockCell(3, forget_bias=0.3, cell_clip=0.4, use_peephole=True, name="mine")
    return _trained(tf, x, cell, feed, steps=2)


def gru_block(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.GRUBlockCell(3), feed, steps=2)


def gru_block_named_as_others(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.GRUBlockCellV2(2), feed)


def _sequences(tf, time=None, batch=None):
    tf.set_random_seed(4)
    x = tf.placeholder(tf.float32, [time, batch, 4], name="x")
    return x, {x: uniform(5, 3, 4)}


def _learned(tf, x, outputs, state, feed):
    gradients = tf.gradients([outputs, state], [x, *tf.trainable_variables()])
    return [(tf.global_variables_initializer(), None), ([outputs, state], feed), (gradients, feed)]


def lstm_in_one(tf):
    x, feed = _sequences(tf)
    outputs, state = tf.contrib.rnn.LSTMBlockFusedCell(3)(x, dtype=tf.float32)
    return _learned(tf, x, outputs, state, feed)


def lstm_in_one_of_known_sizes(tf):
    x, feed = _sequences(tf, 5, 3)
    cell = tf.contrib.rnn.LSTMBlockFusedCell(3, forget_bias=0.5, cell_clip=0.4, use_peephole=True, name="whole")
    first = tf.constant(uniform(3, 3)), tf.constant(uniform(3, 3))
    outputs, state = cell(x, initial_state=first, sequence_length=[5, 0, 2])
    return _learned(tf, x, outputs, state, feed)


def lstm_in_one_backwards(tf):
    x, feed = _sequences(tf)
    cell = tf.contrib.rnn.TimeReversedFusedRNN(tf.contrib.rnn.LSTMBlockFusedCell(2))
    lengths = tf.placeholder_with_default([2, 5, 1], [None], name="lengths")
    outputs, state = cell(x, dtype=tf.float32, sequence_length=lengths)
    return _learned(tf, x, outputs, state, feed)


def cells_over_time(tf):
    x, feed = _sequences(tf, 3, 3)
    feed = {x: feed[x][:3]}
    cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.BasicRNNCell(2))
    outputs, state = tf.contrib.rnn.TimeReversedFusedRNN(cell)(x, dtype=tf.float32, scope="back")
    steps, last = cell(tf.unstack(x), initial_state=state, sequence_length=[3, 1, 2])
    return [(tf.global_variables_initializer(), None), ([outputs, state, steps, last], feed)]


def cells_over_time_in_a_loop(tf):
    x, feed = _sequences(tf)
    cell = tf.contrib.rnn.FusedRNNCellAdaptor(tf.contrib.rnn.GRUBlockCellV2(2), use_dynamic_rnn=True)
    outputs, state = tf.contrib.rnn.TimeReversedFusedRNN(cell)(x, dtype=tf.float32, sequence_length=[5, 1, 2])
    return [(tf.global_variables_initializer(), None), ([outputs, state], feed)]
