"""Recurrent nets, trained for twenty steps after `tf.set_random_seed` alone."""

from __future__ import annotations

import numpy as np

from .steps import STEPS, cycled, twenty_steps


def unrolled_rnn_clipped(tf):
    """A plain recurrent net, unrolled by hand, with clipped gradients and RMSProp."""
    tf.set_random_seed(5)
    x = tf.placeholder(tf.int32, [None, 6])
    y = tf.placeholder(tf.int32, [None, 6])
    inputs = tf.unstack(tf.one_hot(x, 5), axis=1)
    state = tf.zeros([tf.shape(x)[0], 7])
    states = []
    with tf.variable_scope("rnn") as scope:
        for now in inputs:
            w = tf.get_variable("W", [12, 7])
            b = tf.get_variable("b", [7], initializer=tf.zeros_initializer())
            state = tf.tanh(tf.matmul(tf.concat([now, state], 1), w) + b)
            states.append(state)
            scope.reuse_variables()
    with tf.variable_scope("softmax"):
        w = tf.get_variable("W", [7, 5])
        b = tf.get_variable("b", [5], initializer=tf.constant_initializer(0.0))
    logits = [tf.matmul(state, w) + b for state in states]
    labels = tf.unstack(y, axis=1)
    losses = [
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=right, logits=said) for right, said in zip(labels, logits)
    ]
    loss = tf.reduce_mean(losses)
    optimizer = tf.train.RMSPropOptimizer(0.02, decay=0.9, momentum=0.1)
    variables = tf.trainable_variables()
    gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    train = optimizer.apply_gradients(zip(gradients, variables))
    symbols = np.random.RandomState(0).randint(0, 5, [9, 7])
    feeds = [{x: symbols[:, :6], y: symbols[:, 1:]}] * STEPS
    return twenty_steps(tf.global_variables_initializer(), [loss, norm], train, feeds)


def rows_by_static_lstm(tf):
    """A picture read row by row: the inputs unstacked, the last output classified."""
    tf.set_random_seed(32)
    x = tf.placeholder(tf.float32, [None, 6, 4])
    y = tf.placeholder(tf.float32, [None, 3])
    weights = tf.Variable(tf.random_normal([7, 3]))
    biases = tf.Variable(tf.random_normal([3]))
    cell = tf.contrib.rnn.BasicLSTMCell(7, forget_bias=1.0)
    outputs, _ = tf.contrib.rnn.static_rnn(cell, tf.unstack(x, 6, 1), dtype=tf.float32)
    logits = tf.matmul(outputs[-1], weights) + biases
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
    train = tf.train.GradientDescentOptimizer(learning_rate=0.1).minimize(loss)
    return twenty_steps(tf.global_variables_initializer(), loss, train, cycled(x, y, 8, [6, 4], 3))


def lengths_by_gru(tf):
    """Sequences of several lengths, padded; each is classified by the state at its own end."""
    tf.set_random_seed(33)
    x = tf.placeholder(tf.float32, [None, 5, 3])
    y = tf.placeholder(tf.float32, [None, 2])
    length = tf.placeholder(tf.int32, [None])
    cell = tf.nn.rnn_cell.GRUCell(5, kernel_initializer=tf.orthogonal_initializer())
    _, state = tf.nn.dynamic_rnn(cell, x, sequence_length=length, dtype=tf.float32)
    logits = tf.layers.dense(state, 2)
    loss = tf.losses.softmax_cross_entropy(y, logits)
    step = tf.train.get_or_create_global_step()
    train = tf.train.RMSPropOptimizer(0.01).minimize(loss, global_step=step)
    return twenty_steps(
        tf.global_variables_initializer(), loss, train, cycled(x, y, 6, [5, 3], 2, {length: [5, 1, 3, 0, 4, 2]})
    )
