"""Metrics of tf.contrib that keep all they have seen: TensorFlow 1.15.5's numbers, three batches of growing size."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf

LABELS = np.array([0, 1, 1, 0, 1, 0])
SCORES = np.array([0.3, 0.7, 0.2, 0.6, 0.9, 0.3])
TABLE = np.arange(12.0).reshape(2, 6)
SIZES = (3, 4, 6)

AREAS = {"ROC": [0.5, 0.5, 0.5714285714285714], "PR": [0.8463054240307737, 0.7987658836606801, 0.8323011652441483]}


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def after_each_batch(metric, *columns):
    """The metric's value after each batch; columns are (placeholder, all its values)."""
    value, update = metric
    found = []
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for size in SIZES:
            feed = {source: values[..., :size] for source, values in columns}
            session.run(update, feed)
            found.append(session.run(value, feed))
    return found


def test_all_values_are_kept():
    x = tf.placeholder(tf.float32, [None])
    found = after_each_batch(tf.contrib.metrics.streaming_concat(x), (x, SCORES))
    for i in range(3):
        np.testing.assert_allclose(found[i], np.concatenate([SCORES[:size] for size in SIZES[: i + 1]]))


def test_no_more_values_are_kept_than_allowed():
    x = tf.placeholder(tf.float32, [2, None])
    found = after_each_batch(tf.contrib.metrics.streaming_concat(x, axis=1, max_size=5), (x, TABLE))
    np.testing.assert_array_equal(found[0], TABLE[:, :3])
    np.testing.assert_array_equal(found[2], TABLE[:, [0, 1, 2, 0, 1]])
    np.testing.assert_array_equal(found[1], found[2])


@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_area_with_all_thresholds(curve):
    labels, scores = tf.placeholder(tf.int64, [None]), tf.placeholder(tf.float32, [None])
    weights = {"ROC": None, "PR": tf.abs(scores) + 1.0}[curve]
    metric = tf.contrib.metrics.streaming_dynamic_auc(labels, scores, curve=curve, weights=weights)
    found = after_each_batch(metric, (labels, LABELS), (scores, SCORES))
    np.testing.assert_allclose(found, AREAS[curve], rtol=1e-6)


def test_labels_of_other_kinds_are_refused():
    labels = tf.placeholder(tf.int64, [2])
    _, update = tf.contrib.metrics.streaming_dynamic_auc(labels, tf.constant([0.1, 0.2]))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="labels must be 0 or 1, at least one is >1"):
            session.run(update, {labels: [0, 2]})


@pytest.mark.parametrize(
    ("shape", "axis", "message"),
    [
        (None, 0, "`values` must have known statically known rank"),
        ([None, 2], 2, r"axis = 2 not in \[0, 2\)"),
        ([None, None], 0, "all dimensions of `values` other than the dimension to concatenate along"),
    ],
)
def test_values_whose_sizes_are_not_known(shape, axis, message):
    with pytest.raises(ValueError, match=message):
        tf.contrib.metrics.streaming_concat(tf.placeholder(tf.float32, shape), axis=axis)
