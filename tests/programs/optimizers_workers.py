"""Optimizers of several workers, on one: elastic averaging and accumulated gradients."""

from __future__ import annotations

import numpy as np


def _model(tf, getter, **options):
    with tf.variable_scope("model", custom_getter=getter, **options):
        w = tf.get_variable("w", initializer=np.linspace(-1, 1, 4).astype(np.float32).reshape(4, 1))
        b = tf.get_variable("b", [1], initializer=tf.ones_initializer())
        tf.get_variable("seen", [], trainable=False, initializer=tf.zeros_initializer(), collections=["variables"])
        tf.get_variable(
            "mine", [], trainable=False, initializer=tf.zeros_initializer(), collections=["local_variables"]
        )
    x = tf.constant(np.cos(np.arange(12)).reshape(3, 4).astype(np.float32))
    return tf.reduce_mean(tf.square(tf.matmul(x, w) + b - 0.3))


def _runs(tf, train, optimizer, init):
    watched = tf.global_variables() + tf.local_variables()
    runs = [(tf.global_variables_initializer(), None), (tf.local_variables_initializer(), None), (init, None)]
    for _ in range(4):
        runs += [(train, None), (watched, None)]
    return runs


def elastic(tf):
    getter = tf.contrib.opt.ElasticAverageCustomGetter("/job:worker/task:0")
    loss = _model(tf, getter)
    descent = tf.train.GradientDescentOptimizer(0.5)
    optimizer = tf.contrib.opt.ElasticAverageOptimizer(descent, 2, getter, communication_period=2)
    step = tf.train.get_or_create_global_step()
    optimizer.minimize(loss, global_step=step)
    optimizer.get_init_op(0)
    optimizer.make_session_run_hook(True, 0).begin()


def elastic_of_momentum(tf):
    getter = tf.contrib.opt.ElasticAverageCustomGetter("/cpu:0")
    loss = _model(tf, getter)
    optimizer = tf.contrib.opt.ElasticAverageOptimizer(
        tf.train.MomentumOptimizer(0.2, 0.5), 1, getter, communication_period=2, moving_rate=0.25, rho=0.1
    )
    train = optimizer.minimize(loss)
    return _runs(tf, train, optimizer, optimizer.get_init_op(0))


def elastic_synchronous(tf):
    getter = tf.contrib.opt.ElasticAverageCustomGetter("/cpu:0")
    loss = _model(tf, getter)
    optimizer = tf.contrib.opt.ElasticAverageOptimizer(
        tf.train.GradientDescentOptimizer(0.5), 2, getter, communication_period=2, synchronous=True
    )
    optimizer.minimize(loss)
    optimizer.get_init_op(1)


def accumulated(tf):
    getter = tf.contrib.opt.AGNCustomGetter("/cpu:0")
    loss = _model(tf, getter)
    step = tf.train.get_or_create_global_step()
    optimizer = tf.contrib.opt.AGNOptimizer(tf.train.GradientDescentOptimizer(0.5), 1, getter, communication_period=2)
    train = optimizer.minimize(loss, global_step=step)
    return _runs(tf, train, optimizer, optimizer.get_init_op(0))


def accumulated_by_momentum(tf):
    getter = tf.contrib.opt.AGNCustomGetter("/cpu:0")
    loss = _model(tf, getter, use_resource=True)
    optimizer = tf.contrib.opt.AGNOptimizer(tf.train.MomentumOptimizer(0.2, 0.5), 1, getter, communication_period=3)
    train = optimizer.minimize(loss)
    return _runs(tf, train, optimizer, optimizer.get_init_op(0))


def _averaging(tf, is_chief, workers):
    getter = tf.contrib.opt.ModelAverageCustomGetter("/cpu:0")
    loss = _model(tf, getter)
    step = tf.train.get_or_create_global_step()
    descent = tf.train.MomentumOptimizer(0.2, 0.5)
    optimizer = tf.contrib.opt.ModelAverageOptimizer(descent, workers, is_chief, getter, interval_steps=2)
    return optimizer, optimizer.minimize(loss, global_step=step)


def averaged_by_the_chief(tf):
    optimizer, train = _averaging(tf, True, 1)
    return _runs(tf, train, optimizer, optimizer.get_init_op())


def averaged_by_another(tf):
    optimizer, _ = _averaging(tf, False, 2)
    optimizer.make_session_run_hook().begin()
