"""Incomplete gamma and beta functions, and modified Bessel functions: in float64, entry by entry.

The incomplete functions are right to some 1e-13 for parameters up to a few hundred; their errors grow with the
parameters, as the exponents that they are made of do. The coefficients are Chebyshev expansions of the functions
named beside them, worked out with 60 digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from flowgraph.kernels.gamma import sample_derivative
from flowgraph.kernels.special import lgamma

F64 = NDArray[np.float64]

_MOST_TERMS = 10_000
_NO_MORE = 1e-17  # a relative change that counts as none
_SETTLED = 1e-15  # how near to 1 a factor is that counts as 1
_TINY = 1e-300  # stands for a zero denominator in a continued fraction

# exp(-x) I0(x) in x / 4 - 1, for x in [0, 8]; times sqrt(x) in 16 / x - 1, for x above
# exp(-x) I1(x) / x and, above 8, exp(-x) I1(x) sqrt(x), in the same
_I0_NEAR = np.array([
    0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
    -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357,
    -0.0005763755745385824, 0.00018850288509584165, -5.754195010082104e-05, 1.6448448070728896e-05,
    -4.4167383584587505e-06, 1.1173875391201037e-06, -2.670793853940612e-07, 6.046995022541919e-08,
    -1.300025009986248e-08, 2.6598237246823866e-09, -5.189795601635263e-10, 9.675809035373237e-11,
    -1.726826291441556e-11, 2.95505266312964e-12, -4.856446783111929e-13, 7.676185498604936e-14,
    -1.1685332877993451e-14, 1.715391285555133e-15, -2.431279846547955e-16, 3.3307945188222384e-17,
    -4.4153416464793395e-18, 5.669178006921496e-19,
])  # fmt: skip
_I0_FAR = np.array([
    0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-05, 2.8913705208347567e-06,
    2.0489185894690638e-07, 2.266668990498178e-08, 3.3962320257083865e-09, 4.94060238822497e-10,
    1.1889147107846439e-11, -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12,
    7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14,
    -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16,
    -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18,
    -7.233180487874754e-18, 9.921475412173699e-19, 1.193650890845982e-18,
])  # fmt: skip
_I1_NEAR = np.array([
    0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
    -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758,
    -0.00016176081582589674, 4.781565107550054e-05, -1.3273163656039436e-05, 3.4702513081376785e-06,
    -8.568720264695455e-07, 2.0032947535521353e-07, -4.445059128796328e-08, 9.381537386495773e-09,
    -1.8872497517228294e-09, 3.625590281552117e-10, -6.663489723502027e-11, 1.1736186298890901e-11,
    -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15,
    -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18,
    -3.541581772542136e-19,
])  # fmt: skip
_I1_FAR = np.array([
    0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-06,
    -2.512236237870209e-07, -2.6314688468895196e-08, -3.835380385964237e-09, -5.589743462196584e-10,
    -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
    -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
    1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
    2.96262899764595e-16, -3.209525921993424e-17, -4.6503053684893586e-17, 4.414348323071708e-18,
    7.517296310842105e-18, -9.314178867326884e-19, -1.242193275194891e-18,
])  # fmt: skip


def igamma(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The lower incomplete gamma function: the part below x of the gamma distribution with parameter a.

    0 for x = 0; nan where else a <= 0 or x < 0.

    >>> igamma(np.array([1.0, 3.0]), np.array([1.0, 2.0]))
    array([0.632121, 0.323324])
    """
    return _in_double(_igamma, a, x)


def igammac(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The upper incomplete gamma function, 1 - igamma(a, x), also where that is tiny; nan for a <= 0 or x < 0.

    >>> igammac(np.array([1.0, 1.0]), np.array([1.0, 50.0]))
    array([0.367879, 0.      ])
    """
    return _in_double(_igammac, a, x)


def igamma_grad_a(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The derivative of igamma(a, x) by a: 0 for x = 0; nan where else a <= 0 or x < 0.

    >>> igamma_grad_a(np.array([1.0]), np.array([1.0]))
    array([-0.43173])
    """
    return _in_double(_igamma_grad_a, a, x)


def betainc(a: np.ndarray, b: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The part below x of the beta distribution with parameters a and b; nan unless a, b > 0 and 0 <= x <= 1.

    >>> betainc(np.array([1.0, 2.0]), np.array([1.0, 3.0]), np.array([0.25, 0.5]))
    array([0.25  , 0.6875])
    """
    return _in_double(_betainc, a, b, x)


def bessel_i0e(x: np.ndarray) -> np.ndarray:
    """exp(-|x|) times the modified Bessel function of order 0.

    >>> bessel_i0e(np.array([0.0, 1.0, -20.0]))
    array([1.     , 0.46576, 0.08978])
    """
    return _in_double(_bessel_i0e, x)


def bessel_i1e(x: np.ndarray) -> np.ndarray:
    """exp(-|x|) times the modified Bessel function of order 1.

    >>> bessel_i1e(np.array([0.0, 1.0, -20.0]))
    array([ 0.      ,  0.20791 , -0.087506])
    """
    return _in_double(_bessel_i1e, x)


def _in_double(function: Callable[..., F64], *arrays: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        wide = np.broadcast_arrays(*(np.asarray(array, np.float64) for array in arrays))
        result = function(*(array.reshape(-1) for array in wide)).reshape(wide[0].shape)
        return result.astype(arrays[0].dtype, copy=False)


# -- incomplete gamma ----------------------------------------------------------------------------------------


def _igamma(a: F64, x: F64) -> F64:
    lower, _ = _gamma_parts(a, x)
    lower[x == 0] = 0
    return lower


def _igammac(a: F64, x: F64) -> F64:
    return _gamma_parts(a, x)[1]


def _gamma_parts(a: F64, x: F64) -> tuple[F64, F64]:
    """Both incomplete gamma functions: for small x by the series of one, for large x by the other's fraction."""
    lower, upper = np.full(a.shape, np.nan), np.full(a.shape, np.nan)
    usable = (a > 0) & (x >= 0) & np.isfinite(a)
    lower[usable & np.isinf(x)] = 1
    usable &= np.isfinite(x)
    large = usable & (x > np.maximum(a, 1))
    small = usable & ~large
    lower[small] = _gamma_series(a[small], x[small])
    upper[large] = _gamma_fraction(a[large], x[large])
    # what is not nan on one side is 1 minus it on the other
    known = ~np.isnan(lower)
    upper[known] = 1 - lower[known]
    lower[large] = 1 - upper[large]
    return lower, upper


def _gamma_series(a: F64, x: F64) -> F64:
    """x^a e^-x / gamma(a + 1) * (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...)."""
    term, total = np.ones_like(a), np.ones_like(a)
    for k in range(1, _MOST_TERMS):
        term = term * (x / (a + k))
        total = total + term
        if np.all(term <= _NO_MORE * total):
            break
    return total * np.where(x == 0, 0, np.exp(a * np.log(x) - x - lgamma(a + 1)))


def _gamma_fraction(a: F64, x: F64) -> F64:
    """x^a e^-x / gamma(a) / (x+1-a - 1(1-a) / (x+3-a - 2(2-a) / (x+5-a - ...)))."""
    b = x + 1 - a
    c, d, fraction = b, np.zeros_like(b), b
    for n in range(1, _MOST_TERMS):
        b = b + 2
        top = -n * (n - a)
        d = 1 / _not_zero(b + top * d)
        c = _not_zero(b + top / c)
        step = c * d
        fraction = fraction * step
        if np.all(np.abs(step - 1) <= _SETTLED):
            break
    return np.exp(a * np.log(x) - x - lgamma(a)) / fraction


def _igamma_grad_a(a: F64, x: F64) -> F64:
    density = np.exp((a - 1) * np.log(x) - x - lgamma(a))
    return np.where((x == 0) | ((a > 0) & np.isposinf(x)), 0.0, -sample_derivative(a, x) * density)


def _not_zero(x: F64) -> F64:
    return np.where(x == 0, _TINY, x)


# -- incomplete beta -----------------------------------------------------------------------------------------


def _betainc(a: F64, b: F64, x: F64) -> F64:
    result = np.full(a.shape, np.nan)
    usable = (a > 0) & (b > 0)
    result[usable & (x == 0)] = 0
    result[usable & (x == 1)] = 1
    inside = usable & (x > 0) & (x < 1)
    a, b, x = a[inside], b[inside], x[inside]
    # the fraction converges fast below the mean; above it, look from the other end
    turned = x > (a + 1) / (a + b + 2)
    tail = _beta_fraction(np.where(turned, b, a), np.where(turned, a, b), np.where(turned, 1 - x, x))
    result[inside] = np.where(turned, 1 - tail, tail)
    return result


def _beta_fraction(a: F64, b: F64, x: F64) -> F64:
    """x^a (1-x)^b / (a B(a, b)) / (1 + d1 / (1 + d2 / (1 + ...))), by Lentz's method."""
    c = np.ones_like(x)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + even * d)
        c = _not_zero(1 + even / c)
        fraction = fraction * (c * d)
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _not_zero(1 + odd * d)
        c = _not_zero(1 + odd / c)
        fraction = fraction * (c * d)
        if np.all(np.abs(c * d - 1) <= _SETTLED):
            break
    scale = a * np.log(x) + b * np.log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return np.exp(scale) * fraction / a


# -- Bessel --------------------------------------------------------------------------------------------------


def _bessel_i0e(x: F64) -> F64:
    return _near_or_far(np.abs(x), _I0_NEAR, _I0_FAR)


def _bessel_i1e(x: F64) -> F64:
    size = np.abs(x)
    near = size * _chebyshev(size / 4 - 1, _I1_NEAR)
    return np.copysign(np.where(size <= 8, near, _near_or_far(size, _I1_NEAR, _I1_FAR)), x)


def _near_or_far(size: F64, near: F64, far: F64) -> F64:
    beyond = np.maximum(size, 8)
    outer = _chebyshev(16 / beyond - 1, far) / np.sqrt(beyond)
    return np.where(size <= 8, _chebyshev(np.minimum(size, 8) / 4 - 1, near), outer)


def _chebyshev(x: F64, coefficients: F64) -> F64:
    # numpy's polynomials are loaded when the first series is asked for: they would slow every import down
    from numpy.polynomial.chebyshev import chebval

    return np.asarray(chebval(x, coefficients), np.float64)
