"""Loops over time, trained for twenty steps after `tf.set_random_seed` alone.

Dropout inside the loop is fed 1: the order in which TensorFlow draws the numbers of several iterations differs from
run to run.
"""

from __future__ import annotations

import numpy as np

from .steps import STEPS, cycled, twenty_steps


def characters_by_stacked_lstm(tf):
    """The much-copied model of text: embedding, two LSTMs with dropout in a loop over time, clipping, Adam."""
    tf.set_random_seed(31)
    inputs = tf.placeholder(tf.int32, [4, 5])
    targets = tf.placeholder(tf.int32, [4, 5])
    keep, keep_inside = tf.placeholder(tf.float32), tf.placeholder(tf.float32)

    def cell():
        lstm = tf.nn.rnn_cell.BasicLSTMCell(6, forget_bias=0.0, state_is_tuple=True)
        return tf.nn.rnn_cell.DropoutWrapper(lstm, output_keep_prob=keep_inside)

    cells = tf.nn.rnn_cell.MultiRNNCell([cell() for _ in range(2)], state_is_tuple=True)
    initial = cells.zero_state(4, tf.float32)
    embedding = tf.get_variable("embedding", [8, 6])
    embedded = tf.nn.dropout(tf.nn.embedding_lookup(embedding, inputs), keep)
    outputs, final = tf.nn.dynamic_rnn(cells, embedded, initial_state=initial)
    logits = tf.layers.dense(tf.reshape(outputs, [-1, 6]), 8)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
    loss = tf.reduce_sum(losses) / 20
    rate = tf.Variable(0.0, trainable=False)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 5)
    train = tf.train.AdamOptimizer(rate).apply_gradients(zip(gradients, variables))
    symbols = np.random.RandomState(0).randint(0, 8, [4, 6])
    feed = {inputs: symbols[:, :5], targets: symbols[:, 1:], keep: 0.8, keep_inside: 1.0}
    runs = twenty_steps(tf.global_variables_initializer(), loss, train, [feed] * STEPS)
    runs.insert(1, (tf.assign(rate, 0.02), None))
    return [*runs, (final, feed)]


def batch_norm_after_a_loop(tf):
    """The updates of batch norm come out of the loop, and the gradients wait for them, those of the loop too."""
    tf.set_random_seed(34)
    x = tf.placeholder(tf.float32, [None, 4, 3])
    y = tf.placeholder(tf.float32, [None, 2])
    _, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(5), x, dtype=tf.float32)
    logits = tf.layers.dense(tf.layers.batch_normalization(state, training=True), 2)
    loss = tf.losses.softmax_cross_entropy(y, logits)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    return twenty_steps(tf.global_variables_initializer(), loss, train, cycled(x, y, 6, [4, 3], 2))
