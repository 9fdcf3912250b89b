"""Variable scopes: names, defaults, custom getters, scopes that are entered again."""

from __future__ import annotations

import numpy as np


def _initialized(tf, fetches):
    return [(tf.global_variables_initializer(), None), (fetches, None)]


def entered_again(tf):
    with tf.variable_scope("foo"), tf.variable_scope("bar") as scope:
        v = tf.get_variable("v", [1], initializer=tf.ones_initializer())
    with tf.variable_scope(scope):
        tf.constant(1.0)
        w = tf.get_variable("w", [1], initializer=tf.ones_initializer())
    with tf.variable_scope("other"), tf.variable_scope(scope, reuse=True):
        tf.constant(1.0)
        again = tf.get_variable("w", [1])
    with tf.name_scope(scope.original_name_scope):
        tf.constant(1.0)
    block = tf.variable_scope("block")
    for _ in range(2):
        with block:
            tf.constant(2.0)
    with block:
        u = tf.get_variable("u", [1], initializer=tf.ones_initializer())
    return _initialized(tf, [v, w, again, u])


def inside_name_scopes(tf):
    ones = tf.ones_initializer()
    with tf.name_scope("n"):
        with tf.variable_scope(""):
            tf.constant(1.0)
            tf.get_variable("r", [1], initializer=ones)
        with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
            tf.constant(1.0)
            t = tf.get_variable("t", [1], initializer=ones)
            again = tf.get_variable("t", [1], initializer=ones)
        with tf.variable_scope("plain", auxiliary_name_scope=False):
            tf.constant(1.0)
            tf.get_variable("u", [1], initializer=ones)
        for _ in range(2):
            with tf.variable_scope(None, "made", [t]):
                tf.constant(2.0)
                tf.get_variable("x", [1], initializer=ones)
    return _initialized(tf, [t, again])


def default_names(tf):
    def block():
        with tf.variable_scope(None, default_name="b") as scope:
            tf.constant(scope.name)

    with tf.variable_scope("a") as scope:
        block()
        block()
        with tf.variable_scope("b"):
            tf.constant("taken")
        block()
    with tf.variable_scope("a"):
        block()
    with tf.variable_scope(scope):
        block()
        block()


def custom_getters(tf):
    def noted(getter, name, *args, **kwargs):
        return tf.identity(getter(name, *args, **kwargs), name="noted")

    def doubled(getter, name, **kwargs):
        return getter(name + "_half", **kwargs) * 2

    ones = tf.ones_initializer()
    with tf.variable_scope("c", custom_getter=noted, initializer=ones):
        x = tf.get_variable("x", [2])
        with tf.variable_scope("d", custom_getter=doubled):
            y = tf.get_variable("y", [2])
        z = tf.get_variable("z", [2], custom_getter=doubled)
    return _initialized(tf, [x, y, z])


def defaults_of_scopes(tf):
    def size(weights):
        return tf.reduce_sum(tf.abs(weights), name="size")

    with tf.variable_scope("a", initializer=tf.constant_initializer(2.0), regularizer=size) as scope:
        u = tf.get_variable("u", [2])
        scope.set_dtype(tf.float64)
        v = tf.get_variable("v", [2], regularizer=tf.no_regularizer)
        with tf.variable_scope("b", dtype=tf.float16, caching_device="/cpu:0"):
            w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
        scope.set_initializer(None)
        scope.set_regularizer(None)
        x = tf.get_variable("x", [2], tf.int32)
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return _initialized(tf, [u, v, w, x, losses])


def kinds_of_values(tf):
    fetches = [
        tf.get_variable("array", initializer=np.arange(3)),
        tf.get_variable("tensor", initializer=tf.constant([1.0]), dtype=tf.float32),
        tf.get_variable("typed", initializer=[1.0, 2.0], dtype=tf.float32),
        tf.get_variable("number", initializer=2),
        tf.get_variable("function", dtype=tf.float64, initializer=lambda: tf.ones([2])),
        tf.get_variable("shaped", (2, 3), initializer=lambda shape, dtype, partition_info: tf.fill(shape, 3.0)),
        tf.get_variable("scalar", [], tf.bool),
        tf.get_variable("text", [2], tf.string),
        tf.get_variable("size", 3, tf.int64),
        tf.get_variable("class", [2], initializer=tf.ones_initializer),
    ]
    return _initialized(tf, fetches)


def placed_on_devices(tf):
    ones = tf.ones_initializer()
    with tf.device("/cpu:0"):
        v = tf.get_variable("v", [2], initializer=ones, regularizer=tf.reduce_sum)
        w = tf.get_variable("w", [2], initializer=ones, caching_device=lambda op: "/device:CPU:0")
        tf.assign(v, [1.0, 2.0])
    with tf.control_dependencies([v]):
        u = tf.get_variable("u", [2], initializer=ones)
    return _initialized(tf, [v, w, u])


def older_names(tf):
    with tf.variable_op_scope([tf.constant(1.0)], "a", "b"):
        v = tf.get_variable("v", [1], initializer=tf.zeros_initializer())
    with tf.variable_op_scope([], None, "b"):
        w = tf.get_variable("w", [1], initializer=tf.zeros_initializer())
    tf.Variable(1.0, name="taken")
    x = tf.get_variable("taken", [1], initializer=tf.zeros_initializer())
    return _initialized(tf, [v, w, x])
