"""Sums of squares by blocks, on threads, of every width of float."""

from __future__ import annotations

import numpy as np
import pytest

from flowgraph.kernels import squares
from flowgraph.kernels.threads import at_most

BLOCK = squares.BLOCK


@pytest.mark.parametrize("size", [0, 1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 3, squares.LARGE + 1])
@pytest.mark.parametrize(("kind", "within"), [(np.float32, 3e-7), (np.float64, 1e-15), (np.float16, 2e-3)])
def test_close_to_the_sum_in_wider_floats(size, kind, within):
    x = np.sin(np.arange(size) * 0.37).astype(kind) * kind(0.1)
    exact = np.sum(np.square(x.astype(np.longdouble)))
    found = squares.sum_of_squares(x)
    assert found.dtype == kind
    assert abs(found - exact) <= within * exact


def test_the_same_on_one_thread_and_of_any_shape():
    x = np.random.default_rng(0).standard_normal(squares.LARGE + 5).astype(np.float32)
    expected = squares.sum_of_squares(x)
    with at_most(1):
        assert squares.sum_of_squares(x) == expected
    assert squares.sum_of_squares(x.reshape(-1, 1)) == expected
    assert squares.sum_of_squares(x[::2]) == squares.sum_of_squares(x[::2].copy())


def test_what_is_no_number_and_what_is_too_large_is_seen():
    x = np.ones(BLOCK + 2, np.float32)
    x[-1] = np.nan
    assert np.isnan(squares.sum_of_squares(x))
    with np.errstate(over="ignore"):
        assert squares.sum_of_squares(np.full(BLOCK + 2, 3e19, np.float32)) == np.inf
