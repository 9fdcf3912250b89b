"""TensorArrays where golden nodes and values do not reach: threads, sessions, engines, second derivatives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels.tensor_array import Slots
from flowgraph.session import ENGINES


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


def session(engine="NUMPY"):
    config = tf.ConfigProto()
    config.experimental.executor_type = engine
    return tf.Session(config=config)


def test_runs_in_many_threads_do_not_meet():
    x = tf.placeholder(tf.float32, [None, 3])
    array = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)
    squares = tf.TensorArray(tf.float32, 2)
    for i in range(2):
        squares = squares.write(i, tf.square(array.read(i)))
    y = squares.stack()
    feeds = [np.full([2 + n % 3, 3], n, np.float32) for n in range(60)]
    with session() as sess, ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda feed: sess.run(y, {x: feed}), feeds))
    for feed, result in zip(feeds, results):
        np.testing.assert_array_equal(result, np.square(feed[:2]))


def test_sessions_over_one_graph_do_not_meet():
    x = tf.placeholder(tf.float32, [])
    array = tf.TensorArray(tf.float32, 1).write(0, x)
    y = array.read(0)
    with session() as one, session() as other:
        assert [one.run(y, {x: 1.0}), other.run(y, {x: 2.0}), one.run(y, {x: 3.0})] == [1.0, 2.0, 3.0]


def test_a_failed_run_leaves_nothing_behind():
    x = tf.placeholder(tf.int32, [])
    y = tf.TensorArray(tf.float32, 2, element_shape=[]).write(x, 1.0).stack()
    with session() as sess:
        for _ in range(2):
            with pytest.raises(tf.errors.InvalidArgumentError, match="Tried to write to index 5"):
                sess.run(y, {x: 5})
            np.testing.assert_array_equal(sess.run(y, {x: 1}), [0.0, 1.0])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_written_stays(engine):
    """The numpy engine computes in buffers that it uses again, and users change what they fed."""
    x = tf.placeholder(tf.float32, [4])
    array = tf.TensorArray(tf.float32, 6).write(0, x)
    y = x
    for i in range(1, 6):
        y = tf.tanh(y) * 2.0 + 1.0
        array = array.write(i, y)
    late = tf.reduce_sum(y) * 0.0
    with tf.control_dependencies([late]):
        rows = array.identity().stack()
    feed = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    expected = [feed]
    for _ in range(5):
        expected.append(np.tanh(expected[-1]) * 2.0 + 1.0)
    with session(engine) as sess:
        result = sess.run(rows, {x: feed})
        again = sess.run(rows, {x: feed})
    np.testing.assert_allclose(result, expected, rtol=1e-6)
    assert not np.shares_memory(result, again)


@pytest.mark.parametrize("engine", ENGINES)
def test_second_derivative(engine):
    """TensorFlow refuses gradients of arrays of gradients; here they are what differences say."""
    x = tf.placeholder(tf.float64, [3])
    array = tf.TensorArray(tf.float64, 3, clear_after_read=False).unstack(x * x)
    y = array.read(0) * array.read(1) * array.read(2) + array.read(1) ** 3 + tf.reduce_sum(array.stack() ** 2)
    (first,) = tf.gradients(y, x)
    (second,) = tf.gradients(first[1] * 2.0 + first[0], x)
    at, step = np.array([0.5, -1.2, 0.8]), 1e-5
    with session(engine) as sess:
        found = sess.run(second, {x: at})
        for i in range(3):
            moved = [sess.run(first, {x: at + sign * step * np.eye(3)[i]}) for sign in (1, -1)]
            slope = (moved[0] - moved[1]) / (2 * step)
            assert found[i] == pytest.approx(2.0 * slope[1] + slope[0], rel=1e-6)


def test_no_step_is_dropped_or_merged():
    """Two arrays that are made alike are two; a write that nothing reads is made when it is waited for."""
    one, other = (tf.TensorArray(tf.float32, 1, element_shape=[]) for _ in range(2))
    written = one.write(0, 5.0)
    with tf.control_dependencies([written.flow]):
        both = tf.stack([one.identity().read(0), other.identity().read(0)])
    with session() as sess:
        assert sess.run(both).tolist() == [5.0, 0.0]


def test_fetched_handle_shows_what_it_is():
    array = tf.TensorArray(tf.float32, 2)
    with session() as sess:
        assert isinstance(sess.run(array.handle), Slots)
        assert repr(sess.run(array.handle)) == "a TensorArray of 2 float32 entries of shape <unknown>"


def test_element_shape_is_shared_by_all_views():
    array = tf.TensorArray(tf.float32, 2)
    assert array.element_shape.ndims is None
    assert not array.dynamic_size
    written = array.write(0, [1.0, 2.0])
    assert array.element_shape.as_list() == written.element_shape.as_list() == [2]
    assert array.grad("g").element_shape.as_list() == [2]
    assert array.dtype == written.dtype == tf.float32
    assert written.handle is array.handle


def test_lengths_below_zero():
    """TensorFlow 1.15.5 ends the process here."""
    array = tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0], [-1, 3])
    with session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="Expected sum of lengths"):
        sess.run(array.flow)


def test_gradients_with_a_shape_in_front():
    slots = Slots("array", tf.float32, 2, (3,), alike=True)
    slots.write(0, np.ones(3, np.float32))
    grads = slots.gradient("gradients", (5,))
    assert grads.read(0).shape == (5, 3)
    assert slots.gradient("gradients", (5,)) is grads


def test_message_says_what_the_array_is():
    array = tf.TensorArray(tf.float32, 2).write(0, [1.0, 2.0]).write(0, [3.0, 4.0])
    with session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        sess.run(array.flow)
    assert "TensorArray:0 is a TensorArray of 2 float32 entries of shape [2]" in str(caught.value)
