"""Convolutions against TensorFlow 1.15.5 (golden/conv_pool.npz) and against plain loops."""

from __future__ import annotations

import json
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph import errors
from flowgraph.kernels import conv
from tests.golden import make_conv_pool as golden

RESULTS = dict(np.load(golden.PATH))
TEXTS = json.loads(RESULTS["texts"].item())
FAILURES = [
    pytest.param(*call, *text, id=f"{call[0]}-{i}")
    for i, (call, text) in enumerate(zip(golden.FAILURES, TEXTS["failures"]))
    if call[0].startswith("conv")
]
KINDS = {"ValueError": ValueError} | vars(errors)


# ---------------------------------------------------------------------------------- what TensorFlow answered


@pytest.mark.parametrize("i", range(len(golden.CONVOLUTIONS)))
def test_values_are_tensorflows(i):
    x_shape, w_shape, strides, padding, dilations, dtype = golden.CONVOLUTIONS[i]
    attributes = golden.attributes(strides, padding, dilations=dilations)
    x, w = golden.integers(i, x_shape, dtype), golden.integers(100 + i, w_shape, dtype)
    y = conv.conv2d(x, w, **attributes)
    assert_same(y, RESULTS[f"conv{i}"])
    if dilations != (1, 1):
        return
    dy = golden.integers(200 + i, y.shape, dtype)
    assert_same(conv.conv2d_backprop_input(x_shape, w, dy, **attributes), RESULTS[f"conv_dx{i}"])
    assert_same(conv.conv2d_backprop_filter(x, w_shape, dy, **attributes), RESULTS[f"conv_dw{i}"])


@pytest.mark.parametrize(("function", "inputs", "attributes", "kind", "text"), FAILURES)
def test_failures_are_tensorflows(function, inputs, attributes, kind, text):
    arrays = [np.zeros(entry, np.float32) if isinstance(entry, tuple) else entry for entry in inputs]
    with pytest.raises(KINDS[kind]) as caught:
        getattr(conv, function)(*arrays, **attributes)
    assert str(caught.value) == text


@pytest.mark.parametrize(("window", "answers"), list(zip(golden.SIZES, TEXTS["sizes"])), ids=map(str, golden.SIZES))
def test_output_sizes_are_tensorflows(window, answers):
    k, stride, padding, dilation = window
    for n, (built, ran) in enumerate(answers, 1):
        assert answer(conv.infer_output_size, n, k, stride, padding, dilation) == built
        found = answer(conv.conv_output_size, n, k, stride, padding, dilation)
        assert (found[0] if isinstance(found, tuple) else found) == ran


def answer(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except (ValueError, errors.InvalidArgumentError) as error:
        return str(error)


def assert_same(ours, theirs):
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs, strict=True)


# ------------------------------------------------------------------------------------------------ properties


@st.composite
def convolutions(draw: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Images, a filter and attributes that go together; every extent of them is small."""
    kernel, strides, dilations = (draw(st.tuples(st.integers(1, most), st.integers(1, most))) for most in (4, 3, 2))
    padding = draw(st.sampled_from(["SAME", "VALID"]) | st.tuples(*[st.integers(0, 4)] * 4))
    least = [1 if padding == "SAME" else (k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    height, width = (draw(st.integers(size, size + 6)) for size in least)
    in_depth, out_depth = draw(st.sampled_from([0, 1, 2, 3, 4, 6])), draw(st.sampled_from([0, 1, 3, 30]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((draw(st.integers(0, 3)), height, width, in_depth))
    w = rng.standard_normal((*kernel, in_depth, out_depth))
    return x, w, golden.attributes(strides, padding, dilations=dilations)


def loops(x, w, strides, padding, dilations, explicit_paddings=(0,) * 8):
    """The definition: each output is the sum of a window times the filter."""
    kernel, steps, spread = w.shape[:2], strides[1:3], dilations[1:3]
    pads = [tuple(explicit_paddings[2:4]), tuple(explicit_paddings[4:6])]
    if padding != "EXPLICIT":
        pads = [padding] * 2
    sizes = [conv.conv_output_size(*axis) for axis in zip(x.shape[1:3], kernel, steps, pads, spread)]
    x = np.pad(x, [(0, 0), sizes[0][1:], sizes[1][1:], (0, 0)])
    y = np.zeros((len(x), sizes[0][0], sizes[1][0], w.shape[3]))
    for row, col in np.ndindex(*y.shape[1:3]):
        for i, j in np.ndindex(*kernel):
            pixels = x[:, row * steps[0] + i * spread[0], col * steps[1] + j * spread[1]]
            y[:, row, col] += pixels @ w[i, j]
    return y


@given(convolutions())
def test_a_convolution_is_what_loops_give(case):
    x, w, attributes = case
    np.testing.assert_allclose(conv.conv2d(x, w, **attributes), loops(x, w, **attributes), rtol=0, atol=1e-12)


@given(convolutions())
def test_gradients_are_adjoint_to_the_convolution(case):
    """y is linear in x and in w, so <dy, y> is <dx, x> and <dw, w>, whatever dy."""
    x, w, attributes = case
    y = conv.conv2d(x, w, **attributes)
    dy = np.cos(np.arange(y.size)).reshape(y.shape)
    dx = conv.conv2d_backprop_input(x.shape, w, dy, **attributes)
    dw = conv.conv2d_backprop_filter(x, w.shape, dy, **attributes)
    assert dx.shape == x.shape
    assert dw.shape == w.shape
    expected = pytest.approx(np.vdot(dy, y), abs=1e-10)
    assert np.vdot(dx, x) == expected
    assert np.vdot(dw, w) == expected


@given(convolutions())
def test_nchw_is_nhwc_transposed(case):
    x, w, attributes = case
    other = {**attributes, "data_format": "NCHW"}
    for name, each in attributes.items():
        if name == "explicit_paddings":
            other[name] = [0, 0, 0, 0, *each[2:6]]
        elif name != "padding":
            other[name] = [1, 1, *each[1:3]]
    y, images = conv.conv2d(x, w, **attributes), to_nchw(x)
    np.testing.assert_allclose(conv.conv2d(images, w, **other), to_nchw(y), atol=1e-12)
    dx = conv.conv2d_backprop_input(x.shape, w, y, **attributes)
    ours = conv.conv2d_backprop_input(images.shape, w, to_nchw(y), **other)
    np.testing.assert_allclose(ours, to_nchw(dx), atol=1e-10)
    dw = conv.conv2d_backprop_filter(x, w.shape, y, **attributes)
    ours = conv.conv2d_backprop_filter(images, w.shape, to_nchw(y), **other)
    np.testing.assert_allclose(ours, dw, atol=1e-10)
    assert conv.conv2d(images, w, **other).flags.c_contiguous


def to_nchw(images):
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("depth", [1, 5])
def test_a_filter_slightly_too_large_finds_nothing(stride, depth):
    """TensorFlow refuses it when it builds the graph, but not when it runs one with unknown sizes."""
    attributes = golden.attributes((stride, stride), "VALID")
    x, w, dy = np.ones((2, 3, 3, depth)), np.ones((4, 4, depth, 1)), np.ones((2, 0, 0, 1))
    assert conv.conv2d(x, w, **attributes).shape == dy.shape
    np.testing.assert_array_equal(conv.conv2d_backprop_input(x.shape, w, dy, **attributes), 0 * x, strict=True)
    np.testing.assert_array_equal(conv.conv2d_backprop_filter(x, w.shape, dy, **attributes), 0 * w, strict=True)


@pytest.mark.parametrize("depths", [(2, 5), (5, 3)])
@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_change_nothing(monkeypatch, depths, stride):
    attributes = golden.attributes((stride, stride), "SAME")
    x, w = golden.integers(0, (5, 7, 6, depths[0]), "float64"), golden.integers(1, (3, 3, *depths), "float64")

    def everything():
        y = conv.conv2d(x, w, **attributes)
        dx = conv.conv2d_backprop_input(x.shape, w, y, **attributes)
        return y, dx, conv.conv2d_backprop_filter(x, w.shape, y, **attributes)

    at_once = everything()
    for budget, windows in ((1, 1), (1, 10), (9000, 1), (30000, 1)):
        monkeypatch.setattr(conv, "BLOCK_BYTES", budget)
        monkeypatch.setattr(conv, "BLOCK_WINDOWS", windows)
        for whole, in_blocks in zip(at_once, everything()):
            np.testing.assert_array_equal(in_blocks, whole)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_half_floats_add_up_in_float32(monkeypatch, dtype):
    """In their own precision, sums of ones would stop at 2048 or 256."""
    monkeypatch.setattr(conv, "BLOCK_BYTES", 1)
    monkeypatch.setattr(conv, "BLOCK_WINDOWS", 1)

    def ones(*shape):
        return np.ones(shape, dtype)

    many, one = ones(4096, 1, 1, 1), ones(1, 1, 1, 1)
    wide, square = ones(1, 64, 64, 1), ones(64, 64, 1, 1)
    found = [
        conv.conv2d(wide, square, **golden.VALID).item(),
        conv.conv2d_backprop_filter(many, [1, 1, 1, 1], many, **golden.VALID).item(),
        # the cell in the middle is seen by every window
        conv.conv2d_backprop_input(wide.shape, square, wide, **golden.SAME)[0, 32, 32, 0],
        conv.conv2d_backprop_input(one.shape, ones(1, 1, 1, 4096), ones(1, 1, 1, 4096), **golden.VALID).item(),
    ]
    assert found == [4096, 4096, 4096, 4096]
    assert conv.conv2d(one, one, **golden.VALID).dtype == dtype


def test_infinities_and_overflows_pass_silently():
    x = np.array([np.inf, -np.inf, np.nan, 6e4], np.float16).reshape(1, 1, 1, 4)
    y = conv.conv2d(x, np.ones((1, 1, 4, 1), np.float16), **golden.VALID)
    assert np.isnan(y.item())
    y = conv.conv2d(x[..., 3:], np.full((1, 1, 1, 1), 2, np.float16), **golden.VALID)
    assert y.item() == np.inf


def test_inputs_may_be_views_and_stay_as_they_are():
    attributes = golden.attributes((1, 1), "SAME")
    wide, filters = golden.integers(0, (2, 6, 10, 4), "float32"), golden.integers(1, (3, 3, 5, 8), "float32")
    wide.flags.writeable = filters.flags.writeable = False
    x, w = wide.transpose(0, 1, 3, 2)[:, ::2, :, ::2], filters[:, ::-1, :, ::2]
    y = conv.conv2d(x, w, **attributes)
    np.testing.assert_array_equal(y, conv.conv2d(x.copy(), w.copy(), **attributes))
    dy = y[::-1]
    np.testing.assert_array_equal(
        conv.conv2d_backprop_input(x.shape, w, dy, **attributes),
        conv.conv2d_backprop_input(x.shape, w.copy(), dy.copy(), **attributes),
    )
    np.testing.assert_array_equal(
        conv.conv2d_backprop_filter(x, w.shape, dy, **attributes),
        conv.conv2d_backprop_filter(x.copy(), w.shape, dy.copy(), **attributes),
    )


@pytest.mark.parametrize(
    ("n", "k", "padding", "size"),
    [(None, 3, "SAME", None), (None, 3, "VALID", None), (7, None, "SAME", 4), (7, None, "VALID", None),
     (7, None, (1, 2), None), (None, None, (1, 2), None)],
)  # fmt: skip
def test_sizes_not_known_yet(n, k, padding, size):
    assert conv.infer_output_size(n, k, 2, padding) == size


def test_grouped_convolutions_are_refused_by_the_gradients_too():
    x, w, dy = (np.zeros(shape, np.float32) for shape in [(1, 3, 3, 4), (3, 3, 2, 4), (1, 1, 1, 4)])
    with pytest.raises(errors.UnimplementedError, match="grouped convolutions"):
        conv.conv2d_backprop_input(x.shape, w, dy, **golden.VALID)
    with pytest.raises(errors.UnimplementedError, match="grouped convolutions"):
        conv.conv2d_backprop_filter(x, w.shape, dy, **golden.VALID)


@pytest.mark.parametrize("wrong", [{"padding": "FULL"}, {"data_format": "NHCW"}])
def test_unknown_words_are_refused(wrong):
    with pytest.raises(ValueError, match=r"'FULL'|'NHCW'"):
        conv.conv2d(np.zeros((1, 3, 3, 1)), np.zeros((1, 1, 1, 1)), **{**golden.VALID, **wrong})
