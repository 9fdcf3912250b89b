"""What the cases of the neural-net ops cannot show.

Gradients that differ from the mathematical one on purpose, ops that want 32 bits, the forms that TF chooses.
"""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf


def run(fetches, feed=None):
    with tf.Session() as session:
        return session.run(fetches, feed)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def rows(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_sparse_cross_entropy_is_the_dense_one_of_one_hot_labels():
    logits, labels = tf.constant(rows(4, 3)), [2, 0, 1, 1]
    sparse = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    one_hot = np.eye(3, dtype=np.float32)[labels]
    dense = tf.nn.softmax_cross_entropy_with_logits_v2(labels=one_hot, logits=logits)
    (sparse_loss, sparse_grad), (dense_loss, dense_grad) = run(
        [[loss, tf.gradients(loss, logits)[0]] for loss in (sparse, dense)]
    )
    np.testing.assert_allclose(sparse_loss, dense_loss, rtol=1e-6)
    np.testing.assert_allclose(sparse_grad, dense_grad, rtol=1e-6, atol=1e-7)


def test_sparse_cross_entropy_refuses_a_second_derivative():
    logits = tf.constant(rows(2, 3))
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=logits)
    first = tf.gradients(loss, logits)[0]
    with pytest.raises(LookupError) as caught:
        tf.gradients(first, logits)
    assert str(caught.value).split("\n")[0] == (
        'Gradient explicitly disabled. Reason: b"Currently there is no way to take the second derivative of '
        "sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction with tf.gradients()\""
    )


def test_the_older_cross_entropy_sends_no_gradient_to_the_labels():
    labels, logits = tf.constant([[0.0, 1.0]]), tf.constant([[1.0, 2.0]])
    older = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    newer = tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
    assert tf.gradients(older, labels) == [None]
    expected = -np.log([[1 / (1 + np.e), np.e / (1 + np.e)]])
    np.testing.assert_allclose(run(tf.gradients(newer, labels)[0]), expected, rtol=1e-6)


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_a_sparse_product_has_the_gradients_of_any_product(transpose_a, transpose_b):
    a = tf.constant(rows(*((3, 2) if transpose_a else (2, 3))))
    b = tf.constant(rows(*((4, 3) if transpose_b else (3, 4)), seed=1))
    results = []
    for sparse in (False, True):
        y = tf.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b, a_is_sparse=sparse)
        assert y.op.type == ("SparseMatMul" if sparse else "MatMul")
        results.append([y, *tf.gradients(tf.square(y), [a, b])])
    for ours, plain in zip(*run(results)):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)


def test_equal_maxima_share_the_gradient():
    x = tf.constant([[3.0, 1.0, 3.0]])
    np.testing.assert_array_equal(run(tf.gradients(tf.reduce_max(x, 1), x)[0]), [[0.5, 0.0, 0.5]])


def test_the_gradient_of_a_product_survives_zeros():
    x = tf.constant([[0.0, 2.0, 3.0], [0.0, 0.0, 5.0]])
    np.testing.assert_array_equal(run(tf.gradients(tf.reduce_prod(x, 1), x)[0]), [[6, 0, 0], [0, 0, 0]])


def test_a_nan_is_no_extreme():
    x = tf.constant([np.nan, 1.0, 2.0])
    assert run([tf.reduce_max(x), tf.reduce_min(x), tf.argmax(x), tf.argmin(x)]) == [2, 1, 2, 1]


def test_integer_means_forget_the_remainder():
    means = [tf.reduce_mean([-7, 2]), tf.reduce_mean([3, 4]), tf.reduce_mean(np.uint8([250, 250]))]
    assert run(means) == [-2, 3, 122]


def test_the_work_of_a_sums_gradient_is_done_once_for_each_shape():
    x = tf.placeholder(tf.float32, [2, 3])
    first, second = tf.reduce_sum(x, 1), tf.reduce_sum(x * 2.0, 1)
    tf.gradients(first + second, x)
    stitches = [op for op in tf.get_default_graph().get_operations() if op.type == "DynamicStitch"]
    assert len(stitches) == 1


def test_axes_that_tf_does_not_see_through_take_the_long_way():
    x = tf.placeholder(tf.float32, [2, 3])
    seen = tf.gradients(tf.reduce_sum(x, tf.range(2)), x)[0]
    unseen = tf.gradients(tf.reduce_sum(x, tf.reshape(tf.range(2), [-1])), x)[0]
    assert seen.op.inputs[1].op.type == "Const"
    assert unseen.op.inputs[1].op.type == "FloorDiv"
    value = np.ones((2, 3), np.float32)
    for grad in run([seen, unseen], {x: value}):
        np.testing.assert_array_equal(grad, value)


def test_softmax_does_not_overflow():
    np.testing.assert_array_equal(run(tf.nn.softmax([[1000.0, 0.0]])), [[1, 0]])
    np.testing.assert_array_equal(run(tf.nn.log_softmax([[1000.0, 0.0]])), [[0, -1000]])
    np.testing.assert_allclose(run(tf.reduce_logsumexp([1e4, 1e4])), 1e4 + np.log(2), rtol=1e-6)


def test_top_k_keeps_the_order_of_equal_entries():
    values, indices = run(tf.nn.top_k([1.0, 3.0, 3.0, 2.0], 3))
    assert values.tolist() == [3, 3, 2]
    assert indices.tolist() == [1, 2, 3]


def test_no_row_with_an_infinite_prediction_is_in_its_top_k():
    predictions = [[1.0, 2.0, 3.0], [3.0, 3.0, 3.0], [1.0, np.nan, 3.0], [np.inf, 2.0, 1.0], [1.0, 2.0, 3.0]]
    inside = run(tf.nn.in_top_k(predictions, [1, 2, 0, 0, 7], k=2))
    assert inside.tolist() == [True, True, False, False, False]


def test_dropout_draws_tfs_numbers():
    # recorded with TensorFlow 1.15.5
    kept = run(tf.nn.dropout(tf.ones([10]), rate=0.5, seed=1))
    assert kept.tolist() == [0, 2, 0, 0, 2, 0, 0, 0, 2, 2]


@pytest.mark.parametrize("padding", ["same", "full", None, 7])
def test_a_padding_must_be_one_of_tfs(padding):
    kind = TypeError if padding in (None, 7) else ValueError
    with pytest.raises(kind, match="padding"):
        tf.nn.conv2d(tf.zeros([1, 4, 4, 1]), tf.zeros([2, 2, 1, 1]), 1, padding)


def test_strides_may_be_one_number_or_two_or_four():
    x, w = tf.constant(rows(1, 6, 6, 1)), tf.constant(rows(2, 2, 1, 1))
    one, two, four = (tf.nn.conv2d(x, w, strides, "SAME") for strides in (2, [2, 2], [1, 2, 2, 1]))
    assert one.op.attrs["strides"] == two.op.attrs["strides"] == four.op.attrs["strides"] == (1, 2, 2, 1)
    with pytest.raises(ValueError, match="strides should be of length 1, 2 or 4 but was 3"):
        tf.nn.conv2d(x, w, [1, 2, 2], "SAME")


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("rectify", [tf.nn.relu, tf.nn.relu6], ids=["relu", "relu6"])
def test_minus_zero_stays_minus_zero(rectify, count):
    x = tf.placeholder(tf.float32, [None])
    for fetch in (rectify(x), rectify(x) + tf.constant(-0.0)):  # fetched, and written into a buffer
        assert np.signbit(run(fetch, {x: np.full(count, -0.0)})).all()
