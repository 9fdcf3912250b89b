"""One class in twenty: what a classifier makes of it, and what resampling and weights mend."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

RARE = 0.05


def problem(seed, count=2000):
    """Two clouds in the plane that overlap; the second has one point in twenty."""
    random = np.random.RandomState(seed)
    labels = (np.arange(count) < RARE * count).astype(np.float32)
    points = random.normal(0, 1, [count, 2]) + 1.5 * labels[:, np.newaxis]
    return points.astype(np.float32), labels


def resampled(points, labels, seed):
    """The rare class drawn with replacement until there are as many of both."""
    random = np.random.RandomState(seed)
    rare = np.flatnonzero(labels)
    drawn = np.concatenate([np.flatnonzero(labels == 0), random.choice(rare, int(np.sum(labels == 0)))])
    return points[drawn], labels[drawn]


def trained(points, labels, weight=1.0, steps=300):
    """A logistic regression; `weight` is how much an error on the rare class counts. Returns weights and bias."""
    with tf.Graph().as_default(), tf.Session() as sess:
        logits = tf.layers.dense(tf.constant(points), 1, kernel_initializer=tf.zeros_initializer())[:, 0]
        weights = tf.where(tf.constant(labels) > 0, tf.fill(labels.shape, weight), tf.ones(labels.shape))
        loss = tf.losses.sigmoid_cross_entropy(labels, logits, weights=weights)
        train = tf.train.AdamOptimizer(0.05).minimize(loss)
        sess.run(tf.global_variables_initializer())
        for _ in range(steps):
            sess.run(train)
        return sess.run(tf.trainable_variables())


def recalls(parameters, points, labels):
    """How many of each class are found: (common, rare)."""
    kernel, bias = parameters
    said = (points @ kernel + bias)[:, 0] > 0
    return np.mean(~said[labels == 0]), np.mean(said[labels == 1])


@pytest.mark.parametrize("seed", range(3))
def test_plain_training_overlooks_the_rare_class_and_both_remedies_find_it(seed):
    points, labels = problem(seed)
    test_points, test_labels = problem(seed + 100)
    plain = recalls(trained(points, labels), test_points, test_labels)
    drawn = recalls(trained(*resampled(points, labels, seed)), test_points, test_labels)
    weighted = recalls(trained(points, labels, weight=(1 - RARE) / RARE), test_points, test_labels)
    assert plain[0] > 0.97
    assert plain[1] < 0.5
    for common, rare in (drawn, weighted):
        assert common > 0.75
        assert rare > 0.75
    # to count a point n times, and to draw it n times, is the same on average
    assert drawn == pytest.approx(weighted, abs=0.06)


def test_whole_copies_and_whole_weights_are_the_same():
    points, labels = problem(0, count=400)
    rare = np.flatnonzero(labels)
    copied = np.concatenate([np.arange(400), *[rare] * 18])
    of_copies = trained(points[copied], labels[copied])
    of_weights = trained(points, labels, weight=19.0)
    # tf.losses divides by the number of points that count at all, Adam does not mind
    for copies, weights in zip(of_copies, of_weights, strict=True):
        np.testing.assert_allclose(copies, weights, atol=2e-3)


def test_accuracy_does_not_tell():
    """Always saying "common" is right 95 times of 100."""
    _, labels = problem(0)
    with tf.Session() as sess:
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.zeros_like(labels), labels), tf.float32))
        assert sess.run(accuracy) == pytest.approx(0.95)


def test_weighted_cross_entropy_counts_the_positive_errors():
    targets, logits = tf.constant([1.0, 0.0]), tf.constant([-1.0, -1.0])
    losses = tf.nn.weighted_cross_entropy_with_logits(targets=targets, logits=logits, pos_weight=19.0)
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(losses), [19 * np.log1p(np.e), np.log1p(np.exp(-1))], rtol=1e-6)
