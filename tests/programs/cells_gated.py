"""tf.contrib.rnn: cells with gates of other kinds, one step or two by hand."""

from __future__ import annotations

from .cells import _inputs, _trained


def ugrnn(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.UGRNNCell(3, initializer=tf.random_uniform_initializer(-0.5, 0.5))
    return _trained(tf, x, cell, feed, steps=2)


def intersection(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.contrib.rnn.IntersectionRNNCell(3, num_in_proj=3), feed)


def phased(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.PhasedLSTMCell(3, use_peepholes=True, ratio_on=0.4)
    state = cell.zero_state(3, tf.float32)
    time = tf.reduce_sum(x, 1, keepdims=True)
    output, state = cell((time, x), state)
    output, state = cell((time + 3.5, x), state)
    gradients = tf.gradients(output, [x, *tf.trainable_variables()])
    return [(tf.global_variables_initializer(), None), ([output, state], feed), (gradients, feed)]


def groups(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.GLSTMCell(6, num_proj=4, number_of_groups=2)
    return _trained(tf, x, cell, feed)
