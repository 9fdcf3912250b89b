"""How scripts use optimizers: clipping, several at once, scopes, slots, rates from outside, shapes known late."""

from __future__ import annotations

import numpy as np


def _model(tf, **options):
    w = tf.get_variable("w", [2, 2], initializer=tf.constant_initializer([[0.5, -0.5], [1.0, 0.25]]), **options)
    b = tf.get_variable("b", [2], initializer=tf.zeros_initializer(), **options)
    x = tf.constant([[1.0, 2.0], [-1.0, 0.5], [0.3, 0.1]])
    y = tf.constant([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    return tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y)), [w, b]


def _trained(tf, train, watched, steps=3):
    return [(tf.global_variables_initializer(), None)] + [(train, None)] * steps + [(watched, None)]


def adam_clipped_by_value(tf):
    loss, variables = _model(tf)
    optimizer = tf.train.AdamOptimizer(0.1)
    pairs = optimizer.compute_gradients(loss)
    capped = [(tf.clip_by_value(grad, -0.1, 0.1), var) for grad, var in pairs if grad is not None]
    return _trained(tf, optimizer.apply_gradients(capped), variables)


def rmsprop_clipped_by_norms(tf):
    loss, variables = _model(tf)
    optimizer = tf.train.RMSPropOptimizer(0.1, 0.9)
    pairs = optimizer.compute_gradients(loss)
    capped = [(tf.clip_by_norm(grad, 0.05), var) for grad, var in pairs]
    return _trained(tf, optimizer.apply_gradients(capped), variables)


def momentum_clipped_by_average_norm(tf):
    loss, variables = _model(tf)
    optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
    capped = [(tf.clip_by_average_norm(grad, 0.05), var) for grad, var in optimizer.compute_gradients(loss)]
    return _trained(tf, optimizer.apply_gradients(capped), variables)


def adam_clipped_by_global_norm(tf):
    loss, variables = _model(tf)
    global_step = tf.Variable(0, trainable=False, name="global_step")
    grads, norm = tf.clip_by_global_norm(tf.gradients(loss, tf.trainable_variables()), 0.1)
    optimizer = tf.train.AdamOptimizer(0.1, epsilon=1e-4)
    train = optimizer.apply_gradients(zip(grads, tf.trainable_variables()), global_step=global_step)
    return _trained(tf, train, variables + [norm, global_step])


def two_adams(tf):
    """Two optimizers of the same kind: the second one's slots have other names."""
    loss, variables = _model(tf)
    first = tf.train.AdamOptimizer(0.1)
    second = tf.train.AdamOptimizer(0.01)
    trains = [first.minimize(loss), second.minimize(loss, var_list=variables[:1])]
    kept = first.variables() + second.variables()
    return _trained(tf, trains[0], variables) + [(trains[1], None), (kept, None)]


def one_adam_twice(tf):
    """The same optimizer for two losses: slots and powers are shared."""
    loss, variables = _model(tf)
    optimizer = tf.train.AdamOptimizer(0.1)
    one = optimizer.minimize(loss, var_list=variables[:1])
    both = optimizer.minimize(loss * 2.0, var_list=variables)
    return _trained(tf, one, variables) + [(both, None), (optimizer.variables(), None)]


def generator_and_discriminator(tf):
    """Two nets, each with an optimizer for its own variables, found by their scope."""
    with tf.variable_scope("generator"):
        fake = tf.get_variable("w", [3], initializer=tf.ones_initializer()) * [1.0, 2.0, 3.0]
    with tf.variable_scope("discriminator"):
        weight = tf.get_variable("w", [3], initializer=tf.constant_initializer(0.1))
        real = tf.reduce_sum(weight * [0.5, 0.5, 0.5])
        made = tf.reduce_sum(weight * fake)
    losses = tf.nn.softplus(-real) + tf.nn.softplus(made), tf.nn.softplus(-made)
    of = {scope: [v for v in tf.trainable_variables() if v.name.startswith(scope)] for scope in ("disc", "gen")}
    with tf.variable_scope("train"):
        d = tf.train.AdamOptimizer(0.05, beta1=0.5).minimize(losses[0], var_list=of["disc"])
        g = tf.train.AdamOptimizer(0.05, beta1=0.5).minimize(losses[1], var_list=of["gen"])
    return _trained(tf, [d], tf.global_variables()) + [(g, None), (tf.global_variables(), None)]


def names_of_scopes(tf):
    """Scopes around a model and its training show in the names of slots and updates."""
    with tf.variable_scope("model"):
        loss, variables = _model(tf)
    with tf.name_scope("optimize"):
        train = tf.train.RMSPropOptimizer(0.01, centered=True, name="Prop").minimize(loss, name="go")
    return _trained(tf, train, variables)


def shared_scope_is_reused(tf):
    """With reuse the slots' variables are made all the same: they have scopes of their own."""
    with tf.variable_scope("model"):
        loss, variables = _model(tf)
    with tf.variable_scope("training", reuse=tf.AUTO_REUSE):
        train = tf.train.AdamOptimizer(0.01).minimize(loss)
    return _trained(tf, train, variables)


def rates_from_outside(tf):
    """A placeholder, a schedule and functions as settings."""
    loss, variables = _model(tf)
    rate = tf.placeholder_with_default(0.1, [], name="rate")
    step = tf.train.get_or_create_global_step()
    decayed = tf.train.polynomial_decay(0.9, step, 10, 0.5)
    train = tf.train.MomentumOptimizer(rate, decayed).minimize(loss, global_step=step)
    prop = tf.train.RMSPropOptimizer(lambda: 0.01, lambda: 0.8, epsilon=lambda: 1e-3).minimize(loss)
    delta = tf.train.AdadeltaOptimizer(lambda: 1.0, lambda: 0.9).minimize(loss)
    grad = tf.train.AdagradOptimizer(lambda: 0.1).minimize(loss)
    runs = _trained(tf, train, variables) + [(train, {rate: 0.01}), (variables, None)]
    return runs + [([prop], None), ([delta], None), ([grad], None), (variables + [decayed], None)]


def gates(tf):
    """How much must be ready before gradients are used."""
    loss, variables = _model(tf)
    trains = []
    for gate in ("GATE_NONE", "GATE_OP", "GATE_GRAPH"):
        optimizer = tf.train.AdamOptimizer(0.1, use_locking=True, name=gate.title())
        trains.append(optimizer.minimize(loss, gate_gradients=getattr(tf.train.Optimizer, gate)))
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(train, None) for train in trains] + [(variables, None)]


def constrained(tf):
    """After each update of a dense gradient the constraint brings the variable back."""

    def unit(w):
        return tf.clip_by_norm(w, 1.0, axes=[0])

    losses, watched = [], []
    for kind in (False, True):
        with tf.variable_scope("resource" if kind else "ref", use_resource=kind):
            loss, variables = _model(tf, constraint=unit)
        losses.append(loss)
        watched += variables
    train = tf.train.AdamOptimizer(0.5).minimize(tf.add_n(losses))
    return _trained(tf, train, watched)


def kinds_mixed(tf):
    """One optimizer for variables of both kinds, of two dtypes, one of them used by rows."""
    table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer(), use_resource=True)
    double = tf.Variable(np.array([1.0, 2.0]), name="double")
    plain = tf.Variable([0.5, 0.25], name="plain")
    rows = tf.reduce_sum(tf.nn.embedding_lookup(table, [1, 3, 1]) * plain)
    loss = rows + tf.cast(tf.reduce_sum(tf.square(double)), tf.float32)
    makers = [
        tf.train.AdamOptimizer(0.1),
        tf.train.MomentumOptimizer(0.1, 0.5),
        tf.train.AdagradOptimizer(0.1),
        tf.train.FtrlOptimizer(0.1),
    ]
    trains = [optimizer.minimize(loss) for optimizer in makers]
    runs = [(tf.global_variables_initializer(), None)]
    for train in trains:
        runs += [(train, None), ([table, double, plain], None)]
    return runs


def shapes_known_late(tf):
    """Variables without a static shape: the slots are as large as the initial values."""
    start = tf.placeholder_with_default(np.array([1.0, 2.0, 3.0], np.float32), [None])
    v = tf.Variable(start, validate_shape=False, name="v")
    loss = tf.reduce_sum(tf.square(v))
    makers = [tf.train.AdamOptimizer(0.1), tf.train.MomentumOptimizer(0.1, 0.9)]
    makers += [tf.train.RMSPropOptimizer(0.1), tf.train.AdadeltaOptimizer(1.0)]
    trains = [optimizer.minimize(loss) for optimizer in makers]
    runs = [(tf.variables_initializer([v]), None), (tf.global_variables_initializer(), None)]
    return runs + [(train, None) for train in trains] + [(v, None)]


def slots_by_name(tf):
    """What `get_slot` and `get_slot_names` give, fetched."""
    loss, variables = _model(tf)
    makers = [
        tf.train.AdamOptimizer(0.1),
        tf.train.MomentumOptimizer(0.1, 0.9),
        tf.train.RMSPropOptimizer(0.1, centered=True),
        tf.train.FtrlOptimizer(0.1),
        tf.train.AdadeltaOptimizer(1.0),
    ]
    trains = [optimizer.minimize(loss) for optimizer in makers]
    slots = {}
    for optimizer in makers:
        for name in optimizer.get_slot_names():
            for var in variables:
                slot = optimizer.get_slot(var, name)
                slots["%s %s %s %s" % (optimizer.get_name(), name, var.name, slot.name)] = slot
    slots = [slots[key] for key in sorted(slots)]
    return [(tf.global_variables_initializer(), None), (slots, None)] + [(t, None) for t in trains] + [(slots, None)]


def rows_of_rows(tf):
    """Gradients by rows of higher rank, of several lookups at once, and of none at all."""
    table = tf.Variable(np.arange(24, dtype=np.float32).reshape(4, 3, 2) / 24, name="table")
    ids = tf.placeholder(tf.int64, [None], name="ids")
    loss = tf.reduce_sum(tf.square(tf.gather(table, ids))) + tf.reduce_sum(tf.gather(table, [0, 3]))
    runs = []
    for optimizer in (tf.train.AdamOptimizer(0.1), tf.train.AdagradOptimizer(0.1), tf.train.RMSPropOptimizer(0.1)):
        train = optimizer.minimize(loss)
        runs += [(train, {ids: [1, 1, 3]}), (train, {ids: []}), (table, None)]
    return [(tf.global_variables_initializer(), None)] + runs


def updates_in_a_loop_of_accumulation(tf):
    """Gradients of several batches are added up before one step is made of them."""
    loss, variables = _model(tf)
    optimizer = tf.train.AdamOptimizer(0.1)
    sums = [tf.Variable(tf.zeros_like(v.initialized_value()), trainable=False) for v in variables]
    clear = [total.assign(tf.zeros_like(total)) for total in sums]
    pairs = optimizer.compute_gradients(loss, variables)
    gather = [total.assign_add(pair[0]) for total, pair in zip(sums, pairs)]
    train = optimizer.apply_gradients([(sums[i] / 2.0, pair[1]) for i, pair in enumerate(pairs)])
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(clear, None), (gather, None), (gather, None), (train, None), (variables, None)] * 2
