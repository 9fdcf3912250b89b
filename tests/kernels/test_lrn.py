"""Local response normalization against its formula, channel by channel, and TensorFlow 1.15.5's odd values."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels import channels
from flowgraph.kernels.lrn import lrn, lrn_grad


def by_hand(x: np.ndarray, dy: np.ndarray, radius: int, bias: float, alpha: float, beta: float) -> list[np.ndarray]:
    """The result, and its gradient by the derivative of each entry for each of its neighbours."""
    depth = x.shape[3]
    scale = np.empty(x.shape)
    for c in range(depth):
        scale[..., c] = bias + alpha * np.square(x[..., max(0, c - radius) : c + radius + 1]).sum(-1)
    y, dx = x * scale**-beta, dy * scale**-beta
    for c in range(depth):
        for other in range(max(0, c - radius), min(depth, c + radius + 1)):
            dx[..., other] -= 2 * alpha * beta * x[..., other] * (dy * y / scale)[..., c]
    return [y, dx]


@pytest.mark.parametrize("piece", [1 << 16, 40])
@pytest.mark.parametrize("attrs", [(5, 1.0, 1.0, 0.5), (2, 2.0, 0.3, 0.75), (1, 0.5, 2.0, 1.0), (0, 1.0, 1.0, 0.3)])
@pytest.mark.parametrize("shape", [(2, 3, 5, 7), (1, 4, 4, 16), (3, 1, 1, 1)])
def test_formula(monkeypatch, piece, attrs, shape):
    monkeypatch.setattr(channels, "PIECE", piece)
    x, dy = np.random.RandomState(0).randn(2, *shape)
    expected = by_hand(x, dy, *attrs)
    np.testing.assert_allclose(lrn(x, *attrs), expected[0], rtol=1e-12)
    np.testing.assert_allclose(lrn_grad(dy, x, expected[0], *attrs), expected[1], rtol=0, atol=1e-12)
    narrow = [array.astype(np.float32) for array in (x, dy, expected[0])]
    np.testing.assert_allclose(lrn(narrow[0], *attrs), expected[0], rtol=2e-6)
    np.testing.assert_allclose(lrn_grad(narrow[1], narrow[0], narrow[2], *attrs), expected[1], rtol=0, atol=5e-6)


@pytest.mark.parametrize(("odd", "first"), [(np.inf, [np.nan, 0.0]), (np.nan, [np.nan, np.nan])])
def test_odd_values_are_tensorflows(odd, first):
    x = np.ones((1, 1, 1, 8), np.float32)
    x[..., 0] = odd
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(lrn(x, 1, 1.0, 1.0, 0.75).ravel(), np.float32(first + [np.nan] * 6))


def test_half_floats_are_computed_in_float32():
    x = np.full((1, 1, 1, 5), 300, np.float16)  # of which the square is beyond float16
    np.testing.assert_allclose(lrn(x, 5, 1.0, 1.0, 0.5), 5**-0.5, rtol=1e-3)
    assert lrn(x, 5, 1.0, 1.0, 0.5).dtype == np.float16


def test_nothing_at_all():
    for shape in ((0, 3, 3, 4), (2, 3, 3, 0)):
        nothing = np.zeros(shape, np.float32)
        assert (
            lrn(nothing, 2, 1.0, 1.0, 0.5).shape == lrn_grad(nothing, nothing, nothing, 2, 1.0, 1.0, 0.5).shape == shape
        )
