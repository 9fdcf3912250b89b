"""map_fn, scan, foldl and foldr, as books use them: rows, structures, sizes known late, gradients; arrays in loops."""

from __future__ import annotations

import numpy as np


def squares(tf):
    return [(tf.map_fn(lambda x: x * x, np.array([1, 2, 3, 4, 5, 6])), None)]


def map_rows(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.map_fn(lambda row: row / tf.reduce_sum(row), x, name="normed")
    assert y.shape.as_list() == [None, 3]
    return [(y, {x: np.arange(1.0, 7.0).reshape(2, 3)}), (y, {x: np.ones([5, 3])})]


def map_structures(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    i = tf.constant([1, 2, 3, 4])
    both = tf.map_fn(lambda d: d["x"] * tf.cast(d["i"], tf.float32), {"x": x, "i": i}, dtype=tf.float32)
    pair = tf.map_fn(lambda v: (v, [-v, tf.fill([2], v)]), x, dtype=(tf.float32, [tf.float32, tf.float32]))
    return [((both, pair), {x: [1.0, 2.0, 3.0, 4.0]})]


def map_with_options(tf):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.map_fn(
        tf.reduce_max,
        x,
        parallel_iterations=3,
        back_prop=False,
        swap_memory=True,
        infer_shape=False,
        name="largest",
    )
    return [(y, {x: [[1.0, 5.0], [4.0, 2.0], [0.0, -1.0]]})]


def map_in_map(tf):
    """A multiplication table."""
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.map_fn(lambda a: tf.map_fn(lambda b: a * b, x), x)
    return [(y, {x: [1.0, 2.0, 3.0]}), (y, {x: [7.0]})]


def map_with_branch(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.map_fn(lambda v: tf.cond(v > 0.0, lambda: v * 2.0, lambda: -v), x)
    grads = tf.gradients(y, x)
    return [([y, grads], {x: [1.0, -2.0, 0.0, 3.0]})]


def map_with_variable(tf):
    """A variable that is made in the function is made once."""
    x = tf.placeholder(tf.float32, [3, 2], name="x")

    def layer(row):
        w = tf.get_variable("w", [2, 2], initializer=tf.ones_initializer())
        return tf.matmul(row[None], w)[0]

    y = tf.map_fn(layer, x)
    loss = tf.reduce_mean(tf.square(y - 1.0))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feed = {x: [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]}
    runs = [(tf.global_variables_initializer(), None), (loss, feed), (train, feed), ([loss, y], feed)]
    return runs + [(tf.trainable_variables()[0], None)]


def map_strings(tf):
    words = tf.constant(["a", "b", "c"])
    return [(tf.map_fn(tf.identity, words), None)]


def map_empty(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return [(tf.map_fn(tf.reduce_sum, x), {x: np.zeros([0, 2])})]


def map_gradient(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.constant([2.0, -1.0], name="w")
    y = tf.map_fn(lambda row: tf.tanh(row * w) * tf.reduce_sum(row), x)
    grads = tf.gradients(y, [x, w])
    return [([y, grads], {x: [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]})]


def map_in_map_gradient(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.map_fn(lambda row: tf.map_fn(lambda v: v * v * v, row), x)
    return [([y, tf.gradients(y, x)[0]], {x: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]})]


def running_sums(tf):
    x = np.array([1, 2, 3, 4, 5, 6])
    fetches = [tf.scan(lambda a, v: a + v, x), tf.scan(lambda a, v: a + v, x, reverse=True)]
    return [(fetches, None)]


def fibonacci(tf):
    x = np.array([1, 0, 0, 0, 0, 0])
    start = (np.array(0), np.array(1))
    return [(tf.scan(lambda a, _: (a[1], a[0] + a[1]), x, start), None)]


def scan_structures(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    y = tf.placeholder(tf.float32, [None, 2], name="y")
    sums = tf.scan(lambda a, row: [a[0] + row[0], a[1] * row[1]], [x, y])
    sizes = tf.scan(lambda a, row: a + tf.reduce_sum(row["y"]) * row["x"], {"x": x, "y": y}, initializer=0.5)
    feed = {x: [1.0, 2.0, 3.0], y: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}
    return [([sums, sizes], feed)]


def scan_with_options(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.scan(
        lambda a, row: a * 0.5 + tf.reduce_sum(row),
        x,
        initializer=tf.constant(1.0),
        parallel_iterations=1,
        back_prop=False,
        swap_memory=True,
        infer_shape=False,
        reverse=True,
        name="decay",
    )
    return [(y, {x: np.arange(8.0).reshape(4, 2)})]


def recurrent_cell(tf):
    """A recurrent network written by hand, trained."""
    x = tf.placeholder(tf.float32, [None, 2, 3], name="x")
    w = tf.Variable(np.linspace(-0.5, 0.5, 12).reshape(3, 4), dtype=tf.float32, name="w")
    u = tf.Variable(np.linspace(0.3, -0.4, 16).reshape(4, 4), dtype=tf.float32, name="u")
    states = tf.scan(lambda h, row: tf.tanh(tf.matmul(row, w) + tf.matmul(h, u)), x, initializer=tf.zeros([2, 4]))
    loss = tf.reduce_mean(tf.square(states[-1] - 0.3))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feed = {x: np.sin(np.arange(30.0)).reshape(5, 2, 3)}
    runs = [(tf.global_variables_initializer(), None), (states, feed), (train, feed), ([loss, w, u], feed)]
    return runs + [(train, {x: np.cos(np.arange(12.0)).reshape(2, 2, 3)}), (loss, feed)]


def scan_gradient(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    start = tf.constant(2.0, name="start")
    y = tf.scan(lambda a, v: a * v, x, initializer=start)
    z = tf.scan(lambda a, v: a * v, x, reverse=True)
    return [([tf.gradients(y, [x, start]), tf.gradients(z, x, name="gradients_back")], {x: [1.0, 2.0, 3.0, 4.0]})]


def folds(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    left = tf.foldl(lambda a, v: 10.0 * a + v, x)
    right = tf.foldr(lambda a, v: 10.0 * a + v, x)
    start = tf.foldl(lambda a, v: a + v * v, x, initializer=1.0, name="start")
    pair = tf.foldr(lambda a, row: a + row[0] * row[1], (x, 2.0 * x), initializer=tf.constant(0.5), name="pair")
    grads = tf.gradients([left, right, start, pair], x)
    return [([left, right, start, pair, grads], {x: [1.0, 2.0, 3.0]}), ([left, right], {x: [7.0]})]


def array_as_loop_variable(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[2])
    _, array = tf.while_loop(
        lambda i, _: i < n, lambda i, a: (i + 1, a.write(i, tf.cast(i, tf.float32) * x)), (tf.constant(0), array)
    )
    y = array.stack()
    return [([y, array.size()], {x: [1.0, 2.0], n: 3}), (y, {x: [1.0, 2.0], n: 0})]


def array_that_depends_on_itself(tf):
    """Each entry from the two before it."""
    array = tf.TensorArray(tf.int64, size=10, clear_after_read=False)
    array = array.write(0, np.int64(1)).write(1, np.int64(1))
    _, array = tf.while_loop(
        lambda i, _: i < 10,
        lambda i, a: (i + 1, a.write(i, a.read(i - 1) + a.read(i - 2))),
        (tf.constant(2), array),
    )
    return [(array.stack(), None)]


def array_made_in_a_loop(tf):
    """Every iteration has an array of its own."""
    x = tf.placeholder(tf.float32, [3], name="x")

    def step(i, total):
        array = tf.TensorArray(tf.float32, 2).write(0, total).write(1, x)
        return i + 1, array.read(0) + 2.0 * array.read(1)

    _, total = tf.while_loop(lambda i, _: i < 4, step, (tf.constant(0), x))
    return [([total, tf.gradients(total, x)[0]], {x: [1.0, 2.0, 3.0]})]


def array_in_loop_with_branch(tf):
    """Rows that fit are kept, the others are not: how many is known in the end."""
    x = tf.placeholder(tf.float32, [None], name="x")

    def step(i, count, array):
        keep = x[i] > 0.0
        array = tf.cond(keep, lambda: array.write(count, x[i]), lambda: array)
        return i + 1, count + tf.cast(keep, tf.int32), array

    array = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[])
    start = (tf.constant(0), tf.constant(0), array)
    _, count, array = tf.while_loop(lambda i, *_: i < tf.size(x), step, start)
    return [([count, array.stack()], {x: [1.0, -2.0, 3.0, 0.0, 5.0]}), (count, {x: [-1.0]})]


def array_of_pieces_in_loop(tf):
    """Pieces of different lengths, chained behind the loop, and the gradient through that."""
    x = tf.placeholder(tf.float32, [None], name="x")
    array = tf.TensorArray(tf.float32, size=3, infer_shape=False)
    _, array = tf.while_loop(
        lambda i, _: i < 3, lambda i, a: (i + 1, a.write(i, tf.square(x[: i + 1]))), (tf.constant(0), array)
    )
    y = array.concat()
    return [([y, tf.gradients(y, x)[0]], {x: [1.0, 2.0, 3.0]})]
