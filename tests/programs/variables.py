"""Variables, their scopes, initializers and assignments."""

from __future__ import annotations

import numpy as np


def _initialized(tf, fetches):
    return [(tf.global_variables_initializer(), None), (fetches, None)]


def many_initial_values(tf):
    fetches = [
        tf.Variable(3),
        tf.Variable(2.5, name="scalar"),
        tf.Variable([1, 2, 3], dtype=tf.float32),
        tf.Variable(np.arange(6).reshape(2, 3), name="from_numpy"),
        tf.Variable(tf.zeros([2, 2]), trainable=False, name="zeros"),
        tf.Variable(tf.fill([3], 7.0)),
        tf.Variable([True, False]),
        tf.Variable("text"),
        tf.Variable(tf.range(4)),
        tf.Variable(lambda: tf.constant([1.0, 2.0]), dtype=tf.float32, name="late"),
    ]
    return _initialized(tf, fetches)


def initialized_value(tf):
    weights = tf.Variable(tf.random_normal([3], stddev=0.35, seed=2), name="weights")
    w2 = tf.Variable(weights.initialized_value(), name="w2")
    w_twice = tf.Variable(weights.initialized_value() * 0.2, name="w_twice")
    return _initialized(tf, [weights, w2, w_twice])


def is_initialized(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.Variable(2.0, name="b")
    flags = [tf.is_variable_initialized(a), tf.is_variable_initialized(b)]
    report = tf.report_uninitialized_variables()
    every = tf.variables_initializer([a, b], name="both")
    return [
        (flags, None),
        (report, None),
        (a.initializer, None),
        (flags, None),
        (report, None),
        (every, None),
        (flags, None),
    ]


def assignments(tf):
    v = tf.Variable([1.0, 2.0, 3.0], name="v")
    count = tf.Variable(0, name="count")
    add = tf.assign_add(v, [1.0, 1.0, 1.0])
    sub = v.assign_sub([0.5, 0.5, 0.5])
    put = v.assign([9.0, 8.0, 7.0])
    put_named = tf.assign(v, tf.zeros([3]), name="reset")
    one = tf.constant(1)
    update = tf.assign(count, tf.add(count, one))
    runs = [(tf.global_variables_initializer(), None)]
    runs += [(op, None) for op in (add, sub, put, update, update, count, put_named)]
    return runs + [(v, None)]


def assign_another_shape(tf):
    w = tf.Variable(tf.zeros([2, 3]), name="w")
    wider = tf.assign(w, tf.ones([2, 4]), validate_shape=False)
    free = tf.Variable([1.0], validate_shape=False, name="free")
    longer = tf.assign(free, [1.0, 2.0], validate_shape=False)
    return [(tf.global_variables_initializer(), None), (wider, None), (longer, None), (tf.shape(free), None)]


def scatter(tf):
    v = tf.Variable([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], name="v")
    add = tf.scatter_add(v, [0, 0, 2], [[1.0, 2.0], [1.0, 2.0], [5.0, 5.0]])
    sub = tf.scatter_sub(v, [1], [[1.0, 1.0]])
    put = tf.scatter_update(v, 2, [7.0, 7.0])
    return [(tf.global_variables_initializer(), None), (add, None), (sub, None), (put, None)]


def arithmetic_on_variables(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable([[3.0], [4.0]], name="w")
    fetches = [v + 1, 1 - v, v * v, v / w, -v, abs(v), v > 1.5, v[0], w[1, 0], v**2, 2.0**v, v % 2.0]
    return _initialized(tf, fetches + [tf.square(v), v.value(), v.read_value()])


def get_variable_defaults(tf):
    tf.set_random_seed(4)
    w = tf.get_variable("w", [3, 4])
    b = tf.get_variable("b", shape=[4], dtype=tf.float32, initializer=tf.zeros_initializer())
    count = tf.get_variable("count", shape=(), dtype=tf.int32, trainable=False)
    conv = tf.get_variable("conv", [3, 3, 2, 4])
    vector = tf.get_variable("vector", [5])
    flag = tf.get_variable("flag", [2], dtype=tf.bool)
    return _initialized(tf, [w, b, count, conv, vector, flag])


def initializers_of_variables(tf):
    tf.set_random_seed(6)
    fetches = [
        tf.get_variable("zeros", [2, 3], initializer=tf.zeros_initializer()),
        tf.get_variable("ones", [2, 3], initializer=tf.ones_initializer),
        tf.get_variable("constant", [2, 3], initializer=tf.constant_initializer(0.5)),
        tf.get_variable("list", [2, 2], initializer=tf.constant_initializer([1.0, 2.0, 3.0, 4.0])),
        tf.get_variable("short_list", [2, 2], initializer=tf.constant_initializer([1.0, 2.0])),
        tf.get_variable("normal", [2, 3], initializer=tf.random_normal_initializer(mean=1.0, stddev=2.0)),
        tf.get_variable("truncated", [2, 3], initializer=tf.truncated_normal_initializer(stddev=0.1, seed=3)),
        tf.get_variable("uniform", [2, 3], initializer=tf.random_uniform_initializer(-1.0, 1.0)),
        tf.get_variable("uniform_int", [4], tf.int32, initializer=tf.random_uniform_initializer(0, 9, dtype=tf.int32)),
        tf.get_variable("from_value", initializer=[[1.0, 2.0]]),
        tf.get_variable("from_tensor", initializer=tf.constant([3, 4])),
        tf.get_variable("from_numpy", initializer=np.float32(2.0)),
    ]
    return _initialized(tf, fetches)


def scaled_initializers(tf):
    tf.set_random_seed(8)
    makers = [
        tf.glorot_uniform_initializer(),
        tf.glorot_normal_initializer(),
        tf.contrib.layers.xavier_initializer(),
        tf.contrib.layers.xavier_initializer(uniform=False, seed=5),
        tf.variance_scaling_initializer(),
        tf.variance_scaling_initializer(2.0, "fan_avg", "uniform"),
        tf.uniform_unit_scaling_initializer(),
    ]
    return _initialized(tf, [tf.get_variable("w%d" % i, [3, 4], initializer=make) for i, make in enumerate(makers)])


def contrib_initializers(tf):
    tf.set_random_seed(8)
    layers = tf.contrib.layers
    makers = [
        layers.xavier_initializer_conv2d(seed=1),
        layers.variance_scaling_initializer(),
        layers.variance_scaling_initializer(1.0, "FAN_OUT", uniform=True, seed=2),
        layers.variance_scaling_initializer(factor=1.43, mode="FAN_AVG", dtype=tf.float64),
    ]
    shapes = [[3, 3, 2, 4], [5], [4, 3], [2, 6]]
    made = [
        tf.get_variable("v%d" % i, shape, getattr(tf, dtype), initializer=make)
        for i, (shape, make, dtype) in enumerate(zip(shapes, makers, ["float32"] * 3 + ["float64"]))
    ]
    called = layers.xavier_initializer(seed=3)([2, 3])
    return _initialized(tf, made + [called, layers.xavier_initializer(seed=4)([])])


def initializers_called(tf):
    tf.set_random_seed(8)
    init = tf.truncated_normal_initializer(stddev=0.1)
    a = tf.Variable(init([2, 2]), name="a")
    b = tf.Variable(tf.constant_initializer(3)([2], dtype=tf.float32))
    c = tf.Variable(tf.random_normal_initializer(seed=1)(shape=[3]))
    return _initialized(tf, [a, b, c])


def scopes_nested(tf):
    with tf.variable_scope("foo"):
        v = tf.get_variable("v", [1])
        with tf.variable_scope("bar") as scope:
            w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
            tf.constant(scope.name, name="scope_name")
    with tf.variable_scope("foo", reuse=True):
        again = tf.get_variable("v", [1])
        with tf.variable_scope("bar"):
            w_again = tf.get_variable("w")
    total = tf.add(again, v, name="total")
    return _initialized(tf, [w_again, w, total - total])


def scopes_reused(tf):
    def layer(x):
        w = tf.get_variable("w", [3, 3], initializer=tf.constant_initializer(0.5))
        return tf.matmul(x, w)

    x = tf.ones([1, 3])
    with tf.variable_scope("model") as scope:
        first = layer(x)
        scope.reuse_variables()
        second = layer(x)
    with tf.variable_scope(scope, reuse=True):
        third = layer(x)
    with tf.variable_scope("auto", reuse=tf.AUTO_REUSE):
        fourth = layer(x)
    with tf.variable_scope("auto", reuse=tf.AUTO_REUSE):
        fifth = layer(x)
    return _initialized(tf, [first, second, third, fourth, fifth])


def scopes_and_name_scopes(tf):
    """Variable scopes name get_variable and ops, name scopes name ops and tf.Variable."""
    with tf.variable_scope("foo"):
        tf.get_variable("bar", [1])
        tf.constant(1.0, name="c")
    with tf.variable_scope("bar"):
        tf.get_variable("bar", [1])
    with tf.name_scope("a"):
        tf.Variable([1], name="variable")
        tf.get_variable("plain", [1])
        with tf.variable_scope("inner"):
            tf.get_variable("v", [1])
            tf.Variable(2.0, name="v")
    with tf.variable_scope("foo"):
        tf.constant(2.0, name="c")
        tf.Variable(1.0, name="x")
        with tf.name_scope("deep"):
            tf.get_variable("y", [1])
            tf.add(1.0, 2.0)
    with tf.variable_scope("foo", auxiliary_name_scope=False):
        tf.constant(3.0, name="c")
    return [(tf.global_variables_initializer(), None)]


def scopes_default_names(tf):
    def block(x):
        with tf.variable_scope(None, default_name="block"):
            return x * tf.get_variable("scale", [], initializer=tf.constant_initializer(2.0))

    y = block(block(tf.constant(1.0)))
    with tf.variable_scope("outer"):
        y = block(block(y))
    with tf.variable_scope("given", "block"):
        y = y + tf.get_variable("shift", [], initializer=tf.ones_initializer())
    return _initialized(tf, y)


def scopes_with_defaults(tf):
    l2 = tf.contrib.layers.l2_regularizer(0.1)
    with tf.variable_scope("net", initializer=tf.constant_initializer(0.4), regularizer=l2):
        v = tf.get_variable("v", [2])
        w = tf.get_variable("w", [2], initializer=tf.constant_initializer(0.3))
        with tf.variable_scope("inner"):
            u = tf.get_variable("u", [2], regularizer=tf.contrib.layers.l1_regularizer(0.5))
    with tf.variable_scope("plain", dtype=tf.float64):
        d = tf.get_variable("d", [2], initializer=tf.ones_initializer())
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    total = tf.losses.get_regularization_loss()
    return _initialized(tf, [v, w, u, d, losses, total])


def collections(tf):
    tf.Variable(1.0, name="a")
    tf.Variable(2.0, name="b", trainable=False)
    c = tf.get_variable("c", [], collections=["mine", tf.GraphKeys.GLOBAL_VARIABLES], trainable=False)
    tf.get_variable("local", [1], collections=[tf.GraphKeys.LOCAL_VARIABLES], initializer=tf.zeros_initializer())
    tf.add_to_collection("pair", c)
    tf.add_to_collection("pair", tf.constant(1, name="one"))
    with tf.variable_scope("s"):
        tf.Variable(3.0, name="d")
    tf.constant([v.name for v in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="s")], name="found")
    return [([tf.global_variables_initializer(), tf.local_variables_initializer()], None)]


def global_step(tf):
    step = tf.train.create_global_step()
    same = tf.train.get_global_step()
    also = tf.train.get_or_create_global_step()
    grow = tf.assign_add(step, 3)
    return [(tf.global_variables_initializer(), None), (grow, None), ([same, also], None)]


def caching_and_constraints(tf):
    v = tf.Variable([1.0, -2.0], name="v", constraint=tf.nn.relu)
    w = tf.get_variable("w", initializer=[1.0], constraint=lambda x: tf.clip_by_norm(x, 1.0))
    with tf.device("/cpu:0"):
        u = tf.Variable([1.0], name="u")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(v) + tf.reduce_sum(w) + tf.reduce_sum(u))
    return [(tf.global_variables_initializer(), None), (train, None), ([v, w, u], None)]


def count_variables(tf):
    """A variable that counts the runs, as InteractiveSession chapters have it."""
    state = tf.Variable(0, name="counter")
    one = tf.constant(1)
    new_value = tf.add(state, one)
    update = tf.assign(state, new_value)
    init = tf.initialize_all_variables()
    return [(init, None), (state, None)] + [(update, None), (state, None)] * 3
