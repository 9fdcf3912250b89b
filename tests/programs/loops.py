"""tf.while_loop: TF1's frames."""

from __future__ import annotations

import numpy as np


def counting(tf):
    i = tf.constant(0, name="i")
    n = tf.placeholder(tf.int32, [], name="n")
    result = tf.while_loop(lambda i: tf.less(i, n), lambda i: tf.add(i, 1), [i])
    return [(result, {n: 10}), (result, {n: -1})]


def several_variables(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    loop = tf.while_loop(
        lambda i, y, total: i < 4,
        lambda i, y, total: (i + 1, y * 1.5 - 0.25, total + tf.reduce_sum(y)),
        (0, x, 0.0),
        name="powers",
    )
    feed = {x: np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)}
    return [(loop, feed), (loop[2], feed), ([loop[1], x], feed)]


def fibonacci(tf):
    return [(tf.while_loop(lambda i, a, b: i < 12, lambda i, a, b: [i + 1, b, a + b], [0, 0, 1]), {})]


def captures(tf):
    y = tf.constant([3.0, 4.0], name="y")
    with tf.name_scope("inputs"):
        x = tf.placeholder(tf.float32, [2], name="x")
    doubled = y * 2.0

    def body(i, z):
        with tf.name_scope("inner"):
            step = tf.constant(1, name="step")
        return i + step, z * y + doubled - tf.ones([2]) + tf.cast(tf.size(y), tf.float32)

    loop = tf.while_loop(lambda i, z: tf.reduce_all(z < 1000.0 + y), body, [tf.constant(0), x])
    return [([loop, doubled], {x: [1.0, 2.0]}), (loop, {x: [-1.0, 0.5]}), (loop, {x: [5000.0, 0.5]})]


def collatz(tf):
    n = tf.placeholder(tf.int32, [], name="n")

    def body(n, steps):
        following = tf.cond(tf.equal(n % 2, 0), lambda: n // 2, lambda: 3 * n + 1)
        return following, steps + 1

    loop = tf.while_loop(lambda n, steps: n > 1, body, [n, 0])
    return [(loop, {n: 27}), (loop, {n: 1})]


def cond_that_uses_outer_tensors(tf):
    y = tf.constant(3.0, name="y")
    z = tf.placeholder(tf.float32, [], name="z")

    def body(i, x):
        chosen = tf.cond(x > y, lambda: x - z, lambda: tf.constant(0.5) * x + tf.cast(i, tf.float32) + y)
        return i + 1, chosen

    loop = tf.while_loop(lambda i, x: tf.logical_and(i < 20, x < 50.0), body, [0, 1.0])
    return [(loop, {z: 1.0}), (loop, {z: -30.0})]


def inside_a_branch(tf):
    pred = tf.placeholder(tf.bool, [], name="pred")
    y = tf.constant(3.0, name="y")

    def repeated():
        return tf.while_loop(lambda i, z: i < 5, lambda i, z: (i + 1, z + y), [0, y])[1]

    result = tf.cond(pred, repeated, lambda: y + 1.0)
    other = tf.cond(pred, lambda: y, lambda: tf.while_loop(lambda z: z < 100.0, lambda z: z * y, [y - 1.0]))
    return [([result, other], {pred: True}), ([result, other], {pred: False})]


def nested(tf):
    y = tf.constant(0.5, name="y")

    def outer(i, x):
        inner = tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * y + x), [0, x], name="inner")
        return i + 1, inner[1] + tf.cast(inner[0], tf.float32)

    return [(tf.while_loop(lambda i, x: i < 6, outer, [0, 1.0], name="outer"), {})]


def thrice_nested(tf):
    def third(a):
        return tf.while_loop(lambda k, c: k < 2, lambda k, c: (k + 1, c + a), [0, a])[1]

    def second(a):
        return tf.while_loop(lambda j, b: j < 3, lambda j, b: (j + 1, third(b) + a), [0, a])[1]

    return [(tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, second(a) % 1000), [0, 1]), {})]


def loop_in_cond_in_loop(tf):
    def body(i, x):
        doubled = tf.cond(
            tf.equal(i % 2, 0),
            lambda: tf.while_loop(lambda a: a < x * 2.0, lambda a: a + 1.0, [x]),
            lambda: x - 1.0,
        )
        return i + 1, doubled

    return [(tf.while_loop(lambda i, x: i < 6, body, [0, 1.0]), {})]


def growing(tf):
    invariants = [tf.TensorShape([]), tf.TensorShape([None, 2])]
    loop = tf.while_loop(
        lambda i, x: i < 3,
        lambda i, x: (i + 1, tf.concat([x, x + 1.0], axis=0)),
        [tf.constant(0), tf.ones([1, 2])],
        shape_invariants=invariants,
    )
    unknown = tf.while_loop(
        lambda x: tf.size(x) < 20,
        lambda x: tf.expand_dims(tf.concat([x, x], -1), 0),
        [tf.ones([1])],
        shape_invariants=[tf.TensorShape(None)],
    )
    return [(loop, {}), ([unknown, tf.shape(unknown)], {})]


def unknown_shapes(tf):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, [None, None], name="y")
    loop = tf.while_loop(
        lambda i, x, y: i < 2, lambda i, x, y: (i + 1, x * 2.0, tf.matmul(y, y)), (tf.constant(0), x, y)
    )
    feed = {x: [1.0, 2.0, 3.0], y: [[1.0, 2.0], [0.5, -1.0]]}
    return [(loop, feed), (loop, {x: [[1.0]], y: [[2.0]]})]


def maximum_iterations(tf):
    n = tf.placeholder(tf.int32, [], name="n")
    one = tf.while_loop(lambda i: i < 100, lambda i: i + 3, [tf.constant(0)], maximum_iterations=5)
    two = tf.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, x * 2.0), (0, 1.0), maximum_iterations=n, name="two")
    wide = tf.while_loop(
        lambda i: tf.constant(True),
        lambda i: [i + 1],
        [0],
        maximum_iterations=tf.constant(7, tf.int64),
        return_same_structure=True,
    )
    return [([one, two, wide], {n: 3}), ([one, two, wide], {n: 30})]


def structures(tf):
    pairs = {"a": tf.constant(1), "b": (tf.constant([1.0, 2.0]), tf.constant(3.0))}
    loop = tf.while_loop(
        lambda i, d: i < 3,
        lambda i, d: (i + 1, {"a": d["a"] * 2, "b": (d["b"][0] + d["b"][1], d["b"][1])}),
        (tf.constant(0), pairs),
    )
    listed = tf.while_loop(
        lambda i, rest: i < 2,
        lambda i, rest: [i + 1, [rest[1], rest[0]]],
        [0, [tf.constant("x"), tf.constant("y")]],
        return_same_structure=True,
    )
    return [(loop, {}), (listed, {})]


def slices(tf):
    start = tf.IndexedSlices(tf.ones([2, 3]), tf.constant([0, 1]), tf.constant([5, 3]))
    loop = tf.while_loop(
        lambda i, s: i < 3,
        lambda i, s: (i + 1, tf.IndexedSlices(s.values * 2.0, s.indices + 1, s.dense_shape)),
        [0, start],
    )
    return [(loop[1], {}), (tf.convert_to_tensor(loop[1]), {})]


def dtypes(tf):
    loop = tf.while_loop(
        lambda i, *rest: i < 3,
        lambda i, a, b, c, d, e: (i + 1, a * 2, tf.logical_not(b), c * (1 + 1j), d + "x", e - 1),
        [
            tf.constant(0, tf.int64),
            tf.constant(100, tf.uint8),
            tf.constant(True),
            tf.constant(1 + 2j, tf.complex64),
            tf.constant("a"),
            tf.constant([-127, 0], tf.int8),
        ],
    )
    wraps = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 3), [0, 2000000000])
    halves = tf.while_loop(lambda i, x: i < 20, lambda i, x: (i + 1, x / 2.0), [0, tf.constant(1.0, tf.float16)])
    doubles = tf.while_loop(lambda i, x: i < 9, lambda i, x: (i + 1, x / 3.0), [0, tf.constant(1.0, tf.float64)])
    return [([loop, wraps, halves, doubles], {})]


def special_numbers(tf):
    grows = tf.while_loop(lambda i, x: i < 200, lambda i, x: (i + 1, x * 10.0), [0, 1.0])
    poles = tf.while_loop(lambda i, x, y: i < 2, lambda i, x, y: (i + 1, 1.0 / x, x - x), [0, 0.0, 1.0])
    never = tf.while_loop(lambda x: x < 10.0, lambda x: x + 1.0, [float("nan")])
    empty = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), [0, tf.zeros([0, 3])])
    return [([grows, poles, never, empty], {})]


def division_by_constants(tf):
    x = tf.placeholder(tf.float32, [40], name="x")
    three = tf.constant(3.0, name="three")
    literal = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y / 3.0), [0, x])
    captured = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y / three), [0, x])
    numbers = np.arange(1, 41).astype(np.float32)
    return [([literal, captured], {x: numbers}), (captured, {x: numbers, three: 7.0})]


def random_numbers(tf):
    tf.set_random_seed(7)
    sums = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + tf.random_normal([2])), [0, tf.zeros([2])])
    waits = tf.while_loop(
        lambda i, x: tf.random_uniform([], seed=3) < 0.9, lambda i, x: (i + 1, x + tf.random_uniform([])), [0, 0.0]
    )

    def body(i, x):
        return i + 1, tf.cond(x > 0.0, lambda: x + tf.random_normal([]), lambda: x + tf.random_uniform([], seed=5))

    either = tf.while_loop(lambda i, x: i < 10, body, [0, 0.0])
    return [([sums, waits, either], {}), ([sums, waits, either], {})]


def variable_that_is_read(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    loop = tf.while_loop(lambda i, x: i < 4, lambda i, x: (i + 1, x * v + 1.0), [0, v])
    return [(tf.global_variables_initializer(), {}), (loop, {}), (tf.assign(v, [0.5, -1.0]), {}), (loop, {})]


def variable_that_is_written(tf):
    v = tf.Variable(1.0, name="v")
    n = tf.placeholder(tf.int32, [], name="n")

    def body(i):
        with tf.control_dependencies([tf.assign_add(v, 2.0)]):
            return i + 1

    loop = tf.while_loop(lambda i: i < n, body, [tf.constant(0)])
    with tf.control_dependencies([loop]):
        after = v.read_value()
    return [(tf.global_variables_initializer(), {}), ([loop, after], {n: 4}), ([loop, v], {n: 3}), (after, {n: 0})]


def variable_that_decides(tf):
    v = tf.Variable(1.0, name="v")

    def body(i):
        with tf.control_dependencies([tf.assign_add(v, 2.0)]):
            return tf.identity(i) + 1

    loop = tf.while_loop(lambda i: v < 10.0, body, [0], parallel_iterations=1)
    return [(tf.global_variables_initializer(), {}), ([loop, v], {}), ([loop, v], {})]


def resource_variable(tf):
    v = tf.get_variable("v", [2], tf.float32, tf.zeros_initializer(), use_resource=True)

    def body(i, x):
        before = v.read_value()
        with tf.control_dependencies([before]):
            write = v.assign_add([1.0, 2.0])
        with tf.control_dependencies([write]):
            return i + 1, tf.identity(before)

    loop = tf.while_loop(lambda i, x: i < 3, body, [0, tf.zeros([2])], parallel_iterations=1)
    with tf.control_dependencies([loop[1]]):
        after = v.assign_add([10.0, 10.0])
    return [(tf.global_variables_initializer(), {}), ([loop, after], {}), ([loop, after], {})]


def writes_in_branches(tf):
    v = tf.Variable(0.0, name="v")

    def body(i):
        write = tf.cond(tf.equal(i % 2, 0), lambda: tf.assign_add(v, 1.0), lambda: tf.assign_add(v, 10.0))
        with tf.control_dependencies([write]):
            return tf.identity(i) + 1

    loop = tf.while_loop(lambda i: i < 5, body, [0], parallel_iterations=1)
    with tf.control_dependencies([loop]):
        after = v.read_value()
    return [(tf.global_variables_initializer(), {}), ([loop, after], {})]


def writes_in_nested_loops(tf):
    v = tf.Variable(0.0, name="v")

    def inner(j):
        with tf.control_dependencies([tf.assign_add(v, 1.0)]):
            return j + 1

    def outer(i):
        with tf.control_dependencies([tf.while_loop(lambda j: j < 3, inner, [0])]):
            return tf.identity(i) + 1

    loop = tf.while_loop(lambda i: i < 4, outer, [0])
    with tf.control_dependencies([loop]):
        after = v.read_value()
    return [(tf.global_variables_initializer(), {}), ([loop, after], {})]


def control_inputs(tf):
    v = tf.Variable(0.0, name="v")
    with tf.control_dependencies([tf.assign_add(v, 5.0)]):
        loop = tf.while_loop(lambda i: i < 3, lambda i: i + tf.constant(1), [0])
    outside = tf.constant(2.0, name="outside")

    def body(i, x):
        with tf.control_dependencies([outside, tf.no_op()]):
            return i + 1, x + tf.constant(2.0) + outside

    waits = tf.while_loop(lambda i, x: i < 3, body, [0, outside])
    with tf.control_dependencies([loop]):
        after = v.read_value()
    return [(tf.global_variables_initializer(), {}), ([loop, waits, after], {}), (after, {})]


def devices_and_colocation(tf):
    with tf.device("/cpu:0"):
        x = tf.constant([1.0], name="x")
        v = tf.Variable(2.0, name="v")
    with tf.device("/cpu:1"):
        tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * v), [0, x])

    def body(i):
        with tf.device("/cpu:0"):
            a = i + 1
        with tf.colocate_with(v):
            b = tf.constant(0)
        return a + b

    tf.while_loop(lambda i: i < 3, body, [0], parallel_iterations=3, back_prop=False, swap_memory=True)


def fed_results(tf):
    pair = tf.while_loop(lambda i, j: i < 10, lambda i, j: (i + 1, j + 2), [0, 0], name="pair")
    total = pair[0] + pair[1]
    return [(total, {pair[0]: 30}), (total, {pair[1]: 30}), ([total, pair[0]], {}), (pair[1], {pair[0]: 5})]


def one_of_two_loops(tf):
    first = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    second = tf.while_loop(lambda i: i < 30, lambda i: i + first, [first])
    third = tf.while_loop(lambda i, j: i < 9, lambda i, j: (i + second // 10, j + i), [first, second])
    return [([first, second], {}), (third, {}), (third[0], {})]


def values_of_the_condition(tf):
    seen = []

    def goes_on(i):
        seen.append(i * 10)
        return seen[0] < 50

    loop = tf.while_loop(goes_on, lambda i: i + 1 + 0 * seen[0], [0])
    return [(loop, {})]


def constants_and_captures_returned(tf):
    y = tf.constant([1.0, 2.0], name="y")
    literal = tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, 5.0), [0, 1.0])
    handed = tf.while_loop(lambda i, a, b: i < 3, lambda i, a, b: (i + 1, b, y), [0, y * 2.0, y * 3.0])
    same = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a), [0, y])
    return [([literal, handed, same], {})]


def newton(tf):
    target = tf.placeholder(tf.float64, [None], name="target")
    loop = tf.while_loop(
        lambda x, error: tf.reduce_max(error) > 1e-12,
        lambda x, error: (0.5 * (x + target / x), tf.abs(x * x - target)),
        (tf.ones_like(target), tf.fill(tf.shape(target), tf.constant(1e9, tf.float64))),
        maximum_iterations=60,
    )
    return [(loop[0], {target: [2.0, 9.0, 1e-4]})]


def power_iteration(tf):
    a = tf.constant([[4.0, 1.0], [2.0, 3.0]], name="a")

    def body(i, v):
        product = tf.matmul(a, v)
        return i + 1, product / tf.norm(product)

    loop = tf.while_loop(lambda i, v: i < 30, body, [tf.constant(0), tf.constant([[1.0], [0.0]])])
    return [(loop, {})]


def asserts_and_prints(tf):
    def body(i):
        with tf.control_dependencies([tf.Assert(i < 5, [i]), tf.assert_less(i, 9)]):
            return tf.Print(i, [i], "i = ") + 1

    return [(tf.while_loop(lambda i: i < 3, body, [0]), {})]
