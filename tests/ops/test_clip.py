"""Clipping of slices, of several tensors, and of norms that are zero or infinite."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ops.indexed_slices import IndexedSlices


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def slices():
    return IndexedSlices(tf.constant([[3.0, 4.0], [0.0, -12.0]]), tf.constant([0, 2]), tf.constant([4, 2]))


def test_slices_stay_slices(session):
    for clipped, expected in (
        (tf.clip_by_value(slices(), -5.0, 3.5), [[3, 3.5], [0, -5]]),
        (tf.clip_by_norm(slices(), 6.5), [[1.5, 2], [0, -6]]),
        (tf.clip_by_norm(slices(), 6.0, axes=[1]), [[3, 4], [0, -6]]),
        (tf.clip_by_global_norm([slices()], 6.5)[0][0], [[1.5, 2], [0, -6]]),
    ):
        assert isinstance(clipped, IndexedSlices)
        np.testing.assert_allclose(session.run(clipped.values), expected, rtol=1e-6)
        assert session.run([clipped.indices, clipped.dense_shape])[0].tolist() == [0, 2]


def test_global_norm_of_mixed(session):
    tensors = [tf.constant([84.0]), None, slices()]
    assert session.run(tf.global_norm(tensors)) == pytest.approx(85.0, rel=1e-6)
    clipped, norm = tf.clip_by_global_norm(tensors, 17.0)
    assert clipped[1] is None
    assert session.run(norm) == pytest.approx(85.0, rel=1e-6)
    np.testing.assert_allclose(session.run(clipped[0]), [16.8], rtol=1e-6)


def test_small_norms_change_nothing(session):
    x = tf.constant([0.25, -0.5])
    results = [tf.clip_by_norm(x, 1.0), tf.clip_by_global_norm([x], 1.0)[0][0]]
    for result in session.run(results):
        np.testing.assert_allclose(result, [0.25, -0.5], rtol=1e-6)


def test_norm_of_zeros_has_a_gradient(session):
    x = tf.zeros([3])
    np.testing.assert_array_equal(session.run(tf.gradients(tf.clip_by_norm(x, 1.0), x)[0]), [1, 1, 1])


def test_infinite_norm_is_told(session):
    """One infinite gradient makes all nan, rather than zero."""
    (first, second), _ = tf.clip_by_global_norm([tf.constant([np.inf]), tf.constant([1.0])], 1.0)
    assert np.isnan(session.run([first, second])).all()


def test_a_known_norm_is_used(session):
    (clipped,), norm = tf.clip_by_global_norm([tf.constant([10.0])], 1.0, use_norm=tf.constant(4.0))
    assert session.run([clipped, norm]) == [[2.5], 4.0]


@pytest.mark.parametrize("t_list", [1.0, "ab", {1: 2}])
def test_norms_of_what_is_no_sequence(t_list):
    with pytest.raises(TypeError, match="t_list should be a sequence"):
        tf.global_norm(t_list)
