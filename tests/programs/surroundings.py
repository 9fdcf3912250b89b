"""What stands around the computing: templates, Python functions, prints, scopes of initialization, containers."""

from __future__ import annotations

import contextlib

import numpy as np


def _scaled(tf, size):
    def layer(x, gain=1.0):
        w = tf.get_variable("w", [size, size], initializer=tf.constant_initializer(0.5))
        b = tf.get_variable("b", [size], initializer=tf.zeros_initializer())
        return (tf.matmul(x, w) + b) * gain

    return layer


def template(tf):
    """One layer applied twice, with a gradient that comes from both."""
    layer = tf.make_template("layer", _scaled(tf, 2))
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = layer(layer(x), gain=2.0)
    grads = tf.gradients(y, layer.trainable_variables)
    return [(tf.global_variables_initializer(), None), ([y] + grads, {x: np.ones([3, 2], np.float32)})]


def templates_and_scopes(tf):
    """Names of templates: unique, opened early, inside other scopes, one template inside another."""
    first, second = (tf.make_template("t", _scaled(tf, 1)) for _ in range(2))
    early = tf.make_template("early", _scaled(tf, 1), create_scope_now_=True)
    named = tf.make_template("t", _scaled(tf, 1), unique_name_="its_name", gain=3.0)
    inner = tf.make_template("inner", _scaled(tf, 1))
    outer = tf.make_template("outer", lambda x: inner(x) + inner(x))
    x = tf.constant([[1.0]])
    with tf.variable_scope("scope"):
        parts = [first(x), early(x), named(x)]
    with tf.name_scope("names"):
        parts += [second(x), first(x), outer(x), outer(x)]
    tf.get_variable("scope/t/last", [])
    return [(tf.global_variables_initializer(), None), (tf.add_n(parts), None)]


def python_functions(tf):
    """py_func of all kinds, with a gradient of one's own."""
    x = tf.placeholder(tf.float32, [2], name="x")
    doubled = tf.py_func(lambda v: v * np.float32(2), [x], tf.float32, name="doubled")
    doubled.set_shape(x.shape)
    text, total = tf.py_func(lambda v: (str(v.tolist()), v.sum()), [doubled], [tf.string, tf.float32], stateful=False)
    newer = tf.numpy_function(np.sort, [[3, 1, 2]], tf.int32)
    value = tf.py_function(lambda v: v.numpy() + 1, [x], tf.float32)
    nothing = tf.py_func(lambda: None, [], [], name="nothing")
    with tf.control_dependencies([nothing]):
        last = tf.reduce_sum(doubled * 3.0)
    return [([doubled, text, total, newer, value, last], {x: [1.0, 2.0]})]


def gradient_of_a_python_function(tf):
    """The classic trick: a registered gradient for one py_func."""
    name = "GradientOfThisPyFunc"

    def gradient(op, dy):
        return dy * 2.0 * op.inputs[0]

    with contextlib.suppress(KeyError):  # built a second time
        tf.RegisterGradient(name)(gradient)
    x = tf.Variable([3.0, -1.0], name="x")
    with tf.get_default_graph().gradient_override_map({"PyFunc": name}):
        y = tf.py_func(lambda v: v * v, [x], tf.float32, name="square")
    y.set_shape([2])
    train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))
    return [(tf.global_variables_initializer(), None), (train, None), (x, None)]


def prints(tf):
    """tf.print of tensors, texts and nested values, and the text alone."""
    x = tf.constant([[1.0, 2.5], [3.0, 4.0]], name="x")
    shown = tf.print("x:", x, {"sum": tf.reduce_sum(x), "list": [1, x[0, 0]]}, summarize=1, sep="|", end="")
    whole = tf.print(tf.constant("{} is text"), "and {}", name="whole", end="")
    alone = tf.print(tf.constant("alone"), end="")
    text = tf.strings.format("{}, {}", [x, tf.range(8)], summarize=2)
    return [(text, None)]


def outside_of_branches(tf):
    """init_scope lifts ops out of branches and control dependencies."""
    p = tf.placeholder(tf.bool, [], name="p")
    with tf.name_scope("outer"), tf.control_dependencies([tf.no_op(name="wait")]):
        with tf.init_scope():
            lifted = tf.constant(1.0, name="lifted")
        kept = tf.constant(2.0, name="kept")

    def branch():
        with tf.init_scope():
            inside = tf.constant(3.0, name="inside") + lifted
        return inside * kept

    y = tf.cond(p, branch, lambda: 0.0)
    return [(y, {p: True}), (y, {p: False})]


def containers(tf):
    with tf.container("box"):
        boxed = tf.Variable(1.0, name="boxed")
        with tf.get_default_graph().container("inner"):
            inner = tf.get_variable("inner", [], initializer=tf.ones_initializer())
    free = tf.Variable(2.0, name="free")
    sure = tf.guarantee_const(boxed, name="sure") + tf.guarantee_const(free)
    return [(tf.global_variables_initializer(), None), (sure + inner, None)]


def static_values(tf):
    """What TF finds out while building decides nothing here but is asked for; the nodes stay the same."""
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    shape = tf.get_static_value(tf.shape(x))
    partial = tf.get_static_value(tf.stack([1, tf.placeholder(tf.int32, [])]), partial=True)
    return [(x + float(shape.sum()) + float(partial[0]), {x: np.zeros([2, 3])})]
