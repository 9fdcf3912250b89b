"""How numbers of a gamma distribution change with its parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowgraph.kernels.special import digamma

F64 = NDArray[np.float64]

_MOST_TERMS = 10_000
_NO_MORE = 1e-16  # a relative change that counts as none


def sample_derivative(alpha: NDArray[Any], sample: NDArray[Any]) -> NDArray[Any]:
    """d(sample) / d(alpha) of gamma numbers that keep their quantile while alpha changes.

    With P(alpha, x) the distribution function and p its density, this is -(dP / d alpha) / p. For small x it
    is found from the power series of P, for large x from the continued fraction of 1 - P, differentiated term
    by term; the factor that belongs to both cancels against p.

    Args:
      alpha: the parameters, float32 or float64.
      sample: the numbers, of the same type; the shapes broadcast.

    Returns:
      The derivatives, in that type: 0 for a number 0, nan for a negative one or an alpha not above 0.

    >>> sample_derivative(np.array([0.5, 2.0, 2.0]), np.array([0.1, 1.0, 5.0]))
    array([0.509766, 0.750779, 1.658069])
    """
    a, x = np.broadcast_arrays(alpha.astype(np.float64), sample.astype(np.float64))
    a, x, shape = a.reshape(-1), x.reshape(-1), a.shape
    result = np.full(a.shape, np.nan)
    result[(a > 0) & (x == 0)] = 0
    usable = (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    large = usable & (x > np.maximum(a, 1))
    with np.errstate(all="ignore"):
        result[large] = _by_fraction(a[large], x[large])
        small = usable & ~large
        result[small] = _by_series(a[small], x[small])
    return result.reshape(shape).astype(alpha.dtype)


def _by_series(a: F64, x: F64) -> F64:
    """By P(a, x) = x^a e^-x / gamma(a + 1) * (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...)."""
    total, by_a = np.ones_like(a), np.zeros_like(a)
    term, term_by_a = np.ones_like(a), np.zeros_like(a)
    for k in range(1, _MOST_TERMS):
        ratio = x / (a + k)
        term_by_a = ratio * (term_by_a - term / (a + k))
        term = ratio * term
        total += term
        by_a += term_by_a
        if np.all(np.abs(term_by_a) <= _NO_MORE * np.abs(by_a)):
            break
    return -(by_a + total * (np.log(x) - digamma(a + 1))) * x / a


def _by_fraction(a: F64, x: F64) -> F64:
    """By 1 - P(a, x) = x^a e^-x / gamma(a) / F, F = x+1-a - 1(1-a) / (x+3-a - 2(2-a) / (x+5-a - ...)).

    Lentz's method: F is b0 times a product of ratios C D, and here each of them carries its derivative.
    """
    c = b = x + 1 - a
    c_by_a = np.full_like(a, -1.0)
    d, d_by_a = np.zeros_like(a), np.zeros_like(a)
    fraction, log_by_a = b, -1 / b
    for n in range(1, _MOST_TERMS):
        b = b + 2
        top = -n * (n - a)
        d_by_a = n * d + top * d_by_a - 1
        d = 1 / (b + top * d)
        d_by_a *= -d * d
        c_by_a = n / c - top * c_by_a / (c * c) - 1
        c = b + top / c
        fraction = fraction * c * d
        step = c_by_a / c + d_by_a / d
        log_by_a = log_by_a + step
        if np.all(np.abs(step) <= _NO_MORE * (1 + np.abs(log_by_a))):
            break
    return x / fraction * (np.log(x) - digamma(a) - log_by_a)
