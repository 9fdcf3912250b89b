"""A training step of an LSTM (128 units, a batch of 32 sequences): in a loop inside the graph, and unrolled."""

import time

import numpy as np
from workload import load, report

tf = load()
UNITS, BATCH, SIZE = 128, 32, 28


def net(steps, in_loop):
    """What one step of training fetches, in a graph of its own, and a session for it."""
    graph = tf.Graph()
    with graph.as_default():
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [BATCH, steps, SIZE])
        labels = tf.placeholder(tf.int32, [BATCH])
        cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
        if in_loop:
            outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
            last = outputs[:, -1]
        else:
            outputs, _ = tf.nn.static_rnn(cell, tf.unstack(x, steps, 1), dtype=tf.float32)
            last = outputs[-1]
        logits = tf.layers.dense(last, 10)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        session = tf.Session()
        session.run(tf.global_variables_initializer())
    numbers = np.random.RandomState(0)
    feed = {x: numbers.rand(BATCH, steps, SIZE).astype(np.float32), labels: numbers.randint(10, size=BATCH)}
    return lambda: session.run([loss, train], feed)


def medians_ms(contestants, rounds):
    """The median time of each function, all of them called in turn."""
    times = [[] for _ in contestants]
    for _ in range(rounds):
        for function, taken in zip(contestants, times):
            start = time.perf_counter()
            function()
            taken.append((time.perf_counter() - start) * 1e3)
    return [float(np.median(taken[rounds // 5 :])) for taken in times]


figures = {}
for steps in (28, 50):
    loop, unrolled = medians_ms([net(steps, True), net(steps, False)], 60)
    figures.update({f"loop_{steps}_ms": loop, f"unrolled_{steps}_ms": unrolled})
report(**figures)
