"""Names, scopes, devices, control dependencies and collections of a graph."""

from __future__ import annotations


def unique_names(tf):
    for _ in range(3):
        tf.constant(1.0)
    tf.constant(1.0, name="Const_1")
    tf.constant(1.0, name="x")
    tf.constant(1.0, name="x_1")
    tf.constant(1.0, name="x")
    tf.constant(1.0, name="X")
    tf.constant(1.0, name="Const")


def name_scopes(tf):
    with tf.name_scope("outer"):
        a = tf.constant(1.0, name="a")
        with tf.name_scope("inner") as inner:
            b = tf.add(a, 1.0, name="b")
        with tf.name_scope("inner"):
            tf.add(a, b)
        with tf.name_scope(inner):
            tf.add(a, b, name="b")
        with tf.name_scope(None):
            tf.constant(2.0, name="top")
    with tf.name_scope("outer"):
        tf.constant(1.0, name="a")
    with tf.name_scope("outer/inner/"):
        tf.constant(3.0, name="c")
    with tf.name_scope("arguments", values=[a, b]):
        tf.multiply(a, b)
    with tf.name_scope(None, "default", [a]):
        tf.subtract(a, 1.0)
    with tf.name_scope(None, "default", [a]):
        tf.subtract(a, 1.0)


def names_with_slashes(tf):
    a = tf.constant(1.0, name="tower/a")
    tf.constant(1.0, name="tower/a")
    with tf.name_scope("tower"):
        tf.constant(1.0, name="a")
        tf.add(a, a, name="sum/of/two")
    tf.identity(a, name="a/")
    tf.identity(a, name="a.b-c_d")


def names_by_case(tf):
    """Names differ when they differ in case alone get a number in scopes too."""
    tf.constant(1.0, name="a")
    tf.constant(1.0, name="A")
    with tf.name_scope("Scope"):
        tf.constant(1.0, name="a")
    with tf.name_scope("scope"):
        tf.constant(1.0, name="a")


def default_names_of_ops(tf):
    """What ops are called when no name is given."""
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.placeholder(tf.float32)
    tf.add(x, y)
    tf.subtract(x, y)
    tf.multiply(x, y)
    tf.divide(x, y)
    tf.div(x, y)
    tf.truediv(x, y)
    tf.floordiv(x, y)
    tf.mod(x, y)
    tf.floormod(x, y)
    tf.pow(x, y)
    tf.negative(x)
    tf.abs(x)
    tf.sqrt(x)
    tf.rsqrt(x)
    tf.square(x)
    tf.exp(x)
    tf.log(x)
    tf.log1p(x)
    tf.expm1(x)
    tf.sign(x)
    tf.round(x)
    tf.floor(x)
    tf.ceil(x)
    tf.sin(x)
    tf.cos(x)
    tf.sigmoid(x)
    tf.tanh(x)
    tf.maximum(x, y)
    tf.minimum(x, y)
    tf.squared_difference(x, y)
    tf.reciprocal(x)
    tf.equal(x, y)
    tf.not_equal(x, y)
    tf.less(x, y)
    tf.less_equal(x, y)
    tf.greater(x, y)
    tf.greater_equal(x, y)
    tf.is_nan(x)
    tf.is_inf(x)
    tf.is_finite(x)


def default_names_of_reductions(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.placeholder(tf.float32)
    tf.reduce_sum(x)
    tf.reduce_sum(y)
    tf.reduce_mean(x, 0)
    tf.reduce_mean(x, axis=[0, 1])
    tf.reduce_max(x, axis=-1, keepdims=True)
    tf.reduce_min(x, 1, True)
    tf.reduce_prod(x)
    tf.reduce_all(x > 1.0)
    tf.reduce_any(y > 1.0, name="any_at_all")
    tf.reduce_logsumexp(x)
    tf.argmax(x)
    tf.argmax(x, 1)
    tf.argmin(x, axis=0, output_type=tf.int32)
    tf.norm(x)
    tf.reduce_sum(x, reduction_indices=1, keep_dims=True)
    tf.count_nonzero(x)


def default_names_of_array_ops(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.placeholder(tf.float32)
    tf.reshape(x, [3, 2])
    tf.reshape(y, [-1])
    tf.transpose(x)
    tf.transpose(y)
    tf.transpose(x, [1, 0])
    tf.expand_dims(x, 0)
    tf.squeeze(y)
    tf.squeeze(tf.ones([1, 2, 1]), [0])
    tf.concat([x, x], 0)
    tf.concat([x], 1)
    tf.stack([x, x], axis=1)
    tf.unstack(x)
    tf.split(x, 3, axis=1)
    tf.split(x, [1, 2], 1)
    tf.slice(x, [0, 1], [2, -1])
    tf.gather(x, [1, 0])
    tf.gather(x, [1, 0], axis=1)
    tf.one_hot([0, 1], 3)
    tf.shape(x)
    tf.shape(y)
    tf.size(x)
    tf.rank(x)
    tf.size(y)
    tf.rank(y)
    tf.tile(x, [1, 2])
    tf.pad(x, [[1, 1], [0, 0]])
    tf.fill([2], 1.0)
    tf.zeros([2])
    tf.ones([2, 2], tf.int32)
    tf.zeros_like(x)
    tf.ones_like(x)
    tf.zeros_like(y)
    tf.ones_like(y, dtype=tf.int32)
    tf.range(5)
    tf.linspace(0.0, 1.0, 5)
    tf.cast(x, tf.int32)
    tf.cast(x, tf.float32)
    tf.to_int32(x)
    tf.to_float(tf.constant(1))
    tf.where(x > 1.0, x, x)
    tf.where(x > 1.0)
    tf.identity(x)
    tf.stop_gradient(x)
    tf.clip_by_value(x, 0.0, 1.0)


def default_names_of_neural_ops(tf):
    x = tf.placeholder(tf.float32, [2, 3])
    y = tf.placeholder(tf.float32)
    tf.nn.relu(x)
    tf.nn.elu(x)
    tf.nn.softplus(x)
    tf.nn.softsign(x)
    tf.nn.softmax(x)
    tf.nn.softmax(y)
    tf.nn.log_softmax(x)
    tf.nn.sigmoid(x)
    tf.nn.tanh(x)
    tf.nn.bias_add(x, [1.0, 2.0, 3.0])
    tf.nn.dropout(x, 0.5)
    tf.nn.dropout(x, rate=0.25)
    tf.nn.l2_loss(x)
    tf.nn.l2_normalize(x, 1)
    tf.nn.xw_plus_b(x, tf.ones([3, 2]), [0.0, 1.0])
    tf.nn.softmax_cross_entropy_with_logits_v2(labels=x, logits=x)
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=x)
    tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x)
    tf.nn.moments(x, [0])
    tf.nn.embedding_lookup(x, [0, 1])
    tf.nn.softmax(tf.placeholder(tf.float32, [2, 3, 4]), axis=1)


def control_dependencies(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant(2.0, name="b")
    with tf.control_dependencies([a]):
        c = tf.constant(3.0, name="c")
        d = tf.add(a, 1.0, name="d")
        with tf.control_dependencies([b.op, c]):
            tf.identity(b, name="e")
            tf.no_op(name="f")
        with tf.control_dependencies(None):
            tf.constant(4.0, name="free")
    with tf.control_dependencies([c, d, c]):
        tf.group(a, b, name="g")
    both = tf.tuple([a, b], control_inputs=[d])
    tf.group(*both)
    tf.group()


def groups_and_tuples(tf):
    v = tf.Variable(1.0)
    one = tf.assign_add(v, 1.0)
    two = tf.constant(2.0)
    grouped = tf.group(one, two, name="both")
    kept = tf.tuple([one, two, None])
    with tf.device("/cpu:0"):
        three = tf.constant(3.0)
    tf.group(three, one)
    after = tf.identity(kept[1])
    return [(tf.global_variables_initializer(), None), (grouped, None), (after, None)]


def devices(tf):
    with tf.device("/cpu:0"):
        a = tf.constant(1.0, name="a")
        with tf.device("/device:GPU:1"):
            tf.constant(2.0, name="b")
        with tf.device(None):
            tf.constant(3.0, name="c")
    with tf.device("/job:worker/task:7"), tf.device("/gpu:0"):
        tf.identity(a, name="d")
    with tf.device(lambda op: "/gpu:2" if op.type == "MatMul" else "/cpu:1"):
        tf.matmul([[1.0]], [[1.0]], name="e")
    v = tf.Variable(1.0, name="v")
    with tf.colocate_with(v):
        tf.constant(1.0, name="near_v")
    with tf.colocate_with(a):
        tf.constant(1.0, name="near_a")


def collections(tf):
    a = tf.constant(1.0, name="a")
    tf.add_to_collection("losses", a)
    tf.add_to_collection("losses", tf.square(a))
    tf.add_to_collections(["first", "second"], a)
    total = tf.add_n(tf.get_collection("losses"), name="total_loss")
    tf.get_default_graph().add_to_collection("total", total)
    return [(total, None)]


def fetch_structures(tf):
    a = tf.constant([1.0, 2.0], name="a")
    b = tf.constant(3, name="b")
    nothing = tf.no_op(name="nothing")
    nested = {"pair": (a, b), "list": [a, [b, a]], "op": nothing, "name": "a:0"}
    return [(a, None), ([a], None), (nested, None), (("a:0", "nothing"), None), ([], None)]


def feeding(tf):
    a = tf.constant(2.0, name="a")
    b = tf.add(a, 3.0, name="b")
    c = tf.multiply(b, 10.0, name="c")
    d = tf.placeholder_with_default([1.0, 2.0], [2], name="d")
    e = tf.placeholder_with_default([[1, 2]], [None, 2], name="e")
    v = tf.Variable(5.0, name="v")
    w = v * 2.0
    return [
        (c, None),
        (c, {a: 5.0}),
        (c, {b: 1.0}),
        (c, {"b:0": 1}),
        ([d, e], None),
        ([d, e], {d: [5, 6], e: [[1, 1], [2, 2]]}),
        (w, {v: 4.0}),
    ]


def several_graphs(tf):
    """Another graph's ops do not show up in this one."""
    a = tf.constant(1.0, name="a")
    other = tf.Graph()
    with other.as_default():
        tf.constant(5.0, name="elsewhere")
    with tf.get_default_graph().as_default():
        tf.add(a, 1.0, name="b")
