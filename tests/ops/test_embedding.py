"""Embeddings dealt out to several tables; their graphs and gradients are in test_programs.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowgraph as tf


def run(fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


def dealt_out(whole, count, strategy):
    """The rows of one table as `count` tables hold them."""
    if strategy == "mod":
        return [whole[i::count] for i in range(count)]
    longer = len(whole) % count
    ends = np.cumsum([len(whole) // count + (i < longer) for i in range(count)])
    return np.split(whole, ends[:-1])


@given(data=st.data(), rows=st.integers(1, 12), strategy=st.sampled_from(["mod", "div"]))
def test_several_tables_answer_as_one(data, rows, strategy):
    count = data.draw(st.integers(1, rows))
    ids = data.draw(st.lists(st.lists(st.integers(0, rows - 1), min_size=2, max_size=2), max_size=5))
    ids = np.array(ids, np.int64).reshape(-1, 2)
    whole = np.random.default_rng(rows).normal(size=(rows, 3))
    with tf.Graph().as_default():
        tables = [tf.constant(table) for table in dealt_out(whole, count, strategy)]
        found = tf.nn.embedding_lookup(tables, tf.constant(ids), strategy)
        assert found.shape.as_list() == [*ids.shape, 3]
        np.testing.assert_array_equal(run(found), whole[ids])


@pytest.mark.parametrize("count", [1, 2])
def test_no_embedding_is_longer_than_asked_for(count):
    whole = np.random.default_rng(0).normal(size=(6, 2, 2))
    norms = np.sqrt((whole**2).sum((1, 2), keepdims=True))
    with tf.Graph().as_default():
        tables = [tf.constant(table) for table in dealt_out(whole, count, "mod")]
        found = run(tf.nn.embedding_lookup(tables, [[0, 1, 2], [3, 4, 5]], max_norm=1.5))
    np.testing.assert_allclose(found.reshape(6, 2, 2), whole * np.minimum(1, 1.5 / norms))


@pytest.mark.parametrize("strategy", ["mod", "div"])
def test_a_row_that_is_not_there(strategy):
    with tf.Graph().as_default():
        tables = [tf.zeros([2, 3]), tf.zeros([2, 3])]
        ids = tf.placeholder(tf.int32, [None])
        with pytest.raises(tf.errors.InvalidArgumentError, match="is not in"):
            run(tf.nn.embedding_lookup(tables, ids, strategy), {ids: [0, 4]})


@pytest.mark.parametrize("nothing", [[], ()])
def test_an_embedding_needs_a_table(nothing):
    with pytest.raises(ValueError, match="Need at least one param"):
        tf.nn.embedding_lookup(nothing, [0])


def test_rows_are_dealt_out_in_one_of_two_ways():
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Unrecognized partition strategy: middle"):
        tf.nn.embedding_lookup([tf.zeros([2, 3]), tf.zeros([2, 3])], [0], "middle")
