"""Cross entropies by rows: as the formula says, whatever is worked on together."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels import cross_entropy
from flowgraph.kernels.cross_entropy import are_classes, dense_cross_entropy, sparse_cross_entropy

SHAPES = [(0, 3), (1, 1), (5, 3), (100, 10), (40, 5000), (3, 70_000)]


def _formula(logits, labels):
    """As one would write it down."""
    x = logits - logits.max(axis=1, keepdims=True, initial=-np.inf)
    total = np.exp(x).sum(axis=1, keepdims=True)
    return np.sum(labels * (np.log(total) - x), axis=1), np.exp(x) / total - labels


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_by_blocks_as_at_once(shape, kind):
    random = np.random.default_rng(0)
    logits, labels = random.standard_normal((2, *shape)).astype(kind)
    for ours, theirs in zip(dense_cross_entropy(logits, labels), _formula(logits, labels), strict=True):
        assert ours.dtype == kind
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_number_of_a_class_is_like_a_one_among_zeros(shape):
    random = np.random.default_rng(1)
    logits, numbers = random.standard_normal(shape).astype(np.float32), random.integers(0, shape[1], shape[0])
    labels = (np.arange(shape[1]) == numbers[:, None]).astype(np.float32)
    out = np.full(shape[0], 7, np.float32), np.full(shape, 7, np.float32)
    made = sparse_cross_entropy(logits, numbers, out)
    assert made[0] is out[0]
    assert made[1] is out[1]
    for ours, theirs in zip(made, _formula(logits, labels), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_logits_that_are_infinite():
    loss, gradient = sparse_cross_entropy(np.array([[-np.inf, 0.0], [0.0, 1e30]]), np.array([1, 1]))
    np.testing.assert_array_equal(loss, [0, 0])
    np.testing.assert_array_equal(gradient, [[0, 0], [0, 0]])


def test_rows_are_done_on_threads_as_one_by_one(monkeypatch):
    logits = np.random.default_rng(2).standard_normal((50, 7)).astype(np.float32)
    numbers = np.arange(50) % 7
    expected = sparse_cross_entropy(logits, numbers)
    monkeypatch.setattr(cross_entropy, "LARGE", 1)
    monkeypatch.setattr(cross_entropy, "BLOCK", 1)
    for ours, theirs in zip(sparse_cross_entropy(logits, numbers), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("labels", "shape"), [([3], (1, 3)), ([-1], (1, 3)), ([0, 0], (1, 3)), ([], (0, 0)), ([0], (1,))]
)
def test_labels_that_name_no_class(labels, shape):
    assert not are_classes(np.array(labels, np.int64), shape)
