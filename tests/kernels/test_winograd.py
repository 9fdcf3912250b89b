"""Convolutions by tiles against direct sums in float64, of which they may be 1e-5 of the largest entry off."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowgraph.kernels import conv, winograd
from flowgraph.kernels.threads import at_most
from flowgraph.kernels.window import Axis

BOUND = 1e-5
ONES = {"strides": [1, 1, 1, 1], "padding": "SAME"}


def assert_close(found: np.ndarray, exact: np.ndarray, largest: np.ndarray | None = None) -> None:
    assert found.dtype == np.float32
    most = np.abs(exact if largest is None else largest).max(initial=0)
    np.testing.assert_allclose(found, exact, rtol=0, atol=BOUND * most)


def random_arrays(*shapes: tuple[int, ...], seed: int = 0) -> list[np.ndarray]:
    random = np.random.RandomState(seed)
    return [random.randn(*shape).astype(np.float32) for shape in shapes]


@st.composite
def convolutions(draw: Any) -> tuple[np.ndarray, np.ndarray, Axis, Axis]:
    """Images, a filter and where its windows stand; sizes are odd, borders of every kind."""
    kernel = draw(st.sampled_from([3, 5]))
    padding = draw(st.sampled_from(["SAME", "VALID"]) | st.tuples(*[st.integers(0, 6)] * 2))
    height, width = (draw(st.integers(kernel, kernel + 12)) for _ in range(2))
    rows, cols = (Axis.plan(size, kernel, 1, padding) for size in (height, width))
    depths = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    x, w = random_arrays(
        (draw(st.integers(1, 3)), height, width, depths[0]), (kernel, kernel, *depths), seed=draw(st.integers(0, 999))
    )
    return x, w, rows, cols


@pytest.fixture(params=[(600_000, 32, {3: 64, 5: 32}), (1, 1, {3: 1, 5: 2}), (1, 5, {3: 7, 5: 3})])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of many tiles, of single ones, and of parts of a row."""
    for name, value in zip(("BLOCK_BYTES", "FEWEST", "SUMMED"), request.param, strict=True):
        monkeypatch.setattr(winograd, name, value)


def directions(x: np.ndarray, w: np.ndarray, rows: Axis, cols: Axis) -> list[tuple[np.ndarray, Any, Any]]:
    """The results by tiles, each with how to compute it directly, and from what."""
    dy = conv._correlate(False, x, w, rows, cols)
    mirrored = w[::-1, ::-1].transpose(0, 1, 3, 2)
    return [
        (winograd.correlate(x, w, rows, cols), lambda a, b: conv._correlate(False, a, b, rows, cols), (x, w)),
        (
            winograd.correlate(dy, mirrored, rows.mirrored, cols.mirrored),
            lambda a, b: conv._input_gradient(False, a, b, rows, cols),
            (dy, w),
        ),
        (
            winograd.filter_gradient(x, dy, rows, cols),
            lambda a, b: conv._filter_gradient(False, a, b, rows, cols),
            (x, dy),
        ),
    ]


@pytest.mark.usefixtures("_blocks")
def test_all_directions_are_what_direct_sums_give():
    """Of one tile and one channel, too. What tiles are not used for may be 2e-5 off: 1.3e-5 was seen."""

    @given(convolutions())
    def check(case: Any) -> None:
        x, w, rows, cols = case
        for found, direct, arrays in directions(x, w, rows, cols):
            wide = [array.astype(np.float64) for array in arrays]
            # of few terms the sum may be near zero by chance: the bound is that of their sizes
            assert_close(found, direct(*wide), 2 * direct(*[np.abs(array) for array in wide]))

    check()


@pytest.mark.parametrize(
    ("batch", "size", "depth", "filters", "kernel"), [(4, 32, 64, 64, 3), (16, 13, 48, 96, 3), (4, 14, 32, 64, 5)]
)
@pytest.mark.parametrize("positive", [False, True])
def test_the_bound_holds_where_layers_are_deep(batch, size, depth, filters, kernel, positive):
    """Activations after relu are positive, so that what is cancelled out is larger."""
    shapes = (batch, size, size, depth), (kernel, kernel, depth, filters)
    x, w, dy = random_arrays(*shapes, (batch, size, size, filters))
    x = np.abs(x) if positive else x
    rows = cols = Axis.plan(size, kernel, 1, "SAME")
    assert winograd.pays(batch, (depth, filters), rows, cols)
    wide = [array.astype(np.float64) for array in (x, w, dy)]
    assert_close(conv.conv2d(x, w, **ONES, by_tiles=True), conv.conv2d(wide[0], wide[1], **ONES))
    found = conv.conv2d_backprop_input(x.shape, w, dy, **ONES, by_tiles=True)
    assert_close(found, conv.conv2d_backprop_input(x.shape, wide[1], wide[2], **ONES))
    found = conv.conv2d_backprop_filter(x, w.shape, dy, **ONES, by_tiles=True)
    assert_close(found, conv.conv2d_backprop_filter(wide[0], w.shape, wide[2], **ONES))


def test_a_large_filter_has_its_gradient_of_enough_tiles():
    few, enough = (Axis.plan(size, 5, 1, "SAME") for size in (15, 16))
    assert winograd.pays(3, (32, 32), few, few)
    assert not winograd.pays_for_filter(3, (32, 32), few, few)  # 48 tiles
    assert winograd.pays_for_filter(4, (32, 32), enough, enough)  # 64


@pytest.mark.parametrize("kernel", [3, 5])
def test_the_matrices_are_exact(kernel):
    """In rational numbers, a row of data and a filter give just the outputs of a tile."""
    data, _, outputs = (np.vectorize(Fraction, otypes=[object])(m.astype(float)) for m in winograd.transforms(kernel))
    points = [Fraction(point) for point in winograd.POINTS[kernel]]
    rows = [
        [p**power / np.prod([p - other for other in points if other != p]) for power in range(kernel)] for p in points
    ]
    weights = np.array([*rows, [Fraction(int(power == kernel - 1)) for power in range(kernel)]])
    np.testing.assert_array_equal(winograd.transforms(kernel).weights, weights.astype(np.float32))
    random = np.random.RandomState(0)
    n = len(points) + 1
    cells = np.array([Fraction(int(v)) for v in random.randint(-9, 9, n)])
    taps = np.array([Fraction(int(v)) for v in random.randint(-9, 9, kernel)])
    direct = [sum(cells[i : i + kernel] * taps) for i in range(winograd.TILE)]
    assert (outputs @ ((data @ cells) * (weights @ taps))).tolist() == direct


@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_results_go_where_they_are_to_go(data_format):
    x, w = random_arrays((2, 18, 21, 40), (3, 3, 40, 30))
    dy = conv.conv2d(x, w, **ONES)
    images, grads = (np.ascontiguousarray(a.transpose(0, 3, 1, 2)) if data_format == "NCHW" else a for a in (x, dy))
    options: dict[str, Any] = {**ONES, "data_format": data_format, "by_tiles": True}
    for function, arrays, shape in (
        (conv.conv2d, (images, w), grads.shape),
        (conv.conv2d_backprop_input, (images.shape, w, grads), images.shape),
        (conv.conv2d_backprop_filter, (images, w.shape, grads), w.shape),
    ):
        for by_tiles in (True, False):
            options["by_tiles"] = by_tiles
            out = np.full(shape, np.nan, np.float32)
            made = function(*arrays, **options, out=out)
            assert made is out
            np.testing.assert_array_equal(out, function(*arrays, **options))


def test_runs_repeat_whoever_does_which_part():
    x, w, dy = random_arrays((5, 30, 30, 64), (3, 3, 64, 32), (5, 30, 30, 32))
    for function, arrays in (
        (conv.conv2d, (x, w)),
        (conv.conv2d_backprop_input, (x.shape, w, dy)),
        (conv.conv2d_backprop_filter, (x, w.shape, dy)),
    ):
        with at_most(1):
            alone = function(*arrays, **ONES, by_tiles=True)
        np.testing.assert_array_equal(function(*arrays, **ONES, by_tiles=True), alone)
        assert np.any(alone != function(*arrays, **ONES))  # or nothing was tested


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_nan_stays_within_the_tiles_that_see_it(odd):
    x, w = random_arrays((2, 32, 32, 32), (3, 3, 32, 32))
    y = conv.conv2d(x, w, **ONES, by_tiles=True)
    x[1, 13, 4, 7] = odd  # tiles see a cell before and a cell behind theirs: row 13 is seen from 12 to 15 alone
    spoilt = conv.conv2d(x, w, **ONES, by_tiles=True)
    where = np.zeros(y.shape, bool)
    where[1, 12:16, 0:8] = True
    assert np.isnan(spoilt[where]).all()
    np.testing.assert_array_equal(spoilt[~where], y[~where])


PLAN = Axis.plan(32, 3, 1, "SAME")


@pytest.mark.parametrize(
    ("batch", "depths", "axis"),
    [
        (64, (3, 64), PLAN),  # the first layer
        (0, (64, 64), PLAN),
        (64, (64, 64), Axis.plan(32, 3, 2, "SAME")),
        (64, (64, 64), Axis.plan(32, 3, 1, "SAME", 2)),
        (64, (64, 64), Axis.plan(32, 1, 1, "SAME")),
        (64, (64, 64), Axis.plan(32, 7, 1, "SAME")),
        (64, (64, 64), Axis.plan(2, 3, 1, "VALID")),  # no output at all
        (1, (64, 64), Axis.plan(3, 3, 1, "VALID")),
    ],
)
def test_what_is_left_to_direct_sums(batch, depths, axis):
    assert not winograd.pays(batch, depths, axis, axis)
    assert not winograd.pays_for_filter(batch, depths, axis, axis)


def test_filters_are_square_and_their_gradients_not_too_large():
    assert not winograd.pays(64, (64, 64), PLAN, Axis.plan(32, 5, 1, "SAME"))
    assert winograd.pays(64, (512, 512), PLAN, PLAN)
    assert not winograd.pays_for_filter(64, (512, 512), PLAN, PLAN)


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_other_dtypes_are_added_up_directly(dtype):
    x, w = (array.astype(dtype) for array in random_arrays((4, 32, 32, 32), (3, 3, 32, 32)))
    assert winograd.pays_for_filter(4, (32, 32), PLAN, PLAN)
    for function, arrays in (
        (conv.conv2d, (x, w)),
        (conv.conv2d_backprop_input, (x.shape, w, x)),
        (conv.conv2d_backprop_filter, (x, w.shape, x)),
    ):
        np.testing.assert_array_equal(function(*arrays, **ONES, by_tiles=True), function(*arrays, **ONES))


def test_no_images_at_all():
    x, w = random_arrays((0, 32, 32, 64), (3, 3, 64, 64))
    assert conv.conv2d(x, w, **ONES, by_tiles=True).shape == (0, 32, 32, 64)
    assert conv.conv2d_backprop_input(x.shape, w, x, **ONES, by_tiles=True).shape == x.shape
    np.testing.assert_array_equal(conv.conv2d_backprop_filter(x, w.shape, x, **ONES, by_tiles=True), 0 * w)
