"""`tf.contrib.nn`: more dropout, and losses whose arguments stand the other way round."""

from flowgraph import absent as _absent
from flowgraph.neural.flipped_losses import (
    deprecated_flipped_sigmoid_cross_entropy_with_logits,
    deprecated_flipped_softmax_cross_entropy_with_logits,
    deprecated_flipped_sparse_softmax_cross_entropy_with_logits,
    sampled_sparse_softmax_loss,
)
from flowgraph.ops.alpha_dropout import alpha_dropout
from flowgraph.ops.convolution import conv1d_transpose

__all__ = [
    "alpha_dropout", "conv1d_transpose", "deprecated_flipped_sigmoid_cross_entropy_with_logits",
    "deprecated_flipped_softmax_cross_entropy_with_logits",
    "deprecated_flipped_sparse_softmax_cross_entropy_with_logits", "sampled_sparse_softmax_loss",
]  # fmt: skip

_absent.watch(__name__)
