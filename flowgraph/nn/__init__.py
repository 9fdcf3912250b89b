"""`tf.nn`: activations, losses, convolutions, pooling and what else networks are made of."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.nn import rnn_cell
from flowgraph.neural.activations import swish
from flowgraph.neural.average_loss import compute_average_loss, scale_regularization_loss
from flowgraph.neural.ctc_labels import collapse_repeated, ctc_unique_labels
from flowgraph.ops.activation import crelu, elu, leaky_relu, relu, relu6, selu, softplus, softsign
from flowgraph.ops.argmax_pool import max_pool_with_argmax
from flowgraph.ops.batch_norm import batch_norm_with_global_normalization, fused_batch_norm
from flowgraph.ops.bias import bias_add, relu_layer, xw_plus_b
from flowgraph.ops.candidates import (
    all_candidate_sampler, compute_accidental_hits, fixed_unigram_candidate_sampler, learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler, uniform_candidate_sampler,
)
from flowgraph.ops.conv import conv2d, conv2d_backprop_filter, conv2d_backprop_input, conv2d_transpose
from flowgraph.ops.conv3d import (
    conv3d, conv3d_backprop_filter_v2, conv3d_backprop_filter_v2 as conv3d_backprop_filter, conv3d_transpose,
)
from flowgraph.ops.convolution import (
    atrous_conv2d, atrous_conv2d_transpose, conv1d, conv1d_transpose, conv_transpose, convolution,
)
from flowgraph.ops.cross_entropy import (
    softmax_cross_entropy_with_logits, softmax_cross_entropy_with_logits_v2, sparse_softmax_cross_entropy_with_logits,
)
from flowgraph.ops.ctc import (
    ctc_beam_search_decoder, ctc_beam_search_decoder_v2, ctc_greedy_decoder, ctc_loss, ctc_loss_v2,
)
from flowgraph.ops.depthwise import (
    depthwise_conv2d, depthwise_conv2d_native, depthwise_conv2d_native_backprop_filter,
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_backprop_filter,
    depthwise_conv2d_native_backprop_input, depthwise_conv2d_native_backprop_input as depthwise_conv2d_backprop_input,
    separable_conv2d,
)
from flowgraph.ops.dilation import dilation2d, erosion2d
from flowgraph.ops.dropout import dropout
from flowgraph.ops.embedding import embedding_lookup
from flowgraph.ops.embedding_sparse import embedding_lookup_sparse, safe_embedding_lookup_sparse
from flowgraph.ops.fractional_pool import fractional_avg_pool, fractional_max_pool
from flowgraph.ops.hyperbolic import sigmoid, tanh
from flowgraph.ops.logistic import (
    log_poisson_loss, sigmoid_cross_entropy_with_logits, weighted_cross_entropy_with_logits,
)
from flowgraph.ops.lrn import local_response_normalization, local_response_normalization as lrn
from flowgraph.ops.moments import normalize_moments, sufficient_statistics, weighted_moments
from flowgraph.ops.pool import avg_pool, avg_pool as avg_pool2d, max_pool, max_pool2d
from flowgraph.ops.pool3d import avg_pool3d, max_pool3d
from flowgraph.ops.pooling import avg_pool1d, avg_pool_v2, max_pool1d, max_pool_v2, pool
from flowgraph.ops.ranking import in_top_k, top_k
from flowgraph.ops.sampled_loss import nce_loss, sampled_softmax_loss
from flowgraph.ops.softmax import log_softmax, softmax
from flowgraph.ops.space_batch import space_to_batch
from flowgraph.ops.space_depth import depth_to_space, space_to_depth
from flowgraph.ops.space_windows import with_space_to_batch
from flowgraph.ops.statistics import batch_normalization, l2_loss, l2_normalize, moments, zero_fraction
from flowgraph.recurrent.bidirectional import bidirectional_dynamic_rnn, static_bidirectional_rnn
from flowgraph.recurrent.dynamic import dynamic_rnn
from flowgraph.recurrent.raw import raw_rnn
from flowgraph.recurrent.static import static_rnn, static_state_saving_rnn

__all__ = [
    "all_candidate_sampler", "atrous_conv2d", "atrous_conv2d_transpose", "avg_pool", "avg_pool1d", "avg_pool2d",
    "avg_pool3d", "avg_pool_v2", "batch_norm_with_global_normalization", "batch_normalization", "bias_add",
    "bidirectional_dynamic_rnn", "collapse_repeated", "compute_accidental_hits", "compute_average_loss",
    "conv1d", "conv1d_transpose", "conv2d", "conv2d_backprop_filter", "conv2d_backprop_input",
    "conv2d_transpose", "conv3d", "conv3d_backprop_filter", "conv3d_backprop_filter_v2", "conv3d_transpose",
    "conv_transpose", "convolution", "crelu", "ctc_beam_search_decoder", "ctc_beam_search_decoder_v2",
    "ctc_greedy_decoder", "ctc_loss", "ctc_loss_v2", "ctc_unique_labels", "depth_to_space", "depthwise_conv2d",
    "depthwise_conv2d_backprop_filter", "depthwise_conv2d_backprop_input", "depthwise_conv2d_native",
    "depthwise_conv2d_native_backprop_filter", "depthwise_conv2d_native_backprop_input", "dilation2d",
    "dropout", "dynamic_rnn", "elu", "embedding_lookup", "embedding_lookup_sparse", "erosion2d",
    "fixed_unigram_candidate_sampler", "fractional_avg_pool", "fractional_max_pool", "fused_batch_norm",
    "in_top_k", "l2_loss", "l2_normalize", "leaky_relu", "learned_unigram_candidate_sampler",
    "local_response_normalization", "log_poisson_loss", "log_softmax", "log_uniform_candidate_sampler", "lrn",
    "max_pool", "max_pool1d", "max_pool2d", "max_pool3d", "max_pool_v2", "max_pool_with_argmax", "moments",
    "nce_loss", "normalize_moments", "pool", "raw_rnn", "relu", "relu6", "relu_layer", "rnn_cell",
    "safe_embedding_lookup_sparse", "sampled_softmax_loss", "scale_regularization_loss", "selu",
    "separable_conv2d", "sigmoid", "sigmoid_cross_entropy_with_logits", "softmax",
    "softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2", "softplus", "softsign",
    "space_to_batch", "space_to_depth", "sparse_softmax_cross_entropy_with_logits", "static_bidirectional_rnn",
    "static_rnn", "static_state_saving_rnn", "sufficient_statistics", "swish", "tanh", "top_k",
    "uniform_candidate_sampler", "weighted_cross_entropy_with_logits", "weighted_moments",
    "with_space_to_batch", "xw_plus_b", "zero_fraction",
]

_absent.watch(__name__)
