"""Mistakes with gradients of one's own, gradients of loops, hessians and gradient checks."""

from __future__ import annotations

import numpy as np


def _custom(tf, function, *args):
    return tf.custom_gradient(function)(*args)


def _product(tf, grad, **options):
    """The product with a variable, with some gradient function."""
    v = tf.Variable(3.0, name="v", **options)
    x = tf.constant(2.0, name="x")
    return tf.gradients(_custom(tf, lambda t: (t * v, grad), x), [x, v])


def _makes_a_variable(tf):
    def function(x):
        return x * tf.get_variable("v", []), lambda dy, variables=None: (dy, [dy])

    return _custom(tf, function, tf.constant(2.0))


CUSTOM = {
    "keyword": lambda tf: tf.custom_gradient(lambda x: (x, lambda dy: dy))(x=1.0),
    "no_gradient_function": lambda tf: _custom(tf, lambda x: x, 1.0),
    "three_things": lambda tf: _custom(tf, lambda x: (x, x, x), 1.0),
    "gradient_is_no_function": lambda tf: _custom(tf, lambda x: (x, x), 1.0),
    "not_convertible": lambda tf: _custom(tf, lambda x: (x, lambda dy: dy), object()),
    "makes_a_reference_variable": _makes_a_variable,
    "does_not_take_variables": lambda tf: _product(tf, lambda dy: dy),
    "takes_variables_in_vain": lambda tf: _custom(tf, lambda x: (x * 2.0, lambda dy, variables=None: dy), 1.0),
    "variable_in_no_collection": lambda tf: _product(tf, lambda dy: dy, collections=[]),
    "too_few_variable_gradients": lambda tf: _product(tf, lambda dy, variables=None: (dy, [])),
    "frozen_variable": lambda tf: _product(tf, lambda dy: dy, trainable=False),
    "pass_through_without_use_resource": lambda tf: tf.grad_pass_through(tf.round)(1.0),
    "recompute_without_use_resource": lambda tf: tf.recompute_grad(tf.sin)(1.0),
}


def override_nobody_registered(tf):
    x = tf.constant(2.0, name="x")
    with tf.get_default_graph().gradient_override_map({"Sin": "NobodyRegisteredThis"}):
        y = tf.sin(x)
    return tf.gradients(y, x)


def _loop(tf, step, start):
    return tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, step(s)), [0, tf.constant(start)])


def _inside(tf):
    x = tf.constant(2.0, name="x")
    return tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + tf.gradients(s * s, x)[0]), [0, x])


def _of_a_value_inside(tf):
    values = []
    x = tf.constant(2.0, name="x")
    tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, values.append(s * x) or values[-1]), [0, 1.0])
    return tf.gradients(values[0], x)


LOOPS = {
    "initial_value_from_inside": _inside,
    "value_inside": _of_a_value_inside,
    "int_loop": lambda tf: tf.gradients(_loop(tf, lambda s: s * 2, 2)[1], tf.constant(1.0)),
}

HESSIANS = {
    "of_nothing_connected": lambda tf: tf.hessians(tf.constant(1.0), tf.constant([1.0, 2.0])),
    "of_a_line": lambda tf: _hessian(tf, lambda x: x * 2.0),
    "of_text": lambda tf: tf.hessians(tf.constant("a"), tf.constant([1.0])),
}


def _hessian(tf, function):
    x = tf.constant([1.0, 2.0], name="x")
    return tf.hessians(function(x), x)


def _checked(tf, function, shape=(2,), x_dtype=None, **options):
    x = tf.constant([1.0, 2.0]) if x_dtype is None else tf.constant([1, 2], x_dtype)
    with tf.Session():
        return tf.test.compute_gradient_error(x, [2], function(x), list(shape), **options)


CHECKS = {
    "not_connected": lambda tf: _checked(tf, lambda x: tf.constant([1.0, 2.0])),
    "of_int": lambda tf: _checked(tf, lambda x: x * 2, x_dtype=tf.int32),
    "wrong_initial_shape": lambda tf: _checked(tf, tf.square, x_init_value=np.ones(3, np.float32)),
    "wrong_y_shape": lambda tf: _checked(tf, tf.square, shape=(3,)),
}


def check_without_a_session(tf):
    x = tf.constant([1.0, 2.0])
    return tf.test.compute_gradient(x, [2], x * x, [2])
