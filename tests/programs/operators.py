"""Python's operators on tensors, with numbers and numpy arrays on either side, and slices."""

from __future__ import annotations

import numpy as np


def _floats(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    y = tf.placeholder(tf.float32, [3], name="y")
    return x, y, {x: [[1.5, -2.0, 3.0], [-4.5, 0.5, 6.0]], y: [2.0, -0.5, 4.0]}


def arithmetic(tf):
    x, y, feeds = _floats(tf)
    return [([x + y, x - y, x * y, x / y, x // y, x % y, y**2.0, -x, abs(x), +1.0 * x], feeds)]


def with_python_numbers(tf):
    x, _, feeds = _floats(tf)
    right = [x + 1, x - 1.0, x * 2, x / 2, x // 2, x % 2.0, x**2]
    left = [1 + x, 1.0 - x, 2 * x, 2 / x, 2 // x, 2.0 % x, 2**x]
    return [(right + left, feeds)]


def with_numpy(tf):
    x, _, feeds = _floats(tf)
    array = np.array([1.0, 2.0, 3.0], np.float32)
    wide = np.array([1.0, 2.0, 3.0])
    right = [x + array, x - wide, x * np.float32(2), x / array, x**wide, x % array]
    left = [array + x, wide - x, np.float32(2) * x, array / x, wide**x, array // x, np.int64(3) * x]
    return [(right + left, feeds)]


def integers(tf):
    a = tf.placeholder(tf.int32, [4], name="a")
    b = tf.placeholder(tf.int32, [4], name="b")
    ops = [a + b, a - b, a * b, a / b, a // b, a % b, a**2, -a, abs(a), 7 // b, 7 % b, 7 / b]
    ops += [tf.div(a, b), tf.truediv(a, b), tf.floordiv(a, b), tf.mod(a, b), tf.divide(a, b)]
    return [(ops, {a: [7, -7, 7, -7], b: [2, 2, -2, -2]})]


def small_integers(tf):
    fetches = []
    for dtype in (tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int64):
        a = tf.constant([7, 100], dtype)
        b = tf.constant([2, 3], dtype)
        fetches += [a * b, a / b, a // b]
        fetches += [a + b] if dtype != tf.uint16 else []
        fetches += [a - 1, a % b] if dtype == tf.int64 else []
    return [(fetches, None)]


def comparisons(tf):
    x, y, feeds = _floats(tf)
    ops = [x < y, x <= y, x > y, x >= y, x < 1, 1.0 <= x, x > np.float32(0.5)]  # noqa: SIM300
    ops += [tf.equal(x, y), tf.not_equal(x, 1.5)]
    same = x
    by_identity = [x == same, x == y, x != same, x != y, x in [y, same]]
    ops.append(tf.constant(by_identity, name="compared_by_identity"))
    return [(ops, feeds)]


def logic(tf):
    a = tf.constant([True, True, False, False], name="a")
    b = tf.constant([True, False, True, False], name="b")
    ops = [a & b, a | b, a ^ b, ~a, a & True, False | b, tf.logical_xor(a, b), tf.logical_not(b)]
    return [(ops, None)]


def matrix_product(tf):
    a = tf.placeholder(tf.float32, [2, 3], name="a")
    b = tf.placeholder(tf.float32, [3, 2], name="b")
    array = np.ones([3, 2], np.float32)
    feeds = {a: [[1, 2, 3], [4, 5, 6]], b: [[1, 0], [0, 1], [2, 2]]}
    return [([a @ b, a @ array, array @ a, a @ [[1.0], [2.0], [3.0]]], feeds)]


def doubles_and_halves(tf):
    d = tf.constant([1.5, 2.5], tf.float64, name="d")
    h = tf.constant([1.5, 2.5], tf.float16, name="h")
    c = tf.constant([1 + 2j, 3 - 1j], tf.complex64, name="c")
    ops = [d + 1, d / 3, 1 / d, d // 1, h + 1, h / 3, h * 2.0, c + 1, c * c, c / 2.0, abs(c), -c, abs(d)]
    return [(ops, None)]


def named_arithmetic(tf):
    """The functions, which name their op, against operators, which do not."""
    x, y, feeds = _floats(tf)
    sums = [tf.add(x, y, name="sum"), tf.subtract(x, y, name="difference"), tf.multiply(x, y, "product")]
    more = [tf.divide(x, y, name="quotient"), tf.pow(x, 2, name="power"), tf.add_n([x, x, x], name="triple")]
    more += [tf.math.add(1.0, 2.0), tf.scalar_mul(3.0, x), tf.realdiv(x, y)]
    return [(sums + more, feeds)]


def _matrix(tf):
    x = tf.placeholder(tf.float32, [4, 5], name="x")
    return x, {x: np.arange(20, dtype=np.float32).reshape(4, 5)}


def slices(tf):
    x, feeds = _matrix(tf)
    ops = [x[0], x[1, 2], x[-1], x[1:3], x[:, 1], x[:, 1:], x[:2, -2:], x[::2], x[::-1], x[3:0:-2, ::2]]
    ops += [x[:], x[1:1], x[..., 0], x[0, ...], x[..., -2:], x[2:, ..., 1]]
    return [(ops, feeds)]


def slices_with_new_axes(tf):
    x, feeds = _matrix(tf)
    ops = [
        x[tf.newaxis],
        x[:, tf.newaxis],
        x[..., tf.newaxis],
        x[tf.newaxis, 0, :, tf.newaxis],
        x[:, None, 2],
    ]
    ops += [x[0, tf.newaxis, ..., tf.newaxis]]
    return [(ops, feeds)]


def slices_with_tensors(tf):
    x, feeds = _matrix(tf)
    i = tf.placeholder(tf.int32, [], name="i")
    feeds[i] = 2
    n = tf.shape(x)[0]
    ops = [
        x[i],
        x[i, i],
        x[:i],
        x[i:],
        x[i - 1 : i + 1, 0],
        x[n - 1],
        x[:, i : i + 1],
        x[::i],
        x[tf.constant(1) : 3],
    ]
    ops += [x[np.int64(1)], x[tf.constant(1, tf.int64)]]
    return [(ops, feeds)]


def slices_of_unknown_shapes(tf):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, [None, 3, None], name="y")
    feeds = {x: np.arange(12.0).reshape(3, 4), y: np.arange(24.0).reshape(2, 3, 4)}
    ops = [x[0], x[:, 1], x[..., 0], y[0], y[:, 0], y[1:], y[:, :, 2], y[..., -1], y[:, 1:2, :2], y[:1, ::2]]
    return [(ops, feeds)]


def slices_of_shapes(tf):
    """The usual arithmetic on dynamic shapes."""
    x = tf.placeholder(tf.float32, [None, 28, 28], name="x")
    batch = tf.shape(x)[0]
    flat = tf.reshape(x, [batch, -1])
    rows, columns = tf.shape(x)[1], tf.shape(x)[2]
    return [([batch, tf.shape(flat), rows * columns, tf.shape(x)[1:]], {x: np.zeros([2, 28, 28])})]


def slice_gradients(tf):
    x, feeds = _matrix(tf)
    i = tf.placeholder(tf.int32, [], name="i")
    feeds[i] = 1
    y = tf.reduce_sum(x[1]) + x[2, 3] + tf.reduce_sum(x[::2, 1:] ** 2) + tf.reduce_sum(x[::-1]) + x[i, i]
    return [(tf.gradients(y, x), feeds)]
