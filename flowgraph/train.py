"""`tf.train`: optimizers, learning rates that decay, moving averages and the global step."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.queues.coordinator import Coordinator, LooperThread
from flowgraph.training.adadelta import AdadeltaOptimizer
from flowgraph.training.adagrad import AdagradDAOptimizer, AdagradOptimizer, ProximalAdagradOptimizer
from flowgraph.training.adam import AdamOptimizer
from flowgraph.training.cosine_schedules import (
    cosine_decay, cosine_decay_restarts, linear_cosine_decay, noisy_linear_cosine_decay,
)
from flowgraph.training.ftrl import FtrlOptimizer
from flowgraph.training.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step,
)
from flowgraph.training.gradient_descent import GradientDescentOptimizer
from flowgraph.training.momentum import MomentumOptimizer
from flowgraph.training.moving_averages import ExponentialMovingAverage
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.proximal import ProximalGradientDescentOptimizer
from flowgraph.training.rmsprop import RMSPropOptimizer
from flowgraph.training.schedules import (
    exponential_decay, inverse_time_decay, natural_exp_decay, piecewise_constant, piecewise_constant_decay,
    polynomial_decay,
)

__all__ = [
    "AdadeltaOptimizer", "AdagradDAOptimizer", "AdagradOptimizer", "AdamOptimizer", "Coordinator",
    "ExponentialMovingAverage", "FtrlOptimizer", "GradientDescentOptimizer", "LooperThread", "MomentumOptimizer",
    "Optimizer", "ProximalAdagradOptimizer", "ProximalGradientDescentOptimizer", "RMSPropOptimizer",
    "assert_global_step", "cosine_decay", "cosine_decay_restarts", "create_global_step", "exponential_decay",
    "get_global_step", "get_or_create_global_step", "global_step", "inverse_time_decay", "linear_cosine_decay",
    "natural_exp_decay", "noisy_linear_cosine_decay", "piecewise_constant", "piecewise_constant_decay",
    "polynomial_decay",
]

_absent.watch(__name__)
