"""Loops, branches and arrays inside each other, and gradients through all of it."""

from __future__ import annotations

import numpy as np


def branch_in_loop(tf):
    x = tf.placeholder(tf.float32, [2], name="x")

    def step(i, array):
        return i + 1, tf.cond(i > 2, lambda: array.write(i, x), lambda: array.write(i, x * 2.0))

    _, array = tf.while_loop(lambda i, _: i < 5, step, (0, tf.TensorArray(tf.float32, 5)))
    y = array.stack()
    return [([y, tf.gradients(y, x)], {x: [1.0, 2.0]})]


def loop_in_branch(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.placeholder(tf.float32, [2], name="x")
    array = tf.TensorArray(tf.float32, 4)

    def rows():
        return tf.while_loop(lambda i, _: i < 4, lambda i, a: (i + 1, a.write(i, x)), (0, array))[1].stack()

    y = tf.cond(pred, rows, lambda: tf.zeros([4, 2]))
    grads = tf.gradients(y, x)
    return [([y, grads], {pred: answer, x: [1.0, 2.0]}) for answer in (True, False)]


def reads_in_inner_loop(tf):
    x = tf.placeholder(tf.float32, [3, 2], name="x")
    rows = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x)

    def outer(i, total):
        def inner(j, part):
            return j + 1, part + rows.read(j) * rows.read(i)

        return i + 1, total + tf.while_loop(lambda j, _: j < 3, inner, (0, total))[1]

    _, total = tf.while_loop(lambda i, _: i < 3, outer, (0, tf.zeros([2])))
    return [([total, tf.gradients(total, x)[0]], {x: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]})]


def fold_in_scan(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.scan(lambda a, row: tf.foldl(lambda p, q: p + q * row, row, initializer=a), x)
    return [([y, tf.gradients(y, x)[0]], {x: np.arange(1.0, 7.0).reshape(2, 3)})]


def one_after_the_other(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    y = tf.map_fn(lambda v: v * 2.0, x)
    z = tf.map_fn(lambda v: v + 1.0, y)
    w = tf.foldl(lambda a, b: a * b, z)
    grads = tf.gradients(w, [x, y, z])
    return [([y, z, w, grads], {x: [1.0, 2.0, 3.0, 4.0]}), ([z, w], {y: [1.0, 1.0, 1.0, 1.0]})]


def two_gradients_of_one_loop(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    rows = tf.TensorArray(tf.float32, 3).unstack(x)
    _, product = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, p: (i + 1, p * rows.read(i)),
        (tf.constant(0), 1.0),
        parallel_iterations=1,
        swap_memory=True,
    )
    grads = [tf.gradients(product, x), tf.gradients(product * 2.0, x, name="gradients_two")]
    return [([product, grads[0]], {x: [1.0, 2.0, 3.0]}), (grads, {x: [1.0, 2.0, 3.0]})]


def first_iterations_only(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    _, array = tf.while_loop(
        lambda i, _: i < 5,
        lambda i, a: (i + 1, a.write(i, x * tf.cast(i, tf.float32))),
        (0, tf.TensorArray(tf.float32, 0, dynamic_size=True)),
        maximum_iterations=3,
    )
    y = array.stack()
    return [([y, tf.gradients(y, x)], {x: [1.0, 2.0]})]


def neighbours(tf):
    """An array from outside, read where the map's own rows say."""
    x = tf.placeholder(tf.float32, [3], name="x")
    rows = tf.TensorArray(tf.float32, 3, clear_after_read=False).unstack(x)
    y = tf.map_fn(lambda i: rows.read(i) * rows.read((i + 1) % 3), tf.range(3), dtype=tf.float32)
    return [([y, tf.gradients(y, x)[0]], {x: [1.0, 2.0, 3.0]})]


def random_rows(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    kept = tf.map_fn(lambda row: tf.nn.dropout(row, rate=0.5, seed=4), x, parallel_iterations=1)
    tf.set_random_seed(1)
    noisy = tf.map_fn(lambda row: row + tf.random_normal([3]), x, parallel_iterations=1)
    return [(kept, {x: np.ones([4, 3])}), (noisy, {x: np.ones([4, 3])})]


def strings_and_bools(tf):
    words = tf.constant(["a", "bc"])
    flags = tf.constant([True, False, True])
    marked = tf.map_fn(lambda word: tf.string_join([word, "!"]), words)
    chained = tf.foldr(lambda a, b: tf.string_join([a, b]), words, initializer="")
    return [([marked, chained, tf.map_fn(tf.logical_not, flags), tf.scan(tf.logical_xor, flags)], None)]
