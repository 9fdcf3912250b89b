"""Pooling against TensorFlow 1.15.5 (golden/conv_pool.npz) and against plain loops."""

from __future__ import annotations

import json
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph import errors
from flowgraph.kernels import pool
from flowgraph.kernels.window import conv_output_size
from tests.golden import make_conv_pool as golden

RESULTS = dict(np.load(golden.PATH))
FAILURES = [
    pytest.param(*call, *text, id=f"{call[0]}-{i}")
    for i, (call, text) in enumerate(zip(golden.FAILURES, json.loads(RESULTS["texts"].item())["failures"]))
    if "pool" in call[0]
]
KINDS = {"ValueError": ValueError} | vars(errors)


# ---------------------------------------------------------------------------------- what TensorFlow answered


@pytest.mark.parametrize("i", range(len(golden.POOLS)))
def test_values_are_tensorflows(i):
    shape, window, strides, padding, dtype = golden.POOLS[i]
    attributes = golden.attributes(strides, padding, ksize=window)
    x = golden.integers(i, shape, dtype, -2, 2)
    y = pool.max_pool(x, **attributes)
    assert_same(y, RESULTS[f"max{i}"])
    dy, ddx = golden.fractions(100 + i, y.shape, dtype), golden.integers(200 + i, shape, dtype)
    assert_same(pool.max_pool_grad(x, y, dy, **attributes), RESULTS[f"max_dx{i}"])
    assert_same(pool.max_pool_grad_grad(x, y, ddx, **attributes), RESULTS[f"max_ddy{i}"])
    assert_same(pool.avg_pool(golden.fractions(i, shape, dtype), **attributes), RESULTS[f"avg{i}"])
    assert_same(pool.avg_pool_grad(shape, dy, **attributes), RESULTS[f"avg_dx{i}"])


@pytest.mark.parametrize("i", range(len(golden.DEPTH_POOLS)))
def test_pools_over_channels_are_tensorflows(i):
    shape, window, dtype = golden.DEPTH_POOLS[i]
    x, sizes = golden.integers(i, shape, dtype), [1, 1, 1, window]
    assert_same(pool.max_pool(x, sizes, sizes, "VALID"), RESULTS[f"depth{i}"])
    sizes = [1, window, 1, 1]
    y = pool.max_pool(x.transpose(0, 3, 1, 2), sizes, sizes, "SAME", "NCHW")
    assert_same(y.transpose(0, 2, 3, 1), RESULTS[f"depth{i}"])


@pytest.mark.parametrize("dtype", golden.INTEGER_TYPES)
def test_maxima_of_integers_are_tensorflows(dtype):
    x = np.random.RandomState(0).randint(np.iinfo(dtype).min, np.iinfo(dtype).max, (1, 4, 5, 2)).astype(dtype)
    assert_same(pool.max_pool(x, [1, 3, 2, 1], [1, 2, 2, 1], "SAME"), RESULTS[f"max_{dtype}"])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_odd_values_are_tensorflows(dtype):
    x, attributes = golden.odd_windows(dtype), golden.attributes((2, 2), "VALID", ksize=(2, 2))
    y = pool.max_pool(x, **attributes)
    assert_same(y, RESULTS[f"odd_{dtype}"])
    assert_same(pool.max_pool_grad(x, y, np.ones_like(y), **attributes), RESULTS[f"odd_dx_{dtype}"])
    ddx = golden.integers(0, x.shape, dtype, 1, 9)
    assert_same(pool.max_pool_grad_grad(x, y, ddx, **attributes), RESULTS[f"odd_ddy_{dtype}"])


def test_odd_values_over_channels_are_tensorflows():
    x = golden.odd_windows("float32").reshape(-1, 1, 1, 4)
    assert_same(pool.max_pool(x, [1, 1, 1, 4], [1, 1, 1, 4], "VALID"), RESULTS["odd_depth"])


@pytest.mark.parametrize(("function", "inputs", "attributes", "kind", "text"), FAILURES)
def test_failures_are_tensorflows(function, inputs, attributes, kind, text):
    arrays = [np.zeros(entry, np.float32) if isinstance(entry, tuple) else entry for entry in inputs]
    with pytest.raises(KINDS[kind]) as caught:
        getattr(pool, function)(*arrays, **attributes)
    assert str(caught.value) == text


def assert_same(ours, theirs):
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs, strict=True)


# ------------------------------------------------------------------------------------------------ properties


@st.composite
def pools(draw: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """Images with many equal values and some odd ones, and attributes that go with them."""
    window, strides = (draw(st.tuples(st.integers(1, most), st.integers(1, most))) for most in (5, 4))
    padding = draw(st.sampled_from(["SAME", "VALID"]))
    least = (1, 1) if padding == "SAME" else window
    height, width = (draw(st.integers(size, size + 6)) for size in least)
    shape = (draw(st.integers(0, 2)), height, width, draw(st.integers(0, 3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = draw(st.sampled_from([[-1, 0, 1, 2], [1, 2, np.nan], [-np.inf, np.inf, np.nan]]))
    return rng.choice(np.array(values, np.float64), shape), golden.attributes(strides, padding, ksize=window)


def windows(shape, ksize, strides, padding):
    """For each output: its place, and its window's rows and columns inside the image."""
    axes = []
    for n, k, stride in zip(shape[1:3], ksize[1:3], strides[1:3]):
        out, before, _ = conv_output_size(n, k, stride, padding)
        starts = [o * stride - before for o in range(out)]
        axes.append([slice(max(0, start), min(n, start + k)) for start in starts])
    for row, rows in enumerate(axes[0]):
        for col, cols in enumerate(axes[1]):
            yield (slice(None), row, col), (slice(None), rows, cols)


@given(pools())
def test_the_maximum_is_what_loops_give(case):
    x, attributes = case
    y = pool.max_pool(x, **attributes)
    for place, cells in windows(x.shape, **attributes):
        expected = np.fmax.reduce(x[cells], axis=(1, 2), initial=np.finfo(float).min)
        np.testing.assert_array_equal(y[place], expected)


@given(pools())
def test_the_gradient_goes_where_loops_send_it(case):
    x, attributes = case
    y = pool.max_pool(x, **attributes)
    dy, ddx = 1.0 + np.arange(y.size).reshape(y.shape), np.sin(np.arange(x.size)).reshape(x.shape)
    dx, ddy = np.zeros_like(x), np.zeros_like(y)
    for (_, row, col), (_, rows, cols) in windows(x.shape, **attributes):
        for image, channel in np.ndindex(x.shape[0], x.shape[3]):
            cells = x[image, rows, cols, channel]
            first = first_maximum(cells)
            dx[image, rows, cols, channel][first] += dy[image, row, col, channel]
            same = np.argwhere(cells == y[image, row, col, channel])
            if len(same):
                ddy[image, row, col, channel] = ddx[image, rows, cols, channel][tuple(same[0])]
    np.testing.assert_array_equal(pool.max_pool_grad(x, y, dy, **attributes), dx)
    np.testing.assert_array_equal(pool.max_pool_grad_grad(x, y, ddx, **attributes), ddy)


def first_maximum(cells):
    best = (0, 0)
    for place in np.ndindex(*cells.shape):
        if cells[place] > cells[best]:
            best = place
    return best


@given(pools())
def test_the_average_is_what_loops_give(case):
    x, attributes = case
    y = pool.avg_pool(x, **attributes)
    for place, cells in windows(x.shape, **attributes):
        with np.errstate(invalid="ignore"):
            np.testing.assert_allclose(y[place], x[cells].mean(axis=(1, 2)))


@given(pools())
def test_the_gradient_of_the_average_is_adjoint_to_it(case):
    x, attributes = case
    x = np.cos(np.arange(x.size)).reshape(x.shape)
    y = pool.avg_pool(x, **attributes)
    dy = np.sin(np.arange(y.size)).reshape(y.shape)
    dx = pool.avg_pool_grad(x.shape, dy, **attributes)
    assert dx.shape == x.shape
    assert np.vdot(dx, x) == pytest.approx(np.vdot(dy, y), abs=1e-12)


@given(pools())
def test_nchw_is_nhwc_transposed(case):
    x, attributes = case
    other = {"padding": attributes["padding"], "data_format": "NCHW"}
    other.update({name: [1, 1, *attributes[name][1:3]] for name in ("ksize", "strides")})
    y, mean = pool.max_pool(x, **attributes), pool.avg_pool(x, **attributes)
    dx, ddy = pool.max_pool_grad(x, y, y, **attributes), pool.max_pool_grad_grad(x, y, x, **attributes)
    spread = pool.avg_pool_grad(x.shape, y, **attributes)
    images, maxima = to_nchw(x), to_nchw(y)
    ours = [
        pool.max_pool(images, **other),
        pool.avg_pool(images, **other),
        pool.max_pool_grad(images, maxima, maxima, **other),
        pool.max_pool_grad_grad(images, maxima, images, **other),
        pool.avg_pool_grad(images.shape, maxima, **other),
    ]
    for result, expected in zip(ours, (y, mean, dx, ddy, spread)):
        np.testing.assert_array_equal(result, to_nchw(expected), strict=True)
        assert result.flags.c_contiguous


def to_nchw(images):
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2))


def test_windows_of_many_cells_are_told_apart():
    x = np.arange(400, dtype=np.float32).reshape(1, 20, 20, 1)
    sizes = [1, 20, 20, 1]
    y = pool.max_pool(x, sizes, sizes, "VALID")
    dx = pool.max_pool_grad(x, y, y, sizes, sizes, "VALID")
    assert np.argwhere(dx).tolist() == [[0, 19, 19, 0]]
    assert pool.max_pool_grad_grad(x, y, x, sizes, sizes, "VALID").item() == 399


def test_a_window_slightly_too_large_finds_nothing():
    """TensorFlow refuses it when it builds the graph, but not when it runs one with unknown sizes."""
    x, none, attributes = np.ones((2, 3, 3, 1)), np.ones((2, 0, 0, 1)), {**golden.POOL, "ksize": [1, 4, 4, 1]}
    assert pool.max_pool(x, **attributes).shape == pool.avg_pool(x, **attributes).shape == none.shape
    assert not pool.max_pool_grad(x, none, none, **attributes).any()
    assert pool.max_pool_grad_grad(x, none, x, **attributes).shape == none.shape
    assert not pool.avg_pool_grad(x.shape, none, **attributes).any()


@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_change_nothing(monkeypatch, stride):
    attributes = golden.attributes((stride, stride), "SAME", ksize=(2, 2))
    x = golden.integers(0, (7, 5, 4, 3), "float32")

    def everything():
        y = pool.max_pool(x, **attributes)
        gradients = pool.max_pool_grad(x, y, y, **attributes), pool.max_pool_grad_grad(x, y, x, **attributes)
        return y, *gradients, pool.avg_pool(x, **attributes), pool.avg_pool_grad(x.shape, y, **attributes)

    at_once = everything()
    for budget in (1, 3 * x[0].nbytes):
        monkeypatch.setattr(pool, "BLOCK_BYTES", budget)
        for whole, in_blocks in zip(at_once, everything()):
            np.testing.assert_array_equal(in_blocks, whole)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_bfloat16_is_like_float32_where_nothing_is_rounded(padding):
    attributes = golden.attributes((2, 2), padding, ksize=(2, 2))
    x = golden.integers(0, (2, 4, 6, 3), "float32")

    def everything(x):
        y = pool.max_pool(x, **attributes)
        gradients = pool.max_pool_grad(x, y, y, **attributes), pool.max_pool_grad_grad(x, y, x, **attributes)
        return y, *gradients, pool.avg_pool(x, **attributes), pool.avg_pool_grad(x.shape, y, **attributes)

    for half, single in zip(everything(x.astype(ml_dtypes.bfloat16)), everything(x)):
        assert half.dtype == ml_dtypes.bfloat16
        np.testing.assert_array_equal(half.astype(np.float32), single)
    lowest = pool.max_pool(np.full((1, 1, 1, 1), -np.inf, ml_dtypes.bfloat16), *[[1, 1, 1, 1]] * 2, "VALID")
    assert lowest.item() == ml_dtypes.finfo(ml_dtypes.bfloat16).min


def test_infinite_gradients_stay_where_they_belong():
    x = np.array([1, 2, 0, 0], np.float32).reshape(1, 2, 2, 1)
    y, dy = np.full((1, 1, 1, 1), 2, np.float32), np.full((1, 1, 1, 1), np.inf, np.float32)
    dx = pool.max_pool_grad(x, y, dy, **golden.POOL)
    assert dx.ravel().tolist() == [0, np.inf, 0, 0]
    dx = pool.max_pool_grad(x, y, dy, **{**golden.POOL, "strides": [1, 1, 1, 1]})
    assert dx.ravel().tolist() == [0, np.inf, 0, 0]


def test_inputs_may_be_views_and_stay_as_they_are():
    wide = golden.integers(0, (2, 8, 10, 6), "float32")
    wide.flags.writeable = False
    x, attributes = wide[:, ::2, ::-1, ::2], golden.attributes((2, 2), "SAME", ksize=(3, 3))
    y = pool.max_pool(x, **attributes)
    dy = y[::-1]
    np.testing.assert_array_equal(y, pool.max_pool(x.copy(), **attributes))
    np.testing.assert_array_equal(pool.avg_pool(x, **attributes), pool.avg_pool(x.copy(), **attributes))
    dx = pool.max_pool_grad(x, y, dy, **attributes)
    np.testing.assert_array_equal(dx, pool.max_pool_grad(x.copy(), y, dy.copy(), **attributes))
    ddy = pool.max_pool_grad_grad(x, y, x, **attributes)
    np.testing.assert_array_equal(ddy, pool.max_pool_grad_grad(x.copy(), y, x.copy(), **attributes))


@pytest.mark.parametrize("shape", [(2, 3, 2, 4), (2, 2, 2, 3), (1, 2, 2, 4)])
def test_shapes_that_tensorflow_would_read_past_are_refused(shape):
    x, y, wrong = (np.zeros(sizes, np.float32) for sizes in [(2, 5, 5, 4), (2, 2, 2, 4), shape])
    with pytest.raises(errors.InvalidArgumentError, match=r"^Expected orig_output shape to be \[2,2,2,4\]"):
        pool.max_pool_grad(x, wrong, y, **golden.POOL)
    with pytest.raises(errors.InvalidArgumentError, match=r"^Expected grad shape to be \[2,2,2,4\]"):
        pool.max_pool_grad(x, y, wrong, **golden.POOL)
    with pytest.raises(errors.InvalidArgumentError, match=r"^Expected orig_output shape to be \[2,2,2,4\]"):
        pool.max_pool_grad_grad(x, wrong, x, **golden.POOL)
    with pytest.raises(errors.InvalidArgumentError, match=r"^Expected grad shape to be \[2,5,5,4\]"):
        pool.max_pool_grad_grad(x, y, wrong, **golden.POOL)
    with pytest.raises(errors.InvalidArgumentError, match=r"^Expected grad shape to be \[2,2,2,4\]"):
        pool.avg_pool_grad(x.shape, wrong, **golden.POOL)


@pytest.mark.parametrize(
    ("ksize", "strides"),
    [([1, 1, 1, 2], [1, 2, 2, 2]), ([1, 1, 1, 1], [1, 1, 1, 2])],
)
def test_strides_that_tensorflow_would_ignore_are_refused(ksize, strides):
    with pytest.raises(errors.UnimplementedError):
        pool.max_pool(np.zeros((1, 4, 4, 4), np.float32), ksize, strides, "VALID")


@pytest.mark.parametrize("wrong", [{"ksize": [1, 2, 2]}, {"strides": [1, 2, 2, 1, 1]}, {"padding": "EXPLICIT"}])
def test_malformed_attributes_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must specify 4 dimensions|padding"):
        pool.avg_pool(np.zeros((1, 4, 4, 1)), **{**golden.POOL, **wrong})
