"""Nets that are unrolled while the graph is built: lengths, structures, reuse, saved states, both directions."""

from __future__ import annotations

import numpy as np


def _steps(tf, batch=2, count=3, size=3):
    x = tf.placeholder(tf.float32, [batch, count, size], name="x")
    return x, tf.unstack(x, count, 1)


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def basic(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.BasicRNNCell(4), steps, dtype=tf.float32)
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 3)})]


def lstm_with_lengths(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf, batch=3)
    lengths = tf.placeholder(tf.int64, [None], name="lengths")
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)
    outputs, state = tf.nn.static_rnn(cell, steps, dtype=tf.float32, sequence_length=lengths)
    gradients = tf.gradients(outputs[-1] + outputs[0] + state.c, tf.trainable_variables())
    init = tf.global_variables_initializer()
    values = _values(3, 3, 3)
    return [
        (init, None),
        ([outputs, state, gradients], {x: values, lengths: [1, 3, 0]}),
        ([outputs, state, gradients], {x: values, lengths: [2, 2, 1]}),
    ]


def from_a_state(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    start = tf.placeholder(tf.float32, [2, 4], name="start")
    outputs, state = tf.nn.static_rnn(tf.nn.rnn_cell.GRUCell(4), steps, initial_state=start, scope="net")
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 3), start: _values(2, 4)})]


def unknown_batch(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf, batch=None)
    outputs, _ = tf.nn.static_rnn(tf.nn.rnn_cell.BasicRNNCell(4), steps, dtype=tf.float32, sequence_length=[2, 1])
    return [(tf.global_variables_initializer(), None), (outputs, {x: _values(2, 3, 3)})]


def used_again(tf):
    """One cell over two lists of inputs, in one scope: its variables are made once."""
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    with tf.variable_scope("net"):
        first, _ = tf.nn.static_rnn(cell, steps, dtype=tf.float32)
    with tf.variable_scope("net", reuse=True):
        second, _ = tf.nn.static_rnn(cell, first, dtype=tf.float32)
    assert len(tf.trainable_variables()) == 2
    return [(tf.global_variables_initializer(), None), (second, {x: _values(2, 3, 3)})]


def layers(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    cell = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicLSTMCell(3), tf.nn.rnn_cell.GRUCell(2)])
    outputs, state = tf.nn.static_rnn(cell, steps, dtype=tf.float32, sequence_length=[3, 1])
    return [(tf.global_variables_initializer(), None), ([outputs, state], {x: _values(2, 3, 3)})]


class _Saver:
    """States that lie in variables between runs."""

    def __init__(self, tf, names, shape):
        self.tf = tf
        self.variables = {name: tf.get_variable(name, shape, initializer=tf.zeros_initializer()) for name in names}

    def state(self, name):
        return self.variables[name].value()

    def save_state(self, name, value):
        return self.tf.assign(self.variables[name], value)


def saved_state(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    saver = _Saver(tf, ["h"], [2, 4])
    outputs, state = tf.nn.static_state_saving_rnn(tf.nn.rnn_cell.BasicRNNCell(4), steps, saver, "h")
    feed = {x: _values(2, 3, 3)}
    return [(tf.global_variables_initializer(), None), (outputs[-1], feed), ([outputs[-1], state], feed)]


def saved_states(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    saver = _Saver(tf, ["c", "h"], [2, 4])
    outputs, state = tf.nn.static_state_saving_rnn(
        tf.nn.rnn_cell.BasicLSTMCell(4), steps, saver, ("c", "h"), sequence_length=[3, 2], scope="net"
    )
    feed = {x: _values(2, 3, 3)}
    return [(tf.global_variables_initializer(), None), (outputs[-1], feed), ([outputs[-1], state], feed)]


def both_directions(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf)
    cells = tf.nn.rnn_cell.BasicLSTMCell(3), tf.nn.rnn_cell.GRUCell(2)
    outputs, state_fw, state_bw = tf.nn.static_bidirectional_rnn(*cells, inputs=steps, dtype=tf.float32)
    return [(tf.global_variables_initializer(), None), ([outputs, state_fw, state_bw], {x: _values(2, 3, 3)})]


def both_directions_with_lengths(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf, batch=3)
    cells = tf.nn.rnn_cell.BasicRNNCell(3), tf.nn.rnn_cell.BasicRNNCell(2)
    outputs, state_fw, state_bw = tf.nn.static_bidirectional_rnn(
        *cells, inputs=steps, initial_state_fw=tf.ones([3, 3]), dtype=tf.float32, sequence_length=[1, 3, 2]
    )
    return [(tf.global_variables_initializer(), None), ([outputs, state_fw, state_bw], {x: _values(3, 3, 3)})]


def stacked_in_both_directions(tf):
    tf.set_random_seed(1)
    x, steps = _steps(tf, count=2)
    forward = [tf.nn.rnn_cell.BasicRNNCell(size) for size in (3, 2)]
    backward = [tf.nn.rnn_cell.BasicRNNCell(size) for size in (2, 3)]
    outputs, states_fw, states_bw = tf.contrib.rnn.stack_bidirectional_rnn(
        forward, backward, steps, initial_states_fw=[tf.ones([2, 3]), tf.ones([2, 2])], dtype=tf.float32
    )
    return [(tf.global_variables_initializer(), None), ([outputs, states_fw, states_bw], {x: _values(2, 2, 3)})]
