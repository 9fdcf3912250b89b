"""Weight penalties: L1 makes weights zero, L2 makes them smaller."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

FEATURES, USEFUL, PENALTY = 20, 4, 0.3


def problem(seed):
    """Inputs whose columns are orthogonal, with a mean square of 1, and answers that depend on four of them."""
    random = np.random.RandomState(seed)
    inputs = np.linalg.qr(random.normal(size=(100, FEATURES)))[0] * 10
    weights = np.zeros(FEATURES)
    weights[:USEFUL] = [3.0, -2.0, 1.5, -1.0]
    return inputs, inputs @ weights + random.normal(0, 0.5, 100)


def fit(inputs, answers, optimizer, regularizer=None, steps=60):
    """The weights of a linear model after descent on half the mean squared error and a penalty."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x, y = tf.constant(inputs, tf.float32), tf.constant(answers, tf.float32)
        w = tf.get_variable("w", [FEATURES], initializer=tf.zeros_initializer(), regularizer=regularizer)
        loss = tf.reduce_mean(tf.square(tf.tensordot(x, w, 1) - y)) / 2
        train = optimizer.minimize(tf.add_n([loss, *tf.losses.get_regularization_losses()]))
        sess.run(tf.global_variables_initializer())
        for _ in range(steps):
            sess.run(train)
        return sess.run(w)


@pytest.mark.parametrize("seed", range(3))
def test_both_penalties_do_what_their_formulas_say(seed):
    """For orthonormal inputs: L2 divides each weight by 1 + penalty, L1 takes the penalty off, down to zero."""
    inputs, answers = problem(seed)
    plain = inputs.T @ answers / 100
    descent = tf.train.GradientDescentOptimizer(0.5)
    np.testing.assert_allclose(fit(inputs, answers, descent), plain, atol=1e-5)

    shrunk = fit(inputs, answers, descent, tf.contrib.layers.l2_regularizer(PENALTY))
    np.testing.assert_allclose(shrunk, plain / (1 + PENALTY), atol=1e-5)

    proximal = tf.train.ProximalGradientDescentOptimizer(0.5, l1_regularization_strength=PENALTY)
    sparse = fit(inputs, answers, proximal)
    np.testing.assert_allclose(sparse, np.sign(plain) * np.maximum(np.abs(plain) - PENALTY, 0), atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_l1_is_sparse_and_l2_is_not(seed):
    inputs, answers = problem(seed)
    sparse = fit(inputs, answers, tf.train.ProximalGradientDescentOptimizer(0.5, l1_regularization_strength=PENALTY))
    shrunk = fit(inputs, answers, tf.train.GradientDescentOptimizer(0.5), tf.contrib.layers.l2_regularizer(PENALTY))
    assert np.flatnonzero(sparse).tolist() == [0, 1, 2, 3]
    assert np.count_nonzero(shrunk) == FEATURES


def test_plain_descent_on_the_l1_penalty_only_comes_near_zero():
    """Its gradient is -1 or 1, never less: the weights hop over zero in steps of rate times penalty."""
    inputs, answers = problem(0)
    rate = 0.1
    descent = tf.train.GradientDescentOptimizer(rate)
    hopping = fit(inputs, answers, descent, tf.contrib.layers.l1_regularizer(PENALTY), steps=200)[USEFUL:]
    assert np.all(np.abs(hopping) <= rate * PENALTY * 1.5)
    assert np.count_nonzero(hopping) == FEATURES - USEFUL


def test_the_books_two_penalties_of_one_matrix():
    """The numbers of the first book on TF1 in Chinese: (1 + 2 + 3 + 4) / 2 and (1 + 4 + 9 + 16) / 2 / 2."""
    weights = tf.constant([[1.0, -2.0], [-3.0, 4.0]])
    with tf.Session() as sess:
        found = sess.run(
            [tf.contrib.layers.l1_regularizer(0.5)(weights), tf.contrib.layers.l2_regularizer(0.5)(weights)]
        )
    assert found == [5.0, 7.5]
