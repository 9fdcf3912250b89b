"""tensorflow.python.ops.random_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    multinomial, random_crop, random_gamma, random_normal, random_poisson, random_shuffle, random_uniform,
    truncated_normal,
)
from flowgraph.random import categorical

__all__ = [
    "categorical", "multinomial", "random_crop", "random_gamma", "random_normal", "random_poisson",
    "random_shuffle", "random_uniform", "truncated_normal",
]

_absent.watch(__name__)
