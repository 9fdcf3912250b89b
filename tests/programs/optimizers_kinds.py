"""Optimizers on halves and doubles, gradient descent of every kind, and the options of `minimize`."""

from __future__ import annotations

import numpy as np

from tests.programs.optimizers import _contrib, _dense, _optimizers, _program, _sparse

HALVES = ("momentum", "adam", "adagrad", "adadelta", "rmsprop", "rmsprop_centered", "ftrl")
DOUBLES = ("nesterov", "rmsprop", "ftrl", "nadam", "adam_w")


def _half(tf, make, use_resource, dtype=np.float16):
    """Three steps by gradients that are given: what halves lose on the way to a gradient is another matter."""
    w = tf.Variable(np.linspace(-1, 1, 6).reshape(2, 3).astype(dtype), name="w", use_resource=use_resource)
    optimizer = make(None)
    train = optimizer.apply_gradients([(tf.constant(np.cos(np.arange(6)).reshape(2, 3).astype(dtype)), w)])
    return [(tf.global_variables_initializer(), None)] + [(train, None), (tf.global_variables(), None)] * 3


def _programs():
    programs = {}
    for name in HALVES:
        programs[f"{name}_float16"] = _program(_half, name, False)
        programs[f"{name}_float16_resource"] = _program(_half, name, True)
    for name in ("adagrad", "momentum", "rmsprop"):
        programs[f"{name}_float16_sparse"] = _program(_sparse, name, False, np.float16)
    for name in DOUBLES:
        programs[f"{name}_float64"] = _program(_dense, name, True, np.float64)
    for name in ("add_sign", "power_sign"):
        programs[f"{name}_float64"] = _program(_dense, name, False, np.float64)
    return programs


def _descent(of, use_resource, *dtype):
    def program(tf):
        return of(tf, lambda steps: tf.train.GradientDescentOptimizer(0.1, use_locking=True), use_resource, *dtype)

    return program


def descent_dense(tf):
    return _descent(_dense, False)(tf)


def descent_dense_resource(tf):
    return _descent(_dense, True)(tf)


def descent_sparse(tf):
    return _descent(_sparse, False)(tf)


def descent_sparse_resource(tf):
    return _descent(_sparse, True)(tf)


def descent_float16(tf):
    return _descent(_half, True)(tf)


def descent_float64(tf):
    return _descent(_dense, False, np.float64)(tf)


def _two_losses(tf):
    w = tf.Variable([1.0, -2.0, 0.5], name="w")
    with tf.device("/cpu:0"):
        v = tf.Variable([[1.0, 2.0, 3.0]], name="v")
    return w, v, tf.reduce_sum(tf.sin(w) * v + w * w + tf.exp(w)), tf.matmul(v, tf.expand_dims(w, 1), name="second")


def _trained(tf, train):
    return [(tf.global_variables_initializer(), None), (train, None), (tf.trainable_variables(), None)]


def minimize_with_all_options(tf):
    w, v, loss, _ = _two_losses(tf)
    step = tf.Variable(3, name="step", trainable=False)
    train = tf.train.MomentumOptimizer(lambda: 0.1, lambda: tf.constant(0.5)).minimize(
        loss,
        global_step=step,
        var_list={"first": [w], "second": (v,)},
        gate_gradients=tf.train.Optimizer.GATE_GRAPH,
        aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE,
        colocate_gradients_with_ops=True,
        name="all",
        grad_loss=tf.constant(2.0),
    )
    return _trained(tf, train)


def several_losses(tf):
    _, _, loss, second = _two_losses(tf)
    optimizer = tf.train.GradientDescentOptimizer(0.01)
    pairs = optimizer.compute_gradients(
        second,
        gate_gradients=optimizer.GATE_NONE,
        aggregation_method=tf.AggregationMethod.ADD_N,
        grad_loss=tf.constant([[2.0]]),
    )
    more = optimizer.compute_gradients(loss, colocate_gradients_with_ops=True)
    train = tf.group(optimizer.apply_gradients(pairs, name="first"), optimizer.apply_gradients(more))
    return _trained(tf, train)


def int_step_of_a_resource(tf):
    w = tf.get_variable("w", initializer=[1.0, 2.0], use_resource=True)
    step = tf.get_variable("step", initializer=np.int32(5), use_resource=True, trainable=False)
    with tf.name_scope("outer"):
        train = tf.train.AdagradOptimizer(tf.constant(0.5, tf.float64)).minimize(
            tf.nn.l2_loss(w), global_step=step, name="named/"
        )
    return [(tf.global_variables_initializer(), None), (train, None), ([w, step], None)]


def partitioned_variables(tf):
    with tf.variable_scope("cut", partitioner=tf.fixed_size_partitioner(2)):
        w = tf.get_variable("w", [4, 2], initializer=tf.ones_initializer())
        table = tf.get_variable("table", [5, 2], initializer=tf.ones_initializer())
    rows = tf.nn.embedding_lookup(table, [0, 4, 4], partition_strategy="div")
    loss = tf.reduce_sum(tf.square(tf.convert_to_tensor(w))) + tf.reduce_sum(rows * rows)
    train = tf.train.AdamOptimizer(0.1).minimize(loss)
    return [(tf.global_variables_initializer(), None), (train, None), (tf.global_variables(), None)]


def optimizers_variables(tf):
    """`variables()`, `get_slot_names`, `get_name` and slots of variables that have none."""
    w, _, loss, _ = _two_losses(tf)
    kinds = list(_optimizers(tf).items())[1:7] + list(_contrib(tf).items())[1:3]
    for name, make in kinds:
        optimizer = make()
        optimizer.minimize(loss, var_list=[w])
        names = [optimizer.get_name()] + optimizer.get_slot_names() + [var.name for var in optimizer.variables()]
        tf.constant(names, name="of_" + name)
        assert optimizer.get_slot(w, "no such slot") is None
    return [(["of_%s:0" % name for name, _ in kinds], None)]


def slots_of_a_scope_with_a_partitioner(tf):
    with tf.variable_scope("outer", partitioner=tf.fixed_size_partitioner(2), initializer=tf.zeros_initializer()):
        w = tf.Variable([1.0, 2.0], name="w")
        train = tf.train.FtrlOptimizer(0.1).minimize(tf.reduce_sum(w * w))
    return [(tf.global_variables_initializer(), None), (train, None), (tf.global_variables(), None)]


globals().update(_programs())
