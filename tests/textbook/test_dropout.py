"""Dropout while training, and while predicting: the spread of its answers tells how sure a network is."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf


@pytest.mark.parametrize("keep", [0.5, 0.8])
def test_what_is_kept_is_scaled_so_that_the_mean_stays(keep):
    dropped = tf.nn.dropout(tf.ones([200, 500]), keep_prob=keep, seed=1)
    with tf.Session() as sess:
        values = sess.run(dropped)
    assert set(np.unique(values)) == {np.float32(0), np.float32(1) / np.float32(keep)}
    deviation = np.sqrt(keep * (1 - keep) / values.size)
    assert np.mean(values != 0) == pytest.approx(keep, abs=4 * deviation)
    assert values.mean() == pytest.approx(1, abs=4 * deviation / keep)


def test_each_run_draws_anew_and_keeping_all_changes_nothing():
    keep = tf.placeholder_with_default(1.0, [])
    x = tf.random_normal([4, 50], seed=1)
    dropped = tf.nn.dropout(x, keep_prob=keep, seed=2)
    with tf.Session() as sess:
        before, after = sess.run([x, dropped])
        np.testing.assert_array_equal(before, after)
        first, second = (sess.run(dropped, {keep: 0.5}) != 0 for _ in range(2))
    assert np.mean(first != second) == pytest.approx(0.5, abs=0.15)


def test_a_noise_shape_drops_whole_columns():
    dropped = tf.nn.dropout(tf.ones([10, 40]), keep_prob=0.5, noise_shape=[1, 40], seed=1)
    with tf.Session() as sess:
        values = sess.run(dropped)
    assert np.all(values == values[0])
    assert set(values[0]) == {0.0, 2.0}


def sine_network(x, keep):
    hidden = tf.layers.dense(x, 50, tf.nn.tanh, name="hidden1")
    hidden = tf.nn.dropout(hidden, keep_prob=keep)
    hidden = tf.layers.dense(hidden, 50, tf.nn.relu, name="hidden2")
    return tf.layers.dense(tf.nn.dropout(hidden, keep_prob=keep), 1, name="output")


@pytest.mark.parametrize("seed", range(2))
def test_monte_carlo_dropout_is_unsure_where_it_has_seen_nothing(seed):
    """Trained on [-2, 2], asked at 0 and at 6 a hundred times with dropout on (Gal and Ghahramani, 2016)."""
    tf.set_random_seed(seed)
    random = np.random.RandomState(seed)
    inputs = random.uniform(-2, 2, [200, 1]).astype(np.float32)
    answers = np.sin(inputs) + random.normal(0, 0.05, inputs.shape).astype(np.float32)
    x, y = tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None, 1])
    keep = tf.placeholder_with_default(1.0, [])
    predicted = sine_network(x, keep)
    train = tf.train.AdamOptimizer(0.01).minimize(tf.losses.mean_squared_error(y, predicted))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(400):
            sess.run(train, {x: inputs, y: answers, keep: 0.9})
        asked = np.float32([[-1.5], [0.0], [1.5], [4.0], [6.0]])
        drawn = np.array([sess.run(predicted, {x: asked, keep: 0.9}) for _ in range(100)])[..., 0]
        whole = sess.run(predicted, {x: asked})[:, 0]
    spread = drawn.std(axis=0)
    assert spread[:3].max() < spread[3] < spread[4]
    assert spread[4] > 2 * spread[:3].max()
    np.testing.assert_allclose(whole[:3], np.sin(asked[:3, 0]), atol=0.25)
    # without dropout the network answers about the mean of all the thinned ones
    np.testing.assert_allclose(whole[:3], drawn.mean(axis=0)[:3], atol=0.15)
