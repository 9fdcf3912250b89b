"""`tf.nn`: activations, losses, convolutions, pooling and what else networks are made of."""

from flowgraph.ops.activation import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign
from flowgraph.ops.bias import bias_add, relu_layer, xw_plus_b
from flowgraph.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose
from flowgraph.ops.cross_entropy import (
    softmax_cross_entropy_with_logits, softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)  # fmt: skip
from flowgraph.ops.dropout import dropout
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.logistic import sigmoid_cross_entropy_with_logits, weighted_cross_entropy_with_logits
from flowgraph.ops.pool import avg_pool, avg_pool as avg_pool2d, max_pool, max_pool2d
from flowgraph.ops.ranking import in_top_k, top_k
from flowgraph.ops.softmax import log_softmax, softmax
from flowgraph.ops.statistics import batch_normalization, l2_loss, l2_normalize, moments, zero_fraction
