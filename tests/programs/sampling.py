"""Programs that choose examples by chance."""

from __future__ import annotations

import numpy as np

from .data import uniform
from .queues import _runs_of


def rejection(tf):
    """Some examples are taken surely, others never, and some by the graph's seed."""
    tf.set_random_seed(7)
    x = tf.placeholder(tf.float32, [3], name="x")
    many = tf.placeholder(tf.float32, [None, 3], name="many")
    numbers = tf.placeholder(tf.int32, [None], name="numbers")
    sure = tf.contrib.training.rejection_sample([x], lambda parts: parts[0][0], 2)
    chance = tf.contrib.training.rejection_sample(
        [many, numbers], lambda parts: parts[0][1], 3, enqueue_many=True, runtime_checks=True, name="chance"
    )
    put, single, choose = _runs_of(tf)
    rows = np.full([12, 3], 0.5)
    return [
        *[(put, {x: [n % 2, n, n]}) for n in range(5)],
        (sure, None),
        (single, {many: rows, numbers: np.arange(12)}),
        *[(choose, None) for _ in range(12)],
        (chance, None),
    ]


def strata(tf):
    """Classes get given shares; where their shares in the data are not known, they are counted."""
    tf.set_random_seed(8)
    x = tf.placeholder(tf.float32, [2], name="x")
    label = tf.placeholder(tf.int32, [], name="label")
    rows = tf.placeholder(tf.float32, [None, 2], name="rows")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    one = tf.contrib.training.stratified_sample([x], label, [0.0, 1.0], 2, init_probs=[0.5, 0.5])
    many = tf.contrib.training.stratified_sample([rows], labels, [0.2, 0.8], 3, enqueue_many=True, name="many")
    single, choose, singles, choose_many = _runs_of(tf)
    return [
        (tf.global_variables_initializer(), None),
        *[(op, {x: [n, n + 1], label: n % 2}) for n in range(4) for op in (single, choose)],
        (one, None),
        (singles, {rows: uniform(12, 2), labels: [1, 1, 0] * 4}),
        *[(choose_many, {labels: [1, 0], rows: uniform(2, 2)}) for _ in range(8)],
        (many, None),
        (tf.global_variables(), None),
    ]


def rows_again(tf):
    """Rows come as often as chance has it, at given rates or in proportion to weights."""
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    numbers = tf.placeholder(tf.int32, [None], name="numbers")
    weights = tf.placeholder(tf.float32, [None], name="weights")
    again = tf.contrib.training.resample_at_rate([x, numbers], weights, seed=3)
    weighted, rates = tf.contrib.training.weighted_resample([x, numbers], weights, 0.5, seed=4)
    feeds = {x: uniform(6, 2), numbers: np.arange(6), weights: [0.0, 1.0, 2.0, 3.0, 0.5, 1.5]}
    return [
        ([tf.local_variables_initializer(), tf.global_variables_initializer()], None),
        (again, feeds),
        (again, {**feeds, weights: [0.0] * 6}),
        ([weighted, rates], feeds),
        ([weighted, rates], feeds),
    ]
