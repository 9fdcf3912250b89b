"""Short training scripts of which TensorFlow 1.15.5 was asked what they log and say; `say(text)` notes something.

Each is a function of `tf` and `say`. What they log at level INFO lies in tests/golden/monitored.json.
"""

from __future__ import annotations

import threading
import time

import numpy as np


class NoSaver:
    """Stands where a saver stands, and does nothing."""

    saver_def = None

    def build(self):
        """There is nothing to build."""


def _counting(tf):
    """A loss that falls, and the op that trains."""
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(8.0), use_resource=True)
    loss = tf.multiply(w, w, name="loss")
    return step, loss, tf.train.GradientDescentOptimizer(0.25).minimize(loss, global_step=step)


def _session(tf, hooks=(), **fields):
    scaffold = tf.train.Scaffold(saver=NoSaver(), **fields)
    return tf.train.MonitoredTrainingSession(scaffold=scaffold, hooks=list(hooks))


def _train(sess, train):
    while not sess.should_stop():
        sess.run(train)


def telling(tf, say, name, fetches=None, feed_dict=None, stop_at=None):
    """A hook that says what is called."""

    class Hook(tf.train.SessionRunHook):
        runs = 0

        def begin(self):
            say(name + " begin")

        def after_create_session(self, session, coord):
            say(f"{name} after_create_session {type(session).__name__} {type(coord).__name__}")

        def before_run(self, run_context):
            say(name + " before_run")
            return tf.train.SessionRunArgs(fetches, feed_dict)

        def after_run(self, run_context, run_values):
            say(f"{name} after_run {run_values.results}")
            self.runs += 1
            if self.runs == stop_at:
                run_context.request_stop()

        def end(self, session):
            say(name + " end")

    return Hook()


# -- hooks


def stop_at_step(tf, say):
    step, _, train = _counting(tf)
    with _session(tf, [tf.train.StopAtStepHook(num_steps=3)]) as sess:
        _train(sess, train)
    with _session(tf, [tf.train.StopAtStepHook(last_step=2)]) as sess:
        while not sess.should_stop():
            say(sess.run([train, step])[1])


def log_tensors(tf, say):
    step, loss, train = _counting(tf)
    hooks = [
        tf.train.StopAtStepHook(last_step=5),
        tf.train.LoggingTensorHook({"step": step, "loss": loss}, every_n_iter=2),
    ]
    with _session(tf, hooks) as sess:
        _train(sess, train)


def log_names_at_end(tf, say):
    _, _, train = _counting(tf)
    hooks = [
        tf.train.StopAtStepHook(last_step=2),
        tf.train.LoggingTensorHook(["loss:0", "global_step"], at_end=True),
    ]
    with _session(tf, hooks) as sess:
        _train(sess, train)


def log_formatted(tf, say):
    _, loss, train = _counting(tf)
    hooks = [
        tf.train.StopAtStepHook(last_step=3),
        tf.train.LoggingTensorHook(
            {"loss": loss},
            every_n_iter=1,
            at_end=True,
            formatter=lambda values: "loss is now {:.2f}".format(values["loss"]),
        ),
    ]
    with _session(tf, hooks) as sess:
        _train(sess, train)


def log_arrays(tf, say):
    _, _, train = _counting(tf)
    small = tf.constant(np.array([[1e-7, 0.5], [1234.5, -2.0]], np.float32), name="small")
    text = tf.constant(["a", "b"])
    hooks = [
        tf.train.StopAtStepHook(last_step=1),
        tf.train.LoggingTensorHook({"values": small, "text": text}, every_n_iter=1),
    ]
    with _session(tf, hooks) as sess:
        _train(sess, train)


def count_steps(tf, say):
    step = tf.train.get_or_create_global_step()
    with tf.control_dependencies([tf.py_func(lambda: time.sleep(0.01), [], [])]):  # so that hooks read before it counts
        count = tf.assign_add(step, 1)
    with _session(tf, [tf.train.StopAtStepHook(last_step=7), tf.train.StepCounterHook(every_n_steps=3)]) as sess:
        _train(sess, count)


def count_steps_that_stand_still(tf, say):
    _, loss, _ = _counting(tf)
    with _session(tf, [tf.train.StepCounterHook(every_n_steps=3)]) as sess:
        for _ in range(3):
            sess.run(loss)


def nan_fails(tf, say):
    x = tf.placeholder(tf.float32, [])
    loss = tf.log(x)
    with _session(tf, [tf.train.NanTensorHook(loss)]) as sess:
        say(sess.run(loss, {x: 1.0}))
        sess.run(loss, {x: -1.0})


def nan_stops(tf, say):
    x = tf.placeholder(tf.float32, [])
    loss = tf.log(x)
    with _session(tf, [tf.train.NanTensorHook(loss, fail_on_nan_loss=False)]) as sess:
        sess.run(loss, {x: -1.0})
        say(sess.should_stop())
        sess.run(loss, {x: 1.0})


def final_ops(tf, say):
    _, loss, train = _counting(tf)
    scale = tf.placeholder(tf.float32, [])
    last = tf.train.FinalOpsHook({"loss": loss, "scaled": scale * loss}, {scale: 10.0})
    with _session(tf, [last, tf.train.StopAtStepHook(last_step=1)]) as sess:
        say(last.final_ops_values)
        _train(sess, train)
    say(sorted(last.final_ops_values.items()))


def feed_fn(tf, say):
    x = tf.placeholder(tf.float32, [])
    double = x * 2.0
    values = iter([1.0, 2.5])
    with _session(tf, [tf.train.FeedFnHook(lambda: {x: next(values)})]) as sess:
        say(sess.run(double))
        say(sess.run(double))
        say(sess.run(double))


def step_waiter(tf, say):
    step, _, train = _counting(tf)
    with _session(tf, [tf.train.GlobalStepWaiterHook(0)]) as sess:
        sess.run(train)
    ahead = tf.assign(step, 5)
    with _session(tf, [tf.train.GlobalStepWaiterHook(5)], init_op=tf.group(tf.global_variables_initializer(), ahead)):
        pass


def waits_for_the_step(tf, say):
    step, _, train = _counting(tf)
    hook = tf.train.GlobalStepWaiterHook(5)
    ready = tf.assign(step, 5)
    with _session(tf, [hook]) as sess:
        threading.Timer(0.1, lambda: sess._tf_sess().run(ready)).start()
        sess.run(train)
        say(sess.run(step))


# -- hooks by hand


def order_of_calls(tf, say):
    _, loss, train = _counting(tf)
    x = tf.placeholder_with_default(1.0, [], name="x")
    hooks = [
        telling(tf, say, "first", {"loss": loss, "x": x}),
        telling(tf, say, "second", feed_dict={x: 4.0}),
        telling(tf, say, "third", [x, [x]], stop_at=2),
    ]
    with _session(tf, hooks) as sess:
        say("inside")
        while not sess.should_stop():
            say(sess.run({"train": train, "x": x}))


def feeds_clash(tf, say):
    x = tf.placeholder_with_default(1.0, [], name="x")
    hooks = [telling(tf, say, "first", feed_dict={x: 4.0}), telling(tf, say, "second", feed_dict={x: 4.0})]
    with _session(tf, hooks) as sess:
        sess.run(x)


def feeds_clash_with_the_caller(tf, say):
    x = tf.placeholder_with_default(1.0, [], name="x")
    with _session(tf, [telling(tf, say, "first", feed_dict={x: 4.0})]) as sess:
        sess.run(x, {x: 5.0})


def error_inside(tf, say):
    x = tf.constant(1.0)
    with _session(tf, [telling(tf, say, "hook")]) as sess:
        sess.run(x)
        raise ValueError("mine")


def error_in_a_hook(tf, say):
    x = tf.constant(1.0)
    hook = telling(tf, say, "hook")
    hook.after_run = lambda run_context, run_values: 1 / 0
    with _session(tf, [hook]) as sess:
        sess.run(x)


def end_of_the_input(tf, say):
    x = tf.constant(1.0)
    with _session(tf, [telling(tf, say, "hook")]) as sess:
        sess.run(x)
        raise tf.errors.OutOfRangeError(None, None, "the end")
    say("outside")


def session_is_lost(tf, say):
    step, _, train = _counting(tf)
    hook = telling(tf, say, "hook", step)
    lost = []

    def after_run(run_context, run_values):
        if run_values.results == 1 and not lost:
            lost.append(True)
            raise tf.errors.AbortedError(None, None, "gone")

    hook.after_run = after_run
    with _session(tf, [hook, tf.train.StopAtStepHook(last_step=3)]) as sess:
        while not sess.should_stop():
            say(sess.run([train, step])[1])


def singular_session_is_lost(tf, say):
    x = tf.constant(1.0)
    hook = telling(tf, say, "hook")

    def after_run(run_context, run_values):
        raise tf.errors.UnavailableError(None, None, "gone")

    hook.after_run = after_run
    with tf.train.SingularMonitoredSession([hook], tf.train.Scaffold(saver=NoSaver())) as sess:
        say(sess.raw_session() is sess._tf_sess())
        sess.run(x)


def steps_of_several_runs(tf, say):
    _, loss, train = _counting(tf)

    def step_fn(step_context):
        before = step_context.session.run(loss)
        step_context.run_with_hooks(train)
        after = step_context.session.run(loss)
        if after < 1.0:
            step_context.request_stop()
        return before, after

    with _session(tf, [telling(tf, say, "hook")]) as sess:
        while not sess.should_stop():
            say(sess.run_step_fn(step_fn))
    say("outside")


def step_fn_arguments(tf, say):
    with _session(tf) as sess:
        sess.run_step_fn(lambda context: context)


def closing(tf, say):
    x = tf.constant(1.0)
    sess = _session(tf, [telling(tf, say, "hook")])
    say(sess.run(x))
    say(tf.get_default_graph().finalized)
    sess.close()
    say(tf.get_default_graph().finalized)
    say(sess.should_stop())
    say(sess.graph)
    sess.close()


# -- initialization


def init_fn(tf, say):
    w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
    with _session(tf, init_fn=lambda scaffold, session: w.load([3.0, 4.0], session)) as sess:
        say(sess.run(w))


def init_feed_dict(tf, say):
    x = tf.placeholder(tf.float32, [2])
    w = tf.Variable(x, name="w")
    with _session(tf, init_feed_dict={x: [3.0, 4.0]}) as sess:
        say(sess.run(w))


def local_variables_from_global_ones(tf, say):
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    v = tf.Variable(w.initialized_value() * 2.0, collections=["local_variables"], name="v")
    with _session(tf) as sess:
        say(sess.run([w, v]))


def not_initialized(tf, say):
    tf.get_variable("w", [2])
    tf.get_variable("v", [2])
    _session(tf, init_op=tf.no_op(name="nothing"))


def not_ready(tf, say):
    w = tf.get_variable("w", [2])
    _session(
        tf,
        init_op=tf.no_op(name="nothing"),
        ready_for_local_init_op=tf.constant([], tf.string),
        ready_op=tf.report_uninitialized_variables([w]),
    )


def nothing_to_initialize_with(tf, say):
    tf.train.SessionManager().prepare_session("")


def ready_without_local_init(tf, say):
    tf.train.SessionManager(ready_for_local_init_op=tf.constant(1.0, name="ready"))


def manager_waits(tf, say):
    w = tf.get_variable("w", [2])
    manager = tf.train.SessionManager(
        ready_op=tf.report_uninitialized_variables([w]), recovery_wait_secs=0.1, local_init_op=tf.no_op()
    )
    manager.wait_for_session("", max_wait_secs=0.15)


def manager_recovers_nothing(tf, say):
    w = tf.get_variable("w", [2])
    manager = tf.train.SessionManager(ready_op=tf.report_uninitialized_variables([w]))
    _, restored = manager.recover_session("")
    say(restored)


def worker_waits(tf, say):
    tf.get_variable("w", [2])
    creator = tf.train.WorkerSessionCreator(tf.train.Scaffold(saver=NoSaver()), max_wait_secs=0)
    tf.train.MonitoredSession(creator)


def two_init_ops(tf, say):
    for name in "ab":
        tf.add_to_collection(tf.GraphKeys.INIT_OP, tf.no_op(name=name))
    tf.train.Scaffold(saver=NoSaver()).finalize()


def graph_is_finalized(tf, say):
    with _session(tf):
        tf.constant(1.0)


# -- arguments


def timer_both(tf, say):
    tf.train.SecondOrStepTimer(every_secs=1, every_steps=1)


def timer_none(tf, say):
    tf.train.SecondOrStepTimer()


def timer_steps(tf, say):
    timer = tf.train.SecondOrStepTimer(every_steps=3)
    for step in (0, 2, 3, 3, 5, 7):
        due = timer.should_trigger_for_step(step)
        elapsed = timer.update_last_triggered_step(step)[1] if due else "-"
        say([step, due, elapsed, timer.last_triggered_step()])
    timer.reset()
    say([timer.last_triggered_step(), timer.should_trigger_for_step(1)])


def stop_at_both(tf, say):
    tf.train.StopAtStepHook(num_steps=1, last_step=1)


def stop_at_none(tf, say):
    tf.train.StopAtStepHook()


def stop_without_a_step(tf, say):
    tf.train.StopAtStepHook(num_steps=1).begin()


def wait_without_a_step(tf, say):
    tf.train.GlobalStepWaiterHook(1).begin()


def log_both(tf, say):
    tf.train.LoggingTensorHook(["x"], every_n_iter=1, every_n_secs=1)


def log_never(tf, say):
    tf.train.LoggingTensorHook(["x"])


def log_every_zero(tf, say):
    tf.train.LoggingTensorHook(["x"], every_n_iter=0)


def log_unknown(tf, say):
    tf.train.LoggingTensorHook(["x"], every_n_iter=1).begin()


def log_ambiguous(tf, say):
    tf.split(tf.zeros([2]), 2, name="halves")
    tf.train.LoggingTensorHook(["halves"], every_n_iter=1).begin()


def count_both(tf, say):
    tf.train.StepCounterHook(every_n_steps=1, every_n_secs=1)


def summaries_of_nothing(tf, say):
    tf.train.SummarySaverHook(save_steps=1)


def checkpoints_saver_and_scaffold(tf, say):
    tf.train.CheckpointSaverHook("somewhere", save_steps=1, saver=1, scaffold=1)


def checkpoints_never(tf, say):
    tf.train.CheckpointSaverHook("somewhere")


def scaffold_copied_from_something(tf, say):
    tf.train.Scaffold(copy_from_scaffold=1)


# -- supervisors


def supervised(tf, say):
    step, loss, train = _counting(tf)
    sv = tf.train.Supervisor(saver=None)
    with sv.managed_session() as sess:
        while not sv.should_stop():
            _, now = sess.run([train, step])
            if now >= 3:
                sv.request_stop()
        say(sess.run(loss))


def supervised_error(tf, say):
    sv = tf.train.Supervisor(saver=None)
    x = 1
    with sv.managed_session():
        raise ValueError(f"mine {x}")


def supervised_end_of_the_input(tf, say):
    sv = tf.train.Supervisor(saver=None)
    with sv.managed_session():
        raise tf.errors.OutOfRangeError(None, None, "the end")
    say("outside")


def supervised_loop(tf, say):
    sv = tf.train.Supervisor(saver=None)
    with sv.managed_session():
        calls = []

        def call(number):
            calls.append(number)
            if len(calls) == 3:
                sv.request_stop()

        sv.loop(0.01, call, args=(5,))
        sv.wait_for_stop()
    say(calls[:3])


def supervised_basic_loop(tf, say):
    _, loss, train = _counting(tf)
    sv = tf.train.Supervisor(saver=None)
    losses = []

    def step(sess, limit, scale=1.0):
        losses.append(sess.run([train, loss])[1] * scale)
        if len(losses) == 2:
            raise tf.errors.AbortedError(None, None, "gone")
        if len(losses) >= limit:
            sv.request_stop()

    tf.train.basic_train_loop(sv, step, args=(4,), kwargs={"scale": 2.0})
    say(len(losses))


def supervised_without_services(tf, say):
    sv = tf.train.Supervisor(saver=None)
    sess = sv.prepare_or_wait_for_session(start_standard_services=False)
    say(sv.start_queue_runners(sess))
    sv.stop()
    say(sv.should_stop())
    sv.summary_computed(sess, "summary")


def worker_supervisor_without_devices(tf, say):
    _counting(tf)
    tf.train.Supervisor(saver=None, is_chief=False)


def worker_starts_services(tf, say):
    sv = tf.train.Supervisor(saver=None, is_chief=False)
    sv.start_standard_services(None)
