"""tf.gradients of arithmetic: broadcasting, unknown shapes, elementwise functions."""

from __future__ import annotations

from .data import uniform

POSITIVE = uniform(2, 3, low=0.5, high=2.0)


def _unary(tf, functions, low=0.5, high=2.0):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    grads = [tf.gradients(function(x), x)[0] for function in functions]
    grads = [grad for grad in grads if grad is not None]
    return [(grads, {x: uniform(2, 3, low=low, high=high)})]


def powers_and_roots(tf):
    return _unary(tf, [tf.square, tf.sqrt, tf.rsqrt, tf.reciprocal, tf.exp, tf.log, tf.log1p, tf.expm1])


def signs_and_steps(tf):
    functions = [tf.negative, tf.abs, tf.sign, tf.floor, tf.ceil, tf.round]
    return _unary(tf, functions, -2.0, 2.0)


def activations(tf):
    functions = [tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh, tf.nn.softplus, tf.nn.softsign, tf.nn.elu]
    return _unary(tf, functions, -2.0, 2.0)


def _binary(tf, functions, x_shape, y_shape, feeds=None):
    x = tf.placeholder(tf.float32, x_shape, name="x")
    y = tf.placeholder(tf.float32, y_shape, name="y")
    grads = [tf.gradients(function(x, y), [x, y]) for function in functions]
    grads = [[grad for grad in pair if grad is not None] for pair in grads]
    return [(grads, {x: POSITIVE, y: feeds if feeds is not None else POSITIVE + 0.25})]


def _arithmetic(tf):
    return [tf.add, tf.subtract, tf.multiply, tf.divide]


def same_shapes(tf):
    return _binary(tf, _arithmetic(tf), [2, 3], [2, 3])


def partly_known_shapes(tf):
    return _binary(tf, _arithmetic(tf), [None, 3], [None, 3])


def broadcast_rows(tf):
    return _binary(tf, _arithmetic(tf), [None, 3], [3], uniform(3, low=0.5))


def broadcast_columns(tf):
    return _binary(tf, _arithmetic(tf), [2, 3], [2, 1], uniform(2, 1, low=0.5))


def broadcast_scalar(tf):
    return _binary(tf, _arithmetic(tf), [None, 3], [], 1.5)


def broadcast_unknown(tf):
    return _binary(tf, _arithmetic(tf), None, [1, 3], uniform(1, 3, low=0.5))


def maximum_minimum_pow(tf):
    functions = [tf.maximum, tf.minimum, tf.pow, tf.squared_difference]
    return _binary(tf, functions, [None, 3], [3], uniform(3, low=0.5, high=2.0))


def floor_mod_div(tf):
    return _binary(tf, [tf.floormod, tf.floordiv, tf.div], [2, 3], [3], uniform(3, low=0.5))


def with_constants(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = (2.0 * x + 1.0) / 3.0 - x**2.0 + 1.0 / x - 2.0**x
    return [(tf.gradients(y, x), {x: POSITIVE})]


def pow_of_zero_and_negative(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    y = tf.placeholder(tf.float32, [3], name="y")
    grads = tf.gradients(tf.pow(x, y), [x, y])
    return [(grads, {x: [0.0, -1.0, 2.0], y: [2.0, 2.0, 0.0]})]


def same_tensor_twice(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    grads = [tf.gradients(y, x)[0] for y in (x * x, x / x, x - x, x**x, tf.maximum(x, x), x + x)]
    return [(grads, {x: [1.5, 2.5]})]


def many_uses(tf):
    """Gradients that meet are summed with AddN."""
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.sin(x) + tf.cos(x) * x - tf.exp(x)
    z = y * y + x
    return [(tf.gradients(z, x), {x: [0.1, 0.2]})]


def add_n_and_identity(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.placeholder(tf.float32, [2], name="y")
    total = tf.add_n([x, tf.identity(y), x * y])
    return [(tf.gradients(total, [x, y]), {x: [1.0, 2.0], y: [3.0, 4.0]})]


def casts(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.cast(tf.cast(x, tf.float64) * 2.0, tf.float32)
    through_int = tf.gradients(tf.cast(tf.cast(x, tf.int32), tf.float32), x)
    assert through_int == [None]
    return [(tf.gradients(y, x), {x: [1.0, 2.0]})]


def selects(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.where(x > 1.0, x * x, tf.exp(x))
    rows = tf.where([True, False], x, 2.0 * x)
    clipped = tf.clip_by_value(x, 0.5, 1.5)
    ops = [tf.gradients(each, x)[0] for each in (y, rows, clipped)]
    return [(ops, {x: [[0.25, 1.25], [2.0, 1.0]]})]


def comparisons_have_none(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    grads = tf.gradients([tf.cast(x > 1.0, tf.float32), tf.cast(tf.argmax(x), tf.float32), tf.ones_like(x)], x)
    assert grads == [None]
