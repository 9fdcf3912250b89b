"""Helpers of tf.contrib.framework."""

from __future__ import annotations

import numpy as np

from .data import uniform


def helpers(tf):
    framework = tf.contrib.framework
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    unknown = tf.placeholder(tf.float32, name="unknown")
    with tf.name_scope("scope"):
        values = [
            framework.reduce_sum_n([x, unknown]),
            framework.reduce_sum_n([x], name="one"),
            framework.assert_scalar_int(3),
            framework.assert_scalar_int(tf.constant(3, tf.int64), name="whole"),
            framework.sort(x, direction="DESCENDING"),
            framework.argsort(x, axis=0),
        ]
        tf.add_to_collection("names", framework.get_name_scope())
    for pair in [(x[:, :1], x[:, 0]), (x[:, 0], x[:, :1]), (unknown, x[0, :2]), (x[:, :1], unknown), (x, x)]:
        values += framework.remove_squeezable_dimensions(*pair)
    values += framework.remove_squeezable_dimensions(x[:, :1], x[:, 0], name="named")
    assert framework.get_placeholders(tf.get_default_graph()) == [x, unknown]
    assert framework.get_graph_from_inputs([x, unknown]) is x.graph
    names = ["a/w", "^a/w", "loc:@a/w", "b/a/w", "a//w"]
    stripped = [framework.strip_name_scope(name, "a") for name in names]
    prepended = [framework.prepend_name_scope(name, "s/") for name in names]
    tf.add_to_collection("names", " ".join(stripped + prepended))
    return [(values, {x: uniform(2, 3), unknown: np.float32([4.0, 5.0])})]


def python_functions(tf):
    framework = tf.contrib.framework
    x = tf.placeholder(tf.float32, [2], name="x")

    def halves(pair, scale):
        return {"first": pair[0] * scale, "others": (pair[1], np.float32(1.5))}

    types = {"first": tf.float32, "others": (tf.int32, tf.float32)}
    shapes = {"first": [2], "others": ([], [])}
    found = framework.py_func(halves, [(x, tf.constant(7))], {"scale": 2.0}, types, shapes, name="halves")
    other = framework.py_func(np.sum, [x], output_types=lambda x: x.dtype, stateful=False)
    return [([found["first"], found["others"][0], found["others"][1], other], {x: uniform(2)})]


def devices(tf):
    framework = tf.contrib.framework
    choose = framework.VariableDeviceChooser(num_tasks=2, replica=1, device_type="GPU")
    with tf.device(choose):
        tf.get_variable("w", [2])
    alone = framework.VariableDeviceChooser()
    with tf.device(alone):
        tf.get_variable("v", [2])
    return []
