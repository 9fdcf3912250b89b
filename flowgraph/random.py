"""TF's `tf.random`: random numbers, random choices, and the seeds they depend on."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.ir.scope import set_random_seed
from flowgraph.ops.random import get_seed, random_normal as normal, random_uniform as uniform, truncated_normal
from flowgraph.ops.random_choice import categorical, multinomial, random_shuffle as shuffle
from flowgraph.ops.random_gamma import random_gamma as gamma, random_poisson as poisson
from flowgraph.ops.stateless_random import (
    stateless_categorical, stateless_multinomial, stateless_random_normal as stateless_normal, stateless_random_uniform
    as stateless_uniform, stateless_truncated_normal,
)

__all__ = [
    "categorical", "gamma", "get_seed", "multinomial", "normal", "poisson", "set_random_seed", "shuffle",
    "stateless_categorical", "stateless_multinomial", "stateless_normal", "stateless_truncated_normal",
    "stateless_uniform", "truncated_normal", "uniform",
]
