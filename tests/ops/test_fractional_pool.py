"""Fractional pooling: what golden programs cannot show, as TensorFlow gets the static sizes of the sequences wrong."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

SEEDED = {"pooling_ratio": [1.0, 1.5, 1.7, 1.0], "deterministic": True, "seed": 3, "seed2": 4}


@pytest.mark.parametrize("overlapping", [False, True])
def test_gradient_of_means(overlapping):
    """The op is linear: the gradient of any of its outputs' sums is the same everywhere, and gives the sum."""
    rng = np.random.default_rng(0)
    x = tf.constant(rng.uniform(-1, 1, [2, 6, 5, 2]))
    weights = rng.uniform(-1, 1, [2, 4, 2, 2])
    pooled = tf.nn.fractional_avg_pool(x, overlapping=overlapping, **SEEDED)
    total = tf.reduce_sum(pooled.output * weights)
    (slope,) = tf.gradients(total, x)
    with tf.Session() as session:
        sizes = session.run([total, tf.reduce_sum(slope * x)])
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-12)


def test_gradient_of_means_needs_a_known_shape():
    x = tf.placeholder(tf.float32, [None, 6, 5, 1])
    pooled = tf.nn.fractional_avg_pool(x, **SEEDED)
    with pytest.raises(ValueError, match="Tried to convert 'orig_input_tensor_shape' to a tensor and failed"):
        tf.gradients(pooled.output, x)


def test_without_seeds_each_session_draws_its_own():
    x = tf.constant(np.zeros([1, 200, 200, 1]))
    rows = tf.nn.fractional_max_pool(x, [1.0, 1.5, 1.5, 1.0]).row_pooling_sequence
    found = []
    for _ in range(2):
        with tf.Session() as session:
            found.append(session.run(rows))
    assert found[0].shape == found[1].shape == tuple(rows.shape.as_list())
    assert (found[0] != found[1]).any()


def test_a_seed_must_be_wanted():
    pooled = tf.nn.fractional_max_pool(np.zeros([1, 4, 4, 1]), [1.0, 1.5, 1.5, 1.0], seed=3)
    message = "Both seed and seed2 should be 0 if deterministic is false."
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match=message):
        session.run(pooled)


def test_pools_of_any_rank_refuse_others():
    with pytest.raises(ValueError, match=r"Input tensor must be of rank 3, 4 or 5 but was 2\."):
        tf.nn.max_pool_v2(tf.zeros([3, 4]), 2, 2, "VALID")
    with pytest.raises(ValueError, match=r"Cannot take the length of shape with unknown rank\."):
        tf.nn.avg_pool_v2(tf.placeholder(tf.float32), 2, 2, "VALID")
