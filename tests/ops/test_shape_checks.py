"""tf.debugging.assert_shapes: what a run finds; what is found before stands with the mistakes."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def test_found_by_a_run():
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32)
    check = tf.debugging.assert_shapes({x: ("N", "D"), y: ("*", "N", "D")}, message="why")
    with tf.Session() as sess:
        sess.run(check, {x: np.zeros([2, 3]), y: np.zeros([5, 2, 3])})
        line = r"^assertion failed: \[why\] \[Specified by tensor Placeholder:0 dimension 0\]"
        with pytest.raises(tf.errors.InvalidArgumentError, match=line):
            sess.run(check, {x: np.zeros([2, 3]), y: np.zeros([5, 4, 3])})
        with pytest.raises(tf.errors.InvalidArgumentError, match="must have rank at least"):
            sess.run(check, {x: np.zeros([2, 3]), y: np.zeros([3])})


def test_scalars_have_one_axis_of_size_1():
    x = tf.placeholder(tf.float32)
    check = tf.debugging.assert_shapes([(x, ("N",)), (tf.constant(1.0), ()), (tf.zeros([1]), ("N",))])
    with tf.Session() as sess:
        sess.run(check, {x: 5.0})
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(check, {x: [1.0, 2.0]})
