"""tf.train."""

from flowgraph.training.global_step import (
    assert_global_step as assert_global_step,
)
from flowgraph.training.global_step import (
    create_global_step as create_global_step,
)
from flowgraph.training.global_step import (
    get_global_step as get_global_step,
)
from flowgraph.training.global_step import (
    get_or_create_global_step as get_or_create_global_step,
)
from flowgraph.training.global_step import (
    global_step as global_step,
)
from flowgraph.training.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from flowgraph.training.moving_averages import ExponentialMovingAverage as ExponentialMovingAverage
from flowgraph.training.optimizer import Optimizer as Optimizer
from flowgraph.training.schedules import exponential_decay as exponential_decay
