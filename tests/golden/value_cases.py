"""The calls whose results are golden: single ops, over dtypes and edge cases.

A case is `(api, args, kwargs)`: the name of a function below `tf`, and what it is called with. A numpy array
is fed through a placeholder of its dtype and shape, also inside a list; a `Dtype` becomes the library's dtype
of that name; anything else is passed as it is. An api that begins with "gradient " stands for the gradients
of that function by the arrays.

Left out on purpose, because C++ leaves them open or processors differ: casts of NaN and of floats beyond an
integer's range, divisions of the largest integers (TensorFlow's overflow on the way), the maximum of NaN and
numbers, and denormal numbers (TensorFlow flushes them to zero on some threads).
"""

from __future__ import annotations

import typing

import numpy as np


class Dtype(typing.NamedTuple):
    """Stands for the library's dtype of this name."""

    name: str


NAN, INF = float("nan"), float("inf")
SPECIAL = [
    NAN,
    INF,
    -INF,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    -1.5,
    2.5,
    3.7,
    -3.7,
    1e-20,
    30.0,
    -30.0,
    1e20,
]
HALVES = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 3.7, -3.7, 8.0, -8.0]
AXES = [
    {},
    {"axis": 0},
    {"axis": -1, "keepdims": True},
    {"axis": [0, 1]},
    {"axis": []},
    {"axis": [1, -2]},
]
PAIRED = [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 3.0]


def floats(values, dtype="float32"):
    return np.array(values, dtype)


def edge_ints(dtype):
    """Small numbers and both ends of an integer type."""
    info = np.iinfo(dtype)
    values = {0, 1, 2, 3, 7, info.max, info.max - 1, info.min, -1, -2, -7}
    return np.array(sorted(value for value in values if info.min <= value), dtype)


def small_ints(dtype):
    """Numbers that can be divided by each other in any way without overflow."""
    return np.array([value for value in (-7, -2, -1, 0, 1, 2, 3, 7, 100) if value >= np.iinfo(dtype).min], dtype)


def counted(*shape, dtype="float32", start=0):
    return (np.arange(np.prod(shape, dtype=int)) + start).reshape(shape).astype(dtype)


def wavy(*shape, dtype="float32"):
    """Fixed numbers between -1 and 1 without pattern."""
    return np.sin(np.arange(np.prod(shape, dtype=int)) * 12.9898 + 1).reshape(shape).astype(dtype)


def words(*texts):
    return " ".join(texts).split()


def case(api, *args, **kwargs):
    return api, list(args), kwargs
