"""tensorflow.contrib.opt.python.training: the modules of `tf.contrib.opt`."""

from flowgraph.absent.views import add_views as _add_views
from flowgraph.contrib import opt as _opt

_add_views(
    __name__,
    _opt,
    {
        "external_optimizer": "ExternalOptimizerInterface ScipyOptimizerInterface",
        "lazy_adam_optimizer": "LazyAdamOptimizer",
        "moving_average_optimizer": "MovingAverageOptimizer",
        "nadam_optimizer": "NadamOptimizer",
        "weight_decay_optimizers": "DecoupledWeightDecayExtension extend_with_decoupled_weight_decay"
        " MomentumWOptimizer AdamWOptimizer",
    },
)
