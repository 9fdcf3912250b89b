"""Ten steps of each optimizer, of dense and of sparse gradients, for variables of both kinds."""

from __future__ import annotations

import numpy as np

CONTRIB = ("lazy_adam", "nadam", "ada_max", "adam_w", "momentum_w", "adagrad_w")
BY_SIGNS = ("add_sign", "add_sign_decaying", "power_sign")
ROWS = [[0, 2, 2], [3], [1, 1, 0], [2, 3]]


def _optimizers(tf):
    """The optimizers by the ends of the programs' names."""
    train = tf.train
    return {
        "momentum": lambda: train.MomentumOptimizer(0.1, 0.9),
        "nesterov": lambda: train.MomentumOptimizer(0.1, 0.9, use_locking=True, use_nesterov=True),
        "adam": lambda: train.AdamOptimizer(0.05),
        "adagrad": lambda: train.AdagradOptimizer(0.3),
        "adadelta": lambda: train.AdadeltaOptimizer(1.0, epsilon=1e-3),
        "rmsprop": lambda: train.RMSPropOptimizer(0.02, momentum=0.5),
        "rmsprop_centered": lambda: train.RMSPropOptimizer(0.02, 0.8, 0.3, 1e-4, centered=True),
        "ftrl": lambda: train.FtrlOptimizer(0.3, l1_regularization_strength=0.1, l2_regularization_strength=0.05),
        "ftrl_power": lambda: train.FtrlOptimizer(0.3, learning_rate_power=-0.7, accum_name="a", linear_name="l"),
        "ftrl_shrinkage": lambda: train.FtrlOptimizer(0.2, l2_shrinkage_regularization_strength=0.3),
        "proximal_descent": lambda: train.ProximalGradientDescentOptimizer(0.05, 0.2, 0.1),
        "proximal_adagrad": lambda: train.ProximalAdagradOptimizer(0.2, 0.1, 0.3, 0.1),
        "proximal_adagrad_plain": lambda: train.ProximalAdagradOptimizer(0.2),
    }


def _contrib(tf):
    """Those of tf.contrib.opt."""
    opt = tf.contrib.opt
    adagrad = opt.extend_with_decoupled_weight_decay
    return {
        "lazy_adam": lambda: opt.LazyAdamOptimizer(0.05),
        "nadam": lambda: opt.NadamOptimizer(0.05, use_locking=True),
        "ada_max": lambda: opt.AdaMaxOptimizer(0.05),
        "add_sign": lambda: opt.AddSignOptimizer(0.02, 0.9, 0.8),
        "add_sign_decaying": lambda: opt.AddSignOptimizer(
            0.02, sign_decay_fn=lambda n: 1.0 / tf.cast(n + 1, tf.float32)
        ),
        "power_sign": lambda: opt.PowerSignOptimizer(0.02, 3.0, use_locking=True),
        "adam_w": lambda: opt.AdamWOptimizer(0.01, 0.05),
        "momentum_w": lambda: opt.MomentumWOptimizer(0.01, 0.05, 0.9, use_nesterov=True),
        "adagrad_w": lambda: adagrad(tf.train.AdagradOptimizer)(weight_decay=0.02, learning_rate=0.1, name="AdagradW"),
    }


def _watched(optimizer, variables):
    slots = [optimizer.get_slot(var, name) for var in variables for name in optimizer.get_slot_names()]
    return variables + [slot for slot in slots if slot is not None]


def _minimized(tf, optimizer, loss, steps):
    """`minimize`; where variables decay not before their gradients are there: TensorFlow lets these two race."""
    if not optimizer.get_name().endswith("W"):
        return optimizer.minimize(loss, global_step=steps)
    pairs = optimizer.compute_gradients(loss)
    with tf.control_dependencies([getattr(grad, "values", grad) for grad, _ in pairs]):
        return optimizer.apply_gradients(pairs, global_step=steps)


def _dense(tf, make, use_resource, dtype=np.float32):
    w = tf.Variable(np.linspace(-1, 1, 6).reshape(2, 3).astype(dtype), name="w", use_resource=use_resource)
    b = tf.Variable(np.array([0.5, -0.02, 0.0], dtype), name="b", use_resource=use_resource)
    x = tf.constant(np.cos(np.arange(8)).reshape(4, 2).astype(dtype))
    y = tf.constant(np.sin(np.arange(12)).reshape(4, 3).astype(dtype))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    steps = tf.Variable(0, name="steps", trainable=False, dtype=tf.int64, use_resource=use_resource)
    optimizer = make(steps)
    train = _minimized(tf, optimizer, loss, steps)
    watched = _watched(optimizer, [w, b]) + [loss, steps]
    return [(tf.global_variables_initializer(), None)] + [(train, None)] * 9 + [(train, None), (watched, None)]


def _sparse(tf, make, use_resource, dtype=np.float32):
    table = tf.Variable(np.linspace(-1, 1, 8).reshape(4, 2).astype(dtype), name="table", use_resource=use_resource)
    ids = tf.placeholder(tf.int32, [None], name="ids")
    loss = tf.reduce_sum(tf.square(tf.gather(table, ids) - 0.3))
    steps = tf.Variable(0, name="steps", trainable=False, dtype=tf.int64, use_resource=use_resource)
    optimizer = make(steps)
    train = _minimized(tf, optimizer, loss, steps)
    runs = [(tf.global_variables_initializer(), None)]
    runs += [(train, {ids: ROWS[step % len(ROWS)]}) for step in range(10)]
    return runs + [(_watched(optimizer, [table]), None)]


def _program(of, name, use_resource, *dtype):
    def program(tf):
        makers = _contrib if name in CONTRIB + BY_SIGNS else _optimizers
        return of(tf, lambda steps: makers(tf)[name](), use_resource, *dtype)

    return program


def _dual_averaging(of, l1, use_resource):
    def program(tf):
        return of(tf, lambda steps: tf.train.AdagradDAOptimizer(0.5, steps, 0.1, l1, 0.02), use_resource)

    return program


def _programs():
    names = [
        "momentum",
        "nesterov",
        "adam",
        "adagrad",
        "adadelta",
        "rmsprop",
        "rmsprop_centered",
        "ftrl",
        "ftrl_power",
        "ftrl_shrinkage",
        "proximal_descent",
        "proximal_adagrad",
        "proximal_adagrad_plain",
    ]
    programs = {}
    for kind, of in (("dense", _dense), ("sparse", _sparse)):
        for resource in (False, True):
            suffix = f"{kind}_resource" if resource else kind
            for name in names:
                programs[f"{name}_{suffix}"] = _program(of, name, resource)
            for name in CONTRIB:
                programs[f"{name}_{suffix}"] = _program(of, name, resource)
            programs[f"adagrad_da_{suffix}"] = _dual_averaging(of, 0.1, resource)
            programs[f"adagrad_da_plain_{suffix}"] = _dual_averaging(of, 0.0, resource)
    for name in BY_SIGNS:
        programs[f"{name}_dense"] = _program(_dense, name, False)
        programs[f"{name}_dense_resource"] = _program(_dense, name, True)
        programs[f"{name}_sparse"] = _program(_sparse, name, False)
    for name in ("momentum", "adam", "adagrad", "adadelta", "rmsprop_centered", "ftrl_shrinkage"):
        programs[f"{name}_float64_dense"] = _program(_dense, name, False, np.float64)
        programs[f"{name}_float64_sparse_resource"] = _program(_sparse, name, True, np.float64)
    return programs


def decay_of_some_variables(tf):
    """Which variables decay is said to `apply_gradients`."""
    a, b = tf.Variable([1.0, 2.0], name="a"), tf.Variable([3.0, 4.0], name="b", use_resource=True)
    optimizer = tf.contrib.opt.AdamWOptimizer(0.1, 0.01)
    ones = [(tf.ones([2]), a), (tf.ones([2]), b)]
    train = optimizer.apply_gradients(ones, decay_var_list=[a])
    constant = tf.reduce_sum(a + b)
    all_of_them = tf.contrib.opt.MomentumWOptimizer(0.1, 0.01, 0.5).minimize(constant, decay_var_list=[b])
    return [
        (tf.global_variables_initializer(), None),
        (train, None),
        ([a, b], None),
        (all_of_them, None),
        ([a, b], None),
    ]


globals().update(_programs())
