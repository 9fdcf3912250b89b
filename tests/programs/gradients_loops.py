"""Gradients of tf.while_loop and what is built of it: stacks, counters, accumulators, all of TF's nodes."""

from __future__ import annotations

import numpy as np

from .data import uniform


def _repeat(tf, times, step, start, **options):
    """`step` applied to `start` several times."""
    return tf.while_loop(lambda i, s: i < times, lambda i, s: (i + 1, step(i, s)), [0, start], **options)[1]


def power(tf):
    """A captured scalar: the textbook's x ** n."""
    x = tf.placeholder(tf.float32, [], name="x")
    y = _repeat(tf, 5, lambda i, s: s * x, 1.0)
    return [([y] + tf.gradients(y, x), {x: 1.5}), ([y] + tf.gradients(y, x, name="again"), {x: -2.0})]


def through_the_initial_value(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    y = _repeat(tf, 4, lambda i, s: tf.sin(s) * 1.5, x)
    return [(tf.gradients(y, x), {x: [0.1, 0.5, 2.0]})]


def no_iterations(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    n = tf.placeholder(tf.int32, [], name="n")
    y = _repeat(tf, n, lambda i, s: s * x, x * x)
    grads = tf.gradients(y, x)
    return [(grads, {x: [2.0, 3.0], n: count}) for count in (0, 1, 3)]


def several_variables(tf):
    """Fibonacci with factors: each result depends on all variables."""
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.placeholder(tf.float32, [], name="y")
    result = tf.while_loop(lambda i, a, b: i < 4, lambda i, a, b: (i + 1, a * b, b + a), [0, x, y])
    one = tf.gradients(result[1], [x, y])
    both = tf.gradients(result[1:], [x, y], grad_ys=[2.0, None])
    return [(one + both, {x: 1.1, y: 0.7})]


def unused_results(tf):
    """Results that are not used matter to the others (c), or do not (a); integers carry no gradient."""
    x = tf.placeholder(tf.float32, [], name="x")

    def body(i, a, b, c, k):
        return i + 1, a * 2.0, b * c * tf.cast(k, tf.float32), c + x, k * 2

    b = tf.while_loop(lambda i, *_: i < 3, body, [0, x, x, 1.0, 1])[2]
    return [(tf.gradients(b, x), {x: 1.5})]


def variables_that_do_not_depend_on_themselves(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    z = tf.placeholder(tf.float32, [None], name="z")

    def gradient(x):
        y = tf.while_loop(lambda i, *_: i < 3, lambda i, s, t: (i + 1, t * x, t + 1.0), [0, x, x])[1]
        return tf.gradients(y, x)

    grads = gradient(x) + gradient(z)
    return [(grads, {x: 1.5, z: [1.0, 2.0]})]


def recurrent_matrices(tf):
    w = tf.Variable(uniform(3, 3, seed=1), name="w")
    h = tf.placeholder(tf.float32, [None, 3], name="h")
    y = _repeat(tf, 4, lambda i, s: tf.tanh(tf.matmul(s, w) + h), h)
    loss = tf.reduce_mean(tf.square(y))
    grads = tf.gradients(loss, [w, h])
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feeds = {h: uniform(2, 3)}
    return [(tf.global_variables_initializer(), None), (grads, feeds), (train, feeds), ([w, loss], feeds)]


def unknown_shapes(tf):
    w = tf.placeholder(tf.float32, name="w")
    h = tf.placeholder(tf.float32, name="h")
    b = tf.placeholder(tf.float32, [None], name="b")
    any_shape = [tf.TensorShape([]), tf.TensorShape(None)]
    y = _repeat(tf, 3, lambda i, s: tf.tanh(tf.matmul(s, w) + b), h, shape_invariants=any_shape)
    return [(tf.gradients(y, [w, h, b]), {w: uniform(2, 2), h: uniform(3, 2, seed=1), b: [0.5, -0.5]})]


def growing_variable(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    y = _repeat(tf, 3, lambda i, s: tf.concat([s, x * s[-1]], 0), x, shape_invariants=shapes)
    return [([y] + tf.gradients(y, x), {x: [1.5, 0.5]})]


def reductions_and_slices_in_the_body(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")

    def step(i, s):
        return s + tf.reduce_mean(x * s, 0, keepdims=True) * x[i] + tf.reduce_sum(x, axis=[-1], keepdims=True)

    return [(tf.gradients(_repeat(tf, 2, step, x), x), {x: uniform(2, 3)})]


def gathered_rows(tf):
    """IndexedSlices, summed up by putting them one behind the other."""
    x = tf.placeholder(tf.float32, [5, 2], name="x")
    z = tf.placeholder(tf.float32, [None, None], name="z")

    def gradient(x):
        y = _repeat(tf, 3, lambda i, s: s * tf.gather(x, [i, i + 1]), tf.ones([2, 2]))
        return tf.convert_to_tensor(tf.gradients(y, x)[0])

    return [([gradient(x), gradient(z)], {x: uniform(5, 2), z: uniform(5, 2)})]


def embedding_lookups(tf):
    table = tf.Variable(uniform(5, 2), name="table")
    words = tf.constant([3, 1, 3, 0])
    y = _repeat(tf, 4, lambda i, s: tf.tanh(s + tf.nn.embedding_lookup(table, words[i])), tf.zeros([2]))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_sum(y))
    return [(tf.global_variables_initializer(), None), (train, None), (table, None)]


def nested(tf):
    x = tf.placeholder(tf.float32, [None], name="x")

    def outer(i, s):
        return _repeat(tf, i, lambda j, t: t * x, s) + x

    return [(tf.gradients(_repeat(tf, 3, outer, x), x), {x: [1.5, 0.5]})]


def nested_three_deep(tf):
    x = tf.placeholder(tf.float32, [], name="x")

    def middle(j, t):
        return _repeat(tf, 2, lambda k, u: u * x + t, t)

    y = _repeat(tf, 2, lambda i, s: _repeat(tf, 2, middle, s), x)
    return [([y] + tf.gradients(y, x), {x: 0.7})]


def inner_loop_takes_from_outside(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    table = tf.placeholder(tf.float32, [4], name="table")

    def outer(i, s):
        return s * _repeat(tf, 2, lambda j, t: t * s + tf.gather(table, i + j), x)

    y = _repeat(tf, 3, outer, x)
    grads = tf.gradients(y, [x, table])
    return [([grads[0], tf.convert_to_tensor(grads[1])], {x: 0.9, table: [0.1, 0.2, 0.3, 0.4]})]


def branches_in_a_loop(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = _repeat(tf, 5, lambda i, s: tf.cond(s < 5.0, lambda: s * x, lambda: s + x), 1.0)
    return [([y] + tf.gradients(y, x), {x: 1.5}), (y, {x: -3.0})]


def branches_of_unknown_shape_in_a_loop(tf):
    x = tf.placeholder(tf.float32, [None], name="x")

    def step(i, s):
        return tf.cond(i < 2, lambda: tf.cond(s[0] < 1.3, lambda: s * x, lambda: s + x), lambda: s * s * 2.0)

    return [(tf.gradients(_repeat(tf, 4, step, x), x), {x: [1.2, 0.5]})]


def loops_in_branches(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    p = tf.placeholder(tf.bool, [], name="p")
    y = tf.cond(p, lambda: _repeat(tf, 4, lambda i, s: s * x, x), lambda: x * 3.0)
    grads = tf.gradients(y, x)
    return [(grads, {x: 1.5, p: True}), (grads, {x: 1.5, p: False})]


def loops_in_branches_in_a_loop(tf):
    x = tf.placeholder(tf.float32, [], name="x")

    def step(i, s):
        return tf.cond(i < 1, lambda: _repeat(tf, 2, lambda j, t: t * x, s), lambda: s * s)

    return [(tf.gradients(_repeat(tf, 3, step, x), x), {x: 1.1})]


def tensor_arrays(tf):
    """dynamic_rnn's loop: an input array is read, an output array written."""
    x = tf.placeholder(tf.float32, [None, 2, 3], name="x")
    w = tf.Variable(uniform(6, 3, seed=1), name="w")
    steps = tf.shape(x)[0]
    inputs = tf.TensorArray(tf.float32, steps).unstack(x)

    def body(i, h, outputs):
        h = tf.tanh(tf.matmul(tf.concat([inputs.read(i), h], 1), w))
        return i + 1, h, outputs.write(i, h)

    start = [0, tf.zeros([2, 3]), tf.TensorArray(tf.float32, steps)]
    outputs = tf.while_loop(lambda i, *_: i < steps, body, start)[2].stack()
    loss = tf.reduce_mean(tf.square(outputs))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    feeds = {x: uniform(4, 2, 3)}
    init = (tf.global_variables_initializer(), None)
    return [init, (tf.gradients(loss, [x, w]), feeds), (train, feeds), (w, None)]


def map_scan_and_folds(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    ys = [
        tf.map_fn(lambda r: tf.cond(r > 0.0, lambda: r * r, lambda: -r), x),
        tf.scan(lambda a, r: tf.tanh(a * r + r), x),
        tf.foldl(lambda a, r: a * r + a, x),
        tf.foldr(lambda a, r: a * r + a, x, initializer=x[0]),
    ]
    return [([tf.gradients(y, x)[0] for y in ys], {x: [1.5, -0.5, 0.25, 2.0]})]


def maximum_iterations(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.while_loop(lambda s: s < 100.0, lambda s: s * x, [x], maximum_iterations=3)
    return [([y] + tf.gradients(y, x), {x: 1.5}), ([y] + tf.gradients(y, x), {x: 50.0})]


def no_back_prop(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = tf.while_loop(lambda s: s < 100.0, lambda s: s * x, [x], back_prop=False)
    assert tf.gradients(y, x) == [None]
    return [(tf.gradients(y * x, x), {x: 1.5})]


def options(tf):
    """swap_memory reaches the pushes; one iteration at a time needs no order among the pops."""
    x = tf.placeholder(tf.float32, [], name="x")
    swapped = _repeat(tf, 3, lambda i, s: s * x * s, x, swap_memory=True)
    alone = _repeat(tf, 3, lambda i, s: s * x * s, x, parallel_iterations=1)
    return [(tf.gradients(swapped, x) + tf.gradients(alone, x), {x: 0.9})]


def gated_and_colocated(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    with tf.device("/cpu:0"):
        y = _repeat(tf, 3, lambda i, s: _repeat(tf, i, lambda j, t: t * x, s) * x, x)
    gated = tf.gradients(y, x, gate_gradients=True)
    colocated = tf.gradients(y, x, colocate_gradients_with_ops=True)
    return [(gated + colocated, {x: 1.2})]


def one_loop_after_another(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    a = _repeat(tf, 3, lambda i, s: s * x, x)
    b = _repeat(tf, 2, lambda i, s: s * a, x)
    return [(tf.gradients(b, [x, a]) + tf.gradients(b * b, b), {x: 1.1})]


def inside_the_body(tf):
    """Newton's method: the gradient is taken in each iteration."""
    x = tf.placeholder(tf.float32, [], name="x")

    def step(i, s):
        y = s * s * s - x
        return s - y / tf.gradients(y, s)[0]

    return [(_repeat(tf, 8, step, x), {x: 8.0}), (_repeat(tf, 8, step, 1.0), {x: 27.0})]


def stopped_inside(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = _repeat(tf, 3, lambda i, s: tf.stop_gradient(s) * x, x)
    return [(tf.gradients(y, x), {x: 1.5})]


def trees_of_sums(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = _repeat(tf, 3, lambda i, s: s * s * x + tf.sin(s) + tf.exp(x * s), x)
    tree = tf.gradients(y, x, aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)
    return [(tree, {x: 0.2})]


def double_precision(tf):
    x = tf.placeholder(tf.float64, [None], name="x")
    y = _repeat(tf, 3, lambda i, s: s * x * s, x)
    return [(tf.gradients(y, x), {x: np.array([0.5, 1.5])})]


def resource_variables_in_a_loop(tf):
    """Read and gathered from; their gradients are summed in accumulators."""
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="w", use_resource=True)
    table = tf.Variable(uniform(4, 2), name="table", use_resource=True)

    def step(i, s):
        return tf.tanh(tf.matmul(s, w) + tf.gather(table, [i, i + 1]))

    y = _repeat(tf, 3, step, tf.ones([2, 2]))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(y)
    return [(tf.global_variables_initializer(), None), (train, None), ([w, table], None)]


def cells_and_layers_in_a_loop(tf):
    """The sums, splits and norms that recurrent networks are made of."""
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    w = tf.constant(uniform(6, 12, seed=1, low=-0.5, high=0.5))

    def lstm(k, c, h):
        i, j, f, o = tf.split(tf.matmul(tf.concat([x, h], 1), w), 4, 1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        return k + 1, c, tf.tanh(c) * tf.sigmoid(o)

    zeros = tf.zeros([2, 3])
    h = tf.while_loop(lambda k, *_: k < 3, lstm, [0, zeros, zeros])[2]

    def normed(i, s):
        mean, variance = tf.nn.moments(s, [0])
        s = tf.nn.batch_normalization(s, mean, variance, None, None, 0.1) * x
        return tf.nn.relu(s) - tf.reduce_logsumexp(s, 1, keepdims=True)

    return [(tf.gradients(h, [x, w]) + tf.gradients(_repeat(tf, 2, normed, x), x), {x: uniform(2, 3)})]


def joined_between_loops(tf):
    """What comes out of a loop is put together and goes into the next."""
    x = tf.placeholder(tf.float32, [None, 2], name="x")

    def power(y):
        return tf.while_loop(lambda i, _: i < 2, lambda i, z: (i + 1, z * y), [0, y])[1]

    y = power(tf.concat([power(x), x], 1))
    return [((y, tf.gradients(y, x)), {x: [[1.0, 2.0], [0.5, -1.0]]})]
