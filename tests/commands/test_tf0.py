"""flowgraph.tf0: what TensorFlow was before 1.0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import flowgraph as new
from flowgraph import tf0 as tf
from flowgraph.absent.advice import RENAMED
from flowgraph.tf0 import rnn_cell


@pytest.fixture(autouse=True)
def graph() -> Any:
    with new.Graph().as_default():
        yield


def values(fetches: Any) -> Any:
    with new.Session() as session:
        session.run(new.global_variables_initializer())
        return session.run(fetches)


def test_what_has_not_changed_is_flowgraphs():
    assert (tf.constant, tf.contrib, tf.train.AdamOptimizer) == (new.constant, new.contrib, new.train.AdamOptimizer)
    assert tf.__version__ == new.__version__
    assert set(new.__all__) <= set(tf.__all__)
    assert tf.python.ops.array_ops is new.python.ops.array_ops
    assert not hasattr(tf, "no_such_thing")
    assert not hasattr(tf.nn, "no_such_thing")


@pytest.mark.parametrize("name", sorted(name for name in RENAMED if not name.startswith("contrib.")))
def test_names_that_1_0_gave_up_are_there(name: str) -> None:
    if name == "train.piecewise":
        pytest.skip("it never had another name than piecewise_constant in a release")
    item: Any = tf
    for part in name.split("."):
        item = getattr(item, part)


def test_the_axis_comes_first():
    x = tf.reshape(tf.range(6), [2, 3])
    np.testing.assert_array_equal(values(tf.concat(1, [x, x])), values(new.concat([x, x], 1)))
    np.testing.assert_array_equal(values(tf.concat(axis=1, values=[x, x])), values(new.concat([x, x], 1)))
    np.testing.assert_array_equal(values(tf.concat([x, x], 1)), values(new.concat([x, x], 1)))
    for parts in (
        tf.split(1, 3, x),
        tf.split(x, 3, 1),
        tf.split(x, 3, axis=1),
        tf.split(value=x, num_split=3, split_dim=1),
    ):
        assert [part.shape.as_list() for part in parts] == [[2, 1]] * 3


def test_logits_come_first():
    logits, labels = tf.constant([[1.0, 3.0]]), tf.constant([[0.0, 1.0]])
    want = values(new.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    for loss in (
        tf.nn.softmax_cross_entropy_with_logits(logits, labels),
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits),
        tf.nn.sparse_softmax_cross_entropy_with_logits(logits, [1]),
    ):
        np.testing.assert_allclose(values(loss), want, rtol=1e-6)
    want = values(new.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    np.testing.assert_array_equal(values(tf.nn.sigmoid_cross_entropy_with_logits(logits, targets=labels)), want)
    want = values(new.nn.weighted_cross_entropy_with_logits(targets=labels, logits=logits, pos_weight=2.0))
    np.testing.assert_array_equal(values(tf.nn.weighted_cross_entropy_with_logits(logits, labels, 2.0)), want)


def test_names_of_ops_are_the_old_ones():
    made = [tf.mul(1, 2), tf.sub(1, 2), tf.neg(1), tf.pack([1, 2]), tf.scalar_summary("a tag", 1.0)]
    assert [tensor.op.name for tensor in made] == ["Mul", "Sub", "Neg", "pack", "ScalarSummary"]
    assert values(tf.merge_all_summaries()) == values(made[-1])


def test_cells_take_an_input_size_and_a_stack_the_same_cell_twice():
    cell = rnn_cell.BasicLSTMCell(4, 0.5, 3, True)
    stack = rnn_cell.MultiRNNCell([cell] * 2, state_is_tuple=True)
    outputs, _ = tf.nn.rnn(stack, [tf.zeros([1, 3])] * 2, dtype=tf.float32)
    assert outputs[-1].shape.as_list() == [1, 4]
    assert sorted(v.shape.as_list() for v in tf.trainable_variables()) == [[7, 16], [8, 16], [16], [16]]
    assert rnn_cell.LSTMCell(4, 3, True).output_size == rnn_cell.LSTMCell(4, True).output_size == 4
    assert rnn_cell.GRUCell(4, 3).state_size == rnn_cell.BasicRNNCell(4, 3).state_size == 4


@pytest.mark.parametrize("kind", [rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell])
def test_a_state_that_is_given_in_one_tensor_comes_back_so(kind: Any) -> None:
    new.set_random_seed(1)
    outputs, state = tf.nn.rnn(kind(2), [tf.ones([1, 3])] * 2, initial_state=tf.ones([1, 4]))
    assert state.shape.as_list() == [1, 4]
    last, joined = values([outputs[-1], state])
    np.testing.assert_array_equal(joined[:, 2:], last)


def test_old_imports():
    from flowgraph.tf0.models.rnn import rnn, seq2seq
    from flowgraph.tf0.models.rnn import rnn_cell as cells
    from flowgraph.tf0.python.ops import rnn_cell as inside

    assert cells is inside is rnn_cell is tf.nn.rnn_cell
    assert rnn.rnn is new.nn.static_rnn
    assert seq2seq is tf.nn.seq2seq
    assert seq2seq.rnn_decoder is new.contrib.legacy_seq2seq.rnn_decoder
    assert set(new.contrib.legacy_seq2seq.__all__) == set(seq2seq.__all__)


def test_a_loss_of_sequences_gets_logits_and_targets_by_their_places():
    def difference(logits, targets):
        return logits - targets

    lists = [tf.constant([5.0, 7.0])], [tf.constant([2.0, 3.0])], [tf.ones([2])]
    each = tf.nn.seq2seq.sequence_loss_by_example(*lists, softmax_loss_function=difference)
    whole = tf.nn.seq2seq.sequence_loss(*lists, softmax_loss_function=difference)
    logits, targets, weights = lists
    _, losses = tf.nn.seq2seq.model_with_buckets(
        logits, logits, targets, weights, [(1, 1)], lambda x, _: (x, None), softmax_loss_function=difference
    )
    np.testing.assert_allclose(values(losses)[0], 3.5)
    np.testing.assert_allclose(values([each, whole])[0], [3.0, 4.0])
    np.testing.assert_allclose(values([each, whole])[1], 3.5)
