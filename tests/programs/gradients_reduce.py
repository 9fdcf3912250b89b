"""tf.gradients of reductions and matrix products."""

from __future__ import annotations

from .data import uniform


def _reduction(tf, reduce):
    grads = []
    known = tf.placeholder(tf.float32, [2, 3], name="known")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    anything = tf.placeholder(tf.float32, name="anything")
    kept = {"axis": -1, "keepdims": True}
    for source, arguments in (
        (known, {}),
        (known, {"axis": 0}),
        (x, kept),
        (x, {"axis": [0, 1]}),
        (anything, {}),
    ):
        y = reduce(source, **arguments)
        grads.append(tf.gradients(tf.square(y), source)[0])
    data = uniform(2, 3, low=0.5)
    return [(grads, {known: data, x: data, anything: data})]


def sums(tf):
    return _reduction(tf, tf.reduce_sum)


def means(tf):
    return _reduction(tf, tf.reduce_mean)


def maxima(tf):
    return _reduction(tf, tf.reduce_max)


def minima(tf):
    return _reduction(tf, tf.reduce_min)


def products(tf):
    return _reduction(tf, tf.reduce_prod)


def log_sum_exp(tf):
    return _reduction(tf, tf.reduce_logsumexp)


def maximum_with_ties(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    grads = tf.gradients([tf.reduce_max(x, 1), tf.reduce_min(x, 0)], x)
    return [(grads, {x: [[1.0, 1.0, 0.0], [1.0, 2.0, 0.0]]})]


def axis_as_tensor(tf):
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    axis = tf.placeholder(tf.int32, [None], name="axis")
    grads = tf.gradients(tf.square(tf.reduce_sum(x, axis)), x)
    return [(grads, {x: uniform(2, 3), axis: [1]}), (grads, {x: uniform(2, 3), axis: [0, 1]})]


def norms(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    ops = [tf.nn.l2_loss(x), tf.norm(x), tf.norm(x, axis=1), tf.nn.l2_normalize(x, 1)]
    grads = [tf.gradients(y, x)[0] for y in ops]
    return [(grads, {x: uniform(2, 3, low=0.5)})]


def matmul_transposes(tf):
    """The gradient of each combination of transposes uses another one."""
    grads, feeds = [], {}
    for transpose_a in (False, True):
        for transpose_b in (False, True):
            a = tf.placeholder(tf.float32, [3, 2] if transpose_a else [2, 3])
            b = tf.placeholder(tf.float32, [4, 3] if transpose_b else [3, 4])
            feeds[a], feeds[b] = uniform(*a.shape.as_list()), uniform(*b.shape.as_list(), seed=1)
            y = tf.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
            grads += tf.gradients(tf.square(y), [a, b])
    return [(grads, feeds)]


def matmul_of_unknown_batch(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.placeholder(tf.float32, [3, 2], name="w")
    b = tf.placeholder(tf.float32, [2], name="b")
    y = tf.matmul(x, w) + b
    return [(tf.gradients(y, [x, w, b]), {x: uniform(4, 3), w: uniform(3, 2, seed=1), b: [0.5, 1.5]})]


def batch_matmul(tf):
    grads, feeds = [], {}
    for adjoint_a in (False, True):
        for adjoint_b in (False, True):
            a = tf.placeholder(tf.float32, [2, 3, 2] if adjoint_a else [2, 2, 3])
            b = tf.placeholder(tf.float32, [2, 4, 3] if adjoint_b else [2, 3, 4])
            feeds[a], feeds[b] = uniform(*a.shape.as_list()), uniform(*b.shape.as_list(), seed=1)
            grads += tf.gradients(tf.matmul(a, b, adjoint_a=adjoint_a, adjoint_b=adjoint_b), [a, b])
    return [(grads, feeds)]
