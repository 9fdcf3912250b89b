"""Variables in several pieces."""

from __future__ import annotations

import numpy as np


def _initialized(tf, *runs):
    return [(tf.global_variables_initializer(), None), *runs]


def _numbers(tf, *sizes):
    return tf.constant(np.arange(np.prod(sizes), dtype=np.float32).reshape(sizes))


def by_rows(tf):
    part = tf.fixed_size_partitioner(3)
    w = tf.get_variable("w", partitioner=part, initializer=_numbers(tf, 7, 2))
    product = tf.matmul(w, [[1.0], [2.0]])
    total = w.as_tensor() + 1.0
    return _initialized(tf, ([list(w), product, total, tf.convert_to_tensor(w)], None))


def of_values(tf):
    part = tf.fixed_size_partitioner(2, axis=1)
    tensor = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    a = tf.get_variable("a", initializer=tensor, partitioner=part)
    b = tf.get_variable("b", [2, 3], initializer=tf.zeros_initializer(), dtype=tf.int32, partitioner=part)
    one = tf.get_variable("one", [1, 3], partitioner=tf.fixed_size_partitioner(4), initializer=tf.ones_initializer())
    return _initialized(tf, ([a.as_tensor(), b.as_tensor(), one.as_tensor(), len(a) * a.as_tensor()], None))


def seeds(tf):
    tf.set_random_seed(5)
    part = tf.fixed_size_partitioner(2)
    a = tf.get_variable("a", [5, 3], partitioner=part)
    b = tf.get_variable("b", [4, 4], partitioner=part, initializer=tf.variance_scaling_initializer(seed=3))
    c = tf.get_variable("c", [3, 3], partitioner=part, initializer=tf.initializers.identity())
    return _initialized(tf, ([list(a), list(b), list(c)], None))


def in_scopes(tf):
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(2)):
        w = tf.get_variable("w", [4, 2], initializer=tf.ones_initializer())
        b = tf.get_variable("b", [], initializer=tf.zeros_initializer())
        with tf.variable_scope("inner", regularizer=tf.contrib.layers.l2_regularizer(0.1)):
            v = tf.get_variable("v", [3], initializer=tf.ones_initializer())
    with tf.variable_scope("net", partitioner=tf.fixed_size_partitioner(2), reuse=True):
        again = tf.get_variable("w", [4, 2])
    with tf.variable_scope("net", reuse=True):
        third = tf.get_variable("w", [4, 2])
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    return _initialized(tf, ([w.as_tensor(), b, v.as_tensor(), again.as_tensor(), third.as_tensor(), losses], None))


def resources(tf):
    part = tf.fixed_size_partitioner(2)
    w = tf.get_variable("w", [3, 2], partitioner=part, use_resource=True, initializer=tf.ones_initializer())
    change = w.assign_add(_numbers(tf, 3, 2))
    return _initialized(tf, (change, None), (w.as_tensor(), None))


def changing(tf):
    part = tf.fixed_size_partitioner(2)
    w = tf.get_variable("w", [3, 2], partitioner=part, initializer=tf.zeros_initializer())
    v = tf.get_variable("v", [3, 2], partitioner=part, initializer=tf.ones_initializer())
    value = np.arange(6.0, dtype=np.float32).reshape(3, 2)
    runs = [w.assign(value), w.assign_add(v), w.assign_sub([value[:2], value[2:]])]
    return _initialized(tf, *[(run, None) for run in runs], (w.as_tensor(), None))


def lookup(tf):
    part = tf.fixed_size_partitioner(3)
    table = tf.get_variable("table", partitioner=part, initializer=_numbers(tf, 7, 2))
    ids = tf.constant([0, 6, 3, 3, 5])
    mod = tf.nn.embedding_lookup(table, ids)
    div = tf.nn.embedding_lookup(table, ids, partition_strategy="div")
    clipped = tf.nn.embedding_lookup(table, ids, partition_strategy="div", max_norm=1.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(div))
    return _initialized(tf, ([mod, div, clipped], None), (train, None), (table.as_tensor(), None))


def by_size(tf):
    a = tf.get_variable("a", [8, 3], partitioner=tf.variable_axis_size_partitioner(40),
                        initializer=tf.ones_initializer())  # fmt: skip
    b = tf.get_variable("b", [8, 3], partitioner=tf.variable_axis_size_partitioner(10, axis=1, max_shards=2),
                        initializer=tf.ones_initializer())  # fmt: skip
    c = tf.get_variable("c", [8, 3], partitioner=tf.min_max_variable_partitioner(max_partitions=5, min_slice_size=40),
                        initializer=tf.ones_initializer())  # fmt: skip
    d = tf.get_variable("d", [8, 3], partitioner=tf.min_max_variable_partitioner(), initializer=tf.ones_initializer())
    return _initialized(tf, ([v.as_tensor() for v in (a, b, c, d)], None))


def older_form(tf):
    parts = tf.create_partitioned_variables([5, 2], [2, 1], _numbers(tf, 5, 2), name="w")
    more = tf.create_partitioned_variables([4], [2], tf.constant([1.0, 2.0, 3.0, 4.0]), trainable=False)
    with tf.variable_scope("inside"):
        third = tf.create_partitioned_variables([4], [1], tf.zeros_initializer(), dtype=tf.int32)
    return _initialized(tf, ([parts, more, third], None))


def training(tf):
    w = tf.get_variable("w", [3, 1], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer())
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    loss = tf.reduce_sum(tf.square(tf.matmul(x, w) - 1.0))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    average = tf.train.ExponentialMovingAverage(0.5)
    with tf.control_dependencies([train]):
        update = average.apply(tf.trainable_variables())
    return _initialized(tf, (update, None), (w.as_tensor(), None), ([average.average(part) for part in w], None))
