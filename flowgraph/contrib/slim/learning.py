"""`tf.contrib.slim.learning`: training in one call."""

from flowgraph import absent as _absent
from flowgraph.monitored.slim_training import add_gradients_summaries, create_train_op, train, train_step
from flowgraph.training.train_op import clip_gradient_norms, multiply_gradients

__all__ = [
    "add_gradients_summaries",
    "clip_gradient_norms",
    "create_train_op",
    "multiply_gradients",
    "train",
    "train_step",
]

_absent.watch(__name__)
