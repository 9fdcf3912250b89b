"""Learning rates that decay, in stairs and smoothly, evaluated without any training."""

from __future__ import annotations

import numpy as np

import flowgraph as tf

STEPS = np.arange(0, 301, 25)


def rates(schedule, steps=STEPS):
    step = tf.placeholder(tf.int32, [])
    rate = schedule(step)
    with tf.Session():
        return np.array([rate.eval({step: at}) for at in steps])


def test_the_books_decay_in_stairs_and_smoothly():
    """0.1 that loses 4 % in every 100 steps: 0.1, 0.096, 0.09216 ..."""
    stairs = rates(lambda step: tf.train.exponential_decay(0.1, step, 100, 0.96, staircase=True))
    smooth = rates(lambda step: tf.train.exponential_decay(0.1, step, 100, 0.96))
    np.testing.assert_allclose(stairs, 0.1 * 0.96 ** (STEPS // 100), rtol=1e-6)
    np.testing.assert_allclose(smooth, 0.1 * 0.96 ** (STEPS / 100), rtol=1e-6)
    np.testing.assert_allclose(stairs[::4], [0.1, 0.096, 0.09216, 0.0884736], rtol=1e-6)
    assert np.all(stairs >= smooth - 1e-9)  # a stair is trodden after the slope has passed it
    np.testing.assert_allclose(stairs[::4], smooth[::4], rtol=1e-6)  # they meet at its edge
    assert len(set(stairs)) == 4
    assert len(set(smooth)) == len(STEPS)


def test_pieces_change_after_their_boundary():
    found = rates(lambda step: tf.train.piecewise_constant(step, [100, 200], [1.0, 0.5, 0.1]), [0, 100, 101, 200, 201])
    np.testing.assert_array_equal(found, np.float32([1.0, 1.0, 0.5, 0.5, 0.1]))


def test_a_line_and_its_end():
    found = rates(lambda step: tf.train.polynomial_decay(0.1, step, 200, 0.01), [0, 100, 200, 300])
    np.testing.assert_allclose(found, [0.1, 0.055, 0.01, 0.01], rtol=1e-6)


def test_half_a_cosine():
    found = rates(lambda step: tf.train.cosine_decay(1.0, step, 200), [0, 50, 100, 150, 200, 250])
    np.testing.assert_allclose(found, [1, 0.5 + 0.5**1.5, 0.5, 0.5 - 0.5**1.5, 0, 0], atol=1e-6)


def test_a_rate_that_decays_lets_the_average_of_noise_converge():
    """Descent on (w - noise)^2 / 2 with the rate 1 / t gives the mean of what it saw; a constant rate keeps jumping."""
    noise = np.random.RandomState(0).normal(3.0, 1.0, 400)
    ends = {}
    for name, rate_of in {
        "constant": lambda step: tf.constant(0.5, tf.float64),
        "decaying": lambda step: 1.0 / tf.cast(step + 1, tf.float64),
    }.items():
        with tf.Graph().as_default(), tf.Session() as sess:
            seen = tf.placeholder(tf.float64, [])
            step = tf.train.get_or_create_global_step()
            w = tf.Variable(0.0, dtype=tf.float64)
            optimizer = tf.train.GradientDescentOptimizer(rate_of(step))
            train = optimizer.minimize(tf.square(w - seen) / 2, global_step=step)
            sess.run(tf.global_variables_initializer())
            ends[name] = [sess.run([train, w], {seen: value})[1] for value in noise]
    means = np.cumsum(noise) / np.arange(1, 401)
    np.testing.assert_allclose(ends["decaying"], means, rtol=1e-9)
    assert np.std(ends["constant"][200:]) > 10 * np.std(ends["decaying"][200:])
