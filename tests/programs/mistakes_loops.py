"""Mistakes with tf.while_loop, while building and while running."""

from __future__ import annotations


def _loop(tf, variables, body, **options):
    return tf.while_loop(lambda i, *_: i < 3, body, variables, **options)


ARGUMENTS = {
    "cond_is_a_number": lambda tf: tf.while_loop(1, lambda i: i + 1, [0]),
    "cond_is_a_tensor": lambda tf: tf.while_loop(tf.constant(True), lambda i: i + 1, [0]),
    "body_is_a_number": lambda tf: tf.while_loop(lambda i: i < 1, 1, [0]),
    "no_variables": lambda tf: _loop(tf, [], lambda i: i + 1),
    "variables_are_a_tensor": lambda tf: _loop(tf, tf.constant(0), lambda i: i + 1),
    "variables_are_zero": lambda tf: _loop(tf, 0, lambda i: i + 1),
    "no_parallel_iterations": lambda tf: _loop(tf, [0], lambda i: i + 1, parallel_iterations=0),
    "half_parallel_iterations": lambda tf: _loop(tf, [0], lambda i: i + 1, parallel_iterations=1.5),
    "maximum_is_a_vector": lambda tf: _loop(tf, [0], lambda i: i + 1, maximum_iterations=[1]),
    "cond_gives_a_number": lambda tf: tf.while_loop(lambda i: i, lambda i: i + 1, [0]),
    "cond_gives_a_list": lambda tf: tf.while_loop(lambda i: [i < 1], lambda i: i + 1, [0]),
    "cond_gives_nothing": lambda tf: tf.while_loop(lambda i: None, lambda i: i + 1, [0]),
    "cond_uses_python_and": lambda tf: tf.while_loop(lambda i: i < 3 and i < 2, lambda i: i + 1, [0]),
}

RESULTS = {
    "too_few": lambda tf: _loop(tf, [0, 1], lambda i, x: i + 1),
    "too_many": lambda tf: _loop(tf, [0, 1], lambda i, x: (i + 1, x, x)),
    "none": lambda tf: _loop(tf, [0], lambda i: None),
    "one_is_none": lambda tf: _loop(tf, [0, 1], lambda i, x: (i + 1, None)),
    "nested_deeper": lambda tf: _loop(tf, [0, 1], lambda i, x: (i + 1, [x])),
    "tuple_for_a_list": lambda tf: _loop(tf, (0, [1, 2]), lambda i, x: (i + 1, (x[0], x[1]))),
    "maximum_with_a_list": lambda tf: _loop(tf, [0, 1], lambda i, x: (i + 1, x), maximum_iterations=2),
    "an_operation": lambda tf: _loop(tf, [0], lambda i: tf.no_op()),
}

SHAPES = {
    "grows": lambda tf: _loop(tf, [0, tf.ones([2])], lambda i, x: (i + 1, tf.concat([x, x], 0))),
    "loses_a_size": lambda tf: _loop(tf, [0, tf.ones([2])], lambda i, x: (i + 1, tf.placeholder(tf.float32, [None]))),
    "changes_rank": lambda tf: _loop(tf, [0, tf.ones([2])], lambda i, x: (i + 1, tf.expand_dims(x, 0))),
    "wrong_invariant": lambda tf: _loop(
        tf,
        [0, tf.ones([2])],
        lambda i, x: (i + 1, x),
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([3])],
    ),
    "too_few_invariants": lambda tf: _loop(
        tf, [0, tf.ones([2])], lambda i, x: (i + 1, x), shape_invariants=[tf.TensorShape([])]
    ),
    "invariant_is_a_list": lambda tf: _loop(
        tf, [0, tf.ones([2])], lambda i, x: (i + 1, x), shape_invariants=[tf.TensorShape([]), [None]]
    ),
    "grows_in_spite_of_its_invariant": lambda tf: _loop(
        tf,
        [tf.constant(0), tf.ones([2])],
        lambda i, x: (i + 1, tf.concat([x, x], 0)),
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([2])],
    ),
}


def inner_tensor_used_outside(tf):
    seen = []
    _loop(tf, [0], lambda i: (seen.append(i), i + 1)[1])
    return seen[0] + 1


def inner_tensor_used_in_another_loop(tf):
    seen = []
    _loop(tf, [0], lambda i: (seen.append(i), i + 1)[1])
    return _loop(tf, [0], lambda i: i + seen[0])


def inner_tensor_fetched(tf):
    seen = []
    _loop(tf, [0], lambda i: (seen.append(i), i + 1)[1])
    with tf.Session() as session:
        session.run(seen[0])


def inner_op_run(tf):
    seen = []
    _loop(tf, [0], lambda i: (seen.append(i), i + 1)[1])
    with tf.Session() as session:
        session.run(seen[0].op)


def inner_tensor_fed(tf):
    seen = []
    loop = _loop(tf, [0], lambda i: (seen.append(i), i + 1)[1])
    with tf.Session() as session:
        session.run(loop, {seen[0]: 1})


def shapes_do_not_fit_at_run_time(tf):
    x = tf.placeholder(tf.float32, [None])
    loop = _loop(tf, [tf.constant(0), x], lambda i, x: (i + 1, x + tf.ones([3])), shape_invariants=[
        tf.TensorShape([]), tf.TensorShape([None])])  # fmt: skip
    with tf.Session() as session:
        session.run(loop, {x: [1.0, 2.0]})


def assertion_in_the_body(tf):
    def body(i):
        with tf.control_dependencies([tf.Assert(i < 2, [i])]):
            return i + 1

    with tf.Session() as session:
        session.run(_loop(tf, [0], body))


def predicate_with_an_axis(tf):
    pred = tf.placeholder(tf.bool)
    loop = tf.while_loop(lambda i: pred, lambda i: i + 1, [0])
    with tf.Session() as session:
        session.run(loop, {pred: [True, False]})


def index_out_of_range_in_the_body(tf):
    x = tf.constant([1, 2, 3])
    loop = tf.while_loop(lambda i, t: i < 5, lambda i, t: (i + 1, t + tf.gather(x, i)), [0, 0])
    with tf.Session() as session:
        session.run(loop)


def uninitialized_variable_in_the_body(tf):
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session:
        session.run(tf.while_loop(lambda x: x < 3.0, lambda x: x + v, [0.0]))


def uninitialized_variable_written_in_the_body(tf):
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session:
        session.run(tf.while_loop(lambda x: x < 3.0, lambda x: x + tf.assign_add(v, 1.0), [0.0]))


def division_by_zero_in_the_body(tf):
    with tf.Session() as session:
        session.run(tf.while_loop(lambda i, x: i > -3, lambda i, x: (i - 1, x + 6 // i), [3, 0]))
