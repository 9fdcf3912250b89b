"""Ops that go another way with large arrays give there what they give with small ones."""

from __future__ import annotations

import numpy as np
import pytest

import flowgraph as tf
from flowgraph.kernels.depthwise import depthwise, depthwise_backprop_input
from flowgraph.ops.sparse_indices import distinct, keys_of

RANDOM = np.random.default_rng(3)


def _run(build, *arrays):
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(build(*map(tf.constant, arrays)))


@pytest.mark.parametrize("function", [tf.nn.softmax, tf.nn.log_softmax])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_softmax_of_many_narrow_rows(function, dtype):
    logits = (RANDOM.standard_normal((2, 1500, 10)) * 5).astype(dtype)
    few = np.concatenate([_run(function, part) for part in logits.reshape(30, 100, 10)]).reshape(logits.shape)
    np.testing.assert_allclose(_run(function, logits), few, rtol=1e-3 if dtype == np.float16 else 1e-6, atol=1e-6)


def test_softmax_of_many_rows_with_odd_values():
    logits = np.zeros((2000, 4), np.float32)
    logits[0], logits[1], logits[2] = np.nan, np.inf, -np.inf
    few = _run(tf.nn.softmax, logits[:3])
    np.testing.assert_array_equal(_run(tf.nn.softmax, logits)[:3], few)


@pytest.mark.parametrize("high", [5, 10**6])
def test_few_of_many(high):
    rows = RANDOM.integers(0, high, (20, 400)).astype(np.float32)
    values, indices = _run(lambda x: tf.nn.top_k(x, 10), rows)
    expected = np.argsort(-rows, axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(rows, expected, 1))


@pytest.mark.parametrize("every", [2, 300])
@pytest.mark.parametrize("adjoint", [False, True])
def test_sparse_times_dense(every, adjoint):
    left = np.where(RANDOM.integers(0, every, (700, 700)) == 0, RANDOM.standard_normal((700, 700)), 0)
    right = RANDOM.standard_normal((700, 400))
    indices = np.argwhere(left)

    def build(places, values, b):
        return tf.sparse.sparse_dense_matmul(tf.SparseTensor(places, values, [700, 700]), b, adjoint_a=adjoint)

    made = _run(build, indices, left[tuple(indices.T)], right)
    np.testing.assert_allclose(made, (left.T if adjoint else left) @ right, rtol=1e-10, atol=1e-10)


def test_infinities_do_not_meet_zeros_that_are_not_there():
    places, b = np.argwhere(np.eye(600)), np.ones((600, 600))
    b[0] = np.inf
    made = _run(
        lambda i, v, b: tf.sparse.sparse_dense_matmul(tf.SparseTensor(i, v, [600, 600]), b), places, np.ones(600), b
    )
    np.testing.assert_array_equal(made, b)


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("strides", [[1, 1, 1, 1], [1, 2, 2, 1]])
def test_depthwise_of_a_batch(multiplier, strides):
    x = RANDOM.standard_normal((9, 40, 41, 24)).astype(np.float32)
    w = RANDOM.standard_normal((3, 2, 24, multiplier)).astype(np.float32)
    arguments = strides, "SAME", "NHWC", [1] * 4
    y = depthwise(x, w, *arguments)
    np.testing.assert_array_equal(y, np.concatenate([depthwise(image[None], w, *arguments) for image in x]))
    dx = depthwise_backprop_input(np.array(x.shape), w, y, *arguments)
    one = [depthwise_backprop_input(np.array([1, *x.shape[1:]]), w, grad[None], *arguments) for grad in y]
    np.testing.assert_array_equal(dx, np.concatenate(one))


def test_rows_of_indices_as_numbers():
    rows = RANDOM.integers(0, 4, (50, 3))
    (keys,) = keys_of(rows)
    order = sorted(range(50), key=lambda i: (rows[i].tolist(), i))
    assert np.argsort(keys, kind="stable").tolist() == order
    assert keys_of(rows - 1) is None
    assert keys_of(np.full((1, 3), 2**40)) is None
    for some in (rows, rows[order], rows - 1):
        places, group = distinct(some)
        expected, inverse = np.unique(some, axis=0, return_inverse=True)
        np.testing.assert_array_equal(places, expected)
        np.testing.assert_array_equal(group, inverse.reshape(-1))


def test_sums_of_sparse_tensors_in_order():
    a, b = (np.where(RANDOM.random((30, 40)) < 0.3, RANDOM.standard_normal((30, 40)), 0) for _ in range(2))

    def build(ai, av, bi, bv):
        return tf.sparse.add(tf.SparseTensor(ai, av, [30, 40]), tf.SparseTensor(bi, bv, [30, 40]))

    made = _run(build, np.argwhere(a), a[a != 0], np.argwhere(b), b[b != 0])
    np.testing.assert_array_equal(made.indices, np.argwhere((a != 0) | (b != 0)))
    np.testing.assert_array_equal(made.values, (a + b)[(a != 0) | (b != 0)])
