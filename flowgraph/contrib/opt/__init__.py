"""`tf.contrib.opt`: more optimizers."""

from flowgraph.training.adam_variants import AdaMaxOptimizer, LazyAdamOptimizer, NadamOptimizer
from flowgraph.training.weight_decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)

__all__ = [
    "AdaMaxOptimizer",
    "AdamWOptimizer",
    "DecoupledWeightDecayExtension",
    "LazyAdamOptimizer",
    "MomentumWOptimizer",
    "NadamOptimizer",
    "extend_with_decoupled_weight_decay",
]
