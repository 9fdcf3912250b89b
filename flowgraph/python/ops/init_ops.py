"""tensorflow.python.ops.init_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph import (
    constant_initializer, glorot_normal_initializer, glorot_uniform_initializer, ones_initializer,
    orthogonal_initializer, random_normal_initializer, random_uniform_initializer, truncated_normal_initializer,
    uniform_unit_scaling_initializer, variance_scaling_initializer, zeros_initializer,
)
from flowgraph.initializers import he_normal, he_uniform, lecun_normal, lecun_uniform

__all__ = [
    "constant_initializer", "glorot_normal_initializer", "glorot_uniform_initializer", "he_normal", "he_uniform",
    "lecun_normal", "lecun_uniform", "ones_initializer", "orthogonal_initializer", "random_normal_initializer",
    "random_uniform_initializer", "truncated_normal_initializer", "uniform_unit_scaling_initializer",
    "variance_scaling_initializer", "zeros_initializer",
]

_absent.watch(__name__)
