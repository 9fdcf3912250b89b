"""`tf.train`: optimizers, learning rates that decay, moving averages and the global step."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.training.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step,
)
from flowgraph.training.gradient_descent import GradientDescentOptimizer
from flowgraph.training.moving_averages import ExponentialMovingAverage
from flowgraph.training.optimizer import Optimizer
from flowgraph.training.schedules import exponential_decay

__all__ = [
    "ExponentialMovingAverage", "GradientDescentOptimizer", "Optimizer", "assert_global_step", "create_global_step",
    "exponential_decay", "get_global_step", "get_or_create_global_step", "global_step",
]
