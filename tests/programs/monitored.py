"""What training sessions add to a graph: scaffolds, supervisors, the read of the global step that hooks share."""

from __future__ import annotations

import numpy as np


class NoSaver:
    """Stands where a saver stands, and adds nothing to the graph."""

    saver_def = None

    def build(self):
        """There is nothing to build."""


def _model(tf, use_resource=False):
    """A variable that is trained, a local one, a table, and a global step."""
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [2], initializer=tf.constant_initializer([1.0, -2.0]), use_resource=use_resource)
    tf.get_variable("seen", [], initializer=tf.zeros_initializer(), collections=["local_variables"], trainable=False)
    loss = tf.reduce_sum(tf.square(w))
    return w, loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)


def _runs(scaffold, train, loss):
    return [
        (scaffold.ready_for_local_init_op, None),
        (scaffold.init_op, None),
        (scaffold.ready_for_local_init_op, None),
        (scaffold.ready_op, None),
        (scaffold.local_init_op, None),
        (scaffold.ready_op, None),
        (train, None),
        (loss, None),
    ]


def scaffold(tf):
    _, loss, train = _model(tf)
    return _runs(tf.train.Scaffold(saver=NoSaver()).finalize(), train, loss)


def scaffold_resource_variables(tf):
    _, loss, train = _model(tf, use_resource=True)
    return _runs(tf.train.Scaffold(saver=NoSaver()).finalize(), train, loss)


def scaffold_empty(tf):
    made = tf.train.Scaffold(saver=NoSaver()).finalize()
    return [(made.ready_op, None), (made.init_op, None), (made.local_init_op, None)]


def scaffold_given(tf):
    w, loss, train = _model(tf)
    given = tf.train.Scaffold(
        init_op=tf.group(tf.global_variables_initializer(), name="mine"),
        ready_op=tf.report_uninitialized_variables([w]),
        saver=NoSaver(),
    )
    copied = tf.train.Scaffold(local_init_op=tf.no_op(name="nothing"), copy_from_scaffold=given)
    return _runs(copied.finalize(), train, loss)


def scaffold_from_collections(tf):
    _, loss, train = _model(tf)
    tf.add_to_collection(tf.GraphKeys.INIT_OP, tf.global_variables_initializer())
    tf.add_to_collection(tf.GraphKeys.LOCAL_INIT_OP, tf.train.Scaffold.default_local_init_op())
    return _runs(tf.train.Scaffold(saver=NoSaver()).finalize(), train, loss)


def scaffold_with_tables(tf):
    keys = tf.constant(["a", "b"])
    values = tf.constant([1, 2], tf.int64)
    table = tf.contrib.lookup.HashTable(tf.contrib.lookup.KeyValueTensorInitializer(keys, values), -1)
    found = table.lookup(tf.constant(["b", "c"]))
    made = tf.train.Scaffold(saver=NoSaver()).finalize()
    return [(made.init_op, None), (made.local_init_op, None), (found, None)]


def hooks_share_a_read(tf):
    _, _, train = _model(tf)
    for hook in (tf.train.StopAtStepHook(num_steps=3), tf.train.StepCounterHook(), tf.train.GlobalStepWaiterHook(0)):
        hook.begin()
    read = tf.get_collection("global_step_read_op_cache")
    return [
        (tf.global_variables_initializer(), None),
        (read, None),
        (train, None),
        ([read, tf.train.get_global_step()], None),
    ]


def hooks_read_a_resource(tf):
    with tf.variable_scope("", use_resource=True):
        _, _, train = _model(tf)
    tf.train.StopAtStepHook(last_step=3).begin()
    read = tf.get_collection("global_step_read_op_cache")
    return [(tf.global_variables_initializer(), None), (read, None), (train, None), (read, None)]


def hooks_read_a_tensor(tf):
    step = tf.placeholder_with_default(np.int64(7), [], name="count")
    tf.add_to_collection(tf.GraphKeys.GLOBAL_STEP, step)
    tf.train.StopAtStepHook(last_step=3).begin()
    return [(tf.get_collection("global_step_read_op_cache"), None)]


def supervisor(tf):
    _, loss, train = _model(tf)
    sv = tf.train.Supervisor(saver=None, global_step=tf.train.get_global_step())
    return [
        (sv.ready_op, None),
        (sv.init_op, None),
        (sv.ready_op, None),
        (tf.get_collection(tf.GraphKeys.LOCAL_INIT_OP), None),
        (sv.ready_op, None),
        (train, None),
        ([loss, sv.global_step], None),
    ]
