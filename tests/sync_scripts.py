"""Replicas that wait for each other, as tests/monitored_scripts.py: what is said lies in tests/golden/replicas.json."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import numpy as np

from tests.monitored_scripts import NoSaver


def _model(tf, **options):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", initializer=np.array([1.0, -2.0], np.float32))
    x = tf.placeholder(tf.float32, [], name="x")
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), **options)
    train = sync.minimize(x * tf.reduce_sum(w * w), global_step=step)
    return step, w, x, sync, train


def one_replica(tf, say):
    step, w, x, sync, train = _model(tf, replicas_to_aggregate=1)
    hooks = [sync.make_session_run_hook(is_chief=True), tf.train.StopAtStepHook(last_step=3)]
    scaffold = tf.train.Scaffold(saver=NoSaver())
    with tf.train.MonitoredTrainingSession(scaffold=scaffold, hooks=hooks, stop_grace_period_secs=0.5) as sess:
        while not sess.should_stop():
            sess.run(train, {x: 1.0})
        raw = sess._tf_sess()
        say(raw.run(step) >= 3)
        say(np.allclose(raw.run(w), np.array([1.0, -2.0]) * 0.5 ** raw.run(step)))


def two_replicas(tf, say):
    step, _, x, sync, train = _model(tf, replicas_to_aggregate=2, total_num_replicas=2)
    server = tf.train.Server.create_local_server()
    hooks = [[sync.make_session_run_hook(is_chief=is_chief)] for is_chief in (True, False)]
    for hook in hooks:
        hook[0].begin()
    init = tf.global_variables_initializer()
    local = tf.local_variables_initializer()
    sess = tf.Session(server.target)
    coord = tf.train.Coordinator()
    sess.run(init)
    sess.run(local)
    hooks[0][0].after_create_session(sess, coord)
    reached, together = [], threading.Barrier(2)

    def work(factor):
        for _ in range(3):  # the gradients of the second round are too old, those of the third make the second step
            sess.run(train, {x: factor})
            together.wait()
        reached.append(factor)

    threads = [threading.Thread(target=work, args=(factor,)) for factor in (0.5, 1.5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(sorted(reached))
    say(sess.run(step) >= 2)
    coord.request_stop()
    sess.close()


def used_too_early(tf, say):
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
    sync.make_session_run_hook(True).begin()


def runner_too_early(tf, say):
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2, 3)
    sync.get_chief_queue_runner()


def tokens_too_early(tf, say):
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2)
    sync.get_init_tokens_op()


def too_few_tokens(tf, say):
    sync = _model(tf, replicas_to_aggregate=5, total_num_replicas=2)[3]
    sync.get_init_tokens_op(1)


def without_step(tf, say):
    w = tf.Variable(1.0)
    tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2).minimize(w * w)


def without_variables(tf, say):
    tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 2).apply_gradients([])


@contextmanager
def _impatient(tf):
    """Coordinators do not wait long for the thread of the tokens, which waits for gradients when all is over."""
    join = tf.train.Coordinator.join
    tf.train.Coordinator.join = lambda self, threads=None, *_, **__: join(self, threads, 0.5, ignore_live_threads=True)
    try:
        yield
    finally:
        tf.train.Coordinator.join = join


def slim_trains_one_replica(tf, say):
    slim = tf.contrib.slim
    w = tf.get_variable("w", initializer=np.array([1.0, -2.0], np.float32))
    sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.25), replicas_to_aggregate=1)
    train_op = slim.learning.create_train_op(tf.reduce_sum(w * w), sync)
    before = len(tf.get_default_graph().get_operations())
    with _impatient(tf):
        loss = slim.learning.train(train_op, None, number_of_steps=3, log_every_n_steps=0, sync_optimizer=sync)
    say(loss in (1.25, 0.3125, 0.078125))  # the queue's thread may count a step late
    for op in tf.get_default_graph().get_operations()[before:]:
        if not op.name.startswith("save/"):
            say(f"{op.type} {op.name} {sorted(other.name for other in op.control_inputs)}")


def slim_wants_such_optimizers(tf, say):
    slim = tf.contrib.slim
    w = tf.get_variable("w", initializer=2.0)
    optimizer = tf.train.GradientDescentOptimizer(0.25)
    train_op = slim.learning.create_train_op(w * w, optimizer)
    for options in ({"sync_optimizer": [optimizer]}, {"sync_optimizer": [optimizer], "startup_delay_steps": 1}):
        try:
            slim.learning.train(train_op, None, number_of_steps=1, **options)
        except ValueError as error:
            say(str(error).splitlines()[0])
