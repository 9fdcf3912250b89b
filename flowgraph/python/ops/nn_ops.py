"""tensorflow.python.ops.nn_ops."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.math import in_top_k, log_softmax, softmax, softplus, softsign, top_k
from flowgraph.nn import (
    atrous_conv2d, atrous_conv2d_transpose, avg_pool, avg_pool1d, avg_pool3d, avg_pool_v2, bias_add, conv1d,
    conv1d_transpose, conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose,
    conv3d_backprop_filter_v2, conv3d_transpose, conv_transpose, convolution, crelu, depthwise_conv2d_native,
    depthwise_conv2d_native_backprop_filter, depthwise_conv2d_native_backprop_input, dropout, elu, erosion2d,
    fractional_avg_pool, fractional_max_pool, l2_loss, leaky_relu, local_response_normalization, lrn, max_pool,
    max_pool1d, max_pool2d, max_pool3d, max_pool_v2, pool, relu, relu6, selu, softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits, with_space_to_batch, xw_plus_b,
)

__all__ = [
    "atrous_conv2d", "atrous_conv2d_transpose", "avg_pool", "avg_pool1d", "avg_pool3d", "avg_pool_v2", "bias_add",
    "conv1d", "conv1d_transpose", "conv2d", "conv2d_backprop_filter", "conv2d_backprop_input", "conv2d_transpose",
    "conv3d_backprop_filter_v2", "conv3d_transpose", "conv_transpose", "convolution", "crelu",
    "depthwise_conv2d_native", "depthwise_conv2d_native_backprop_filter",
    "depthwise_conv2d_native_backprop_input", "dropout", "elu", "erosion2d", "fractional_avg_pool",
    "fractional_max_pool", "in_top_k", "l2_loss", "leaky_relu", "local_response_normalization", "log_softmax",
    "lrn", "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "max_pool_v2", "pool", "relu", "relu6", "selu",
    "softmax", "softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2", "softplus",
    "softsign", "sparse_softmax_cross_entropy_with_logits", "top_k", "with_space_to_batch", "xw_plus_b",
]

_absent.watch(__name__)
