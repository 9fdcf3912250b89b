"""Training sessions that write files, as tests/monitored_scripts.py; what is said lies in golden/checkpoints.json.

File names are said without what differs from run to run, and FOLDER stands for the folder they lie in.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile


def _in_a_folder(script):
    """Give a script a folder of its own, of which it need not say where it is."""

    def run(tf, say):
        folder = tempfile.mkdtemp(prefix="flowgraph_checkpoints_")
        try:
            script(tf, say, folder)
        finally:
            shutil.rmtree(folder)

    run.__name__ = script.__name__
    return run


def _files(say, folder):
    for where, _, names in sorted(os.walk(folder)):
        say(os.path.relpath(where, folder) + " " + str(sorted({re.sub("tfevents.*", "tfevents", n) for n in names})))


def _model(tf):
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer(), use_resource=True)
    loss = tf.reduce_sum(w * w)
    tf.summary.scalar("loss", loss)
    return step, w, loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)


def _train_to(tf, say, folder, last):
    with tf.Graph().as_default() as graph:
        step, w, _, train = _model(tf)
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=folder,
            hooks=[tf.train.StopAtStepHook(last_step=last)],
            save_checkpoint_steps=3,
            save_summaries_steps=2,
            log_step_count_steps=None,
        ) as sess:
            while not sess.should_stop():
                sess.run(train)
            say([value.tolist() for value in sess._tf_sess().run([step, w])])
        say([op.name for op in graph.get_operations() if op.name.startswith("save/")])
    _files(say, folder)


@_in_a_folder
def goes_on_where_it_was(tf, say, folder):
    for last in (4, 7):
        _train_to(tf, say, folder, last)


@_in_a_folder
def listeners(tf, say, folder):
    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            say("begin")

        def before_save(self, session, global_step_value):
            say(f"before {global_step_value}")

        def after_save(self, session, global_step_value):
            say(f"after {global_step_value}")
            return global_step_value >= 2

        def end(self, session, global_step_value):
            say(f"end {global_step_value}")

    _, _, _, train = _model(tf)
    saver = tf.train.Saver()
    hook = tf.train.CheckpointSaverHook(
        folder, save_steps=1, listeners=[Listener()], checkpoint_basename="other", saver=saver
    )
    with tf.train.SingularMonitoredSession(hooks=[hook], checkpoint_dir=folder) as sess:
        while not sess.should_stop():
            sess.run(train)
    _files(say, folder)


@_in_a_folder
def summaries_to_a_writer(tf, say, folder):
    _, _, loss, train = _model(tf)
    told = []

    class Writer:
        def add_summary(self, summary, step):
            told.append((type(summary).__name__, int(step)))

        def add_session_log(self, log, step):
            told.append((log.status, int(step)))

        def flush(self):
            told.append("flush")

    hooks = [
        tf.train.SummarySaverHook(save_steps=2, summary_writer=Writer(), summary_op=tf.summary.merge_all()),
        tf.train.StopAtStepHook(last_step=5),
    ]
    with tf.train.SingularMonitoredSession(hooks=hooks) as sess:
        while not sess.should_stop():
            sess.run([loss, train])
    say(told[0])
    say(told[-1])


@_in_a_folder
def supervised_with_files(tf, say, folder):
    for steps in (3, 2):
        with tf.Graph().as_default():
            step, w, _, train = _model(tf)
            sv = tf.train.Supervisor(logdir=folder, save_model_secs=0, save_summaries_secs=0)
            with sv.managed_session() as sess:
                for _ in range(steps):
                    sess.run(train)
                sv.summary_computed(sess, sess.run(sv.summary_op))
                sv.saver.save(sess, sv.save_path, global_step=sv.global_step)
                say([value.tolist() for value in sess.run([step, w])])
        _files(say, folder)


@_in_a_folder
def recovered(tf, say, folder):
    _, w, _, train = _model(tf)
    saver, init = tf.train.Saver(), tf.global_variables_initializer()
    with tf.Session() as sess:
        sess.run(init)
        sess.run(train)
        saver.save(sess, os.path.join(folder, "model"), global_step=1)
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables(), recovery_wait_secs=0.1)
    nowhere = os.path.join(folder, "nowhere")
    for options in ({"checkpoint_dir": folder}, {"checkpoint_filename_with_path": os.path.join(folder, "model-1")}):
        sess, restored = manager.recover_session("", saver=saver, **options)
        say([restored, sess.run(w).tolist()])
    say(manager.recover_session("", saver=saver, checkpoint_dir=nowhere)[1])
    say(manager.recover_session("", saver, nowhere, wait_for_checkpoint=True, max_wait_secs=0.1)[1])
    manager.prepare_session("", init, saver, folder, os.path.join(folder, "model-1"))


@_in_a_folder
def averages_in_place_of_variables(tf, say, folder):
    step, w, loss, _ = _model(tf)
    optimizer = tf.contrib.opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.25), 0.5)
    train = optimizer.minimize(loss)
    saver = optimizer.swapping_saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        path = saver.save(sess, os.path.join(folder, "model"))
        say([(name, tf.train.load_variable(path, name).tolist()) for name, _ in tf.train.list_variables(path)])
    optimizer.swapping_saver([step, w])


@_in_a_folder
def center_in_place_of_variables(tf, say, folder):
    getter = tf.contrib.opt.ElasticAverageCustomGetter("/cpu:0")
    with tf.variable_scope("", custom_getter=getter):
        w = tf.get_variable("w", initializer=5.0)
    descent = tf.train.GradientDescentOptimizer(0.1)
    elastic = tf.contrib.opt.ElasticAverageOptimizer(descent, 1, getter, communication_period=1)
    train = elastic.minimize(w * w)
    saver = elastic.swapping_saver()
    with tf.Session() as sess:
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        sess.run(elastic.get_init_op(0))
        sess.run(train)
        path = saver.save(sess, os.path.join(folder, "model"))
        say([name for name, _ in tf.train.list_variables(path)])
        say(f"{tf.train.load_variable(path, 'w'):.4f}")
