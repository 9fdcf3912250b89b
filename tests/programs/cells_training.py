"""Recurrent nets that learn, as tutorials write them: a language model with dropout, a sine."""

from __future__ import annotations

import numpy as np

from .data import uniform


def _trained(tf, train, loss, feed, steps=3):
    return [(tf.global_variables_initializer(), None), *[([train, loss], feed)] * steps]


def language_model(tf):
    """Two layers with dropout that keep their state from batch to batch, and clipped gradients."""
    tf.set_random_seed(2)
    x, y = (tf.placeholder(tf.int32, [3, 2], name=name) for name in ("x", "y"))
    with tf.variable_scope("Model", initializer=tf.random_uniform_initializer(-0.1, 0.1)):
        cells = [tf.nn.rnn_cell.BasicLSTMCell(4, forget_bias=0.0) for _ in range(2)]
        cells = [tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=0.5) for cell in cells]
        cell = tf.nn.rnn_cell.MultiRNNCell(cells)
        initial = state = cell.zero_state(3, tf.float32)
        inputs = tf.nn.dropout(tf.nn.embedding_lookup(tf.get_variable("embedding", [7, 4]), x), 0.5)
        outputs = []
        with tf.variable_scope("RNN"):
            for t in range(2):
                if t > 0:
                    tf.get_variable_scope().reuse_variables()
                output, state = cell(inputs[:, t, :], state)
                outputs.append(output)
        output = tf.reshape(tf.concat(outputs, 1), [-1, 4])
        logits = tf.nn.xw_plus_b(output, tf.get_variable("w", [4, 7]), tf.get_variable("b", [7]))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits, labels=tf.reshape(y, [-1]))
    loss = tf.reduce_sum(losses) / 3
    rate = tf.Variable(1.0, trainable=False)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    train = tf.train.GradientDescentOptimizer(rate).apply_gradients(
        zip(gradients, variables), global_step=tf.train.get_or_create_global_step()
    )
    feed = {x: [[1, 2], [3, 4], [5, 6]], y: [[2, 0], [4, 1], [6, 3]]}
    feed.update({initial[0].c: uniform(3, 4), initial[1].h: uniform(3, 4)})
    return [(tf.global_variables_initializer(), None), *[([train, loss, state], feed)] * 3]


def sine(tf):
    """GRU cells in a loop over time, and a layer on top of each step."""
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, [None, 4, 1])
    y = tf.placeholder(tf.float32, [None, 4, 1])
    cell = tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(5, activation=tf.nn.relu), output_size=1)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(outputs - y))
    train = tf.train.RMSPropOptimizer(0.01).minimize(loss)
    times = np.arange(5) * 0.3 + np.array([[0.0], [1.0]])
    waves = np.sin(times)[:, :, None]
    return _trained(tf, train, loss, {x: waves[:, :-1], y: waves[:, 1:]})
