"""`tf.contrib.opt`: more optimizers."""

from flowgraph import absent as _absent
from flowgraph.training.adam_variants import AdaMaxOptimizer, LazyAdamOptimizer, NadamOptimizer
from flowgraph.training.sign_descent import AddSignOptimizer, PowerSignOptimizer
from flowgraph.training.weight_decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)

__all__ = [
    "AdaMaxOptimizer",
    "AdamWOptimizer",
    "AddSignOptimizer",
    "DecoupledWeightDecayExtension",
    "LazyAdamOptimizer",
    "MomentumWOptimizer",
    "NadamOptimizer",
    "PowerSignOptimizer",
    "extend_with_decoupled_weight_decay",
]

_absent.watch(__name__)
