"""Mistakes that show when a session runs: feeds, fetches, sessions, values, uninitialized variables."""

from __future__ import annotations

import numpy as np


def _run(tf, fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


FETCHES = {
    "none": lambda tf: _run(tf, None),
    "none_in_list": lambda tf: _run(tf, [tf.constant(1.0), None]),
    "nothing_in_empty_graph": lambda tf: _run(tf, "x:0"),
    "number": lambda tf: _with_something(tf, 3),
    "float": lambda tf: _with_something(tf, 1.0),
    "numpy_float": lambda tf: _with_something(tf, np.float32(1.0)),
    "numpy_array": lambda tf: _with_something(tf, np.array([1.0])),
    "name_missing": lambda tf: _with_something(tf, "missing"),
    "tensor_name_missing": lambda tf: _with_something(tf, "missing:0"),
    "tensor_output_missing": lambda tf: _with_something(tf, "something:1"),
    "tensor_name_malformed": lambda tf: _with_something(tf, "something:zero"),
    "function": lambda tf: _with_something(tf, len),
    "gradients_none": lambda tf: _with_something(tf, tf.gradients(tf.constant(1.0), tf.constant(2.0))),
    "set": lambda tf: _with_something(tf, {1}),
}


def _with_something(tf, fetches, feeds=None):
    tf.constant(1.0, name="something")
    return _run(tf, fetches, feeds)


def fetch_result_of_run(tf):
    """`loss = sess.run(loss)` in a loop: the second time round the tensor is gone."""
    loss = tf.constant(1.0)
    with tf.Session() as session:
        for _ in range(2):
            loss = session.run(loss)


def fetch_array_result_of_run(tf):
    loss = tf.constant([1.0, 2.0])
    with tf.Session() as session:
        for _ in range(2):
            loss = session.run(loss)


def fetch_from_other_graph(tf):
    x = tf.constant(1.0, name="x")
    with tf.Graph().as_default():
        tf.constant(2.0, name="y")
        _run(tf, x)


def fetch_op_from_other_graph(tf):
    x = tf.no_op(name="x")
    with tf.Graph().as_default():
        tf.constant(2.0, name="y")
        _run(tf, x)


def fetch_in_empty_graph(tf):
    x = tf.constant(1.0, name="x")
    with tf.Graph().as_default():
        _run(tf, x)


def session_made_before_the_graph(tf):
    session = tf.Session()
    with tf.Graph().as_default():
        x = tf.constant(1.0, name="x")
        session.run(x)


def closed_session(tf):
    x = tf.constant(1.0)
    session = tf.Session()
    session.close()
    session.run(x)


def session_after_with(tf):
    x = tf.constant(1.0)
    with tf.Session() as session:
        session.run(x)
    session.run(x)


def eval_after_with(tf):
    x = tf.constant(1.0)
    with tf.Session() as session:
        session.run(x)
    x.eval(session=session)


def session_of_number(tf):
    tf.Session(graph=3)


def session_config_is_dict(tf):
    tf.Session(config={"a": 1})


def session_target_number(tf):
    tf.Session(3)


UNFED = {
    "float_of_any_shape": lambda tf: _run(tf, tf.placeholder(tf.float32, name="x") * 2.0),
    "with_shape": lambda tf: _run(tf, tf.placeholder(tf.float32, [None, 3], name="x") * 2.0),
    "without_name": lambda tf: _run(tf, tf.placeholder(tf.int32, [2]) + 1),
    "scalar": lambda tf: _run(tf, tf.placeholder(tf.bool, []) & True),
    "itself": lambda tf: _run(tf, tf.placeholder(tf.float32, [4], name="x")),
    "deep": lambda tf: _run(tf, tf.reduce_sum(tf.matmul(tf.placeholder(tf.float32, [1, 2]), tf.zeros([2, 1])))),
    "in_scope": lambda tf: _run(tf, tf.identity(_scoped_placeholder(tf))),
    "string": lambda tf: _run(tf, tf.identity(tf.placeholder(tf.string))),
}


def _scoped_placeholder(tf):
    with tf.name_scope("input"):
        return tf.placeholder(tf.float32, [None, 784], name="x-input")


def _feed(tf, value, shape=(None, 3), dtype=None):
    x = tf.placeholder(dtype or tf.float32, shape, name="x")
    return _run(tf, tf.identity(x), {x: value})


FEEDS = {
    "shape": lambda tf: _feed(tf, np.ones([2, 4])),
    "rank": lambda tf: _feed(tf, [1.0, 2.0, 3.0]),
    "scalar": lambda tf: _feed(tf, 1.0),
    "scalar_wanted": lambda tf: _feed(tf, [1.0], []),
    "fixed_batch": lambda tf: _feed(tf, np.ones([5, 3]), [4, 3]),
    "text": lambda tf: _feed(tf, "a", []),
    "texts": lambda tf: _feed(tf, ["a", "b"], [None]),
    "none": lambda tf: _feed(tf, None),
    "ragged": lambda tf: _feed(tf, [[1.0, 2.0, 3.0], [4.0]]),
    "dictionary": lambda tf: _feed(tf, {"a": 1.0}),
    "half_for_int": lambda tf: _feed(tf, 1.5, [], tf.int32),
    "halves_for_int": lambda tf: _feed(tf, [1.5], [None], tf.int32),
    "big_for_int": lambda tf: _feed(tf, 2**40, [], tf.int32),
    "big_for_uint8": lambda tf: _feed(tf, 300, [], tf.uint8),
    "complex_for_float": lambda tf: _feed(tf, 1 + 2j, []),
    "tensor": lambda tf: _feed(tf, tf.zeros([2, 3])),
    "variable": lambda tf: _feed(tf, tf.Variable(tf.zeros([2, 3]))),
    "tensors_in_list": lambda tf: _feed(tf, [tf.zeros([3])]),
    "operation": lambda tf: _with_something(tf, "something:0", {tf.no_op(): 1.0}),
    "key_text_missing": lambda tf: _with_something(tf, "something:0", {"missing:0": 1.0}),
    "key_text_without_output": lambda tf: _with_something(tf, "something:0", {"something": 1.0}),
    "key_number": lambda tf: _with_something(tf, "something:0", {3: 1.0}),
    "key_none": lambda tf: _with_something(tf, "something:0", {None: 1.0}),
    "not_a_dictionary": lambda tf: _with_something(tf, "something:0", [1.0]),
}


def feed_of_other_graph(tf):
    x = tf.placeholder(tf.float32, name="x")
    with tf.Graph().as_default():
        y = tf.constant(1.0)
        _run(tf, y, {x: 1.0})


def feed_what_cannot_be_fed(tf):
    x = tf.constant(1.0, name="x")
    tf.get_default_graph().prevent_feeding(x)
    _run(tf, tf.identity(x), {x: 2.0})


def fetch_what_cannot_be_fetched(tf):
    x = tf.constant(1.0, name="x")
    tf.get_default_graph().prevent_fetching(x.op)
    _run(tf, x)


def feed_wrong_shape_for_many_fetches(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    _run(tf, {"a": x, "b": [x]}, {x: [1.0, 2.0, 3.0]})


UNINITIALIZED = {
    "variable": lambda tf: _run(tf, tf.Variable(1.0, name="v")),
    "variable_read": lambda tf: _run(tf, tf.Variable([1.0, 2.0], name="v") * 2.0),
    "get_variable": lambda tf: _run(tf, _scoped_variable(tf) + 1.0),
    "assign_add": lambda tf: _run(tf, tf.assign_add(tf.Variable(1.0, name="v"), 1.0)),
    "assign_sub": lambda tf: _run(tf, tf.assign_sub(tf.Variable(1.0, name="v"), 1.0)),
    "scatter": lambda tf: _run(tf, tf.scatter_add(tf.Variable([1.0], name="v"), [0], [1.0])),
    "gather": lambda tf: _run(tf, tf.gather(tf.Variable([1.0], name="v"), [0])),
    "gradient_descent": lambda tf: _run(tf, _gradient_descent(tf)),
    "variable_from_variable": lambda tf: _run(tf, _variable_from_variable(tf).initializer),
}


def _scoped_variable(tf):
    with tf.variable_scope("layer"):
        return tf.get_variable("w", [2])


def _gradient_descent(tf):
    v = tf.Variable(1.0, name="v", trainable=True)
    return tf.train.GradientDescentOptimizer(0.1).apply_gradients([(tf.constant(1.0), v)])


def _variable_from_variable(tf):
    first = tf.Variable(1.0, name="first")
    return tf.Variable(first * 2.0, name="second")


def _fed(tf, build, *values):
    """Run an op on placeholders of unknown shape, so that only the run can see what does not fit."""
    places = [tf.placeholder(np.asarray(value).dtype, name="x%d" % i) for i, value in enumerate(values)]
    return _run(tf, build(*places), dict(zip(places, values)))


def _floats(*shape):
    return np.zeros(shape, np.float32)


def _ints(*values):
    return np.array(values, np.int32)


RUN_TIME_SHAPES = {
    "matmul": lambda tf: _fed(tf, tf.matmul, _floats(2, 3), _floats(4, 5)),
    "matmul_transposed": lambda tf: _fed(
        tf, lambda a, b: tf.matmul(a, b, transpose_a=True), _floats(2, 3), _floats(3, 5)
    ),
    "matmul_vector": lambda tf: _fed(tf, tf.matmul, _floats(3), _floats(3, 5)),
    "batch_matmul": lambda tf: _fed(tf, tf.matmul, _floats(2, 3, 4), _floats(2, 5, 6)),
    "add": lambda tf: _fed(tf, tf.add, _floats(2, 3), _floats(4)),
    "add_operator": lambda tf: _fed(tf, lambda a, b: a + b, _floats(2), _floats(3)),
    "subtract": lambda tf: _fed(tf, tf.subtract, _floats(2), _floats(3)),
    "multiply": lambda tf: _fed(tf, tf.multiply, _floats(2, 3), _floats(3, 2)),
    "divide": lambda tf: _fed(tf, tf.divide, _floats(2), _floats(3)),
    "power": lambda tf: _fed(tf, tf.pow, _floats(2), _floats(3)),
    "maximum": lambda tf: _fed(tf, tf.maximum, _floats(2), _floats(3)),
    "squared_difference": lambda tf: _fed(tf, tf.squared_difference, _floats(2), _floats(3)),
    "less": lambda tf: _fed(tf, tf.less, _floats(2), _floats(3)),
    "equal": lambda tf: _fed(tf, tf.equal, _floats(2), _floats(3)),
    "add_n": lambda tf: _fed(tf, lambda a, b: tf.add_n([a, b]), _floats(2), _floats(3)),
    "reshape": lambda tf: _fed(tf, tf.reshape, _floats(2, 3), _ints(4, 2)),
    "reshape_indivisible": lambda tf: _fed(tf, tf.reshape, _floats(2, 3), _ints(4, -1)),
    "reshape_two_unknown": lambda tf: _fed(tf, tf.reshape, _floats(2, 3), _ints(-1, -1)),
    "reshape_negative": lambda tf: _fed(tf, tf.reshape, _floats(2, 3), _ints(-2, 3)),
    "transpose": lambda tf: _fed(tf, tf.transpose, _floats(2, 3), _ints(0, 1, 2)),
    "transpose_out_of_range": lambda tf: _fed(tf, tf.transpose, _floats(2, 3), _ints(0, 2)),
    "transpose_twice": lambda tf: _fed(tf, tf.transpose, _floats(2, 3), _ints(0, 0)),
    "concat": lambda tf: _fed(tf, lambda a, b: tf.concat([a, b], 0), _floats(2, 3), _floats(2, 4)),
    "concat_ranks": lambda tf: _fed(tf, lambda a, b: tf.concat([a, b], 0), _floats(2, 3), _floats(2)),
    "concat_axis": lambda tf: _fed(tf, lambda a, b: tf.concat([a, b], 2), _floats(2, 3), _floats(2, 3)),
    "stack": lambda tf: _fed(tf, lambda a, b: tf.stack([a, b]), _floats(2), _floats(3)),
    "unstack": lambda tf: _fed(tf, lambda a: tf.unstack(a, num=2), _floats(3)),
    "split": lambda tf: _fed(tf, lambda a: tf.split(a, 2), _floats(5)),
    "split_sizes": lambda tf: _fed(tf, lambda a: tf.split(a, [2, 2]), _floats(5)),
    "slice": lambda tf: _fed(tf, lambda a: tf.slice(a, [3], [2]), _floats(4)),
    "index": lambda tf: _fed(tf, lambda a: a[4], _floats(4)),
    "index_tensor": lambda tf: _fed(tf, lambda a, i: a[i], _floats(4), np.int32(9)),
    "index_too_many": lambda tf: _fed(tf, lambda a: a[0, 0], _floats(4)),
    "gather": lambda tf: _fed(tf, tf.gather, _floats(4), _ints(0, 4)),
    "gather_negative": lambda tf: _fed(tf, tf.gather, _floats(4, 2), _ints(-1)),
    "gather_axis": lambda tf: _fed(tf, lambda a, i: tf.gather(a, i, axis=1), _floats(2, 3), _ints(0, 3)),
    "expand_dims": lambda tf: _fed(tf, tf.expand_dims, _floats(2), np.int32(3)),
    "squeeze": lambda tf: _fed(tf, lambda a: tf.squeeze(a, [0]), _floats(2, 3)),
    "tile": lambda tf: _fed(tf, tf.tile, _floats(2, 3), _ints(2)),
    "pad": lambda tf: _fed(tf, tf.pad, _floats(2, 3), np.array([[1, 1]], np.int32)),
    "pad_negative": lambda tf: _fed(tf, tf.pad, _floats(2), np.array([[-1, 1]], np.int32)),
    "fill_negative": lambda tf: _fed(tf, lambda n: tf.fill(n, 1.0), _ints(-1)),
    "range_step_zero": lambda tf: _fed(tf, lambda d: tf.range(0, 5, d), np.int32(0)),
    "range_wrong_way": lambda tf: _fed(tf, lambda d: tf.range(5, 0, d), np.int32(1)),
    "one_hot_depth": lambda tf: _fed(tf, lambda d: tf.one_hot([0], d), np.int32(-1)),
    "sum_axis": lambda tf: _fed(tf, tf.reduce_sum, _floats(2, 3), np.int32(2)),
    "mean_axis": lambda tf: _fed(tf, lambda a: tf.reduce_mean(a, 2), _floats(2, 3)),
    "argmax_axis": lambda tf: _fed(tf, tf.argmax, _floats(2, 3), np.int32(2)),
    "argmax_empty": lambda tf: _fed(tf, lambda a: tf.argmax(a, 0), _floats(0, 3)),
    "where_values": lambda tf: _fed(tf, tf.where, np.array([True, False]), _floats(2), _floats(3)),
    "where_condition": lambda tf: _fed(tf, tf.where, np.array([True]), _floats(2, 2), _floats(2, 2)),
    "bias_add": lambda tf: _fed(tf, tf.nn.bias_add, _floats(2, 3), _floats(2)),
    "bias_add_rank": lambda tf: _fed(tf, tf.nn.bias_add, _floats(2), _floats(2)),
    "cross_entropy": lambda tf: _fed(
        tf,
        lambda a, b: tf.nn.softmax_cross_entropy_with_logits_v2(labels=a, logits=b),
        _floats(2, 3),
        _floats(2, 4),
    ),
    "sparse_cross_entropy_rank": lambda tf: _fed(
        tf,
        lambda a, b: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=a, logits=b),
        np.zeros([2, 3], np.int32),
        _floats(2, 3),
    ),
    "sparse_cross_entropy_batch": lambda tf: _fed(
        tf,
        lambda a, b: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=a, logits=b),
        _ints(0, 1, 2),
        _floats(2, 3),
    ),
    "sparse_cross_entropy_label": lambda tf: _fed(
        tf,
        lambda a: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=a, logits=tf.zeros([2, 3])),
        _ints(0, 5),
    ),
    "conv2d_channels": lambda tf: _fed(
        tf, lambda a, b: tf.nn.conv2d(a, b, [1, 1, 1, 1], "SAME"), _floats(1, 4, 4, 3), _floats(2, 2, 1, 8)
    ),
    "conv2d_rank": lambda tf: _fed(
        tf, lambda a, b: tf.nn.conv2d(a, b, [1, 1, 1, 1], "SAME"), _floats(4, 4, 3), _floats(2, 2, 3, 8)
    ),
    "conv2d_filter_too_big": lambda tf: _fed(
        tf, lambda a, b: tf.nn.conv2d(a, b, [1, 1, 1, 1], "VALID"), _floats(1, 2, 2, 1), _floats(3, 3, 1, 8)
    ),
    "max_pool_rank": lambda tf: _fed(tf, lambda a: tf.nn.max_pool(a, 2, 2, "SAME"), _floats(4, 4, 3)),
    "max_pool_too_big": lambda tf: _fed(
        tf, lambda a: tf.nn.max_pool(a, [1, 3, 3, 1], [1, 1, 1, 1], "VALID"), _floats(1, 2, 2, 1)
    ),
    "avg_pool_rank": lambda tf: _fed(
        tf, lambda a: tf.nn.avg_pool(a, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), _floats(4, 4, 3)
    ),
    "random_normal_negative": lambda tf: _fed(tf, tf.random_normal, _ints(-1)),
    "random_uniform_negative": lambda tf: _fed(tf, tf.random_uniform, _ints(2, -1)),
    "random_uniform_int_empty_range": lambda tf: _fed(
        tf, lambda low: tf.random_uniform([2], low, 3, dtype=tf.int32), np.int32(3)
    ),
    "placeholder_with_default": lambda tf: _run(
        tf, tf.placeholder_with_default([1.0, 2.0], [2], name="x"), {"x:0": [1.0, 2.0, 3.0]}
    ),
    "check_numerics": lambda tf: _fed(tf, lambda a: tf.check_numerics(a, "broken"), np.float32("nan")),
    "invert_permutation": lambda tf: _fed(tf, tf.invert_permutation, _ints(0, 0)),
    "invert_permutation_range": lambda tf: _fed(tf, tf.invert_permutation, _ints(0, 2)),
    "cond_predicate": lambda tf: _fed(
        tf, lambda p: tf.cond(p, lambda: tf.constant(1.0), lambda: tf.constant(2.0)), np.array([True, False])
    ),
    "boolean_mask": lambda tf: _fed(
        tf,
        lambda a: tf.boolean_mask(tf.placeholder_with_default(_floats(2), [None]), tf.reshape(a, [3])),
        np.array([True, False, True]),
    ),
}

RUN_TIME_VALUES = {
    "floor_div_by_zero": lambda tf: _fed(tf, tf.floordiv, np.int32(1), np.int32(0)),
    "floor_mod_by_zero": lambda tf: _fed(tf, tf.floormod, np.int32(1), np.int32(0)),
    "div_by_zero": lambda tf: _fed(tf, tf.div, np.int32(1), np.int32(0)),
    "int_to_negative_power": lambda tf: _fed(tf, tf.pow, np.int32(2), np.int32(-1)),
    "int_vector_div_by_zero": lambda tf: _fed(tf, tf.floordiv, _ints(1, 2), _ints(1, 0)),
}


def assign_wrong_shape(tf):
    v = tf.Variable(tf.zeros([2]), name="v")
    x = tf.placeholder(tf.float32, name="x")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(tf.assign(v, x), {x: [1.0, 2.0, 3.0]})


def assign_add_wrong_shape(tf):
    v = tf.Variable(tf.zeros([2]), name="v")
    x = tf.placeholder(tf.float32, name="x")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(tf.assign_add(v, x), {x: [1.0, 2.0, 3.0]})


def initial_value_needs_a_feed(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.Variable(x, name="v")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())


def scatter_out_of_range(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    i = tf.placeholder(tf.int32, [None])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(tf.scatter_add(v, i, [1.0]), {i: [5]})


def interactive_session_closed(tf):
    x = tf.constant(1.0)
    session = tf.InteractiveSession()
    session.close()
    x.eval()


def make_callable_with_too_few_arguments(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.Session() as session:
        session.make_callable(x * 2.0, [x])()
