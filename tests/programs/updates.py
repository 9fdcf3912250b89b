"""Ways to make variables and to change them, beyond what books show at first."""

from __future__ import annotations

import numpy as np


def _initialized(tf, *runs):
    return [(tf.global_variables_initializer(), None)] + [(fetches, None) for fetches in runs]


def initial_values_of_variables(tf):
    """All initializers run at once, whatever they depend on."""
    a = tf.Variable(tf.random_normal([2], seed=3), name="a")
    b = tf.Variable(a * 2 + 1, name="b")
    c = tf.Variable(tf.square(a) - a)
    d = tf.Variable(a)
    e = tf.Variable(a.initialized_value() + 1.0)
    f = tf.Variable(a.read_value())
    g = tf.Variable(tf.shape(a))
    with tf.name_scope("s"):
        h = tf.Variable(tf.concat([a, a], 0), name="h")
    return _initialized(tf, [a, b, c, d, e, f, g, h])


def initial_values_from_functions(tf):
    a = tf.Variable(lambda: tf.ones([2]), name="a")
    with tf.device("/cpu:0"):
        b = tf.Variable(lambda: 2.0 * a.initialized_value(), name="b")
    c = tf.Variable(lambda: [1.0, 2.0], dtype=tf.float64)
    return _initialized(tf, [a, b, c])


def initial_values_of_other_collections(tf):
    """Variables that are in none of the two lists are read as they are."""
    a = tf.Variable([1.0, 2.0], name="a", collections=[])
    b = tf.Variable(a * 2, name="b")
    c = tf.Variable([1.0], name="c", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    d = tf.Variable(c * 2)
    return [([a.initializer, c.initializer], None), ([b.initializer, d.initializer], None), ([b, d], None)]


def variables_inside_blocks(tf):
    """A variable waits for nothing, belongs to no branch, and stands beside what it is colocated with."""
    x = tf.constant(1.0, name="x")
    with tf.control_dependencies([x]):
        a = tf.Variable(3.0, name="a")
        b = tf.Variable(a.initialized_value(), name="b")
        put = a.assign(2.0)
        late = a.read_value()
    with tf.colocate_with(a):
        c = tf.Variable(a * 2, name="c")
        d = tf.Variable(lambda: a * 3, name="d")
    choose = tf.placeholder(tf.bool, [], name="choose")

    def branch():
        v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        return v + tf.Variable(lambda: 2.0 * tf.ones([2]), name="w")

    y = tf.cond(choose, branch, lambda: tf.zeros([2]))
    runs = _initialized(tf, [a, b, c])
    return runs + [(d.initializer, None), (d, None), (y, {choose: True}), (put, None), (late, None)]


def variables_changed_in_branches(tf):
    v = tf.Variable(1.0, name="v")
    choose = tf.placeholder(tf.bool, [], name="choose")
    y = tf.cond(choose, lambda: v.assign(5.0), lambda: v.assign_add(1.0))
    z = tf.cond(choose, lambda: v + 1, lambda: v * 2)
    runs = _initialized(tf)
    return runs + [(y, {choose: False}), (v, None), (z, {choose: True}), (y, {choose: True}), (v, None)]


def shapes_left_open(tf):
    x = tf.placeholder(tf.float32, name="x")
    a = tf.Variable(tf.zeros([2]), validate_shape=False, name="a")
    b = tf.Variable(x, validate_shape=False, name="b")
    put = tf.assign(a, tf.placeholder(tf.float32, [None], name="y"), validate_shape=False)
    a.set_shape([None])
    init = tf.global_variables_initializer()
    feed = {x: [[1.0, 2.0]]}
    return [(init, feed), ([a, b], None), (put, {"y:0": [1.0, 2.0, 3.0]}), (a, None), (a + 1, None)]


def scatters(tf):
    v = tf.Variable(np.arange(8, dtype=np.float32).reshape(4, 2), name="v")
    rows = tf.IndexedSlices(tf.constant([[10.0, 20.0], [30.0, 40.0]]), tf.constant([2, 2]))
    runs = [
        v.scatter_add(rows),
        v.scatter_sub(rows, name="back"),
        v.scatter_mul(tf.IndexedSlices(tf.constant([[2.0, 3.0]]), tf.constant([1]))),
        tf.scatter_div(v, [1, 3], [[2.0, 3.0], [2.0, 2.0]]),
        tf.scatter_min(v, [0, 0], [[-1.0, 0.5], [5.0, -5.0]]),
        tf.scatter_max(v, [[0], [3]], [[[0.0, 0.0]], [[9.0, 1.0]]]),
        tf.scatter_update(v, [1, 1], [[7.0, 7.0], [8.0, 8.0]], use_locking=False),
        tf.scatter_add(v, [0, 3], 1.0),
        tf.scatter_update(v, tf.zeros([0], tf.int64), tf.zeros([0, 2])),
        v.scatter_nd_add([[0, 1], [0, 1], [3, 0]], [1.0, 2.0, 3.0]),
        v.scatter_nd_sub([[3], [1]], [[1.0, 1.0], [2.0, 2.0]]),
        tf.scatter_nd_update(v, [[[0, 0]], [[2, 1]]], [[5.0], [6.0]]),
        v.batch_scatter_update(tf.IndexedSlices(tf.constant([[1.0]] * 4), tf.constant([[0], [1], [0], [1]]))),
    ]
    return _initialized(tf, *runs) + [(v, None)]


def scatters_of_integers(tf):
    v = tf.Variable([7, -7, 100, 3], name="v")
    runs = [
        tf.scatter_div(v, [0, 1, 2], [2, 2, -3]),
        tf.scatter_mul(v, [3, 3], [5, 7]),
        tf.scatter_min(v, [3], [50]),
    ]
    text = tf.Variable(["a", "b"], name="text")
    return _initialized(tf, *runs) + [(tf.scatter_update(text, [1], ["c"]), None)]


def slices_assigned(tf):
    v = tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3), name="v")
    runs = [
        v[0].assign([7.0, 8.0, 9.0]),
        v[:, 1].assign([0.0, 1.0]),
        v[-1, ::-1].assign(v[0], name="turned"),
        tf.assign(v[..., 2:], [[5.0], [6.0]]),
    ]
    return _initialized(tf, *runs)


def counting(tf):
    count = tf.Variable(0, name="count", trainable=False)
    up = tf.count_up_to(count, 3)
    also = count.count_up_to(10)
    return _initialized(tf, up, up, count, also, count)


def lists_of_variables(tf):
    a = tf.Variable(1.0, name="a")
    b = tf.get_local_variable("b", [2], initializer=tf.zeros_initializer())
    runs = [
        (tf.report_uninitialized_variables(), None),
        (tf.report_uninitialized_variables([b], name="only_b"), None),
        (tf.variables_initializer([]), None),
        (tf.local_variables_initializer(), None),
        (tf.report_uninitialized_variables(), None),
        (tf.initialize_variables([a], name="again"), None),
        (tf.assert_variables_initialized([a]), None),
        (tf.assert_variables_initialized(), None),
    ]
    tf.initialize_all_variables()
    return runs + [(tf.initializers.global_variables(), None), ([a, b], None)]


def creators(tf):
    def frozen(next_creator, **options):
        options["trainable"] = False
        options["name"] = options["name"] or "frozen"
        return next_creator(**options)

    with tf.variable_creator_scope(frozen):
        a = tf.Variable(1.0)
        b = tf.get_variable("b", [2], initializer=tf.ones_initializer())
    return _initialized(tf, [a, b])
