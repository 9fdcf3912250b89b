"""Dilation and erosion of images."""

from __future__ import annotations

from .data import uniform


def dilations(tf):
    x = tf.placeholder(tf.float32, [2, 5, 6, 2], name="x")
    w = tf.constant(uniform(2, 3, 2, seed=1), name="w")
    outputs = [
        tf.nn.dilation2d(x, w, [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
        tf.nn.dilation2d(x, w, [1, 2, 1, 1], [1, 1, 2, 1], "VALID", name="sparse"),
        tf.nn.dilation2d(x, filters=w, strides=[1, 1, 2, 1], dilations=[1, 2, 1, 1], padding="SAME"),
    ]
    return [([*outputs, *tf.gradients([tf.square(y) for y in outputs], [x, w])], {x: uniform(2, 5, 6, 2)})]


def erosions(tf):
    x = tf.placeholder(tf.float32, [1, 5, 6, 2], name="x")
    w = tf.constant(uniform(2, 3, 2, seed=1), name="w")
    outputs = [
        tf.nn.erosion2d(x, w, [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
        tf.nn.erosion2d(x, w, [1, 2, 1, 1], [1, 1, 2, 1], "VALID", name="named"),
    ]
    return [([*outputs, *tf.gradients(outputs, [x, w])], {x: uniform(1, 5, 6, 2)})]
