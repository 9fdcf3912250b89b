"""Shampoo: preconditioned along each dimension."""

from __future__ import annotations

import numpy as np


def _dense(tf, use_resource=False, steps=2, trained=None, **settings):
    w = tf.Variable(np.linspace(-1, 1, 6).reshape(2, 3).astype(np.float32), name="w", use_resource=use_resource)
    b = tf.Variable(np.array([0.5, -0.2, 0.1], np.float32), name="b", use_resource=use_resource)
    x = tf.constant(np.cos(np.arange(8)).reshape(4, 2).astype(np.float32))
    y = tf.constant(np.sin(np.arange(12)).reshape(4, 3).astype(np.float32))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    step = tf.train.get_or_create_global_step()
    optimizer = tf.contrib.opt.ShampooOptimizer(step, learning_rate=0.1, epsilon=0.01, **settings)
    train = optimizer.minimize(loss, global_step=step, var_list=[w, b][:trained])
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, None)] * steps + [([w, b, step], None)]


def _sparse(tf, use_resource=False, **settings):
    values = np.linspace(-1, 1, 8).reshape(4, 2).astype(np.float32)
    table = tf.Variable(values, name="table", use_resource=use_resource)
    ids = tf.placeholder(tf.int32, [None], name="ids")
    loss = tf.reduce_sum(tf.square(tf.gather(table, ids) - 0.3))
    train = tf.contrib.opt.ShampooOptimizer(learning_rate=0.1, epsilon=0.01, **settings).minimize(loss)
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, {ids: rows}) for rows in ([0, 2, 2], [3])] + [(table, None)]


def matrices(tf):
    return _dense(tf)


def matrices_of_resources(tf):
    return _dense(tf, True, gbar_decay=0.5, gbar_weight=0.5, mat_gbar_decay=0.9, mat_gbar_weight=lambda step: step)


def diagonals(tf):
    return _dense(tf, max_matrix_size=2)


def iterative_roots(tf):
    return _dense(tf, use_iterative_root=True, steps=1, trained=1)


def powers_now_and_then(tf):
    return _dense(tf, svd_interval=2, precond_update_interval=2, steps=4)


def rows_as_a_matrix(tf):
    return _sparse(tf)


def rows_as_a_diagonal(tf):
    return _sparse(tf, max_matrix_size=3)


def rows_of_a_resource(tf):
    return _sparse(tf, True, max_matrix_size=3)
