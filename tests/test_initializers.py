"""Initializers: their numbers' spread, their configuration, what they refuse. Graphs: in test_programs.py."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.ops.initializers import compute_fans


@pytest.fixture(autouse=True)
def own_graph():
    with tf.Graph().as_default():
        yield


def values(initializer, shape, dtype=None):
    with tf.Session() as session:
        return session.run(initializer(shape, dtype=dtype))


SHAPE = (300, 200)
FAN_IN, FAN_OUT = SHAPE

SPREAD = {
    "glorot_uniform": (tf.glorot_uniform_initializer(seed=1), 2.0 / (FAN_IN + FAN_OUT), "uniform"),
    "glorot_normal": (tf.glorot_normal_initializer(seed=1), 2.0 / (FAN_IN + FAN_OUT), "truncated"),
    "he_uniform": (tf.initializers.he_uniform(seed=1), 2.0 / FAN_IN, "uniform"),
    "he_normal": (tf.initializers.he_normal(seed=1), 2.0 / FAN_IN, "truncated"),
    "lecun_uniform": (tf.initializers.lecun_uniform(seed=1), 1.0 / FAN_IN, "uniform"),
    "lecun_normal": (tf.initializers.lecun_normal(seed=1), 1.0 / FAN_IN, "truncated"),
    "fan_out": (tf.variance_scaling_initializer(3.0, "fan_out", seed=1), 3.0 / FAN_OUT, "truncated"),
    "untruncated": (
        tf.variance_scaling_initializer(distribution="untruncated_normal", seed=1), 1.0 / FAN_IN, "normal",
    ),
    "unit_scaling": (tf.uniform_unit_scaling_initializer(seed=1), 1.0 / FAN_IN, "uniform"),
    "truncated_normal": (tf.truncated_normal_initializer(stddev=0.5, seed=1), None, "truncated"),
    "random_normal": (tf.random_normal_initializer(stddev=0.5, seed=1), 0.25, "normal"),
    "random_uniform": (tf.random_uniform_initializer(-1.0, 1.0, seed=1), 1 / 3, "uniform"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPREAD)
def test_variance_and_range(name):
    """60,000 numbers have the variance that was promised, and lie where they should."""
    initializer, variance, kind = SPREAD[name]
    drawn = values(initializer, SHAPE).astype(np.float64)
    if variance is None:
        variance = 0.25 * 0.87962566**2
    assert abs(drawn.mean()) < 0.02 * np.sqrt(variance)
    assert drawn.var() == pytest.approx(variance, rel=0.02)
    bound = {"uniform": np.sqrt(3.0), "truncated": 2 / 0.87962566, "normal": np.inf}[kind]
    largest = np.abs(drawn).max() / np.sqrt(variance)
    assert largest <= bound * (1 + 1e-6)
    assert largest > min(bound, 3.5) * 0.99


@pytest.mark.parametrize(
    ("shape", "fans"),
    [([], (1, 1)), ([7], (7, 7)), ([3, 4], (3, 4)), ([5, 5, 3, 8], (75, 200)), ([2, 3, 4, 5, 6], (120, 144))],
)
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


INITIALIZERS = [
    tf.zeros_initializer(tf.int32),
    tf.ones_initializer(),
    tf.constant_initializer([1, 2], tf.int64),
    tf.random_uniform_initializer(0, 9, 3, tf.int32),
    tf.random_normal_initializer(1.0, 2.0, 3, tf.float64),
    tf.truncated_normal_initializer(1.0, 2.0, 3),
    tf.uniform_unit_scaling_initializer(2.0, 3),
    tf.variance_scaling_initializer(2.0, "fan_avg", "uniform", 3, tf.float64),
    tf.glorot_uniform_initializer(3, tf.float64),
    tf.glorot_normal_initializer(3),
    tf.initializers.he_normal(3),
    tf.initializers.identity(2.0, tf.float64),
]


@pytest.mark.parametrize("initializer", INITIALIZERS, ids=lambda i: type(i).__name__)
def test_an_initializer_made_of_its_configuration_is_the_same(initializer):
    again = type(initializer).from_config(initializer.get_config())
    assert again.get_config() == initializer.get_config()
    assert repr(again) == repr(initializer)
    np.testing.assert_array_equal(values(again, [4, 2]), values(initializer, [4, 2]))


@pytest.mark.parametrize("initializer", INITIALIZERS, ids=lambda i: type(i).__name__)
def test_the_dtype_is_that_of_the_call_or_the_initializers_own(initializer):
    assert initializer([2, 2]).dtype == initializer.dtype
    assert initializer([2, 2], dtype=tf.float64).dtype == tf.float64
    assert tf.get_variable("v", [2, 2], tf.float64, initializer=initializer).dtype.base_dtype == tf.float64


def test_seeded_initializers_repeat_themselves_and_unseeded_ones_do_not():
    seeded, unseeded = tf.glorot_uniform_initializer(seed=4), tf.glorot_uniform_initializer()
    np.testing.assert_array_equal(values(seeded, [5]), values(seeded, [5]))
    assert (values(unseeded, [5]) != values(unseeded, [5])).any()


def test_a_piece_of_a_variable_is_scaled_like_the_whole():
    class Piece:
        full_shape = (400, 100)
        var_offset = (0, 40)

    whole = tf.glorot_uniform_initializer(seed=1)
    with tf.Session() as session:
        piece = session.run(whole([40, 100], partition_info=Piece))
        ones = session.run(tf.initializers.identity()([400, 10], partition_info=Piece))
    assert np.argwhere(ones).tolist() == [[40 + i, i] for i in range(10)]
    assert np.abs(piece).max() == pytest.approx(np.sqrt(6 / 500), rel=0.01)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: tf.constant_initializer(tf.constant(1)), TypeError, "Invalid type for initial value"),
        (lambda: tf.constant_initializer([1, 2, 3])([2]), ValueError, "Too many elements provided. Needed at most 2"),
        (lambda: tf.constant_initializer(2, verify_shape=True)([2]), TypeError, r"Expected Tensor's shape: \(2,\)"),
        (lambda: tf.constant_initializer(2)([2], verify_shape=True), TypeError, r"Expected Tensor's shape: \(2,\)"),
        (lambda: tf.random_normal_initializer(dtype=tf.int32), ValueError, "Expected floating point type, got"),
        (lambda: tf.truncated_normal_initializer(dtype=tf.bool), ValueError, "Expected floating point type, got"),
        (lambda: tf.initializers.identity()([2]), ValueError, "can only be used for 2D matrices"),
        (lambda: tf.variance_scaling_initializer(0.0), ValueError, "`scale` must be positive float."),
        (lambda: tf.variance_scaling_initializer(mode="x"), ValueError, "Invalid `mode` argument:"),
        (lambda: tf.variance_scaling_initializer(distribution="x"), ValueError, "Invalid `distribution` argument:"),
    ],
)  # fmt: skip
def test_what_initializers_refuse(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_tf_initializers_has_both_initializers_and_the_ops_that_run_them():
    v = tf.get_variable("v", [2], initializer=tf.initializers.constant(3.0))
    w = tf.get_local_variable("w", [2], initializer=tf.initializers.ones())
    with tf.Session() as session:
        session.run([tf.initializers.global_variables(), tf.initializers.local_variables()])
        assert session.run([v, w])[0].tolist() == [3.0, 3.0]
        session.run(v.assign([0.0, 0.0]))
        session.run(tf.initializers.variables([v]))
        assert session.run(v).tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda layers: layers.xavier_initializer(dtype=tf.int32),
        lambda layers: layers.variance_scaling_initializer()([2], dtype=tf.int32),
        lambda layers: layers.variance_scaling_initializer(mode="fan_in"),
    ],
)
def test_contribs_initializers_refuse_with_type_errors(make):
    with pytest.raises(TypeError, match=r"Cannot create initializer for non-floating point type\.|Unknown mode"):
        make(tf.contrib.layers)
