"""tf.nn.rnn_cell: one step of each cell, and a few, by hand; scopes, names, values, gradients."""

from __future__ import annotations

import numpy as np

from .data import uniform


def _trained(tf, inputs, cell, feed, steps=1, dtype=None):
    """Some steps of a cell on the same inputs: what they give, and the gradients of the last output."""
    state = cell.zero_state(tf.shape(inputs)[0], dtype or inputs.dtype)
    for _ in range(steps):
        output, state = cell(inputs, state)
    gradients = [g for g in tf.gradients(output, _sources(tf, inputs)) if g is not None]
    return [(tf.global_variables_initializer(), None), ([output, state], feed), (gradients, feed)]


def _sources(tf, inputs):
    return ([inputs] if inputs.dtype.is_floating else []) + tf.trainable_variables()


def _inputs(tf):
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    return x, {x: uniform(3, 4)}


def basic_rnn(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.BasicRNNCell(3), feed)


def basic_rnn_with_relu(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.BasicRNNCell(3, activation="relu", name="plain"), feed)


def gru(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.GRUCell(3), feed)


def gru_with_initializers(tf):
    x, feed = _inputs(tf)
    normal = tf.random_normal_initializer(stddev=0.3)
    cell = tf.nn.rnn_cell.GRUCell(
        3, activation=tf.nn.softsign, kernel_initializer=normal, bias_initializer=tf.ones_initializer
    )
    return _trained(tf, x, cell, feed)


def basic_lstm(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.BasicLSTMCell(3), feed, steps=2)


def basic_lstm_with_joined_state(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.BasicLSTMCell(3, forget_bias=0.5, state_is_tuple=False), feed)


def lstm(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.LSTMCell(3), feed)


def lstm_with_all(tf):
    x, feed = _inputs(tf)
    cell = tf.contrib.rnn.LSTMCell(
        5, use_peepholes=True, cell_clip=0.4, initializer=tf.random_uniform_initializer(-1, 1), num_proj=2,
        proj_clip=0.2, forget_bias=0.3, num_unit_shards=2, num_proj_shards=3,
    )  # fmt: skip
    return _trained(tf, x, cell, feed)


def lstm_with_joined_state(tf):
    x, feed = _inputs(tf)
    return _trained(tf, x, tf.nn.rnn_cell.LSTMCell(3, num_proj=2, state_is_tuple=False), feed)


def lstm_of_doubles(tf):
    tf.set_random_seed(9)
    x = tf.placeholder(tf.float64, [2, 3], name="x")
    with tf.variable_scope("net", initializer=tf.constant_initializer(0.25, dtype=tf.float64)):
        return _trained(tf, x, tf.nn.rnn_cell.LSTMCell(3), {x: uniform(2, 3).astype(np.float64)})


def cells_on_cells(tf):
    x, feed = _inputs(tf)
    cells = [tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicLSTMCell(2)]
    inner = tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.BasicRNNCell(2)])
    with tf.variable_scope("outer"):
        cell = tf.nn.rnn_cell.MultiRNNCell([*cells, inner])
        return _trained(tf, x, cell, feed)


def cells_on_cells_with_joined_state(tf):
    x, feed = _inputs(tf)
    cells = [tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicRNNCell(2)]
    return _trained(tf, x, tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=False), feed)


def cells_of_ones_own(tf):
    class Mixing(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        @property
        def state_size(self):
            return self.units, tf.TensorShape([self.units, 2])

        @property
        def output_size(self):
            return self.units

        def call(self, inputs, state):
            h, m = state
            w = tf.get_variable("w", [4, self.units])
            v = tf.get_variable("v", [], trainable=False, initializer=tf.ones_initializer())
            with tf.variable_scope("inner"):
                u = tf.get_variable("u", [2])
            h = tf.tanh(tf.matmul(inputs, w) * v + h + tf.reduce_sum(m, 2))
            return h, (h, m * u + 1.0)

    class Old(tf.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            self._units = units

        state_size = output_size = property(lambda self: self._units)

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or type(self).__name__, reuse=tf.AUTO_REUSE):
                w = tf.get_variable("w", [inputs.shape[1].value + self._units, self._units])
                h = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), w))
                return h, h

    x, feed = _inputs(tf)
    cell = Mixing(3, name="mixing")
    assert cell(x, cell.zero_state(3, tf.float32), scope="elsewhere")[0].shape.as_list() == [3, 3]
    names = [v.name for v in cell.trainable_variables], [v.name for v in cell.non_trainable_variables]
    assert names == (["elsewhere/w:0", "elsewhere/inner/u:0"], ["elsewhere/v:0"]), names
    return _trained(tf, x, tf.nn.rnn_cell.MultiRNNCell([Old(4), Mixing(3)]), feed, steps=2)


def first_states(tf):
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    doubles = tf.constant(np.ones([2, 4]))
    lstm, gru = tf.nn.rnn_cell.LSTMCell(3, num_proj=2), tf.nn.rnn_cell.GRUCell(400)
    states = [
        lstm.get_initial_state(inputs=x),
        lstm.get_initial_state(inputs=doubles, batch_size=2, dtype=tf.float64),
        lstm.get_initial_state(batch_size=tf.shape(x)[0], dtype=tf.float16),
        lstm.zero_state(tf.shape(x)[:1], tf.float32),
        tf.nn.rnn_cell.MultiRNNCell([gru, lstm]).zero_state(3, tf.float32),
    ]
    return [(states, {x: uniform(2, 4)})]
