"""`tf.contrib.layers`: initializers and regularizers."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.neural.initializers import (
    variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d,
)
from flowgraph.neural.regularizers import (
    apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer,
)

__all__ = [
    "apply_regularization", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "sum_regularizer",
    "variance_scaling_initializer", "xavier_initializer", "xavier_initializer_conv2d",
]

_absent.watch(__name__)
