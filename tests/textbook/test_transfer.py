"""Transfer learning: a network that knows five digits learns the other five from ten examples each."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

from .sets import small_digits

EXAMPLES = 10


class Reader:
    """A hidden body, and a head on top for five digits."""

    def __init__(self, head):
        self.x, self.y = tf.placeholder(tf.float32, [None, 196]), tf.placeholder(tf.int64, [None])
        with tf.variable_scope("body", reuse=tf.AUTO_REUSE):
            hidden = tf.layers.dense(self.x, 64, tf.nn.relu, name="hidden1")
            hidden = tf.layers.dense(hidden, 32, tf.nn.relu, name="hidden2")
        with tf.variable_scope(head):
            logits = tf.layers.dense(hidden, 5, name="logits")
        self.body = tf.trainable_variables("body")
        self.head = tf.trainable_variables(head)
        self.loss = tf.losses.sparse_softmax_cross_entropy(self.y, logits)
        self.accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), self.y), tf.float32))

    def trainer(self, rate, variables):
        return tf.train.AdamOptimizer(rate).minimize(self.loss, var_list=variables)


def low_and_high():
    """The digits 0-4 to learn first, ten each of 5-9 to learn then, and all test digits 5-9, from 0 again."""
    images, labels, test_images, test_labels = small_digits()
    few = np.concatenate([np.flatnonzero(labels == digit)[:EXAMPLES] for digit in range(5, 10)])
    return (
        (images[labels < 5], labels[labels < 5]),
        (images[few], labels[few] - 5),
        (test_images[test_labels >= 5], test_labels[test_labels >= 5] - 5),
    )


def run(sess, reader, train, examples, steps):
    images, labels = examples
    for _ in range(steps):
        sess.run(train, {reader.x: images, reader.y: labels})


@pytest.fixture
def session():
    with tf.Session() as sess:
        yield sess


@pytest.mark.parametrize("seed", range(2))
def test_what_was_learned_helps_and_what_is_frozen_stays(session, seed):
    tf.set_random_seed(seed)
    low, few, test = low_and_high()
    first, second = Reader("low"), Reader("high")
    learn_low = first.trainer(0.005, None)
    head_only = second.trainer(0.01, second.head)
    all_gently = second.trainer(0.001, second.body + second.head)
    asked = {second.x: test[0], second.y: test[1]}
    session.run(tf.global_variables_initializer())

    run(session, first, learn_low, low, 60)
    assert session.run(first.accuracy, {first.x: low[0], first.y: low[1]}) > 0.97
    body = session.run(first.body)

    run(session, second, head_only, few, 150)
    frozen = session.run(second.accuracy, asked)
    for before, after in zip(body, session.run(second.body), strict=True):
        np.testing.assert_array_equal(before, after)  # to the last bit

    run(session, second, all_gently, few, 50)
    tuned = session.run(second.accuracy, asked)
    moved = [np.abs(a - b).max() for a, b in zip(body, session.run(second.body), strict=True)]
    assert max(moved) > 0.005
    assert frozen > 0.6
    assert tuned > frozen - 0.02


def test_only_the_head_gets_gradients_and_slots():
    reader = Reader("high")
    before = set(tf.global_variables())
    reader.trainer(0.01, reader.head)
    added = [v.op.name for v in tf.global_variables() if v not in before]
    assert added == [
        "beta1_power",
        "beta2_power",
        "high/logits/kernel/Adam",
        "high/logits/kernel/Adam_1",
        "high/logits/bias/Adam",
        "high/logits/bias/Adam_1",
    ]


def test_stop_gradient_freezes_as_well():
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(tf.ones([3, 2]))
    v = tf.Variable(tf.ones([2, 1]))
    y = tf.matmul(tf.stop_gradient(tf.matmul(x, w)), v)
    assert tf.gradients(y, [w, v])[0] is None
    assert tf.gradients(y, [v])[0] is not None
