"""`tf.contrib.layers`: regularizers."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph.neural.regularizers import (
    apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer,
)

__all__ = ["apply_regularization", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "sum_regularizer"]
