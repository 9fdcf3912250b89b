"""Resource variables: their nodes, when they are read, and what changes them."""

from __future__ import annotations


def _initialized(tf, *runs):
    return [(tf.global_variables_initializer(), None), *runs]


def making(tf):
    a = tf.Variable([1.0, 2.0], use_resource=True, name="a")
    b = tf.get_variable("b", [2], initializer=tf.ones_initializer(), use_resource=True, trainable=False)
    with tf.variable_scope("inside", use_resource=True):
        c = tf.get_variable("c", [2, 2], initializer=tf.constant_initializer(3.0))
        d = tf.Variable(tf.constant(5), dtype=tf.int32)
        e = tf.Variable(lambda: tf.fill([2], 2.5), name="late", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    f = tf.Variable(a.initialized_value() * 2.0, use_resource=True)
    with tf.device("/cpu:0"):
        g = tf.Variable("text", use_resource=True)
    return _initialized(tf, (tf.local_variables_initializer(), None), ([a, b, c, d, e, f, g], None))


def default_kind(tf):
    tf.enable_resource_variables()
    try:
        v = tf.Variable([1.0, 2.0])
        w = tf.get_variable("w", initializer=[3.0])
        r = tf.Variable([1.0], use_resource=False)
        step = tf.train.get_or_create_global_step()
    finally:
        tf.disable_resource_variables()
    return _initialized(tf, ([v, w, r, step, v + w, r * 2.0], None))


def using(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=True, name="v")
    fetches = [
        v + 1.0, 1.0 - v, -v, v[0], v[:, 1], v.value(), v.read_value(), tf.identity(v), tf.add(v, v), tf.matmul(v, v),
        tf.cast(v, tf.float64), tf.cast(v, tf.float32), tf.shape(v), tf.rank(v), tf.size(v), tf.zeros_like(v),
        tf.stack([v, v]), tf.concat([v, [[0.0, 0.0]]], 0), tf.convert_to_tensor(v), tf.reduce_sum(v), v.eval and v,
    ]  # fmt: skip
    return _initialized(tf, (fetches, None))


def updates(tf):
    v = tf.Variable([1.0, 2.0, 3.0], use_resource=True, name="v")
    changes = [
        v.assign([4.0, 5.0, 6.0]),
        v.assign_add([1.0, 1.0, 1.0], name="plus"),
        v.assign_sub([0.5, 0.5, 0.5]),
        tf.assign(v, [9.0, 8.0, 7.0], name="put"),
        tf.assign_add(v, [1.0, 0.0, 0.0], name="lost_name"),
        tf.assign_sub(v, [0.0, 1.0, 0.0]),
        v[1].assign(-1.0),
        v[::2].assign([10.0, 20.0]),
    ]
    silent = [v.assign_add([1.0, 1.0, 1.0], read_value=False), v.assign([0.0, 0.0, 0.0], read_value=False)]
    after = v.assign_add([2.0, 2.0, 2.0]) * 10.0
    runs = [([change], None) for change in changes]
    return _initialized(tf, *runs, (silent[0], None), (v, None), (silent[1], None), (v, None), (after, None), (v, None))


def rows(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], use_resource=True, name="v")
    n = tf.Variable([7, 8, 9], use_resource=True, name="n")
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([0, 0]))
    changes = [
        tf.scatter_update(v, [0], [[7.0, 7.0]], name="put"),
        tf.scatter_add(v, [1, 1], [[1.0, 1.0], [2.0, 2.0]]),
        tf.scatter_sub(v, [2], [[1.0, 1.0]]),
        tf.scatter_mul(v, [0, 2], 2.0),
        tf.scatter_div(v, [0], [[2.0, 4.0]]),
        tf.scatter_min(v, [1], [[0.0, 100.0]]),
        tf.scatter_max(v, [1], [[0.0, 100.0]]),
        tf.scatter_nd_update(v, [[0, 1]], [50.0]),
        tf.scatter_nd_add(v, [[0], [0]], [[1.0, 1.0], [2.0, 2.0]], name="more"),
        tf.scatter_nd_sub(v, [[2, 0]], [3.0]),
        v.scatter_add(slices),
        v.scatter_sub(slices, name="less"),
        v.scatter_update(tf.IndexedSlices(tf.constant([[0.5, 0.5]]), tf.constant([2]))),
        v.scatter_mul(slices),
        v.scatter_div(slices),
        v.scatter_min(slices),
        v.scatter_max(slices),
        v.scatter_nd_update([[1, 1]], [-5.0]),
        v.scatter_nd_add([[1, 1]], [1.0]),
        v.scatter_nd_sub([[1, 1]], [1.0]),
        tf.scatter_div(n, [0, 1], [2, -3]),
    ]
    batch = tf.Variable([[1, 2, 3], [4, 5, 6]], use_resource=True)
    changes.append(tf.batch_scatter_update(batch, [[0], [2]], [[7], [9]]))
    changes.append(batch.batch_scatter_update(tf.IndexedSlices(tf.constant([[70], [90]]), tf.constant([[1], [0]]))))
    reads = [tf.gather(v, [2, 0]), tf.gather_nd(v, [[0, 1], [2, 0]]), v.sparse_read([1], name="pick"),
             v.gather_nd([[1]], name="cell"), tf.nn.embedding_lookup(v, [1, 2])]  # fmt: skip
    return _initialized(tf, (reads, None), *[(change, None) for change in changes], (reads, None), (n, None))


def order(tf):
    """A read that does not depend on a write is from before it, also when fetched; one that does is from after it."""
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v")
    assign = v.assign([3.0, 3.0], read_value=False)
    with tf.control_dependencies([assign]):
        after = v.read_value()
        kept = tf.identity(after)
    with tf.control_dependencies([kept]):
        again = v.assign_add([10.0, 10.0], read_value=False)
    with tf.control_dependencies([again]):
        both = after + v
    return _initialized(tf, ([both, after], None), (v, None))


def old_value_kept(tf):
    """What was read stays, whatever is written before its last use."""
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v")
    old = v.read_value()
    with tf.control_dependencies([old]):
        change = v.assign_add([1.0, 1.0], read_value=False)
    with tf.control_dependencies([change]):
        difference = v - old
        folded = tf.reshape(old, [1, 2]) * 2.0
    return _initialized(tf, ([difference, folded], None), (v, None), ([difference, folded, old], None))


def branches(tf):
    v = tf.Variable([1.0, 2.0, 3.0], use_resource=True, name="v")
    p = tf.placeholder(tf.bool, [], name="p")
    y = tf.cond(p, lambda: v.assign_add([1.0, 1.0, 1.0]), lambda: v * 2.0)
    z = tf.cond(p, lambda: tf.gather(v, [0]), lambda: v[:1])
    w = tf.cond(p, lambda: v, lambda: v + 1.0)
    grads = tf.gradients([z, w], v)
    count = tf.Variable(0, use_resource=True)
    op = tf.cond(p, lambda: tf.group(count.assign_add(1)), tf.no_op)
    return _initialized(
        tf, (z, {p: True}), (w, {p: True}), (w, {p: False}), (grads, {p: True}), (grads, {p: False}),
        (y, {p: False}), (y, {p: True}), (v, None), (op, {p: True}), (op, {p: False}), (count, None),
    )  # fmt: skip


def feeding(tf):
    """A feed replaces what a session would fetch, no other read of the variable."""
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v")
    cached = tf.Variable([1.0, 2.0], use_resource=True, name="cached", caching_device="/cpu:0")
    y, z = v * 2.0, cached * 2.0
    fed = {v: [9.0, 9.0], cached: [8.0, 8.0]}
    return _initialized(
        tf, ([v, y, v.read_value(), cached, z, cached.value(), cached.read_value()], fed), ([v, y], None)
    )


def caching(tf):
    v = tf.Variable([1.0, 2.0], use_resource=True, name="v", caching_device="/cpu:0")
    y = v * 3.0
    changed = v.assign_add([1.0, 1.0])
    changed_twice = v[0].assign(5.0)
    return _initialized(tf, (y, None), (changed, None), (changed_twice, None), (y, None))


def counting(tf):
    v = tf.Variable(0, use_resource=True, name="v")
    counts = [v.count_up_to(5), tf.count_up_to(v, 9, name="to_nine")]
    return _initialized(tf, (counts[0], None), (counts[1], None), (v, None))


def initialized(tf):
    a = tf.Variable(1.0, use_resource=True, name="a")
    b = tf.Variable(2.0, name="b")
    flags = [a.is_initialized(), tf.is_variable_initialized(a), tf.is_variable_initialized(b)]
    report = tf.report_uninitialized_variables()
    every = tf.assert_variables_initialized()
    return [(flags, None), (report, None), (a.initializer, None), (flags, None), (report, None),
            (b.initializer, None), (every, None)]  # fmt: skip


def gradients(tf):
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=True, name="v")
    u = tf.Variable([1.0, 2.0, 3.0], use_resource=True, name="u")
    loss = tf.reduce_sum(v * v) + tf.reduce_sum(tf.matmul(v, v))
    dense = tf.gradients(loss, [v, u])
    zeros = tf.gradients(loss, [u], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    sparse = tf.gradients(tf.reduce_sum(tf.gather(u, [0, 2, 0]) * 3.0), u)
    cells = tf.gradients(tf.reduce_sum(tf.gather_nd(v, [[0, 1], [1, 1]])), v)
    lines = tf.gradients(tf.reduce_sum(tf.gather_nd(v, [[1], [1]])), v)
    mixed = tf.gradients(tf.reduce_sum(tf.gather(v, [1, 1])) + tf.reduce_sum(v * 2.0), v)
    second = tf.gradients(dense[0], v)
    handle = tf.gradients(tf.reduce_sum(v), v.handle)
    return _initialized(tf, ([dense[0], zeros, sparse, cells, lines, mixed, second, handle], None))


def training(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.variable_scope("net", use_resource=True):
        w = tf.get_variable("w", initializer=[[1.0], [2.0]])
        b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - 1.0)) + tf.nn.l2_loss(w)
    step = tf.Variable(0, trainable=False, use_resource=True, name="step")
    rate = tf.train.exponential_decay(0.1, step, 1, 0.5)
    train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=step)
    feed = {x: [[1.0, 0.0], [0.5, -0.5]]}
    return _initialized(tf, (train, feed), ([w, b, step, rate], None), (train, feed), ([w, b, step, loss], feed))


def training_rows(tf):
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], use_resource=True, name="table")
    found = tf.nn.embedding_lookup(table, [2, 0, 2])
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(found * [[1.0, 2.0]]))
    return _initialized(tf, (train, None), (table, None))


def training_constrained(tf):
    w = tf.Variable([1.0, -2.0], use_resource=True, constraint=lambda v: tf.maximum(v, 0.0), name="w")
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(w * w * w))
    return _initialized(tf, (train, None), (w, None))


def averaging(tf):
    w = tf.Variable([1.0, 2.0], use_resource=True, name="w")
    average = tf.train.ExponentialMovingAverage(0.5)
    change = w.assign([3.0, 6.0], read_value=False)
    with tf.control_dependencies([change]):
        update = average.apply([w])
    return _initialized(tf, (update, None), ([average.average(w), w], None))


def raw_shape(tf):
    v = tf.Variable([[1.0, 2.0]], use_resource=True, name="v")
    open_shape = tf.Variable([1.0], shape=tf.TensorShape(None), use_resource=True, name="open")
    x = tf.placeholder(tf.float32, None)
    put = open_shape.assign(x, read_value=False)
    put_other = v.assign(x, read_value=False)
    return _initialized(tf, (put, {x: [1.0, 2.0, 3.0]}), ([open_shape, open_shape * 2.0], None),
                        (put_other, {x: [5.0]}), (v, None), (v * 2.0, None))  # fmt: skip


def everywhere(tf):
    """Where ops want a reference if they can get one, or look at their argument twice."""
    tf.enable_resource_variables()
    try:
        flag, a, x = tf.Variable(True, trainable=False), tf.Variable(2.0), tf.constant([[1.0, 2.0]])
        fetches = [
            tf.cond(flag, lambda: x * 2.0, lambda: x),
            tf.case([(tf.identity(flag), lambda: a + 1.0)], default=lambda: a * 2.0),
            tf.train.exponential_decay(a, tf.train.get_or_create_global_step(), 10, 0.5),
            tf.clip_by_norm(a, 1.0), tf.reduce_mean(a), tf.split(tf.Variable([1.0, 2.0]), 2),
            tf.one_hot(tf.Variable([1, 2]), 3), tf.range(tf.Variable(3)), tf.fill([2], a), a**2.0, 2.0 / a, a > 1.0,
            abs(a), tf.where(flag, a, a), tf.stop_gradient(a), tf.concat([x, tf.Variable([[1.0, 2.0]])], 0),
        ]  # fmt: skip
        change = tf.cond(flag, lambda: tf.assign(a, 5.0), lambda: tf.assign_add(a, 1.0))
        flip = tf.assign(flag, tf.logical_not(flag))
    finally:
        tf.disable_resource_variables()
    return _initialized(tf, (fetches, None), (change, None), (flip, None), (change, None), (fetches, None))


def loops(tf):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=True, name="w")
    x = tf.constant([[1.0, 0.0]])
    _, power = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.matmul(y, w)), [0, x])
    mapped = tf.map_fn(lambda row: row * w[0], tf.constant([[1.0, 2.0], [3.0, 4.0]]))
    grads = tf.gradients(tf.reduce_sum(power) + tf.reduce_sum(mapped), w)
    count = tf.Variable(0, use_resource=True, name="count")

    def body(i):
        with tf.control_dependencies([count.assign_add(i, read_value=False)]):
            return tf.identity(i + 1)

    end = tf.while_loop(lambda i: i < 4, body, [0])
    return _initialized(tf, ([power, mapped, grads], None), (end, None), (count, None))


def own_gradient(tf):
    @tf.custom_gradient
    def scaled(x):
        with tf.variable_scope("s", use_resource=True):
            v = tf.get_variable("v", [], initializer=tf.ones_initializer())

        def grad(dy, variables=None):
            return dy * v * 10.0, [dy * x for _ in variables]

        return x * v, grad

    x = tf.constant(2.0)
    with tf.variable_scope("outer", use_resource=True):
        y = scaled(x)
    return _initialized(tf, ([y, tf.gradients(y, [x] + tf.trainable_variables())], None))


def places(tf):
    """Devices, colocation and control dependencies: what waits for a variable reads nothing."""
    v = tf.Variable(1.0, use_resource=True, name="v")
    with tf.control_dependencies([v]):
        tf.no_op(name="after_v")
    with tf.control_dependencies([v.assign(2.0)]):
        after = tf.identity(v, name="after_assign")
    with tf.colocate_with(v):
        beside = tf.constant(1.0)
    with tf.colocate_with(v.assign_add(1.0)):
        beside_update = tf.constant(2.0)
    both = tf.group(v, v.assign(3.0), name="both")
    pair = tf.tuple([v * 1.0, v.assign(4.0).value()])
    with tf.device("/cpu:0"):
        placed = tf.Variable([1.0], use_resource=True, name="placed")
    with tf.device("/device:CPU:0"):
        uses = [placed.assign([2.0]), placed + 1.0, placed.read_value(), tf.gather(placed, [0])]
    with tf.name_scope("named"):
        inner = tf.Variable(1.0, use_resource=True)
        inner_uses = [inner.assign(tf.constant(1.0)), inner * 2.0]
    return _initialized(tf, (after, None), (both, None), (v, None), (pair[1], None), ([beside, beside_update], None),
                        (uses[0], None), (uses[1:], None), (inner_uses[1], None))  # fmt: skip


def initial_values(tf):
    a = tf.Variable([1.0, 2.0], use_resource=True, name="a")
    r = tf.Variable([3.0], name="r")
    b = tf.Variable(a.initialized_value() + 1.0, use_resource=True, name="b")
    c = tf.Variable(a.initialized_value(), name="c")
    d = tf.Variable(lambda: a.initialized_value() * 2.0, dtype=tf.float32, use_resource=True)
    e = tf.Variable(r * 2.0, use_resource=True, name="e")
    f = tf.Variable(a, use_resource=True, name="f")
    return [(a.initializer, None), *_initialized(tf, ([a, b, c, d, e, f], None))]


def parts(tf):
    f = tf.Variable([[1, 2], [3, 4]], use_resource=True, dtype=tf.int64, name="f")
    changes = [
        f[0, 1].assign(5), f[1:, ::-1].assign([[1, 2]]), f[tf.constant(1)].assign([3, 4]), tf.assign(f[0], [7, 8]),
    ]  # fmt: skip
    return _initialized(tf, *[(change, None) for change in changes], ([f[..., tf.newaxis], tf.transpose(f)], None))
