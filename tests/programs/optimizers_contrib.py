"""What `tf.contrib.opt` has beside the optimizers of `optimizers.py`: wrappers, LARS, Adam by the step and more."""

from __future__ import annotations

import numpy as np

ROWS = ([0, 2, 2], [3], [1, 1, 0])


def _dense(tf, make, use_resource=False, steps=3):
    """`make(steps)` gives the optimizer; three steps of a small linear model."""
    w = tf.Variable(np.linspace(-1, 1, 6).reshape(2, 3).astype(np.float32), name="w", use_resource=use_resource)
    b = tf.Variable(np.array([0.5, -0.02, 0.0], np.float32), name="b", use_resource=use_resource)
    x = tf.constant(np.cos(np.arange(8)).reshape(4, 2).astype(np.float32))
    y = tf.constant(np.sin(np.arange(12)).reshape(4, 3).astype(np.float32))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    step = tf.train.get_or_create_global_step()
    train = make(step, [w, b]).minimize(loss, global_step=step)
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, None)] * steps + [(tf.global_variables(), None)]


def _sparse(tf, make, use_resource=False):
    values = np.linspace(-1, 1, 8).reshape(4, 2).astype(np.float32)
    table = tf.Variable(values, name="table", use_resource=use_resource)
    ids = tf.placeholder(tf.int32, [None], name="ids")
    loss = tf.reduce_sum(tf.square(tf.gather(table, ids) - 0.3))
    step = tf.train.get_or_create_global_step()
    train = make(step, [table]).minimize(loss, global_step=step)
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, {ids: rows}) for rows in ROWS] + [(tf.global_variables(), None)]


def moving_average(tf):
    opt = tf.contrib.opt
    return _dense(tf, lambda step, _: opt.MovingAverageOptimizer(tf.train.MomentumOptimizer(0.1, 0.5), 0.7))


def moving_average_beside(tf):
    def make(step, _):
        return tf.contrib.opt.MovingAverageOptimizer(
            tf.train.GradientDescentOptimizer(0.0), average_decay=0.5, num_updates=step, sequential_update=False
        )

    return _dense(tf, make)


def moving_average_of_resources(tf):
    opt = tf.contrib.opt
    return _dense(tf, lambda step, _: opt.MovingAverageOptimizer(tf.train.AdamOptimizer(0.1), 0.7), True)


def clipped_variables(tf):
    def make(step, variables):
        return tf.contrib.opt.VariableClippingOptimizer(
            tf.train.GradientDescentOptimizer(0.5), {variables[0]: [1], variables[1]: [0]}, 0.3
        )

    return _dense(tf, make)


def clipped_resources(tf):
    def make(step, variables):
        return tf.contrib.opt.VariableClippingOptimizer(
            tf.train.AdagradOptimizer(0.5), {variables[0]: [0]}, 0.3, colocate_clip_ops_with_vars=True, name="clip"
        )

    return _dense(tf, make, True)


def clipped_rows(tf):
    def make(step, variables):
        return tf.contrib.opt.VariableClippingOptimizer(
            tf.train.GradientDescentOptimizer(0.5), {variables[0]: [1]}, 0.3, use_locking=True
        )

    return _sparse(tf, make)


def clipped_rows_of_a_resource(tf):
    def make(step, variables):
        return tf.contrib.opt.VariableClippingOptimizer(
            tf.train.GradientDescentOptimizer(0.5), {variables[0]: [1]}, 0.3
        )

    return _sparse(tf, make, True)


def clipped_columns_of_rows(tf):
    def make(step, variables):
        return tf.contrib.opt.VariableClippingOptimizer(
            tf.train.GradientDescentOptimizer(0.5), {variables[0]: [0]}, 0.3
        )

    return _sparse(tf, make)


def multitask(tf):
    w = tf.Variable([1.0, -2.0], name="w")
    v = tf.Variable([3.0], name="v", use_resource=True)
    table = tf.Variable(np.ones([3, 2], np.float32), name="table")
    which = tf.placeholder(tf.float32, [], name="which")
    rows = tf.IndexedSlices(which * tf.ones([2, 2]), tf.constant([0, 2]), tf.constant([3, 2]))
    optimizer = tf.contrib.opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(0.1, 0.9))
    pairs = [(which * w, w), ((1.0 - which) * v, v), (rows, table)]
    train = optimizer.apply_gradients(pairs)
    runs = [(tf.global_variables_initializer(), None)]
    for value in (1.0, 0.0, 1.0):
        runs += [(train, {which: value}), ([w, v, table], {which: value})]
    return runs


def clipping_without_zeros(tf):
    w = tf.Variable([1.0, -2.0], name="w")
    which = tf.placeholder(tf.float32, [], name="which")
    pairs = [(which * w, w), (tf.constant([3.0]), None), (None, w)]
    clipped, norm = tf.contrib.opt.clip_gradients_by_global_norm(pairs, 2.0)
    fetches = [clipped[0][0], clipped[1][0], norm]
    return [(w.initializer, None), (fetches, {which: 0.0}), (fetches, {which: 1.0})]


def lars(tf):
    return _dense(tf, lambda step, _: tf.contrib.opt.LARSOptimizer(1.0, 0.8, 0.01, eeta=0.5))


def lars_of_resources(tf):
    return _dense(
        tf,
        lambda step, _: tf.contrib.opt.LARSOptimizer(1.0, eeta=0.3, epsilon=0.1, skip_list=["b"], use_nesterov=True),
        True,
    )


def lars_rows(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.LARSOptimizer(0.1))


def lars_rows_of_a_resource(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.LARSOptimizer(0.1, 0.5), True)


def adam_by_step(tf):
    return _dense(tf, lambda step, _: tf.contrib.opt.AdamGSOptimizer(step, 0.05))


def adam_by_step_of_resources(tf):
    return _dense(tf, lambda step, _: tf.contrib.opt.AdamGSOptimizer(step, 0.05), True)


def adam_by_step_rows(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.AdamGSOptimizer(step, 0.05))


def adam_by_step_rows_of_a_resource(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.AdamGSOptimizer(step, 0.05, name="A"), True)


def lazy_adam_by_step_rows(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.LazyAdamGSOptimizer(step, 0.05))


def lazy_adam_by_step_rows_of_a_resource(tf):
    return _sparse(tf, lambda step, _: tf.contrib.opt.LazyAdamGSOptimizer(step, 0.05, use_locking=True), True)


def adagrad_for_regularizers(tf):
    w = tf.Variable([1.0, -2.0], name="w")
    v = tf.Variable([1.0, -2.0], name="v", use_resource=True)
    rows = tf.Variable(np.ones([3, 2], np.float32), name="rows")
    optimizer = tf.contrib.opt.RegAdagradOptimizer(0.5)
    train = optimizer.minimize(tf.reduce_sum(w * w + v * v) + tf.reduce_sum(tf.square(tf.gather(rows, [0, 0]))))
    with optimizer.avoid_updating_slots():
        shrink = optimizer.minimize(tf.reduce_sum(tf.abs(w)) + tf.reduce_sum(tf.abs(v)) + tf.gather(rows, 1)[0])
    return [
        (tf.global_variables_initializer(), None),
        (train, None),
        (tf.global_variables(), None),
        (shrink, None),
        (tf.global_variables(), None),
    ]


def stale_gradients(tf):
    step = tf.train.get_or_create_global_step()
    w = tf.Variable(5.0, name="w", use_resource=True)
    descent = tf.train.GradientDescentOptimizer(0.1)
    optimizer = tf.contrib.opt.DropStaleGradientOptimizer(descent, 1)
    train = optimizer.minimize(w * w, global_step=step)
    return [
        (tf.global_variables_initializer(), None),
        (train, None),
        (train, None),
        (tf.global_variables(), None),
    ]


def external(tf):
    """What an external optimizer adds to the graph; it is asked by functions of one vector."""

    class Descent(tf.contrib.opt.ExternalOptimizerInterface):
        def _minimize(self, initial_val, loss_grad_func, step_callback, optimizer_kwargs, **others):
            value = initial_val
            for _ in range(optimizer_kwargs["steps"]):
                _, slope = loss_grad_func(value)
                value = value - 0.1 * slope
                step_callback(value)
            return value

    w = tf.Variable([[1.0, 2.0]], name="w")
    b = tf.Variable(3.0, name="b")
    free = tf.Variable([1.0], name="free")
    loss = tf.reduce_sum(tf.square(w)) + b * b
    optimizer = Descent(
        loss, equalities=[b - 1.0], inequalities=[w[0, 0]], var_to_bounds={w: (0.0, [[1.0, 9.0]])}, steps=2
    )
    told = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        optimizer.minimize(sess, fetches=[loss, b], loss_callback=lambda *values: told.append(values))
        told += sess.run([w, b, free])
    flat = [float(value) for entry in told for value in np.ravel(entry)]
    tf.constant(np.array(flat, np.float32), name="told")
    tf.constant(np.array(optimizer._packed_bounds, np.float32), name="bounds")
    return [("told:0", None), ("bounds:0", None)]


def external_one_variable(tf):
    w = tf.Variable([1.0, 2.0], name="w", use_resource=True)
    tf.contrib.opt.ScipyOptimizerInterface(tf.reduce_sum(w), method="SLSQP", options={"maxiter": 3})
    return [(w.initializer, None)]
