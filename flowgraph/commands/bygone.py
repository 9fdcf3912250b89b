"""Names that Python and numpy have dropped since TensorFlow 1's days, back for the scripts that use them."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import time

import numpy as np

__all__ = ["bring_back"]

_NUMPY = {
    **{name: getattr(builtins, name) for name in ("bool", "complex", "float", "int", "object", "str")},
    "Inf": np.inf,
    "Infinity": np.inf,
    "NaN": np.nan,
    "PINF": np.inf,
    "NINF": -np.inf,
    "alltrue": np.all,
    "asscalar": lambda array: np.asarray(array).item(),
    "complex_": np.complex128,
    "cumproduct": np.cumprod,
    "float_": np.float64,
    "infty": np.inf,
    "int0": np.intp,
    "long": int,
    "mat": np.asmatrix,
    "product": np.prod,
    "round_": np.round,
    "row_stack": np.vstack,
    "sometrue": np.any,
    "string_": np.bytes_,
    "unicode": str,
    "unicode_": np.str_,
}


def bring_back() -> None:
    """Set those names that are not there; none that is there changes.

    >>> bring_back()
    >>> np.zeros(2, np.float).dtype
    dtype('float64')
    """
    for name, item in _NUMPY.items():
        if name not in vars(np):
            setattr(np, name, item)
    for name in collections.abc.__all__:
        if name not in vars(collections):
            setattr(collections, name, getattr(collections.abc, name))
    if not hasattr(time, "clock"):
        time.clock = time.process_time  # type: ignore[attr-defined]
