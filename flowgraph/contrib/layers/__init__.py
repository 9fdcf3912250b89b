"""`tf.contrib.layers`: layers, initializers, regularizers, summaries, and training ops in one call."""
# ruff: noqa: I001  # names in wrapped lists
# fmt: off

from flowgraph import absent as _absent
from flowgraph.neural.initializers import (
    variance_scaling_initializer, xavier_initializer, xavier_initializer_conv2d,
)
from flowgraph.neural.regularizers import (
    apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer, sum_regularizer,
)
from flowgraph.neural.slim.batch_norm import batch_norm
from flowgraph.neural.slim.conv import (
    conv1d, conv2d, conv3d, convolution, convolution1d, convolution2d, convolution3d,
)
from flowgraph.neural.slim.conv_transpose import (
    conv2d_transpose, conv3d_transpose, convolution2d_transpose, convolution3d_transpose,
)
from flowgraph.neural.slim.dense import (
    elu, fully_connected, legacy_fully_connected, legacy_linear, legacy_relu, linear, relu, relu6,
)
from flowgraph.neural.slim.embedding import (
    bow_encoder, embed_sequence, embedding_lookup_unique, safe_embedding_lookup_sparse,
)
from flowgraph.neural.slim.gdn import GDN, gdn
from flowgraph.neural.slim.norm import bias_add, group_norm, instance_norm, layer_norm
from flowgraph.neural.slim.pool import avg_pool2d, avg_pool3d, max_pool2d, max_pool3d
from flowgraph.neural.slim.repetition import repeat, stack
from flowgraph.neural.slim.separable import separable_conv2d, separable_convolution2d
from flowgraph.neural.slim.shaping import (
    dense_to_sparse, dropout, flatten, images_to_sequence, maxout, one_hot_encoding, sequence_to_images, softmax,
    unit_norm,
)
from flowgraph.neural.slim.spatial import conv2d_in_plane, convolution2d_in_plane, spatial_softmax
from flowgraph.neural.slim.summaries import (
    summarize_activation, summarize_activations, summarize_collection, summarize_tensor, summarize_tensors,
)
from flowgraph.training.optimize_loss import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss

__all__ = [
    "GDN", "OPTIMIZER_CLS_NAMES", "OPTIMIZER_SUMMARIES", "apply_regularization", "avg_pool2d", "avg_pool3d",
    "batch_norm", "bias_add", "bow_encoder", "conv1d", "conv2d", "conv2d_in_plane", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "convolution", "convolution1d", "convolution2d", "convolution2d_in_plane",
    "convolution2d_transpose", "convolution3d", "convolution3d_transpose", "dense_to_sparse", "dropout", "elu",
    "embed_sequence", "embedding_lookup_unique", "flatten", "fully_connected", "gdn", "group_norm",
    "images_to_sequence", "instance_norm", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "layer_norm",
    "legacy_fully_connected", "legacy_linear", "legacy_relu", "linear", "max_pool2d", "max_pool3d", "maxout",
    "one_hot_encoding", "optimize_loss", "relu", "relu6", "repeat", "safe_embedding_lookup_sparse",
    "separable_conv2d", "separable_convolution2d", "sequence_to_images", "softmax", "spatial_softmax", "stack",
    "sum_regularizer", "summarize_activation", "summarize_activations", "summarize_collection",
    "summarize_tensor", "summarize_tensors", "unit_norm", "variance_scaling_initializer", "xavier_initializer",
    "xavier_initializer_conv2d",
]

_absent.watch(__name__)
