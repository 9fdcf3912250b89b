"""`tf.contrib.opt`: more optimizers."""

from flowgraph import absent as _absent
from flowgraph.training.adam_by_step import AdamGSOptimizer, LazyAdamGSOptimizer
from flowgraph.training.adam_variants import AdaMaxOptimizer, LazyAdamOptimizer, NadamOptimizer
from flowgraph.training.agn import AGNCustomGetter, AGNOptimizer
from flowgraph.training.elastic_average import ElasticAverageCustomGetter, ElasticAverageOptimizer
from flowgraph.training.external import ExternalOptimizerInterface, ScipyOptimizerInterface
from flowgraph.training.lars import LARSOptimizer
from flowgraph.training.model_average import ModelAverageCustomGetter, ModelAverageOptimizer
from flowgraph.training.reg_adagrad import RegAdagradOptimizer
from flowgraph.training.shampoo import ShampooOptimizer
from flowgraph.training.sign_descent import AddSignOptimizer, PowerSignOptimizer
from flowgraph.training.weight_decay import (
    AdamWOptimizer,
    DecoupledWeightDecayExtension,
    MomentumWOptimizer,
    extend_with_decoupled_weight_decay,
)
from flowgraph.training.wrappers import (
    DropStaleGradientOptimizer,
    MovingAverageOptimizer,
    MultitaskOptimizerWrapper,
    VariableClippingOptimizer,
    clip_gradients_by_global_norm,
)

__all__ = [
    "AGNCustomGetter",
    "AGNOptimizer",
    "AdaMaxOptimizer",
    "AdamGSOptimizer",
    "AdamWOptimizer",
    "AddSignOptimizer",
    "DecoupledWeightDecayExtension",
    "DropStaleGradientOptimizer",
    "ElasticAverageCustomGetter",
    "ElasticAverageOptimizer",
    "ExternalOptimizerInterface",
    "LARSOptimizer",
    "LazyAdamGSOptimizer",
    "LazyAdamOptimizer",
    "ModelAverageCustomGetter",
    "ModelAverageOptimizer",
    "MomentumWOptimizer",
    "MovingAverageOptimizer",
    "MultitaskOptimizerWrapper",
    "NadamOptimizer",
    "PowerSignOptimizer",
    "RegAdagradOptimizer",
    "ScipyOptimizerInterface",
    "ShampooOptimizer",
    "VariableClippingOptimizer",
    "clip_gradients_by_global_norm",
    "extend_with_decoupled_weight_decay",
]

_absent.watch(__name__)
