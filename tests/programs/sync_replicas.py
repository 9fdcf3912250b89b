"""What SyncReplicasOptimizer adds to the graph, and its parts by hand in one session."""

from __future__ import annotations

import numpy as np


def _model(tf, use_resource=False):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", initializer=np.array([1.0, -2.0], np.float32), use_resource=use_resource)
    table = tf.get_variable("table", [3, 2], initializer=tf.ones_initializer())
    unused = tf.get_variable("unused", [], initializer=tf.ones_initializer())
    scale = tf.placeholder(tf.float32, [], name="scale")
    loss = scale * (tf.reduce_sum(w * w) + tf.reduce_sum(tf.square(tf.gather(table, [0, 2, 2]))))
    return step, [w, table, unused], scale, loss


def two_replicas(tf):
    """One session hands over two gradients; the chief's op averages and applies them."""
    step, variables, scale, loss = _model(tf)
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
    pairs = sync.compute_gradients(loss, variables)
    train = sync.apply_gradients(pairs, global_step=step)
    tokens = sync.get_init_tokens_op()
    chief = sync.get_chief_queue_runner().enqueue_ops[0]
    return [
        (tf.global_variables_initializer(), None),
        (sync.ready_for_local_init_op, None),
        (tf.local_variables_initializer(), None),
        (sync.chief_init_op, None),
        (tokens, None),
        (train, {scale: 1.0}),
        (train, {scale: 3.0}),
        (chief, None),
        (variables + [step], None),
        (train, {scale: 1.0}),
        (tf.local_variables(), None),
    ]


def adam_with_averages(tf):
    step, variables, scale, loss = _model(tf, True)
    averages = tf.train.ExponentialMovingAverage(0.5)
    sync = tf.train.SyncReplicasOptimizer(
        tf.train.AdamOptimizer(0.1),
        1,
        total_num_replicas=2,
        variable_averages=averages,
        variables_to_average=variables[:1],
        use_locking=True,
        name="together",
    )
    train = sync.minimize(loss, global_step=step, var_list=variables)
    hook = sync.make_session_run_hook(is_chief=True, num_tokens=1)
    hook.begin()
    tokens = sync.get_init_tokens_op(0)
    return [
        (tf.global_variables_initializer(), None),
        (tf.local_variables_initializer(), None),
        (sync.chief_init_op, None),
        (sync.get_init_tokens_op(1), None),
        (tokens, None),
        (train, {scale: 1.0}),
        (sync.get_chief_queue_runner().enqueue_ops[0], None),
        (variables + [step, averages.average(variables[0])], None),
        (sync.variables(), None),
    ]


def on_servers(tf):
    cluster = {"ps": ["a:1", "b:1"], "worker": ["c:1"]}
    with tf.device(tf.train.replica_device_setter(cluster=cluster, worker_device="/job:worker/task:0")):
        step, _, _, loss = _model(tf)
        sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 1)
        sync.minimize(loss, global_step=step)
    sync.make_session_run_hook(False).begin()
