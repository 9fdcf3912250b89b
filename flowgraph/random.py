"""TF's `tf.random`: random numbers, random choices, and the seeds they depend on."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.ir.scope import set_random_seed
from flowgraph.ops.candidates import (
    all_candidate_sampler, fixed_unigram_candidate_sampler, learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler, uniform_candidate_sampler,
)
from flowgraph.ops.random import get_seed, random_normal as normal, random_uniform as uniform, truncated_normal
from flowgraph.ops.random_choice import categorical, multinomial, random_shuffle as shuffle
from flowgraph.ops.random_gamma import random_gamma as gamma, random_poisson as poisson
from flowgraph.ops.stateless_random import (
    stateless_categorical, stateless_multinomial, stateless_random_normal as stateless_normal, stateless_random_uniform
    as stateless_uniform, stateless_truncated_normal,
)

__all__ = [
    "all_candidate_sampler", "categorical", "fixed_unigram_candidate_sampler", "gamma", "get_seed",
    "learned_unigram_candidate_sampler", "log_uniform_candidate_sampler", "multinomial", "normal", "poisson",
    "set_random_seed", "shuffle", "stateless_categorical", "stateless_multinomial", "stateless_normal",
    "stateless_truncated_normal", "stateless_uniform", "truncated_normal", "uniform", "uniform_candidate_sampler",
]

_absent.watch(__name__)
