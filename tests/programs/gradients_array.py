"""tf.gradients of the ops that move entries around."""

from __future__ import annotations

from .data import uniform


def _run(tf, build, *shapes):
    """Gradients of the squares of what `build` gives, for sources of these shapes (None: 2 when fed)."""
    sources = [tf.placeholder(tf.float32, shape, name="x%d" % i) for i, shape in enumerate(shapes)]
    ys = build(*sources)
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    grads = [tf.gradients(tf.square(y), sources) for y in ys]
    feeds = {x: uniform(*[size or 2 for size in shape], seed=i) for i, (x, shape) in enumerate(zip(sources, shapes))}
    kept = [[grad for grad in each if grad is not None] for each in grads]
    return [(kept, feeds)]


def reshape(tf):
    return _run(tf, lambda x: [tf.reshape(x, [-1]), tf.reshape(x, [3, -1])], [None, 3])


def transpose(tf):
    return _run(tf, lambda x: [tf.transpose(x), tf.transpose(x, [1, 2, 0])], [2, None, 3])


def expand_and_squeeze(tf):
    def build(x):
        return [tf.expand_dims(x, 0), tf.expand_dims(x, -1), tf.squeeze(x, 1), tf.squeeze(x)]

    return _run(tf, build, [None, 1, 3])


def concat(tf):
    return _run(tf, lambda x, y: [tf.concat([x, y], 0), tf.concat([x, y, x], 1)], [2, 3], [2, 3])


def concat_of_unknown(tf):
    return _run(tf, lambda x, y: [tf.concat([x, y], 0), tf.concat([x, y], -1)], [None, 3], [None, 3])


def concat_with_constant(tf):
    return _run(tf, lambda x: tf.concat([tf.ones([1, 3]), x], axis=0), [None, 3])


def stack_and_unstack(tf):
    def build(x, y):
        rows = tf.unstack(x)
        return [tf.stack([x, y]), tf.stack([x, y], axis=1), rows[0] * rows[1]]

    return _run(tf, build, [2, 3], [2, 3])


def split(tf):
    def build(x):
        a, b = tf.split(x, 2, axis=1)
        c, d = tf.split(x, [1, 3], axis=1)
        return [a * b, d, c]

    return _run(tf, build, [None, 4])


def slice_begin_size(tf):
    return _run(tf, lambda x: [tf.slice(x, [0, 1], [2, 2]), tf.slice(x, [1, 0], [-1, -1])], [2, 4])


def strided_slice(tf):
    def build(x):
        return [x[0], x[:, 1], x[:, ::2], x[..., tf.newaxis, -1], x[::-1]]

    return _run(tf, build, [None, 4])


def gather(tf):
    """The gradient is IndexedSlices until something needs it dense."""
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    grad = tf.gradients(tf.square(tf.gather(x, [0, 2, 0])), x)[0]
    dense = tf.convert_to_tensor(grad)
    return [([grad.values, grad.indices, grad.dense_shape, dense], {x: uniform(4, 3)})]


def gather_twice(tf):
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    y = tf.reduce_sum(tf.gather(x, [0, 2])) + tf.reduce_sum(tf.square(tf.gather(x, [1, 2])))
    grad = tf.gradients(y, x)[0]
    mixed = tf.gradients(y + tf.reduce_sum(x * x), x)[0]
    return [([grad.values, grad.indices, tf.convert_to_tensor(mixed)], {x: uniform(4, 3)})]


def gather_of_computed(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    ids = tf.placeholder(tf.int64, [None], name="ids")
    grads = tf.gradients(tf.gather(tf.sin(x), ids), x)
    return [(grads, {x: uniform(4, 3), ids: [3, 0, 3]})]


def pad(tf):
    return _run(tf, lambda x: [tf.pad(x, [[1, 0], [0, 2]]), tf.pad(x, [[0, 0], [1, 1]])], [None, 3])


def tile(tf):
    return _run(tf, lambda x: [tf.tile(x, [2, 3]), tf.tile(x, [1, 2])], [None, 3])
