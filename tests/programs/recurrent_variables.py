"""Recurrent nets whose variables are cut into pieces, are resources, or are used by the user's own cell."""

from __future__ import annotations

import numpy as np


def _values(*shape):
    return np.random.RandomState(0).uniform(-1.0, 1.0, shape).astype(np.float32)


def partitioned(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(2)):
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(4), x, dtype=tf.float32)
    gradients = tf.gradients(outputs, tf.trainable_variables())
    return [(tf.global_variables_initializer(), None), ([outputs, gradients], {x: _values(2, 3, 2)})]


def resources(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, None, 2], name="x")
    with tf.variable_scope("net", use_resource=True):
        outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(3), x, dtype=tf.float32)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(outputs))
    feed = {x: _values(2, 3, 2)}
    return [(tf.global_variables_initializer(), None), ([outputs, train], feed), (outputs, feed)]


def own_cell(tf):
    """A cell with a matrix as its state; a variable is an argument of einsum."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = output_size = tf.TensorShape([2, 3])

        def __call__(self, inputs, state, scope=None):
            with tf.variable_scope(scope or "cell"):
                weights = tf.get_variable("weights", [2, 3])
                new = tf.tanh(tf.einsum("bij,jk->bik", inputs, weights) + state)
                return new, new

    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3, 2, 2], name="x")
    outputs, _ = tf.nn.dynamic_rnn(Cell(), x, sequence_length=[3, 1], dtype=tf.float32)
    gradients = tf.gradients(outputs, tf.trainable_variables())
    return [(tf.global_variables_initializer(), None), ([outputs, gradients], {x: _values(2, 3, 2, 2)})]


def layers_inside(tf):
    """A cell that is made of layers, in a branch."""

    class Cell(tf.nn.rnn_cell.RNNCell):
        state_size = 2
        output_size = 3

        def call(self, inputs, state):
            hidden = tf.layers.dense(tf.concat([inputs, state], 1), 2, activation=tf.nn.relu, name="hidden")
            return tf.layers.dense(hidden, 3, name="outputs"), hidden

    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [2, 2, 3], name="x")
    is_on = tf.placeholder(tf.bool, [], name="is_on")
    y = tf.cond(is_on, lambda: tf.nn.dynamic_rnn(Cell(), x, dtype=tf.float32)[0], lambda: x)
    init = tf.global_variables_initializer()
    return [(init, None), (y, {x: _values(2, 2, 3), is_on: True}), (y, {x: _values(2, 2, 3), is_on: False})]


def bare_layer(tf):
    """A cell that is a layer and no RNNCell: it has no zero_state, and its state, although one tensor, is in a list."""

    class Cell(tf.layers.Layer):
        state_size = 3
        output_size = 3

        def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
            return tf.ones([batch_size, 3], dtype)

        def call(self, inputs, states):
            new = tf.tanh(tf.matmul(inputs, tf.ones([2, 3])) + states[0] * 0.5)
            return new, [new]

    x = tf.placeholder(tf.float32, [2, 3, 2], name="x")
    outputs, state = tf.nn.dynamic_rnn(Cell(), x, dtype=tf.float32)
    unrolled, last = tf.nn.static_rnn(Cell(), tf.unstack(x, axis=1), dtype=tf.float32, scope="static")
    return [([outputs, state, unrolled, last], {x: _values(2, 3, 2)})]
