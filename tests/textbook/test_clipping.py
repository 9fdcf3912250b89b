"""Gradients that explode on their way back through time, and the clipping that tames them."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

STEPS = 50


def gradient_norm(scale, clip=None):
    """The norm of d |h_T|^2 / dW for h_t = W h_(t-1), where W turns and stretches by `scale`."""
    with tf.Graph().as_default(), tf.Session() as sess:
        turn = np.array([[0.6, -0.8], [0.8, 0.6]])
        w = tf.Variable(scale * turn)
        h = tf.constant([[1.0], [0.0]], tf.float64)
        for _ in range(STEPS):
            h = tf.matmul(w, h)
        gradients = tf.gradients(tf.reduce_sum(tf.square(h)) / 2, [w])
        if clip:
            gradients, _ = tf.clip_by_global_norm(gradients, clip)
        sess.run(tf.global_variables_initializer())
        return sess.run(tf.global_norm(gradients))


def test_the_gradient_grows_or_vanishes_exponentially_with_time():
    """|h_t| = scale^t, so the gradient is about steps * scale^(2 steps - 1): 1.2 explodes, 0.8 vanishes."""
    assert gradient_norm(1.2) / gradient_norm(1.0) == pytest.approx(1.2 ** (2 * STEPS - 1), rel=1e-6)
    assert gradient_norm(0.8) / gradient_norm(1.0) == pytest.approx(0.8 ** (2 * STEPS - 1), rel=1e-6)
    assert gradient_norm(1.0) > 1


def test_clipping_by_the_global_norm_bounds_it_and_leaves_small_ones_alone():
    assert gradient_norm(1.2, clip=5.0) == pytest.approx(5.0)
    assert gradient_norm(0.8, clip=5.0) == pytest.approx(gradient_norm(0.8))


def learn_a_growth(clip, steps=300):
    """h_50 = w^50 should be 2. Starting from w = 1.25 it is 70,000. The losses, and w at the end."""
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.Variable(1.25, dtype=tf.float32)
        h = tf.constant(1.0)
        for _ in range(STEPS):
            h = w * h
        loss = tf.square(h - 2.0)
        optimizer = tf.train.GradientDescentOptimizer(0.005)
        pairs = optimizer.compute_gradients(loss)
        if clip:
            gradients, _ = tf.clip_by_global_norm([gradient for gradient, _ in pairs], clip)
            pairs = [(gradient, variable) for gradient, (_, variable) in zip(gradients, pairs, strict=True)]
        train = optimizer.apply_gradients(pairs)
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, train])[0] for _ in range(steps)]
        return losses, sess.run(w)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_an_exploding_gradient_throws_the_weight_away_unless_clipped():
    losses, w = learn_a_growth(clip=None)
    assert not np.isfinite(losses[2:]).any()
    losses, w = learn_a_growth(clip=1.0)
    assert np.isfinite(losses).all()
    assert w == pytest.approx(2 ** (1 / STEPS), abs=0.01)
    assert losses[0] > 1e9
    assert np.median(losses[-50:]) < 4


def test_clipping_by_norm_keeps_the_direction_and_by_value_does_not():
    gradient = tf.constant([30.0, 40.0])
    with tf.Session() as sess:
        by_norm, by_value, by_average = sess.run(
            [
                tf.clip_by_norm(gradient, 5.0),
                tf.clip_by_value(gradient, -5.0, 5.0),
                tf.clip_by_average_norm(gradient, 5.0),
            ]
        )
    np.testing.assert_allclose(by_norm, [3, 4], rtol=1e-6)
    np.testing.assert_allclose(by_value, [5, 5])
    np.testing.assert_allclose(by_average, [6, 8], rtol=1e-6)


def test_the_global_norm_scales_all_gradients_alike():
    gradients = [tf.constant([3.0]), tf.constant([0.0, 4.0]), None, tf.constant([12.0])]
    clipped, norm = tf.clip_by_global_norm(gradients, 6.5)
    assert clipped[2] is None
    with tf.Session() as sess:
        values, length = sess.run([[c for c in clipped if c is not None], norm])
    assert length == pytest.approx(13)
    np.testing.assert_allclose(np.concatenate(values), [1.5, 0, 2, 6], rtol=1e-6)
