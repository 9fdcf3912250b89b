"""tensorflow.python.ops.gen_nn_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.nn import (
    avg_pool3d, conv3d_backprop_filter_v2, depthwise_conv2d_native,
    depthwise_conv2d_native_backprop_filter, depthwise_conv2d_native_backprop_input, elu,
    fractional_avg_pool, fractional_max_pool, in_top_k, l2_loss, leaky_relu, lrn, max_pool3d, relu, relu6,
    selu, softplus, softsign,
)

__all__ = [
    "avg_pool3d", "conv3d_backprop_filter_v2", "depthwise_conv2d_native",
    "depthwise_conv2d_native_backprop_filter", "depthwise_conv2d_native_backprop_input", "elu",
    "fractional_avg_pool", "fractional_max_pool", "in_top_k", "l2_loss", "leaky_relu", "lrn",
    "max_pool3d", "relu", "relu6", "selu", "softplus", "softsign",
]

_absent.watch(__name__)
