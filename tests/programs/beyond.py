"""Programs with ops of later chapters: still ordinary TF1, but not what a first textbook needs."""

from __future__ import annotations


from .data import uniform


def _square_gradients(tf, build, shape, low=0.0, high=1.0):
    x = tf.placeholder(tf.float32, shape, name="x")
    grads = [tf.convert_to_tensor(tf.gradients(tf.square(y), x)[0]) for y in build(x)]
    return [(grads, {x: uniform(*shape, low=low, high=high)})]


def trigonometry(tf):
    functions = [tf.sin, tf.cos, tf.tan, tf.asin, tf.acos, tf.atan, tf.sinh, tf.cosh, tf.tanh, tf.erf]
    return _square_gradients(tf, lambda x: [function(x) for function in functions], [2, 3], -0.9, 0.9)


def more_activations(tf):
    functions = [tf.nn.relu6, tf.nn.selu, tf.nn.leaky_relu, tf.nn.crelu]
    return _square_gradients(tf, lambda x: [function(x) for function in functions], [2, 3], -2.0, 8.0)


def complex_numbers(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.placeholder(tf.float32, [2], name="y")
    z = tf.complex(x, y)
    loss = tf.reduce_sum(tf.abs(z * z)) + tf.reduce_sum(tf.real(z)) + tf.reduce_sum(tf.imag(z * tf.conj(z) * z))
    return [(tf.gradients(loss, [x, y]), {x: [1.0, 2.0], y: [3.0, 4.0]})]


def k_means_step(tf):
    points = tf.constant(uniform(10, 2, seed=3))
    centroids = tf.Variable(tf.slice(tf.random_shuffle(points, seed=1), [0, 0], [2, -1]))
    expanded_points = tf.expand_dims(points, 0)
    expanded_centroids = tf.expand_dims(centroids, 1)
    distances = tf.reduce_sum(tf.square(tf.subtract(expanded_points, expanded_centroids)), 2)
    assignments = tf.argmin(distances, 0)
    assignments = tf.to_int32(assignments)
    tf.dynamic_partition(points, assignments, 2)
    update = tf.assign(centroids, tf.stack([tf.reduce_mean(points, 0), tf.reduce_max(points, 0)]))
    return [(tf.global_variables_initializer(), None), (update, None), (assignments, None)]


def strings(tf):
    s = tf.constant(["a", "bc"], name="s")
    ops = [
        tf.string_join(["x", "y"], "-"),
        tf.as_string([1, 2]),
        tf.as_string(2.5),
        tf.string_to_number(["1.5", "2"]),
        tf.equal(s, "a"),
        s + "!",
    ]
    return [(ops, None)]


def gather_of_axis(tf):
    def build(x):
        return [tf.gather(x, [1, 0, 1], axis=1), tf.gather_nd(x, [[0, 1], [1, 2]])]

    return _square_gradients(tf, build, [2, 3])


def reverse_and_mirror(tf):
    def build(x):
        return [
            tf.reverse(x, [0]),
            tf.pad(x, [[1, 1], [1, 1]], "REFLECT"),
            tf.pad(x, [[1, 0], [2, 3]], "SYMMETRIC"),
        ]

    return _square_gradients(tf, build, [2, 3])


def diagonals(tf):
    def build(x):
        return [tf.diag_part(x), tf.matrix_diag(x), tf.trace(x), tf.matrix_band_part(x, 0, -1), tf.diag(x[0])]

    return _square_gradients(tf, build, [2, 2])


def fill_and_broadcast(tf):
    return _square_gradients(tf, lambda x: [tf.fill([2, 3], tf.reduce_sum(x)), tf.broadcast_to(x, [4, 2, 3])], [2, 3])


def boolean_mask(tf):
    return _square_gradients(tf, lambda x: [tf.boolean_mask(x, [True, False, True])], [3, 2])


def top_k_and_reduce(tf):
    return _square_gradients(tf, lambda x: [tf.nn.top_k(x, 2).values], [2, 4])


def dynamic_stitch(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    parts = tf.dynamic_partition(x, [0, 1, 0, 1], 2)
    y = tf.dynamic_stitch([[0, 2], [1, 3]], [parts[0] * 2.0, parts[1]])
    return [(tf.gradients(tf.square(y), x), {x: [1.0, 2.0, 3.0, 4.0]})]


def cumulative_sums(tf):
    def build(x):
        return [
            tf.cumsum(x),
            tf.cumsum(x, 1, exclusive=True),
            tf.cumsum(x, 1, reverse=True),
            tf.cumprod(x, 1),
        ]

    return _square_gradients(tf, build, [2, 3], 0.5)


def tensordot(tf):
    x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
    w = tf.placeholder(tf.float32, [3, 2], name="w")
    y = tf.tensordot(x, w, axes=[[2], [0]])
    return [(tf.gradients(tf.square(y), [x, w]), {x: uniform(2, 4, 3), w: uniform(3, 2, seed=1)})]


def segment_sums(tf):
    x = tf.placeholder(tf.float32, [4, 2], name="x")
    ids = [0, 0, 1, 1]
    grads = [tf.gradients(tf.square(op(x, ids)), x)[0] for op in (tf.segment_sum, tf.segment_mean)]
    grads += tf.gradients(tf.square(tf.unsorted_segment_sum(x, ids, 3)), x)
    return [(grads, {x: uniform(4, 2)})]


def printing_assert_and_check(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.control_dependencies([tf.assert_positive(x)]):
        y = tf.identity(x)
    checked = tf.check_numerics(y, "not finite")
    return [(checked, {x: [1.0, 2.0]})]


def slices_of_variables(tf):
    v = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], name="v")
    put = v[0].assign([7.0, 8.0, 9.0])
    part = v[:, 1:].assign([[0.0, 0.0], [1.0, 1.0]])
    return [(tf.global_variables_initializer(), None), (v[1, 1], None), (put, None), (part, None), (v, None)]


def custom_gradient(tf):
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)

        def grad(dy):
            return dy * (1 - 1 / (1 + e))

        return tf.log(1 + e), grad

    x = tf.constant(100.0, name="x")
    y = log1pexp(x)
    return [(tf.gradients(y, x), None)]


def max_pool_second_order(tf):
    x = tf.placeholder(tf.float32, [1, 4, 4, 1], name="x")
    first = tf.gradients(tf.square(tf.nn.max_pool(x, 2, 2, "VALID")), x)[0]
    return [([first] + tf.gradients(tf.square(first), x), {x: uniform(1, 4, 4, 1)})]


def dilations_and_explicit_paddings(tf):
    x = tf.placeholder(tf.float32, [2, 7, 6, 3], name="x")
    w = tf.constant(uniform(3, 2, 3, 4, seed=1))
    dilated = tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME", dilations=[1, 2, 2, 1])
    padded = tf.nn.conv2d(x, w, [1, 1, 1, 1], padding=[[0, 0], [1, 2], [0, 1], [0, 0]])
    return [([dilated, padded], {x: uniform(2, 7, 6, 3)})]


def sparse_placeholders(tf):
    sparse = tf.sparse_placeholder(tf.float32, name="sparse")
    dense = tf.sparse_tensor_to_dense(sparse)
    return [(dense, {sparse: ([[0, 1], [1, 0]], [1.0, 2.0], [2, 2])})]


def rearranging(tf):
    a = tf.constant([[1, 2], [3, 4]], name="a")
    ops = [
        tf.reverse_sequence(a, [1, 2], seq_axis=1),
        tf.unique([1, 1, 2]).y,
        tf.setdiff1d([1, 2, 3], [2])[0],
        tf.sequence_mask([1, 3], 4),
        tf.roll([1, 2, 3], 1, 0),
        tf.meshgrid([1, 2], [3, 4, 5])[0],
        tf.scatter_nd([[1], [3]], [9, 10], [5]),
        tf.parallel_stack([a, a]),
        tf.matrix_transpose(a),
        tf.eye(3),
        tf.broadcast_dynamic_shape(tf.shape(a), tf.constant([3, 1, 1])),
        tf.random_shuffle([1, 2, 3, 4, 5, 6], seed=9),
        tf.constant([0.1, 1.0, 3.14159], dtype=tf.bfloat16, name="brain") + 1,
    ]
    return [(ops[:-1], None)]


def more_reductions(tf):
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    ops = [
        tf.math.reduce_std(x),
        tf.math.reduce_variance(x, 0),
        tf.math.reduce_euclidean_norm(x, 1),
        tf.tensordot(x, x, axes=[[1, 2], [1, 2]]),
        tf.einsum("bij,bkj->bik", x, x),
        tf.linalg.matvec(x, [1.0, 2.0, 3.0, 4.0]),
        tf.nn.in_top_k(x[0], [0, 1, 2], 2),
        tf.accumulate_n([x, x]),
        tf.truncatediv(-7, 2),
        tf.truncatemod(-7, 2),
        tf.atan2(x, 2.0),
    ]
    return [(ops, {x: uniform(2, 3, 4)})]


def print_inside(tf):
    x = tf.constant(3.0, name="x")
    y = tf.Print(x * x, [x], "values: ")
    return [(y + 1.0, None)]
