"""CTC: what golden programs cannot show."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import flowgraph as tf

LABELS = [[0, 1], [2]]
PLACES = np.array([[0, 0], [0, 1], [1, 0]], np.int64)


def _collapsed(path, blank):
    merged = [label for label, before in zip(path, (-1, *path), strict=False) if label != before]
    return [label for label in merged if label != blank]


def test_loss_is_the_sum_over_all_paths():
    logits = np.random.default_rng(0).normal(size=[4, 2, 4])
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    with tf.Session() as session:
        loss = session.run(tf.nn.ctc_loss(tf.SparseTensor(PLACES, [0, 1, 2], [2, 2]), tf.constant(logits), [4, 3]))
    for example, (labels, time) in enumerate(zip(LABELS, (4, 3), strict=True)):
        paths = itertools.product(range(4), repeat=time)
        chances = [p[range(time), example, path].prod() for path in paths if _collapsed(path, 3) == labels]
        assert loss[example] == pytest.approx(-np.log(sum(chances)), rel=1e-12)


def test_gradient_is_the_slope():
    logits = np.random.default_rng(1).normal(size=[4, 2, 4])
    x = tf.placeholder(tf.float64, [4, 2, 4])
    total = tf.reduce_sum(tf.nn.ctc_loss(tf.SparseTensor(PLACES, [0, 1, 2], [2, 2]), x, [4, 3]) * [1.0, 2.0])
    slopes = tf.gradients(total, x)[0]
    with tf.Session() as session:
        found = session.run(slopes, {x: logits})
        for place in np.ndindex(*logits.shape):
            step = np.zeros_like(logits)
            step[place] = 1e-5
            high, low = (session.run(total, {x: logits + sign * step}) for sign in (1, -1))
            assert found[place] == pytest.approx((high - low) / 2e-5, abs=1e-8)


def test_a_wide_beam_finds_the_most_likely_labels():
    logits = np.random.default_rng(2).normal(size=[4, 1, 3])
    p = np.exp(logits[:, 0]) / np.exp(logits[:, 0]).sum(-1, keepdims=True)
    chances = {}
    for path in itertools.product(range(3), repeat=4):
        labels = tuple(_collapsed(path, 2))
        chances[labels] = chances.get(labels, 0) + p[range(4), path].prod()
    best = sorted(chances, key=chances.get, reverse=True)[:3]
    decoded, logs = tf.nn.ctc_beam_search_decoder(tf.constant(logits), [4], 50, 3, merge_repeated=False)
    with tf.Session() as session:
        values = session.run([one.values for one in decoded])
        np.testing.assert_allclose(session.run(logs)[0], np.log([chances[labels] for labels in best]))
    assert [tuple(row.tolist()) for row in values] == best


def test_dense_labels_are_refused():
    with pytest.raises(NotImplementedError, match="ctc_loss_v2 of dense labels is not implemented"):
        tf.nn.ctc_loss_v2([[1, 2]], tf.zeros([4, 1, 3]), [2], [4])


def test_the_blank_must_be_named():
    labels = tf.SparseTensor(PLACES, [0, 1, 2], [2, 2])
    with pytest.raises(ValueError, match=r"blank_index must be given when using SparseTensor labels\."):
        tf.nn.ctc_loss_v2(labels, tf.zeros([4, 2, 4]), None, [4, 3])
