"""Sums over channels and batch norm in pieces, against the formulas in float64."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels import channels
from flowgraph.kernels.batch_norm import batch_norm, batch_norm_grad
from flowgraph.kernels.channels import Lines, add_to_channels, channel_sums

SHAPES = [(4, 6, 8, 16), (3, 5, 7, 3), (1, 1, 1, 5), (2, 3, 1, 2000), (0, 3, 3, 4), (2, 3, 3, 0)]


@pytest.fixture(params=[1 << 16, 100, 1])
def _pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PIECE", request.param)


def draw(shape: tuple[int, ...], data_format: str, seed: int = 0) -> np.ndarray:
    images = np.random.default_rng(seed).normal(3, 2, shape).astype(np.float32)
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)) if data_format == "NCHW" else images


def vectors(shape: tuple[int, ...], count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(9).uniform(0.5, 2, (count, shape[3])).astype(np.float32))


def along(vector: np.ndarray, data_format: str) -> np.ndarray:
    return vector.reshape(-1, 1, 1) if data_format == "NCHW" else vector


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
@pytest.mark.parametrize("shape", SHAPES)
def test_channels(shape, data_format):
    x, (vector,) = draw(shape, data_format), vectors(shape, 1)
    first = data_format == "NCHW"
    axes = (0, 2, 3) if first else (0, 1, 2)
    np.testing.assert_allclose(channel_sums(x, first), x.sum(axes, np.float64), rtol=1e-6)
    np.testing.assert_array_equal(add_to_channels(x, vector, first), x + along(vector, data_format))


def test_lines_are_long_and_divide_the_pixels():
    assert Lines((64, 32, 32, 64), first=False).shape == (4096, 1024)
    assert Lines((3, 7, 5, 64), first=False).shape == (105, 64)
    assert Lines((2, 8, 8, 5000), first=False).shape == (128, 5000)
    assert Lines((2, 3, 4, 5), first=True).shape == (2, 3, 20)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[1], SHAPES[3]])
def test_batch_norm(shape, data_format):
    x, dy = draw(shape, data_format), draw(shape, data_format, seed=1)
    scale, offset = vectors(shape, 2)
    wide, axes = x.astype(np.float64), (0, 2, 3) if data_format == "NCHW" else (0, 1, 2)
    mean, variance, count = wide.mean(axes), wide.var(axes), x.size // shape[3]
    r = 1 / np.sqrt(variance + 1e-3)
    unit = (wide - along(mean, data_format)) * along(r, data_format)

    nothing = np.zeros(0, np.float32)
    y, *statistics = batch_norm(x, scale, offset, nothing, nothing, 1e-3, data_format, True)
    np.testing.assert_allclose(y, unit * along(scale, data_format) + along(offset, data_format), rtol=0, atol=3e-6)
    expected = [mean, variance * count / (count - 1), mean, variance]
    for found, exact in zip(statistics, expected, strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-6)

    dx, d_scale, d_offset = batch_norm_grad(dy, x, scale, *statistics[2:], 1e-3, data_format, True)
    grads = dy.astype(np.float64)
    np.testing.assert_allclose(d_offset, grads.sum(axes), rtol=1e-6)
    np.testing.assert_allclose(d_scale, (grads * unit).sum(axes), rtol=1e-5, atol=1e-5 * count**0.5)
    pull = grads - along(grads.mean(axes), data_format) - unit * along((grads * unit).mean(axes), data_format)
    exact = pull * along(scale * r, data_format)
    np.testing.assert_allclose(dx, exact, rtol=0, atol=3e-6 * np.abs(exact).max())


def test_statistics_far_from_zero():
    """Squares are taken from a mean: of numbers around a thousand, a hundredth apart, the variance is right."""
    x = np.random.default_rng(0).normal(1000, 0.01, (8, 32, 32, 8)).astype(np.float32)
    ones, nothing = np.ones(8, np.float32), np.zeros(0, np.float32)
    *_, mean, variance = batch_norm(x, ones, ones, nothing, nothing, 1e-3, "NHWC", True)
    np.testing.assert_allclose(mean, x.mean((0, 1, 2), np.float64), rtol=1e-7)
    np.testing.assert_allclose(variance, x.var((0, 1, 2), np.float64), rtol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("training", [True, False])
def test_results_go_where_they_are_to_go(dtype, training):
    x, dy = (draw((2, 4, 4, 8), "NHWC", seed).astype(dtype) for seed in (0, 1))
    scale, offset, mean, variance = vectors(x.shape, 4)
    given = (np.zeros(0, np.float32),) * 2 if training else (mean, variance)
    for function, arguments in (
        (batch_norm, (x, scale, offset, *given)),
        (batch_norm_grad, (dy, x, scale, mean, variance)),
    ):
        out = np.full_like(x, np.nan)
        made = function(*arguments, 1e-3, "NHWC", training, out)
        assert made[0] is out
        np.testing.assert_array_equal(out, function(*arguments, 1e-3, "NHWC", training)[0])
