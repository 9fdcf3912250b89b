"""The largest entries of rows, in TensorFlow's order where they need not be sorted."""

from __future__ import annotations

import numpy as np

from .data import uniform


def unsorted_largest(tf):
    x = tf.placeholder(tf.float32, [None, 11], name="x")
    ties = tf.constant((np.arange(36).reshape(2, 18) * 7 % 5).astype(np.int32))
    tops = [tf.nn.top_k(x, k, sorted=False) for k in (1, 2, 3, 4, 7, 10, 11)]
    outputs = [output for top in tops for output in top]
    outputs += tf.gradients([tf.square(top.values) for top in tops], [x])
    outputs += [output for k in (1, 3, 6) for output in tf.nn.top_k(ties, k, sorted=False)]
    return [(outputs, {x: uniform(6, 11)}), (outputs, {x: uniform(0, 11)})]
