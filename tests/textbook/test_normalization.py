"""Batch norm against layer norm: what changes with the batch, and what does not."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

FEATURES = 6


def inputs(count, seed=0):
    return (
        np.random.RandomState(seed).normal([0, 1, 2, 3, 4, 5], [1, 2, 3, 1, 2, 3], [count, FEATURES]).astype(np.float32)
    )


def normalized(axis):
    """A placeholder, and its values less their mean, by their deviation: over the batch (0) or one example (1)."""
    x = tf.placeholder(tf.float32, [None, FEATURES])
    mean, variance = tf.nn.moments(x, [axis], keep_dims=True)
    return x, tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)


def test_layer_norm_of_an_example_does_not_know_the_batch():
    x, by_layer = normalized(1)
    values = inputs(64)
    with tf.Session() as sess:
        whole = sess.run(by_layer, {x: values})
        alone = sess.run(by_layer, {x: values[:1]})
        pair = sess.run(by_layer, {x: values[[0, 7]]})
    np.testing.assert_allclose(whole[:1], alone, rtol=1e-6)
    np.testing.assert_allclose(whole[[0, 7]], pair, rtol=1e-6)
    np.testing.assert_allclose(whole.mean(axis=1), 0, atol=1e-6)


def test_batch_norm_of_an_example_depends_on_its_company():
    x, by_batch = normalized(0)
    values = inputs(64)
    with tf.Session() as sess:
        whole = sess.run(by_batch, {x: values})
        half = sess.run(by_batch, {x: values[:32]})
        alone = sess.run(by_batch, {x: values[:1]})
    np.testing.assert_array_equal(alone, np.zeros([1, FEATURES]))  # an example is its own mean: nothing is left of it
    assert np.abs(whole[:32] - half).max() > 0.05
    np.testing.assert_allclose(whole.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(whole.std(axis=0), 1, atol=2e-3)


@pytest.mark.parametrize("size", [4, 16, 64])
def test_the_noise_of_batch_norm_falls_with_the_root_of_the_batch_size(size):
    """The mean that is taken off is off by the deviation / sqrt(size)."""
    x = tf.placeholder(tf.float32, [None, FEATURES])
    mean, _ = tf.nn.moments(x, [0])
    with tf.Session() as sess:
        means = [sess.run(mean, {x: inputs(size, seed)}) for seed in range(300)]
    np.testing.assert_allclose(np.std(means, axis=0), np.array([1, 2, 3, 1, 2, 3]) / np.sqrt(size), rtol=0.2)


def test_moving_averages_make_batch_norm_independent_of_the_batch_when_it_predicts():
    x = tf.placeholder(tf.float32, [None, FEATURES])
    training = tf.placeholder_with_default(False, [])
    y = tf.layers.batch_normalization(x, momentum=0.9, training=training)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    mean, variance = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)[-2:]
    assert len(updates) == 2
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(100):
            sess.run([y, updates], {x: inputs(200, step), training: True})
        averages = sess.run([mean, variance])
        values = inputs(64)
        whole, alone = sess.run(y, {x: values}), sess.run(y, {x: values[:1]})
    np.testing.assert_allclose(whole[:1], alone, rtol=1e-6)
    np.testing.assert_allclose(averages[0], [0, 1, 2, 3, 4, 5], atol=0.15)
    np.testing.assert_allclose(averages[1], [1, 4, 9, 1, 4, 9], rtol=0.1)
    np.testing.assert_allclose(whole, (values - averages[0]) / np.sqrt(averages[1] + 1e-3), rtol=1e-4, atol=1e-5)


def test_the_layer_gives_what_the_formula_gives():
    values = inputs(32)
    with tf.Session() as sess:
        y = tf.layers.batch_normalization(tf.constant(values), training=True)
        sess.run(tf.global_variables_initializer())
        found = sess.run(y)
    expected = (values - values.mean(axis=0)) / np.sqrt(values.var(axis=0) + 1e-3)
    np.testing.assert_allclose(found, expected, atol=1e-5)
