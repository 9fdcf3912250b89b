"""tensorflow.python.ops.nn_impl."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.linalg import l2_normalize, normalize
from flowgraph.math import zero_fraction
from flowgraph.nn import (
    batch_norm_with_global_normalization, batch_normalization, compute_average_loss, depthwise_conv2d,
    fused_batch_norm, log_poisson_loss, moments, nce_loss, normalize_moments, relu_layer, sampled_softmax_loss,
    scale_regularization_loss, separable_conv2d, sigmoid_cross_entropy_with_logits, sufficient_statistics, swish,
    weighted_cross_entropy_with_logits, weighted_moments,
)

__all__ = [
    "batch_norm_with_global_normalization", "batch_normalization", "compute_average_loss", "depthwise_conv2d",
    "fused_batch_norm", "l2_normalize", "log_poisson_loss", "moments", "nce_loss", "normalize",
    "normalize_moments", "relu_layer", "sampled_softmax_loss", "scale_regularization_loss", "separable_conv2d",
    "sigmoid_cross_entropy_with_logits", "sufficient_statistics", "swish", "weighted_cross_entropy_with_logits",
    "weighted_moments", "zero_fraction",
]

_absent.watch(__name__)
