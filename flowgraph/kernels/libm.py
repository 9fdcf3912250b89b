"""Logarithm, sine and cosine with the bits of the C library that TensorFlow calls.

TensorFlow's normal numbers are made of log, sin and cos of uniform ones, as the C library rounds them. With
numpy's own functions a fifth of all float32 normals would be 1 to 4 units in the last place off. The float32
functions here evaluate, in float64, the polynomials of glibc 2.28 and later, and agree with it on every
argument that a generator can make, all 2**23 of them. The float64 functions ask the C library itself, or come
to the same answer in a faster way.

The constants are those of Arm Optimized Routines, (c) Arm Limited, MIT OR Apache-2.0 WITH LLVM-exception,
which glibc carries too; their notice is in LICENSE-arm-optimized-routines.txt beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_hex = float.fromhex

_LN2 = _hex("0x1.62e42fefa39efp-1")
_HALF_PI = _hex("0x1.921fb54442d18p0")
_TWO_OVER_PI = _hex("0x1.45f306dc9c883p-1")

# log(1 + r) = r + A2 r^2 + A1 r^3 + A0 r^4
_A0, _A1, _A2 = _hex("-0x1.00ea348b88334p-2"), _hex("0x1.5575b0be00b6ap-2"), _hex("-0x1.ffffef20a4123p-2")
# cos x = 1 + C1 x^2 + C2 x^4 + ...,  sin x = x + S1 x^3 + S2 x^5 + ...,  on [-pi/4, pi/4]
_C1, _C2 = _hex("-0x1.ffffffd0c621cp-2"), _hex("0x1.55553e1068f19p-5")
_C3, _C4 = _hex("-0x1.6c087e89a359dp-10"), _hex("0x1.99343027bf8c3p-16")
_S1, _S2, _S3 = _hex("-0x1.555545995a603p-3"), _hex("0x1.1107605230bc4p-7"), _hex("-0x1.994eb3774cf24p-13")

# Sixteen steps make an octave; each has a point c inside it, of which (1/c, log c) are tabulated.
_POINTS = [
    ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
    ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
    ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
    ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
    ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
    ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
    ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
    ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
    ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
    ("0x1p+0", "0x0p+0"),
    ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
    ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
    ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
    ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
    ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
    ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
]
_HAS_WIDER_FLOAT = np.finfo(np.longdouble).nmant > np.finfo(np.float64).nmant  # not on Windows, Apple silicon

_STEP_BITS = 19  # a float's lowest 19 bits tell where in a step it lies
_OCTAVES = 24  # below 1.4: down to 4.2e-8, and a generator's uniforms go no lower than 1e-7
_FIRST = 0x3F33_0000 - (_OCTAVES << 23)  # the bit pattern of the smallest float in the tables

# The tables continue downwards through the octaves, so that a float's bits alone lead to its entry.
_INVERSE = np.array([_hex(inv) * 2.0**-k for k in range(-_OCTAVES, 1) for inv, _ in _POINTS])
_LOG = np.array([_hex(log) + k * _LN2 for k in range(-_OCTAVES, 1) for _, log in _POINTS])


def log(x: F32) -> F32:
    """The natural logarithm of float32 `x` in [1e-7, 1], of any shape; bit for bit glibc's `logf`.

    >>> log(np.array([1e-7, 0.5, 1.0], np.float32))
    array([-16.118095,  -0.693147,   0.      ], dtype=float32)
    """
    step = x.view(np.int32) - np.int32(_FIRST)
    np.right_shift(step, _STEP_BITS, out=step)
    r = np.multiply(x, _INVERSE[step], dtype=np.float64)
    r -= 1.0
    result = r * _A0
    result += _A1
    result *= r
    result += _A2
    result *= r
    result *= r
    result += r
    result += _LOG[step]
    return result.astype(np.float32)


def sincos(x: F32) -> tuple[F32, F32]:
    """Sine and cosine of float32 `x` in [0, 2 pi], of any shape; bit for bit glibc's `sincosf`.

    >>> sincos(np.array([0.0, 1.0], np.float32))
    (array([0.      , 0.841471], dtype=float32), array([1.      , 0.540302], dtype=float32))
    """
    rest = x.astype(np.float64)
    quarter = rest * _TWO_OVER_PI
    np.rint(quarter, out=quarter)
    rest -= quarter * _HALF_PI
    quadrant = quarter.astype(np.int32)

    square = rest * rest
    sine = square * _S3
    for coefficient in (_S2, _S1):
        sine += coefficient
        sine *= square
    sine *= rest
    sine += rest
    cosine = square * _C4
    for coefficient in (_C3, _C2, _C1):
        cosine += coefficient
        cosine *= square
    cosine += 1.0
    return _turn(sine.astype(np.float32), cosine.astype(np.float32), quadrant)


def _turn(sine: F32, cosine: F32, quadrant: NDArray[np.int32]) -> tuple[F32, F32]:
    """Rotate (sine, cosine) by `quadrant` quarter turns, in place and on the bits, without a branch."""
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    swap = quadrant & 1
    np.negative(swap, out=swap)  # all ones where the quadrant is odd
    swap &= sine_bits ^ cosine_bits
    sine_bits ^= swap
    cosine_bits ^= swap
    sine_bits ^= (quadrant & 2) << 30
    quadrant += 1
    quadrant &= 2
    quadrant <<= 30
    cosine_bits ^= quadrant
    return sine, cosine


def log64(x: F64) -> F64:
    """The natural logarithm of float64 `x`, of one dimension, with the bits of the C library's `log`.

    numpy has its own `log` where the processor has AVX-512, and one value in 300 is then one unit in the last
    place off. A logarithm in extended precision tells what the C library returns wherever the exact value is
    not nearly half way between two doubles (glibc's is within 0.52 units); it is asked only for the rest, a
    twentieth of all.

    >>> log64(np.array([0.25, 1.0]))
    array([-1.386294,  0.      ])
    """
    if not _HAS_WIDER_FLOAT:
        return each(math.log, x)
    wide = np.log(x.astype(np.longdouble))
    result = wide.astype(np.float64)
    error = (wide - result).astype(np.float64)
    doubtful = np.abs(error, out=error) > 0.47 * np.spacing(np.abs(result))
    result[doubtful] = each(math.log, x[doubtful])
    return result


def sincos64(x: F64) -> tuple[F64, F64]:
    """Sine and cosine of float64 `x`, with the bits of the C library, which computes numpy's complex exp.

    >>> sincos64(np.array([0.0, 1.0]))
    (array([0.      , 0.841471]), array([1.      , 0.540302]))
    """
    turned = np.exp(x * 1j)
    return turned.imag, turned.real


def each(function: Callable[[float], float], x: F64) -> F64:
    """A function of Python's `math`, which are the C library's, for each entry of a one-dimensional array."""
    return np.fromiter(map(function, x.tolist()), np.float64, len(x))


def power64(base: F64, exponent: F64) -> F64:
    """Powers, for float64 arrays of one dimension, with the bits of the C library's `pow`."""
    return np.fromiter(map(math.pow, base.tolist(), exponent.tolist()), np.float64, len(base))
