"""The two recurrent nets of the textbooks, small: digits read row by row, and a language model. Twenty steps each."""

from __future__ import annotations

import numpy as np


def digits_by_rows(tf):
    """An LSTM reads the rows of an image; its last output is classified. Every number follows from the graph's seed."""
    tf.set_random_seed(1)
    numbers = np.random.RandomState(0)
    rows, columns, hidden, classes, batch = 6, 5, 8, 4, 5
    x = tf.placeholder("float", [None, rows, columns])
    y = tf.placeholder("float", [None, classes])
    weights = {
        "in": tf.Variable(tf.random_normal([columns, hidden])),
        "out": tf.Variable(tf.random_normal([hidden, classes])),
    }
    biases = {
        "in": tf.Variable(tf.constant(0.1, shape=[hidden])),
        "out": tf.Variable(tf.constant(0.1, shape=[classes])),
    }
    rows_in = tf.matmul(tf.reshape(x, [-1, columns]), weights["in"]) + biases["in"]
    rows_in = tf.reshape(rows_in, [-1, rows, hidden])
    cell = tf.nn.rnn_cell.BasicLSTMCell(hidden, forget_bias=1.0, state_is_tuple=True)
    start = cell.zero_state(batch, dtype=tf.float32)
    outputs, _ = tf.nn.dynamic_rnn(cell, rows_in, initial_state=start, time_major=False)
    outputs = tf.unstack(tf.transpose(outputs, [1, 0, 2]))
    scores = tf.matmul(outputs[-1], weights["out"]) + biases["out"]
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=scores, labels=y))
    train = tf.train.AdamOptimizer(0.01).minimize(cost)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(scores, 1), tf.argmax(y, 1)), tf.float32))
    runs = [(tf.global_variables_initializer(), None)]
    for _ in range(20):
        images = numbers.rand(batch, rows, columns).astype(np.float32)
        labels = np.eye(classes)[numbers.randint(classes, size=batch)]
        runs.append(([cost, train], {x: images, y: labels}))
    return [*runs, (accuracy, {x: images, y: labels})]


def language_model(tf):
    """Two layers with dropout, unrolled by hand, gradients clipped by their common norm, a learning rate that falls."""
    tf.set_random_seed(1)
    numbers = np.random.RandomState(0)
    batch, steps, size, words = 2, 2, 4, 10
    inputs = tf.placeholder(tf.int32, [batch, steps], name="inputs")
    targets = tf.placeholder(tf.int32, [batch, steps], name="targets")

    def layer():
        return tf.contrib.rnn.DropoutWrapper(
            tf.contrib.rnn.BasicLSTMCell(size, forget_bias=0.0, state_is_tuple=True), output_keep_prob=0.8
        )

    with tf.variable_scope("Model", initializer=tf.random_uniform_initializer(-0.1, 0.1)):
        cell = tf.contrib.rnn.MultiRNNCell([layer() for _ in range(2)], state_is_tuple=True)
        start = cell.zero_state(batch, tf.float32)
        with tf.device("/cpu:0"):
            embedding = tf.get_variable("embedding", [words, size], dtype=tf.float32)
            embedded = tf.nn.embedding_lookup(embedding, inputs)
        embedded = tf.nn.dropout(embedded, 0.8)
        outputs, state = [], start
        with tf.variable_scope("RNN"):
            for step in range(steps):
                if step > 0:
                    tf.get_variable_scope().reuse_variables()
                output, state = cell(embedded[:, step, :], state)
                outputs.append(output)
        output = tf.reshape(tf.concat(outputs, 1), [-1, size])
        scores = tf.matmul(output, tf.get_variable("softmax_w", [size, words])) + tf.get_variable("softmax_b", [words])
        loss = tf.contrib.legacy_seq2seq.sequence_loss_by_example(
            [scores], [tf.reshape(targets, [-1])], [tf.ones([batch * steps])]
        )
        cost = tf.reduce_sum(loss) / batch
        rate = tf.Variable(0.0, trainable=False)
        variables = tf.trainable_variables()
        clipped, norm = tf.clip_by_global_norm(tf.gradients(cost, variables), 5)
        step = tf.train.get_or_create_global_step()
        train = tf.train.GradientDescentOptimizer(rate).apply_gradients(list(zip(clipped, variables)), global_step=step)
        new_rate = tf.placeholder(tf.float32, shape=[], name="new_learning_rate")
        set_rate = tf.assign(rate, new_rate)
    runs = [(tf.global_variables_initializer(), None)]
    for epoch in range(4):
        runs.append((set_rate, {new_rate: 0.5**epoch}))
        for _ in range(5):
            text = numbers.randint(words, size=(batch, steps + 1))
            runs.append(([cost, norm, train], {inputs: text[:, :-1], targets: text[:, 1:]}))
    return runs
