"""`tf.losses`: what to minimize, and the losses that a graph collects."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.neural.class_losses import sigmoid_cross_entropy, softmax_cross_entropy, sparse_softmax_cross_entropy
from flowgraph.neural.entry_losses import (
    absolute_difference, cosine_distance, hinge_loss, huber_loss, log_loss, mean_pairwise_squared_error,
    mean_squared_error,
)
from flowgraph.neural.losses import (
    add_loss, get_losses, get_regularization_loss, get_regularization_losses, get_total_loss,
)
from flowgraph.neural.weighted_loss import Reduction, compute_weighted_loss

__all__ = [
    "Reduction", "absolute_difference", "add_loss", "compute_weighted_loss", "cosine_distance", "get_losses",
    "get_regularization_loss", "get_regularization_losses", "get_total_loss", "hinge_loss", "huber_loss", "log_loss",
    "mean_pairwise_squared_error", "mean_squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]

_absent.watch(__name__)
