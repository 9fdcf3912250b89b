"""tf.train.Saver: the ops that save and restore, their names, and what they say to mistakes."""

from __future__ import annotations


def _variables(tf):
    b = tf.Variable(1.0, name="b")
    a = tf.get_variable("a", [2], initializer=tf.zeros_initializer())
    r = tf.get_variable("r", [2], use_resource=True, initializer=tf.zeros_initializer())
    return a, b, r


def of_all_variables(tf):
    _variables(tf)
    tf.train.Saver()


def of_named_variables(tf):
    a, b, _ = _variables(tf)
    tf.train.Saver({"x": b, "y": a}, name="sv", reshape=True)


def of_pieces(tf):
    tf.get_variable("p", [4, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.zeros_initializer())
    tf.train.Saver()


def two_in_a_scope(tf):
    a, _, r = _variables(tf)
    with tf.name_scope("outer"):
        tf.train.Saver([a], filename="elsewhere")
        tf.train.Saver([r, a], max_to_keep=None, restore_sequentially=True)


def of_the_first_version(tf):
    a, b, _ = _variables(tf)
    tf.train.Saver([a, b], write_version=tf.train.SaverDef.V1)


def of_variables_of_unknown_shape(tf):
    v = tf.Variable(tf.placeholder(tf.float32, name="x"), validate_shape=False, name="v")
    tf.train.Saver([v])
    tf.train.Saver([v], reshape=True)


def of_a_table(tf):
    _variables(tf)
    tf.contrib.lookup.MutableHashTable(tf.string, tf.int64, -1, name="words", checkpoint=True)
    tf.train.Saver()


def with_devices(tf):
    with tf.device("/gpu:0"):
        _variables(tf)
    with tf.device("/job:ps/task:1"):
        tf.Variable([1, 2], name="steps")
    tf.train.Saver()


def deferred(tf):
    saver = tf.train.Saver(defer_build=True)
    _variables(tf)
    saver.build()


def of_a_trained_net(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    loss = tf.reduce_mean(tf.square(tf.layers.dense(x, 1)))
    step = tf.train.get_or_create_global_step()
    train = tf.train.AdamOptimizer(0.1).minimize(loss, step)
    average = tf.train.ExponentialMovingAverage(0.9, step)
    with tf.control_dependencies([train]):
        average.apply(tf.trainable_variables())
    tf.train.Saver(average.variables_to_restore())
    tf.train.Saver(tf.trainable_variables(), name="weights")
