"""Three losses of one neuron or one softmax layer: quadratic, cross entropy, log-likelihood (Nielsen, chapter 3)."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf


def quadratic(a, y):
    return tf.square(a - y) / 2


def cross_entropy(a, y):
    return -(y * tf.log(a) + (1 - y) * tf.log(1 - a))


def learn_to_say_zero(loss, weight, bias, rate, steps=300):
    """One sigmoid neuron with the input 1 learns the answer 0; its output before each step, and at the end."""
    with tf.Graph().as_default(), tf.Session() as sess:
        w, b = tf.Variable(weight), tf.Variable(bias)
        a = tf.sigmoid(w * 1.0 + b)
        train = tf.train.GradientDescentOptimizer(rate).minimize(loss(a, 0.0))
        sess.run(tf.global_variables_initializer())
        outputs = [sess.run([a, train])[0] for _ in range(steps)]
        return [*outputs, sess.run(a)]


@pytest.mark.parametrize(("start", "first", "last"), [((0.6, 0.9), 0.82, 0.09), ((2.0, 2.0), 0.98, 0.20)])
def test_the_books_neuron_with_the_quadratic_loss(start, first, last):
    outputs = learn_to_say_zero(quadratic, *start, rate=0.15)
    assert round(float(outputs[0]), 2) == first
    assert round(float(outputs[-1]), 2) == last


def test_after_a_bad_start_the_quadratic_loss_learns_slowly_and_cross_entropy_at_once():
    """Badly wrong (0.98 for 0), the neuron is saturated: the quadratic loss waits, cross entropy is fastest then."""
    slow = learn_to_say_zero(quadratic, 2.0, 2.0, rate=0.15)
    fast = learn_to_say_zero(cross_entropy, 2.0, 2.0, rate=0.15)
    assert slow[150] > 0.9
    assert fast[50] < 0.1
    falls = -np.diff(slow)
    assert falls[:50].max() < falls.max() / 10
    from_a_better_start = -np.diff(learn_to_say_zero(quadratic, 0.6, 0.9, rate=0.15))
    assert from_a_better_start[0] > 10 * falls[0]
    assert (fast[0] - fast[1]) > 10 * falls[0]


@pytest.mark.parametrize("z", [-3.0, 0.5, 4.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_gradients_differ_by_the_slope_of_the_sigmoid(z, y):
    """dC/dz is (a - y) a (1 - a) for the quadratic loss and a - y for cross entropy, which is why it never waits."""
    net = tf.constant(z, tf.float64)
    a = tf.sigmoid(net)
    gradients = [tf.gradients(loss(a, y), net)[0] for loss in (quadratic, cross_entropy)]
    with tf.Session() as sess:
        output, (of_quadratic, of_cross_entropy) = sess.run([a, gradients])
    assert of_cross_entropy == pytest.approx(output - y, rel=1e-12)
    assert of_quadratic == pytest.approx((output - y) * output * (1 - output), rel=1e-12)


def test_log_likelihood_with_softmax_is_cross_entropy_with_one_hot_labels():
    """-ln a_y: what sparse_softmax_cross_entropy_with_logits computes; its gradient is a - y again."""
    scores = tf.constant([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]], tf.float64)
    labels = np.array([2, 1])
    a = tf.nn.softmax(scores)
    log_likelihood = -tf.log(tf.reduce_sum(a * np.eye(3)[labels], axis=1))
    fused = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores)
    [gradient] = tf.gradients(log_likelihood, scores)
    with tf.Session() as sess:
        by_hand, together, outputs, slope = sess.run([log_likelihood, fused, a, gradient])
    np.testing.assert_allclose(by_hand, together, rtol=1e-12)
    np.testing.assert_allclose(by_hand, [0.40760596, 2.10413061], rtol=1e-6)
    np.testing.assert_allclose(slope, outputs - np.eye(3)[labels], atol=1e-12)
    np.testing.assert_allclose(outputs[0], [0.09003057, 0.24472847, 0.66524096], rtol=1e-6)
