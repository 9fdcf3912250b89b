"""Functions with gradients of their own, overrides, hessians."""

from __future__ import annotations

import contextlib

from .data import uniform


def stable_softplus(tf):
    @tf.custom_gradient
    def softplus(x):
        e = tf.exp(x)
        return tf.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    x = tf.placeholder(tf.float32, [3], name="x")
    y = softplus(x)
    first = tf.gradients(y, x)[0]
    return [([y, first] + tf.gradients(first, x), {x: [-1.0, 0.0, 2.0]})]


def several_arguments_and_results(tf):
    @tf.custom_gradient
    def both(a, b):
        return {"sum": a + b, "pair": [a * b, 3.0]}, lambda dpair, d3, dsum: (dpair * 10.0, dsum * 100.0)

    a = tf.placeholder(tf.float32, [2], name="a")
    found = both(a, [1.0, 2.0])
    y = found["sum"] * found["pair"][0]
    return [([found] + tf.gradients(y, a), {a: [3.0, 4.0]})]


def one_inside_another(tf):
    @tf.custom_gradient
    def inner(x):
        return tf.sin(x), lambda dy: dy * 7.0

    @tf.custom_gradient
    def outer(x):
        y = inner(x * 2.0)
        return y, lambda dy: tf.gradients(y, x, grad_ys=dy)[0] + 1.0

    x = tf.placeholder(tf.float32, [2], name="x")
    y = outer(x)
    return [([y] + tf.gradients(y, x), {x: [0.5, 1.0]})]


def variables_inside(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([2.0, 3.0], name="v")
    frozen = tf.Variable([5.0, 5.0], trainable=False, name="frozen")

    @tf.custom_gradient
    def scaled(x):
        def grad(dy, variables=None):
            return dy * variables[0] * 2.0, [dy * x * 4.0 for _ in variables]

        return x * v * frozen, grad

    y = scaled(x)
    return [(tf.global_variables_initializer(), None), (tf.gradients(y, [x, v]), {x: [1.0, 2.0]})]


def argument_is_a_variable(tf):
    v = tf.Variable([2.0, 3.0], name="v")

    @tf.custom_gradient
    def doubled(x):
        return x * 2.0, lambda dy: dy * 5.0

    return [(tf.global_variables_initializer(), None), (tf.gradients(doubled(v), v), None)]


def passing_through(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    with tf.variable_scope("rounded", use_resource=True):
        y = tf.grad_pass_through(tf.round)(x * 2.0)
    return [([y] + tf.gradients(y * y, x), {x: [0.3, 1.1, 2.4]})]


def recomputed(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    with tf.variable_scope("cheap", use_resource=True):
        y = tf.recompute_grad(lambda t: tf.sin(t * t) + t)(x)
    return [([y] + tf.gradients(y, x), {x: [0.3, 1.1, 2.4]})]


def clipped_on_the_way_back(tf):
    """An identity whose gradient is clipped."""

    @tf.custom_gradient
    def clipped(x):
        return tf.identity(x), lambda dy: tf.clip_by_norm(dy, 1.0)

    v = tf.Variable([3.0, 4.0], name="v")
    train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(clipped(v) * 10.0))
    return [(tf.global_variables_initializer(), None), (train, None), (v, None)]


def override_with_another_types_gradient(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    with tf.get_default_graph().gradient_override_map({"Sign": "Identity"}):
        y = tf.sign(x, name="y")
    return [([y] + tf.gradients(y * 3.0, x), {x: [-1.0, 0.0, 2.0]})]


def gradient_for_a_type_without_one(tf):
    """TensorFlow has no gradient of Bitcast; a user may register one."""
    with contextlib.suppress(KeyError):  # registered when the program was built before
        tf.RegisterGradient("Bitcast")(lambda op, grad: grad * 2.0)
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.bitcast(x, tf.float32, name="y")
    return [([y] + tf.gradients(y * 3.0, x), {x: [-1.5, 3.5]})]


def hessian_of_a_cubic(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    y = tf.reduce_sum(x**3) + x[0] * x[1]
    return [(tf.hessians(y, x), {x: [1.0, 2.0, 3.0]})]


def hessians_of_several(tf):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.reduce_sum(tf.matmul(x, tf.exp(x)) * v * v)
    return [(tf.global_variables_initializer(), None), (tf.hessians(y, [x, v]), {x: uniform(2, 2)})]


def hessian_by_unstacked_rows(tf):
    with tf.name_scope("point"):
        x = tf.constant([0.5, 1.5], name="x")
    return [(tf.hessians(tf.sin(x[0]) * tf.cos(x[1]), x, gate_gradients=True), None)]


def resource_variables_inside(tf):
    x = tf.placeholder(tf.float32, [], name="x")

    @tf.custom_gradient
    def scaled(x):
        v = tf.get_variable("v", initializer=3.0)

        def grad(dy, variables=None):
            return dy * variables[0] * 2.0, [dy * x * 4.0 for _ in variables]

        return x * v, grad

    with tf.variable_scope("scope", use_resource=True):
        y = scaled(x)
        z = tf.recompute_grad(lambda t: tf.sin(t * tf.trainable_variables()[0]))(y)
    grads = tf.gradients(z, [x] + tf.trainable_variables())
    return [(tf.global_variables_initializer(), None), (grads, {x: 0.5})]


def custom_gradient_in_a_loop(tf):
    x = tf.placeholder(tf.float32, [], name="x")

    @tf.custom_gradient
    def doubled_sine(t):
        return tf.sin(t), lambda dy: dy * tf.cos(t) * 2.0

    y = tf.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, doubled_sine(s * x)), [0, 1.0])[1]
    return [([y] + tf.gradients(y, x), {x: 0.5})]
