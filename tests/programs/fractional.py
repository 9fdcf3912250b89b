"""Pooling by fractions, and by any number of axes."""

from __future__ import annotations

import numpy as np

from .data import uniform


def fractional_pooling(tf):
    # rows and columns are unknown: of known ones TensorFlow gets the sequences' static sizes wrong
    x = tf.placeholder(tf.float32, [2, None, None, 2], name="x")
    unknown = tf.placeholder(tf.float64, name="unknown")
    whole = tf.placeholder(tf.int32, [None, None, None, 1], name="whole")
    results = []
    for pool in (tf.nn.fractional_max_pool, tf.nn.fractional_avg_pool):
        results += [
            pool(x, [1.0, 1.5, 1.7, 1.0], deterministic=True, seed=3, seed2=4),
            pool(x, [1.0, 1.2, 2.0, 1.0], True, False, True, 5, 6, name="pseudo"),
            pool(x, [1.0, 1.5, 1.4, 1.0], overlapping=True, deterministic=True, seed=1),
            pool(unknown, [1.0, 2.5, 1.0, 1.0], True, True, True, seed2=9),
            pool(whole, [1.0, 1.5, 1.7, 1.0], False, True, True, 87654321, 1),
        ]
    grads = tf.gradients([tf.square(result.output) for result in results[:3]], x)
    grads += tf.gradients(results[3].output, unknown)
    feed = {x: uniform(2, 9, 7, 2), unknown: uniform(1, 6, 8, 1, seed=1)}
    feed[whole] = np.arange(-40, 41, dtype=np.int32).reshape(1, 9, 9, 1)
    return [([list(result) for result in results] + grads, feed)] * 2


def pools_of_any_rank(tf):
    outputs = []
    for shape in ([2, 6, 3], [2, 6, 4, 3], [1, 4, 4, 4, 2]):
        x = tf.placeholder(tf.float32, shape)
        for pool in (tf.nn.max_pool_v2, tf.nn.avg_pool_v2):
            if len(shape) > 3:
                outputs.append((pool(x, 2, 2, "VALID"), x))
                outputs.append((pool(x, [3] * (len(shape) - 2), 1, "SAME", name="pooled"), x))
    series = tf.placeholder(tf.float32, [2, 6, 3])
    outputs.append((tf.nn.max_pool_v2(series, 2, 2, "VALID", data_format="NWC"), series))
    outputs.append((tf.nn.avg_pool_v2(series, [2], [1], "SAME", "NWC", name="series"), series))
    feeds = {x: uniform(*x.shape.as_list(), seed=i) for i, (_, x) in enumerate(outputs)}
    return [([y for y, _ in outputs], feeds)]
