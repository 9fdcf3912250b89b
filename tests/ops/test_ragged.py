"""Ragged tensors beyond the programs: their values, what sessions take and give, rows against Python's lists."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowgraph as tf

ROWS = st.lists(st.lists(st.integers(-9, 9), max_size=4), min_size=1, max_size=5)


@pytest.fixture(autouse=True)
def _fresh_graph() -> None:
    tf.reset_default_graph()


def run(fetches: Any, feeds: Any = None) -> Any:
    with tf.Session() as session:
        return session.run(fetches, feeds)


def rows_of(rows: Any) -> Any:
    return tf.ragged.constant(rows, dtype=tf.int32, ragged_rank=1)


# -- values ------------------------------------------------------------------------------------------------


def test_a_value_knows_its_parts() -> None:
    value = tf.ragged.constant_value([[[1, 2], [3]], [], [[4]]])
    assert value.to_list() == [[[1, 2], [3]], [], [[4]]]
    assert (value.ragged_rank, value.shape, value.dtype) == (2, (3, None, None), np.int64)
    assert [splits.tolist() for splits in value.nested_row_splits] == [[0, 2, 2, 3], [0, 2, 3, 4]]
    assert value.flat_values.tolist() == [1, 2, 3, 4]
    assert str(value) == "<tf.RaggedTensorValue [[[1, 2], [3]], [], [[4]]]>"


@pytest.mark.parametrize(
    ("values", "splits", "words"),
    [
        (np.zeros(1), [0, 1], "row_splits must be a 1D int32 or int64 numpy array"),
        (np.zeros(1), np.zeros(2), "row_splits must be a 1D int32 or int64 numpy array"),
        ([1], np.array([0, 1]), "values must be a numpy array or a RaggedTensorValue"),
    ],
)
def test_a_value_is_made_of_arrays(values: Any, splits: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        tf.ragged.RaggedTensorValue(values, splits)


# -- sessions ----------------------------------------------------------------------------------------------


def test_fetched_inside_structures_and_fed_like_any_tensor() -> None:
    x = tf.ragged.placeholder(tf.int32, 1, value_shape=[])
    value = tf.ragged.constant_value([[1], [], [2, 3]], np.int32)
    result = run({"double": [x * 2], "rows": x.nrows()}, {x: value})
    assert result["double"][0].to_list() == [[2], [], [4, 6]]
    assert result["rows"] == 3
    assert isinstance(result["double"][0], tf.ragged.RaggedTensorValue)


def test_a_constant_is_fed_over() -> None:
    x = rows_of([[1], [2, 3]])
    assert run(tf.reduce_sum(x, 1), {x: tf.ragged.constant_value([[5, 6], [7]], np.int32)}).tolist() == [11, 7]


def test_a_list_is_no_ragged_value() -> None:
    x = tf.ragged.placeholder(tf.int32, 1, value_shape=[])
    with pytest.raises(AttributeError, match="'list' object has no attribute 'nested_row_splits'") as caught:
        run(x, {x: [[1], [2, 3]]})
    assert "tf.ragged.constant_value" in str(caught.value)


def test_a_callable_takes_ragged_values() -> None:
    x = tf.ragged.placeholder(tf.int32, 1, value_shape=[])
    with tf.Session() as session:
        double = session.make_callable(x * 2, [x])
        assert double(tf.ragged.constant_value([[1], []], np.int32)).to_list() == [[2], []]


def test_a_loop_carries_rows() -> None:
    _, doubled = tf.while_loop(lambda i, _: i < 3, lambda i, x: [i + 1, x * 2], [0, rows_of([[1], [], [2, 3]])])
    assert run(doubled).to_list() == [[8], [], [16, 24]]


# -- functions of ordinary tensors that also take ragged ones ----------------------------------------------


def test_wrapped_functions_keep_their_names_and_signatures() -> None:
    assert tf.add.__name__ == "add"
    assert str(inspect.signature(tf.reduce_sum)).startswith("(input_tensor")


def test_the_first_error_stays_where_nothing_is_ragged() -> None:
    with pytest.raises(TypeError, match="Input 'y' of 'Add' Op has type int32") as caught:
        tf.add(tf.constant(1.0), tf.constant(1))
    assert caught.value.__context__ is None


def test_a_ragged_tensor_is_no_tensor() -> None:
    with pytest.raises(TypeError, match="Failed to convert object of type"):
        tf.nn.relu(rows_of([[1]]))


def test_arrays_and_rows() -> None:
    assert run(np.array([[1], [10]], np.int32) * rows_of([[1, 2], [3]])).to_list() == [[1, 2], [30]]


# -- rows against lists ------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_sums_and_lengths(rows: list[list[int]]) -> None:
    tf.reset_default_graph()
    x = rows_of(rows)
    sums, lengths, total = run([tf.reduce_sum(x, 1), x.row_lengths(), tf.reduce_sum(x)])
    assert sums.tolist() == [sum(row) for row in rows]
    assert lengths.tolist() == [len(row) for row in rows]
    assert total == sum(map(sum, rows))


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([1, 2, -1]))
def test_slices_of_rows(rows: list[list[int]], start: int, stop: int, step: int) -> None:
    tf.reset_default_graph()
    assert run(rows_of(rows)[start:stop:step]).to_list() == rows[start:stop:step]


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(1, 5), st.booleans())
def test_slices_of_each_row(rows: list[list[int]], at: int, from_the_end: bool) -> None:
    tf.reset_default_graph()
    at = -at if from_the_end else at
    x = rows_of(rows)
    first, rest = run([x[:, :at], x[:, at:]])
    assert first.to_list() == [row[:at] for row in rows]
    assert rest.to_list() == [row[at:] for row in rows]


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_there_and_back(rows: list[list[int]]) -> None:
    tf.reset_default_graph()
    x = rows_of(rows)
    back = tf.RaggedTensor.from_sparse(x.to_sparse())
    again = tf.RaggedTensor.from_tensor(x.to_tensor(), lengths=x.row_lengths())
    assert [value.to_list() for value in run([back, again])] == [rows, rows]


@settings(max_examples=15, deadline=None)
@given(ROWS, st.data())
def test_joined_and_gathered(rows: list[list[int]], data: st.DataObject) -> None:
    tf.reset_default_graph()
    picked = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=4))
    x = rows_of(rows)
    below, beside, some = run([tf.concat([x, x], 0), tf.concat([x, x], 1), tf.gather(x, picked)])
    assert below.to_list() == rows + rows
    assert beside.to_list() == [row + row for row in rows]
    assert some.to_list() == [rows[i] for i in picked]
