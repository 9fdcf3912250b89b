"""Initializers, called directly and by get_variable."""

from __future__ import annotations

import numpy as np


def _initialized(tf, fetches):
    return [(tf.global_variables_initializer(), None), (fetches, None)]


def every_initializer(tf):
    tf.set_random_seed(5)
    makers = [
        tf.initializers.zeros(),
        tf.initializers.ones(),
        tf.initializers.constant(2),
        tf.initializers.random_uniform(-1, 1, seed=3),
        tf.initializers.random_normal(1.0, 0.5),
        tf.initializers.truncated_normal(0.0, 0.1, seed=4),
        tf.initializers.uniform_unit_scaling(2.0),
        tf.initializers.variance_scaling(2.0, "fan_out", "untruncated_normal"),
        tf.initializers.variance_scaling(mode="fan_avg", distribution="normal"),
        tf.initializers.variance_scaling(distribution="uniform", seed=1),
        tf.initializers.glorot_uniform(),
        tf.initializers.glorot_normal(seed=2),
        tf.initializers.he_normal(),
        tf.initializers.he_uniform(),
        tf.initializers.lecun_normal(),
        tf.initializers.lecun_uniform(seed=7),
    ]
    fetches = []
    for number, make in enumerate(makers):
        with tf.name_scope("i%d" % number):
            fetches.append(make((2, 1, 3) if number % 2 else [2, 3]))
    v = tf.get_variable("v", [2, 2, 3], tf.float64, initializer=makers[-3])
    return _initialized(tf, fetches + [v])


def constants(tf):
    some = tf.constant_initializer([1, 2])
    fetches = [
        some([2, 3]),
        some([2]),
        some([4], dtype=tf.float64),
        tf.constant_initializer(np.arange(6).reshape(2, 3))([2, 3]),
        tf.constant_initializer(np.arange(6), dtype=tf.int64)([2, 3]),
        tf.constant_initializer("a", dtype=tf.string)([2]),
        tf.constant_initializer(3.5)([], verify_shape=True),
        tf.constant_initializer(True)([2], dtype=tf.bool),
    ]
    return [(fetches, None)]


def own_types(tf):
    tf.set_random_seed(9)
    fetches = [
        tf.zeros_initializer(dtype=tf.int32)([2]),
        tf.ones_initializer(tf.bool)([2]),
        tf.zeros_initializer()([2], tf.string),
        tf.random_uniform_initializer(0, 10, dtype=tf.int32)([3]),
        tf.random_normal_initializer(dtype=tf.float64)([2]),
        tf.truncated_normal_initializer(dtype=tf.float16)([2]),
        tf.variance_scaling_initializer(dtype=tf.float64)([2, 2]),
        tf.uniform_unit_scaling_initializer(dtype=tf.float64)([3, 3]),
    ]
    return [(fetches, None)]


def scalars_and_shapes(tf):
    tf.set_random_seed(9)
    fetches = [
        tf.glorot_uniform_initializer()([]),
        tf.glorot_normal_initializer()([5]),
        tf.initializers.he_normal()(tf.TensorShape([4]).as_list()),
        tf.zeros_initializer()(tf.TensorShape([2, 2])),
        tf.initializers.identity(2.0)([2, 3]),
        tf.initializers.identity()([2, 2], dtype=tf.float64),
        tf.random_normal_initializer()(tf.TensorShape([2])),
    ]
    return [(fetches, None)]
