"""Variables as tf.contrib.framework makes and finds them."""

from __future__ import annotations

import numpy as np


def making(tf):
    framework = tf.contrib.framework
    local = framework.local_variable(1.0, name="local")
    count = framework.global_variable([1.0], use_resource=True, name="count")
    ones = tf.ones_initializer()
    with tf.variable_scope("s"):
        plain = framework.variable("plain", [2], device="/cpu:0", initializer=ones)
        model = framework.model_variable("model", [2], regularizer=tf.nn.l2_loss, initializer=ones)
        pieces = framework.variable("pieces", [3], partitioner=tf.fixed_size_partitioner(2), initializer=ones)
    framework.add_model_variable(count)
    framework.add_model_variable(count)
    framework.get_or_create_global_step()
    runs = [local, count, plain, model, pieces.as_tensor(), tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)]
    return [(tf.global_variables_initializer(), None), (local.initializer, None), (runs, None)]


def finding(tf):
    """What is found is what is run."""
    framework = tf.contrib.framework
    with tf.variable_scope("a") as scope:
        tf.get_variable("w", initializer=[1.0])
        tf.get_variable("b", initializer=[2.0], trainable=False)
        with tf.variable_scope("a"):
            tf.get_variable("w", initializer=[3.0])
    tf.get_variable("w", initializer=[4.0])
    tf.get_local_variable("l", initializer=[5.0])
    found = [
        framework.get_variables(), framework.get_variables("a"), framework.get_variables(scope, suffix="w"),
        framework.get_variables_by_name("w"), framework.get_variables_by_name("w", "a"),
        framework.get_variables_by_suffix("b"), framework.get_trainable_variables("a"),
        framework.get_local_variables(), framework.get_model_variables(), framework.get_unique_variable("a/w"),
        framework.get_variables_to_restore(["a"], ["a/a"]), framework.get_variables_to_restore(exclude=["a"]),
        framework.filter_variables(tf.global_variables(), ["w"], ["a/a"]),
        framework.filter_variables(tf.global_variables(), ["w"], reg_search=False),
    ]  # fmt: skip
    return [(tf.global_variables_initializer(), None), (tf.local_variables_initializer(), None), (found, None)]


def assigning(tf):
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [2, 2])
        w = tf.get_variable("w", [2], use_resource=True)
    values = {"a/v": np.arange(4.0), "a/w": np.array([5.0, 6.0])}
    op, feeds = tf.contrib.framework.assign_from_values(values)
    return [(op, feeds), ([v, w], None)]
