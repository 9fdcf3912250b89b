"""tf.summary: numbers and histograms under tags."""

from __future__ import annotations

import numpy as np

from .data import uniform


def scalars(tf):
    x = tf.placeholder(tf.float32, name="x")
    with tf.name_scope("train"):
        tf.summary.scalar("loss", x)
        tf.summary.scalar("loss", x + 1.0)
        tf.summary.scalar("learning rate (%)", np.float64(1 / 3), family="rates")
        tf.summary.scalar("/count", 3, collections=["mine"])
    tf.summary.scalar("half", tf.constant(0.1, tf.float16))
    tf.summary.scalar("nan", np.nan, family="odd things")
    merged = tf.summary.merge_all()
    assert tf.summary.merge_all("nothing") is None
    parts = tf.get_collection(tf.GraphKeys.SUMMARIES) + tf.get_collection("mine")
    return [(parts, {x: 2.5}), (merged, {x: -1.0}), (tf.summary.merge_all(scope="train"), {x: 0.0})]


def histograms(tf):
    x = tf.placeholder(tf.float32, name="x")
    tf.summary.histogram("weights", x)
    tf.summary.histogram("weights", x * 65536.0, family="big")
    tf.summary.histogram("numbers", np.arange(-3, 4))
    tf.summary.histogram("bytes", np.array([[0, 255], [3, 3]], np.uint8))
    tf.summary.histogram("wide", np.array([0.0, -0.0, 1e-13, -1e-13, 1e30, -1e37, 1e-12]))
    tf.summary.histogram("edges", np.array([1e-12, 1.1e-12, -1e-12, 1e20, -1e20]))
    merged = tf.summary.merge(tf.get_collection(tf.GraphKeys.SUMMARIES), ["all"], name="all of it")
    return [
        (tf.get_collection(tf.GraphKeys.SUMMARIES), {x: uniform(5, 5, low=-1.0)}),
        (merged, {x: np.zeros([0], np.float32)}),
        (merged, {x: np.float32(2.0)}),
    ]


def in_training(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.get_variable("w", [3, 2])
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
    tf.summary.scalar("loss", loss)
    tf.summary.histogram("w", w)
    merged = tf.summary.merge_all()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    runs = [(tf.global_variables_initializer(), None)]
    feed = {x: uniform(4, 3)}
    return [*runs, (merged, feed), (train, feed), (merged, feed)]
