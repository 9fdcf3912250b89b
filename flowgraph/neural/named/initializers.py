"""Initializers that layers can be told by name: Keras' random ones have smaller numbers than TensorFlow's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowgraph import dtypes as dt
from flowgraph.ops import initializers as tf1
from flowgraph.ops.orthogonal import Orthogonal


class RandomUniform(tf1.RandomUniform):
    """Uniform random numbers, by default between -0.05 and 0.05."""

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(minval, maxval, seed, dtype)


class RandomNormal(tf1.RandomNormal):
    """Normal random numbers, by default with a standard deviation of 0.05."""

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(tf1.TruncatedNormal):
    """Truncated normal random numbers, by default with a standard deviation of 0.05."""

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None, dtype: Any = dt.float32) -> None:
        super().__init__(mean, stddev, seed, dtype)


_NAMES_OF: Mapping[type[tf1.Initializer], tuple[str, ...]] = {
    tf1.Zeros: ("zeros", "zero"),
    tf1.Ones: ("ones", "one"),
    tf1.Constant: ("constant",),
    RandomUniform: ("random_uniform", "uniform"),
    RandomNormal: ("random_normal", "normal"),
    TruncatedNormal: ("truncated_normal",),
    tf1.Identity: ("identity",),
    Orthogonal: ("orthogonal",),
    tf1.GlorotNormal: ("glorot_normal",),
    tf1.GlorotUniform: ("glorot_uniform",),
    tf1.VarianceScaling: (),
}
_MADE_BY: Mapping[str, Callable[..., tf1.Initializer]] = {
    "he_normal": tf1.he_normal,
    "he_uniform": tf1.he_uniform,
    "lecun_normal": tf1.lecun_normal,
    "lecun_uniform": tf1.lecun_uniform,
}

INITIALIZERS: Mapping[str, Callable[..., tf1.Initializer]] = {
    **{name: cls for cls, names in _NAMES_OF.items() for name in (cls.__name__, *names)},
    **_MADE_BY,
}
"""What makes the initializer of each name."""
