"""Rows folded many at once are those folded one by one, and what is chosen without branches is what numpy chooses."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels.choose import WORTH_IT, choose
from flowgraph.kernels.folding import fold_rows


@pytest.mark.parametrize("ufunc", [np.add, np.subtract, np.multiply, np.maximum, np.fmin])
@pytest.mark.parametrize(("places", "count"), [(40, 60), (3, 90), (1, 7), (50, 5), (4, 0)])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32, np.complex64])
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
def test_as_one_by_one(ufunc, places, count, dtype, shape):
    random = np.random.default_rng(places)
    ids = random.integers(0, places, count)
    rows = (random.standard_normal((count, *shape)) * 10).astype(dtype)
    made = (random.standard_normal((places, *shape)) * 10).astype(dtype)
    expected = made.copy()
    with np.errstate(all="ignore"):
        for place, row in zip(ids, rows):
            expected[place] = ufunc(expected[place], row)
        fold_rows(ufunc, made, ids, rows)
    np.testing.assert_array_equal(made, expected)


def test_a_place_that_is_none():
    with pytest.raises(IndexError):
        fold_rows(np.add, np.zeros([2, 3]), np.array([0, 2]), np.ones([2, 3]))


@pytest.mark.parametrize("dtype", ["bool", "int8", "float16", "int32", "float32", "float64", "complex64", "complex128"])
def test_choice(dtype):
    random = np.random.default_rng(1)
    condition = random.random((2, WORTH_IT)) < 0.5
    t, e = (random.standard_normal((2, WORTH_IT)).astype(dtype) for _ in range(2))
    np.testing.assert_array_equal(choose(condition, t, e), np.where(condition, t, e))
    np.testing.assert_array_equal(choose(condition, t[:, ::-1], e[0]), np.where(condition, t[:, ::-1], e[0]))
    np.testing.assert_array_equal(choose(condition[0], t, e[1, :1]), np.where(condition[0], t, e[1, :1]))


def test_a_choice_between_nan_and_zeros_keeps_their_bits():
    condition = np.arange(WORTH_IT) % 2 == 0
    chosen = choose(condition, np.full(WORTH_IT, np.nan), np.full(WORTH_IT, -0.0))
    assert np.isnan(chosen[::2]).all()
    assert np.signbit(chosen[1::2]).all()
