"""Random programs of loops, branches and TensorArrays inside each other, with their gradients.

`program(tf, seed)` returns a placeholder of shape [None, 3] and what to fetch. What TensorFlow 1.15.5 makes of them is
in random_loops.json (make_random_loops.py); tests/test_random_loops.py compares.
"""

from __future__ import annotations

import hashlib
import random

import numpy as np

SEEDS = range(40)
ROWS = (3, 1, 4)


def feed(seed, rows):
    return np.random.RandomState(seed).randn(rows, 3).astype(np.float32)


def program(tf, seed):
    return _Program(tf, seed).build()


def fingerprint(graph):
    """How many nodes there are, and a hash of their types, names and inputs in order."""
    lines = []
    for op in graph.get_operations():
        controls = sorted("^" + other.name for other in op.control_inputs)
        lines.append(" ".join([op.type, op.name] + [tensor.name for tensor in op.inputs] + controls))
    return [len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]]


class _Program:
    def __init__(self, tf, seed):
        self.tf, self.random = tf, random.Random(seed)
        self.x = tf.placeholder(tf.float32, [None, 3], name="x")
        self.w = tf.constant(np.linspace(-0.5, 0.5, 9).reshape(3, 3).astype(np.float32))
        self.v = tf.Variable([0.1, 0.2, 0.3], name="v")
        rows = tf.shape(self.x)[0]
        self.rows = tf.TensorArray(tf.float32, rows, clear_after_read=False, element_shape=[3]).unstack(self.x)
        self.outer = [tf.constant([0.3, -0.2, 0.5]), self.v * 1.0]

    def build(self):
        tf = self.tf
        y = self.random.choice([self.mapped, self.scanned, self.looped, self.folded])()
        grads = tf.gradients(y, [self.x, self.v])
        return self.x, [y] + [grad for grad in grads if grad is not None]

    def mapped(self):
        return self.tf.map_fn(lambda row: self.chain([row], self.zero_of(row)), self.x)

    def scanned(self):
        reverse, start = self.random.random() < 0.5, self.random.random() < 0.5
        return self.tf.scan(
            lambda h, row: self.tf.tanh(self.chain([h, row], self.zero_of(row))),
            self.x,
            initializer=self.tf.constant([0.1, 0.1, 0.1]) if start else None,
            reverse=reverse,
        )

    def looped(self):
        tf = self.tf
        count = tf.shape(self.x)[0]
        array = tf.TensorArray(tf.float32, count, element_shape=[3], dynamic_size=self.random.random() < 0.5)

        def step(i, array, h):
            new = self.chain([h], i)
            return i + 1, array.write(i, new), tf.tanh(self.random.choice([h, new]))

        start = (0, array, tf.constant([0.5, 0.1, 0.2]))
        _, array, h = tf.while_loop(lambda i, *_: i < tf.shape(self.x)[0], step, start)
        return array.stack() + h

    def folded(self):
        tf = self.tf
        left = tf.foldl(lambda h, row: tf.tanh(self.expression([h, row] + self.outer, tf.constant(0))), self.x)
        return left + tf.foldr(lambda h, row: h * 0.5 + row, self.x)

    def zero_of(self, row):
        """A number that only the run knows: 0."""
        return self.tf.cast(self.tf.reduce_sum(row) * 0, self.tf.int32)

    def chain(self, pool, index):
        pool = pool + self.outer
        for _ in range(self.random.randrange(1, 5)):
            pool.append(self.expression(pool, index))
        return pool[-1]

    def expression(self, pool, index, depth=0):
        """A vector of three made of those in `pool`; `index` counts iterations."""
        tf = self.tf
        a, b = self.random.choice(pool), self.random.choice(pool)
        makers = [
            lambda: a + b,
            lambda: a * b * 0.5,
            lambda: tf.tanh(a),
            lambda: a - tf.reduce_mean(b),
            lambda: tf.sigmoid(a) * tf.cast(index + 1, tf.float32) * 0.1,
            lambda: tf.reverse(a, [0]),
            lambda: tf.where(a > b, a, b * 0.5),
            lambda: tf.cond(tf.equal(index % 2, 0), lambda: a * 2.0 - b, lambda: b * 0.3),
            lambda: tf.concat([a[1:], b[:1]], 0),
            lambda: tf.squeeze(tf.matmul(a[None], self.w), 0),
        ]
        if not depth:
            makers.append(lambda: self.rows.read(index) + a)
        if depth < 2:
            makers.append(lambda: self.loop(pool, depth + 1))
            makers.append(lambda: tf.map_fn(lambda value: value * 0.5 + tf.reduce_sum(b) * 0.1, a))
        return self.random.choice(makers)()

    def loop(self, pool, depth):
        tf = self.tf
        rounds, steps = self.random.randrange(1, 4), self.random.randrange(1, 4)
        start = [self.random.choice(pool) for _ in range(self.random.randrange(1, 3))]

        def step(i, *values):
            inner = list(values) + pool
            for _ in range(steps):
                inner.append(self.expression(inner, i, depth))
            return [i + 1] + [tf.tanh(inner[-1 - j]) for j in range(len(values))]

        return tf.while_loop(lambda i, *_: i < rounds, step, [tf.constant(0)] + start)[1]
