"""Incomplete gamma and beta and Bessel functions give TensorFlow 1.15.5's numbers (golden/incomplete.json)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from flowgraph.kernels import incomplete

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "incomplete.json").read_text(encoding="utf-8"))
NAMES = list(GOLDEN["float64"])


def arguments(name, dtype):
    a, x, share, point = (np.array(GOLDEN[key], dtype) for key in ("a", "x", "shares", "points"))
    if name == "betainc":
        return np.broadcast_arrays(a[:, None, None], a[:, None], share)
    return [point] if name.startswith("bessel") else np.broadcast_arrays(a[:, None], x)


@pytest.mark.parametrize("name", NAMES)
def test_tensorflows_numbers(name):
    result = getattr(incomplete, name)(*arguments(name, "float64"))
    expected = np.array(GOLDEN["float64"][name]).reshape(result.shape)
    # what is 1 minus almost 1 has lost digits, in TensorFlow as here, and not the same ones
    np.testing.assert_allclose(result, expected, rtol=2e-13 if name == "igamma" else 5e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_float32_is_float64_rounded(name):
    """TensorFlow's float32 is off by up to 4e-4 here; ours is the float64 number."""
    narrow = arguments(name, "float32")
    result = getattr(incomplete, name)(*narrow)
    assert result.dtype == np.float32
    exact = getattr(incomplete, name)(*(argument.astype("float64") for argument in narrow))
    np.testing.assert_allclose(result, exact, rtol=1e-7, atol=1e-44)
    golden = np.array(GOLDEN["float32"][name], "float32").reshape(result.shape)
    np.testing.assert_allclose(result, golden, rtol=5e-4, atol=1e-7)


def test_gamma_functions_of_whole_and_half_parameters():
    """P(1, x) is 1 - exp(-x); of a half the parameter, P(1/2, x) is erf(sqrt(x))."""
    from flowgraph.kernels.special import erf

    x = np.geomspace(1e-6, 500, 400)
    np.testing.assert_allclose(incomplete.igamma(np.ones_like(x), x), -np.expm1(-x), rtol=1e-14)
    np.testing.assert_allclose(incomplete.igammac(np.ones_like(x), x), np.exp(-x), rtol=1e-13)
    np.testing.assert_allclose(incomplete.igamma(np.full_like(x, 0.5), x), erf(np.sqrt(x)), rtol=1e-13)


def test_beta_from_both_ends():
    """I_x(a, b) and I_{1-x}(b, a) add up to 1, and I_x(a, 1) is x^a."""
    x = np.linspace(0, 1, 65)  # 1 - x is exact
    a, b = np.full_like(x, 3.5), np.full_like(x, 0.75)
    total = incomplete.betainc(a, b, x) + incomplete.betainc(b, a, 1 - x)
    np.testing.assert_allclose(total, 1, rtol=1e-14)
    np.testing.assert_allclose(incomplete.betainc(a, np.ones_like(x), x), x**3.5, rtol=1e-13)


def test_bessel_functions_recur():
    """The derivative of I0 is I1: a central difference of exp(-|x|) I0 against the two functions."""
    x = np.concatenate([np.linspace(0.1, 12, 200), -np.linspace(7.5, 8.5, 20)])
    step = 1e-6
    slope = (incomplete.bessel_i0e(x + step) - incomplete.bessel_i0e(x - step)) / (2 * step)
    np.testing.assert_allclose(slope, incomplete.bessel_i1e(x) - np.sign(x) * incomplete.bessel_i0e(x), atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_empty_stays_empty(dtype):
    nothing = np.zeros((0, 2), dtype)
    assert incomplete.igamma(nothing, nothing).shape == (0, 2)
    assert incomplete.betainc(nothing, nothing, nothing).dtype == dtype
