"""conv2d, pooling and bias_add, forwards and backwards."""

from __future__ import annotations

import numpy as np

from .data import uniform


def book_example(tf):
    """The worked convolution of the book: a 3 x 3 image, a 2 x 2 filter, a bias."""
    image = np.array([[[1], [-1], [0]], [[-1], [2], [1]], [[0], [2], [-2]]], dtype=np.float32)
    filter_weight = tf.get_variable("weights", [2, 2, 1, 1], initializer=tf.constant_initializer([[1, -1], [0, 2]]))
    biases = tf.get_variable("biases", [1], initializer=tf.constant_initializer(1))
    image = np.asarray(image, dtype="float32").reshape(1, 3, 3, 1)
    x = tf.placeholder("float32", [1, None, None, 1])
    conv = tf.nn.conv2d(x, filter_weight, strides=[1, 2, 2, 1], padding="SAME")
    bias = tf.nn.bias_add(conv, biases)
    pool = tf.nn.avg_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
    return [(tf.global_variables_initializer(), None), ({"conv": bias, "pool": pool}, {x: image})]


def paddings_and_strides(tf):
    x = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x")
    w = tf.constant(uniform(3, 2, 3, 4, seed=1))
    ops = []
    for padding in ("SAME", "VALID"):
        ops += [tf.nn.conv2d(x, w, strides=[1, n, n, 1], padding=padding) for n in (1, 2, 3)]
    ops.append(tf.nn.conv2d(x, w, strides=[1, 2, 1, 1], padding="SAME", name="uneven"))
    ops.append(tf.nn.conv2d(x, filter=w, strides=1, padding="VALID"))
    return [(ops, {x: uniform(2, 7, 6, 3)})]


def unknown_shapes(tf):
    x = tf.placeholder(tf.float32, [None, None, None, 2], name="x")
    w = tf.placeholder(tf.float32, [3, 3, 2, 4], name="w")
    anything = tf.placeholder(tf.float32, name="anything")
    y = tf.nn.conv2d(x, w, strides=[1, 2, 2, 1], padding="SAME")
    tf.nn.conv2d(anything, w, strides=[1, 1, 1, 1], padding="VALID")
    tf.nn.conv2d(x, anything, strides=[1, 1, 1, 1], padding="SAME")
    tf.nn.max_pool(anything, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    z = tf.nn.max_pool(y, [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
    return [(z, {x: uniform(1, 6, 7, 2), w: uniform(3, 3, 2, 4, seed=1)})]


def pooling(tf):
    x = tf.placeholder(tf.float32, [2, 5, 6, 3], name="x")
    ops = []
    for pool in (tf.nn.max_pool, tf.nn.avg_pool):
        for padding in ("SAME", "VALID"):
            ops.append(pool(x, [1, 2, 2, 1], [1, 2, 2, 1], padding))
            ops.append(pool(x, ksize=[1, 3, 3, 1], strides=[1, 1, 1, 1], padding=padding, name="by_one"))
            ops.append(pool(x, ksize=[1, 3, 2, 1], strides=[1, 2, 3, 1], padding=padding))
    ops.append(tf.nn.max_pool(x, 2, 2, "SAME"))
    return [(ops, {x: uniform(2, 5, 6, 3)})]


def bias_adds(tf):
    image = tf.placeholder(tf.float32, [None, 2, 2, 3], name="image")
    rows = tf.placeholder(tf.float32, [None, 3], name="rows")
    bias = tf.constant([1.0, 2.0, 3.0])
    ops = [tf.nn.bias_add(image, bias), tf.nn.bias_add(rows, bias, name="named"), image + bias]
    return [(ops, {image: uniform(1, 2, 2, 3), rows: uniform(2, 3)})]


def _gradients(tf, build, x_shape, w_shape=None):
    x = tf.placeholder(tf.float32, x_shape, name="x")
    feeds = {x: uniform(*[size or 2 for size in x_shape])}
    sources = [x]
    if w_shape:
        w = tf.placeholder(tf.float32, w_shape, name="w")
        feeds[w] = uniform(*w_shape, seed=1)
        sources.append(w)
    y = build(*sources)
    return [(tf.gradients(tf.reduce_sum(tf.square(y)), sources), feeds)]


def gradient_same(tf):
    return _gradients(tf, lambda x, w: tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"), [2, 5, 5, 2], [3, 3, 2, 3])


def gradient_valid_strided(tf):
    return _gradients(tf, lambda x, w: tf.nn.conv2d(x, w, [1, 2, 2, 1], "VALID"), [None, 7, 6, 2], [3, 2, 2, 3])


def gradient_max_pool(tf):
    return _gradients(tf, lambda x: tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), [None, 5, 4, 2])


def gradient_avg_pool(tf):
    return _gradients(tf, lambda x: tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"), [2, 5, 4, 2])


def gradient_bias_add(tf):
    return _gradients(tf, tf.nn.bias_add, [None, 2, 2, 3], [3])


def second_order(tf):
    x = tf.placeholder(tf.float32, [1, 4, 4, 1], name="x")
    w = tf.placeholder(tf.float32, [2, 2, 1, 2], name="w")
    y = tf.reduce_sum(tf.nn.avg_pool(tf.square(tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME")), 2, 2, "VALID"))
    first = tf.gradients(y, [x, w])
    second = tf.gradients(tf.reduce_sum(tf.square(first[0])) + tf.reduce_sum(first[1]), [x, w])
    return [(first + second, {x: uniform(1, 4, 4, 1), w: uniform(2, 2, 1, 2, seed=1)})]
