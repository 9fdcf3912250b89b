"""`tf.distributions`: probability distributions."""

from flowgraph import absent as _absent
from flowgraph.probability.base import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    ReparameterizationType,
)
from flowgraph.probability.discrete import Bernoulli, Categorical
from flowgraph.probability.divergence import RegisterKL, kl_divergence
from flowgraph.probability.gamma import Beta, Exponential, Gamma
from flowgraph.probability.normal import Laplace, Normal
from flowgraph.probability.uniform import Uniform

__all__ = [
    "FULLY_REPARAMETERIZED",
    "NOT_REPARAMETERIZED",
    "Bernoulli",
    "Beta",
    "Categorical",
    "Distribution",
    "Exponential",
    "Gamma",
    "Laplace",
    "Normal",
    "RegisterKL",
    "ReparameterizationType",
    "Uniform",
    "kl_divergence",
]

_absent.watch(__name__)
