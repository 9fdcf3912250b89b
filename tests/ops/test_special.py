"""Special functions give TensorFlow 1.15.5's numbers (golden/special.json), and hold to their identities."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from flowgraph.kernels import special

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "special.json").read_text(encoding="utf-8"))
NAMES = list(GOLDEN["float64"])
TOLERANCE = {"float64": 1e-13, "float32": 2e-6}


def ours(name, x):
    function, _, first = name.partition(" ")
    if not first:
        return getattr(special, function)(x)
    return getattr(special, function)(np.full_like(x, float(first)), x)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", NAMES)
def test_tensorflows_numbers(name, dtype):
    x = np.array(GOLDEN["x"], dtype)
    result = ours(name, x)
    assert result.dtype == dtype
    expected = np.array(GOLDEN[dtype][name], dtype)
    if name.startswith(("polygamma", "digamma", "zeta")):
        # below 0 TensorFlow adds up what cancels: most float32 digits are gone, and some float64 ones
        settled = ~(x < 0)
        if dtype == "float64":
            np.testing.assert_allclose(result[~settled], expected[~settled], rtol=1e-11)
        result, expected = result[settled], expected[settled]
    near_zero = 1e-6 if dtype == "float32" and name in ("digamma", "polygamma 0") else 1e-15
    np.testing.assert_allclose(result, expected, rtol=TOLERANCE[dtype], atol=near_zero)


def test_error_functions_add_up():
    x = np.linspace(-6, 6, 4001)
    np.testing.assert_allclose(special.erf(x) + special.erfc(x), 1, rtol=1e-15)
    np.testing.assert_allclose(special.erf(x), [math.erf(v) for v in x.tolist()], rtol=4e-16)
    np.testing.assert_allclose(special.erfc(4 * x), [math.erfc(v) for v in (4 * x).tolist()], rtol=2e-15)


def test_lgamma_of_many():
    x = np.concatenate([np.linspace(1e-3, 40, 4001), [1e-300, 1e100]])
    np.testing.assert_allclose(special.lgamma(x), [math.lgamma(v) for v in x.tolist()], rtol=2e-15, atol=3e-15)


def test_lgamma_around_its_zeros():
    """-0.5772... (x - 1) beside 1 and 0.4227... (x - 2) beside 2, to all digits."""
    step = np.geomspace(1e-15, 1e-9, 20)
    step = (1 + step) - 1
    np.testing.assert_allclose(special.lgamma(1 + step), -np.euler_gamma * step, rtol=1e-8)
    np.testing.assert_allclose(special.lgamma(2 + 2 * step), (1 - np.euler_gamma) * 2 * step, rtol=1e-8)


def test_gamma_functions_recur():
    """f(x + 1) is f(x) and a simple term."""
    x = np.linspace(-6.3, 20.05, 1000)
    np.testing.assert_allclose(special.lgamma(x + 1), special.lgamma(x) + np.log(np.abs(x)), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(special.digamma(x + 1), special.digamma(x) + 1 / x, rtol=1e-10, atol=1e-10)
    s = np.full_like(x, 3.0)
    np.testing.assert_allclose(special.zeta(s, x), special.zeta(s, x + 1) + x**-3, rtol=1e-11)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtypes_stay(dtype):
    assert special.erf(np.array(0.5, dtype)).dtype == dtype
    assert special.lgamma(np.zeros((0, 2), dtype)).shape == (0, 2)
