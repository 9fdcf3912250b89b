"""Special functions that numpy lacks: the error function, log gamma, its derivatives, and Hurwitz's zeta.

All take arrays of any floating dtype and compute in float64, right to some 1e-15 relative (near a zero:
absolute). The coefficients are Chebyshev expansions of the functions named beside them, worked out with 50
digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def _series(x: F64, coefficients: F64) -> F64:
    """A Chebyshev series at x: Clenshaw's recurrence in three buffers."""
    twice, spare = 2 * x, np.empty_like(x)
    lower, upper = np.full_like(x, coefficients[-2]), np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-3::-1]:
        np.multiply(upper, twice, out=spare)
        spare += lower
        np.subtract(coefficient, upper, out=lower)
        upper, spare = spare, upper
    return lower + upper * x


def _either(first: NDArray[np.bool_], x: F64, one: Callable[[F64], F64], other: Callable[[F64], F64]) -> F64:
    """`one` of the entries that are first, and of the rest the `other`."""
    made = np.empty_like(x)
    made[first] = one(x[first])
    made[~first] = other(x[~first])
    return made


# erfc(x) exp(x^2) / t with t = 2 / (2 + x), for t in [0, 1]
_ERFC = np.array([
    0.5770337386164697, 0.3554369212704985, 0.06509515882878653, 0.003671142395836639,
    -0.0011128447433526325, -0.0001607582991537808, 3.278031574173137e-05, 5.442441645505016e-06,
    -1.5154665553171482e-06, -1.4297608181169865e-07, 8.234608827419493e-08, -1.2962846852306563e-09,
    -4.154721631015199e-09, 6.347058278362811e-10, 1.4320822712256225e-10, -6.160390105204585e-11,
    2.0612138554721698e-12, 3.5714931488477042e-12, -8.586422843251796e-13, -6.14560021379063e-14,
    7.418725748596617e-14, -1.2895042755032325e-14, -2.358726385710632e-15, 1.5729349381685912e-15,
    -2.2782966239546465e-16, -6.31233045075643e-17, 3.5916763531814925e-17, -5.049809149847729e-18,
])  # fmt: skip

# erf(x) / x in u = x^2, for u in [0, 1]
_ERF = np.array([
    0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485,
    2.741993125219606e-05, -1.1043175507344507e-06, 3.8488755420345036e-08, -1.1808582533875466e-09,
    3.2334215826050907e-11, -7.991015947004549e-13, 1.7990725113961456e-14, -3.718635487818693e-16,
    7.103599003714253e-18, -1.2612455119155226e-19,
])  # fmt: skip

# lgamma(2 + y) / y, for y in [-0.5, 0.5]
_LGAMMA = np.array([
    0.41418612492156676, 0.16322170068760064, -0.008658972394126285, 0.0006727515726001485,
    -6.139556963628233e-05, 6.110065797003576e-06, -6.410003033826223e-07, 6.962242692768951e-08,
    -7.747248733788217e-09, 8.774075140687239e-10, -1.0070266869830198e-10, 1.1678602130652374e-11,
    -1.3656871334744932e-12, 1.6079351149711552e-13, -1.9039501088488732e-14, 2.2653768767833064e-15,
    -2.706656814831896e-16, 3.245660731626191e-17, -3.904483378457447e-18,
])  # fmt: skip

# B2, B4, B6 ...
_BERNOULLI = [
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
]  # fmt: skip


def erf(x: np.ndarray) -> np.ndarray:
    """2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    >>> erf(np.array([0.0, 0.5, -2.0]))
    array([ 0.      ,  0.5205  , -0.995322])
    """
    return _in_double(_erf, x)


def erfc(x: np.ndarray) -> np.ndarray:
    """1 - erf(x), also where that is tiny.

    >>> erfc(np.array([0.0, 3.0, -3.0]))
    array([1.      , 0.000022, 1.999978])
    """
    return _in_double(_erfc, x)


def lgamma(x: np.ndarray) -> np.ndarray:
    """The logarithm of |gamma(x)|; infinite at 0, -1, -2 ...

    >>> lgamma(np.array([0.5, 1.0, 5.0, -1.0]))
    array([0.572365, 0.      , 3.178054,      inf])
    """
    return _in_double(_lgamma, x)


def digamma(x: np.ndarray) -> np.ndarray:
    """The derivative of lgamma; inf, as in TF, at 0, -1, -2 ...

    >>> digamma(np.array([1.0, 10.0, -0.5]))
    array([-0.577216,  2.251753,  0.03649 ])
    """
    return _in_double(_digamma, x)


def polygamma(n: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The n-th derivative of digamma, for whole n >= 0; nan for other n.

    >>> polygamma(np.array([1.0]), np.array([1.0]))
    array([1.644934])
    """
    return _in_double(_polygamma, n, x)


def zeta(s: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Hurwitz's zeta function, the sum of (q + k)^-s over k = 0, 1, 2 ..., for s > 1.

    inf for s = 1 and for q = 0, -1, -2 ...; nan for s < 1, and for other q < 0 unless s is whole.

    >>> zeta(np.array([2.0]), np.array([1.0]))
    array([1.644934])
    """
    return _in_double(_zeta, s, q)


def _in_double(function: Callable[..., F64], *arrays: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        result = function(*(np.asarray(array, np.float64) for array in arrays))
        return np.asarray(result).astype(arrays[0].dtype, copy=False)


def _erf(x: F64) -> F64:
    return _either(np.abs(x) <= 1, x, _erf_near_zero, lambda x: np.copysign(1 - _erfc_of_positive(np.abs(x)), x))


def _erf_near_zero(x: F64) -> F64:
    return x * _series(2 * np.square(x) - 1, _ERF)


def _erfc(x: F64) -> F64:
    return _either(np.abs(x) <= 0.5, x, lambda x: 1 - _erf_near_zero(x), _erfc_far_from_zero)


def _erfc_far_from_zero(x: F64) -> F64:
    far = _erfc_of_positive(np.abs(x))
    return np.where(x > 0, far, 2 - far)


def _erfc_of_positive(x: F64) -> F64:
    t = 2 / (2 + x)
    # exp(-x^2) is as good as x^2, of which the leading bits go one way and what is left the other
    leading = x.astype(np.float32).astype(np.float64)
    gauss = np.exp(-np.square(leading)) * np.exp((leading - x) * (leading + x))
    return np.where(x > 27.5, 0.0, gauss * t * _series(2 * t - 1, _ERFC))


def _lgamma(x: F64) -> F64:
    above = _lgamma_of_positive(np.where(x > 0, x, 1 - x))
    reflected = np.log(np.pi / np.abs(np.sin(np.pi * _beside_integer(x)))) - above
    return np.where(x > 0, above, np.where(_is_integer(x), np.inf, reflected))


def _lgamma_of_positive(x: F64) -> F64:
    inverse = 1 / np.square(x)
    series = _horner([b / (2 * k * (2 * k - 1)) for k, b in enumerate(_BERNOULLI[:8], 1)], inverse)
    stirling = (x - 0.5) * np.log(x) - x + 0.9189385332046727 + series / x  # log(2 pi) / 2
    # below 8: walk to within a half of 2, by gamma(x + 1) = x gamma(x), keeping the distance from 2 exact
    low, middle = x < 0.5, x < 1.5
    distance = np.where(low, x, np.where(middle, x - 1, np.where(x < 8, x - 2, 0.0)))
    divisor = np.where(low, x * (x + 1), np.where(middle, x, 1.0))
    product = np.ones_like(x)
    for _ in range(6):
        above = distance >= 0.5
        distance = np.where(above, distance - 1, distance)
        product = np.where(above, product * (distance + 2), product)
    near = distance * _series(2 * distance, _LGAMMA) + np.log(product) - np.log(divisor)
    return np.where(x < 8, near, np.where(np.isinf(x), np.inf, stirling))


def _digamma(x: F64) -> F64:
    above = _digamma_of_positive(np.where(x > 0, x, 1 - x))
    reflected = above - np.pi / np.tan(np.pi * _beside_integer(x))
    return np.where(x > 0, above, np.where(_is_integer(x), np.inf, reflected))


def _digamma_of_positive(x: F64) -> F64:
    y = x
    steps = np.zeros_like(y)
    for _ in range(10):
        small = y < 10
        steps = np.where(small, steps + 1 / y, steps)
        y = np.where(small, y + 1, y)
    inverse = 1 / np.square(y)
    series = _horner([b / (2 * k) for k, b in enumerate(_BERNOULLI[:8], 1)], inverse) * inverse
    return np.log(y) - 0.5 / y - series - steps


def _polygamma(n: F64, x: F64) -> F64:
    n, x = np.broadcast_arrays(n, x)
    sign = np.where(n % 2 == 0, -1.0, 1.0)
    derivative = sign * np.exp(_lgamma(n + 1)) * _zeta(n + 1, x)
    return np.where(n == 0, _digamma(x), np.where((n > 0) & _is_integer(n), derivative, np.nan))


def _zeta(s: F64, q: F64) -> F64:
    s, q = np.broadcast_arrays(s, q)
    # terms of negative q + k, of which there are finitely many, sum up like those of a positive one
    fraction = -q - np.floor(-q)
    sign = np.where(s % 2 == 0, 1.0, -1.0)
    negative_terms = _zeta_of_positive(s, fraction) - _zeta_of_positive(s, 1 - q)
    below = sign * negative_terms + _zeta_of_positive(s, 1 - fraction)
    below = np.where(_is_integer(q), np.inf, np.where(_is_integer(s), below, np.nan))
    value = np.where(q > 0, _zeta_of_positive(s, np.where(q > 0, q, 1.0)), below)
    return np.where(s == 1, np.inf, np.where(s > 1, value, np.nan))


def _zeta_of_positive(s: F64, q: F64) -> F64:
    """Euler and Maclaurin: ten terms, and for the rest an integral and its corrections."""
    total = np.zeros_like(q)
    for k in range(10):
        total = total + (q + k) ** -s
    a = q + 10
    term = a**-s
    total = total + term * (a / (s - 1) + 0.5)
    factor = s / a  # s (s + 1) ... (s + 2k - 2) / ((2k)! a^(2k - 1)) without the factorial's last step
    for k, bernoulli in enumerate(_BERNOULLI, 1):
        total = total + term * factor * bernoulli / (2 * k)
        factor = factor * (s + 2 * k - 1) * (s + 2 * k) / (np.square(a) * (2 * k) * (2 * k + 1))
    return total


def _horner(coefficients: list[float], x: F64) -> F64:
    result = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = result * x + coefficient
    return result


def _beside_integer(x: F64) -> F64:
    """How far x is from the nearest integer: up to its sign, sin(pi x) is the sine of pi times this."""
    return x - np.rint(x)


def _is_integer(x: F64) -> NDArray[np.bool_]:
    return x == np.floor(x)
