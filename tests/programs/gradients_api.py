"""tf.gradients: its arguments, second order, unconnected sources."""

from __future__ import annotations

import contextlib

from .data import uniform


def cube_second_order(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = x**3
    first = tf.gradients(y, x)[0]
    second = tf.gradients(first, x)[0]
    third = tf.gradients(second, x)[0]
    return [([first, second, third], {x: 2.0})]


def sigmoid_second_order(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    first = tf.gradients(tf.sigmoid(x), x)[0]
    second = tf.gradients(first, x)[0]
    return [([first, second], {x: [0.0, 1.0, -2.0]})]


def more_second_orders(tf):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    functions = [
        tf.tanh,
        tf.sqrt,
        tf.rsqrt,
        tf.reciprocal,
        tf.log,
        tf.exp,
        tf.square,
        tf.nn.softplus,
        tf.nn.relu,
    ]
    functions += [
        tf.nn.elu,
        tf.nn.log_softmax,
        tf.abs,
        tf.sin,
        lambda t: tf.matmul(t, t),
        lambda t: t / (1.0 + t),
    ]
    grads = []
    for function in functions:
        first = tf.gradients(function(x), x)[0]
        grads.append(tf.gradients(tf.square(first), x)[0])
    return [(grads, {x: uniform(2, 2, low=0.5, high=2.0)})]


def names_and_scopes(tf):
    x = tf.constant(1.0, name="x")
    with tf.name_scope("model"):
        y = tf.exp(x * 2.0, name="y")
    tf.gradients(y, x)
    tf.gradients(y, x, name="named")
    with tf.name_scope("train"):
        tf.gradients(y, x)
    tf.gradients(y, x)


def grad_ys(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x * x
    ones = tf.gradients(y, x, grad_ys=tf.ones([2]))
    numbers = tf.gradients(y, x, grad_ys=[[3.0, 4.0]])
    some = tf.gradients([y, 2.0 * x], x, grad_ys=[None, tf.constant([5.0, 6.0])])
    return [(ones + numbers + some, {x: [1.0, 2.0]})]


def two_ys(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.placeholder(tf.float32, [2], name="w")
    y1 = tf.reduce_sum(x * w)
    y2 = tf.square(x)
    grads = tf.gradients([y1, y2], [x, w])
    more = tf.gradients([y1, y1], w)
    return [(grads + more, {x: uniform(3, 2), w: [1.0, 2.0]})]


def y_depends_on_another_y(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    y = x * x
    z = y * 3.0
    return [(tf.gradients([y, z], [x, y]), {x: 2.0})]


def y_itself(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x + 1.0
    return [(tf.gradients(y, [y, x]) + tf.gradients(x, x), {x: [1.0, 2.0]})]


def stop_gradients(tf):
    """The example of the documentation: partial derivatives instead of total ones."""
    a = tf.constant(0.0)
    b = 2 * a
    partial = tf.gradients(a + b, [a, b], stop_gradients=[a, b])
    total = tf.gradients(a + b, [a, b])
    a_stopped = tf.stop_gradient(tf.constant(1.0))
    b_stopped = tf.stop_gradient(2 * a_stopped)
    by_op = tf.gradients(a_stopped + b_stopped, [a_stopped, b_stopped])
    return [(partial + total + by_op, None)]


def unconnected(tf):
    x = tf.constant(1.0, name="x")
    y = tf.constant(2.0, name="y")
    z = x * 3.0
    grads = tf.gradients(z, [x, y])
    assert grads[1] is None
    assert tf.gradients(tf.stop_gradient(x) * 2.0, x) == [None]
    zeros = tf.gradients(z, [x, y], unconnected_gradients=tf.UnconnectedGradients.ZERO)
    text_zeros = tf.gradients(z, [y], unconnected_gradients="zero")
    return [([grads[0]] + zeros + text_zeros, None)]


def of_variables(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(v * v * w)
    grads = tf.gradients(loss, [v, w])
    intermediate = tf.gradients(loss, v.read_value())
    assert intermediate == [None]
    return [(tf.global_variables_initializer(), None), (grads, None)]


def of_middle_tensors(tf):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    hidden = tf.sigmoid(x, name="hidden")
    y = tf.reduce_sum(hidden * hidden, name="y")
    return [(tf.gradients(y, [hidden, x]), {x: uniform(2, 2)})]


def through_several_outputs(tf):
    x = tf.placeholder(tf.float32, [4], name="x")
    a, b, c, d = tf.unstack(x)
    unused_middle = tf.split(x, 2)[1]
    y = a * d
    return [(tf.gradients([y, unused_middle], x), {x: [1.0, 2.0, 3.0, 4.0]})]


def colocated(tf):
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.device("/cpu:0"):
        y = tf.reduce_sum(tf.square(x))
    grads = tf.gradients(y, x, colocate_gradients_with_ops=True)
    return [(tf.global_variables_initializer(), None), (grads, None)]


def gate_gradients(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.placeholder(tf.float32, [2], name="w")
    gated = tf.gradients(tf.exp(x * w), [x, w], gate_gradients=True)
    return [(gated, {x: [1.0, 2.0], w: [3.0, 4.0]})]


def aggregation(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.sin(x) + tf.cos(x) + tf.exp(x)
    tree = tf.gradients(y, x, aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE)
    return [(tree, {x: [1.0, 2.0]})]


def accumulated(tf):
    """AccumulateNV2 where the shape is known and there are more than two, else a tree."""
    x = tf.placeholder(tf.float32, [2], name="x")
    z = tf.placeholder(tf.float32, [None], name="z")
    method = tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N
    grads = [tf.gradients(tf.sin(v) + tf.cos(v) + tf.exp(v), v, aggregation_method=method)[0] for v in (x, z)]
    grads += tf.gradients(tf.sin(x) + tf.cos(x), x, aggregation_method=method)
    return [(grads, {x: [1.0, 2.0], z: [3.0]})]


def summed_by_device(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.device("/cpu:0"):
        y = tf.sin(x) + tf.tan(x)
    grads = tf.gradients(y + tf.cos(x) + tf.exp(x), x, colocate_gradients_with_ops=True)
    return [(grads, {x: [1.0, 2.0]})]


def optimizer_gates(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable([3.0, 4.0], name="w")
    loss = tf.reduce_sum(v * w)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    none = optimizer.minimize(loss, gate_gradients=optimizer.GATE_NONE)
    graph = optimizer.minimize(loss, gate_gradients=optimizer.GATE_GRAPH)
    by_op = optimizer.minimize(loss, gate_gradients=optimizer.GATE_OP)
    runs = [(tf.global_variables_initializer(), None), (none, None), (graph, None), (by_op, None)]
    return runs + [([v, w], None)]


def overridden(tf):
    """gradient_override_map and RegisterGradient."""
    name = "HundredFold"
    with contextlib.suppress(KeyError):  # registered when the program was built before
        tf.RegisterGradient(name)(lambda op, grad: grad * 100.0)

    x = tf.constant(3.0, name="x")
    with tf.get_default_graph().gradient_override_map({"Identity": name}):
        y = tf.identity(tf.square(x), name="y")
    return [(tf.gradients(y, x), None)]


def hessian(tf):
    x = tf.placeholder(tf.float32, [3], name="x")
    y = tf.reduce_sum(x**3) + x[0] * x[1]
    first = tf.gradients(y, x)[0]
    rows = [tf.gradients(first[i], x)[0] for i in range(3)]
    return [(tf.stack(rows), {x: [1.0, 2.0, 3.0]})]


def gradient_penalty(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable(uniform(2, 3, seed=5), name="w")
    y = tf.reduce_sum(tf.tanh(tf.matmul(x, w)))
    grad = tf.gradients(y, x)[0]
    slope = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=1))
    penalty = tf.reduce_mean((slope - 1.0) ** 2)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(penalty)
    feeds = {x: uniform(4, 2)}
    return [
        (tf.global_variables_initializer(), None),
        (penalty, feeds),
        (train, feeds),
        (penalty, feeds),
        (w, None),
    ]
