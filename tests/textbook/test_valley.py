"""Gradient descent and its kin in one valley: f = 0.1 x^2 + 2 y^2, from (-5, -2), twenty steps ("Dive into Deep
Learning", chapter on optimization, whose numbers these are)."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

START = -5.0, -2.0


def walk(optimizer, steps=20, prepare=None):
    """The points that an optimizer visits, [steps + 1, 2]."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x, y = (tf.Variable(start, dtype=tf.float64) for start in START)
        train = optimizer().minimize(0.1 * tf.square(x) + 2 * tf.square(y))
        sess.run(tf.global_variables_initializer())
        points = [sess.run([x, y])]
        if prepare:
            sess.run(prepare())
        for _ in range(steps):
            sess.run(train)
            points.append(sess.run([x, y]))
        return np.array(points)


def no_squares_yet():
    """The book's RMSProp begins with no squares seen; TF's with an average of one."""
    return [tf.assign(v, tf.zeros_like(v)) for v in tf.global_variables() if v.op.name.endswith("/RMSProp")]


BOOK = {
    "descent": (lambda: tf.train.GradientDescentOptimizer(0.4), None, (-0.943467, -0.000073)),
    "descent, too fast": (lambda: tf.train.GradientDescentOptimizer(0.6), None, (-0.387814, -1673.365109)),
    "momentum": (lambda: tf.train.MomentumOptimizer(0.6, 0.5), None, (0.007188, 0.002553)),
    "less momentum": (lambda: tf.train.MomentumOptimizer(0.6, 0.25), None, (-0.126340, -0.186632)),
    "adagrad": (lambda: tf.train.AdagradOptimizer(0.4, 1e-6), None, (-2.382563, -0.158591)),
    "adagrad, faster": (lambda: tf.train.AdagradOptimizer(2.0, 1e-6), None, (-0.002295, 0.0)),
    "rmsprop": (lambda: tf.train.RMSPropOptimizer(0.4, 0.9, epsilon=1e-6), no_squares_yet, (-0.010599, 0.0)),
}


@pytest.mark.parametrize("name", BOOK)
def test_where_the_book_ends(name):
    optimizer, prepare, end = BOOK[name]
    np.testing.assert_allclose(walk(optimizer, prepare=prepare)[-1], end, rtol=2e-6, atol=1e-6)


def test_descent_multiplies_each_coordinate_by_its_own_factor():
    points = walk(lambda: tf.train.GradientDescentOptimizer(0.4))
    factors = np.array([1 - 0.4 * 0.2, 1 - 0.4 * 4])
    np.testing.assert_allclose(points, START * factors ** np.arange(21)[:, np.newaxis], rtol=1e-5)


def test_momentum_follows_the_valley_where_descent_bounces_between_its_walls():
    plain = walk(lambda: tf.train.GradientDescentOptimizer(0.4))
    assert np.all(np.diff(np.sign(plain[:, 1])) != 0)  # from wall to wall
    heavy = walk(lambda: tf.train.MomentumOptimizer(0.6, 0.5))
    assert abs(heavy[-1, 0]) < abs(plain[-1, 0]) / 100


def test_adams_first_step_has_the_length_of_the_rate_whatever_the_slope():
    points = walk(lambda: tf.train.AdamOptimizer(0.5), steps=1)
    np.testing.assert_allclose(points[1] - points[0], [0.5, 0.5], rtol=1e-6)


def test_adam_treats_both_coordinates_alike():
    """Scaling a coordinate's slope by twenty changes nothing: only its own history counts."""
    points = walk(lambda: tf.train.AdamOptimizer(0.5), steps=4)
    steps = np.diff(points, axis=0)
    assert np.all(steps[:3] > 0.3)
    assert np.all(steps <= 0.5 + 1e-6)
    far = walk(lambda: tf.train.AdamOptimizer(0.5), steps=80)
    assert np.abs(far[-1]).max() < 0.05
