"""Stopping when the digits held back say so."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

from .sets import small_digits

TRAINED, HELD_BACK, PATIENCE = 150, 400, 5


def losses_and_weights(seed, epochs=60):
    """Train on few digits, a fifth of them mislabelled; the losses after each epoch and the test accuracies."""
    images, labels, test_images, test_labels = small_digits()
    noisy = labels[:TRAINED].copy()
    random = np.random.RandomState(seed)
    wrong = random.choice(TRAINED, TRAINED // 5, replace=False)
    noisy[wrong] = random.randint(0, 10, wrong.size)
    x, y = tf.placeholder(tf.float32, [None, 196]), tf.placeholder(tf.int64, [None])
    tf.set_random_seed(seed)
    logits = tf.layers.dense(tf.layers.dense(x, 64, tf.nn.relu), 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    held_back = {x: images[-HELD_BACK:], y: labels[-HELD_BACK:]}
    rows = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(epochs):
            sess.run(train, {x: images[:TRAINED], y: noisy})
            rows.append(
                (
                    sess.run(loss, {x: images[:TRAINED], y: noisy}),
                    sess.run(loss, held_back),
                    sess.run(accuracy, {x: test_images, y: test_labels}),
                )
            )
    return np.array(rows).T


def stopping_epoch(losses, patience=PATIENCE):
    """The best epoch so far when none of the next `patience` has been better."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best
    return len(losses) - 1


@pytest.mark.parametrize("seed", range(2))
def test_the_loss_on_held_back_digits_turns_while_the_other_falls(seed):
    training, held_back, accuracy = losses_and_weights(seed)
    stop = stopping_epoch(held_back)
    assert 3 < stop < 50
    assert training[-1] < training[stop] / 2  # it goes on learning by heart
    assert held_back[-1] > held_back[stop] * 1.1  # and gets worse at what counts
    assert accuracy[stop] > accuracy[-1]


def test_patience_looks_past_a_bump():
    losses = [5.0, 4.0, 4.1, 3.0, 3.2, 3.1, 3.3, 2.0]
    assert stopping_epoch(losses, patience=1) == 1
    assert stopping_epoch(losses, patience=2) == 3
    assert stopping_epoch(losses, patience=4) == 7
