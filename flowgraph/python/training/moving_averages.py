"""tensorflow.python.training.moving_averages."""

from flowgraph import absent as _absent
from flowgraph.train import ExponentialMovingAverage
from flowgraph.training.moving_averages import assign_moving_average

__all__ = ["ExponentialMovingAverage", "assign_moving_average"]

_absent.watch(__name__)
