"""tf.cond and tf.case: TF1's Switch and Merge."""

from __future__ import annotations


def _both_ways(pred, fetches, **feeds):
    return [(fetches, {pred: True}), (fetches, {pred: False})]


def plain(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.constant(2.0, name="x")
    y = tf.constant(5.0, name="y")
    result = tf.cond(pred, lambda: tf.multiply(x, 17.0), lambda: tf.add(y, 23.0))
    return _both_ways(pred, result)


def of_comparison(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    result = tf.cond(x < 3.0, lambda: tf.add(x, 1.0), lambda: tf.square(x), name="choose")
    return [(result, {x: 2.0}), (result, {x: 4.0})]


def outer_tensors_and_constants(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.constant([1.0, 2.0], name="x")
    same = tf.cond(pred, lambda: x, lambda: x)
    numbers = tf.cond(pred, lambda: 1, lambda: 2)
    either = tf.cond(pred, lambda: tf.constant(1.0), lambda: x[0])
    return _both_ways(pred, [same, numbers, either])


def several_results(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    a = tf.constant(1, name="a")
    b = tf.constant([2.0], name="b")
    pair = tf.cond(pred, lambda: (a, b), lambda: (a + 1, b * 2.0))
    listed = tf.cond(pred, lambda: [a], lambda: [a * 2])
    strict = tf.cond(pred, lambda: [a], lambda: [a * 3], strict=True)
    named = tf.cond(pred, lambda: {"m": a, "n": b}, lambda: {"m": a, "n": b + 1.0})
    return _both_ways(pred, [pair, listed, strict, named])


def nested(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    q = tf.placeholder(tf.bool, [], name="q")
    x = tf.constant(3.0, name="x")

    def inner():
        return tf.cond(q, lambda: x + 1.0, lambda: x - 1.0)

    result = tf.cond(p, inner, lambda: tf.negative(x))
    return [(result, {p: a, q: b}) for a in (True, False) for b in (True, False)]


def shapes_merge(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    tf.cond(pred, lambda: tf.zeros([2, 3]), lambda: tf.zeros([2, 4]))
    tf.cond(pred, lambda: tf.zeros([2, 3]), lambda: tf.zeros([6]))
    tf.cond(pred, lambda: x, lambda: x * 2.0)
    tf.cond(pred, lambda: x[:, 0], lambda: tf.zeros([4]))


def with_variables(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    v = tf.Variable(1.0, name="v")
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    change = tf.cond(pred, lambda: tf.assign_add(v, 10.0), lambda: tf.assign_sub(v, 1.0))
    read = tf.cond(pred, lambda: w * 2.0, lambda: w + v)
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [
        (change, {pred: True}),
        (v, None),
        (change, {pred: False}),
        (v, None),
        (read, {pred: False}),
    ]


def with_no_op(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    v = tf.Variable(0, name="v")

    def update():
        with tf.control_dependencies([tf.assign_add(v, 1)]):
            return tf.no_op()

    maybe = tf.cond(pred, update, tf.no_op)
    runs = [(tf.global_variables_initializer(), None)]
    return runs + [(maybe, {pred: True}), (v, None), (maybe, {pred: False}), (v, None)]


def variable_made_inside(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.ones([1, 2])

    def dense():
        with tf.variable_scope("dense"):
            w = tf.get_variable("w", [2, 2], initializer=tf.constant_initializer(0.5))
            return tf.matmul(x, w)

    y = tf.cond(pred, dense, lambda: x)
    return [(tf.global_variables_initializer(), None)] + _both_ways(pred, y)


def gradient(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.constant([1.0, 2.0], name="x")
    y = tf.cond(pred, lambda: tf.square(x), lambda: 3.0 * x)
    return _both_ways(pred, tf.gradients(y, x))


def gradient_of_both_sides(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.placeholder(tf.float32, [None], name="x")
    z = tf.constant(4.0, name="z")
    y = tf.cond(pred, lambda: tf.reduce_sum(tf.exp(x) * z), lambda: tf.reduce_sum(tf.log(x)) - z)
    fetches = tf.gradients(y + z, [x, z])
    return [(fetches, {pred: flag, x: [1.0, 2.0]}) for flag in (True, False)]


def gradient_of_one_side(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    x = tf.Variable(3.0, name="x")
    y = tf.cond(pred, lambda: x * x, lambda: tf.constant(1.0))
    grads = tf.gradients(y, [x])
    return [(tf.global_variables_initializer(), None)] + _both_ways(pred, grads)


def gradient_nested(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    q = tf.placeholder(tf.bool, [], name="q")
    x = tf.constant(3.0, name="x")
    y = tf.cond(p, lambda: tf.cond(q, lambda: x * x, lambda: x * 5.0) * 2.0, lambda: tf.sqrt(x))
    grads = tf.gradients(y, x)
    return [(grads, {p: a, q: b}) for a in (True, False) for b in (True, False)]


def training(tf):
    is_training = tf.placeholder_with_default(False, [], name="is_training")
    x = tf.constant([[1.0, 2.0]])
    w = tf.Variable([[1.0], [1.0]], name="w")
    h = tf.cond(is_training, lambda: tf.nn.dropout(x, rate=0.5, seed=3), lambda: x)
    loss = tf.reduce_sum(tf.square(tf.matmul(h, w) - 1.0))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    runs = [(tf.global_variables_initializer(), None), (loss, None)]
    return runs + [(train, None), (w, None), (train, {is_training: True}), (w, None)]


def case(tf):
    x = tf.placeholder(tf.int32, [], name="x")
    result = tf.case(
        [(x < 0, lambda: tf.constant("negative")), (tf.equal(x, 0), lambda: tf.constant("zero"))],
        default=lambda: tf.constant("positive"),
    )
    return [(result, {x: value}) for value in (-1, 0, 1)]


def python_predicates(tf):
    """smart_cond: a constant predicate takes one side while the graph is built."""
    x = tf.constant(1.0, name="x")
    tf.contrib.framework.smart_cond(True, lambda: x + 1.0, lambda: x - 1.0)
    tf.contrib.framework.smart_cond(tf.constant(False), lambda: x + 1.0, lambda: x - 1.0)


def switch_and_merge(tf):
    """The nodes themselves, as old code and moving averages use them."""
    from_ops = tf.placeholder(tf.bool, [], name="p")
    v = tf.Variable(2.0, name="v")
    chosen = tf.cond(tf.is_variable_initialized(v), v.read_value, lambda: v.initial_value)
    both = tf.cond(from_ops, v.initialized_value, lambda: tf.constant(0.0))
    runs = [
        (chosen, None),
        (tf.global_variables_initializer(), None),
        (tf.assign(v, 7.0), None),
        (chosen, None),
    ]
    return runs + [(both, {from_ops: True}), (both, {from_ops: False})]
