"""Random ops, their seeds, and dropout."""

from __future__ import annotations

from .data import uniform


def op_seeds(tf):
    fetches = [
        tf.random_normal([2, 3], stddev=1, seed=1),
        tf.truncated_normal([2, 3], seed=1),
        tf.random_uniform([2, 3], seed=1),
        tf.random_uniform([5], 0, 10, dtype=tf.int32, seed=1),
        tf.random_uniform([5], -3, 3, dtype=tf.int64, seed=2),
        tf.random_uniform([3], -1.0, 1.0, seed=4),
        tf.random_normal([3], mean=5.0, stddev=0.1, dtype=tf.float64, seed=5),
        tf.truncated_normal([3], 1.0, 0.5, seed=6),
        tf.random_normal([], seed=7),
        tf.random_uniform([3], dtype=tf.float64, seed=8),
        tf.random_normal([4], dtype=tf.float16, seed=10),
    ]
    return [(fetches, None), (fetches, None)]


def graph_seed(tf):
    """With a graph seed alone, an op's seed is the number of ops before it."""
    tf.set_random_seed(1234)
    a = tf.random_uniform([1])
    b = tf.random_normal([1])
    tf.constant(1.0)
    c = tf.random_normal([2, 2])
    d = tf.random_uniform([1], seed=7)
    e = tf.truncated_normal([2])
    return [([a, b, c, d, e], None), ([a, b, c, d, e], None)]


def graph_seed_set_again(tf):
    tf.set_random_seed(1)
    a = tf.random_normal([2])
    tf.set_random_seed(2)
    b = tf.random_normal([2])
    c = tf.random_normal([2], seed=1)
    tf.set_random_seed(1)
    d = tf.random_normal([2])
    return [([a, b, c, d], None)]


def no_seed(tf):
    tf.random_normal([2])
    tf.random_uniform([2], 1.0, 2.0)
    tf.random_uniform([2], maxval=5, dtype=tf.int32)
    tf.truncated_normal([2], stddev=0.1)


def zero_seeds(tf):
    tf.set_random_seed(0)
    a = tf.random_normal([2], seed=0)
    b = tf.random_uniform([2])
    return [([a, b], None)]


def dropout(tf):
    x = tf.placeholder(tf.float32, [None, 5], name="x")
    keep_prob = tf.placeholder(tf.float32, name="keep_prob")
    ops = [
        tf.nn.dropout(x, 0.5, seed=1),
        tf.nn.dropout(x, keep_prob=0.8, seed=2),
        tf.nn.dropout(x, keep_prob, seed=3),
        tf.nn.dropout(x, rate=0.3, seed=4, name="drop"),
        tf.nn.dropout(x, rate=1.0 - keep_prob, seed=5),
        tf.nn.dropout(x, 1.0),
        tf.nn.dropout(x, 0.5, noise_shape=[1, 5], seed=6),
        tf.nn.dropout(x, keep_prob=0.5, noise_shape=[tf.shape(x)[0], 1], seed=7),
    ]
    feeds = {x: uniform(3, 5), keep_prob: 0.6}
    return [(ops, feeds), (ops, feeds)]


def dropout_with_graph_seed(tf):
    tf.set_random_seed(42)
    x = tf.ones([2, 6])
    y = tf.nn.dropout(x, 0.5)
    z = tf.nn.dropout(x, 0.5)
    return [([y, z], None), ([y, z], None)]


def dropout_gradient(tf):
    x = tf.placeholder(tf.float32, [2, 4], name="x")
    y = tf.nn.dropout(x, 0.5, seed=1)
    return [(tf.gradients(tf.square(y), x) + [y], {x: uniform(2, 4, low=1.0, high=2.0)})]


def same_op_many_runs(tf):
    a = tf.random_normal([3], seed=3)
    b = tf.random_uniform([3], seed=3)
    w = tf.Variable(tf.random_normal([2], seed=3))
    return [
        (a, None),
        (a, None),
        (b, None),
        ([a, b], None),
        (w.initializer, None),
        (w, None),
        (w.initializer, None),
        (w, None),
    ]


def random_shapes(tf):
    """Dynamic shapes and tensor arguments."""
    n = tf.placeholder(tf.int32, [], name="n")
    low = tf.constant(2.0)
    fetches = [
        tf.random_normal([n, 2], seed=1),
        tf.random_uniform([n], low, low * 2.0, seed=2),
        tf.random_normal([2], mean=[10.0, -10.0], stddev=low, seed=3),
        tf.truncated_normal(tf.stack([n, n]), seed=4),
    ]
    return [(fetches, {n: 2}), (fetches, {n: 3})]


def data_set_of_random_numbers(tf):
    tf.set_random_seed(99)
    x = tf.random_uniform([8, 2], name="x")
    noise = tf.random_normal([8, 1], stddev=0.01, name="noise")
    y = tf.add(tf.reduce_sum(x, axis=1, keepdims=True), noise, name="y")
    return [([x, noise, y], None)]
